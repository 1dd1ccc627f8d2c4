// Package extract owns what a single page says: its title, its moment of
// publication, its body, language and links, out of HTML of any quality or out
// of the plain text of a whole page; and the pieces that readers of lists,
// feeds and channels share with it, as dates, addresses and encodings. What a
// page does not say stays empty. It knows neither where a page comes from, nor
// sources, feeds and articles, and it does no I/O.
package extract

import (
	"errors"
	"time"
)

// Page is what was extracted from one article's page.
type Page struct {
	URL       string // canonical
	Title     string // empty where the page has none
	Text      string // paragraphs joined by "\n"
	Language  string // "uk", "ru", "en" or ""
	SiteName  string
	Published time.Time // zero where the page does not say
	Links     []string
	Documents []Document // official ones that it names, and files that it offers
}

// The errors of extraction. They are wrapped with what was met.
var (
	ErrAddress  = errors.New("not an address that can be read")
	ErrTooLarge = errors.New("answer is too large")
)

// Limits of what is taken in, in bytes.
const (
	maxPage       = 5 << 20   // of HTML
	maxLinkedData = 256 << 10 // of one block of JSON-LD
)
