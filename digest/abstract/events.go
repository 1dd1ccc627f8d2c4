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
const strangeness = .5

// events checks that dates, numbers and persons stand with what they stand with in
// the source: «набирає чинності 1 січня» must not have the day of the session.
// For each, the words of its clause are sought around its own places and around
// those of the others of its kind.
func (p *pair) events() {
	isSame := func(a, b fact) bool { return p.isSame(a.mention, b.mention) }
	for _, kind := range []struct {
		reason     string
		mine, have []fact
		same       func(a, b fact) bool
	}{
		{"a date of another event", p.abs.dated(), p.src.dated(), p.sameDate},
		{"a number of another event", p.abs.counts(), p.src.counts(), func(a, b fact) bool { return a.said == b.said }},
		{"a person of another event", p.persona(p.abs), p.persona(p.src), isSame},
	} {
		for _, f := range kind.mine {
			if p.belongsElsewhereThan(f, kind.mine, kind.have, kind.same) {
				p.fault(kind.reason, p.abs.phrase(f.mention))
			}
		}
	}
	p.days()
}

// Words before a day by which it is a beginning or an end, and by which it is not
// before or not after.
var (
	beginningAt = set(`з із зі від починаючи`)
	endingAt    = set(`до по`)
	sooner      = set(`раніше`)
	later       = set(`пізніше`)
)

// days checks what stands before each day: «до 1 грудня» is not «від 1 грудня» nor
// «не раніше 1 грудня»; that a span of days goes forward; and that a day stands in
// the clause of its verb.
func (p *pair) days() {
	mine, have := p.abs.dated(), p.src.dated()
	for i, f := range mine {
		limit, side := p.abs.limitOf(f)
		all, limits, sides := 0, map[int]int{}, map[int]int{}
		for _, h := range have {
			if p.sameDate(f, h) {
				l, s := p.src.limitOf(h)
				all, limits[l], sides[s] = all+1, limits[l]+1, sides[s]+1
			}
		}
		said := p.abs.phrase(f.mention)
		if all > 0 && (limit != 0 && limits[-limit] == all || side != 0 && sides[side] == 0 && sides[-side] > 0) {
			p.fault("a date on another side", said)
		}
		if i > 0 && !p.inRow(mine[i-1], f, have) {
			p.fault("days in another order", said)
		}
		if i > 0 && mine[i-1].to == f.from-1 && endingAt[p.abs.words[f.from-1].fold] && mine[i-1].date.From == f.date.From {
			p.fault("a span of dates that goes back", said)
		}
		if all > 0 && p.elsewhere(f, have) {
			p.fault("a date of another event", said)
		}
	}
}

// inRow tells whether two days that stand side by side in a sentence of the abstract
// may: the same day twice only where the source has it so, and a span of days in
// the order of the source.
func (p *pair) inRow(a, b fact, have []fact) bool {
	if p.abs.words[a.from].in != p.abs.words[b.from].in {
		return true
	}
	twice, span := a.date.From == b.date.From && a.date.To == b.date.To, p.abs.words[b.from-1].fold == "до" || p.abs.words[b.from-1].fold == "по"
	if !twice && !span {
		return true
	}
	reversed := false
	for _, x := range have {
		for _, y := range have {
			if x.from == y.from || p.src.words[x.from].in != p.src.words[y.from].in || !p.sameDate(a, x) || !p.sameDate(b, y) {
				continue
			}
			if x.from < y.from {
				return true
			}
			reversed = true
		}
	}
	return !twice && !reversed
}

// limitOf tells whether a day is a beginning, 1, or an end, -1, and whether
// something is not before it, 1, or not after it, -1.
func (t *text) limitOf(f fact) (limit, side int) {
	for i := f.from - 1; i >= max(0, f.from-4) && t.joins(i+1); i-- {
		switch w := t.words[i].fold; {
		case i == f.from-1 && beginningAt[w]:
			limit = 1
		case i == f.from-1 && endingAt[w]:
			limit = -1
		case than[w]:
		case sooner[w]:
			side = -1
		case later[w]:
			side = 1
		case w == "не" && side != 0:
			return limit, -side
		default:
			return limit, side
		}
	}
	return limit, side
}

// elsewhere tells whether the verb of a day's clause has no such day with it in the
// source, while the clauses that have the day have other verbs.
func (p *pair) elsewhere(f fact, have []fact) bool {
	verbs := p.abs.verbsOf(f)
	if len(verbs) == 0 || f.date.From.Day == 0 || slices.ContainsFunc(verbs, func(v word) bool { return len(p.src.places(v)) == 0 }) {
		return false
	}
	for _, h := range have {
		if !p.sameDate(f, h) {
			continue
		}
		theirs := p.src.verbsOf(h)
		if len(theirs) == 0 || p.src.inForce(h) {
			return false
		}
		for _, n := range p.src.surroundings(h, have) {
			if n.weight == sameClause { // «підпис поставлено» for «підписав»
				theirs = append(theirs, n.word)
			}
		}
		for _, n := range p.src.goingOn(h, have) {
			if n.verb() {
				theirs = append(theirs, n.word)
			}
		}
		if slices.ContainsFunc(theirs, func(o word) bool {
			return slices.ContainsFunc(verbs, func(v word) bool { return alike(v, o) > 0 })
		}) {
			return false
		}
	}
	return true
}

// mayBeVerb tells whether a word is a form of a verb, too, «тривала», or a
// participle, «підписану».
func mayBeVerb(w word) bool {
	return slices.ContainsFunc(w.keys, func(k string) bool {
		return ends(k, "ти тися тись аний ений єний ятий утий итий")
	})
}

// verbsOf gives the verbs of the clause of a fact.
func (t *text) verbsOf(f fact) []word {
	var all []word
	for i := f.from - 1; i >= 0 && t.words[i].in == t.words[f.from].in && !t.breaks(i); i-- {
		if w := t.words[i]; mayBeVerb(w) && !w.stop() {
			all = append(all, w)
		}
	}
	for i := f.to; i < len(t.words) && t.words[i].in == t.words[f.from].in && !t.breaks(i-1); i++ {
		if w := t.words[i]; mayBeVerb(w) && !w.stop() {
			all = append(all, w)
		}
	}
	return all
}

// belongsElsewhereThan tells whether what surrounds a fact of the abstract fits
// another fact of the source better than it.
func (p *pair) belongsElsewhereThan(f fact, mine, have []fact, same func(a, b fact) bool) bool {
	around := p.abs.surroundings(f, mine)
	own, other, found := 0.0, 0.0, false
	for _, h := range have {
		theirs := p.src.surroundings(h, have)
		switch {
		case same(f, h):
			theirs = slices.Concat(theirs, p.src.before(h, have), p.src.goingOn(h, have))
			if p.src.inForce(h) {
				own = max(own, strangeness) // a day for all that the article says
			}
			own, found = max(own, p.likeness(around, theirs)), true
		case f.unit == h.unit && p.countAlike(f, h) && !p.abs.besides(f, h, mine, same):
			other = max(other, p.likeness(around, theirs))
		}
	}
	return found && other > own+strangeness
}

// besides tells whether the abstract has another fact of the source in the clause of
// this one: «з 9 червня до 30 жовтня».
func (t *text) besides(f, h fact, mine []fact, same func(a, b fact) bool) bool {
	return slices.ContainsFunc(mine, func(g fact) bool {
		if g.from == f.from || t.words[g.from].in != t.words[f.from].in || !same(g, h) {
			return false
		}
		for i := min(g.from, f.from); i < max(g.from, f.from); i++ {
			if t.breaks(i) {
				return false
			}
		}
		return true
	})
}

// sameDate tells whether a date of the source may be one of the abstract.
func (p *pair) sameDate(a, b fact) bool {
	part := func(x, y int) bool { return x == 0 || y == 0 || x == y }
	both := func(x, y int) bool { return x != 0 && x == y }
	like := func(x, y ukrainian.Day) bool {
		return part(x.Year, y.Year) && part(x.Month, y.Month) && part(x.Day, y.Day) && (both(x.Year, y.Year) || both(x.Month, y.Month))
	}
	return like(a.date.From, b.date.From) || like(a.date.To, b.date.To)
}

func (t *text) dated() []fact {
	var all []fact
	dates := ukrainian.Dates(t.raw)
	for _, w := range t.words {
		month := slices.Index(yearMonths, w.keys[0]) + 1
		if month > 0 && !slices.ContainsFunc(dates, func(d ukrainian.DateSpan) bool { return w.Start < d.End && d.Start < w.End }) {
			day := ukrainian.Day{Month: month}
			dates = append(dates, ukrainian.DateSpan{Span: ukrainian.Span{Start: w.Start, End: w.End}, From: day, To: day})
		}
	}
	slices.SortStableFunc(dates, func(a, b ukrainian.DateSpan) int { return a.Start - b.Start })
	for _, d := range dates {
		if ws := t.within(d.Span); len(ws) > 0 {
			all = append(all, fact{mention: mention{from: ws[0].at, to: ws[len(ws)-1].at + 1}, date: d})
		}
	}
	return all
}

func (t *text) counts() []fact {
	dates := t.dated()
	quantities := ukrainian.Quantities(t.raw)
	var all []fact
	for _, q := range quantities {
		ws := t.within(q.Span)
		if len(ws) == 0 || slices.ContainsFunc(dates, func(d fact) bool { return ws[0].at < d.to && ws[len(ws)-1].at >= d.from }) {
			continue
		}
		if strings.HasSuffix(strings.TrimRight(t.raw[:q.Start], " \u00a0"), "№") {
			continue // a name
		}
		if q.Unit == "" {
			q.Unit = t.unitBefore(q, quantities)
		}
		all = append(all, fact{mention: mention{from: ws[0].at, to: ws[len(ws)-1].at + 1}, unit: q.Unit, said: q.Value})
	}
	for _, w := range t.words {
		if shares[w.keys[0]] {
			all = append(all, fact{mention: mention{from: w.at, to: w.at + 1}, unit: "a share", said: w.keys[0]})
		}
	}
	return all
}

func (p *pair) persona(t *text) []fact {
	var all []fact
	for _, m := range p.peopleOf(t) {
		all = append(all, fact{mention: m})
	}
	return all
}

// shares are the words, by their keys, that say how much of something.
var shares = set(`половина чверть третина решта`)

// neighbour is a word around a fact and how much it counts.
type neighbour struct {
	word
	weight float64
}

// surroundings gives the words with meaning around a fact: those of its clause,
// and less of the others of its sentence. A clause that has none but the fact and
// who is said to have told it is no clause of its own.
func (t *text) surroundings(f fact, others []fact) []neighbour {
	taken := t.taken(others)
	in := t.words[f.from].in
	first, last := f.from, f.to
	for first > 0 && t.words[first-1].in == in {
		first--
	}
	for last < len(t.words) && t.words[last].in == in {
		last++
	}
	var all []neighbour
	side := func(from, to, step int) {
		clauses, filled := 0, t.hasContent(f, taken)
		for i := from; i != to; i += step {
			if t.breaks(min(i, i-step)) && filled {
				clauses++
				filled = false
			}
			if !t.content(t.words[i], f, taken) {
				continue
			}
			filled = true
			weight := []float64{sameClause, nextClause, farClause}[min(clauses, 2)]
			all = append(all, neighbour{t.words[i], weight})
		}
	}
	side(f.from-1, first-1, -1)
	side(f.to, last, 1)
	return all
}

// inForce tells whether a fact is the day when something begins to hold.
func (t *text) inForce(f fact) bool {
	return slices.ContainsFunc(t.words[max(0, f.from-3):f.from], func(w word) bool { return w.keys[0] == "чинність" })
}

// before gives the words of the sentence before that of a fact, which it may go on
// with: «Це на 6 % менше».
func (t *text) before(f fact, others []fact) []neighbour {
	taken := t.taken(others)
	var all []neighbour
	for i := f.from - 1; i >= 0 && t.words[i].in >= t.words[f.from].in-1; i-- {
		if t.words[i].in < t.words[f.from].in && t.content(t.words[i], f, taken) {
			all = append(all, neighbour{t.words[i], beforeWords})
		}
	}
	return all
}

// pronouns are the words by which a sentence goes on about a person.
var pronouns = set(`він вона вони його її їх йому їй ним нею них`)

// goingOn gives the words of the sentence after that of a fact, where it goes on
// with it: after a day, a sentence that has none; after a person, one with a
// pronoun at its beginning.
func (t *text) goingOn(f fact, others []fact) []neighbour {
	if f.said != "" {
		return nil
	}
	goesOn, begun, taken := !f.person, 0, t.taken(others)
	var all []neighbour
	for i := f.to; i < len(t.words) && t.words[i].in <= t.words[f.from].in+1; i++ {
		w := t.words[i]
		if w.in == t.words[f.from].in {
			continue
		}
		if taken[i] {
			return nil
		}
		if begun++; begun <= 3 && pronouns[w.fold] {
			goesOn = true
		}
		if t.content(w, f, taken) {
			all = append(all, neighbour{w, beforeWords})
		}
	}
	if !goesOn {
		return nil
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

// joining are the conjunctions after which another verb may begin another clause.
var joining = set(`і й та а але`)

// comparing are the words by which a clause sets another fact beside its own.
var comparing = set(`проти замість порівняно`)

// breaks tells whether a clause ends between a word and the next: at a mark, or
// where a conjunction brings another verb.
func (t *text) breaks(at int) bool {
	if at < 0 || at+1 >= len(t.words) {
		return false
	}
	if strings.ContainsAny(t.raw[t.words[at].End:t.words[at+1].Start], ",;.()\n") {
		return true
	}
	next := t.words[at+1]
	if comparing[next.fold] {
		return true
	}
	if !joining[next.fold] {
		return false
	}
	for i := at + 2; i < len(t.words) && i <= at+3 && t.words[i].in == next.in; i++ {
		if t.words[i].verb() {
			return true
		}
	}
	return false
}

// hasContent tells whether the clause of a fact has a word with meaning but it.
func (t *text) hasContent(f fact, taken []bool) bool {
	for i := f.from - 1; i >= 0 && t.words[i].in == t.words[f.from].in && !t.breaks(i); i-- {
		if t.content(t.words[i], f, taken) {
			return true
		}
	}
	for i := f.to; i < len(t.words) && t.words[i].in == t.words[f.from].in && !t.breaks(i-1); i++ {
		if t.content(t.words[i], f, taken) {
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
func (t *text) content(w word, f fact, taken []bool) bool {
	if w.stop() || telling[w.keys[0]] || w.at >= f.from && w.at < f.to {
		return false
	}
	return !taken[w.at] && !(f.person && t.postOf(w, f.mention))
}

// taken marks the words of facts.
func (t *text) taken(all []fact) []bool {
	marks := make([]bool, len(t.words))
	for _, o := range all {
		for i := o.from; i < o.to; i++ {
			marks[i] = true
		}
	}
	return marks
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
func (p *pair) likeness(mine, theirs []neighbour) float64 {
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
