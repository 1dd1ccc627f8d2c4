package abstract

import "slices"

// against are prepositions and those that say the contrary of the same noun.
var against = []struct {
	one, other map[string]bool
	names      bool // only before names
}{
	{set(`після`), set(`до перед`), false},
	{set(`до`), set(`з із зі від`), true},
}

// prepositions checks what stands before nouns: «до затвердження» is not «після
// затвердження», and «до Києва» not «з Києва».
func (p *pair) prepositions() {
	for i := 1; i < len(p.abs.words); i++ {
		w, before := p.abs.words[i], p.abs.words[i-1].fold
		if !p.abs.joins(i) || w.stop() {
			continue
		}
		for _, a := range against {
			if a.names && (!w.capital || w.initial) {
				continue
			}
			for _, side := range [][2]map[string]bool{{a.one, a.other}, {a.other, a.one}} {
				has := func(s map[string]bool) bool {
					return slices.ContainsFunc(p.src.places(w), func(at int) bool { return at > 0 && s[p.src.words[at-1].fold] })
				}
				if side[0][before] && !has(side[0]) && has(side[1]) {
					p.fault("the contrary of what the source says", before+" "+w.Text)
				}
			}
		}
	}
}
