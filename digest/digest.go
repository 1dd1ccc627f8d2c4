// Package digest turns articles into what a chat reads: stories, topics, an
// order, summaries, and the stored digest. It knows neither chats nor markup.
package digest

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// Other is the id of the section of stories without a topic.
const Other = "other"

// Link is one place where a story was published.
type Link struct {
	Source string `json:"source"` // id
	Name   string `json:"name"`   // of the authority, for people
	URL    string `json:"url"`
}

// Story is the articles on one event.
type Story struct {
	Articles  []string  `json:"articles"` // ids, the main one first
	Topic     string    `json:"topic"`    // the section it stands in: a topic's id or Other
	Topics    []Score   `json:"topics"`
	Title     string    `json:"title"` // never empty: a text without a title lends its first words
	Summary   []string  `json:"summary"`
	Links     []Link    `json:"links"`
	Published time.Time `json:"published"`
	Edited    bool      `json:"edited"`        // the text changed after publication
	Was       string    `json:"was,omitempty"` // the title before the last edit, where that changed it

	marks []string
}

// Sources is the number of different sources that published the story.
func (s Story) Sources() int {
	seen := map[string]bool{}
	for _, l := range s.Links {
		seen[l.Source] = true
	}
	return len(seen)
}

// Marks name the story in what was shown to a chat. A story is known to a chat
// when all of its marks are.
func (s Story) Marks() []string { return s.marks }

// Section is a topic's part of a digest.
type Section struct {
	Topic   string  `json:"topic"`
	Name    string  `json:"-"`
	Sign    string  `json:"-"`
	Stories []Story `json:"stories"`
}

// Dropped is an article that is in no story, and why.
type Dropped struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
	Of     string `json:"of,omitempty"` // the article that stands for it
}

// The reasons why an article is dropped.
const (
	ReasonDuplicate = "duplicate" // the same text of the same source
	ReasonEmpty     = "empty"     // no sentence to show
)

// Digest is one selection of stories.
type Digest struct {
	Sections []Section `json:"sections"`
	Stories  []Story   `json:"stories"`
	Dropped  []Dropped `json:"dropped"`
	More     int       `json:"more,omitempty"` // stories that did not fit and come next time

	Withdrawn []Withdrawal `json:"withdrawn,omitempty"` // what authorities took off their sites
}

// Builder makes digests. It is safe for concurrent use.
type Builder struct {
	topics *Taxonomy
	name   func(source string) string
	zone   *time.Location
}

// NewBuilder returns a builder. name gives a source's name for people; zone
// says where days begin.
func NewBuilder(topics *Taxonomy, zone *time.Location, name func(source string) string) *Builder {
	return &Builder{topics: topics, name: name, zone: zone}
}

// Zone is where days begin.
func (b *Builder) Zone() *time.Location { return b.zone }

// sentencesShown is how many sentences a story's summary has at most.
const sentencesShown = 2

// sameStory is how far apart equal titles may be published to be one story:
// longer apart they are a recurring notice.
const sameStory = 36 * time.Hour

// titleWords is how many words a title needs to name a story by itself.
const titleWords = 4

// Stories joins articles into stories, in the order of their first
// publication, and says which articles were dropped.
func (b *Builder) Stories(all []articles.Article) ([]Story, []Dropped) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(x, y articles.Article) int { return x.Time().Compare(y.Time()) })
	var clusters [][]articles.Article
	var dropped []Dropped
	for _, a := range all {
		if a.Title == "" && len(ukrainian.Sentences(a.Text)) == 0 {
			dropped = append(dropped, Dropped{ID: a.ID, Reason: ReasonEmpty})
			continue
		}
		at, of := findCluster(clusters, a)
		switch {
		case of != "":
			dropped = append(dropped, Dropped{ID: a.ID, Reason: ReasonDuplicate, Of: of})
		case at >= 0:
			clusters[at] = append(clusters[at], a)
		default:
			clusters = append(clusters, []articles.Article{a})
		}
	}
	stories := make([]Story, len(clusters))
	for i, c := range clusters {
		stories[i] = b.story(c)
	}
	return stories, dropped
}

// findCluster gives the index of the story that an article belongs to, or -1,
// and the id of the article that it is a copy of, or "".
func findCluster(clusters [][]articles.Article, a articles.Article) (at int, of string) {
	for i, c := range clusters {
		for _, old := range c {
			equalText := a.Text != "" && sameWords(a.Text, old.Text)
			equalTitle := a.TitleKey() != "" && a.TitleKey() == old.TitleKey()
			if old.Source == a.Source && equalText && (equalTitle || a.Title == "") {
				return i, old.ID
			}
			near := a.Time().Sub(old.Time()) <= sameStory
			named := strings.Count(a.TitleKey(), " ")+1 >= titleWords
			if equalText && equalTitle || near && named && equalTitle && (old.Source != a.Source || equalText) {
				return i, ""
			}
		}
	}
	return -1, ""
}

func sameWords(a, b string) bool {
	return a == b || len(a) == len(b) && strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

func (b *Builder) story(all []articles.Article) Story {
	main := all[0]
	s := Story{Title: headline(main), Published: main.Time(), Topic: Other, Links: []Link{}}
	s.Topics = append([]Score{}, b.topics.Classify(main.Title, main.Text)...)
	if len(s.Topics) > 0 {
		s.Topic = s.Topics[0].ID
	}
	if n := len(main.History); n > 0 {
		s.Was = main.History[n-1].Title
	}
	s.Summary = append([]string{}, Summarise(main.Title, main.Text, sentencesShown)...)
	have := map[string]bool{}
	for _, a := range all {
		s.Articles = append(s.Articles, a.ID)
		s.Edited = s.Edited || !a.Edited.IsZero()
		for _, l := range a.Links {
			if !have[l.Source+" "+l.URL] {
				have[l.Source+" "+l.URL] = true
				s.Links = append(s.Links, Link{Source: l.Source, Name: b.name(l.Source), URL: l.URL})
			}
		}
	}
	s.marks = b.marks(all)
	return s
}

// marks name a story: its title on its day, so that a second authority's
// report of it is known, or its main article where the title says too little;
// and each day on which it was edited.
func (b *Builder) marks(all []articles.Article) []string {
	main := all[0]
	name := main.ID
	if key := main.TitleKey(); strings.Count(key, " ")+1 >= titleWords {
		sum := sha256.Sum256([]byte(key + main.Time().In(b.zone).Format(time.DateOnly)))
		name = "t" + base64.RawURLEncoding.EncodeToString(sum[:12])
	}
	marks := []string{name}
	for _, a := range all {
		if !a.Edited.IsZero() {
			marks = append(marks, name+"@"+a.Edited.In(b.zone).Format(time.DateOnly))
		}
	}
	return slices.Compact(marks)
}

// headlineLimit is how many letters of its first sentence a text without a
// title lends as one.
const headlineLimit = 110

func headline(a articles.Article) string {
	if a.Title != "" {
		return a.Title
	}
	sentences := ukrainian.Sentences(a.Text)
	if len(sentences) == 0 {
		return ""
	}
	return Shorten(sentences[0], headlineLimit)
}

// Shorten cuts a text at a word's end to at most n letters, the ellipsis
// included.
func Shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)[:n-1]
	cut := string(runes)
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:—–-«(") + "…"
}

// Build arranges stories into sections in the order of the topics, within a
// section by the number of sources and then the newest first. At most limit
// stories are taken, the most widely reported and newest; 0 means all.
func (b *Builder) Build(stories []Story, dropped []Dropped, limit int) Digest {
	d := Digest{Dropped: append([]Dropped{}, dropped...), Sections: []Section{}, Stories: []Story{}}
	stories = slices.Clone(stories)
	slices.SortStableFunc(stories, func(x, y Story) int {
		return cmp.Or(cmp.Compare(y.Sources(), x.Sources()), y.Published.Compare(x.Published))
	})
	if limit > 0 && len(stories) > limit {
		d.More = len(stories) - limit
		stories = stories[:limit]
	}
	add := func(id, name, sign string) {
		section := Section{Topic: id, Name: name, Sign: sign}
		for _, s := range stories {
			if s.Topic == id {
				section.Stories = append(section.Stories, s)
			}
		}
		if len(section.Stories) > 0 {
			d.Sections = append(d.Sections, section)
			d.Stories = append(d.Stories, section.Stories...)
		}
	}
	for _, t := range b.topics.Topics() {
		add(t.ID, t.Name, t.Sign)
	}
	add(Other, "Інше", "📌")
	return d
}
