package search

import (
	"strings"
	"testing"
)

func TestOneSideOfAQueryIsWrittenAnew(t *testing.T) {
	for _, c := range []struct {
		query string
		side  Refinement
		value string
		want  string
	}{
		{"кібербезпека", Period, "за тиждень", "кібербезпека за тиждень"},
		{"кібербезпека за вчора", Period, "за тиждень", "кібербезпека за тиждень"},
		{`за вчора «точна фраза» -слово`, Period, "", `-слово "точна фраза"`},
		{"план з:2026-03-01 по:2026-03-31 тема:energy", Period, "", "план тема:energy"},
		{`план джерело:"Міністерство зразків" за вчора`, OfSource, "джерело:МОЗ", "план за вчора джерело:МОЗ"},
		{`"фраза" слово тема:energy topic:cyber`, OfTopic, "", `"фраза" слово`},
		{"", OfTopic, "тема:energy", "тема:energy"},
	} {
		if got, ok := Refine(c.query, c.side, c.value, noon); got != c.want || !ok {
			t.Errorf("%q becomes %q (%v), want %q", c.query, got, ok, c.want)
		}
	}
	if _, ok := Refine(strings.Repeat("а", MaxQuery), OfTopic, "тема:energy", noon); ok {
		t.Error("a query that becomes too long is taken")
	}
}

func TestAQueryIsMoreThanWords(t *testing.T) {
	for text, want := range map[string]bool{
		"щось незрозуміле": false, "бюджет -вибори": true, "«точна фраза» слово": true, "бюджет джерело:мзс": true, "е-урядування": false, "": false,
	} {
		if got := Expressive(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
