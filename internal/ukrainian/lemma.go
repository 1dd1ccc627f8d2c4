package ukrainian

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/blevesearch/vellum"
)

//go:generate go run ./dictionary -dir dictionary

// The word data. The folder dictionary says where it comes from, under what
// licence, and how it is made.
var (
	//go:embed dictionary/uk.fst
	formsData []byte
	//go:embed dictionary/endings.fst
	endingsData []byte
	//go:embed dictionary/edits.tsv
	editsData string
)

// dictionary answers which words a form may belong to. It is read in place and
// never changes: it is safe for concurrent use.
type dictionary struct {
	forms   *vellum.FST // an encoded form → the number of its edits
	endings *vellum.FST // an encoded ending, last letter first → the same
	edits   [][]edit
	code    [codeLetters]byte // of a letter, by its distance from the first
	letter  [256]string       // the letter of a code
	memo    memo
}

// memo remembers the lemmas of words that were asked for lately: running text
// asks for the same few thousand again and again. A place holds one word; a
// word that hashes to it takes it over.
type memo [1 << memoBits]atomic.Pointer[remembered]

type remembered struct{ word, lemma string }

// memoBits gives 32,768 places, at most 6 MB when all are taken; longer words
// are not remembered.
const (
	memoBits = 15
	memoLong = 48 // bytes
)

// place gives where a word is remembered, by its FNV-1a hash.
func (m *memo) place(word string) *atomic.Pointer[remembered] {
	h := uint32(2166136261)
	for i := range len(word) {
		h = (h ^ uint32(word[i])) * 16777619
	}
	return &m[(h^h>>memoBits)&(1<<memoBits-1)]
}

// edit makes a lemma of a form: cut so many letters, add encoded ones.
type edit struct {
	cut int
	add string
}

// The letters that have codes lie between these two, but for the apostrophe
// and the hyphen.
const (
	firstLetter = 'а'
	codeLetters = 'ґ' - firstLetter + 1
	// longestWord is the most letters that a word of the dictionary may have;
	// longer ones are not looked up.
	longestWord = 64
)

// words opens the dictionary once. The data is part of the program, so that it
// cannot fail to open but by a fault of the build.
var words = sync.OnceValue(open)

func open() *dictionary {
	d := &dictionary{}
	var err error
	if d.forms, err = vellum.Load(formsData); err == nil {
		d.endings, err = vellum.Load(endingsData)
	}
	if err != nil {
		panic("ukrainian: the embedded dictionary is damaged: " + err.Error())
	}
	alphabet, rest, _ := strings.Cut(editsData, "\n")
	codes, rest, _ := strings.Cut(rest, "\n")
	i := 0
	for _, r := range alphabet {
		d.letter[codes[i]] = string(r)
		if r >= firstLetter && r < firstLetter+codeLetters {
			d.code[r-firstLetter] = codes[i]
		}
		i++
	}
	for line := range strings.Lines(rest) {
		d.edits = append(d.edits, d.parseEdits(strings.TrimSuffix(line, "\n")))
	}
	return d
}

// parseEdits reads one line of the table: edits such as "2ий", ranked.
func (d *dictionary) parseEdits(line string) []edit {
	var all []edit
	for f := range strings.SplitSeq(line, "\t") {
		var e edit
		for f != "" && f[0] >= '0' && f[0] <= '9' {
			e.cut = 10*e.cut + int(f[0]-'0')
			f = f[1:]
		}
		add, _ := d.encode(nil, f)
		e.add = string(add)
		all = append(all, e)
	}
	return all
}

// encode appends the bytes that stand for a folded word in the automata; it
// reports whether every letter has one.
func (d *dictionary) encode(b []byte, word string) ([]byte, bool) {
	for _, r := range word {
		var c byte
		switch {
		case r >= firstLetter && r < firstLetter+codeLetters:
			c = d.code[r-firstLetter]
		case r == '-':
			c = '-'
		case r == '’':
			c = '.'
		}
		if c == 0 || len(b) == longestWord {
			return b, false
		}
		b = append(b, c)
	}
	return b, true
}

// make gives the lemma that an edit makes of an encoded form.
func (d *dictionary) make(form []byte, e edit) string {
	var b [4 * longestWord]byte
	out := b[:0]
	for _, c := range form[:len(form)-e.cut] {
		out = append(out, d.letter[c]...)
	}
	for i := range len(e.add) {
		out = append(out, d.letter[e.add[i]]...)
	}
	return string(out)
}

// find gives the edits of a known form.
func (d *dictionary) find(form []byte) []edit {
	n, ok, err := d.forms.Get(form)
	if err != nil || !ok {
		return nil
	}
	return d.edits[n]
}

// Lemmas gives the dictionary forms that a word may be a form of, folded, the
// likeliest first: «стану» is «стан» and «стати». Words that the dictionary
// does not have are led back by their endings; what is not Ukrainian is given
// as it is, folded. There is always at least one.
func Lemmas(word string) []string {
	d := words()
	folded := normal(word)
	if a, ok := abbreviation(folded); ok {
		return []string{a}
	}
	var b [longestWord]byte
	form, edits := d.edit(b[:0], folded, isName(word))
	if len(edits) == 0 {
		return []string{d.compound(folded)}
	}
	all := make([]string, len(edits))
	for i, e := range edits {
		all[i] = d.make(form, e)
	}
	return all
}

// lemma gives the first of Lemmas.
func lemma(word string) string {
	d := words()
	if len(word) > memoLong {
		return d.lemma(word)
	}
	place := d.memo.place(word)
	if r := place.Load(); r != nil && r.word == word {
		return r.lemma
	}
	word = strings.Clone(word) // a word must not keep its whole text alive
	lemma := d.lemma(word)
	place.Store(&remembered{word, lemma})
	return lemma
}

func (d *dictionary) lemma(word string) string {
	folded := normal(word)
	if a, ok := abbreviation(folded); ok {
		return a
	}
	var b [longestWord]byte
	form, edits := d.edit(b[:0], folded, isName(word))
	switch {
	case len(edits) == 0:
		return d.compound(folded)
	case edits[0].cut == 0 && edits[0].add == "":
		return folded
	}
	return d.make(form, edits[0])
}

// edit gives the encoded form of a folded word and its edits: those of the
// dictionary, else those that its ending suggests. Words with a hyphen that are
// not in the dictionary have none, and neither has what cannot be encoded.
func (d *dictionary) edit(b []byte, folded string, name bool) ([]byte, []edit) {
	form, ok := d.encode(b, folded)
	if !ok || len(form) == 0 {
		return form, nil
	}
	if edits := d.find(form); edits != nil {
		return form, edits
	}
	if strings.Contains(folded, "-") {
		return form, nil
	}
	return form, d.guess(form, name)
}

// compound gives the lemma of an unknown word with a hyphen, part by part:
// держав-учасниць. What stands before the last hyphen changes only when it is a
// known word. A number with an ending is the ordinal: 90-х.
func (d *dictionary) compound(folded string) string {
	i := strings.LastIndexByte(folded, '-')
	if i <= 0 || i == len(folded)-1 {
		return folded
	}
	head, tail := folded[:i], folded[i+1:]
	if isOrdinal(head, tail) {
		return head + "-й"
	}
	var b [longestWord]byte
	form, edits := d.edit(b[:0], tail, false)
	if len(edits) > 0 {
		tail = d.make(form, edits[0])
	}
	if form, ok := d.encode(b[:0], head); ok && len(form) >= guessLeast {
		if edits := d.find(form); edits != nil {
			head = d.make(form, edits[0])
		}
	}
	return head + "-" + tail
}

// ordinals are the endings that are written after a number.
var ordinals = [...]string{"й", "ий", "го", "му", "м", "х", "ї", "а", "я", "е", "є", "у", "ю", "ою", "им", "ми", "их", "ій", "ша", "га", "та"}

func isOrdinal(head, tail string) bool {
	if strings.Trim(head, "0123456789") != "" {
		return false
	}
	return slices.Contains(ordinals[:], tail)
}

// isName tells whether a word is written as names are: one capital, then small
// letters.
func isName(word string) bool {
	r, size := utf8.DecodeRuneInString(word)
	if !isCapital(r) || size == len(word) {
		return false
	}
	r, _ = utf8.DecodeLastRuneInString(word)
	return !isCapital(r)
}

func isCapital(r rune) bool {
	return r >= 'А' && r <= 'Я' || r == 'І' || r == 'Ї' || r == 'Є' || r == 'Ґ'
}
