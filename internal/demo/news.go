package demo

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed news.yaml
var newsYAML []byte

// entry is one publication of the sample news.
type entry struct {
	Site  string   `yaml:"site"`
	Sites []string `yaml:"sites"` // one announcement in several places
	Slug  string   `yaml:"slug"`
	Day   int      `yaml:"day"` // 0 is today, -1 yesterday
	At    string   `yaml:"at"`  // time of day
	// Live is how many seconds after the start the entry is published; 0
	// means that it is there from the start.
	Live  int    `yaml:"live"`
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
	// EditAfter seconds after the start, Replace becomes With in title and
	// text, as when an authority corrects a number.
	EditAfter int    `yaml:"edit_after"`
	Replace   string `yaml:"replace"`
	With      string `yaml:"with"`
}

// loadNews reads the embedded news and checks what the code relies on.
func loadNews() ([]entry, error) {
	var list []entry
	dec := yaml.NewDecoder(bytes.NewReader(newsYAML))
	dec.KnownFields(true)
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("sample news: %w", err)
	}
	for i := range list {
		e := &list[i]
		if e.Site != "" {
			e.Sites = []string{e.Site}
		}
		if len(e.Sites) == 0 || e.Slug == "" || e.Title == "" || len(e.paragraphs()) == 0 {
			return nil, fmt.Errorf("sample news: entry %q is incomplete", e.Slug)
		}
		if _, err := time.Parse("15:04", e.At); err != nil && e.Live == 0 {
			return nil, fmt.Errorf("sample news: time of %q: %w", e.Slug, err)
		}
	}
	return list, nil
}

// paragraphs returns the text without its line breaks.
func (e *entry) paragraphs() []string {
	var list []string
	for block := range strings.SplitSeq(e.Text, "\n\n") {
		if words := strings.Fields(block); len(words) > 0 {
			list = append(list, strings.Join(words, " "))
		}
	}
	return list
}

// edited returns the entry after its correction.
func (e *entry) edited() entry {
	corrected := *e
	corrected.Title = strings.ReplaceAll(e.Title, e.Replace, e.With)
	corrected.Text = strings.ReplaceAll(e.Text, e.Replace, e.With)
	return corrected
}

// published returns when an entry of the history came out. The times of today
// are pressed into the part of the day that is over, so that a demo started in
// the early morning has news of today, too, and none from the future.
func (e *entry) published(now time.Time) time.Time {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	clock, _ := time.Parse("15:04", e.At)
	into := time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute
	if e.Day == 0 {
		into = time.Duration(float64(into) / float64(24*time.Hour) * float64(now.Sub(midnight)))
		return midnight.Add(into).Truncate(time.Second)
	}
	return midnight.AddDate(0, 0, e.Day).Add(into)
}

// history returns the entries that are there from the start, oldest first.
func history(list []entry, now time.Time) []entry {
	old := slices.DeleteFunc(slices.Clone(list), func(e entry) bool { return e.Live > 0 })
	slices.SortStableFunc(old, func(a, b entry) int { return a.published(now).Compare(b.published(now)) })
	return old
}
