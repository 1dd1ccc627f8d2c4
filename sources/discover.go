package sources

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"

	"visnyk/sources/extract"
	"visnyk/sources/list"
)

// maxCandidates is how many feeds or news pages of a site are tried.
const maxCandidates = 3

// maxName is how long a source's name may be, in letters.
const maxName = 100

// Discover finds the source behind any address that people give: a feed, a
// home page, a news page, a channel as @name or t.me/name, a bare host. It
// gives the source with its endpoint and what was read there.
func (c *Client) Discover(ctx context.Context, address string) (Source, Reading, error) {
	if name, ok := c.channelName(address); ok {
		reading, err := c.readChannel(ctx, Endpoint{Kind: KindChannel, URL: c.tme + "/s/" + name}, Validators{})
		if err != nil {
			return Source{}, Reading{}, err
		}
		return sourceOf(reading), reading, nil
	}
	address, err := normalise(address)
	if err != nil {
		return Source{}, Reading{}, err
	}
	r, err := c.open(ctx, address, acceptFeed)
	if err != nil {
		return Source{}, Reading{}, err
	}
	reading, err := c.readingOf(ctx, address, r)
	if err != nil {
		return Source{}, Reading{}, err
	}
	return sourceOf(reading), reading, nil
}

// readingOf finds what can be read from an answer: the feed that it is, the
// feeds that it names, the list of news on it, the news page that it links to.
func (c *Client) readingOf(ctx context.Context, address string, r *response) (Reading, error) {
	if looksLikeFeed(r) {
		reading, err := parseFeed(r.Body, r.ContentType, r.URL)
		if err == nil {
			reading.Endpoint = Endpoint{Kind: KindFeed, URL: settled(address, r), Verified: true}
			reading.Validators = r.Validators
			return reading, nil
		}
		if errors.Is(err, ErrHostile) {
			return Reading{}, err
		}
	}
	doc, err := extract.Parse(r.Body, r.ContentType)
	if err != nil {
		return Reading{}, err
	}
	for _, feed := range feedsOf(doc, r.URL) {
		reading, err := c.readFeed(ctx, Endpoint{Kind: KindFeed, URL: feed, Verified: true}, Validators{})
		if err == nil && len(reading.Items) > 0 {
			return reading, nil
		}
	}
	reading, listErr := parseList(doc, r.URL, list.Rule{})
	if listErr == nil {
		if err := c.allowed(ctx, r.URL); err != nil {
			return Reading{}, err // it could never be read again
		}
		reading.Endpoint = Endpoint{Kind: KindPage, URL: settled(address, r), Verified: true, Rule: reading.Endpoint.Rule}
		reading.Validators = r.Validators
		return reading, nil
	}
	for _, page := range newsPages(doc, r.URL) {
		if reading, err := c.readPage(ctx, Endpoint{Kind: KindPage, URL: page, Verified: true}, Validators{}); err == nil {
			return reading, nil
		}
	}
	return Reading{}, listErr
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

// newsPages lists the pages of the site that a page calls its news.
func newsPages(doc *goquery.Document, base *url.URL) []string {
	var pages []string
	seen := map[string]bool{}
	doc.Find("a[href]").Each(func(_ int, s *goquery.Selection) {
		address, ok := list.Link(s, base)
		if !ok || seen[address] || len(pages) >= maxCandidates {
			return
		}
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		last := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
		text := strings.ToLower(extract.OneLine(s.Text()))
		named := text == "новини" || text == "усі новини" || text == "всі новини" || text == "пресцентр" || text == "прес-центр"
		switch last {
		case "news", "novini", "novyny", "novyny-ta-podiyi", "press-center", "press-centre", "all-news":
			named = true
		}
		if named {
			seen[address] = true
			pages = append(pages, address)
		}
	})
	return pages
}

// sourceOf makes a source of what was read.
func sourceOf(r Reading) Source {
	canonical, err := CanonicalURL(r.Endpoint.URL)
	if err != nil {
		canonical = r.Endpoint.URL
	}
	sum := sha256.Sum256([]byte(canonical))
	id := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
	name := extract.OneLine(r.Title)
	if name == "" {
		if u, err := url.Parse(r.Endpoint.URL); err == nil {
			name = u.Host
		}
	}
	if utf8.RuneCountInString(name) > maxName {
		name = shorten(name, maxName)
	}
	return Source{ID: "u-" + id, Name: name, Home: r.Home, Endpoints: []Endpoint{r.Endpoint}}
}
