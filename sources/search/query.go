package search

import (
	"slices"
	"strings"
	"time"
	"unicode"
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
	Words      []string   // keys that must all occur
	Phrases    [][]string // forms that must stand side by side
	Not        []string   // keys that must not occur
	NotPhrases [][]string // forms that must not stand side by side
	Sources    []string   // of which sources: names as they were asked for, ids when it is searched
	Topics     []string   // of which topics, likewise
	From, To   time.Time  // published not before From and before To; zero is open
	Until      time.Time  // taken in not after; zero is open
	Newest     bool       // the newest first, not the best
	Loose      bool       // words of the same root will do, and one word may be missing
	Ignored    []string   // parts that could not be used, as they were written
	Long       bool       // the text was longer than MaxQuery: its end is ignored
	Offset     int
	Limit      int
}

// Empty tells whether there is nothing to look for.
func (q Query) Empty() bool {
	return len(q.Words)+len(q.Phrases)+len(q.Sources)+len(q.Topics) == 0 && q.From.IsZero() && q.To.IsZero()
}

// ParseQuery reads a query at a moment in its reader's time zone: words in any
// form, exact "phrases" in any quotes, -words and -"phrases" to leave out,
// джерело:, тема:, з: and по: with their English twins, and periods in plain
// words («за вчора», «у березні 2026»). It never fails: what it cannot use is
// in Ignored.
func ParseQuery(text string, now time.Time) Query {
	var q Query
	if utf8.RuneCountInString(text) > MaxQuery {
		text, q.Long = string([]rune(text)[:MaxQuery]), true
	}
	var plain []string
	for _, p := range parts(quotes.Replace(text)) {
		switch {
		case p.operator != "":
			q.apply(p, now)
		case p.quoted:
			q.addPhrase(p)
		default:
			plain = append(plain, p.written)
		}
	}
	rest := strings.Join(plain, " ")
	if q.From.IsZero() && q.To.IsZero() {
		rest, q.From, q.To = cutPeriod(rest, now)
	}
	q.addWords(rest)
	return q
}

func (q *Query) addPhrase(p part) {
	var words []string
	for _, t := range ukrainian.Tokens(p.value) {
		if t.Kind != ukrainian.Mark {
			words = append(words, form(t))
		}
	}
	for len(words) > 0 && ukrainian.IsStop(words[len(words)-1]) {
		words = words[:len(words)-1] // stop words at the end, or alone, say nothing
	}
	switch {
	case len(words) == 0 && p.value != "":
		q.ignore(p.written)
	case len(words) == 0:
	case q.size()+len(words) > maxTerms:
		q.ignore(p.written)
	case p.not:
		q.NotPhrases = append(q.NotPhrases, words)
	default:
		q.Phrases = append(q.Phrases, words)
	}
}

var quotes = strings.NewReplacer("«", `"`, "»", `"`, "“", `"`, "”", `"`, "„", `"`)

// part is a word, a phrase or an operator with its value.
type part struct {
	operator string // its canonical name
	value    string
	written  string
	quoted   bool
	not      bool
}

// operators are the names that operators have, in lower case.
var operators = map[string]string{
	"джерело": "source", "source": "source",
	"тема": "topic", "topic": "topic",
	"з": "from", "від": "from", "from": "from", "since": "from",
	"по": "to", "до": "to", "to": "to", "until": "to",
}

// parts divides a query whose quotes are all the same.
func parts(text string) []part {
	var all []part
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		p := part{}
		rest := text
		if after, ok := strings.CutPrefix(rest, "-"); ok {
			p.not, rest = true, after
		} else if name, after, ok := strings.Cut(rest, ":"); ok && !p.not {
			if op := operators[strings.ToLower(name)]; op != "" {
				p.operator, rest = op, strings.TrimLeft(after, " ")
			}
		}
		if after, ok := strings.CutPrefix(rest, `"`); ok {
			p.quoted = true
			p.value, rest, _ = strings.Cut(after, `"`)
		} else {
			end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
			if end < 0 {
				end = len(rest)
			}
			p.value, rest = rest[:end], rest[end:]
		}
		p.written = strings.TrimSpace(text[:len(text)-len(rest)])
		all = append(all, p)
		text = rest
	}
	return all
}

// apply takes an operator into the query.
func (q *Query) apply(p part, now time.Time) {
	value := strings.TrimSpace(strings.Trim(p.value, ","))
	from, to, dated := time.Time{}, time.Time{}, false
	if p.operator == "from" || p.operator == "to" {
		from, to, dated = dayOrMonth(value, now)
	}
	switch {
	case value == "":
		q.ignore(p.written)
	case p.operator == "source" && len(q.Sources) < maxTerms:
		q.Sources = append(q.Sources, value)
	case p.operator == "topic" && len(q.Topics) < maxTerms:
		q.Topics = append(q.Topics, value)
	case p.operator == "from" && dated:
		q.From = from
	case p.operator == "to" && dated:
		q.To = to
	default:
		q.ignore(p.written)
	}
}

func (q *Query) ignore(written string) { q.Ignored = append(q.Ignored, written) }

func (q *Query) size() int {
	n := len(q.Words) + len(q.Not)
	for _, p := range slices.Concat(q.Phrases, q.NotPhrases) {
		n += len(p)
	}
	return n
}

func (q *Query) addWords(text string) {
	for field := range strings.FieldsSeq(text) {
		word, not := strings.CutPrefix(field, "-")
		for _, k := range keys(word) {
			switch {
			case q.size() >= maxTerms:
				if !slices.Contains(q.Ignored, field) {
					q.ignore(field)
				}
			case not:
				q.Not = append(q.Not, k)
			case !slices.Contains(q.Words, k):
				q.Words = append(q.Words, k)
			}
		}
	}
}

// root is the beginning that words of one family share with a key, "" for words
// that are too short to have another: «вакцинація» and «вакцинувати».
func root(key string) string {
	letters := []rune(key)
	if len(letters) <= shortRoot {
		return ""
	}
	return string(letters[:max(shortRoot, (len(letters)*3+4)/5)])
}

// shortRoot is how many letters a root has at least.
const shortRoot = 5

// number finds which word of the query a key is, -1 for none.
func (q Query) number(key string) int {
	return slices.IndexFunc(q.Words, func(w string) bool {
		return w == key || q.Loose && root(w) != "" && strings.HasPrefix(key, root(w))
	})
}

// keys gives the keys of the words of a text that mean something.
func keys(text string) []string { return ukrainian.Terms(text) }
