package main

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// endingStats counts, for each ending of a form, the edits that give the
// lemmas of the forms that end so.
type endingStats map[string]map[string]float64

// longest is the number of letters of the longest ending that is looked at.
const longest = 7

// endings calls f with each ending of a word, the shortest first.
func endings(w string, most int, f func(ending string)) {
	i := len(w)
	for range most {
		_, size := utf8.DecodeLastRuneInString(w[:i])
		if size == 0 {
			return
		}
		i -= size
		f(w[i:])
	}
}

func (s endingStats) count(form, edit string, weight float64, most int) {
	endings(form, most, func(e string) {
		if s[e] == nil {
			s[e] = map[string]float64{}
		}
		s[e][edit] += weight
	})
}

// shares gives for each edit how likely it is after the endings of a form,
// added over the lengths of the endings.
func (s endingStats) shares(form string, most int) map[string]float64 {
	all := map[string]float64{}
	endings(form, most, func(e string) {
		total := 0.0
		for _, edit := range sortedKeys(s[e]) {
			total += s[e][edit]
		}
		for edit, n := range s[e] {
			all[edit] += n / total
		}
	})
	return all
}

// attacher finds the lemmas of the entries without flags: paradigms that are
// written out word by word.
type attacher struct {
	stats endingStats
	loose map[string]bool     // entries without flags, as written
	known map[string]bool     // entries with flags, as written
	tails map[string][]string // the last parts of the loose entries with a hyphen, by what is before
}

// attach adds the loose entries to the lexicon: as forms of another loose
// entry where the paradigms of the flagged entries have the like, else as
// words of their own. What the closed classes have is left to them.
func attach(lex *lexicon, closed *closedClasses) {
	a := attacher{endingStats{}, map[string]bool{}, map[string]bool{}, map[string][]string{}}
	for _, p := range lex.pairs {
		a.stats.count(p.form, edit(p.form, lex.lemmas[p.lemma]), 1, longest)
		a.known[lex.lemmas[p.lemma]] = true
	}
	for _, w := range lex.loose {
		if !closed.forms[fold(w)] {
			a.loose[tidy(w)] = true
		}
	}
	for _, w := range sortedKeys(a.loose) {
		if i := strings.LastIndexByte(w, '-'); i > 0 {
			a.tails[w[:i]] = append(a.tails[w[:i]], w[i+1:])
		}
	}
	candidates, support := map[string]map[string]float64{}, map[string]float64{}
	for _, w := range sortedKeys(a.loose) {
		candidates[w] = a.candidates(w)
		for l := range candidates[w] {
			support[l]++
		}
	}
	for _, w := range sortedKeys(candidates) {
		lemma := w
		for range 3 { // a form of a form is a form of the lemma
			lemma = best(lemma, candidates[lemma], support)
		}
		lex.add(w, lex.lemma(lemma))
	}
}

// leastSupport is the number of forms that a paradigm written out has at
// least; a pair of like adverbs has fewer.
const leastSupport = 3

// best gives the candidate with the most likely ending and the most forms, the
// word itself when no candidate is likely enough.
func best(w string, candidates, support map[string]float64) string {
	lemma, most := w, 0.0
	for _, l := range sortedKeys(candidates) {
		score := candidates[l] * support[l]
		if support[l] >= leastSupport && score > most && support[l] > support[w]/2 {
			lemma, most = l, score
		}
	}
	return lemma
}

// tidy writes an entry with the one apostrophe, its capitals kept.
func tidy(w string) string { return strings.ReplaceAll(w, "'", "’") }

// A lemma that is itself an entry without flags is much likelier than chance;
// one that has flags is less likely, because its forms come from its flags.
const (
	looseBonus = 30
	knownBonus = 2
	leastShare = 0.02
)

// candidates gives the lemmas that a loose entry may be a form of, with their
// scores; none when it is likelier to be a lemma.
func (a *attacher) candidates(w string) map[string]float64 {
	first, size := utf8.DecodeRuneInString(w)
	if unicode.IsUpper(first) && strings.IndexFunc(w[size:], unicode.IsLower) < 0 {
		return nil // an abbreviation
	}
	if i := strings.LastIndexByte(w, '-'); i > 0 {
		return a.hyphenated(w, w[:i], w[i+1:])
	}
	all := map[string]float64{}
	shares := a.stats.shares(fold(w), longest)
	for _, e := range sortedKeys(shares) {
		l := apply(w, e)
		score := shares[e]
		switch {
		case letters(l) < 3 || l == w || !near(w, l):
			continue
		case a.loose[l]:
			score *= looseBonus
		case a.known[l] && strings.HasSuffix(l, "ти"):
			score *= knownBonus
		default:
			continue
		}
		if score > max(shares["0"], leastShare) {
			all[l] = max(all[l], score)
		}
	}
	return all
}

// near tells whether a form keeps more than half of its letters in a lemma:
// what keeps less is not found by analogy.
func near(form, lemma string) bool {
	return 2*letters(form[:shared(form, lemma)]) > letters(form)
}

// hyphenated gives the candidates for a word of two parts, which may both change:
// Гути-Скляної, акулою-мако.
func (a *attacher) hyphenated(w, head, tail string) map[string]float64 {
	heads, tails := a.stats.shares(fold(head), longest), a.stats.shares(fold(tail), longest)
	heads["0"] = max(heads["0"], leastShare)
	tails["0"] = max(tails["0"], leastShare)
	all := map[string]float64{}
	for h, hs := range heads {
		lemma := apply(head, h)
		for _, end := range a.tails[lemma] {
			l := lemma + "-" + end
			if score := looseBonus * hs * tails[edit(tail, end)]; l != w && score > heads["0"]*tails["0"] {
				all[l] = max(all[l], score)
			}
		}
	}
	return all
}
