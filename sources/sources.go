// Package sources owns the authorities' sources: discovering their endpoints,
// reading them politely and safely, extracting items, and when each is read
// next. What a page says is found by the package extract. It knows neither the
// archive of articles, nor digests, nor the Bot API.
package sources

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"visnyk/sources/extract"
	"visnyk/sources/list"
)

// EndpointKind says how an endpoint is read.
type EndpointKind string

// The kinds of endpoints.
const (
	KindFeed    EndpointKind = "feed"    // RSS, Atom or JSON Feed
	KindPage    EndpointKind = "page"    // a news page without a feed
	KindChannel EndpointKind = "channel" // the public preview of a Telegram channel
)

// Endpoint is one address of a source.
type Endpoint struct {
	Kind     EndpointKind `json:"kind"`
	URL      string       `json:"url"`
	Verified bool         `json:"verified,omitempty"` // it was seen to answer
	Rule     list.Rule    `json:"rule,omitzero"`      // of a page: how its list was found
	Why      Why          `json:"why,omitempty"`      // how the endpoint was found; "" when it is from the catalogue
	Sure     float64      `json:"sure,omitempty"`     // how sure that is, from 0 to 1
}

// Source is all that one authority publishes, read through one or more
// endpoints, the preferred one first.
type Source struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Home      string     `json:"home,omitempty"`
	Aliases   []string   `json:"aliases,omitempty"` // names by which people ask for it
	Endpoints []Endpoint `json:"endpoints"`
	Authority string     `json:"authority,omitempty"` // its id in the catalogue
	Kind      string     `json:"kind,omitempty"`      // what sort of body it is, as the catalogue says
}

// With gives the source with endpoints before its own, each address once.
func (s Source) With(first []Endpoint) Source {
	all := slices.Concat(first, s.Endpoints)
	seen := map[string]bool{}
	s.Endpoints = slices.DeleteFunc(all, func(e Endpoint) bool {
		key := e.URL
		if c, err := CanonicalURL(e.URL); err == nil {
			key = c
		}
		again := seen[key]
		seen[key] = true
		return again
	})
	return s
}

// Item is one publication as the site presents it, nothing cleaned beyond
// being text.
type Item struct {
	GUID      string
	URL       string // absolute
	Title     string
	Text      string    // paragraphs joined by "\n"
	Published time.Time // zero where the source does not say
	Updated   time.Time // likewise
	Links     []string  // addresses in the text
	Thin      bool      // Text is a teaser or empty: the page holds more
	From      string    // who wrote a forwarded post
	Shared    bool      // URL is that of several items and names none of them
	About     string    // the article on the source's own site that it announces
	Documents []Document
	Unchanged bool // it stands as at the last reading of its endpoint: Text, Links and Documents are left out
}

// Document is an official document that an item names or offers.
type Document = extract.Document

// DocumentsOf finds the official documents that a title and a text name, and
// those that the addresses in the text lead to.
func DocumentsOf(title, text string, addresses []string) []Document {
	return extract.DocumentsOf(title, text, addresses)
}

// Complete adds what the item's own page says: the whole text, and a title and
// date where the item has none.
func (i *Item) Complete(p Page) {
	if p.Text != "" {
		i.Text, i.Thin = p.Text, false
	}
	if i.Title == "" {
		i.Title = p.Title
	}
	if i.Published.IsZero() {
		i.Published = p.Published
	}
	i.Links = append(i.Links, p.Links...)
	i.Documents = p.Documents
}

// Page is what was extracted from one article's page.
type Page = extract.Page

// CanonicalURL gives the address of the same page in one form: see
// extract.CanonicalURL.
func CanonicalURL(raw string) (string, error) { return extract.CanonicalURL(raw) }

// sameSite tells whether two addresses belong to one site.
func sameSite(a, b *url.URL) bool { return extract.SameSite(a, b) }

// Validators make a conditional request of the next one.
type Validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	Body         string `json:"body,omitempty"`  // a hash of a feed that holds its texts whole
	Items        string `json:"items,omitempty"` // hashes of a feed's entries that hold their texts whole, 8 bytes each, in base64
}

// Reading is one read of an endpoint.
type Reading struct {
	Endpoint    Endpoint // moved when the site redirected for good within itself
	Title       string   // of the feed, page or channel
	Home        string
	Site        string // that a channel says is its authority's
	Items       []Item // as presented, the newest first
	Validators  Validators
	NotModified bool          // nothing changed: Items is empty
	Wait        time.Duration // what the server asks to wait before the next read; 0: nothing
	Older       string        // the endpoint's page with what was published before, or ""
	Posts       []string      // the addresses of all posts that a channel shows, those without a text too
	Relearnt    bool          // the page's layout changed: its list was learnt anew

	whole func() (Reading, error) // reads the same bytes without leaving anything out
}

// Whole is the reading with the texts of those items that are Unchanged: for who
// does not have them.
func (r Reading) Whole() (Reading, error) {
	if r.whole == nil {
		return r, nil
	}
	whole, err := r.whole()
	if err != nil {
		return Reading{}, err
	}
	r.Items, r.whole = whole.Items, nil
	return r, nil
}

// The errors of reading. They are wrapped with what was met.
var (
	ErrAddress     = extract.ErrAddress
	ErrForbidden   = errors.New("address is not allowed") // a private network, another port, a user name in it
	ErrUnreachable = errors.New("server cannot be reached")
	ErrTimeout     = errors.New("server did not answer in time")
	ErrTooLarge    = extract.ErrTooLarge
	ErrProtected   = errors.New("site is behind a bot protection")
	ErrNoItems     = list.ErrNone
	ErrLayout      = errors.New("page lost its list of news") // its layout changed; it is an ErrNoItems too, or has another list
	ErrNotSource   = errors.New("neither a feed, nor a news page, nor a channel")
	ErrHostile     = errors.New("feed is refused: it would exhaust memory")
	ErrNoChannel   = errors.New("no such public channel")
	ErrRobots      = errors.New("robots.txt forbids it")
	ErrMoved       = errors.New("address moved to another domain")
	ErrBusy        = errors.New("host is to be left alone for now")
)

// MovedError says that an address was moved for good to another domain, which
// is not followed before a person confirmed it. It is an ErrMoved.
type MovedError struct{ To string }

// Error tells where the address moved.
func (e *MovedError) Error() string { return ErrMoved.Error() + ": " + e.To }

// Unwrap makes the error an ErrMoved.
func (e *MovedError) Unwrap() error { return ErrMoved }

// BusyError says that a host cannot be asked now: it asked for silence, or is
// being asked by others. That is no failure of the source. It is an ErrBusy.
type BusyError struct {
	Wait  time.Duration // ask again after so long
	Asked bool          // the host itself asked for it
}

// busyWait is when a host that was being asked by others is asked again.
const busyWait = 5 * time.Second

// Error tells how long to wait.
func (e *BusyError) Error() string {
	return fmt.Sprintf("%v: ask again in %v", ErrBusy, e.Wait.Round(time.Second))
}

// Unwrap makes the error an ErrBusy.
func (e *BusyError) Unwrap() error { return ErrBusy }

// StatusError says that a server answered with a status other than success.
type StatusError struct {
	Code       int
	RetryAfter time.Duration // what the server asks to wait; 0: nothing
}

// Error tells the status.
func (e *StatusError) Error() string { return fmt.Sprintf("server answered with status %d", e.Code) }
