package sources

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"visnyk/sources/extract"
)

// What a list of news is: so many links of one form, each with so many letters
// of a headline.
const (
	minListed    = 3
	maxListed    = 100
	headlineFrom = 20
)

const acceptPage = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"

// Article reads one article's page.
func (c *Client) Article(ctx context.Context, address string) (Page, error) {
	r, err := c.fetch(ctx, address, Validators{}, acceptPage)
	if err != nil {
		return Page{}, err
	}
	return extract.HTML(r.Body, r.ContentType, r.URL.String())
}

func (c *Client) readPage(ctx context.Context, e Endpoint, v Validators) (Reading, error) {
	r, err := c.fetch(ctx, e.URL, v, acceptPage)
	if err != nil {
		return Reading{}, err
	}
	if r.NotModified {
		return Reading{Endpoint: e, NotModified: true, Validators: v, Wait: r.Wait}, nil
	}
	doc, err := extract.Parse(r.Body, r.ContentType)
	if err != nil {
		return Reading{}, err
	}
	reading, err := parseList(doc, r.URL)
	if err != nil {
		return Reading{}, err
	}
	reading.Endpoint = e
	if r.Moved {
		reading.Endpoint.URL = r.URL.String()
	}
	reading.Validators, reading.Wait = r.Validators, r.Wait
	return reading, nil
}

// listed is one link that can belong to a list of news.
type listed struct {
	item  Item
	place int // order on the page
}

// parseList finds the list of news on a page: the largest group of links to
// pages of one kind with headlines in them. It fails with ErrNoItems when
// there is none.
func parseList(doc *goquery.Document, base *url.URL) (Reading, error) {
	reading := Reading{Title: extract.SiteName(doc, base), Home: base.Scheme + "://" + base.Host}
	groups := map[string][]listed{}
	seen := map[string]bool{}
	place := 0
	doc.Find("a[href]").Each(func(_ int, s *goquery.Selection) {
		address, ok := newsLink(s, base)
		if !ok || extract.InFurniture(s.Get(0)) {
			return
		}
		title := headlineOf(s)
		if utf8.RuneCountInString(title) < headlineFrom || seen[address] {
			return
		}
		seen[address] = true
		place++
		key := formOf(address, s.Get(0))
		groups[key] = append(groups[key], listed{Item{URL: address, Title: title, Published: listedDate(s), Thin: true}, place})
	})
	var best []listed
	for _, g := range groups {
		if len(g) > len(best) || len(g) == len(best) && len(g) > 0 && g[0].place < best[0].place {
			best = g
		}
	}
	if len(best) < minListed {
		return Reading{}, fmt.Errorf("%w: %d links with headlines", ErrNoItems, len(best))
	}
	for _, l := range best[:min(len(best), maxListed)] {
		reading.Items = append(reading.Items, l.item)
	}
	return reading, nil
}

// newsLink gives the address of a link within the same site that is not the
// site's front page or this page.
func newsLink(s *goquery.Selection, base *url.URL) (string, bool) {
	link := extract.Resolve(base, s.AttrOr("href", ""))
	u, err := url.Parse(link)
	if err != nil || link == "" || !sameSite(u, base) || strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
		return "", false
	}
	address, err := CanonicalURL(link)
	if err != nil {
		return "", false
	}
	own, err := CanonicalURL(base.String())
	return address, err == nil && address != own
}

// headlineOf is the headline in a link: a heading inside it, or its text
// without a date.
func headlineOf(s *goquery.Selection) string {
	if h := s.Find("h1, h2, h3, h4, h5, .title").First(); h.Length() > 0 {
		return extract.OneLine(h.Text())
	}
	if title := extract.OneLine(s.AttrOr("title", "")); utf8.RuneCountInString(title) >= headlineFrom {
		return title
	}
	text := extract.OneLine(s.Text())
	if _, rest, ok := extract.FindDate(text); ok && utf8.RuneCountInString(rest) >= headlineFrom {
		text = strings.Trim(extract.OneLine(rest), " |,·–—-")
	}
	return text
}

var digits = regexp.MustCompile(`\d+`)

// formOf is equal for links that stand in one list: their addresses lead to one
// place and they stand in the tree alike.
func formOf(address string, n *html.Node) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	folder := digits.ReplaceAllString(strings.Join(parts[:len(parts)-1], "/"), "0")
	var tree []string
	for depth := 0; n != nil && n.Type == html.ElementNode && depth < 4; depth++ {
		tree = append(tree, n.Data)
		n = n.Parent
	}
	return folder + " " + strings.Join(tree, ">")
}

// listedDate is the date beside a link: in it or in the item of the list that
// it stands in, as long as that item holds no other news.
func listedDate(s *goquery.Selection) time.Time {
	for block, depth := s, 0; block.Length() > 0 && depth < 4; block, depth = block.Parent(), depth+1 {
		if depth > 0 && holdsOthers(block.Get(0)) {
			break
		}
		if at, ok := extract.ParseMachine(block.Find("time[datetime]").First().AttrOr("datetime", "")); ok {
			return at
		}
		text := extract.OneLine(block.Text())
		if title := headlineOf(s); depth == 0 || text != title {
			if at, ok := extract.ParseVisible(strings.Replace(text, title, "", 1)); ok {
				return at
			}
		}
	}
	return time.Time{}
}

// maxEntry is how many nodes an item of a list has at most. Without it a page
// would be walked whole for each of its links.
const maxEntry = 300

// holdsOthers tells whether a block holds several pieces of news, or more than
// an item of a list does.
func holdsOthers(block *html.Node) bool {
	first, left := "", maxEntry
	for n := range block.Descendants() {
		if left--; left == 0 {
			return true
		}
		if n.DataAtom != atom.A {
			continue
		}
		s := goquery.NewDocumentFromNode(n).Selection
		href, ok := s.Attr("href")
		if !ok || href == first || utf8.RuneCountInString(extract.OneLine(s.Text())) < headlineFrom {
			continue
		}
		if first != "" {
			return true
		}
		first = href
	}
	return false
}
