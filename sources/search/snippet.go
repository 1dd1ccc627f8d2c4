package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
)

// Snippet finds the sentence of a text that has most of a query, and a second
// one with what the first lacks, and where in them the words found stand, as
// byte offsets. They stand in the order of the text.
func (q Query) Snippet(text string) (snippet string, spans [][2]int) {
	sentences := ukrainian.Sentences(text)
	read := make([]sentence, len(sentences))
	for i, s := range sentences {
		read[i] = q.read(s)
	}
	first := fullest(read, nil)
	if first < 0 {
		return "", nil
	}
	chosen := []int{first}
	if second := fullest(read, read[first].found); second >= 0 && len(read[second].found) > 0 {
		chosen = append(chosen, second)
		slices.Sort(chosen)
	}
	limit := snippetLimit / len(chosen)
	for n, i := range chosen {
		s, here := clip(read[i].text, read[i].spans, limit)
		if n > 0 {
			snippet += between(chosen)
		}
		for _, span := range here {
			spans = append(spans, [2]int{span[0] + len(snippet), span[1] + len(snippet)})
		}
		snippet += s
	}
	return snippet, spans
}

// between joins two sentences of a snippet: something is left out between those
// that do not follow one another.
func between(chosen []int) string {
	if chosen[1] == chosen[0]+1 {
		return " "
	}
	return " … "
}

// sentence is what a sentence has of a query.
type sentence struct {
	text  string
	found map[int]bool // by the number of the word, or of the phrase after all words
	spans [][2]int
}

// fullest gives the first sentence with the most of the query beyond what is
// found already, -1 when no sentence adds to something found.
func fullest(all []sentence, found map[int]bool) int {
	best, most := -1, 0
	if len(found) == 0 && len(all) > 0 {
		best = 0
	}
	for i, s := range all {
		n := 0
		for w := range s.found {
			if !found[w] {
				n++
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

// read finds the words and phrases of a query in a sentence.
func (q Query) read(text string) sentence {
	s := sentence{text: text, found: map[int]bool{}}
	words := wordsOf(text)
	marked := make([]bool, len(words))
	for i, t := range words {
		for _, k := range indexed(t) {
			if n := q.number(k); n >= 0 {
				s.found[n], marked[i] = true, true
			}
		}
	}
	for n, p := range q.Phrases {
		for i := range words {
			if !stands(p, words[i:]) {
				continue
			}
			s.found[len(q.Words)+n] = true
			for j := range p {
				marked[i+j] = true
			}
		}
	}
	for i, t := range words {
		if marked[i] {
			s.spans = append(s.spans, [2]int{t.Start, t.End})
		}
	}
	return s
}

// stands tells whether words begin with those of a phrase.
func stands(phrase []string, words []ukrainian.Token) bool {
	if len(words) < len(phrase) {
		return false
	}
	for i, p := range phrase {
		if !slices.Contains(forms(words[i]), p) {
			return false
		}
	}
	return true
}

// snippetLimit is how many bytes of a sentence a snippet shows.
const snippetLimit = 500

// clip cuts a long sentence at word ends around the first word found.
func clip(s string, spans [][2]int, limit int) (string, [][2]int) {
	if len(s) <= limit {
		return s, spans
	}
	from := 0
	if len(spans) > 0 && spans[0][0] > limit/2 {
		from = strings.LastIndexByte(s[:spans[0][0]-limit/4], ' ') + 1
	}
	to := min(from+limit, len(s))
	if to < len(s) {
		to = from + strings.LastIndexByte(s[from:to], ' ')
		if to < from {
			to = from + limit
			for to > from && !utf8.RuneStart(s[to]) {
				to--
			}
		}
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
