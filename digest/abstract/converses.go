package abstract

import (
	"slices"
	"strings"

	"visnyk/internal/ukrainian"
)

// state is what the case of a noun tells of its part in a sentence.
type state int

const (
	unclear    state = iota
	nominative       // who does something, or what a masculine thing has done to it
	oblique          // to whom, of whom, by whom
)

// party is a noun or person of a sentence and the part it takes there.
type party struct {
	mention
	state
}

// reachOfVerb is how many words off a verb its parties stand at most.
const reachOfVerb = 8

// giving and receiving are the beginnings of verbs of which one turns the other
// about: who gave, did not get.
const (
	giving    = "переда нада виділ дару подару виплат сплат перерах прода постав"
	receiving = "отрим одерж дістан дістал купи купл"
)

// converses checks that nobody does what was done to him: with the same verb, who
// is in the nominative must not be in another case in the source while somebody
// else is in the nominative; with «передала» for «отримала», the subject must not
// be the same.
func (p *pair) converses() {
	mine, theirs := p.parties(p.abs), p.parties(p.src)
	for i, v := range p.abs.words {
		if !v.verb() || v.stop() {
			continue
		}
		p.beside(i, mine, theirs)
		subject, found := p.abs.subject(i, mine)
		if !found {
			continue
		}
		for _, j := range p.src.places(v) {
			// who is to do something may be the object of who says so
			if p.src.words[j].verb() && p.src.infinitive(j) == p.abs.infinitive(i) && p.turned(subject, p.abs.near(i, mine), p.src.near(j, theirs)) {
				p.fault("one in the place of another", p.abs.phrase(subject.mention)+" "+v.Text)
			}
		}
		if p.acts(i, subject, mine, theirs) {
			p.fault("one in the place of another", p.abs.phrase(subject.mention)+" "+v.Text)
		}
		for _, side := range [][2]string{{giving, receiving}, {receiving, giving}} {
			if begins(v, side[0]) && p.inverted(subject, v, side, theirs) {
				p.fault("the converse of what the source says", p.abs.phrase(subject.mention)+" "+v.Text)
			}
		}
	}
}

// acts tells whether, wherever the source has a verb, another does what it says,
// and that one is left out by the abstract: «Україна відкриє» for «Японія відкриє».
func (p *pair) acts(verb int, subject party, mine, theirs []party) bool {
	other := false
	for _, j := range p.src.places(p.abs.words[verb]) {
		if !p.src.words[j].verb() {
			continue
		}
		theirSubject, found := p.src.subject(j, theirs)
		if !found || p.src.infinitive(j) != p.abs.infinitive(verb) {
			return false
		}
		in, object := p.src.words[j].in, false
		for _, h := range theirs {
			if p.src.words[h.from].in == in && p.isSame(subject.mention, h.mention) {
				if h.state != oblique || p.src.governed(h) {
					return false
				}
				object = true
			}
		}
		if !object && !(p.isNamed(p.src, theirSubject) && p.isNamed(p.abs, subject)) && !p.otherKind(subject, theirSubject) || theirSubject.state != nominative {
			return false
		}
		if p.alias(subject.mention, theirSubject.mention) || slices.ContainsFunc(mine, func(o party) bool {
			return o.state != oblique && p.abs.words[o.from].in == p.abs.words[verb].in && p.isSame(o.mention, theirSubject.mention)
		}) {
			return false
		}
		other = true
	}
	return other && slices.ContainsFunc(theirs, func(h party) bool { return p.isSame(subject.mention, h.mention) })
}

// isNamed tells whether a party has a name of its own: it stands nowhere in small
// letters, and is no body named by its kind.
func (p *pair) isNamed(t *text, o party) bool {
	w := t.words[o.from]
	if o.from > 0 && t.joins(o.from) && heads[w.keys[0]] {
		return t.words[o.from-1].capital && isAdjective(t.words[o.from-1]) // «Вища рада»
	}
	return o.person || w.capital && !heads[w.keys[0]] && kindOf(w) == "" && !beginnings[w.keys[0]] && !p.common(w)
}

// otherKind tells whether two parties are of kinds of which one is never said of
// the other.
func (p *pair) otherKind(m, theirs party) bool {
	a, b := kindOf(p.abs.words[m.from]), kindOf(p.src.words[theirs.from])
	return a != "" && b != "" && a != b
}

// alias tells whether a name of the abstract is an abbreviation of one of the
// source, or the other way round.
func (p *pair) alias(m, theirs mention) bool {
	if slices.ContainsFunc(p.spelledOut(p.abs.words[m.from]), func(o mention) bool { return o.from <= theirs.from && theirs.from < o.to }) {
		return true
	}
	short := p.src.words[theirs.from]
	return p.abs.initials(m.from, short.Text) || p.abs.initials(m.from-1, short.Text) || alike(p.abs.words[m.from], short) > 0
}

// initials tells whether the words from a place begin with the letters of an
// abbreviation.
func (t *text) initials(from int, short string) bool {
	for _, r := range short {
		for from >= 0 && from < len(t.words) && t.words[from].stop() {
			from++
		}
		if from < 0 || from >= len(t.words) || !strings.HasPrefix(strings.ToUpper(t.words[from].Text), string(r)) {
			return false
		}
		from++
	}
	return strings.ToUpper(short) == short
}

// infinitive tells whether a verb has its dictionary form.
func (t *text) infinitive(at int) bool { return t.words[at].fold == t.words[at].keys[0] }

// Relative pronouns in the nominative, and in the cases of an object.
var (
	whoDoes   = set(`який яка яке які`)
	whomDoing = set(`якому якій яким якою якими`)
)

// beside checks what stands right beside a verb: «передасть уряд» for «передадуть
// уряду», «якій дав» for «яка дала».
func (p *pair) beside(verb int, mine, theirs []party) {
	v := p.abs.words[verb]
	for _, j := range p.src.places(v) {
		if !p.src.words[j].verb() || j == 0 {
			continue
		}
		if verb > 0 {
			said, have := p.abs.words[verb-1].fold, p.src.words[j-1].fold
			if whoDoes[said] && whomDoing[have] || whomDoing[said] && whoDoes[have] {
				p.fault("one in the place of another", said+" "+v.Text)
			}
		}
	}
	for _, o := range mine {
		w := p.abs.words[o.from]
		if o.state != nominative || o.from != verb+1 && o.to != verb || !heads[w.keys[0]] && kindOf(w) == "" {
			continue
		}
		does, done := false, false
		for _, h := range theirs {
			for _, j := range p.src.places(v) {
				if p.isSame(o.mention, h.mention) && p.src.words[h.from].in == p.src.words[j].in {
					right := h.from == j+1
					does, done = does || h.state != oblique, done || right && h.state == oblique
				}
			}
		}
		if done && !does {
			p.fault("one in the place of another", w.Text+" "+v.Text)
		}
	}
}

// turned tells whether the subject of a verb is an object of it in the source, and
// an object its subject.
func (p *pair) turned(subject party, mine, theirs []party) bool {
	isObject := false
	for _, h := range theirs {
		if p.isSame(subject.mention, h.mention) {
			if h.state != oblique {
				return false
			}
			isObject = true
		}
	}
	return isObject && slices.ContainsFunc(mine, func(o party) bool {
		return o.state == oblique && slices.ContainsFunc(theirs, func(h party) bool { return h.state == nominative && p.isSame(o.mention, h.mention) })
	})
}

// inverted tells whether the subject of a verb of giving or getting is that of the
// contrary verb in the sentence of the source that the abstract's follows.
func (p *pair) inverted(subject party, v word, side [2]string, theirs []party) bool {
	like, share := p.bestSentence(v.in)
	if share < closeEnough/2 {
		return false
	}
	contrary := -1
	for i, w := range p.src.words {
		switch {
		case w.in != like || !w.verb():
		case begins(w, side[0]):
			return false
		case begins(w, side[1]):
			contrary = i
		}
	}
	if contrary < 0 {
		return false
	}
	does := false
	for _, h := range theirs {
		if p.src.words[h.from].in != like || !p.isSame(subject.mention, h.mention) {
			continue
		}
		if h.state == oblique {
			return false
		}
		does = does || h.to <= contrary && !p.src.governed(h)
	}
	return does
}

func begins(w word, with string) bool {
	for s := range strings.FieldsSeq(with) {
		if strings.HasPrefix(w.fold, s) || strings.HasPrefix(w.keys[0], s) {
			return true
		}
	}
	return false
}

// subject finds the party before a verb, in its clause, that does what it says.
func (t *text) subject(verb int, all []party) (party, bool) {
	for i := len(all) - 1; i >= 0; i-- {
		o := all[i]
		if o.to > verb || t.words[o.from].in != t.words[verb].in {
			continue
		}
		for at := o.to - 1; at < verb; at++ {
			// a comma right before the verb ends what was put between
			if t.breaks(at) && at < verb-1 || at >= o.to && t.words[at].verb() && !t.words[at].stop() {
				return party{}, false
			}
		}
		if o.state != oblique && !t.governed(o) {
			// «ризик несе роботодавець»: what looks like a subject may be the object
			if after, found := t.subjectAfter(verb, all); found && !t.doer(o) {
				return after, true
			}
			return o, true
		}
	}
	return t.subjectAfter(verb, all)
}

// doer tells whether a party is somebody who does things.
func (t *text) doer(o party) bool {
	w := t.words[o.from]
	return o.person || w.capital && !w.initial || heads[w.keys[0]] || kindOf(w) != ""
}

// doers are the nouns, by their keys, that do and are given, by kind: another word
// of the same kind may be said of the same one, «компанія» of a «товариство».
var doers = map[string]map[string]bool{
	"business":   set(`підприємство компанія товариство господарство фірма виробник забудовник оператор`),
	"government": set(`уряд кабмін`),
	"parliament": set(`парламент депутат`),
	"prosecutor": set(`прокуратура прокурор слідчий слідство`),
	"court":      set(`суд суддя`),
	"bank":       set(`банк`),
	"area":       set(`держава громада країна область район місто`),
	"body":       set(`міністерство служба агентство комісія комітет фонд департамент управління бюро інспекція відомство`),
	"auditor":    set(`аудитор`),
	"employer":   set(`роботодавець`),
	"employee":   set(`працівник`),
	"player":     set(`гравець`),
}

func kindOf(w word) string {
	for kind, words := range doers {
		if words[w.keys[0]] {
			return kind
		}
	}
	return ""
}

// subjectAfter finds one who can do something right after a verb: «затримала
// поліція».
func (t *text) subjectAfter(verb int, all []party) (party, bool) {
	for _, o := range all {
		if o.from <= verb {
			continue
		}
		for at := verb; at < o.from; at++ {
			if t.breaks(at) || at > verb && !isAdjective(t.words[at]) && !pronouns[t.words[at].fold] {
				return party{}, false
			}
		}
		return o, o.state == nominative && t.doer(o)
	}
	return party{}, false
}

// governing are prepositions: what stands after one is no subject.
var governing = set(`в у на з із зі від до для по при про через за під над між без після перед щодо серед протягом крім біля`)

// governed tells whether a preposition stands before a noun and its adjectives.
func (t *text) governed(o party) bool {
	for i := o.from - 1; i >= 0 && t.joins(i+1); i-- {
		if governing[t.words[i].fold] {
			return true
		}
		if !isAdjective(t.words[i]) {
			return false
		}
	}
	return false
}

// near gives the parties around a verb.
func (t *text) near(verb int, all []party) []party {
	var found []party
	for _, o := range all {
		if t.words[o.from].in == t.words[verb].in && o.to > verb-reachOfVerb && o.from <= verb+reachOfVerb {
			found = append(found, o)
		}
	}
	return found
}

// parties gives the persons and nouns of a text with their parts.
func (p *pair) parties(t *text) []party {
	taken := make([]bool, len(t.words))
	var all []party
	for _, m := range p.peopleOf(t) {
		s := oblique
		if t.nominative(m) {
			s = nominative
		}
		all = append(all, party{m, s})
		for i := m.from; i < m.to; i++ {
			taken[i] = true
		}
	}
	for i, w := range t.words {
		if taken[i] || w.Kind != ukrainian.Word || w.stop() || w.verb() || isAdjective(w) || adverb(w) || isNumberWord(w) {
			continue
		}
		all = append(all, party{mention{from: i, to: i + 1}, t.stateOf(w)})
	}
	slices.SortStableFunc(all, func(a, b party) int { return a.from - b.from })
	return all
}

// adverb tells whether a word is likely one: «незаконно».
func adverb(w word) bool {
	return ends(w.fold, "о") && ends(w.keys[0], "о") && !w.capital && !ends(w.fold, "ство цтво село місто бюро")
}

// peopleOf finds the persons of a text; of an abstract also those whose name
// begins a sentence and is one of the source's.
func (p *pair) peopleOf(t *text) []mention {
	all := t.people()
	if t != p.abs {
		return all
	}
	theirs := p.src.people()
	for i := 0; i+1 < len(t.words); i++ {
		m := mention{i, i + 2, true}
		if !t.words[i].initial || !t.words[i+1].capital || !t.joins(i+1) || slices.ContainsFunc(all, func(o mention) bool { return o.from < m.to && m.from < o.to }) {
			continue
		}
		if slices.ContainsFunc(theirs, func(h mention) bool {
			return p.isSame(m, h) && p.isSame(mention{i, i + 1, true}, mention{h.from, h.from + 1, true})
		}) {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b mention) int { return a.from - b.from })
	return all
}

// stateOf tells what the ending of a noun says of its case, beside its dictionary
// form and the adjective before it.
func (t *text) stateOf(w word) state {
	lemma, form := w.keys[0], w.fold
	if w.at > 0 && t.joins(w.at) && isAdjective(t.words[w.at-1]) {
		before := t.words[w.at-1].fold
		switch {
		case ends(before, "ому ого ої ій ою ими их"):
			return oblique
		case ends(before, "ий") && form == lemma:
			return nominative
		}
	}
	consonant := !ends(lemma, "а я о е є і и ь й")
	switch {
	case form == lemma, strings.ToUpper(w.Text) == w.Text: // abbreviations have no cases
		return nominative
	case ends(lemma, "а я") && ends(form, "и і ї") && w.at > 0 && t.joins(w.at):
		switch before := t.words[w.at-1]; {
		case before.fold == "дві" || before.fold == "три" || before.fold == "чотири":
			return nominative
		case ends(form, "і") && ends(lemma, "а"), !before.stop() && !before.verb() && !isAdjective(before) && before.Kind == ukrainian.Word:
			return oblique // of whom
		}
		return unclear
	case ends(form, "ам ям ами ями ах ях ові еві єві ою ею єю ом ем єм"):
		return oblique
	case ends(lemma, "а") && ends(form, "у і"), ends(lemma, "я") && ends(form, "ю"):
		return oblique
	case (consonant || ends(lemma, "ь й")) && ends(form, "а я у ю"), ends(lemma, "о") && ends(form, "у"):
		return oblique
	case consonant && ends(form, "и і"):
		return nominative
	}
	return unclear
}

func ends(s, with string) bool {
	for e := range strings.FieldsSeq(with) {
		if strings.HasSuffix(s, e) {
			return true
		}
	}
	return false
}
