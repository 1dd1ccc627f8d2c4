package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"visnyk/sources"
	"visnyk/sources/articles"
	"visnyk/sources/search"
)

func TestALookoutSurvivesItsButton(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	for _, l := range []lookout{{until: now}, {page: 19, newest: true, until: now, menu: menuSource}} {
		data := l.data()
		if len(data) > 64 {
			t.Errorf("%d bytes: %s", len(data), data)
		}
		got, ok := parseLookout(strings.TrimPrefix(data, "v1:find:"), now)
		if !ok || got.page != l.page || got.newest != l.newest || !got.until.Equal(l.until) || got.menu != l.menu {
			t.Errorf("%+v becomes %+v (%v)", l, got, ok)
		}
	}
	if l, ok := parseLookout("3", now); !ok || l.page != 3 || !l.until.Equal(now) {
		t.Errorf("a button of an earlier version: %+v %v", l, ok)
	}
	for _, forged := range []string{"", "-1", "101", "x", "1:b", "1:b:ы:", "1:b:-5:", "1:b:zzzzzzzzz:", "1:b:1::"} {
		if _, ok := parseLookout(forged, now); ok {
			t.Errorf("%q is taken", forged)
		}
	}
}

func TestQuotesOfACommandAndOfAPhrase(t *testing.T) {
	for text, want := range map[string]string{
		`«кібербезпека»`: "кібербезпека", `"кібербезпека"`: "кібербезпека", `„кібербезпека“`: "кібербезпека", `«кібербезпека`: "кібербезпека",
		`«кібербезпека -вибори»`: "кібербезпека -вибори",
		`"точна фраза" -слово`:   `"точна фраза" -слово`,
		`«"точна фраза" -слово»`: `"точна фраза" -слово`,
		`«точна фраза» -слово`:   `«точна фраза» -слово`,
		`«точна» слово «фраза»`:  `«точна» слово «фраза»`,
		`кібербезпека`:           "",
		`«»`:                     "",
		`"`:                      "",
		``:                       "",
	} {
		if got, ok := quoted(text); got != want || ok != (want != "") {
			t.Errorf("%s: %q (%v), want %q", text, got, ok, want)
		}
	}
	if got := balanced(`точна фраза" -слово`); got != `"точна фраза" -слово` {
		t.Errorf("a stored subscription is read as %q", got)
	}
}

func TestASourceIsNamedInAQuery(t *testing.T) {
	for want, s := range map[string]sources.Source{
		"МОЗ": {ID: "moz", Name: "Міністерство охорони здоров’я", Aliases: []string{"Мін здоров’я", "МОЗ"}},
		`"Міністерство зразків"`: {ID: "x", Name: "Міністерство зразків"},
		"https://a.gov.ua/rss":   {ID: "x", Name: "ДП «Зразок»", Endpoints: []sources.Endpoint{{URL: "https://a.gov.ua/rss"}}},
		"zrazok":                 {ID: "zrazok", Name: "ДП «Зразок»"},
	} {
		got := sourceWord(s)
		if q := search.ParseQuery("джерело:"+got, time.Now()); got != want || len(q.Sources) != 1 || q.Sources[0] != strings.Trim(want, `"`) {
			t.Errorf("%s, want %s: the query names %v", got, want, q.Sources)
		}
	}
}

func TestOtherPlacesOfAStoryStandInALine(t *testing.T) {
	names, story := map[string]string{}, []articles.Article{}
	for i := range 8 {
		id := fmt.Sprint("s", i)
		names[id] = "Орган " + id
		story = append(story, articles.Article{Source: id, URL: "https://" + id + ".gov.ua/1"})
	}
	story[0].Links = []articles.Link{{Source: "s0", URL: "https://t.me/s0/1"}, {Source: "s9", URL: "https://s9.gov.ua"}}
	text := alsoText(story, names)
	if n := strings.Count(text, "<a "); n != othersShown || !strings.HasSuffix(text, " та ще 2") || strings.Contains(text, "s0") {
		t.Errorf("%d others: %s", n, text)
	}
	if text := alsoText(story[:1], names); text != "" {
		t.Errorf("alone: %s", text)
	}
}

func TestAnAllowanceComesBack(t *testing.T) {
	a := newAllowances().searches
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	for i := range searchesAtOnce {
		if !a.take(1, now) {
			t.Fatalf("search %d is refused", i)
		}
	}
	if a.take(1, now) || !a.take(2, now) {
		t.Error("one user's searches are not counted by themselves")
	}
	if !a.take(1, now.Add(time.Minute/searchesPerMinute)) || a.take(1, now.Add(time.Minute/searchesPerMinute)) {
		t.Error("one comes back after a tenth of a minute")
	}
	for user := range int64(maxPaced + 10) {
		a.take(user, now.Add(time.Hour))
	}
	if len(a.users) > maxPaced {
		t.Errorf("%d users are remembered", len(a.users))
	}
}
