package abstract

import (
	"math"
	"slices"
	"strings"

	"visnyk/internal/ukrainian"
)

// fact is a date, sum, number or person of a text: words[from:to], and what else
// of its kind it is like.
type fact struct {
	mention
	date ukrainian.DateSpan
	unit string
	said string // the value of a number
}

// Surroundings of a fact: how much a word counts that stands in the same clause,
// in the next one, and elsewhere in the sentence.
const (
	sameClause  = 1
	nextClause  = .45
	farClause   = .2
	beforeWords = .3 // in the sentence before
)

// strangeness is by how much what surrounds a fact has to fit another of its kind
// better for it to be taken from another event; reckoned in words of its clause.
const strangeness = .45

// events checks that dates, numbers and persons stand with what they stand with in
// the source: «набирає чинності 1 січня» must not have the day of the session.
// For each, the words of its clause are sought around its own places and around
// those of the others of its kind.
func (p *pair) events() {
	for _, kind := range []struct {
		reason     string
		mine, have []fact
		same       func(a, b fact) bool
	}{
		{"a date of another event", p.abs.dated(), p.src.dated(), p.sameDate},
		{"a number of another event", p.abs.counts(), p.src.counts(), func(a, b fact) bool { return a.said == b.said }},
		{"a person of another event", p.abs.persona(), p.src.persona(), func(a, b fact) bool { return p.isSame(a.mention, b.mention) }},
	} {
		for _, f := range kind.mine {
			p.belongs(f, kind.mine, kind.have, kind.same, kind.reason)
		}
	}
}

// belongs checks one fact of the abstract against those of the source.
func (p *pair) belongs(f fact, mine, have []fact, same func(a, b fact) bool, reason string) {
	around := p.abs.surroundings(f, mine)
	own, other, found := 0.0, 0.0, false
	for _, h := range have {
		theirs := p.src.surroundings(h, have)
		switch {
		case same(f, h):
			own, found = max(own, p.likeness(around, append(theirs, p.src.before(h, have)...))), true
		case f.unit == h.unit && p.countAlike(f, h):
			other = max(other, p.likeness(around, theirs))
		}
	}
	if found && other > own+strangeness {
		p.fault(reason, p.abs.phrase(f.mention))
	}
}

// sameDate tells whether a date of the source may be one of the abstract.
func (p *pair) sameDate(a, b fact) bool {
	part := func(x, y int) bool { return x == 0 || y == 0 || x == y }
	like := func(x, y ukrainian.Day) bool {
		return part(x.Year, y.Year) && part(x.Month, y.Month) && part(x.Day, y.Day)
	}
	return like(a.date.From, b.date.From) || like(a.date.To, b.date.To)
}

func (t *text) dated() []fact {
	var all []fact
	for _, d := range ukrainian.Dates(t.raw) {
		if ws := t.within(d.Span); len(ws) > 0 {
			all = append(all, fact{mention: mention{from: ws[0].at, to: ws[len(ws)-1].at + 1}, date: d})
		}
	}
	return all
}

func (t *text) counts() []fact {
	dates := t.dated()
	var all []fact
	for _, q := range ukrainian.Quantities(t.raw) {
		ws := t.within(q.Span)
		if len(ws) == 0 || slices.ContainsFunc(dates, func(d fact) bool { return ws[0].at < d.to && ws[len(ws)-1].at >= d.from }) {
			continue
		}
		all = append(all, fact{mention: mention{from: ws[0].at, to: ws[len(ws)-1].at + 1}, unit: q.Unit, said: q.Value})
	}
	return all
}

func (t *text) persona() []fact {
	var all []fact
	for _, m := range t.people() {
		all = append(all, fact{mention: m})
	}
	return all
}

// near is a word around a fact and how much it counts.
type near struct {
	word
	weight float64
}

// surroundings gives the words with meaning around a fact: those of its clause,
// and less of the others of its sentence. A clause that has none but the fact and
// who is said to have told it is no clause of its own.
func (t *text) surroundings(f fact, others []fact) []near {
	in := t.words[f.from].in
	first, last := f.from, f.to
	for first > 0 && t.words[first-1].in == in {
		first--
	}
	for last < len(t.words) && t.words[last].in == in {
		last++
	}
	var all []near
	side := func(from, to, step int) {
		clauses, filled := 0, t.hasContent(f, others)
		for i := from; i != to; i += step {
			if t.breaks(min(i, i-step)) && filled {
				clauses++
				filled = false
			}
			if !t.content(t.words[i], f, others) {
				continue
			}
			filled = true
			weight := []float64{sameClause, nextClause, farClause}[min(clauses, 2)]
			all = append(all, near{t.words[i], weight})
		}
	}
	side(f.from-1, first-1, -1)
	side(f.to, last, 1)
	return all
}

// before gives the words of the sentence before that of a fact, which it may go on
// with: «Це на 6 % менше».
func (t *text) before(f fact, others []fact) []near {
	var all []near
	for i := f.from - 1; i >= 0 && t.words[i].in >= t.words[f.from].in-1; i-- {
		if t.words[i].in < t.words[f.from].in && t.content(t.words[i], f, others) {
			all = append(all, near{t.words[i], beforeWords})
		}
	}
	return all
}

// countAlike tells whether two numbers without a unit may count the same.
func (p *pair) countAlike(f, h fact) bool {
	if f.said == "" || f.unit != "" {
		return true
	}
	span := func(t *text, m mention) ukrainian.Span {
		return ukrainian.Span{Start: t.words[m.from].Start, End: t.words[m.to-1].End}
	}
	mine, theirs := p.abs.nounsAfter(span(p.abs, f.mention)), p.src.nounsAfter(span(p.src, h.mention))
	return len(mine) == 0 || len(theirs) == 0 || slices.ContainsFunc(mine, func(w word) bool {
		return slices.ContainsFunc(theirs, func(o word) bool { return sharesKey(w, o) })
	})
}

// breaks tells whether a clause ends between a word and the next.
func (t *text) breaks(at int) bool {
	if at < 0 || at+1 >= len(t.words) {
		return false
	}
	return strings.ContainsAny(t.raw[t.words[at].End:t.words[at+1].Start], ",;:.()\n")
}

// hasContent tells whether the clause of a fact has a word with meaning but it.
func (t *text) hasContent(f fact, others []fact) bool {
	for i := f.from - 1; i >= 0 && t.words[i].in == t.words[f.from].in && !t.breaks(i); i-- {
		if t.content(t.words[i], f, others) {
			return true
		}
	}
	for i := f.to; i < len(t.words) && t.words[i].in == t.words[f.from].in && !t.breaks(i-1); i++ {
		if t.content(t.words[i], f, others) {
			return true
		}
	}
	return false
}

// telling are the verbs, by their keys, that say only that somebody said
// something.
var telling = set(`повідомити повідомляти сказати казати заявити зазначити зазначати наголосити наголошувати підкреслити розповісти додати уточнити пояснити
пояснювати нагадати зауважити запевнити доповісти вважати відзначити пообіцяти обіцяти очікувати інформувати слово`)

// content tells whether a word says what a fact is about: no stop word, no other
// fact of its kind, nobody's post, and no verb of saying.
func (t *text) content(w word, f fact, others []fact) bool {
	if w.stop() || telling[w.keys[0]] || w.at >= f.from && w.at < f.to {
		return false
	}
	return !slices.ContainsFunc(others, func(o fact) bool { return w.at >= o.from && w.at < o.to }) && !(f.person && t.postOf(w, f.mention))
}

// postOf tells whether a word is of the post that stands before a person.
func (t *text) postOf(w word, m mention) bool {
	if w.at >= m.from {
		return false
	}
	for i := m.from - 1; i >= w.at; i-- {
		if !t.joins(i+1) || t.words[i].verb() || t.words[i].Kind != ukrainian.Word {
			return false
		}
	}
	return true
}

// likeness is how much of what surrounds a fact surrounds another: each word by
// its weight in both, a word that stands all over the source for less.
func (p *pair) likeness(mine, theirs []near) float64 {
	sum := 0.0
	for _, w := range mine {
		best := 0.0
		for _, h := range theirs {
			like := alike(w.word, h.word) * w.weight
			if w.weight != h.weight { // it stands elsewhere there
				like *= h.weight
			}
			best = max(best, like)
		}
		if best > 0 {
			sum += best / math.Sqrt(float64(max(1, p.spread(w.word))))
		}
	}
	return sum
}

// spread is in how many sentences of the source a word stands.
func (p *pair) spread(w word) int {
	n, last := 0, -1
	for _, at := range p.src.places(w) {
		if in := p.src.words[at].in; in != last {
			n, last = n+1, in
		}
	}
	return n
}

// rootLetters is how many letters two words begin with that are of one root:
// «підписав» and «підпис».
const rootLetters = 5

// alike is 1 for forms of one word, less for words of one root.
func alike(a, b word) float64 {
	if sharesKey(a, b) {
		return 1
	}
	x, y := []rune(a.keys[0]), []rune(b.keys[0])
	if len(x) >= rootLetters && len(y) >= rootLetters && string(x[:rootLetters]) == string(y[:rootLetters]) {
		return .6
	}
	return 0
}
