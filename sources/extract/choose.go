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
	for i, l := range lines {
		if !slices.ContainsFunc(in, func(c []bool) bool { return c == nil || !c[i] }) {
			n += l.letters
		}
	}
	return n
}

// majority keeps the lines that two choices share.
func majority(lines []textLine, own, marked, readable []bool) []bool {
	var found [][]bool
	for _, c := range [][]bool{own, marked, readable} {
		if c != nil && lettersOf(lines, c) > 0 {
			found = append(found, c)
		}
	}
	kept := make([]bool, len(lines))
	switch len(found) {
	case 0:
		return kept
	case 1:
		return found[0]
	case 2:
		a, b := lettersOf(lines, found[0]), lettersOf(lines, found[1])
		if b > 200 && a*10 < b*4 {
			return found[1]
		}
		return found[0]
	}
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
	any := false
	for i, l := range lines {
		marked[i] = has[l.text] || l.letters > 30 && strings.Contains(text, l.text)
		any = any || marked[i]
	}
	if !any {
		return nil
	}
	return marked
}
