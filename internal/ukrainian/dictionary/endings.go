package main

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
)

// The guesser's endings have at most so many letters, and are kept when so
// many forms of the dictionary end so.
const (
	guessLongest = 6
	guessLeast   = 4
	guessKept    = 3 // edits that are kept for an ending
)

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
	best := map[string][]string{}
	for _, ending := range sortedKeys(s) {
		edits := sortedKeys(s[ending])
		slices.SortStableFunc(edits, func(a, b string) int { return cmp.Compare(s[ending][b], s[ending][a]) })
		best[ending] = edits[:min(guessKept, len(edits))]
	}
	byLength := sortedKeys(best)
	slices.SortStableFunc(byLength, func(a, b string) int { return cmp.Compare(letters(a), letters(b)) })
	for _, ending := range byLength {
		inherited := ""
		endings(ending, letters(ending)-1, func(e string) {
			if kept := all[mark+e]; kept != nil {
				inherited = kept[0]
			}
		})
		if best[ending][0] != inherited {
			all[mark+ending] = best[ending]
		}
	}
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
