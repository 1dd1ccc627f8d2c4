package sources

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"

	"visnyk/sources/extract"
	"visnyk/sources/list"
)

// Bounds of a search on a site beyond the page that was given.
const (
	maxCandidates = 3 // feeds that a page names, news pages that it links to
	maxClimb      = 5 // pages looked at on the way from an article to its list
	searchLimit   = 25 * time.Second
	probePatience = 6 * time.Second
)

// maxName is how long a source's name may be, in letters.
const maxName = 100

// Discover finds the source behind any address that people give: a feed, a
// home page, a news page, an article, a channel as @name or t.me/name, a bare
// host. It gives the source with all endpoints that were found, the preferred
// one first, and what was read there. A channel is a source of its own: who
// gives one wants its posts.
func (c *Client) Discover(ctx context.Context, address string) (Source, Reading, error) {
	if name, ok := c.channelName(address); ok {
		e := Endpoint{Kind: KindChannel, URL: c.tme + "/s/" + name, Verified: true, Why: WhyGiven, Sure: sureGiven}
		reading, err := c.readChannel(ctx, e, Validators{})
		if err != nil {
			return Source{}, Reading{}, err
		}
		return sourceOf([]finding{{e, reading}}), reading, nil
	}
	bare := !strings.Contains(address, "://")
	address, err := normalise(address)
	if err != nil {
		return Source{}, Reading{}, err
	}
	r, err := c.open(ctx, address, acceptFeed)
	if rest, ok := strings.CutPrefix(address, "https://"); ok && bare && errors.Is(err, ErrUnreachable) {
		if plain, plainErr := c.open(ctx, "http://"+rest, acceptFeed); plainErr == nil {
			address, r, err = "http://"+rest, plain, nil // an old site
		}
	}
	if err != nil {
		return Source{}, Reading{}, err
	}
	all, err := c.look(ctx, settled(address, r), r)
	if err != nil {
		return Source{}, Reading{}, err
	}
	return sourceOf(all), all[0].reading, nil
}

// look finds all endpoints from an answer, the preferred one first.
func (c *Client) look(ctx context.Context, address string, r *response) ([]finding, error) {
	limited, cancel := context.WithTimeout(ctx, searchLimit)
	defer cancel()
	s := &search{c: c, probe: c.Hasty(probePatience), ctx: limited, seen: map[string]bool{}}
	if err := s.from(address, r); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	judge(s.found, c.now())
	if all := rank(s.found); len(all) > 0 {
		return all, nil
	}
	if s.err == nil {
		s.err = ErrNoItems
	}
	return nil, s.err
}

// search is one search for the endpoints of a site.
type search struct {
	c, probe *Client
	ctx      context.Context
	found    []finding
	seen     map[string]bool // addresses that were looked at
	pages    []sitePage      // those that were pages
	err      error           // why nothing was found
}

// sitePage is one page of the site.
type sitePage struct {
	doc     *goquery.Document
	url     *url.URL
	address string
	article bool
}

// from searches from the answer of the address that was given.
func (s *search) from(address string, r *response) error {
	s.seen[r.URL.String()] = true
	if looksLikeFeed(r) {
		reading, err := parseFeed(r.Body, r.ContentType, r.URL)
		if err == nil {
			s.add(Endpoint{Kind: KindFeed, URL: address, Verified: true, Why: WhyGiven, Sure: sureGiven}, reading, r)
			s.beside(reading, r.URL)
			return nil
		}
		if errors.Is(err, ErrHostile) {
			return err
		}
	}
	if isSitemap(r.Body) {
		s.site(r.URL, []string{address})
		return nil
	}
	doc, err := extract.Parse(r.Body, r.ContentType)
	if err != nil {
		return err
	}
	start := s.page(doc, address, r)
	forbidden := errors.Is(s.err, ErrRobots) // the page is not for programs: nor is another with the same news
	if !forbidden {
		s.lists(start)
	}
	s.feeds(start)
	if !forbidden && !s.has(KindFeed) && !s.has(KindPage) {
		s.site(start.url, nil)
	}
	s.channel()
	return nil
}

// beside looks on the site of a feed for what else there is.
func (s *search) beside(feed Reading, at *url.URL) {
	home, err := url.Parse(feed.Home)
	if err != nil || home.Host == "" || !sameDomain(home, at) {
		home = &url.URL{Scheme: at.Scheme, Host: at.Host, Path: "/"}
	}
	if p, ok := s.open(home.String()); ok {
		s.lists(p)
		s.channel()
	}
}

// add takes in an endpoint with what was read there.
func (s *search) add(e Endpoint, r Reading, from *response) {
	r.Endpoint, r.Validators = e, from.Validators
	s.found = append(s.found, finding{e, r})
}

func (s *search) has(kind EndpointKind) bool {
	for _, f := range s.found {
		if f.Kind == kind {
			return true
		}
	}
	return false
}

// page takes in a page of the site, and its list of news as a finding if it is
// one and is no article.
func (s *search) page(doc *goquery.Document, address string, r *response) sitePage {
	p := sitePage{doc: doc, url: r.URL, address: address}
	reading, err := parseList(doc, r.URL, list.Rule{})
	p.article = !isFront(address) && doc.Find(`meta[property="article:published_time"]`).Length() > 0 ||
		err == nil && isSibling(address, reading) && (len(reading.Items) <= maxTeasers || hasBody(r))
	s.pages = append(s.pages, p)
	switch {
	case err != nil:
		s.fail(err)
	case p.article:
		s.fail(ErrNoItems)
	default:
		if err := s.c.allowed(s.ctx, r.URL); err != nil {
			s.err = err // it could never be read again
			break
		}
		reading.Validators = r.Validators
		s.found = append(s.found, listFinding(address, reading))
	}
	return p
}

// What an article has: so many teasers of others beside it at most, or so many
// letters of its own. A part of the news, as /news/region, may stand where the
// articles stand that it lists.
const (
	maxTeasers = 7
	bodyFrom   = 800
)

// hasBody tells whether a page has the text of an article.
func hasBody(r *response) bool {
	p, err := extract.HTML(r.Body, r.ContentType, r.URL.String())
	return err == nil && utf8.RuneCountInString(p.Text) >= bodyFrom
}

func (s *search) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// open reads another page of the site, once.
func (s *search) open(address string) (sitePage, bool) {
	if s.seen[address] || s.ctx.Err() != nil {
		return sitePage{}, false
	}
	s.seen[address] = true
	r, err := s.probe.fetch(s.ctx, address, Validators{}, acceptPage)
	if err != nil {
		return sitePage{}, false
	}
	doc, err := extract.Parse(r.Body, r.ContentType)
	if err != nil {
		return sitePage{}, false
	}
	return s.page(doc, settled(address, r), r), true
}

// lists looks for the page that lists the site's news: the one that the page
// calls so, and from an article the list that it belongs to.
func (s *search) lists(start sitePage) {
	front := isFront(start.address)
	if s.has(KindPage) && !front {
		return
	}
	candidates := newsPages(start.doc, start.url)
	if !front {
		candidates = append(breadcrumbs(start.doc, start.url), candidates...)
		candidates = append(candidates, foldersOf(start.url)...)
	}
	for i, address := range candidates[:min(len(candidates), maxClimb)] {
		before := len(s.found)
		if _, ok := s.open(address); ok && len(s.found) > before && s.found[before].Sure >= sureDated || front && i+1 >= maxCandidates {
			break
		}
	}
	s.keepBest()
}

// keepBest drops all lists but the one that is most surely one.
func (s *search) keepBest() {
	best := -1
	for i, f := range s.found {
		if f.Why == WhyListed && (best < 0 || f.Sure > s.found[best].Sure) {
			best = i
		}
	}
	kept := s.found[:0]
	for i, f := range s.found {
		if f.Why != WhyListed || i == best {
			kept = append(kept, f)
		}
	}
	s.found = kept
}

// feedPaths are where feeds usually are, the most usual first.
func feedPaths() []string {
	return []string{"/rss", "/feed/", "/rss.xml", "/feed.xml", "/api/rss", "/rss/news", "/news/rss", "/atom.xml", "/index.xml"}
}

// feeds looks for feeds: those that the pages name, or else where feeds
// usually are.
func (s *search) feeds(start sitePage) {
	for _, p := range s.pages {
		for _, feed := range feedsOf(p.doc, p.url) {
			if ok, _ := s.feed(feed, WhyNamed, sureNamed); ok {
				return
			}
		}
	}
	for _, path := range feedPaths() {
		at := url.URL{Scheme: start.url.Scheme, Host: start.url.Host, Path: path}
		ok, err := s.feed(at.String(), WhyPath, surePath)
		if ok {
			return
		}
		var status *StatusError
		if errors.As(err, &status) && (status.Code == 401 || status.Code == 404 || status.Code == 410) || errors.Is(err, ErrNotSource) || err == nil {
			continue
		}
		return // who does not like to be asked is not asked on
	}
}

// feed reads a feed that there may be; false when it is none or is empty.
func (s *search) feed(address string, why Why, sure float64) (bool, error) {
	if s.seen[address] || s.ctx.Err() != nil {
		return false, s.ctx.Err()
	}
	s.seen[address] = true
	reading, err := s.probe.readFeed(s.ctx, Endpoint{Kind: KindFeed, URL: address}, Validators{})
	if err != nil || len(reading.Items) == 0 {
		return false, err
	}
	e := Endpoint{Kind: KindFeed, URL: reading.Endpoint.URL, Verified: true, Why: why, Sure: sure}
	reading.Endpoint = e
	s.found = append(s.found, finding{e, reading})
	return true, nil
}

// settled is the address to read next time: where a lasting redirect led, or
// the one that was asked.
func settled(address string, r *response) string {
	if r.Moved {
		return r.URL.String()
	}
	return address
}

func looksLikeFeed(r *response) bool {
	head := bytes.ToLower(bytes.TrimLeft(r.Body[:min(len(r.Body), 1024)], " \t\r\n\ufeff"))
	if bytes.HasPrefix(head, []byte("{")) {
		return true
	}
	for _, mark := range []string{"<rss", "<feed", "<rdf:rdf", "<?xml"} {
		if bytes.HasPrefix(head, []byte(mark)) {
			return !bytes.Contains(head, []byte("<html"))
		}
	}
	return bytes.Contains(head, []byte("<rss")) || bytes.Contains(head, []byte("<feed"))
}

// sourceOf makes a source of what was found.
func sourceOf(all []finding) Source {
	first := all[0]
	canonical, err := CanonicalURL(first.URL)
	if err != nil {
		canonical = first.URL
	}
	sum := sha256.Sum256([]byte(canonical))
	id := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
	name := extract.OneLine(first.reading.Title)
	if name == "" {
		if u, err := url.Parse(first.URL); err == nil {
			name = u.Host
		}
	}
	if utf8.RuneCountInString(name) > maxName {
		name = shorten(name, maxName)
	}
	s := Source{ID: "u-" + id, Name: name, Home: first.reading.Home}
	for _, f := range all {
		s.Endpoints = append(s.Endpoints, f.Endpoint)
	}
	return s
}
