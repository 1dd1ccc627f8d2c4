package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
)

// Limits of a query: what is longer is cut, so that no query is an attack.
const (
	MaxQuery = 200 // letters
	maxTerms = 8
)

// Query is what to look for.
type Query struct {
	Words   []string   // keys that must all occur
	Phrases [][]string // keys that must occur side by side
	Not     []string   // keys that must not occur
	Offset  int
	Limit   int
}

// Empty tells whether there is nothing to look for.
func (q Query) Empty() bool { return len(q.Words)+len(q.Phrases) == 0 }

// ParseQuery reads a query: words in any form, "phrases" in any quotes, and
// -words to leave out. What it cannot use it passes over.
func ParseQuery(text string) Query {
	if utf8.RuneCountInString(text) > MaxQuery {
		text = string([]rune(text)[:MaxQuery])
	}
	var q Query
	inQuotes := false
	for part := range strings.SplitSeq(quotes.Replace(text), `"`) {
		if inQuotes {
			if phrase := keys(part); len(phrase) > 0 && q.size()+len(phrase) <= maxTerms {
				q.Phrases = append(q.Phrases, phrase)
			}
		} else {
			q.addWords(part)
		}
		inQuotes = !inQuotes
	}
	return q
}

var quotes = strings.NewReplacer("«", `"`, "»", `"`, "“", `"`, "”", `"`, "„", `"`)

func (q *Query) size() int {
	n := len(q.Words) + len(q.Not)
	for _, p := range q.Phrases {
		n += len(p)
	}
	return n
}

func (q *Query) addWords(part string) {
	for field := range strings.FieldsSeq(part) {
		word, not := strings.CutPrefix(field, "-")
		for _, k := range keys(word) {
			switch {
			case q.size() >= maxTerms:
			case not:
				q.Not = append(q.Not, k)
			case !slices.Contains(q.Words, k):
				q.Words = append(q.Words, k)
			}
		}
	}
}

// keys gives the keys of the words of a text that mean something; a text of
// nothing but stop words keeps them.
func keys(text string) []string {
	if terms := ukrainian.Terms(text); len(terms) > 0 {
		return terms
	}
	return nil
}

// Snippet finds the sentence of a text that has most of the query, and where
// in it the words found stand, as byte offsets.
func (q Query) Snippet(text string) (sentence string, spans [][2]int) {
	wanted := map[string]bool{}
	for _, k := range q.Words {
		wanted[k] = true
	}
	for _, p := range q.Phrases {
		for _, k := range p {
			wanted[k] = true
		}
	}
	best := 0
	for _, s := range ukrainian.Sentences(text) {
		found := map[string]bool{}
		var here [][2]int
		for _, t := range ukrainian.Tokens(s) {
			matched := false
			for _, k := range indexed(t) {
				if wanted[k] {
					found[k], matched = true, true
				}
			}
			if matched {
				here = append(here, [2]int{t.Start, t.End})
			}
		}
		if sentence == "" || len(found) > best {
			sentence, spans, best = s, here, len(found)
		}
	}
	return clip(sentence, spans)
}

// snippetLimit is how many bytes of a sentence a snippet shows.
const snippetLimit = 500

// clip cuts a long sentence at word ends around the first word found.
func clip(s string, spans [][2]int) (string, [][2]int) {
	if len(s) <= snippetLimit {
		return s, spans
	}
	from := 0
	if len(spans) > 0 && spans[0][0] > snippetLimit/2 {
		from = strings.LastIndexByte(s[:spans[0][0]-snippetLimit/4], ' ') + 1
	}
	to := min(from+snippetLimit, len(s))
	if to < len(s) {
		to = from + max(strings.LastIndexByte(s[from:to], ' '), 0)
	}
	head, tail := "", ""
	if from > 0 {
		head = "…"
	}
	if to < len(s) {
		tail = "…"
	}
	var kept [][2]int
	for _, span := range spans {
		if span[0] >= from && span[1] <= to {
			kept = append(kept, [2]int{span[0] - from + len(head), span[1] - from + len(head)})
		}
	}
	return head + s[from:to] + tail, kept
}
