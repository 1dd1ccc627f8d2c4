package extract

import (
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

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
	if p, ok := postPage(doc, base); ok {
		return p, nil
	}
	meta := metaOf(doc, base)
	links := linksOf(doc.Selection, base)
	lines, containers := linesOf(doc.Get(0))
	meta.markHeadlines(lines)
	p := assemble(choose(lines, containers, doc.Get(0), base))
	p.URL, p.SiteName = meta.canonical, meta.site
	p.Title = meta.bestTitle(p.Title)
	if !meta.published.IsZero() {
		p.Published = meta.published
	}
	p.Links = linksIn(links, p.Text)
	p.Documents = documentsOf(p, links)
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

// How many links of an article are kept, and how many of its page are looked
// for in the text.
const (
	maxLinks   = 100
	maxLookups = 2000
)

// link is a link of a page.
type link struct {
	words, address string
	outside        bool // stands in the page's furniture
}

func linksOf(doc *goquery.Selection, base *url.URL) []link {
	var links []link
	doc.Find("a[href]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		if l := (link{words: OneLine(s.Text()), address: Resolve(base, s.AttrOr("href", ""))}); l.words != "" && l.address != "" {
			l.outside = InFurniture(s.Get(0))
			links = append(links, l)
		}
		return len(links) < maxLookups
	})
	return links
}

// linksIn gives the links whose words stand in the article's text.
func linksIn(links []link, text string) []string {
	var found []string
	left := maxSearched
	for _, l := range links {
		if left -= len(text); left < 0 {
			break
		}
		if strings.Contains(text, l.words) && !slices.Contains(found, l.address) && len(found) < maxLinks {
			found = append(found, l.address)
		}
	}
	return found
}

// documentsOf gives the documents that a page's title and text name, and those
// that links outside of its furniture lead to.
func documentsOf(p Page, links []link) []Document {
	found := Documents(p.Title + "\n" + p.Text)
	if p.Text == "" {
		return found
	}
	for _, l := range links {
		if d, ok := linkedDocument(l); ok && !l.outside && len(found) < maxDocuments {
			found = withDocument(found, d)
		}
	}
	return found
}
