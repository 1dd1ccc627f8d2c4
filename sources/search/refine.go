package search

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Refinement is one side of a query that can be set apart from the others.
type Refinement int

// The sides of a query.
const (
	Period Refinement = iota
	OfSource
	OfTopic
)

// Refine writes a query with another period, source or topic, in the words of
// the query language: «за тиждень», «джерело:мзс». An empty value leaves that
// side open. ok is false when the query would be too long.
func Refine(text string, side Refinement, value string, now time.Time) (refined string, ok bool) {
	var words, rest, kept []string
	for _, p := range parts(quotes.Replace(text)) {
		kept = append(kept, p.written)
		switch {
		case side == Period && (p.operator == "from" || p.operator == "to"),
			side == OfSource && p.operator == "source", side == OfTopic && p.operator == "topic":
			kept = kept[:len(kept)-1]
		case p.operator == "" && !p.quoted:
			words = append(words, p.written)
		default:
			rest = append(rest, p.written)
		}
	}
	plain := strings.Join(words, " ")
	if left, from, to := cutPeriod(plain, now); side == Period && (!from.IsZero() || !to.IsZero()) {
		kept = append([]string{left}, rest...) // the words of a period may stand apart
	}
	all := slices.DeleteFunc(append(kept, value), func(s string) bool { return s == "" })
	refined = strings.Join(all, " ")
	return refined, utf8.RuneCountInString(refined) <= MaxQuery
}

// Expressive tells whether a text uses the query language: it is more than
// words.
func Expressive(text string) bool {
	for _, p := range parts(quotes.Replace(text)) {
		if p.operator != "" || p.not || p.quoted {
			return true
		}
	}
	return false
}
