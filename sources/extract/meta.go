package extract

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

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
		name: cut(OneLine(doc.Find("head title").First().Text())),
	}
	if h1 := doc.Find("h1"); h1.Length() == 1 && !slices.ContainsFunc(h1.Find("a").Nodes, toHome) {
		m.h1 = firstLine(h1.Get(0))
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

// firstLine is the first line of an element that may be a title, or all that is
// in it: a subtitle stands beneath.
func firstLine(n *html.Node) string {
	lines, _ := linesOf(n)
	if len(lines) > 1 && lines[0].letters >= headlineLetters {
		return lines[0].text
	}
	return OneLine(visible(goquery.NewDocumentFromNode(n).Text()))
}

// OneLine is a text without line breaks and doubled spaces.
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

// headlineLetters is how many letters make a line of the page its headline,
// where the page's title has them too.
const headlineLetters = 15

// markHeadlines marks the lines that are what the page calls its title, or
// where it does not show that, those that a date stands beside.
func (m pageMeta) markHeadlines(lines []textLine) {
	found := false
	for i := range lines {
		l := &lines[i]
		if l.letters < headlineLetters || l.letters > maxHeadline || l.linked && l.level == 0 || l.home {
			continue
		}
		l.headline = l.text == m.h1 || l.text == m.headline || strings.HasPrefix(m.og, l.text) || strings.Contains(m.name, l.text)
		found = found || l.headline && !l.framed
	}
	if found {
		return
	}
	for i := range lines[:max(len(lines)-1, 0)] {
		l, next := &lines[i], lines[i+1]
		if !l.framed && !l.linked && !l.home && next.dates() && !next.framed && isHeadline(l.text) {
			l.headline = true
			return
		}
	}
}

// sectionName finds what sites call their parts and themselves: no titles.
var sectionName = regexp.MustCompile(`(?i)^(?:новини|головна|події|оголошення|контакти|документи|прес-?центр|новости|главная|news|home|.*(?:офіційний (?:веб-?)?(?:сайт|портал)).*)$`)

// isSite tells whether a title is but the name of the site or of a part of it.
func (m pageMeta) isSite(title string) bool {
	return m.site != "" && strings.EqualFold(title, m.site) || sectionName.MatchString(title)
}

// bestTitle chooses among the titles: the headline beside the text, the only
// h1, og:title, JSON-LD, and at last <title> without the site's name.
func (m pageMeta) bestTitle(near string) string {
	titles := []string{near, m.h1, m.og, m.headline, m.name}
	if utf8.RuneCountInString(m.h1) >= headlineLetters {
		titles = append([]string{m.h1}, titles...)
	}
	for _, title := range titles {
		if way := strings.Split(title, " / "); len(way) > 1 && sectionName.MatchString(way[0]) {
			title = way[len(way)-1]
		}
		if title = withoutMoment(m.withoutSite(title)); title != "" && !m.isSite(title) {
			return title
		}
	}
	return ""
}

var titleParts = regexp.MustCompile(`\s+(?:\||–|—|-|::|•|»)\s+`)

// siteParts are the marks in <title> that never stand inside a headline.
var siteParts = regexp.MustCompile(`\s+(?:\||::|•|»)\s+`)

// lastMoment finds the date with its hour that some templates write after a
// headline.
var lastMoment = regexp.MustCompile(`(?i)[\s,|–—-]+(?:\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}\s+` + monthForm + `\s+\d{4})[\s,|–—-]*\d{1,2}:\d{2}$`)

// preposition finds the word by which a date belongs to its headline, as in
// «станом на».
var preposition = regexp.MustCompile(`(?i)(?:^|\s)(?:на|о|об|до|від|з|із|за|по|с|со|от|к|в|у)$`)

func withoutMoment(title string) string {
	at := lastMoment.FindStringIndex(title)
	if at == nil || preposition.MatchString(title[:at[0]]) {
		return title
	}
	return title[:at[0]]
}

// withoutSite takes the site's name off the end of a title.
func (m pageMeta) withoutSite(title string) string {
	parts := titleParts.Split(title, -1)
	if len(parts) < 2 || title == m.h1 {
		return title
	}
	if title == m.name && !m.isSite(parts[0]) {
		// Beyond these marks stand parts of the site, one within the other.
		if own := strings.TrimSpace(siteParts.Split(title, 2)[0]); own != title && strings.Count(own, " ") >= 2 {
			return own
		}
	}
	last := parts[len(parts)-1]
	if strings.EqualFold(last, m.site) || title == m.name || m.og != "" && strings.HasPrefix(title, m.og) {
		return strings.TrimSpace(strings.TrimRight(strings.TrimSuffix(title, last), " |–—-:•»"))
	}
	return title
}

// cut bounds what a page says of itself: no title has a thousand bytes.
func cut(s string) string {
	const most = 1000
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

// SiteName is what a page calls its site, or else the site's host.
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
