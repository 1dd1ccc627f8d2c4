package ukrainian

import "strings"

// The letters of the two alphabets that look alike, in pairs.
const (
	likeLatin    = "aceiopxyABCEHIKMOPTXYïÏ"
	likeCyrillic = "асеіорхуАВСЕНІКМОРТХУїЇ"
)

var (
	toCyrillic = likeness(likeLatin, likeCyrillic)
	toLatin    = likeness(likeCyrillic, likeLatin)
)

func likeness(from, to string) map[rune]rune {
	m := map[rune]rune{}
	letters := []rune(to)
	for i, r := range []rune(from) {
		m[r] = letters[i]
	}
	return m
}

// Unmix writes a word in one alphabet whose letters come from two that look
// alike: «Мiнцифри» with a Latin i, «СОVID» with Cyrillic С and О. mixed tells
// whether there was anything to mend. A word that needs both alphabets, as
// «e-урядування» written with a Latin e does not but «IT-фахівець» does, is
// mended part by part between its hyphens.
func Unmix(word string) (unmixed string, mixed bool) {
	if !isMixed(word) {
		return word, false
	}
	if head, tail, ok := strings.Cut(word, "-"); ok {
		// A single letter or sign before the hyphen goes by what follows it.
		if r, cyrillic := toCyrillic[[]rune(head + " ")[0]]; cyrillic && len(head) == 1 && hasCyrillic(tail) {
			head = string(r)
		}
		h, _ := Unmix(head)
		t, _ := Unmix(tail)
		return h + "-" + t, h+"-"+t != word
	}
	if out, ok := rewrite(word, isLatin, toCyrillic); ok {
		return out, true
	}
	if out, ok := rewrite(word, isCyrillic, toLatin); ok {
		return out, true
	}
	return word, false
}

// isMixed tells whether a word has letters of both alphabets.
func isMixed(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool { return isLatin(r) || r == 'ï' || r == 'Ï' }) && hasCyrillic(word)
}

func hasCyrillic(s string) bool { return strings.ContainsFunc(s, isCyrillic) }

// rewrite replaces the letters that foreign tells by their likes; ok is false
// when one has none.
func rewrite(word string, foreign func(rune) bool, likes map[rune]rune) (string, bool) {
	ok := true
	out := strings.Map(func(r rune) rune {
		if like, found := likes[r]; found {
			return like
		}
		ok = ok && !foreign(r)
		return r
	}, word)
	return out, ok
}
