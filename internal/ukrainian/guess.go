package ukrainian

// The guesser looks at so many letters of the end of a word, and leaves alone
// words that are shorter than the least.
const (
	guessLetters = 6
	guessLeast   = 4
	guessKeeps   = 2 // letters of the word that every guess keeps
	knownTail    = 5 // letters of a known word in which an unknown one ends: мегапроєкт
)

// nameMark begins the endings that were learnt from names.
const nameMark = '_'

// guess gives the edits of the longest known word in which an unknown form
// ends, else those that its longest known ending suggests. Names have endings
// of their own, and no words in them.
func (d *dictionary) guess(form []byte, name bool) []edit {
	if len(form) < guessLeast {
		return nil
	}
	if !name {
		if edits := d.tail(form); edits != nil {
			return edits
		}
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

// tail gives the edits of the longest known word in which a form ends, nil when
// there is none: мегапроєкт, кібербезпека.
func (d *dictionary) tail(form []byte) []edit {
	for i := guessKeeps; i <= len(form)-knownTail; i++ {
		if edits := d.find(form[i:]); edits != nil {
			return edits
		}
	}
	return nil
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
