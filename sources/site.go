package sources

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"visnyk/sources/extract"
	"visnyk/sources/list"
)

// feedsOf lists the feeds that a page names, those of comments left out.
func feedsOf(doc *goquery.Document, base *url.URL) []string {
	var feeds []string
	doc.Find(`link[rel~="alternate"][href]`).Each(func(_ int, s *goquery.Selection) {
		kind := strings.ToLower(s.AttrOr("type", ""))
		if !strings.Contains(kind, "rss") && !strings.Contains(kind, "atom") && !strings.Contains(kind, "feed+json") {
			return
		}
		link := extract.Resolve(base, s.AttrOr("href", ""))
		about := strings.ToLower(s.AttrOr("title", "") + link)
		if link != "" && !strings.Contains(about, "comment") && !strings.Contains(about, "коментар") && len(feeds) < maxCandidates {
			feeds = append(feeds, link)
		}
	})
	return feeds
}

// What sites call their news, in links and in addresses.
var (
	newsWords = regexp.MustCompile(`(?i)^(?:(?:усі |всі |останні |стрічка )?новини(?: та (?:події|анонси|оголошення))?|новини .{1,25}|прес-?центр|прес-?служба|події|усі публікації)$`)
	newsPaths = regexp.MustCompile(`(?i)^(?:(?:all-?)?news|novini|novyny|novyny-ta-(?:podi(?:yi|i)|anonsy)|novosti|press-?cent(?:er|re)|pres-?tsentr|presscentr|podi(?:yi|i)|timeline)(?:\.(?:html?|php))?$`)
)

// newsPages lists the pages of the site that a page calls its news.
func newsPages(doc *goquery.Document, base *url.URL) []string {
	var pages []string
	doc.Find("a[href]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		canonical, ok := list.Link(s, base)
		if !ok {
			return true
		}
		u, err := url.Parse(canonical)
		if err != nil {
			return true
		}
		text := extract.OneLine(s.Text())
		address := extract.Resolve(base, s.AttrOr("href", ""))
		if (len(text) < 100 && newsWords.MatchString(text) || newsPaths.MatchString(u.Path[strings.LastIndexByte(u.Path, '/')+1:])) && !slices.Contains(pages, address) {
			pages = append(pages, address)
		}
		return len(pages) < maxCandidates
	})
	return pages
}

// breadcrumbs lists the pages that a page says it stands in, the nearest
// first, the front page left out.
func breadcrumbs(doc *goquery.Document, base *url.URL) []string {
	var pages []string
	doc.Find(`[class*="breadcrumb"] a[href], [class*="bread-crumb"] a[href], [id*="breadcrumb"] a[href], [itemtype*="BreadcrumbList"] a[href], nav[aria-label*="readcrumb"] a[href]`).Each(func(_ int, s *goquery.Selection) {
		if _, ok := list.Link(s, base); ok {
			if address := extract.Resolve(base, s.AttrOr("href", "")); !slices.Contains(pages, address) {
				pages = append(pages, address)
			}
		}
	})
	slices.Reverse(pages)
	return pages[:min(len(pages), 2)]
}

// foldersOf lists the folders that a page stands in, the nearest first, and the
// front page.
func foldersOf(u *url.URL) []string {
	var pages []string
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	for n := len(parts) - 1; n > 0 && len(pages) < 2; n-- {
		at := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/" + strings.Join(parts[:n], "/") + "/"}
		pages = append(pages, at.String())
	}
	return append(pages, u.Scheme+"://"+u.Host+"/")
}

// site looks for the site's own list of its pages: a sitemap that robots.txt
// names, or where it usually is.
func (s *search) site(at *url.URL, given []string) {
	front := at.Scheme + "://" + at.Host
	addresses := given
	if len(given) == 0 {
		addresses = append(s.sitemaps(front), front+"/sitemap.xml")
	}
	for _, address := range addresses[:min(len(addresses), maxCandidates)] {
		if s.ctx.Err() != nil {
			return
		}
		e := Endpoint{Kind: KindPage, URL: address, Verified: true, Why: WhySitemap, Sure: sureSitemap}
		reading, err := s.probe.readPage(s.ctx, e, Validators{})
		if err != nil || reading.Endpoint.Rule != (list.Rule{}) {
			s.fail(err)
			continue
		}
		if len(reading.Items) > 0 && reading.Items[0].Title != "" {
			e.Sure = sureNews
		}
		reading.Endpoint = e
		s.found = append(s.found, finding{e, reading})
		return
	}
}

// sitemaps lists the sitemaps that robots.txt names, those for news first.
func (s *search) sitemaps(front string) []string {
	r, err := s.probe.get(s.ctx, front+"/robots.txt", request{accept: acceptRobots})
	if err != nil {
		return nil
	}
	base, err := url.Parse(front)
	if err != nil {
		return nil
	}
	var all []string
	for line := range strings.Lines(string(r.Body[:min(len(r.Body), robotsBytes)])) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		u, err := url.Parse(extract.Resolve(base, value))
		if strings.EqualFold(strings.TrimSpace(name), "sitemap") && err == nil && u.Host != "" && sameDomain(u, base) && len(all) < 50 {
			all = append(all, u.String())
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return newsFirst(a) - newsFirst(b) })
	return all
}

// newsFirst orders sitemaps: those for news first.
func newsFirst(address string) int {
	if strings.Contains(strings.ToLower(address), "news") || strings.Contains(strings.ToLower(address), "novyn") {
		return 0
	}
	return 1
}

// notChannels are the parts of t.me that are no channels.
var notChannels = []string{"share", "joinchat", "addstickers", "iv", "proxy", "socks", "c", "s", "addlist", "contact", "login", "setlanguage"}

// channel takes in the channel that the site links to as its own: in the frame
// around its pages, or the only one on a page that is no article.
func (s *search) channel() {
	framed, elsewhere := map[string]int{}, map[string]int{}
	var order []string
	for _, p := range s.pages {
		p.doc.Find(`a[href*="t.me/"], a[href*="telegram.me/"]`).Each(func(_ int, a *goquery.Selection) {
			name, ok := s.c.channelName(extract.Resolve(p.url, a.AttrOr("href", "")))
			if !ok || slices.Contains(notChannels, strings.ToLower(name)) || strings.HasSuffix(strings.ToLower(name), "bot") {
				return
			}
			name = strings.ToLower(name)
			order = append(order, name)
			if inFrame(a) {
				framed[name]++
			} else if !p.article {
				elsewhere[name]++
			}
		})
	}
	name, sure := mostOf(framed, order), sureLinked
	if name == "" && len(elsewhere) == 1 {
		name, sure = mostOf(elsewhere, order), sureElse
	}
	if name != "" {
		s.linked(name, sure)
	}
}

// inFrame tells whether a link stands in a header, footer or row of networks.
func inFrame(a *goquery.Selection) bool {
	return extract.InFurniture(a.Get(0)) || a.Closest(`[class*="soc"], [class*="footer"], [class*="header"], [class*="contact"], [id*="footer"], [id*="header"]`).Length() > 0
}

// mostOf is the name counted most often, of several the first.
func mostOf(count map[string]int, order []string) string {
	best := ""
	for _, name := range order {
		if count[name] > 0 && (best == "" || count[name] > count[best]) {
			best = name
		}
	}
	return best
}

// linked takes in a channel after a look at it. One that cannot be reached now
// may be there tomorrow.
func (s *search) linked(name string, sure float64) {
	e := Endpoint{Kind: KindChannel, URL: s.c.tme + "/s/" + name, Why: WhyLinked, Sure: sure}
	reading, err := s.probe.readChannel(s.ctx, e, Validators{})
	switch {
	case errors.Is(err, ErrNoChannel), errors.Is(err, context.Canceled):
		return
	case err != nil:
		e.Sure -= sureUnread
	default:
		e.Verified = true
		if site, err := url.Parse(reading.Site); err == nil && site.Host != "" && slices.ContainsFunc(s.pages, func(p sitePage) bool { return sameDomain(p.url, site) }) {
			e.Sure = sureMutual
		}
	}
	reading.Endpoint = e
	s.found = append(s.found, finding{e, reading})
}
