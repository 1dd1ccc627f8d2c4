package digest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"visnyk/digest"
	"visnyk/internal/redistest"
	"visnyk/sources"
	"visnyk/sources/articles"
)

// published is an item of a source at noon.
func published(n int, title string) sources.Item {
	return sources.Item{URL: fmt.Sprintf("https://kmu.gov.ua/%d", n), Title: title, Text: title + ". " + winter, Published: noon}
}

func TestRecentSeesWhatTheArchiveTakesIn(t *testing.T) {
	now := noon.Add(time.Hour)
	clock := func() time.Time { return now }
	store := articles.NewStore(redistest.Client(t), clock)
	take := func(source string, items ...sources.Item) {
		t.Helper()
		if _, err := store.TakeIn(t.Context(), articles.Batch{Source: source, Items: items}); err != nil {
			t.Fatal(err)
		}
	}
	recent := digest.NewRecent(store, clock)
	titles := func(of ...string) []string {
		t.Helper()
		all, err := recent.Sift(t.Context(), 100, func(a *articles.Article) bool {
			return now.Sub(a.Seen) < 24*time.Hour || a.Edited.After(now.Add(-24*time.Hour))
		}, of...)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, a := range all {
			found = append(found, a.Title)
		}
		slices.Sort(found)
		return found
	}
	labelled := func(label string) []string {
		t.Helper()
		all, err := recent.Labelled(t.Context(), label, func(a *articles.Article) []string { return strings.Split(a.Title, ", ") }, func(*articles.Article) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, a := range all {
			found = append(found, a.Title)
		}
		return found
	}
	take("kmu", published(1, "Перша"))
	if got := labelled("Перша"); !slices.Equal(got, []string{"Перша"}) {
		t.Errorf("labelled: %q", got)
	}
	if got := titles("kmu"); !slices.Equal(got, []string{"Перша"}) {
		t.Errorf("at first: %q", got)
	}
	take("kmu", published(2, "Друга"))
	take("kmu", published(1, "Перша, змінена"))
	take("mev", published(2, "Друга"))
	if got := titles("kmu"); !slices.Equal(got, []string{"Друга", "Перша, змінена"}) {
		t.Errorf("after an edit: %q", got)
	}
	if got := append(labelled("змінена"), labelled("Друга")...); !slices.Equal(got, []string{"Перша, змінена", "Друга"}) {
		t.Errorf("labelled after an edit: %q", got)
	}
	if got := titles("mev"); !slices.Equal(got, []string{"Друга"}) {
		t.Errorf("of a source that joined: %q", got)
	}
	if got := titles(); len(got) != 2 {
		t.Errorf("of all: %q", got)
	}
	now = now.Add(9 * 24 * time.Hour)
	take("kmu", published(3, "Третя"))
	if got := titles(); !slices.Equal(got, []string{"Третя"}) {
		t.Errorf("nine days later: %q", got)
	}
	if got := append(labelled("Перша"), labelled("Третя")...); !slices.Equal(got, []string{"Третя"}) {
		t.Errorf("labelled nine days later: %q", got)
	}
}
