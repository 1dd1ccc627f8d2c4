package search

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"visnyk/sources/articles"
)

// few are words of which articles and queries are made that often fit.
var few = strings.Fields("кібербезпека кібербезпеки реєстр реєстри зима зиму громада громад план планів і на до е-урядування прем’єр-міністр прем'єр 2026 ЦНАП")

func someText(chance *rand.Rand, n int) string {
	var words []string
	for range n {
		words = append(words, few[chance.IntN(len(few))])
	}
	return strings.Join(words, " ")
}

func someQuery(chance *rand.Rand) string {
	var q []string
	for range 1 + chance.IntN(3) {
		switch chance.IntN(6) {
		case 0:
			q = append(q, `"`+someText(chance, 1+chance.IntN(3))+`"`)
		case 1:
			q = append(q, "-"+someText(chance, 1))
		case 2:
			q = append(q, `-"`+someText(chance, 2)+`"`)
		default:
			q = append(q, someText(chance, 1))
		}
	}
	return strings.Join(append(q, []string{"", "", "тема:cyber", "джерело:cip", "з:2026-11-22"}[chance.IntN(5)]), " ")
}

func TestAStandingQueryFindsWhatASearchFinds(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	var a archive
	for i := range 120 {
		x := articles.Article{ID: fmt.Sprint("a", i), Title: someText(chance, chance.IntN(4)), Text: someText(chance, 2+chance.IntN(12)), Source: "cip", Seen: noon.Add(time.Duration(i-60) * time.Hour)}
		if i%3 == 0 {
			x.Source, x.Links = "kmu", []articles.Link{{Source: "kmu"}, {Source: []string{"cip", "mzs"}[i%2]}}
		}
		a = append(a, x)
	}
	x := filled(t, a)
	s := NewStanding(labels)
	ask := func(names []string, of []string) (found int) {
		for n, name := range names {
			q := ParseQuery(of[n], noon)
			q.Limit = 1000
			r, err := x.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]bool{}
			for _, h := range r.Hits {
				want[h.ID] = true
			}
			got := map[string]bool{}
			for i := range a {
				if s.Fits(name, &a[i]) {
					got[a[i].ID] = true
				}
			}
			if !maps.Equal(got, want) {
				t.Errorf("%q finds %v, standing %v", of[n], slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
			}
			found += len(want)
		}
		return found
	}
	var names, queries []string
	for i := range 300 { // the latter half stands after the articles came
		if i == 150 {
			ask(names, queries)
		}
		names, queries = append(names, fmt.Sprint("q", i)), append(queries, someQuery(chance))
		s.Add(names[i], ParseQuery(queries[i], noon))
	}
	if found := ask(names, queries); found < 1000 {
		t.Errorf("only %d finds", found)
	}
	if s.Fits("unknown", &a[0]) || s.Has("unknown") || !s.Has("q0") {
		t.Error("a query that does not stand finds something")
	}
}

func TestAnEditedArticleIsMatchedAnew(t *testing.T) {
	s := NewStanding(labels)
	s.Add("q", ParseQuery("лікарня", noon))
	a := news()[3]
	if s.Fits("q", &a) {
		t.Error("found before its edit")
	}
	a.Text, a.Edited = "Віце-прем’єр-міністр відвідав лікарню.", noon
	if !s.Fits("q", &a) {
		t.Error("not found after its edit")
	}
}

// BenchmarkStanding takes in articles where 100,000 queries stand, of which few
// share a word with one article.
func BenchmarkStanding(b *testing.B) {
	s := NewStanding(Labels{})
	chance := rand.New(rand.NewPCG(1, 3))
	for i := range 100_000 {
		s.Add(fmt.Sprint(i), ParseQuery(fmt.Sprintf("слово%d подія%d", chance.IntN(50_000), chance.IntN(1000)), noon))
	}
	n := 0
	for b.Loop() {
		n++
		a := articles.Article{ID: fmt.Sprint(n), Title: "Подія", Text: fmt.Sprintf("%s слово%d подія%d", strings.Repeat("звичайне речення новини ", 80), n%50_000, n%1000), Seen: noon}
		s.Fits("0", &a)
	}
}
