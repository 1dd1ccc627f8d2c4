// Package opml reads and writes lists of sources in OPML 2.0, the form in which
// feed readers hand them to each other. It knows no chats.
package opml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/net/html/charset"
)

// Bounds of a file.
const (
	MaxBytes   = 1 << 20
	MaxEntries = 200
	maxDepth   = 16
	maxText    = 500
)

// The reasons why a file is refused.
var (
	ErrTooLarge = errors.New("the file is too large")
	ErrTooMany  = errors.New("the file lists too many sources")
	ErrHostile  = errors.New("the file defines entities or is nested too deep")
	ErrNotOPML  = errors.New("the file is no OPML")
	ErrEmpty    = errors.New("the file lists no sources")
)

// Entry is one thing that is followed.
type Entry struct {
	Title   string
	Address string // of a feed, page or channel; empty for what has none
	Feed    bool   // the address is that of a feed
	Home    string // the site, where the address is that of a feed
	Follow  string // "topic:…" or "words:…" for what other readers do not know
}

type outline struct {
	Text    string `xml:"text,attr"`
	Title   string `xml:"title,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	XMLURL  string `xml:"xmlUrl,attr,omitempty"`
	HTMLURL string `xml:"htmlUrl,attr,omitempty"`
	URL     string `xml:"url,attr,omitempty"`
	Follow  string `xml:"visnyk,attr,omitempty"`
}

type document struct {
	XMLName xml.Name  `xml:"opml"`
	Version string    `xml:"version,attr"`
	Title   string    `xml:"head>title"`
	Created string    `xml:"head>dateCreated"`
	Body    []outline `xml:"body>outline"`
}

// Write writes a list.
func Write(title string, at time.Time, all []Entry) ([]byte, error) {
	d := document{Version: "2.0", Title: title, Created: at.UTC().Format(time.RFC1123Z)}
	for _, e := range all {
		o := outline{Text: e.Title, Title: e.Title, Follow: e.Follow}
		switch {
		case e.Feed:
			o.Type, o.XMLURL, o.HTMLURL = "rss", e.Address, e.Home
		case e.Address != "":
			o.Type, o.URL = "link", e.Address
		}
		d.Body = append(d.Body, o)
	}
	text, err := xml.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write OPML: %w", err)
	}
	return append([]byte(xml.Header), append(text, '\n')...), nil
}

// Read reads a list that anybody may have made. Outlines without an address are
// folders and are passed over.
func Read(data []byte) ([]Entry, error) {
	if len(data) > MaxBytes {
		return nil, ErrTooLarge
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = charset.NewReaderLabel
	var all []Entry
	depth, inside := 0, false
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			if !inside {
				return nil, ErrNotOPML
			}
			if len(all) == 0 {
				return nil, ErrEmpty
			}
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrNotOPML, err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, ErrHostile
		case xml.EndElement:
			depth--
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return nil, ErrHostile
			}
			switch {
			case depth == 1 && !strings.EqualFold(t.Name.Local, "opml"):
				return nil, ErrNotOPML
			case depth == 1:
				inside = true
			case strings.EqualFold(t.Name.Local, "outline"):
				if e := entryOf(t.Attr); e.Address != "" || e.Follow != "" {
					if all = append(all, e); len(all) > MaxEntries {
						return nil, ErrTooMany
					}
				}
			}
		}
	}
}

func entryOf(attrs []xml.Attr) Entry {
	var e Entry
	text := map[string]string{}
	for _, a := range attrs {
		if value := strings.TrimSpace(a.Value); len(value) <= 4*maxText {
			text[strings.ToLower(a.Name.Local)] = value
		}
	}
	e.Title, e.Follow = text["title"], text["visnyk"]
	if e.Title == "" {
		e.Title = text["text"]
	}
	if runes := []rune(e.Title); len(runes) > maxText {
		e.Title = string(runes[:maxText])
	}
	switch {
	case text["xmlurl"] != "":
		e.Address, e.Feed, e.Home = text["xmlurl"], true, text["htmlurl"]
	case text["url"] != "":
		e.Address = text["url"]
	case text["htmlurl"] != "":
		e.Address = text["htmlurl"]
	}
	return e
}
