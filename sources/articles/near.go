package articles

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"

	"visnyk/internal/ukrainian"
)

// How two texts are compared. MinHash finds the candidates, the exact Jaccard
// similarity of their shingles decides (Broder, "On the resemblance and
// containment of documents", 1997). 85 bands of 3 hashes find pairs that share
// three shingles in ten with a chance over .9 and hardly ever others.
const (
	shingleWords = 3
	bands        = 85
	rows         = 3
	nearEnough   = .3
	// Where both texts have so many numbers, so large a share of the smaller
	// set has to be in the other one: the reports of two days agree in all but
	// their numbers.
	fewNumbers   = 4
	numbersAgree = .6
	// Texts so alike that name different oblasts in so many words at their
	// beginning, or more than once, were written by one pattern.
	likePattern = .45
	leadWords   = 12
)

// Reasons of verdicts on two texts.
const (
	SameText         = "same text"         // word for word
	NearText         = "near text"         // slightly changed
	DifferentText    = "different text"    // they share too little
	DifferentNumbers = "different numbers" // alike, but reports of different things
	DifferentPlaces  = "different places"  // alike, but of different oblasts
)

// Shape is what is compared of a text. Its fields are not for reading.
type Shape struct {
	hash     uint64
	shingles []uint64 // sorted, without repetitions
	numbers  []string // sorted, with repetitions
	oblasts  []string // that it names, sorted
	home     []string // those of them that it begins with or names more than once
}

// ShapeOf takes the shape of a text. Lines that skip tells are left out: those
// that recur on a source.
func ShapeOf(text string, skip func(line string) bool) Shape {
	var words []string
	var s Shape
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || skip != nil && skip(line) {
			continue
		}
		for _, t := range ukrainian.Tokens(line) {
			if t.Kind == ukrainian.Mark {
				continue
			}
			w := ukrainian.Fold(t.Text)
			words = append(words, w)
			if t.Kind == ukrainian.Number {
				s.numbers = append(s.numbers, w)
			} else if r, _ := ukrainian.RegionOf(t.Text); r != "" {
				s.oblasts = append(s.oblasts, r)
				if len(words) <= leadWords {
					s.home = append(s.home, r)
				}
			}
		}
	}
	s.hash = hashOf(words)
	for i := 0; i+shingleWords <= len(words) || i == 0 && len(words) > 0; i++ {
		s.shingles = append(s.shingles, hashOf(words[i:min(i+shingleWords, len(words))]))
	}
	slices.Sort(s.shingles)
	s.shingles = slices.Compact(s.shingles)
	slices.Sort(s.numbers)
	slices.Sort(s.oblasts)
	for i, r := range s.oblasts[:max(len(s.oblasts)-1, 0)] {
		if r == s.oblasts[i+1] {
			s.home = append(s.home, r)
		}
	}
	return s
}

func hashOf(words []string) uint64 {
	h := fnv.New64a()
	for _, w := range words {
		_, _ = h.Write([]byte(w))
		_, _ = h.Write([]byte{0})
	}
	return mix(h.Sum64())
}

// mix spreads the bits of a number (the finaliser of MurmurHash3).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// Empty tells whether a shape has nothing to compare.
func (s Shape) Empty() bool { return len(s.shingles) == 0 }

// Compare tells whether two texts are one, and why: SameText, NearText,
// DifferentText, DifferentNumbers or DifferentPlaces.
func (s Shape) Compare(t Shape) (same bool, reason string) {
	if s.Empty() || t.Empty() {
		return false, DifferentText
	}
	if s.hash == t.hash && len(s.shingles) == len(t.shingles) {
		return true, SameText
	}
	likeness := s.Jaccard(t)
	switch {
	case likeness < nearEnough:
		return false, DifferentText
	case !s.agrees(t):
		return false, DifferentNumbers
	case likeness >= likePattern && ukrainian.Elsewhere(s.home, t.oblasts) && ukrainian.Elsewhere(t.home, s.oblasts):
		return false, DifferentPlaces
	}
	return true, NearText
}

// Jaccard is the share of the shingles of both that both have, from 0 to 1.
func (s Shape) Jaccard(t Shape) float64 {
	common := sharedOf(s.shingles, t.shingles)
	all := len(s.shingles) + len(t.shingles) - common
	return float64(common) / float64(max(all, 1))
}

// agrees tells whether the numbers of two texts agree as far as they have any.
func (s Shape) agrees(t Shape) bool {
	fewer := min(len(s.numbers), len(t.numbers))
	return fewer < fewNumbers || float64(sharedOf(s.numbers, t.numbers)) >= numbersAgree*float64(fewer)
}

// sharedOf counts what two sorted lists have in common.
func sharedOf[T cmp.Ordered](a, b []T) int {
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := cmp.Compare(a[i], b[j]); {
		case c == 0:
			n++
			i++
			j++
		case c < 0:
			i++
		default:
			j++
		}
	}
	return n
}

// signature gives the hashes of the bands of a shape.
func (s Shape) signature() [bands]uint64 {
	var least [bands * rows]uint64
	for i := range least {
		least[i] = ^uint64(0)
	}
	for _, x := range s.shingles {
		// Multiply-shift hashing: an odd multiplier for each of the 255.
		for i := range least {
			least[i] = min(least[i], x*seeds[i]+seeds[i]>>7)
		}
	}
	var b [bands]uint64
	for i := range b {
		h := uint64(i)
		for _, v := range least[i*rows : (i+1)*rows] {
			h = mix(h ^ v)
		}
		b[i] = h
	}
	return b
}

// seeds are the multipliers of the hashes.
var seeds = func() (all [bands * rows]uint64) {
	x := uint64(0x9e3779b97f4a7c15)
	for i := range all {
		x += 0x9e3779b97f4a7c15
		all[i] = mix(x) | 1
	}
	return all
}()
