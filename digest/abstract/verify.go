package abstract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
)

// Bounds of an abstract.
const (
	minLetters   = 40
	maxLetters   = 600
	maxSentences = 3
)

// mostSource is how many letters of a source are looked at: those that the model
// was given, and its title. It bounds what a hostile article may cost.
const mostSource = mostText + 1000

// Verify tells whether an abstract says nothing that its source does not say,
// and if it does not, why. It knows no facts and no grammar beyond the words: it
// compares numbers, dates, quotations, names, negations and who stands where. A
// text that it takes for wrong costs nothing, for the extract goes out; so in
// doubt it says no.
func Verify(source, abstract string) (ok bool, reasons []string) {
	p := &pair{abs: read(abstract)}
	if p.form(); len(p.reasons) > 0 {
		return false, p.reasons
	}
	p.src = read(trusted(shorten(source, mostSource)))
	for _, check := range []func(*pair){
		(*pair).language, (*pair).orders, (*pair).numbers, (*pair).counted, (*pair).dates, (*pair).ordinals, (*pair).quotations,
		(*pair).names, (*pair).persons, (*pair).bodies, (*pair).roles, (*pair).figures, (*pair).negations, (*pair).directions, (*pair).prepositions, (*pair).support, (*pair).events, (*pair).converses,
	} {
		check(p)
	}
	return len(p.reasons) == 0, p.reasons
}

// pair is an abstract beside its source, and what is wrong with it.
type pair struct {
	src, abs *text
	reasons  []string
}

func (p *pair) fault(reason, what string) {
	r := reason
	if what != "" {
		r += ": " + what
	}
	if !slices.Contains(p.reasons, r) {
		p.reasons = append(p.reasons, r)
	}
}

// word is a token of a text with what it may be a form of.
type word struct {
	ukrainian.Token
	fold    string
	keys    []string
	initial bool // begins a sentence
	capital bool
	quoted  bool // stands inside quotes
	at      int  // its place among the words
	in      int  // its sentence
}

// stop tells whether a word carries no subject.
func (w word) stop() bool { return w.Kind == ukrainian.Word && ukrainian.IsStop(w.Text) }

// verb tells whether a word is likeliest a verb.
func (w word) verb() bool {
	return strings.HasSuffix(w.keys[0], "ти") || strings.HasSuffix(w.keys[0], "тися") || strings.HasSuffix(w.keys[0], "тись")
}

// text is a text taken apart.
type text struct {
	raw       string
	words     []word // without marks
	sentences int
	index     map[string][]int // places of words by every key
	looked    map[string][]int // places of words by their text that were looked up
	persons   []mention        // once they were sought
	sought    bool
}

func read(raw string) *text {
	t := &text{raw: raw, index: map[string][]int{}, looked: map[string][]int{}}
	spans := ukrainian.SentenceSpans(raw)
	t.sentences = len(spans)
	in, fresh, quoted := -1, false, 0
	for _, token := range ukrainian.Tokens(raw) {
		for in+1 < len(spans) && token.Start >= spans[in+1].Start {
			in, fresh, quoted = in+1, true, 0
		}
		if token.Kind == ukrainian.Mark {
			switch token.Text {
			case "«", "“", "„":
				quoted++
			case "»", "”":
				quoted = max(0, quoted-1)
			}
			continue
		}
		first, _ := utf8.DecodeRuneInString(token.Text)
		w := word{
			Token: token, fold: ukrainian.Fold(token.Text), keys: ukrainian.Keys(token.Text), initial: fresh,
			capital: unicode.IsUpper(first), quoted: quoted > 0, at: len(t.words), in: max(0, in),
		}
		fresh = false
		t.words = append(t.words, w)
		for _, k := range t.allKeys(w) {
			if at := t.index[k]; len(at) == 0 || at[len(at)-1] != w.at {
				t.index[k] = append(at, w.at)
			}
		}
	}
	return t
}

// allKeys are the keys by which a word of a source is found: of its forms, of a
// surname, of the parts between its hyphens.
func (t *text) allKeys(w word) []string {
	keys := append([]string{w.fold}, w.keys...)
	if w.capital && w.Kind == ukrainian.Word {
		keys = append(keys, ukrainian.SurnameKeys(w.Text)...)
	}
	for _, part := range w.Parts() {
		keys = append(keys, ukrainian.Keys(part.Text)...)
	}
	return keys
}

// places are where a word of the abstract stands in this text, in any form.
func (t *text) places(w word) []int {
	if all, known := t.looked[w.Text]; known {
		return all
	}
	var all []int
	keys := append([]string{w.fold}, w.keys...)
	if w.capital && w.Kind == ukrainian.Word {
		keys = append(keys, ukrainian.SurnameKeys(w.Text)...)
	}
	for _, k := range keys {
		all = append(all, t.index[k]...)
	}
	slices.Sort(all)
	all = slices.Clip(slices.Compact(all))
	t.looked[w.Text] = all
	return all
}

// has tells whether a word of the abstract stands in this text: whole or, with
// hyphens, in all its parts.
func (t *text) has(w word) bool {
	if len(t.places(w)) > 0 {
		return true
	}
	parts := w.Parts()
	for _, part := range parts {
		if !slices.ContainsFunc(ukrainian.Keys(part.Text), func(k string) bool { return len(t.index[k]) > 0 }) {
			return false
		}
	}
	return len(parts) > 0
}

// form checks what an abstract looks like.
func (p *pair) form() {
	raw := p.abs.raw
	switch n := utf8.RuneCountInString(raw); {
	case !utf8.ValidString(raw):
		p.fault("not text", "")
	case n < minLetters:
		p.fault("too short", "")
	case n > maxLetters:
		p.fault("too long", "")
	}
	if p.abs.sentences > maxSentences {
		p.fault("too many sentences", "")
	}
	end, _ := utf8.DecodeLastRuneInString(strings.TrimRight(raw, "»”\""))
	if end != '.' && end != '!' && end != '…' {
		p.fault("does not end a sentence", "")
	}
	for _, r := range raw {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" \u00a0.,;:!«»“”„\"()–—−-’'ʼ%№§/+…€$₴&", r) {
			p.fault("a sign that has no place here", string(r))
		}
	}
	if strings.Count(raw, "«") != strings.Count(raw, "»") || strings.Count(raw, `"`)%2 != 0 || strings.Count(raw, "(") != strings.Count(raw, ")") {
		p.fault("quotes or brackets that do not close", "")
	}
}

// language checks that an abstract is Ukrainian: by its letters and word by
// word. What is not of the dictionary has to stand in the source.
func (p *pair) language() {
	if ukrainian.Language(p.abs.raw) != "uk" || strings.ContainsAny(p.abs.raw, "ыэёъЫЭЁЪ") {
		p.fault("not Ukrainian", "")
	}
	quantities := ukrainian.Quantities(p.abs.raw)
	for _, w := range p.abs.words {
		ofNumber := slices.ContainsFunc(quantities, func(q ukrainian.Quantity) bool { return w.Start >= q.Start && w.End <= q.End })
		if w.Kind == ukrainian.Word && !ofNumber && !ukrainian.Known(w.Text) && !p.src.has(w) && len(p.spelledOut(w)) == 0 {
			p.fault("unknown word", w.Text)
		}
	}
}

// leastSupported is the share of the words of a sentence, names left out, that the
// source has at least: a sentence with less is about something else. Names say
// nothing here: what a stranger says of a minister has his name too.
const leastSupported = .5

// support checks that each sentence is about what the source is about.
func (p *pair) support() {
	known, all := make([]int, p.abs.sentences), make([]int, p.abs.sentences)
	for _, w := range p.abs.words {
		if w.stop() || w.capital && !w.initial {
			continue
		}
		all[w.in]++
		if p.src.has(w) {
			known[w.in]++
		}
	}
	for i := range all {
		if float64(known[i]) < leastSupported*float64(all[i]) {
			p.fault("a sentence that the source does not have", "")
		}
	}
}
