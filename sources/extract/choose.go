package extract

import (
	"net/url"
	"slices"
	"strings"

	readability "codeberg.org/readeck/go-readability"
	"golang.org/x/net/html"
)

// choose tells which lines are the article: those that two of three ways to
// find it take, or the better way where only one or two find something. The
// furniture that none of them takes is left out of the lines.
func choose(lines []textLine, containers []container, root *html.Node, base *url.URL) ([]textLine, []bool) {
	own := runOf(lines)
	marked := markedLines(lines, containers)
	readable := readableLines(lines, root, base)
	kept := majority(lines, own, marked, readable)
	pruned(lines, kept)
	var view []textLine
	var in []bool
	for i, l := range lines {
		if kept[i] || !l.framed {
			view, in = append(view, l), append(in, kept[i])
		}
	}
	return view, in
}

// runOf is runLines over the lines outside of furniture.
func runOf(lines []textLine) []bool {
	var open []textLine
	var at []int
	for i, l := range lines {
		if !l.framed {
			open, at = append(open, l), append(at, i)
		}
	}
	found := runLines(open)
	if found == nil {
		return nil
	}
	kept := make([]bool, len(lines))
	for i, is := range found {
		kept[at[i]] = is
	}
	return kept
}

// lettersOf counts the letters of the lines in all of the given choices.
func lettersOf(lines []textLine, in ...[]bool) int {
	n := 0
	if slices.ContainsFunc(in, func(c []bool) bool { return c == nil }) {
		return 0
	}
	for i, l := range lines {
		if !slices.ContainsFunc(in, func(c []bool) bool { return !c[i] }) {
			n += l.letters
		}
	}
	return n
}

// majority keeps the lines that two choices share. Where only two found
// something and they speak of the same text, running text that one of them
// has is kept too.
func majority(lines []textLine, own, marked, readable []bool) []bool {
	var found [][]bool
	for _, c := range [][]bool{own, marked, readable} {
		if lettersOf(lines, c) > 0 {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 0:
		return make([]bool, len(lines))
	case 1:
		return found[0]
	case 2:
		return ofTwo(lines, found[0], found[1])
	}
	for i := range found {
		y, z := found[(i+1)%3], found[(i+2)%3]
		if lettersOf(lines, found[i])*10 < lettersOf(lines, y, z)*2 {
			return ofTwo(lines, y, z)
		}
	}
	kept := make([]bool, len(lines))
	for i := range lines {
		votes := 0
		for _, c := range found {
			if c[i] {
				votes++
			}
		}
		kept[i] = votes >= 2
	}
	return kept
}

// ofTwo decides between two choices.
func ofTwo(lines []textLine, one, other []bool) []bool {
	a, b, both := lettersOf(lines, one), lettersOf(lines, other), lettersOf(lines, one, other)
	if both*2 < min(a, b) {
		if legalShare(lines, other) >= mostLegal {
			return one
		}
		if b > 200 && a*10 < b*4 || legalShare(lines, one) >= mostLegal {
			return other
		}
		return one
	}
	kept := make([]bool, len(lines))
	for i, l := range lines {
		kept[i] = one[i] && other[i] || (one[i] || other[i]) && (l.running || l.row)
	}
	return kept
}

// mostLegal is from which hundredth of its letters on a choice is what a site says
// of the use of its texts.
const mostLegal = 20

// legalShare is how many hundredths of a choice stand in lines that speak of the
// use of texts.
func legalShare(lines []textLine, in []bool) int {
	of := 0
	for i, l := range lines {
		if in[i] && legal.MatchString(l.text) {
			of += l.letters
		}
	}
	return of * 100 / max(1, lettersOf(lines, in))
}

// pruned drops from a choice what is no part of the article: links alone,
// lines that came before, and small pieces far from the rest.
func pruned(lines []textLine, kept []bool) {
	seen := map[string]bool{}
	for i, l := range lines {
		if !kept[i] {
			continue
		}
		if l.letters >= minParagraph {
			kept[i] = !seen[l.text]
			seen[l.text] = true
		}
		if l.headline || l.level == 1 || l.linked || l.noise {
			kept[i] = false
		}
	}
	far(lines, kept)
	begun(lines, kept)
	ended(lines, kept)
	answered(lines, kept)
	last := len(kept) - 1
	for ; last >= 0 && (!kept[last] || lines[last].level > 0); last-- {
		kept[last] = false
	}
	if next := last + 1; last >= 0 && next < len(lines) && signed(lines[next]) {
		kept[next] = true
	}
	titled := slices.ContainsFunc(lines, func(l textLine) bool { return l.headline && !l.framed })
	for i, l := range lines {
		if kept[i] && (titled || l.level == 0) && !l.dates() {
			break
		}
		kept[i] = false
	}
}

// begun drops what stands before the page's headline, where most of the choice
// comes after it.
func begun(lines []textLine, kept []bool) {
	whole, before := lettersOf(lines, kept), 0
	for i, l := range lines {
		if kept[i] {
			before += l.letters
		}
		if before*2 > whole {
			return
		}
		if l.headline && !l.framed && (l.level == 1 || before*10 <= whole*3) {
			clear(kept[:i])
			whole, before = whole-before, 0
		}
	}
}

// What is so many lines away from the rest and has less than so many hundredths
// of its letters is no part of it.
const (
	farLines = 8
	farShare = 15
)

// far drops the small pieces of a choice that stand far from the rest.
func far(lines []textLine, kept []bool) {
	type piece struct{ from, to, letters int }
	var pieces []piece
	whole, last := 0, -farLines-1
	for i, l := range lines {
		if !kept[i] {
			continue
		}
		if i-last > farLines {
			pieces = append(pieces, piece{from: i})
		}
		p := &pieces[len(pieces)-1]
		p.to, last = i, i
		p.letters += l.letters
		whole += l.letters
	}
	for _, p := range pieces {
		if p.letters*100 < whole*farShare {
			clear(kept[p.from : p.to+1])
		}
	}
}

// readableLines tells which lines readability takes for the article. It
// changes the tree.
func readableLines(lines []textLine, root *html.Node, base *url.URL) []bool {
	found, err := readability.FromDocument(root, base)
	if err != nil || found.Node == nil {
		return nil
	}
	own, _ := linesOf(found.Node)
	has := make(map[string]bool, len(own))
	var all strings.Builder
	for _, l := range own {
		has[l.text] = true
		all.WriteString(l.text)
		all.WriteByte(' ')
	}
	text := all.String()
	marked := make([]bool, len(lines))
	left := maxSearched
	for i, l := range lines {
		marked[i] = has[l.text]
		if !marked[i] && l.letters > 30 && left > 0 {
			left -= len(text)
			marked[i] = strings.Contains(text, l.text)
		}
	}
	return marked
}

// maxSearched is how many bytes of a text are searched for other texts in all.
const maxSearched = 64 << 20

// ended drops what comes after a heading that ends articles, where most of the
// choice stands before it.
func ended(lines []textLine, kept []bool) {
	whole, before := lettersOf(lines, kept), 0
	for i, l := range lines {
		if kept[i] && !l.stop {
			before += l.letters
			continue
		}
		most := before*10 > whole*7 && l.stop && l.letters <= maxHeading
		if !l.framed && (most || before*ownShare > whole && (othersHeading.MatchString(l.text) || asksOpinion.MatchString(l.text))) {
			clear(kept[i:])
			return
		}
	}
}

// manyMoments is how many lines with the moment of a comment no article has.
const manyMoments = 3

// answered drops readers' comments after an article: from the first of several
// short lines that say when somebody wrote, on a page that speaks of comments. The
// days and hours of a programme stay.
func answered(lines []textLine, kept []bool) {
	whole, before, first, moments := lettersOf(lines, kept), 0, -1, 0
	for i, l := range lines {
		if !kept[i] {
			continue
		}
		if first < 0 {
			before += l.letters
		}
		if l.letters <= maxHeading && commentMoment.MatchString(l.text) {
			if first < 0 {
				first = i
			}
			moments++
		}
	}
	if moments >= manyMoments && before*ownShare > whole && slices.ContainsFunc(lines, func(l textLine) bool { return l.letters <= maxHeading && aboutComments.MatchString(l.text) }) {
		clear(kept[first:])
	}
}
