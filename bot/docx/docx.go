// Package docx writes text documents that word processors open and print: OOXML
// as ISO/IEC 29500 has it, with headings, links, a table of contents of links and
// numbered pages. It writes and does not read, and knows nothing of what the
// documents say. The same document gives the same bytes.
package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Style is how a paragraph looks.
type Style string

// The styles of paragraphs.
const (
	Title    Style = "Title"
	Subtitle Style = "Subtitle"
	Heading1 Style = "Heading1"
	Heading2 Style = "Heading2"
	Contents Style = "TOC1" // an entry of the table of contents
	Body     Style = "BodyText"
	Note     Style = "Note"   // smaller: where, how many
	Byline   Style = "Byline" // smaller, between a heading and what it is about: on the same page as both
)

// Run is a piece of a paragraph.
type Run struct {
	Text   string
	Italic bool
	Link   string // a web address; one that is none is written as text
	Anchor string // or the anchor of a paragraph of the document
}

// Document is a document that is being written.
type Document struct {
	// Name, Author and Created describe the document; Language is that of its
	// spelling, such as uk-UA; Page and Of stand before the number of the page
	// and that of all pages.
	Name, Author, Language, Page, Of string
	Created                          time.Time

	body    bytes.Buffer
	anchors int
	links   []string
}

// Add adds a paragraph. anchor names it for links within the document, "" does
// not.
func (d *Document) Add(style Style, anchor string, runs ...Run) {
	b := &d.body
	fmt.Fprintf(b, `<w:p><w:pPr><w:pStyle w:val="%s"/></w:pPr>`, style)
	if anchor != "" {
		d.anchors++
		fmt.Fprintf(b, `<w:bookmarkStart w:id="%d" w:name="%s"/>`, d.anchors, escape(anchor))
	}
	for _, r := range runs {
		open, end := d.link(r)
		b.WriteString(open)
		b.WriteString("<w:r><w:rPr>")
		if open != "" {
			b.WriteString(`<w:rStyle w:val="Hyperlink"/>`)
		}
		if r.Italic {
			b.WriteString("<w:i/>")
		}
		fmt.Fprintf(b, `</w:rPr><w:t xml:space="preserve">%s</w:t></w:r>`, escape(r.Text))
		b.WriteString(end)
	}
	if anchor != "" {
		fmt.Fprintf(b, `<w:bookmarkEnd w:id="%d"/>`, d.anchors)
	}
	b.WriteString("</w:p>\n")
}

// link gives what stands around a run that is a link.
func (d *Document) link(r Run) (open, end string) {
	if r.Anchor != "" {
		return fmt.Sprintf(`<w:hyperlink w:anchor="%s" w:history="1">`, escape(r.Anchor)), "</w:hyperlink>"
	}
	target, ok := Address(r.Link)
	if !ok {
		return "", ""
	}
	d.links = append(d.links, target)
	return fmt.Sprintf(`<w:hyperlink r:id="link%d" w:history="1">`, len(d.links)), "</w:hyperlink>"
}

// maxAddress is how long an address may be: word processors refuse to open a
// document with a longer one.
const maxAddress = 2000

// Address writes a web address as a document takes it, in ASCII letters alone.
// It gives false for what is none: one bad address makes a whole document
// unreadable.
func Address(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !strings.Contains(u.Hostname(), ".") {
		return "", false
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil {
		return "", false
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host, u.User = host, nil
	plain := u.String()
	var b strings.Builder
	for i := 0; i < len(plain); i++ {
		c := plain[i]
		switch {
		case c <= ' ' || c >= 0x7F || strings.IndexByte("\"<>\\^`{|}[]", c) >= 0, c == '%' && !hex(plain, i+1):
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), b.Len() <= maxAddress
}

func hex(s string, at int) bool {
	return len(s) >= at+2 && strings.Trim(s[at:at+2], "0123456789abcdefABCDEF") == ""
}

// escape makes a text safe inside XML. Characters that XML cannot hold become
// U+FFFD, and line breaks spaces.
func escape(s string) string {
	var b strings.Builder
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, s)
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}

// WriteTo writes the document.
func (d *Document) WriteTo(w io.Writer) (int64, error) {
	count := &counter{w: w}
	z := zip.NewWriter(count)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"docProps/core.xml", d.core()},
		{"docProps/app.xml", app},
		{"word/document.xml", documentStart + d.body.String() + documentEnd},
		{"word/styles.xml", fmt.Sprintf(styles, escape(d.Language))},
		{"word/settings.xml", fmt.Sprintf(settings, escape(d.Language))},
		{"word/footer1.xml", fmt.Sprintf(footer, escape(d.Page), escape(d.Of))},
		{"word/_rels/document.xml.rels", d.rels()},
	} {
		f, err := z.Create(part.name)
		if err == nil {
			_, err = io.WriteString(f, xmlHead+part.text)
		}
		if err != nil {
			return count.n, fmt.Errorf("write %s: %w", part.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return count.n, fmt.Errorf("close the document: %w", err)
	}
	return count.n, nil
}

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func (d *Document) core() string {
	at := d.Created.UTC().Format(time.RFC3339)
	return `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		"<dc:title>" + escape(d.Name) + "</dc:title><dc:creator>" + escape(d.Author) + "</dc:creator><dc:language>" + escape(d.Language) + "</dc:language>" +
		`<dcterms:created xsi:type="dcterms:W3CDTF">` + at + `</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">` + at + "</dcterms:modified></cp:coreProperties>"
}

// rels names the parts of the document and where its links lead.
func (d *Document) rels() string {
	var b strings.Builder
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for _, part := range []string{"styles", "settings"} {
		fmt.Fprintf(&b, `<Relationship Id="%s" Type="%s/%s" Target="%s.xml"/>`, part, relationships, part, part)
	}
	fmt.Fprintf(&b, `<Relationship Id="footer" Type="%s/footer" Target="footer1.xml"/>`, relationships)
	for i, target := range d.links {
		fmt.Fprintf(&b, `<Relationship Id="link%d" Type="%s/hyperlink" Target="%s" TargetMode="External"/>`, i+1, relationships, escape(target))
	}
	b.WriteString("</Relationships>")
	return b.String()
}
