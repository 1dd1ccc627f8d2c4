package articles

import (
	"strings"

	"visnyk/internal/ukrainian"
)

// Copy says which earlier text another one repeats.
type Copy struct {
	Of     string // its id; "" when the text repeats none
	Reason string // of the verdict; DifferentText when nothing was near
}

// Nearby finds texts that repeat earlier ones, in memory: for one stream that
// is read from its beginning to its end.
type Nearby struct {
	shapes []Shape
	ids    []string
	parent []int            // of a text: one that it repeats, itself for the first of its kind
	bands  map[uint64][]int // the texts with a band, in order
	lines  map[string]*recurring
}

// recurring counts how often lines stand in the texts of one source.
type recurring struct {
	texts int
	lines map[string]int
}

// A line is furniture of its source when so many of its texts have it: the
// larger of the two.
const (
	recursFrom  = 4
	recursShare = 200 // one in so many
)

// crowd is how many texts of one band are looked at: a band with more is that
// of a template.
const crowd = 64

// NewNearby returns a finder that knows no texts.
func NewNearby() *Nearby {
	return &Nearby{bands: map[uint64][]int{}, lines: map[string]*recurring{}}
}

// Add compares a text with those before it and keeps it. A copy of a copy is
// led back to the first of them; a text that repeats two that were apart so far
// makes them one.
func (n *Nearby) Add(id, source, text string) Copy {
	at := len(n.ids)
	shape := ShapeOf(text, n.furniture(source, text))
	n.ids, n.shapes, n.parent = append(n.ids, id), append(n.shapes, shape), append(n.parent, at)
	verdict := Copy{Reason: DifferentText}
	if shape.Empty() {
		return verdict
	}
	seen := map[int]bool{}
	signature := shape.signature()
	for _, band := range signature {
		for _, other := range n.bands[band] {
			if seen[other] {
				continue
			}
			seen[other] = true
			switch same, reason := shape.Compare(n.shapes[other]); {
			case same:
				n.join(at, other)
				verdict.Reason = reason
			case (reason == DifferentNumbers || reason == DifferentPlaces) && n.first(at) == at:
				verdict.Reason = reason
			}
		}
	}
	n.know(at, signature)
	if first := n.first(at); first != at {
		verdict.Of = n.ids[first]
	}
	return verdict
}

// Firsts gives, for each text in the order they were added, the id of the first
// text that it repeats by all that is known now, "" for those that repeat none.
func (n *Nearby) Firsts() []string {
	all := make([]string, len(n.ids))
	for i := range n.ids {
		if first := n.first(i); first != i {
			all[i] = n.ids[first]
		}
	}
	return all
}

// Only gives a finder that knows the texts at these places alone, in this order.
// What was a copy of one that is gone stands for itself.
func (n *Nearby) Only(places []int) *Nearby {
	kept := NewNearby()
	kept.lines = n.lines
	at := map[int]int{} // by the first of its kind: the first that is kept
	for _, i := range places {
		to := len(kept.ids)
		first, ok := at[n.first(i)]
		if !ok {
			first = to
			at[n.first(i)] = to
		}
		kept.ids, kept.shapes, kept.parent = append(kept.ids, n.ids[i]), append(kept.shapes, n.shapes[i]), append(kept.parent, first)
		if !n.shapes[i].Empty() {
			kept.know(to, n.shapes[i].signature())
		}
	}
	return kept
}

// know lets a text be found by its bands.
func (n *Nearby) know(at int, signature [bands]uint64) {
	for _, band := range signature {
		if len(n.bands[band]) < crowd {
			n.bands[band] = append(n.bands[band], at)
		}
	}
}

// first leads a text back to the first of its kind.
func (n *Nearby) first(i int) int {
	for n.parent[i] != i {
		i = n.parent[i]
	}
	return i
}

// join makes two texts of one kind.
func (n *Nearby) join(a, b int) {
	a, b = n.first(a), n.first(b)
	n.parent[max(a, b)] = min(a, b)
}

// furniture counts the lines of a text and tells which of them recur on the
// source.
func (n *Nearby) furniture(source, text string) func(string) bool {
	r := n.lines[source]
	if r == nil {
		r = &recurring{lines: map[string]int{}}
		n.lines[source] = r
	}
	r.texts++
	counted := map[string]bool{}
	for line := range strings.Lines(text) {
		line = lineKey(line)
		if line != "" && !counted[line] {
			counted[line] = true
			r.lines[line]++
		}
	}
	limit := max(recursFrom, r.texts/recursShare)
	return func(line string) bool { return r.lines[lineKey(line)] >= limit }
}

func lineKey(line string) string { return ukrainian.Fold(strings.TrimSpace(line)) }
