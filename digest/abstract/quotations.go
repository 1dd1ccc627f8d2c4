package abstract

import (
	"slices"
	"strings"
	"unicode"

	"visnyk/internal/ukrainian"
)

// nameLength is how many words a name in quotes has at most: it may stand in
// another case than in the source.
const nameLength = 5

// quotations checks that what stands in quotes stands in the source word for
// word, a name of a few words in any case, and that nobody is given the words of
// another.
func (p *pair) quotations() {
	plain := squeeze(p.src.raw)
	for _, inside := range quoted(p.abs.raw) {
		q := squeeze(inside)
		if strings.Contains(plain, q) || len(strings.Fields(q)) <= nameLength && p.inOrder(inside) {
			continue
		}
		p.fault("a quotation that the source does not have", inside)
	}
	theirs := ukrainian.Quotations(p.src.raw)
	for _, q := range ukrainian.Quotations(p.abs.raw) {
		if q.Speaker == "" {
			continue
		}
		for _, h := range theirs {
			if strings.Contains(squeeze(h.Text), squeeze(q.Text)) && h.Speaker != "" && !shareName(h.Speaker, q.Speaker) {
				p.fault("a quotation of somebody else", q.Speaker)
			}
		}
	}
}

// squeeze leaves the words of a text alone, folded, with a space between.
func squeeze(s string) string {
	return strings.Join(strings.FieldsFunc(ukrainian.Fold(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '’' && r != '-'
	}), " ")
}

// quoted gives what stands between quotes.
func quoted(s string) []string {
	var all []string
	for s != "" {
		open := strings.IndexAny(s, "«“„\"")
		if open < 0 {
			break
		}
		rest := strings.TrimLeft(s[open:], "«“„\"")
		end := strings.IndexAny(rest, "»”“\"")
		if end < 0 {
			break
		}
		all = append(all, rest[:end])
		s = rest[end:]
		s = strings.TrimLeft(s, "»”“\"")
	}
	return all
}

// inOrder tells whether the words of a name stand in the source one after the
// other, in any case.
func (p *pair) inOrder(name string) bool {
	words := read(name).words
	if len(words) == 0 {
		return true
	}
	return slices.ContainsFunc(p.src.places(words[0]), func(at int) bool {
		for i, w := range words {
			if !slices.Contains(p.src.places(w), at+i) {
				return false
			}
		}
		return true
	})
}

// shareName tells whether two names may be of one person.
func shareName(a, b string) bool {
	for _, x := range strings.Fields(a) {
		for _, y := range strings.Fields(b) {
			if ukrainian.SameSurname(x, y) {
				return true
			}
		}
	}
	return false
}
