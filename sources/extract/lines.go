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
	case atom.Footer:
		return n.Parent == nil || n.Parent.DataAtom != atom.Article
	case atom.Script, atom.Style, atom.Noscript, atom.Nav, atom.Button, atom.Iframe,
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

// frame says how surely something is furniture of the page.
type frame int

const (
	noFrame   frame = iota
	softFrame       // is one unless it holds most of the page's text
	hardFrame       // is one for sure
)

// frameWord tells the words in names of classes and ids by which pages mark
// what stands around an article.
func frameWord(word string) frame {
	switch word {
	case "related", "comment", "comments", "respond", "cookie", "cookies", "readmore", "readalso",
		"recommend", "recommended", "recommendations", "footer", "hotline":
		return hardFrame
	case "nav", "navbar", "navigation", "menu", "share", "sharing", "social", "socials", "sidebar", "banner", "subscribe", "subscription",
		"tags", "taglist", "widget", "accessibility", "also", "teaser", "teasers", "popup", "modal", "breadcrumb", "breadcrumbs", "pagination", "pager":
		return softFrame
	}
	return noFrame
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

// namedFrame is frameOf by a class or id. Names that speak of what is inside,
// as has-sidebar, or that builders of pages give to every block do not count.
func namedFrame(names string) frame {
	found := noFrame
	for name := range strings.FieldsSeq(names[:min(len(names), maxAttr)]) {
		name = strings.ToLower(name)
		switch begin, _, _ := strings.Cut(name, "-"); begin {
		case "has", "no", "with", "without", "elementor":
			continue
		}
		words(name, func(word string) bool {
			found = max(found, frameWord(word))
			return found == hardFrame
		})
	}
	return found
}

// frameOf tells whether a subtree is marked as furniture of the page. A
// container that merely speaks of what is in it, as <body class="has-sidebar">,
// is none.
func frameOf(n *html.Node) frame {
	if n.Type != html.ElementNode {
		return noFrame
	}
	switch n.DataAtom {
	case atom.Aside:
		return softFrame
	case atom.Body, atom.Main, atom.Article, atom.Html:
		return noFrame
	}
	found := noFrame
	for _, a := range n.Attr {
		switch a.Key {
		case "class", "id":
			found = max(found, namedFrame(a.Val))
		case "role":
			if a.Val == "navigation" || a.Val == "complementary" || a.Val == "contentinfo" || a.Val == "search" {
				found = hardFrame
			}
		case "hidden":
			found = max(found, softFrame)
		case "aria-hidden":
			if a.Val == "true" {
				found = max(found, softFrame)
			}
		case "style":
			if strings.Contains(strings.ReplaceAll(a.Val[:min(len(a.Val), maxAttr)], " ", ""), "display:none") {
				found = max(found, softFrame)
			}
		}
	}
	return found
}

// skipped tells whether a subtree is furniture of the page.
func skipped(n *html.Node) bool {
	return n != nil && n.Type == html.ElementNode && (dropped(n) || frameOf(n) != noFrame)
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
	text     string
	level    int  // of the heading of the markup that it stands in, 0 for none
	inText   bool // stands in a paragraph of the markup
	linked   bool // is mostly links
	headline bool // is what the page calls its title
	framed   bool // stands in the page's furniture
	row      bool // is a row of a table
	home     bool // leads to the front page of the site
	letters  int

	// What its words say of it, judged once.
	running bool // it is running text
	stop    bool // the article is over
	noise   bool // it does not belong to an article that it stands in
}

// maxFurniture is how many letters a line has at most that is no text for what
// it says.
const maxFurniture = 1000

// judge notes what a line's words say of it.
func (l *textLine) judge() {
	l.letters = utf8.RuneCountInString(l.text)
	if l.letters <= maxFurniture {
		l.stop, l.noise = isStop(l.text), isNoise(l.text)
	}
	l.running = l.body()
}

// container is an element that names itself the place of the article: its
// lines, to exclusive, and how surely it is, 0 the most.
type container struct{ tier, from, to int }

// frameLines are the lines of one piece of furniture, to exclusive.
type frameLines struct {
	sure     frame
	from, to int
}

// lineWriter collects the lines of a tree.
type lineWriter struct {
	lines      []textLine
	containers []container
	frames     []frameLines
	b          strings.Builder
	linked     int  // letters inside links
	home       bool // one of them leads to the site's front page
	marks      textLine
	mark       string // what stands before the next item of a list
}

func (w *lineWriter) flush() {
	if text := OneLine(w.b.String()); text != "" && text != "•" {
		l := w.marks
		l.text, l.letters = text, utf8.RuneCountInString(text)
		l.linked = w.linked*10 > l.letters*6 && l.letters < 400
		l.home = l.linked && w.home
		l.judge()
		w.lines = append(w.lines, l)
	}
	w.b.Reset()
	w.linked, w.home = 0, false
}

// linesOf gives the lines of a page as a reader sees them, and where its
// markup says the article is. The tree's depth was bounded when it was parsed.
func linesOf(root *html.Node) ([]textLine, []container) {
	w := &lineWriter{}
	w.walk(root, false)
	w.flush()
	w.frame()
	return w.lines, w.containers
}

func (w *lineWriter) walk(n *html.Node, inLink bool) {
	switch n.Type {
	case html.TextNode:
		w.b.WriteString(visible(n.Data))
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
	tier, sure := tierOf(n), frameOf(n)
	block = block || tier >= 0 || sure != noFrame || isCell(n) && holdsBlocks(n)
	if block {
		w.flush()
	}
	from := len(w.lines)
	w.note(n)
	number := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if w.mark = "• "; c.DataAtom == atom.Li && n.DataAtom == atom.Ol {
			number++
			w.mark = strconv.Itoa(number) + ". "
		}
		w.walk(c, inLink)
	}
	if block {
		w.flush()
	}
	w.marks = saved
	if sure != noFrame && len(w.lines) > from {
		w.frames = append(w.frames, frameLines{sure, from, len(w.lines)})
	}
	if tier >= 0 && len(w.lines) > from {
		w.containers = append(w.containers, container{tier, from, len(w.lines)})
	}
}

// note keeps what an element says of the lines in it.
func (w *lineWriter) note(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.marks.level = int(n.Data[1] - '0')
	case atom.P, atom.Blockquote, atom.Li:
		w.marks.inText = true
	}
	switch n.DataAtom {
	case atom.Li:
		w.b.WriteString(w.mark)
	case atom.A:
		w.home = w.home || toHome(n)
	case atom.Tr:
		w.marks.row = true
	case atom.Td, atom.Th:
		w.marks.row = w.marks.row && !holdsBlocks(n)
		w.b.WriteByte(' ')
	}
}

// frame marks the lines that stand in furniture. What is named as such and
// holds most of the page's text is none.
func (w *lineWriter) frame() {
	sums := make([]int, len(w.lines)+1) // of the letters of running text before a line
	for i, l := range w.lines {
		sums[i+1] = sums[i]
		if l.running {
			sums[i+1] += l.letters
		}
	}
	whole := sums[len(w.lines)]
	for _, f := range w.frames {
		if share := (sums[f.to] - sums[f.from]) * 10; f.sure == softFrame && share > whole*5 || share > whole*7 {
			continue
		}
		for i := f.from; i < f.to; i++ {
			w.lines[i].framed = true
		}
	}
}

// visible drops the marks of a text that no reader sees: where a word may be
// divided, and spaces without width.
func visible(s string) string {
	for _, mark := range []string{"\u00ad", "\u200b", "\ufeff", "\u2060"} {
		s = strings.ReplaceAll(s, mark, "")
	}
	return s
}

func isCell(n *html.Node) bool { return n.DataAtom == atom.Td || n.DataAtom == atom.Th }

// holdsBlocks tells a cell that is laid out as a page of its own from one of a
// table's row.
func holdsBlocks(cell *html.Node) bool {
	left := 50
	for n := range cell.Descendants() {
		if left--; left == 0 || breaks(n.DataAtom) && n.DataAtom != atom.P && n.DataAtom != atom.Div {
			return true
		}
	}
	return false
}

// toHome tells a link to the front page.
func toHome(link *html.Node) bool {
	for _, a := range link.Attr {
		if a.Key == "href" {
			_, path, ok := strings.Cut(a.Val, "://")
			if ok {
				_, path, _ = strings.Cut(path, "/")
			} else {
				path = a.Val
			}
			path = strings.Trim(path, "/.")
			return path == "" && a.Val != "" || path == "index.php" || path == "index.html"
		}
	}
	return false
}
