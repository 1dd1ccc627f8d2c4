package sources

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html/charset"

	"visnyk/sources/extract"
)

const acceptFeed = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"

// How much of what a feed gives is kept, and when a text counts as a teaser.
const (
	maxGUID     = 512 // bytes
	maxTitle    = 600 // letters
	thinLetters = 280
)

func (c *Client) readFeed(ctx context.Context, e Endpoint, v Validators) (Reading, error) {
	r, err := c.fetch(ctx, e.URL, v, acceptFeed)
	if err != nil {
		return Reading{}, err
	}
	if r.NotModified {
		return Reading{Endpoint: e, NotModified: true, Validators: v, Wait: r.Wait}, nil
	}
	reading, err := parseFeed(r.Body, r.ContentType, r.URL)
	if err != nil {
		return Reading{}, err
	}
	reading.Endpoint = e
	if r.Moved {
		reading.Endpoint.URL = r.URL.String()
	}
	reading.Validators, reading.Wait = r.Validators, max(reading.Wait, r.Wait)
	return reading, nil
}

// ParseFeed reads a feed from its bytes. contentType and address may be empty.
// It fails with ErrHostile for what would exhaust memory and with ErrNotSource
// for what is no feed.
func ParseFeed(body []byte, contentType, address string) (Reading, error) {
	base, err := url.Parse(address)
	if err != nil {
		return Reading{}, fmt.Errorf("%w: %.200q", ErrAddress, address)
	}
	return parseFeed(body, contentType, base)
}

func parseFeed(body []byte, contentType string, base *url.URL) (Reading, error) {
	body = withoutControls(decodeFeed(body, contentType))
	if err := guard(body); err != nil {
		return Reading{}, err
	}
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return Reading{}, fmt.Errorf("%w: %w", ErrNotSource, err)
	}
	reading := Reading{Title: plainTitle(feed.Title), Home: extract.Resolve(base, feed.Link), Wait: ttlOf(body)}
	for _, i := range feed.Items {
		if item, ok := itemOf(i, base); ok {
			reading.Items = append(reading.Items, item)
		}
	}
	return reading, nil
}

func itemOf(i *gofeed.Item, base *url.URL) (Item, bool) {
	item := Item{GUID: i.GUID, URL: extract.Resolve(base, i.Link), Title: plainTitle(i.Title)}
	if len(item.GUID) > maxGUID {
		item.GUID = strings.ToValidUTF8(item.GUID[:maxGUID], "")
	}
	if item.URL == "" && strings.HasPrefix(i.GUID, "http") {
		item.URL = extract.Resolve(base, i.GUID)
	}
	var links []string
	item.Text, links = extract.Fragment(cmp.Or(i.Content, i.Description), base)
	if short, shortLinks := extract.Fragment(i.Description, base); len(short) > len(item.Text) {
		item.Text, links = short, shortLinks
	}
	item.Text = withoutFeedTail(item.Text)
	item.Links = links
	item.Published = extract.SaneTime(i.PublishedParsed)
	if i.PublishedParsed == nil {
		item.Published, _ = extract.ParseMachine(i.Published) // the date as people write it
	}
	item.Updated = extract.SaneTime(i.UpdatedParsed)
	if item.Published.IsZero() {
		item.Published = item.Updated
	}
	item.Thin = utf8.RuneCountInString(item.Text) < thinLetters || isCut(item.Text)
	return item, item.Title != "" || item.Text != ""
}

// isCut tells whether a text ends in the middle.
func isCut(text string) bool {
	text = strings.TrimRight(text, " \n])")
	return strings.HasSuffix(text, "…") || strings.HasSuffix(text, "...")
}

var feedTail = regexp.MustCompile(`(?i)^(?:the post .* appeared first on .*|читати далі.*|детальніше.*|читать далее.*|read more.*|continue reading.*)$`)

// tailLetters is the longest line that can be such a tail: a longer one that
// begins so is a paragraph.
const tailLetters = 200

// withoutFeedTail drops the last lines by which site engines lead back.
func withoutFeedTail(text string) string {
	lines := strings.Split(text, "\n")
	for len(lines) > 0 && utf8.RuneCountInString(lines[len(lines)-1]) <= tailLetters && feedTail.MatchString(strings.Trim(lines[len(lines)-1], " .…→»[]")) {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}

func plainTitle(s string) string {
	text, _ := extract.Fragment(s, nil)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > maxTitle {
		text = string([]rune(text)[:maxTitle])
	}
	return text
}

var ttlForm = regexp.MustCompile(`<ttl>\s*(\d{1,6})\s*</ttl>`)

// ttlOf is how long an RSS feed asks to be left alone; it speaks in minutes.
func ttlOf(body []byte) time.Duration {
	m := ttlForm.FindSubmatch(body[:min(len(body), 16<<10)])
	if m == nil {
		return 0
	}
	minutes, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return 0
	}
	return min(time.Duration(minutes)*time.Minute, maxWait)
}

// withoutControls drops the characters that XML forbids, as the parser does.
func withoutControls(body []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			return -1
		}
		return r
	}, body)
}

var xmlEncoding = regexp.MustCompile(`^(\s*<\?xml[^>]*?)\sencoding\s*=\s*["']([^"']*)["']`)

// decodeFeed gives a feed in UTF-8, whatever its header and declaration say:
// a body that is UTF-8 is taken as such, for labels lie more often than bytes.
func decodeFeed(body []byte, contentType string) []byte {
	label := ""
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		label = params["charset"]
	}
	if m := xmlEncoding.FindSubmatch(body); m != nil && (label == "" || isDefault(label)) {
		label = string(m[2])
	}
	switch {
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		label = "utf-16le"
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		label = "utf-16be"
	}
	body = bytes.TrimPrefix(extract.Decode(body, label), []byte("\ufeff"))
	return xmlEncoding.ReplaceAll(body, []byte("$1"))
}

// isDefault tells a label that servers add without having looked at the body.
func isDefault(label string) bool {
	_, name := charset.Lookup(label)
	return name == "" || name == "utf-8" || name == "windows-1252" // Latin-1 is the latter's other name
}
