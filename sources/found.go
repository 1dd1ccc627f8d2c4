package sources

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"visnyk/sources/list"
)

// Why says how an endpoint was found.
type Why string

// The ways to an endpoint.
const (
	WhyGiven   Why = "given"   // it is what the person gave
	WhyNamed   Why = "named"   // a feed that the site names to programs
	WhyPath    Why = "path"    // a feed at an address that feeds usually have
	WhyListed  Why = "list"    // a page whose list of news was learnt
	WhySitemap Why = "sitemap" // the site's list of its pages for programs
	WhyLinked  Why = "linked"  // a channel that the site links to
)

// How sure discovery is of what it found, from 0 to 1. What it is less sure of
// than doubtful comes after all else, whatever its kind.
const (
	sureGiven    = 1
	sureNamed    = 0.95
	surePath     = 0.7
	sureAgreed   = 0.98 // a feed with the articles of the site's own list
	sureOther    = 0.2  // what is taken off a feed with other articles than that
	sureDated    = 0.9  // a list of news with dates
	sureUndated  = 0.7
	sureFront    = 0.1 // what is taken off the list of a front page
	sureNews     = 0.6 // a sitemap for news
	sureSitemap  = 0.4
	sureMutual   = 0.95 // a channel that names the site in turn
	sureLinked   = 0.8
	sureElse     = 0.6 // a channel that is linked elsewhere than in the site's frame
	sureUnread   = 0.2 // what is taken off a channel that did not answer now
	sureStale    = 0.5 // what is taken off what publishes no more
	doubtful     = 0.55
	staleAfter   = 180 * 24 * time.Hour
	staleBehind  = 30 * 24 * time.Hour // behind the site's own list
	undatedUnder = 0.5                 // share of entries with a date
)

// finding is an endpoint with what was read there.
type finding struct {
	Endpoint
	reading Reading
}

// newest is the time of the newest item, zero when none has a time.
func (r Reading) newest() time.Time {
	var newest time.Time
	for _, i := range r.Items {
		if i.Published.After(newest) {
			newest = i.Published
		}
	}
	return newest
}

// judge sets how sure the feeds are, now that the site's own list is known.
func judge(all []finding, now time.Time) {
	var own *Reading
	for i := range all {
		if all[i].Why == WhyListed {
			own = &all[i].reading
			break
		}
	}
	for i := range all {
		f := &all[i]
		if f.Kind == KindFeed && f.Why != WhyGiven && own != nil && len(f.reading.Items) > 0 {
			if agree(f.reading, *own) {
				f.Sure = sureAgreed
			} else {
				f.Sure -= sureOther
			}
		}
		newest := f.reading.newest()
		if f.Why == WhyGiven || newest.IsZero() {
			continue
		}
		if now.Sub(newest) > staleAfter || own != nil && own.newest().Sub(newest) > staleBehind {
			f.Sure -= sureStale
		}
	}
}

// agree tells whether two readings of a site have an article in common.
func agree(a, b Reading) bool {
	seen := map[string]bool{}
	for _, i := range a.Items {
		if c, err := CanonicalURL(i.URL); err == nil {
			seen[c] = true
		}
		seen[strings.ToLower(i.Title)] = i.Title != ""
	}
	return slices.ContainsFunc(b.Items, func(i Item) bool {
		c, err := CanonicalURL(i.URL)
		return err == nil && seen[c] || seen[strings.ToLower(i.Title)]
	})
}

// rank puts findings in the order of preference: feed, page, sitemap, channel;
// what is doubtful last.
func rank(all []finding) []finding {
	place := func(f finding) int {
		switch {
		case f.Why == WhyGiven && f.Kind == KindFeed:
			return 0 // it is what the person wants
		case f.Sure < doubtful:
			return 5
		case f.Kind == KindFeed:
			return 1
		case f.Kind == KindChannel:
			return 4
		case f.Why == WhySitemap:
			return 3
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b finding) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(b.Sure, a.Sure))
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(f finding) bool {
		c, err := CanonicalURL(f.URL)
		again := err != nil || seen[c]
		seen[c] = true
		return again
	})
}

// listFinding is a page whose list of news was learnt.
func listFinding(address string, r Reading) finding {
	dated := 0
	for _, i := range r.Items {
		if !i.Published.IsZero() {
			dated++
		}
	}
	f := finding{Endpoint: Endpoint{Kind: KindPage, URL: address, Verified: true, Rule: r.Endpoint.Rule, Why: WhyListed, Sure: sureDated}}
	if float64(dated) < undatedUnder*float64(len(r.Items)) {
		f.Sure = sureUndated
	}
	if isFront(address) {
		f.Sure -= sureFront
	}
	r.Endpoint = f.Endpoint
	f.reading = r
	return f
}

// isFront tells whether an address is that of a site's front page.
func isFront(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	path := strings.Trim(u.Path, "/")
	return u.RawQuery == "" && (path == "" || path == "uk" || path == "ua" || path == "index.php" || path == "index.html")
}

// isSibling tells whether a page is of the kind of those that its list leads
// to: an article with others beside it, not the list itself.
func isSibling(address string, r Reading) bool {
	canonical, err := CanonicalURL(address)
	return err == nil && !isFront(address) && r.Endpoint.Rule != (list.Rule{}) && list.Form(canonical) == r.Endpoint.Rule.Form
}
