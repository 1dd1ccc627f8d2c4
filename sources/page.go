package sources

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/PuerkitoBio/goquery"

	"visnyk/sources/extract"
	"visnyk/sources/list"
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
	if isSitemap(r.Body) {
		return c.readSitemap(ctx, e, r)
	}
	doc, err := extract.Parse(r.Body, r.ContentType)
	if err != nil {
		return Reading{}, err
	}
	reading, err := parseList(doc, r.URL, e.Rule)
	if err != nil {
		return Reading{}, err
	}
	e.Rule = reading.Endpoint.Rule
	reading.Endpoint = e
	if r.Moved {
		reading.Endpoint.URL = r.URL.String()
	}
	reading.Validators, reading.Wait = r.Validators, r.Wait
	return reading, nil
}

// trusted is the share of dated entries from which on a list that was learnt
// anew is believed, be it quite another one than before.
const trusted = 0.5

// parseList finds the list of news on a page, by the rule of the last reading
// if there is one. It fails with ErrNoItems when the page has none, and with
// ErrLayout when there was one before: a list of other things, as the menu of a
// page that says that the site is being repaired, is not taken in its place.
func parseList(doc *goquery.Document, base *url.URL, rule list.Rule) (Reading, error) {
	l, learnt, err := list.Read(doc, base, rule)
	known := rule != (list.Rule{})
	switch {
	case known && errors.Is(err, list.ErrNone):
		return Reading{}, fmt.Errorf("%w: %w", ErrLayout, err)
	case err != nil:
		return Reading{}, err
	case known && learnt && l.Rule.Form != rule.Form && l.Dated() < trusted:
		return Reading{}, fmt.Errorf("%w: what it lists now, as %.100s, has no dates", ErrLayout, l.Entries[0].URL)
	}
	reading := Reading{
		Endpoint: Endpoint{Rule: l.Rule}, Title: extract.SiteName(doc, base), Home: base.Scheme + "://" + base.Host,
		Older: l.Older, Relearnt: known && learnt,
	}
	for _, e := range l.Entries {
		reading.Items = append(reading.Items, Item{URL: e.URL, Title: e.Title, Published: e.Published, Thin: true})
	}
	return reading, nil
}
