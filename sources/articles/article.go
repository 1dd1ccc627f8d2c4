// Package articles is the archive of what the sources published.
//
// It owns canonical identity (is this item new, known, edited, or the same
// announcement under another address), the stored articles and how long they
// are kept. It knows neither digests nor chats. Everything it stores can be
// fetched again, so it lives in the data role of Redis.
package articles

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"visnyk/internal/ukrainian"
	"visnyk/sources"
)

// idBytes is the length of an article's id and of an identity: 96 bits keep
// the chance of one collision among ten million under one in 10^14.
const idBytes = 12

// Link is one place where an article was published.
type Link struct {
	Source string `json:"source"` // id of the source
	URL    string `json:"url"`
}

// Article is an item that was cleaned and stored.
type Article struct {
	ID        string    `json:"id"`
	Source    string    `json:"source"` // id of the source that published it first
	GUID      string    `json:"guid,omitempty"`
	URL       string    `json:"url"` // canonical; may be empty for a text from a file
	Title     string    `json:"title"`
	Text      string    `json:"text"` // paragraphs joined by "\n"
	Language  string    `json:"language,omitempty"`
	Published time.Time `json:"published,omitzero"` // zero where the source does not say
	Seen      time.Time `json:"seen"`               // when it was taken in
	Edited    time.Time `json:"edited,omitzero"`    // when a change after publication was seen
	Links     []Link    `json:"links"`              // every place, the first publisher's first
	Baseline  bool      `json:"baseline,omitempty"` // was there before the source was followed: searchable, never news

	Shared    bool               `json:"shared,omitempty"`    // URL is that of several articles
	From      string             `json:"from,omitempty"`      // who wrote a forwarded post
	About     string             `json:"about,omitempty"`     // the article on the authority's site that a post announces
	Documents []sources.Document `json:"documents,omitempty"` // official ones that it names or offers

	History   []Revision `json:"history,omitempty"`  // what it said before its edits, the oldest first
	Missing   time.Time  `json:"missing,omitzero"`   // when its page was found to be gone
	Withdrawn time.Time  `json:"withdrawn,omitzero"` // when it was found to be gone for good
	Schema    int        `json:"schema,omitempty"`   // of the stored record; 0 is one from before there were versions

	revision int
	links    []string // addresses in the text, of one that was just made
}

// schema is the version of the records that are written. All earlier ones are
// read: they lack the history and the fate of the page.
const schema = 2

// Time is when the article became news: its publication, or when it was taken
// in where the source gives no date.
func (a Article) Time() time.Time {
	if a.Published.IsZero() {
		return a.Seen
	}
	return a.Published
}

// TitleKey is equal for titles that differ only in letter case, marks, spaces
// and kinds of apostrophe. It is empty for a title without words.
func (a Article) TitleKey() string {
	var words []string
	for _, t := range ukrainian.Tokens(a.Title) {
		if t.Kind != ukrainian.Mark {
			words = append(words, ukrainian.Fold(t.Text))
		}
	}
	return strings.Join(words, " ")
}

// FromItem cleans an item of a source into an article that was taken in at
// seen. It stores nothing.
func FromItem(source string, item sources.Item, seen time.Time) Article {
	address := item.URL
	if canonical, err := sources.CanonicalURL(item.URL); err == nil {
		address = canonical
	}
	a := Article{
		Source: source, GUID: item.GUID, URL: address,
		Title: oneLine(item.Title), Text: strings.TrimSpace(item.Text),
		Published: item.Published.UTC(), Seen: seen.UTC(),
		Links: []Link{{Source: source, URL: address}}, Shared: item.Shared, From: oneLine(item.From), Documents: item.Documents, links: item.Links,
	}
	if about, err := sources.CanonicalURL(item.About); err == nil && about != address {
		a.About = about
	}
	if item.Published.IsZero() {
		a.Published = time.Time{}
	}
	a.Language = ukrainian.Language(a.Title + "\n" + a.Text)
	a.ID = encode(identitiesOf(a)[0])
	return a
}

// documents are those that an article names or offers: found by its page, or in
// a text that came without one.
func (a Article) documents() []sources.Document {
	if len(a.Documents) > 0 || a.Text == "" {
		return a.Documents
	}
	return sources.DocumentsOf(a.Title, a.Text, a.links)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// sameContent tells whether a reader would see the same text.
func sameContent(a, b Article) bool {
	return a.Title == b.Title && a.Text == b.Text || contentHash(a) == contentHash(b)
}

// contentHash changes when a reader would see another text.
func contentHash(a Article) [sha256.Size]byte {
	return sha256.Sum256([]byte(oneLine(a.Title) + "\n" + oneLine(a.Text)))
}

// identity is a hash of something that names an article.
type identity [idBytes]byte

// identitiesOf gives what names an article, the strongest first: the canonical
// address everywhere, that of the article which it announces, the GUID within
// its source. What has no address of its own is named by its text too: there are
// feeds that give a new GUID at each reading.
func identitiesOf(a Article) []identity {
	var all []identity
	named := a.URL != "" && !a.Shared
	if named {
		all = append(all, hash("u", a.URL))
	}
	if a.About != "" {
		all = append(all, hash("u", a.About))
	}
	if a.GUID != "" {
		all = append(all, hash("g", a.Source, a.GUID))
	}
	if !named && a.About == "" {
		text := []string{"t", a.Source, a.Title, a.Text}
		if a.GUID != "" {
			text = append(text, a.Published.Format(time.RFC3339)) // a notice may be given again another day
		}
		all = append(all, hash(text...))
	}
	return all
}

func hash(parts ...string) identity {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return identity(sum[:idBytes])
}

func encode(i identity) string { return base64.RawURLEncoding.EncodeToString(i[:]) }

// join adds the places of b that a lacks and tells whether there were any.
func (a *Article) join(b Article) bool {
	grown := false
	for _, l := range b.Links {
		if !slices.Contains(a.Links, l) {
			a.Links = append(a.Links, l)
			grown = true
		}
	}
	return grown
}
