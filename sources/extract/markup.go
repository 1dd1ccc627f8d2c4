package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tierOf tells how surely an element's name says that the article is in it: 0
// its body, 1 the article, 2 the page's content; -1 when it says nothing.
func tierOf(n *html.Node) int {
	if n.Type != html.ElementNode {
		return -1
	}
	tier := -1
	switch n.DataAtom {
	case atom.Article:
		tier = 1
	case atom.Main:
		tier = 2
	case atom.Div, atom.Section, atom.Td, atom.Span, atom.P:
	default:
		return -1
	}
	for _, a := range n.Attr {
		t := -1
		switch a.Key {
		case "itemprop":
			if strings.EqualFold(a.Val, "articleBody") {
				t = 0
			}
		case "role":
			if a.Val == "main" {
				t = 2
			} else if a.Val == "article" {
				t = 1
			}
		case "class", "id":
			t = namedTier(a.Val)
		}
		if t >= 0 && (tier < 0 || t < tier) {
			tier = t
		}
	}
	return tier
}

// namedTier is tierOf by a class or id.
func namedTier(names string) int {
	best := -1
	for name := range strings.FieldsSeq(names[:min(len(names), maxAttr)]) {
		if t := nameTier(strings.ToLower(name)); t >= 0 && (best < 0 || t < best) {
			best = t
		}
	}
	return best
}

func nameTier(name string) int {
	subject, part := false, false
	var last string
	words(name, func(w string) bool {
		switch w {
		case "article", "post", "entry", "story", "news", "node", "item", "single", "blog", "artikel", "text", "detail", "field", "page", "td", "main", "content":
			subject = true
		}
		last = w
		return false
	})
	switch last {
	case "body", "content", "text", "txt", "inner", "detail":
		part = true
	}
	switch name {
	case "articlebody", "postbody", "entrytext", "storytext", "articletext", "article-body-text", "storycontent", "postcontent", "articlecontent", "newstext", "fulltext", "maincontent":
		return 0
	case "article", "post", "story", "hentry", "news-detail", "item-page", "node", "single", "newsitem", "artikel":
		return 1
	case "content", "main", "main-content", "maincontent-text", "page-content":
		return 2
	}
	switch {
	case subject && part && (strings.HasPrefix(name, "main") || strings.HasPrefix(name, "page") || strings.HasPrefix(name, "content")):
		return 2
	case subject && part:
		return 0
	}
	return -1
}

// markedLines tells which lines stand where the markup says the article is.
func markedLines(lines []textLine, containers []container) []bool {
	var best [3]container
	var size [3]int
	sums := make([]int, len(lines)+1) // of the letters of running text before a line
	for i, l := range lines {
		sums[i+1] = sums[i]
		if !l.framed && l.running {
			sums[i+1] += l.letters
		}
	}
	for _, c := range containers {
		if n := sums[c.to] - sums[c.from]; n > size[c.tier] {
			best[c.tier], size[c.tier] = c, n
		}
	}
	whole := max(size[0], size[1], size[2])
	for tier, c := range best {
		if size[tier] < 150 || size[tier]*4 < whole {
			continue
		}
		marked := make([]bool, len(lines))
		for i := c.from; i < c.to; i++ {
			l := lines[i]
			marked[i] = !l.framed && !l.linked && !l.noise
		}
		return marked
	}
	return nil
}
