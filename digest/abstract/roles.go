package abstract

import (
	"slices"
	"strings"

	"visnyk/internal/ukrainian"
)

// mention is a name in a text: words[from:to].
type mention struct {
	from, to int
	person   bool
}

// reach is how many words with meaning on each side of a name say what it does.
const reach = 4

// margin is by how much the surroundings of a name have to fit another better
// for it to stand in the other's place.
const margin = .75

// roles checks that names do what they do in the source: the words around a name
// have to fit its own places there no worse than those of another name. It
// catches two names that changed places, and one that took another's.
func (p *pair) roles() {
	mine := p.abs.mentions()
	theirs := p.src.mentions()
	for _, m := range mine {
		own := p.affinity(m, p.sameName(m, theirs))
		for _, other := range theirs {
			if other.person != m.person || p.isSame(m, other) || m.to-m.from == 1 && p.isPartOf(other, p.spelledOut(p.abs.words[m.from])) || p.isPart(other, m) || p.mentions(mine, other) {
				continue
			}
			need := own + 2*margin
			if m.person {
				need -= margin / 2 // persons seldom share their surroundings
			}
			if p.affinity(m, []mention{other}) > need {
				p.fault("a name in the place of another", p.abs.phrase(m))
			}
		}
	}
	for i, a := range mine {
		for _, b := range mine[i+1:] {
			if a.person != b.person && p.abs.words[a.from].in != p.abs.words[b.from].in {
				continue
			}
			atA, atB := p.sameName(a, theirs), p.sameName(b, theirs)
			if len(atA) == 0 || len(atB) == 0 || overlap(atA, atB) {
				continue
			}
			if p.exchanged(a, b, atA, atB) {
				p.fault("two names changed places", p.abs.phrase(a)+", "+p.abs.phrase(b))
			}
			own := p.affinity(a, atA) + p.affinity(b, atB)
			crossed := p.affinity(a, atB) + p.affinity(b, atA)
			if crossed > own+margin {
				p.fault("two names changed places", p.abs.phrase(a)+", "+p.abs.phrase(b))
			}
		}
	}
}

// exchanged tells whether, with the same verb, the one that is in the nominative
// in the source is in another case in the abstract, and the other the other way
// round.
func (p *pair) exchanged(a, b mention, atA, atB []mention) bool {
	nomA, nomB := p.abs.nominative(a), p.abs.nominative(b)
	if nomA == nomB {
		return false
	}
	for _, x := range atA {
		for _, y := range atB {
			in := p.src.words[x.from].in
			if in == p.src.words[y.from].in && p.src.nominative(x) == nomB && p.src.nominative(y) == nomA && p.sameVerb(p.abs.words[a.from].in, in) {
				return true
			}
		}
	}
	return false
}

// sameVerb tells whether a sentence of the abstract and one of the source have a
// verb in common.
func (p *pair) sameVerb(mine, theirs int) bool {
	return slices.ContainsFunc(p.abs.words, func(w word) bool {
		return w.in == mine && w.verb() && !w.stop() && slices.ContainsFunc(p.src.places(w), func(at int) bool { return p.src.words[at].in == theirs })
	})
}

// nominative tells whether a name stands as the dictionary has it.
func (t *text) nominative(m mention) bool {
	w := t.words[m.to-1]
	if m.person {
		if names := ukrainian.Names(t.phrase(m)); len(names) == 1 {
			return w.fold == names[0].Surname
		}
	}
	return w.fold == w.keys[0]
}

func overlap(a, b []mention) bool {
	return slices.ContainsFunc(a, func(m mention) bool { return slices.Contains(b, m) })
}

// figures checks, as roles does for names, that numbers of one unit did not change
// places.
func (p *pair) figures() {
	mine, theirs := ukrainian.Quantities(p.abs.raw), ukrainian.Quantities(p.src.raw)
	for i, a := range mine {
		for _, b := range mine[i+1:] {
			if a.Unit != b.Unit || a.Value == b.Value || a.Start == b.Start {
				continue
			}
			atA, atB := p.src.figure(a.Value, theirs), p.src.figure(b.Value, theirs)
			ma, mb := p.abs.figure(a.Value, mine), p.abs.figure(b.Value, mine)
			if len(atA)*len(atB)*len(ma)*len(mb) == 0 {
				continue
			}
			own := p.affinity(ma[0], atA) + p.affinity(mb[0], atB)
			if p.affinity(ma[0], atB)+p.affinity(mb[0], atA) > own+margin {
				p.fault("two numbers changed places", a.Value+", "+b.Value)
			}
		}
	}
}

// figure gives the places of a number among the quantities of a text.
func (t *text) figure(value string, all []ukrainian.Quantity) []mention {
	var found []mention
	for _, q := range all {
		if ws := t.within(q.Span); q.Value == value && len(ws) > 0 {
			found = append(found, mention{from: ws[0].at, to: ws[len(ws)-1].at + 1})
		}
	}
	return found
}

func (t *text) phrase(m mention) string { return t.raw[t.words[m.from].Start:t.words[m.to-1].End] }

// mentions finds the names of a text: persons, and other runs of capitalised
// words with what belongs to the head of a body.
func (t *text) mentions() []mention {
	var all []mention
	taken := make([]bool, len(t.words))
	for _, m := range t.people() {
		all = append(all, m)
		for i := m.from; i < m.to; i++ {
			taken[i] = true
		}
	}
	for i := 0; i < len(t.words); i++ {
		w := t.words[i]
		if !w.capital || taken[i] || w.Kind != ukrainian.Word || w.initial && (w.stop() || w.verb() || !t.isName(w)) {
			continue
		}
		to := i + 1
		for to < len(t.words) && t.words[to].capital && !taken[to] && t.joins(to) {
			to++
		}
		for n := 0; n < 2 && to < len(t.words) && !taken[to] && t.joins(to) && headed(t.words[i:to]) && lowName(t.words[to]); n++ {
			to++
		}
		all = append(all, mention{from: i, to: to})
		i = to - 1
	}
	slices.SortFunc(all, func(a, b mention) int { return a.from - b.from })
	return all
}

// joins tells whether only a space stands before a word.
func (t *text) joins(at int) bool {
	a, b := t.words[at-1], t.words[at]
	return a.in == b.in && strings.Trim(t.raw[a.End:b.Start], " \u00a0") == ""
}

// isName tells whether the first word of a sentence stands with a capital in the
// middle of one as well, or is the head of a body's name or an abbreviation.
func (t *text) isName(w word) bool {
	return heads[w.keys[0]] || strings.ToUpper(w.Text) == w.Text && len(w.Text) > 2 || slices.ContainsFunc(t.places(w), func(at int) bool {
		o := t.words[at]
		return o.capital && !o.initial
	}) || !ukrainian.Known(w.Text)
}

func headed(ws []word) bool {
	return slices.ContainsFunc(ws, func(w word) bool { return heads[w.keys[0]] })
}

func lowName(w word) bool {
	return w.Kind == ukrainian.Word && !w.stop() && !w.verb() && !strings.HasSuffix(w.fold, "о")
}

// isSame tells whether a name of the abstract is this one of the source: by its
// last word for a person, by all for others.
func (p *pair) isSame(m, theirs mention) bool {
	words, have := p.abs.words[m.from:m.to], p.src.words[theirs.from:theirs.to]
	if m.person {
		words = words[len(words)-1:]
	}
	for _, w := range words {
		places := p.src.places(w)
		if !slices.ContainsFunc(have, func(h word) bool { return slices.Contains(places, h.at) }) {
			return false
		}
	}
	return true
}

// isPart tells whether a name of the source is a part of one of the abstract, or of
// one root with it: «Велика Палата» for «Велика Палата Верховного Суду».
func (p *pair) isPart(theirs, m mention) bool {
	return !m.person && !slices.ContainsFunc(p.src.words[theirs.from:theirs.to], func(h word) bool {
		return !slices.ContainsFunc(p.abs.words[m.from:m.to], func(w word) bool { return alike(w, h) > 0 })
	})
}

// isPartOf tells whether a name of the source is one word of others: «Фонд» of
// «Міжнародний валютний фонд».
func (p *pair) isPartOf(name mention, of []mention) bool {
	return name.to-name.from == 1 && slices.ContainsFunc(of, func(o mention) bool {
		return slices.ContainsFunc(p.src.words[o.from:o.to], func(w word) bool { return sharesKey(w, p.src.words[name.from]) })
	})
}

func (p *pair) sameName(m mention, theirs []mention) []mention {
	var all []mention
	for _, t := range theirs {
		if p.isSame(m, t) {
			all = append(all, t)
		}
	}
	if len(all) == 0 || m.to-m.from == 1 {
		all = append(all, p.spelledOut(p.abs.words[m.from])...)
	}
	return all
}

// mentions tells whether the abstract has a name of the source.
func (p *pair) mentions(mine []mention, theirs mention) bool {
	return slices.ContainsFunc(mine, func(m mention) bool { return p.isSame(m, theirs) })
}

// affinity is how well the words around a name of the abstract fit those around
// the best of its places in the source: a word on the same side counts in full,
// on the other by a part, a near one more than a far one.
func (p *pair) affinity(m mention, places []mention) float64 {
	best := 0.0
	left, right := p.abs.around(m)
	for _, at := range places {
		theirLeft, theirRight := p.src.around(at)
		sum := p.fit(left, theirLeft) + p.fit(right, theirRight) + (p.fit(left, theirRight)+p.fit(right, theirLeft))/4
		best = max(best, sum)
	}
	return best
}

func (p *pair) fit(mine, theirs []word) float64 {
	sum := 0.0
	for i, w := range mine {
		for j, h := range theirs {
			if sharesKey(w, h) {
				sum += 1 / (1 + float64(i+j)/3)
				break
			}
		}
	}
	return sum
}

func sharesKey(a, b word) bool {
	return a.fold == b.fold || a.keys[0] == b.keys[0] || slices.Contains(a.keys, b.keys[0]) || slices.Contains(b.keys, a.keys[0])
}

// around gives the words with meaning on both sides of a name within its
// sentence, the nearest first.
func (t *text) around(m mention) (left, right []word) {
	in := t.words[m.from].in
	for i := m.from - 1; i >= 0 && t.words[i].in == in && len(left) < reach; i-- {
		if !t.words[i].stop() {
			left = append(left, t.words[i])
		}
	}
	for i := m.to; i < len(t.words) && t.words[i].in == in && len(right) < reach; i++ {
		if !t.words[i].stop() {
			right = append(right, t.words[i])
		}
	}
	return left, right
}
