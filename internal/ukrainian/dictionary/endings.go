package main

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// The guesser's endings have at most so many letters.
const (
	guessLongest = 6
	guessKept    = 3 // edits that are kept for an ending
)

// shorterWeight is how many forms the ending one letter shorter counts for.
const shorterWeight = 1.0

// nameMark begins the endings that were learnt from names alone.
const nameMark = "_"

// learnEndings gives for each ending its edits, the likeliest first. A form
// counts as much as its place in the paradigm is used in running text.
func learnEndings(lex *lexicon, m *model) map[string][]string {
	words, names := endingStats{}, endingStats{}
	for _, p := range lex.pairs {
		l := lex.lemmas[p.lemma]
		if letters(p.form) < 4 {
			continue
		}
		e, weight := edit(p.form, l), m.usage(placeOf(p.form, l))
		words.count(p.form, e, weight, guessLongest)
		if lex.proper[p.lemma] {
			names.count(p.form, e, weight, guessLongest)
		}
	}
	all := map[string][]string{}
	prune(words, "", all)
	prune(names, nameMark, all)
	return all
}

// prune keeps the endings whose best edit differs from that of the ending one
// letter shorter.
func prune(s endingStats, mark string, all map[string][]string) {
	smoothed := map[string]map[string]float64{}
	byLength := sortedKeys(s)
	slices.SortStableFunc(byLength, func(a, b string) int { return cmp.Compare(letters(a), letters(b)) })
	for _, ending := range byLength {
		_, first := utf8.DecodeRuneInString(ending)
		shorter := ending[first:]
		smoothed[ending] = smooth(s[ending], smoothed[shorter])
		inherited := ""
		endings(ending, letters(ending)-1, func(e string) {
			if kept := all[mark+e]; kept != nil {
				inherited = kept[0]
			}
		})
		scores := smoothed[ending]
		edits := sortedKeys(scores)
		slices.SortStableFunc(edits, func(a, b string) int { return cmp.Compare(scores[b], scores[a]) })
		if edits[0] != inherited {
			all[mark+ending] = edits[:min(guessKept, len(edits))]
		}
	}
}

// smooth gives the shares of the edits of an ending; where few forms end so,
// the shares of the ending one letter shorter count as well.
func smooth(counts, shorter map[string]float64) map[string]float64 {
	total := shorterWeight
	for _, e := range sortedKeys(counts) {
		total += counts[e]
	}
	shares := map[string]float64{}
	for e, n := range counts {
		shares[e] = (n + shorterWeight*shorter[e]) / total
	}
	return shares
}

// writeEndings compiles the endings, read from the last letter to the first.
func writeEndings(dir string, all map[string][]string, edits *table) error {
	values := map[string]uint64{}
	for _, ending := range sortedKeys(all) {
		bare, name := strings.CutPrefix(ending, nameMark)
		key := encode(bare)
		slices.Reverse(key)
		k := string(key)
		if name {
			k = nameMark + k
		}
		values[k] = edits.id(strings.Join(all[ending], "\t"))
	}
	return writeFST(filepath.Join(dir, endingsFile), values)
}
