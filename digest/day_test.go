package digest_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"visnyk/digest"
	"visnyk/sources/articles"
)

// dayArticle is one line of testdata/day.tsv.
type dayArticle struct {
	articles.Article
	topics []string
	story  string
}

// day reads one day of news with its labels.
func day(t testing.TB) []dayArticle {
	t.Helper()
	b, err := os.ReadFile("testdata/day.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []dayArticle
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(f) != 7 {
			continue
		}
		at, err := time.Parse("2006-01-02 15:04", "2026-11-21 "+f[2])
		if err != nil {
			t.Fatal(err)
		}
		a := article(f[0], f[1], f[5], f[6])
		a.Published, a.Seen, a.Language = at, at, "uk"
		all = append(all, dayArticle{a, strings.Split(f[3], ","), f[4]})
	}
	return all
}

func TestTopicsOfADay(t *testing.T) {
	tax := taxonomy(t)
	first, right, found, gold := 0, 0, 0, 0
	all := day(t)
	for _, a := range all {
		var got []string
		for _, s := range tax.Classify(a.Title, a.Text) {
			got = append(got, s.ID)
		}
		top := digest.Other
		if len(got) > 0 {
			top = got[0]
		}
		if top == a.topics[0] {
			first++
		} else {
			t.Logf("%s: %v, want %v: %s", a.ID, got, a.topics, a.Title)
		}
		for _, id := range a.topics {
			if id != digest.Other {
				gold++
				if slices.Contains(got, id) {
					right++
				}
			}
		}
		found += len(got)
	}
	p, r := float64(right)/float64(found), float64(right)/float64(gold)
	t.Logf("first topic right in %d of %d; topics P %.3f R %.3f F1 %.3f", first, len(all), p, r, 2*p*r/(p+r))
	if float64(first) < .85*float64(len(all)) || 2*p*r/(p+r) < .75 {
		t.Errorf("too many topics are wrong")
	}
}

func TestStoriesOfADay(t *testing.T) {
	c := digest.NewCluster()
	all := day(t)
	slices.SortStableFunc(all, func(x, y dayArticle) int { return x.Time().Compare(y.Time()) })
	stories := map[string]int{}
	for _, a := range all {
		stories[a.ID] = c.Add(a.Article).Story
	}
	same, right, gold := 0, 0, 0
	for i, a := range all {
		for _, b := range all[:i] {
			together := stories[a.ID] == stories[b.ID]
			if together {
				same++
			}
			if a.story == b.story {
				gold++
				if together {
					right++
				}
			}
			if together != (a.story == b.story) {
				t.Logf("together %v: %s and %s", together, a.Title, b.Title)
			}
		}
	}
	p, r := float64(right)/float64(max(1, same)), float64(right)/float64(gold)
	t.Logf("pairs P %.3f R %.3f F1 %.3f", p, r, 2*p*r/(p+r))
	if 2*p*r/(p+r) < .85 {
		t.Error("too many reports stand in the wrong story")
	}
}
