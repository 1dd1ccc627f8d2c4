package extract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	readability "codeberg.org/readeck/go-readability"
	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"visnyk/internal/ukrainian"
)

// HTML finds the article in a page of HTML. contentType and pageURL may
// be empty. Two ways are tried, the density of running text and readability;
// where they agree the first is taken, for it keeps lists and drops menus.
func HTML(body []byte, contentType, pageURL string) (Page, error) {
	base, err := url.Parse(pageURL)
	if err != nil {
		return Page{}, fmt.Errorf("%w: %.200q", ErrAddress, pageURL)
	}
	doc, err := Parse(body, contentType)
	if err != nil {
		return Page{}, err
	}
	meta := metaOf(doc, base)
	p := pageOf(linesOf(doc.Get(0)))
	if other := readable(doc, base); betterReadable(p.Text, other) {
		p.Text = other
	}
	p.URL, p.SiteName = meta.canonical, meta.site
	p.Title = meta.bestTitle(p.Title)
	if !meta.published.IsZero() {
		p.Published = meta.published
	}
	p.Links = linksIn(doc, base, p.Text)
	p.Language = ukrainian.Language(p.Title + "\n" + p.Text)
	return p, nil
}

var metaCharset = regexp.MustCompile(`(?i)<meta[^>]+charset\s*=\s*["']?([a-z0-9_-]+)`)

// Parse decodes and parses a page, and refuses with ErrTooLarge one that
// would exhaust us.
func Parse(body []byte, contentType string) (*goquery.Document, error) {
	if len(body) > maxPage {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(body))
	}
	label := ""
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		label = params["charset"]
	}
	if m := metaCharset.FindSubmatch(body[:min(len(body), 4096)]); m != nil && label == "" {
		label = string(m[1])
	}
	return parseTree(Decode(body, label))
}

// pageMeta is what a page says of itself for programs.
type pageMeta struct {
	canonical, site        string
	h1, og, headline, name string // titles: the only h1, og:title, JSON-LD, <title>
	published              time.Time
}

func metaOf(doc *goquery.Document, base *url.URL) pageMeta {
	content := func(selectors ...string) string {
		for _, s := range selectors {
			if v := strings.TrimSpace(doc.Find(s).First().AttrOr("content", "")); v != "" {
				return v
			}
		}
		return ""
	}
	m := pageMeta{
		site: content(`meta[property="og:site_name"]`), og: OneLine(content(`meta[property="og:title"]`)),
		name: OneLine(doc.Find("head title").First().Text()),
	}
	if h1 := doc.Find("h1"); h1.Length() == 1 {
		m.h1 = OneLine(h1.Text())
	}
	m.canonical = canonicalOf(doc, base)
	date := content(`meta[property="article:published_time"]`, `meta[itemprop="datePublished"]`, `meta[name="DC.date"]`, `meta[name="DC.date.issued"]`, `meta[name="date"]`, `meta[name="pubdate"]`)
	linked := linkedData(doc)
	m.headline = OneLine(linked.Headline)
	if at, ok := ParseMachine(cmp.Or(linked.DatePublished, date)); ok {
		m.published = at
	} else if at, ok := ParseMachine(timeOf(doc)); ok {
		m.published = at
	}
	return m
}

func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func canonicalOf(doc *goquery.Document, base *url.URL) string {
	own, err := CanonicalURL(base.String())
	if err != nil {
		own = ""
	}
	link := Resolve(base, doc.Find(`link[rel="canonical"]`).First().AttrOr("href", ""))
	u, err := url.Parse(link)
	if err != nil || link == "" || own != "" && (!SameSite(u, base) || strings.Trim(u.Path, "/") == "" && strings.Trim(base.Path, "/") != "") {
		return own
	}
	canonical, err := CanonicalURL(link)
	if err != nil {
		return own
	}
	return canonical
}

// timeOf is the moment in the page's first <time> outside of lists of teasers.
func timeOf(doc *goquery.Document) string {
	found := ""
	doc.Find("time[datetime]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		if s.ParentsFiltered("aside, footer, nav, li").Length() > 0 || skipped(s.Parent().Get(0)) {
			return true
		}
		found = s.AttrOr("datetime", "")
		return false
	})
	return found
}

// article is what JSON-LD says of a news article.
type article struct {
	Headline      string `json:"headline"`
	DatePublished string `json:"datePublished"`
}

// linkedData reads the first article in the page's JSON-LD.
func linkedData(doc *goquery.Document) article {
	var found article
	doc.Find(`script[type="application/ld+json"]`).EachWithBreak(func(_ int, s *goquery.Selection) bool {
		var one struct {
			article
			Graph []article `json:"@graph"`
		}
		var many []article
		text := []byte(s.Text())
		if len(text) > maxLinkedData {
			return true
		}
		if json.Unmarshal(text, &one) == nil {
			many = append([]article{one.article}, one.Graph...)
		} else if json.Unmarshal(text, &many) != nil {
			return true
		}
		if i := slices.IndexFunc(many, func(a article) bool { return a.DatePublished != "" }); i >= 0 {
			found = many[i]
		}
		return found.DatePublished == ""
	})
	return found
}

// bestTitle chooses among the titles: the headline beside the text, the only
// h1, og:title, JSON-LD, and at last <title> without the site's name.
func (m pageMeta) bestTitle(near string) string {
	title := cmp.Or(near, m.h1, m.og, m.headline)
	if m.h1 != "" && utf8.RuneCountInString(m.h1) >= 15 {
		title = m.h1
	}
	if title == "" {
		title = m.name
	}
	return m.withoutSite(title)
}

var titleParts = regexp.MustCompile(`\s+(?:\||–|—|-|::|•|»)\s+`)

// withoutSite takes the site's name off the end of a title.
func (m pageMeta) withoutSite(title string) string {
	parts := titleParts.Split(title, -1)
	if len(parts) < 2 || title == m.h1 {
		return title
	}
	last := parts[len(parts)-1]
	if strings.EqualFold(last, m.site) || title == m.name || m.og != "" && strings.HasPrefix(title, m.og) {
		return strings.TrimSpace(strings.TrimRight(strings.TrimSuffix(title, last), " |–—-:•»"))
	}
	return title
}

// skippedTags never hold an article's text.
func skippedTag(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Noscript, atom.Nav, atom.Footer, atom.Aside, atom.Form, atom.Button, atom.Iframe,
		atom.Select, atom.Svg, atom.Template, atom.Head, atom.Video, atom.Audio, atom.Object:
		return true
	}
	return false
}

var skippedNames = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|share|sharing|social|socials|footer|sidebar|related|comments?|respond|cookies?|banner|subscribe|subscription|pagination|pager|tags|taglist|widget|popup|modal|hotline|read-?more|readalso|also|teasers?|recommend(?:ed|ations)?|accessibility)(?:$|[\s_-])`)

// maxAttr is how much of an attribute is looked at, in bytes: it is looked at
// again for each link below it.
const maxAttr = 512

// skipped tells whether a subtree is furniture of the page. A container that
// merely speaks of what is in it, as <body class="has-sidebar">, is none.
func skipped(n *html.Node) bool {
	if n == nil || n.Type != html.ElementNode {
		return false
	}
	if skippedTag(n.DataAtom) {
		return true
	}
	if n.DataAtom == atom.Body || n.DataAtom == atom.Main || n.DataAtom == atom.Article || n.DataAtom == atom.Html {
		return false
	}
	for _, a := range n.Attr {
		a.Val = a.Val[:min(len(a.Val), maxAttr)]
		switch {
		case (a.Key == "class" || a.Key == "id") && skippedNames.MatchString(a.Val):
			return true
		case a.Key == "role" && (a.Val == "navigation" || a.Val == "complementary" || a.Val == "contentinfo" || a.Val == "search"):
			return true
		case a.Key == "hidden", a.Key == "aria-hidden" && a.Val == "true", a.Key == "style" && strings.Contains(strings.ReplaceAll(a.Val, " ", ""), "display:none"):
			return true
		}
	}
	return false
}

// lineWriter collects the lines of a tree.
type lineWriter struct {
	lines  []textLine
	b      strings.Builder
	linked int // letters inside links
	marks  textLine
	mark   string // what stands before the next item of a list
}

func (w *lineWriter) flush() {
	text := OneLine(strings.ReplaceAll(w.b.String(), "\u00a0", " "))
	if text != "" {
		l := w.marks
		l.text = text
		n := utf8.RuneCountInString(text)
		l.linked = w.linked*10 > n*6 && n < 400
		w.lines = append(w.lines, l)
	}
	w.b.Reset()
	w.linked = 0
}

// linesOf gives the lines of a page as a reader sees them, its furniture left
// out. The tree's depth was bounded when it was parsed.
func linesOf(root *html.Node) []textLine {
	w := &lineWriter{}
	w.walk(root, false)
	w.flush()
	return w.lines
}

func (w *lineWriter) walk(n *html.Node, inLink bool) {
	switch {
	case n.Type == html.TextNode:
		w.b.WriteString(n.Data)
		if inLink {
			w.linked += utf8.RuneCountInString(n.Data)
		}
		return
	case skipped(n):
		return
	}
	inLink = inLink || n.DataAtom == atom.A
	saved := w.marks
	block := n.Type == html.ElementNode && breaks(n.DataAtom)
	if block {
		w.flush()
		switch n.DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			w.marks.heading = true
		case atom.P, atom.Blockquote, atom.Li:
			w.marks.inText = true
		}
		if n.DataAtom == atom.Li {
			w.b.WriteString(w.mark)
		}
	}
	number := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if w.mark = "• "; c.DataAtom == atom.Li && n.DataAtom == atom.Ol {
			number++
			w.mark = fmt.Sprintf("%d. ", number)
		}
		w.walk(c, inLink)
	}
	if block {
		w.flush()
		w.marks = saved
	}
}

// readable is the text that readability finds, cleaned line by line.
func readable(doc *goquery.Document, base *url.URL) string {
	copied := goquery.CloneDocument(doc)
	found, err := readability.FromDocument(copied.Get(0), base)
	if err != nil || found.Node == nil {
		return ""
	}
	var lines []string
	for _, l := range linesOf(found.Node) {
		if isStop(l.text) && len(lines) > 0 {
			break
		}
		if !isNoise(l.text) && !l.linked && !l.heading && !isStop(l.text) {
			lines = append(lines, l.text)
		}
	}
	return strings.Join(lines, "\n")
}

// betterReadable tells whether readability found the article and the density
// of text did not: it has much more, or the other has nothing of it.
func betterReadable(own, other string) bool {
	a, b := utf8.RuneCountInString(own), utf8.RuneCountInString(other)
	if b == 0 {
		return false
	}
	return a == 0 || b > 200 && a*10 < b*4
}

// How many links of an article are kept, and how many of its page are looked
// for in the text.
const (
	maxLinks   = 100
	maxLookups = 2000
)

// linksIn gives the links whose words stand in the article's text.
func linksIn(doc *goquery.Document, base *url.URL, text string) []string {
	var links []string
	doc.Find("a[href]").EachWithBreak(func(i int, s *goquery.Selection) bool {
		words := OneLine(s.Text())
		if link := Resolve(base, s.AttrOr("href", "")); link != "" && words != "" && strings.Contains(text, words) && !slices.Contains(links, link) {
			links = append(links, link)
		}
		return len(links) < maxLinks && i < maxLookups
	})
	return links
}

func SiteName(doc *goquery.Document, base *url.URL) string {
	meta := metaOf(doc, base)
	if meta.site != "" {
		return meta.site
	}
	parts := titleParts.Split(meta.name, -1)
	if name := strings.TrimSpace(parts[len(parts)-1]); name != "" {
		return name
	}
	return base.Hostname()
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
