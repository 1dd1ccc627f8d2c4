package sources

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
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
	reading := Reading{Title: plainTitle(feed.Title), Home: resolve(base, feed.Link), Wait: ttlOf(body)}
	for _, i := range feed.Items {
		if item, ok := itemOf(i, base); ok {
			reading.Items = append(reading.Items, item)
		}
	}
	return reading, nil
}

func itemOf(i *gofeed.Item, base *url.URL) (Item, bool) {
	item := Item{GUID: i.GUID, URL: resolve(base, i.Link), Title: plainTitle(i.Title)}
	if len(item.GUID) > maxGUID {
		item.GUID = strings.ToValidUTF8(item.GUID[:maxGUID], "")
	}
	if item.URL == "" && strings.HasPrefix(i.GUID, "http") {
		item.URL = resolve(base, i.GUID)
	}
	var links []string
	item.Text, links = htmlText(cmp.Or(i.Content, i.Description), base)
	if short, shortLinks := htmlText(i.Description, base); len(short) > len(item.Text) {
		item.Text, links = short, shortLinks
	}
	item.Text = withoutFeedTail(item.Text)
	item.Links = links
	item.Published = saneTime(i.PublishedParsed)
	if i.PublishedParsed == nil {
		item.Published, _ = parseMachine(i.Published) // the date as people write it
	}
	item.Updated = saneTime(i.UpdatedParsed)
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

// The dates that a publication can have: the first web pages of authorities on
// the one side, a day of wrong clocks on the other.
const (
	firstYear = 1995
	ahead     = 24 * time.Hour
)

func saneTime(t *time.Time) time.Time {
	if t == nil || t.Year() < firstYear || time.Until(*t) > ahead {
		return time.Time{}
	}
	return *t
}

func plainTitle(s string) string {
	text, _ := htmlText(s, nil)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > maxTitle {
		text = string([]rune(text)[:maxTitle])
	}
	return text
}

// resolve gives the absolute form of a link, or "" for what is none of the web.
func resolve(base *url.URL, link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || link == "" {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
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
	body = bytes.TrimPrefix(decodeBody(body, label), []byte("\ufeff"))
	return xmlEncoding.ReplaceAll(body, []byte("$1"))
}

// isDefault tells a label that servers add without having looked at the body.
func isDefault(label string) bool {
	_, name := charset.Lookup(label)
	return name == "" || name == "utf-8" || name == "windows-1252" // Latin-1 is the latter's other name
}

// isCyrillic tells a text in a Cyrillic encoding of one byte from one in a
// Latin one: its letters stand together, those with accents alone.
func isCyrillic(body []byte) bool {
	high, pairs := 0, 0
	for i, b := range body {
		if b >= 0xa0 {
			high++
			if i > 0 && body[i-1] >= 0xa0 {
				pairs++
			}
		}
	}
	return pairs*2 > high
}

// decodeBody decodes by a label; what is neither UTF-8 nor labelled is taken as
// windows-1251, which old Ukrainian sites use.
func decodeBody(body []byte, label string) []byte {
	if utf8.Valid(body) && !strings.HasPrefix(strings.ToLower(label), "utf-16") {
		return body
	}
	encoding, name := charset.Lookup(label)
	if encoding == nil || name == "utf-8" || name == "windows-1252" && isCyrillic(body) {
		encoding, _ = charset.Lookup("windows-1251")
	}
	decoded, err := io.ReadAll(encoding.NewDecoder().Reader(bytes.NewReader(body)))
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	return bytes.TrimPrefix(decoded, []byte("\ufeff"))
}

// breaks are the elements that begin and end a line of text.
func breaks(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Br, atom.Li, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Tr, atom.Table, atom.Blockquote, atom.Section, atom.Article, atom.Figure, atom.Figcaption, atom.Hr, atom.Pre, atom.Dt, atom.Dd:
		return true
	}
	return false
}

// htmlText takes the markup out of a fragment: its text, a line for each
// paragraph, and the addresses of its links.
func htmlText(fragment string, base *url.URL) (text string, links []string) {
	if !strings.ContainsAny(fragment, "<&") {
		return tidy(fragment), nil
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(fragment))
	skip := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				return "", nil
			}
			return tidy(b.String()), links
		case html.TextToken:
			if skip == 0 {
				b.WriteString(strings.ReplaceAll(string(z.Text()), "\n", " "))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.DataAtom == atom.Script || t.DataAtom == atom.Style {
				skip++
			}
			if breaks(t.DataAtom) {
				b.WriteByte('\n')
			}
			for _, a := range t.Attr {
				if link := resolve(base, a.Val); t.DataAtom == atom.A && a.Key == "href" && link != "" && len(links) < 100 {
					links = append(links, link)
				}
			}
		case html.EndTagToken:
			t := z.Token()
			if (t.DataAtom == atom.Script || t.DataAtom == atom.Style) && skip > 0 {
				skip--
			}
			if breaks(t.DataAtom) {
				b.WriteByte('\n')
			}
		}
	}
}

// tidy gives each paragraph one line without spaces around it.
func tidy(s string) string {
	s = strings.ReplaceAll(s, "\u00a0", " ")
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
