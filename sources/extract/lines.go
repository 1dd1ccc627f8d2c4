package extract

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dropped tells the elements whose text no reader takes for an article's.
func dropped(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Nav, atom.Footer, atom.Button, atom.Iframe,
		atom.Select, atom.Svg, atom.Template, atom.Head, atom.Video, atom.Audio, atom.Object, atom.Textarea:
		return true
	case atom.Form:
		return !wholePage(n)
	}
	return false
}

// wholePage tells a form that holds the whole page, as some engines write it.
func wholePage(form *html.Node) bool {
	left := 100
	for n := range form.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if left--; left == 0 {
			return true
		}
	}
	return false
}

// frameWords are the words in names of classes and ids by which pages mark
// what stands around an article.
func frameWord(word string) bool {
	switch word {
	case "nav", "navbar", "navigation", "menu", "breadcrumb", "breadcrumbs", "share", "sharing", "social", "socials", "footer", "sidebar",
		"related", "comment", "comments", "respond", "cookie", "cookies", "banner", "subscribe", "subscription", "pagination", "pager",
		"tags", "taglist", "widget", "popup", "modal", "hotline", "readmore", "readalso", "also", "teaser", "teasers",
		"recommend", "recommended", "recommendations", "accessibility":
		return true
	}
	return false
}

// maxAttr is how much of an attribute is looked at, in bytes: it is looked at
// again for each link below it.
const maxAttr = 512

// words calls do with the words of an attribute, in lower case, until it
// returns true; it tells whether one did.
func words(attr string, do func(string) bool) bool {
	attr = strings.ToLower(attr[:min(len(attr), maxAttr)])
	for attr != "" {
		end := strings.IndexAny(attr, " _-\t\n")
		if end < 0 {
			return do(attr)
		}
		if end > 0 && do(attr[:end]) {
			return true
		}
		attr = attr[end+1:]
	}
	return false
}

// framed tells whether a subtree is marked as furniture of the page. A
// container that merely speaks of what is in it, as <body class="has-sidebar">,
// is none.
func framed(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Aside:
		return true
	case atom.Body, atom.Main, atom.Article, atom.Html:
		return false
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "class", "id":
			if words(a.Val, frameWord) {
				return true
			}
		case "role":
			if a.Val == "navigation" || a.Val == "complementary" || a.Val == "contentinfo" || a.Val == "search" {
				return true
			}
		case "hidden":
			return true
		case "aria-hidden":
			if a.Val == "true" {
				return true
			}
		case "style":
			if strings.Contains(strings.ReplaceAll(a.Val[:min(len(a.Val), maxAttr)], " ", ""), "display:none") {
				return true
			}
		}
	}
	return false
}

// skipped tells whether a subtree is furniture of the page.
func skipped(n *html.Node) bool {
	return n != nil && n.Type == html.ElementNode && (dropped(n) || framed(n))
}

// InFurniture tells whether a node stands in a menu, footer or the like.
func InFurniture(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n.Type == html.ElementNode && (skipped(n) || n.Data == "header") {
			return true
		}
	}
	return false
}

// textLine is one line of a page.
type textLine struct {
	text    string
	heading bool // stands in a heading of the markup
	inText  bool // stands in a paragraph of the markup
	linked  bool // is mostly links
	framed  bool // stands in the page's furniture
	letters int
}

// container is an element that names itself the place of the article: its
// lines, to exclusive, and how surely it is, 0 the most.
type container struct{ tier, from, to int }

// lineWriter collects the lines of a tree.
type lineWriter struct {
	lines      []textLine
	containers []container
	b          strings.Builder
	linked     int // letters inside links
	marks      textLine
	mark       string // what stands before the next item of a list
}

func (w *lineWriter) flush() {
	if text := OneLine(w.b.String()); text != "" {
		l := w.marks
		l.text, l.letters = text, utf8.RuneCountInString(text)
		l.linked = w.linked*10 > l.letters*6 && l.letters < 400
		w.lines = append(w.lines, l)
	}
	w.b.Reset()
	w.linked = 0
}

// linesOf gives the lines of a page as a reader sees them, and where its
// markup says the article is. The tree's depth was bounded when it was parsed.
func linesOf(root *html.Node) ([]textLine, []container) {
	w := &lineWriter{}
	w.walk(root, false)
	w.flush()
	return w.lines, w.containers
}

func (w *lineWriter) walk(n *html.Node, inLink bool) {
	switch n.Type {
	case html.TextNode:
		w.b.WriteString(n.Data)
		if inLink {
			w.linked += utf8.RuneCountInString(n.Data)
		}
		return
	case html.ElementNode:
		if dropped(n) {
			return
		}
	}
	inLink = inLink || n.DataAtom == atom.A
	saved := w.marks
	block := n.Type == html.ElementNode && breaks(n.DataAtom)
	tier := tierOf(n)
	if block || tier >= 0 {
		w.flush()
	}
	from := len(w.lines)
	w.mark4(n)
	number := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if w.mark = "• "; c.DataAtom == atom.Li && n.DataAtom == atom.Ol {
			number++
			w.mark = strconv.Itoa(number) + ". "
		}
		w.walk(c, inLink)
	}
	if block || tier >= 0 {
		w.flush()
	}
	w.marks = saved
	if tier >= 0 && len(w.lines) > from {
		w.containers = append(w.containers, container{tier, from, len(w.lines)})
	}
}

// mark4 notes what an element says of the lines in it.
func (w *lineWriter) mark4(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.marks.heading = true
	case atom.P, atom.Blockquote, atom.Li:
		w.marks.inText = true
	}
	if n.DataAtom == atom.Li {
		w.b.WriteString(w.mark)
	}
	if !w.marks.framed && framed(n) {
		w.marks.framed = true
	}
}
