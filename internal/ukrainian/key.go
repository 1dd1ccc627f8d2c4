package ukrainian

import "strings"

// Key gives the normalised key of a token: equal for the forms of one word,
// different for different words as far as that is known. It is the likeliest
// of Lemmas; numbers and words that are not Ukrainian are folded only.
func Key(token string) string {
	return lemma(token)
}

// Keys gives all keys of a token, the likeliest first: an index that holds all
// of them finds «стану» by «стан» and by «стати».
func Keys(token string) []string {
	return Lemmas(token)
}

// Known tells whether the dictionary has a word, in any of its forms.
func Known(word string) bool {
	d := words()
	var b [longestWord]byte
	form, ok := d.encode(b[:0], normal(word))
	return ok && d.find(form) != nil
}

// readable tells whether the dictionary has a word, or a word in which it ends.
func readable(word string) bool {
	d := words()
	var b [longestWord]byte
	form, ok := d.encode(b[:0], normal(word))
	return ok && (d.find(form) != nil || d.tail(form) != nil)
}

// normal folds a word and mends letters of the wrong alphabet.
func normal(word string) string {
	word, _ = Unmix(word)
	return Fold(word)
}

// abbreviation gives an abbreviation with its full stop: «тис» is «тис.».
func abbreviation(folded string) (string, bool) {
	bare, stop := strings.CutSuffix(folded, ".")
	if len(bare) > 2*longestAbbreviation {
		return folded, false
	}
	if _, ok := alwaysDotted[bare]; ok || stop {
		return bare + ".", true
	}
	return folded, false
}

// PhraseKey is equal for phrases whose words have equal keys: that differ in the
// forms of their words, in letter case and in marks alone. It is empty for a text
// without words.
func PhraseKey(s string) string {
	var keys []string
	for _, t := range Tokens(s) {
		if t.Kind != Mark {
			keys = append(keys, Key(t.Text))
		}
	}
	return strings.Join(keys, " ")
}
