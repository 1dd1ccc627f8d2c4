package ukrainian

// The guesser looks at so many letters of the end of a word, and leaves alone
// words that are shorter than the least.
const (
	guessLetters = 6
	guessLeast   = 4
	guessKeeps   = 2 // letters of the word that every guess keeps
)

// nameMark begins the endings that were learnt from names.
const nameMark = '_'

// guess gives the edits that the longest known ending of an unknown form
// suggests. Names have endings of their own.
func (d *dictionary) guess(form []byte, name bool) []edit {
	if len(form) < guessLeast {
		return nil
	}
	var key [guessLetters + 1]byte
	k := key[:0]
	if name {
		k = append(k, nameMark)
	}
	var found []edit
	for i := len(form) - 1; i >= 0 && i >= len(form)-guessLetters; i-- {
		k = append(k, form[i])
		if n, ok, err := d.endings.Get(k); err == nil && ok && fits(d.edits[n], len(form)) {
			found = d.edits[n]
		}
	}
	return found
}

// fits tells whether all edits leave enough of a form of so many letters.
func fits(edits []edit, letters int) bool {
	for _, e := range edits {
		if letters-e.cut < guessKeeps {
			return false
		}
	}
	return true
}
