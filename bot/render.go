package bot

import (
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"visnyk/digest"
	"visnyk/internal/ukrainian"
)

// Limits of one message. Telegram counts the text after its markup was taken
// out, by code points or UTF-16 units depending on who counts: units hold for
// both. Entities over the hundredth are dropped without a word.
const (
	maxUnits    = 4096
	maxEntities = 100
	maxBytes    = 32 << 10
)

// escape makes strangers' text safe inside HTML: no markup, no characters that
// turn the direction of text or are not seen, and no mention or command that
// Telegram would make a link of.
func escape(s string) string {
	if !hasSuspect(s) {
		return html.EscapeString(s)
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	prev := ' '
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			r = ' '
		case unseen(r):
			continue
		}
		b.WriteRune(r)
		if r == '@' || r == '/' && unicode.IsSpace(prev) {
			b.WriteRune('\u2060')
		}
		prev = r
	}
	return html.EscapeString(b.String())
}

// hasSuspect tells whether a text has characters that are not left as they are.
func hasSuspect(s string) bool {
	if !utf8.ValidString(s) {
		return true
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '@', c == '/', c < ' ', c == 0x7F:
			return true
		case c == 0xC2, c == 0xE2, c == 0xEF: // what is unseen begins with one of these
			if r, _ := utf8.DecodeRuneInString(s[i:]); unseen(r) {
				return true
			}
		}
	}
	return false
}

// unseen tells the characters that are not shown, or turn the direction of text.
func unseen(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r >= 0x200B && r <= 0x200F || r == 0xFEFF || r == 0x00AD || r == unicode.ReplacementChar
}

// link writes a text as a link, or as text alone when the address is none that
// Telegram would keep.
func link(address, text string) string {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxAddress || u.Scheme != "http" && u.Scheme != "https" || !strings.Contains(u.Host, ".") {
		return escape(text)
	}
	return `<a href="` + html.EscapeString(address) + `">` + escape(text) + `</a>`
}

// maxAddress is the longest address that is made a link, in bytes.
const maxAddress = 2048

// block is a piece of a message that is not divided.
type block struct {
	html     string
	units    int
	entities int
	heading  bool // stays with the block after it
}

func newBlock(s string, heading bool) block {
	return block{html: s, heading: heading, units: unitsShown(s), entities: strings.Count(s, "</")}
}

// unitsShown is how many UTF-16 units a text has without the bot's own markup.
func unitsShown(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '<':
			end := strings.IndexByte(s[i:], '>')
			if end < 0 {
				return n
			}
			i += end
		case c == '&':
			n++
			i += entityAt(s[i:])
		case c >= 0xF0: // of a character that takes two units
			n += 2
		case c < utf8.RuneSelf || c >= 0xC0:
			n++
		}
	}
	return n
}

// entityAt is how many bytes follow the & at the start of s when it begins a
// character that was escaped.
func entityAt(s string) int {
	for _, e := range [...]string{"&amp;", "&lt;", "&gt;", "&#34;", "&#39;", "&quot;"} {
		if strings.HasPrefix(s, e) {
			return len(e) - 1
		}
	}
	return 0
}

// plainText takes the bot's own markup out of a text.
func plainText(s string) string {
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		j := strings.IndexByte(s[i:], '>')
		if j < 0 {
			break
		}
		s = s[i+j+1:]
	}
	return html.UnescapeString(b.String())
}

// split joins blocks into messages within Telegram's limits. A heading is
// never the last block of a message.
func split(blocks []block) []string {
	var parts []string
	var current []block
	flush := func(next []block) {
		var texts []string
		for _, b := range current {
			texts = append(texts, b.html)
		}
		if len(texts) > 0 {
			parts = append(parts, strings.Join(texts, "\n\n"))
		}
		current = next
	}
	for i, b := range blocks {
		units, entities, bytes := b.units, b.entities, len(b.html)
		for _, c := range current {
			units, entities, bytes = units+c.units+2, entities+c.entities, bytes+len(c.html)+2
		}
		if b.heading && i+1 < len(blocks) {
			next := blocks[i+1]
			units, entities, bytes = units+next.units+2, entities+next.entities, bytes+len(next.html)+2
		}
		if len(current) > 0 && (units > maxUnits || entities > maxEntities || bytes > maxBytes) {
			flush(nil)
		}
		current = append(current, b)
	}
	flush(nil)
	return parts
}

// splitLines divides an answer between its lines into messages within
// Telegram's limits. Each line's markup is whole.
func splitLines(text string) []string {
	if b := newBlock(text, false); b.units <= maxUnits && b.entities <= maxEntities && len(text) <= maxBytes {
		return []string{text}
	}
	var parts, current []string
	units, entities, bytes := 0, 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		b := newBlock(line, false)
		if len(current) > 0 && (units+b.units+1 > maxUnits || entities+b.entities > maxEntities || bytes+len(line)+1 > maxBytes) {
			parts = append(parts, strings.Join(current, "\n"))
			current, units, entities, bytes = nil, 0, 0, 0
		}
		current = append(current, line)
		units, entities, bytes = units+b.units+1, entities+b.entities, bytes+len(line)+1
	}
	return append(parts, strings.Join(current, "\n"))
}

// Header is what stands around the stories of a digest.
type Header struct {
	Title  string    // Дайджест
	At     time.Time // in the reader's zone
	Unread []string  // names of sources that could not be read
	Late   bool      // it comes later than it should
	More   string    // the command that brings the stories that did not fit
	Brief  bool      // titles alone, without summaries
}

// How many letters are shown of a title, of an authority's name, and of a
// summary: with them a story always fits into one message.
const (
	titleLimit   = 250
	nameLimit    = 120
	summaryLimit = 1300

	withdrawnTitle, withdrawnName = 150, 60
)

// renderDigest writes a digest as the texts of its messages.
func renderDigest(d digest.Digest, h Header) []string {
	n := len(d.Stories)
	head := "<b>" + escape(h.Title) + "</b> · " + ukrainian.Date(h.At)
	if n > 0 {
		head += " · " + ukrainian.Count(n, "новина", "новини", "новин")
	}
	if h.Late {
		head += "\n<i>Надіслано із запізненням.</i>"
	}
	blocks := []block{newBlock(head, true)}
	for _, s := range d.Sections {
		blocks = append(blocks, newBlock("<b>"+escape(s.Sign+" "+s.Name)+"</b>", true))
		for _, story := range s.Stories {
			if h.Brief {
				story.Summary, story.Links = nil, story.Links[:min(1, len(story.Links))]
			}
			blocks = append(blocks, newBlock(renderStory(story), false))
		}
		if s.More > 0 {
			blocks = append(blocks, newBlock(fmt.Sprintf("<i>+%d ще</i>", s.More), false))
		}
	}
	if foot := footer(d, h); foot != "" {
		blocks = append(blocks, newBlock(foot, false))
	}
	return split(blocks)
}

func renderStory(s digest.Story) string {
	title := digest.Shorten(s.Title, titleLimit)
	address := ""
	if len(s.Links) > 0 {
		address = s.Links[0].URL
	}
	lines := []string{"▪️ " + link(address, title)}
	if by := byline(s); by != "" {
		lines = append(lines, "<i>"+by+"</i>")
	}
	if s.Edited && s.Was != "" {
		lines = append(lines, "<i>Раніше: «"+escape(digest.Shorten(s.Was, titleLimit))+"»</i>")
	}
	if len(s.Summary) > 0 {
		text := escape(digest.Shorten(strings.Join(s.Summary, " "), summaryLimit))
		if s.Abstract {
			text += " <i>" + textAbstract + "</i>"
		}
		lines = append(lines, text)
	}
	if where := places(s); where != "" {
		lines = append(lines, where)
	}
	return strings.Join(lines, "\n")
}

func byline(s digest.Story) string {
	var parts []string
	if len(s.Links) > 0 && s.Links[0].Name != "" {
		parts = append(parts, escape(digest.Shorten(s.Links[0].Name, nameLimit)))
	}
	if s.Edited || s.Again {
		parts = append(parts, "оновлено")
	}
	return strings.Join(parts, " · ")
}

// maxPlaces is how many of the places of a story are linked.
const maxPlaces = 8

// places lists who published a story when more than one authority did.
func places(s digest.Story) string {
	n := s.Sources()
	if n < 2 {
		return ""
	}
	var links []string
	seen := map[string]bool{}
	for _, l := range s.Links {
		if !seen[l.Source] && len(links) < maxPlaces {
			seen[l.Source] = true
			links = append(links, link(l.URL, digest.Shorten(l.Name, nameLimit)))
		}
	}
	return ukrainian.Count(n, "джерело", "джерела", "джерел") + ": " + strings.Join(links, ", ")
}

func footer(d digest.Digest, h Header) string {
	var lines []string
	if d.More > 0 {
		more := "Ще " + ukrainian.Count(d.More, "новина", "новини", "новин")
		if h.More != "" {
			more += " — надішліть " + h.More
		}
		lines = append(lines, more)
	}
	if slices.ContainsFunc(d.Stories, func(s digest.Story) bool { return s.Abstract }) {
		lines = append(lines, "ℹ️ "+textRetold)
	}
	for _, w := range d.Withdrawn {
		line := "🗑 Вилучено з сайту: «" + escape(digest.Shorten(w.Title, withdrawnTitle)) + "»"
		if w.Name != "" {
			line += " (" + escape(digest.Shorten(w.Name, withdrawnName)) + ")"
		}
		lines = append(lines, line)
	}
	if len(h.Unread) > 0 {
		lines = append(lines, "⚠️ Не вдалося прочитати: "+escape(digest.Shorten(strings.Join(h.Unread, ", "), summaryLimit))+".")
	}
	return strings.Join(lines, "\n")
}

// RenderText writes a digest as plain text for a terminal.
func RenderText(d digest.Digest, h Header) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s · %s · %s\n", h.Title, ukrainian.Date(h.At), ukrainian.Count(len(d.Stories), "новина", "новини", "новин"))
	for _, section := range d.Sections {
		fmt.Fprintf(&b, "\n%s %s\n", section.Sign, section.Name)
		for _, s := range section.Stories {
			fmt.Fprintf(&b, "\n▪️ %s\n", clean(s.Title))
			if by := byline(s); by != "" {
				fmt.Fprintf(&b, "   %s\n", plainText(by))
			}
			for _, sentence := range s.Summary {
				fmt.Fprintf(&b, "   %s\n", clean(sentence))
			}
			if s.Abstract {
				fmt.Fprintf(&b, "   %s\n", textAbstract)
			}
			for _, l := range s.Links {
				if l.URL != "" {
					fmt.Fprintf(&b, "   %s\n", clean(l.URL))
				}
			}
		}
		if section.More > 0 {
			fmt.Fprintf(&b, "\n   +%d ще\n", section.More)
		}
	}
	if foot := footer(d, h); foot != "" {
		fmt.Fprintf(&b, "\n%s\n", plainText(foot))
	}
	return b.String()
}

// clean makes strangers' text safe for a terminal, where control characters
// are commands.
func clean(s string) string { return html.UnescapeString(escape(s)) }

// RenderPage writes a digest as a page of HTML.
func RenderPage(d digest.Digest, h Header) string {
	body := strings.Join(renderDigest(d, h), "\n\n")
	return "<!doctype html>\n<html lang=\"uk\"><meta charset=\"utf-8\"><title>" + escape(h.Title) +
		"</title>\n<body style=\"white-space:pre-line;max-width:44em;margin:2em auto;font-family:sans-serif\">\n" + body + "\n</body></html>\n"
}
