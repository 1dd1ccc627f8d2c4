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
	loose map[string]bool // entries without flags, as written
	known map[string]bool // entries with flags, as written
}

// attach adds the loose entries to the lexicon: as forms of another loose
// entry where the paradigms of the flagged entries have the like, else as
// words of their own.
func attach(lex *lexicon) {
	a := attacher{endingStats{}, map[string]bool{}, map[string]bool{}}
	for _, p := range lex.pairs {
		a.stats.count(p.form, edit(p.form, lex.lemmas[p.lemma]), 1, longest)
		a.known[lex.lemmas[p.lemma]] = true
	}
	for _, w := range lex.loose {
		a.loose[tidy(w)] = true
	}
	best := map[string]string{}
	for _, w := range sortedKeys(a.loose) {
		best[w] = a.best(w)
	}
	for _, w := range sortedKeys(best) {
		lemma := best[w]
		for range 3 { // a form of a form is a form of the lemma
			if next, ok := best[lemma]; ok {
				lemma = next
			}
		}
		lex.add(w, lex.lemma(lemma))
	}
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

// best gives the lemma of a loose entry, the entry itself when it is one.
func (a *attacher) best(w string) string {
	first, _ := utf8.DecodeRuneInString(w)
	second := strings.TrimPrefix(w, string(first))
	if unicode.IsUpper(first) && strings.IndexFunc(second, unicode.IsLower) < 0 {
		return w // an abbreviation
	}
	if i := strings.LastIndexByte(w, '-'); i > 0 {
		return a.hyphenated(w, w[:i], w[i+1:])
	}
	shares := a.stats.shares(fold(w), longest)
	lemma, most := w, max(shares["0"], leastShare)
	for _, e := range sortedKeys(shares) {
		l := apply(w, e)
		score := shares[e]
		switch {
		case utf8.RuneCountInString(l) < 3 || l == w || !sameStart(w, l):
			continue
		case a.loose[l]:
			score *= looseBonus
		case a.known[l] && strings.HasSuffix(l, "ти"):
			score *= knownBonus
		default:
			continue
		}
		if score > most {
			lemma, most = l, score
		}
	}
	return lemma
}

func sameStart(a, b string) bool {
	_, n := utf8.DecodeRuneInString(a)
	return strings.HasPrefix(b, a[:n])
}

// hyphenated gives the lemma of a word of two parts, which may both change:
// Гути-Скляної, акулою-мако.
func (a *attacher) hyphenated(w, head, tail string) string {
	heads, tails := a.stats.shares(fold(head), longest), a.stats.shares(fold(tail), longest)
	heads["0"] = max(heads["0"], leastShare)
	tails["0"] = max(tails["0"], leastShare)
	lemma, most := w, heads["0"]*tails["0"]
	for _, h := range sortedKeys(heads) {
		for _, t := range sortedKeys(tails) {
			l := apply(head, h) + "-" + apply(tail, t)
			if score := looseBonus * heads[h] * tails[t]; score > most && l != w && a.loose[l] {
				lemma, most = l, score
			}
		}
	}
	return lemma
}
