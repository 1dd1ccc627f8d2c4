package sources

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"slices"
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
	body := hashOf(r.Body)
	if body == v.Body {
		return Reading{Endpoint: e, NotModified: true, Validators: v, Wait: max(r.Wait, ttlOf(r.Body))}, nil
	}
	reading, err := parseSince(r.Body, r.ContentType, r.URL, v.Items)
	if err != nil {
		return Reading{}, err
	}
	reading.Endpoint = e
	if r.Moved {
		reading.Endpoint.URL = r.URL.String()
	}
	reading.Validators.ETag, reading.Validators.LastModified, reading.Wait = r.Validators.ETag, r.Validators.LastModified, max(reading.Wait, r.Wait)
	if !slices.ContainsFunc(reading.Items, func(i Item) bool { return i.Thin }) {
		// The same bytes say the same. Behind teasers the pages may be edited.
		reading.Validators.Body = body
	}
	return reading, nil
}

// hashOf tells bodies apart: 96 bits of SHA-256.
func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
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
	return parseSince(body, contentType, base, "")
}

// parseSince reads a feed. The texts of entries that have one of the hashes in
// before are left out: they are as they were.
func parseSince(body []byte, contentType string, base *url.URL, before string) (Reading, error) {
	body = withoutControls(withoutPreface(decodeFeed(body, contentType)))
	o := outlineOf(body)
	hashes := o.hashesOf(body, base)
	known, same := unpackHashes(before), make([]bool, len(hashes))
	for i, h := range hashes {
		same[i] = known[h]
	}
	reading, ok := parseOutlined(body, base, o, same)
	if !ok {
		var err error
		if reading, err = parseBody(body, base, nil); err != nil {
			return Reading{}, err
		}
	}
	reading.Validators.Items = wholeEntries(reading.Items, hashes)
	return reading, nil
}

// parseOutlined reads a feed but for the texts of those entries that are the same
// as before, and has the parser pass over the others. It gives false where there
// is nothing to be gained, or where which entry is which is not certain.
func parseOutlined(body []byte, base *url.URL, o outline, same []bool) (Reading, bool) {
	short, texts := o.skeleton(body, same)
	if len(short) == len(body) {
		return Reading{}, false
	}
	reading, err := parseBody(short, base, texts)
	if err != nil || len(reading.Items) != len(o.entries) {
		return Reading{}, false
	}
	if !slices.Contains(same, true) {
		return reading, true
	}
	for i := range reading.Items {
		item := &reading.Items[i]
		if !same[i] {
			continue
		}
		if item.URL == "" || item.Shared {
			return Reading{}, false
		}
		item.Unchanged, item.Thin, item.Text, item.Links = true, false, "", nil
	}
	reading.whole = func() (Reading, error) { return parseBody(body, base, nil) }
	return reading, true
}

// wholeEntries packs the hashes of the entries whose texts need not be read
// again as long as they stay as they are: their pages are not looked at, and
// their addresses name them.
func wholeEntries(items []Item, hashes []string) string {
	if len(items) != len(hashes) {
		return ""
	}
	var all []string
	for i, item := range items {
		if !item.Thin && !item.Shared && item.URL != "" {
			all = append(all, hashes[i])
		}
	}
	return packHashes(all)
}

// parseBody reads a feed. texts are those that were taken out of it, by what
// stands in their place.
func parseBody(body []byte, base *url.URL, texts map[string]string) (Reading, error) {
	feed, err := guarded(body)
	if err != nil && !errors.Is(err, ErrHostile) {
		if whole, ok := untilLastItem(body); ok {
			if again, againErr := guarded(whole); againErr == nil {
				feed, err = again, nil // cut off or broken further on: what came before counts
			}
		}
	}
	if err != nil {
		return Reading{}, err
	}
	reading := Reading{Title: plainTitle(feed.Title), Home: extract.Resolve(base, feed.Link), Wait: ttlOf(body)}
	if home, err := url.Parse(reading.Home); err == nil && home.Host != "" && base.Host != "" && !sameDomain(home, base) {
		base = home // the feed is kept by another, as by FeedBurner
	}
	for _, i := range feed.Items {
		if item, ok := itemOf(i, base, texts); ok {
			reading.Items = append(reading.Items, item)
		}
	}
	markShared(reading.Items)
	return reading, nil
}

// leastShared is how many items with one address and different titles make it
// no address of any of them: two can be one article with a new title.
const leastShared = 3

// markShared finds the items whose link leads to a page for all of them.
func markShared(items []Item) {
	titles := map[string]map[string]bool{}
	for _, i := range items {
		if titles[i.URL] == nil {
			titles[i.URL] = map[string]bool{}
		}
		titles[i.URL][i.Title] = true
	}
	for k := range items {
		if i := &items[k]; i.URL != "" && len(titles[i.URL]) >= leastShared {
			i.Shared, i.Thin = true, false // its page is not its text
		}
	}
}

// guarded parses a feed that was looked through before.
func guarded(body []byte) (*gofeed.Feed, error) {
	if err := guard(body); err != nil {
		return nil, err
	}
	parser := gofeed.NewParser()
	parser.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true} // a whole HTML parser for each entry
	feed, err := parser.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotSource, err)
	}
	return feed, nil
}

// maxPreface is how many bytes of a server's warnings may stand before a feed.
const maxPreface = 4 << 10

var feedBegin = regexp.MustCompile(`<\?xml|<rss[\s>]|<feed[\s>]|<rdf:RDF[\s>]`)

// withoutPreface drops what stands before a feed, as the warnings of a site
// engine.
func withoutPreface(body []byte) []byte {
	head := body[:min(len(body), maxPreface)]
	at := feedBegin.FindIndex(head)
	if at == nil || at[0] == 0 || bytes.Contains(head[:at[0]], []byte("<!")) || bytes.Contains(bytes.ToLower(head[:at[0]]), []byte("<html")) || bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\ufeff"), []byte("{")) {
		return body
	}
	return body[at[0]:]
}

// untilLastItem is a feed that ends with its last whole item.
func untilLastItem(body []byte) ([]byte, bool) {
	for item, end := range map[string]string{"</item>": "</channel></rss>", "</entry>": "</feed>"} {
		if i := bytes.LastIndex(body, []byte(item)); i > 0 {
			if bytes.Contains(body[:min(len(body), maxPreface)], []byte("<rdf:RDF")) {
				end = "</rdf:RDF>"
			}
			return append(bytes.Clone(body[:i+len(item)]), end...), true
		}
	}
	return nil, false
}

// itemOf makes an item of an entry; false when nothing is in it. texts are those
// that were taken out of the feed, by what stands in their place.
func itemOf(i *gofeed.Item, base *url.URL, texts map[string]string) (Item, bool) {
	item := Item{GUID: i.GUID, URL: extract.Resolve(base, cmp.Or(extension(i, "feedburner", "origLink"), i.Link)), Title: plainTitle(cmp.Or(i.Title, media(i, "title")))}
	if len(item.GUID) > maxGUID {
		item.GUID = strings.ToValidUTF8(item.GUID[:maxGUID], "")
	}
	if item.URL == "" && (strings.HasPrefix(i.GUID, "http") || strings.HasPrefix(i.GUID, "/")) {
		item.URL = extract.Resolve(base, i.GUID)
	}
	for _, text := range []string{i.Content, i.Description, extension(i, "yandex", "full-text"), i.Custom["fulltext"], i.Custom["full-text"], media(i, "description")} {
		if whole, ok := texts[text]; ok {
			text = whole
		}
		if plain, links := plainText(text, base); len(plain) > len(item.Text) {
			item.Text, item.Links = plain, links
		}
	}
	item.Text = withoutFeedTail(item.Text)
	item.Published = extract.SaneTime(i.PublishedParsed)
	if i.PublishedParsed == nil {
		item.Published, _ = extract.ParseMachine(i.Published) // the date as people write it
	}
	item.Updated = extract.SaneTime(i.UpdatedParsed)
	if item.Published.IsZero() {
		item.Published = item.Updated
	}
	item.Thin = len(item.Text) < utf8.UTFMax*thinLetters && utf8.RuneCountInString(item.Text) < thinLetters || isCut(item.Text)
	return item, item.Title != "" || item.Text != "" || item.URL != ""
}

// extension is the text of an entry's element from a namespace, or "".
func extension(i *gofeed.Item, space, name string) string {
	for _, e := range i.Extensions[space][name] {
		if v := strings.TrimSpace(e.Value); v != "" {
			return v
		}
	}
	return ""
}

// media is what an entry without words of its own says of its picture or film.
func media(i *gofeed.Item, name string) string {
	if v := extension(i, "media", name); v != "" {
		return v
	}
	for _, of := range []string{"content", "group"} {
		for _, e := range i.Extensions["media"][of] {
			for _, child := range e.Children[name] {
				if v := strings.TrimSpace(child.Value); v != "" {
					return v
				}
			}
		}
	}
	return ""
}

// escaped finds what an entry that was escaped twice shows as its text.
var escaped = regexp.MustCompile(`(?i)&(?:#\d{2,5}|#x[0-9a-f]{2,4}|[a-z]{2,8}\d{0,2});|</?(?:p|br|b|i|a|em|strong|span|div|ul|ol|li|h[1-6]|img)(?:\s[^<>]*)?/?>`)

// plainText takes the markup out of a text, be it escaped twice.
func plainText(s string, base *url.URL) (text string, links []string) {
	text, links = extract.Fragment(s, base)
	if strings.ContainsAny(text, "&<") && escaped.MatchString(text) {
		again, more := extract.Fragment(text, base)
		return again, append(links, more...)
	}
	return text, links
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
	text, _ := plainText(s, nil)
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
	if !slices.ContainsFunc(body, isControl) {
		return body
	}
	return bytes.Map(func(r rune) rune {
		if r < ' ' && isControl(byte(r)) {
			return -1
		}
		return r
	}, body)
}

func isControl(b byte) bool { return b < ' ' && b != '\t' && b != '\n' && b != '\r' }

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
