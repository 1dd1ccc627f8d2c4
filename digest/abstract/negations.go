package abstract

import (
	"slices"
	"strings"

	"visnyk/internal/ukrainian"
)

// negators are the words that turn what they stand before into its contrary.
var negators = set(`не ні ані без жоден жодна жодне жодного жодної жодних жодному немає нема`)

var absent = set(`немає нема`)

// idioms are words after «не» that deny nothing.
var idioms = set(`лише тільки менше менш більше більш пізніше раніше рідше просто`)

// cancelling are the beginnings of words by which something is denied: where the
// sentence that an abstract's sentence follows has one, it has one too.
var cancelling = strings.Fields("заборон скасу звуж відмов припин призупин зупин відхил позбав відклик спростув запереч неможлив")

// negations checks, word by word, that nothing is denied that the source does not
// deny, and the other way round. A word is looked up in the sentence of the source
// that the abstract's follows best, where it stands there.
func (p *pair) negations() {
	for i, w := range p.abs.words {
		if w.stop() && !negators[w.fold] && !being[w.fold] || w.Kind != ukrainian.Word {
			continue
		}
		p.prefixed(w)
		if negators[w.fold] {
			p.denies(i)
			continue
		}
		places := p.followed(w)
		if being[w.fold] {
			places = slices.DeleteFunc(slices.Clone(places), func(at int) bool { return p.src.words[at].fold != w.fold })
		}
		if len(places) == 0 || p.abs.denied(i) || p.abs.deniedAfter(i) {
			continue
		}
		if !slices.ContainsFunc(places, func(at int) bool { return !p.src.denied(at) }) {
			p.fault("a negation was lost", w.Text)
		}
	}
	for in := range p.abs.sentences {
		like, share := p.bestSentence(in)
		if share >= closeEnough && !p.abs.cancels(in) && p.cancelled(in, like) {
			p.fault("a negation was lost", "")
		}
	}
}

// being are forms of verbs that are stop words and still may be denied.
var being = set(`було буде був була були будуть може можуть`)

// prefixed checks the words that differ from the source's by «не» in front alone,
// «законно» and «незаконно», and those that deny by themselves.
func (p *pair) prefixed(w word) {
	if p.src.has(w) {
		return
	}
	if bare, ok := strings.CutPrefix(w.keys[0], "не"); ok && len(p.src.index[bare]) > 0 || len(p.src.index["не"+w.keys[0]]) > 0 {
		p.fault("a negation was added or lost", w.Text)
	}
	if slices.ContainsFunc(cancelling, func(s string) bool { return strings.HasPrefix(w.fold, s) && len(p.src.beginning(s)) == 0 }) {
		p.fault("a negation was added", w.Text)
	}
}

// denies checks the negation at a place of the abstract.
func (p *pair) denies(i int) {
	t := p.abs.words
	if absent[t[i].fold] { // what it denies may stand before it
		if !slices.ContainsFunc(p.src.words, func(w word) bool { return absent[w.fold] || strings.HasPrefix(w.fold, "відсутн") }) {
			p.fault("a negation was added", t[i].Text)
		}
		return
	}
	for j := i + 1; j < len(t) && j <= i+3 && p.abs.joins(j); j++ {
		w := t[j]
		if idioms[w.fold] {
			return
		}
		if w.stop() && j < i+3 {
			continue
		}
		if slices.ContainsFunc(p.followed(w), p.src.denied) {
			return
		}
		if len(p.src.index["не"+w.keys[0]]) > 0 || p.saidOtherwise(i, j) {
			return
		}
		p.fault("a negation was added", t[i].Text+" "+w.Text)
		return
	}
}

// otherwise are the verbs that say the same as another one denied: «не змінювати» is
// «зберегти».
var otherwise = []struct{ denied, said string }{
	{"змін", "збере зберіг залиш незмін"},
	{"дозвол", "заборон"},
	{"працю", "зачин закрит"},
	{"прийма", "припин зупин"},
}

// needs are the beginnings of words by which something is denied that stands before
// them: «довідка не потрібна».
const needs = "потріб треба обов’язк вимага дозвол можна"

// saidOtherwise tells whether the source says in other words what the abstract
// denies.
func (p *pair) saidOtherwise(negator, denied int) bool {
	w := p.abs.words[denied]
	for _, o := range otherwise {
		if like, _ := p.bestSentence(w.in); begins(w, o.denied) && slices.ContainsFunc(p.src.beginning(o.said), func(at int) bool { return p.src.words[at].in == like }) {
			return true
		}
	}
	if !begins(w, needs) {
		return false
	}
	for i := negator - 1; i >= 0 && i >= negator-needed && p.abs.words[i].in == w.in && !p.abs.breaks(i); i-- {
		if slices.ContainsFunc(p.src.places(p.abs.words[i]), p.src.denied) {
			return true
		}
	}
	return false
}

// needed is how many words before «не потрібно» may stand what is not.
const needed = 6

// deniedAfter tells whether a word is denied by what comes after it in its clause:
// «довідка від військової частини не потрібна».
func (t *text) deniedAfter(at int) bool {
	for i := at + 1; i+1 < len(t.words) && i <= at+needed && t.words[i].in == t.words[at].in && !t.breaks(i-1); i++ {
		if t.words[i].fold == "не" && begins(t.words[i+1], needs) {
			return true
		}
	}
	return false
}

// denied tells whether a word is denied: a negator stands before it, with at most
// a short word or, for a noun, an adjective between: «без попередньої довідки».
func (t *text) denied(at int) bool {
	w := t.words[at]
	for i := at - 1; i >= max(0, at-3) && t.joins(i+1); i-- {
		n := t.words[i]
		switch {
		case negators[n.fold]:
			return !idioms[w.fold] && !idioms[t.words[i+1].fold]
		case !n.stop() && (!isAdjective(n) || i < at-1):
			return false
		}
	}
	return false
}

// followed gives the places of a word in the sentence of the source that the
// abstract's follows, else all.
func (p *pair) followed(w word) []int {
	all := p.src.places(w)
	like, share := p.bestSentence(w.in)
	if share < closeEnough {
		return all
	}
	here := slices.DeleteFunc(slices.Clone(all), func(at int) bool { return p.src.words[at].in != like })
	if len(here) > 0 {
		return here
	}
	return all
}

// closeEnough is the share of a sentence's words that the source's sentence has
// for it to be the one that it follows.
const closeEnough = .6

// bestSentence finds the sentence of the source that has most of the words of a
// sentence of the abstract.
func (p *pair) bestSentence(in int) (best int, share float64) {
	counts, all := make([]int, p.src.sentences), 0
	for _, w := range p.abs.words {
		if w.in != in || w.stop() {
			continue
		}
		all++
		last := -1
		for _, at := range p.src.places(w) {
			if s := p.src.words[at].in; s != last {
				counts[s]++
				last = s
			}
		}
	}
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	if all == 0 || len(counts) == 0 {
		return 0, 0
	}
	return best, float64(counts[best]) / float64(all)
}

// cancels tells whether a sentence has a word that denies by itself.
func (t *text) cancels(in int) bool {
	return slices.ContainsFunc(t.words, func(w word) bool { return w.in == in && (cancels(w) || w.fold == "не") })
}

func cancels(w word) bool {
	return slices.ContainsFunc(cancelling, func(s string) bool { return strings.HasPrefix(w.fold, s) })
}

// cancelled tells whether a sentence of the source denies by such a word what a
// sentence of the abstract is about: one of the next words with meaning stands
// there, too.
func (p *pair) cancelled(in, like int) bool {
	for i, w := range p.src.words {
		if w.in != like || !cancels(w) {
			continue
		}
		seen := 0
		for j := i + 1; j < len(p.src.words) && seen < 2 && p.src.words[j].in == like && !p.src.breaks(j-1); j++ {
			next := p.src.words[j]
			if next.stop() {
				continue
			}
			seen++
			if slices.ContainsFunc(p.abs.places(next), func(at int) bool { return p.abs.words[at].in == in }) {
				return true
			}
		}
	}
	return false
}
