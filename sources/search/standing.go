package search

import (
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// Standing is a set of queries that are asked of each article once, when it
// comes: what each finds of the articles that were shown to the set is known
// from then on. A query hangs by one of its words, so that an article meets
// those queries alone that share a word with it. It finds the same as
// Index.Search does. It is safe for concurrent use.
type Standing struct {
	labels Labels
	seed   maphash.Seed

	mu      sync.Mutex
	number  map[string]int // of the queries, by their names
	queries []Query
	byWord  map[uint32][]int // queries by the word by which they hang
	byNone  []int            // queries without a word that must occur
	seen    map[state]*matched
}

// state is an article in one of its versions.
type state struct {
	id     string
	edited time.Time
	bytes  int // tells records apart that come without a history
	links  int
}

// matched is what is known of an article.
type matched struct {
	words []uint32 // of its keys and forms, sorted
	asked int      // how many queries it was asked
	fits  map[int]bool
}

// Bounds of what is remembered: when it is full all is made anew.
const (
	maxStanding = 200_000
	maxMatched  = 50_000
)

// NewStanding returns an empty set.
func NewStanding(labels Labels) *Standing {
	s := &Standing{labels: labels, seed: maphash.MakeSeed()}
	s.clear()
	return s
}

func (s *Standing) clear() {
	s.number, s.queries = map[string]int{}, nil
	s.byWord, s.byNone = map[uint32][]int{}, nil
	s.seen = map[state]*matched{}
}

// Has tells whether a query is in the set.
func (s *Standing) Has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.number[name]
	return ok
}

// Add puts a query into the set, unless one of this name is there. Its sources
// and topics are ids.
func (s *Standing) Add(name string, q Query) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.number[name]; ok {
		return
	}
	if len(s.queries) >= maxStanding {
		s.clear()
	}
	n := len(s.queries)
	s.queries, s.number[name] = append(s.queries, q), n
	if word, ok := s.hook(q); ok {
		s.byWord[word] = append(s.byWord[word], n)
	} else {
		s.byNone = append(s.byNone, n)
	}
}

// hook chooses the word by which a query hangs: the one by which the fewest do.
func (s *Standing) hook(q Query) (word uint32, ok bool) {
	var all []uint32
	for _, w := range q.Words {
		all = append(all, s.hash(fieldText, w))
	}
	for _, p := range q.Phrases {
		for _, w := range p {
			all = append(all, s.hash(fieldExact, w))
		}
	}
	for _, w := range all {
		if !ok || len(s.byWord[w]) < len(s.byWord[word]) {
			word, ok = w, true
		}
	}
	return word, ok
}

func (s *Standing) hash(field, word string) uint32 {
	return uint32(maphash.String(s.seed, field+word))
}

// Fits tells whether a query of the set finds an article. One that is not in
// the set finds nothing.
func (s *Standing) Fits(name string, a *articles.Article) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.number[name]
	return ok && s.of(a).fits[n]
}

// of asks an article the queries that it was not asked yet.
func (s *Standing) of(a *articles.Article) *matched {
	key := state{a.ID, a.Edited, len(a.Title) + len(a.Text), len(a.Links)}
	m := s.seen[key]
	if m == nil {
		if len(s.seen) >= maxMatched {
			clear(s.seen)
		}
		m = &matched{words: s.hashes(a), fits: map[int]bool{}}
		s.seen[key] = m
	}
	if m.asked == len(s.queries) {
		return m
	}
	var text *reading
	ask := func(n int) {
		if text == nil {
			text = read(a, s.labels)
		}
		if text.fits(s.queries[n]) {
			m.fits[n] = true
		}
	}
	if m.asked == 0 {
		s.meet(m, ask)
	} else { // queries that came after the article
		for n := m.asked; n < len(s.queries); n++ {
			if word, hangs := s.hook(s.queries[n]); !hangs || m.has(word) {
				ask(n)
			}
		}
	}
	m.asked = len(s.queries)
	return m
}

// meet asks an article the queries that hang by its words.
func (s *Standing) meet(m *matched, ask func(int)) {
	for _, w := range m.words {
		for _, n := range s.byWord[w] {
			ask(n)
		}
	}
	for _, n := range s.byNone {
		ask(n)
	}
}

func (m *matched) has(word uint32) bool {
	_, ok := slices.BinarySearch(m.words, word)
	return ok
}

// hashes gives all by which a query can hang that finds an article.
func (s *Standing) hashes(a *articles.Article) []uint32 {
	var all []uint32
	for _, text := range []string{a.Title, a.Text} {
		for _, t := range ukrainian.Tokens(text) {
			for _, k := range indexed(t) {
				all = append(all, s.hash(fieldText, k))
			}
			for _, f := range forms(t) {
				all = append(all, s.hash(fieldExact, f))
			}
		}
	}
	slices.Sort(all)
	return slices.Clip(slices.Compact(all))
}

// reading is an article as a query is asked of it.
type reading struct {
	document
	topics func() []string
	keys   map[string]bool
	words  [][]ukrainian.Token // without marks, of the title and of the text
}

func read(a *articles.Article, labels Labels) *reading {
	r := &reading{document: documentOf(a, Labels{}), keys: map[string]bool{}}
	r.topics = sync.OnceValue(func() []string {
		if labels.Topics == nil {
			return nil
		}
		return labels.Topics(a.Title, a.Text)
	})
	for _, text := range []string{a.Title, a.Text} {
		words := wordsOf(text)
		for _, t := range words {
			for _, k := range indexed(t) {
				r.keys[k] = true
			}
		}
		r.words = append(r.words, words)
	}
	return r
}

// fits tells whether a query finds an article.
func (r *reading) fits(q Query) bool {
	shares := func(wanted, have []string) bool {
		return len(wanted) == 0 || slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(have, w) })
	}
	return !q.Empty() && shares(q.Sources, r.Sources) && (len(q.Topics) == 0 || shares(q.Topics, r.topics())) &&
		!(r.Time.Before(q.From) || !q.To.IsZero() && !r.Time.Before(q.To)) &&
		!slices.ContainsFunc(q.Words, func(w string) bool { return !r.keys[w] }) &&
		!slices.ContainsFunc(q.Not, func(w string) bool { return r.keys[w] }) &&
		!slices.ContainsFunc(q.Phrases, func(p []string) bool { return !r.says(p) }) &&
		!slices.ContainsFunc(q.NotPhrases, r.says)
}

// says tells whether the words of a phrase stand side by side.
func (r *reading) says(phrase []string) bool {
	for _, words := range r.words {
		for i := range words {
			if stands(phrase, words[i:]) {
				return true
			}
		}
	}
	return false
}
