package sources

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"visnyk/sources/extract"
	"visnyk/sources/list"
)

// maxMapped is how many pages of a sitemap are looked at: the newest.
const maxMapped = 30

// isSitemap tells a sitemap, or an index of such, from a page.
func isSitemap(body []byte) bool {
	head := body[:min(len(body), 2048)]
	return bytes.Contains(head, []byte("<urlset")) || bytes.Contains(head, []byte("<sitemapindex"))
}

// mapped is one entry of a sitemap.
type mapped struct {
	loc, title         string
	modified, released time.Time
}

// readSitemap makes a reading of a sitemap: its newest pages. Of an index the
// sitemap of news is taken, or else the newest.
func (c *Client) readSitemap(ctx context.Context, e Endpoint, r *response) (Reading, error) {
	entries, index, err := parseSitemap(r.Body)
	if err != nil {
		return Reading{}, err
	}
	validators, wait := r.Validators, r.Wait
	if index {
		child, ok := childOf(entries, r.URL)
		if !ok {
			return Reading{}, fmt.Errorf("%w: an index of no sitemaps", ErrNoItems)
		}
		if r, err = c.fetch(ctx, child, Validators{}, acceptPage); err != nil {
			return Reading{}, err
		}
		if entries, index, err = parseSitemap(r.Body); err == nil && index {
			err = fmt.Errorf("%w: an index of indexes", ErrNoItems)
		}
		if err != nil {
			return Reading{}, err
		}
		validators = Validators{} // the index may stand while its sitemaps change
	}
	reading := Reading{Endpoint: e, Title: r.URL.Hostname(), Home: r.URL.Scheme + "://" + r.URL.Host, Items: itemsOf(entries, r.URL), Validators: validators, Wait: wait}
	if len(reading.Items) < list.MinEntries {
		return Reading{}, fmt.Errorf("%w: a sitemap of %d articles", ErrNoItems, len(reading.Items))
	}
	return reading, nil
}

// childOf chooses a sitemap of an index.
func childOf(entries []mapped, base *url.URL) (string, bool) {
	entries = slices.DeleteFunc(slices.Clone(entries), func(m mapped) bool {
		u, err := url.Parse(m.loc)
		return err != nil || u.Host == "" || !sameDomain(u, base)
	})
	if len(entries) == 0 {
		return "", false
	}
	best := slices.MinFunc(entries, func(a, b mapped) int {
		return cmp.Or(newsFirst(a.loc)-newsFirst(b.loc), b.modified.Compare(a.modified))
	})
	return best.loc, true
}

// itemsOf gives the articles of a sitemap, the newest first. Those for news
// have titles and times; of others, the pages of the kind of which most changed
// lately are taken. When a page changed is not when it was published.
func itemsOf(entries []mapped, base *url.URL) []Item {
	news := slices.ContainsFunc(entries, func(m mapped) bool { return m.title != "" })
	entries = slices.DeleteFunc(slices.Clone(entries), func(m mapped) bool {
		u, err := url.Parse(m.loc)
		return err != nil || !sameDomain(u, base) || news && m.title == "" || !news && m.modified.IsZero()
	})
	slices.SortStableFunc(entries, func(a, b mapped) int {
		return cmp.Or(b.released.Compare(a.released), b.modified.Compare(a.modified))
	})
	form := ""
	if !news {
		count := map[string]int{}
		for _, m := range entries[:min(len(entries), 5*maxMapped)] {
			f := list.Form(m.loc)
			if count[f]++; count[f] > count[form] && f != "/" {
				form = f
			}
		}
	}
	var items []Item
	for _, m := range entries {
		if news || list.Form(m.loc) == form {
			items = append(items, Item{URL: m.loc, Title: m.title, Published: m.released, Updated: m.modified, Thin: true})
		}
	}
	return items[:min(len(items), maxMapped)]
}

// parseSitemap reads a sitemap or an index of such. It fails with ErrHostile
// for what would exhaust memory.
func parseSitemap(body []byte) (entries []mapped, index bool, err error) {
	body = withoutControls(decodeFeed(body, ""))
	if err := guard(body); err != nil {
		return nil, false, err
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = false
	var now mapped
	var text strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) || err != nil && len(entries) > 0 {
			return entries, index, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("%w: %w", ErrNotSource, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			index = index || t.Name.Local == "sitemapindex"
			text.Reset()
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			value := extract.OneLine(text.String())
			text.Reset()
			switch t.Name.Local {
			case "url", "sitemap":
				if u, err := url.Parse(now.loc); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
					entries = append(entries, now)
				}
				now = mapped{}
			default:
				now.set(t.Name, value)
			}
		}
	}
}

// set takes in one element of an entry. Pictures have addresses and titles of
// their own.
func (m *mapped) set(name xml.Name, value string) {
	switch {
	case name.Local == "loc" && !strings.Contains(name.Space, "image") && !strings.Contains(name.Space, "video") && m.loc == "":
		m.loc = value
	case name.Local == "lastmod":
		m.modified, _ = extract.ParseMachine(value)
	case name.Local == "publication_date":
		m.released, _ = extract.ParseMachine(value)
	case name.Local == "title" && strings.Contains(name.Space, "news"):
		m.title = plainTitle(value)
	}
}
