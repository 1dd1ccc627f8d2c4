package extract

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// Decode decodes by a label; what is neither UTF-8 nor labelled is taken as
// windows-1251 or KOI8-U, which old Ukrainian sites use. What is UTF-8 already is
// given back itself, not a copy.
func Decode(body []byte, label string) []byte {
	wide := strings.HasPrefix(strings.ToLower(label), "utf-16")
	if !wide && utf8.Valid(body) {
		return body
	}
	if !wide && isUTF8(body) {
		return bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	encoding, name := charset.Lookup(label)
	if encoding == nil || name == "utf-8" || name == "windows-1252" && isCyrillic(body) {
		name = "windows-1251"
	}
	if other := swapped(name); other != "" && isSwapped(body, name) {
		name = other
	}
	encoding, _ = charset.Lookup(name)
	decoded, err := io.ReadAll(encoding.NewDecoder().Reader(bytes.NewReader(body)))
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	return bytes.TrimPrefix(decoded, []byte("\ufeff"))
}

// isUTF8 tells whether a text is in UTF-8, but for a few bytes that were
// damaged.
func isUTF8(body []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		i += size
	}
	return good > 10*bad
}

// swapped is the other of the two Cyrillic encodings of one byte, or "".
func swapped(name string) string {
	switch name {
	case "windows-1251":
		return "koi8-u"
	case "koi8-u", "koi8-r":
		return "windows-1251"
	}
	return ""
}

// swapLetters is how many letters tell which of the two encodings a text is in.
const swapLetters = 40

// isSwapped tells whether a text said to be in one of the two is in the other:
// what is a capital letter in one is a small letter in the other, and texts
// have more small ones.
func isSwapped(body []byte, name string) bool {
	low, high := 0, 0 // small letters in KOI8 and in windows-1251
	for _, b := range body {
		switch {
		case b >= 0xe0:
			high++
		case b >= 0xc0:
			low++
		}
	}
	if name != "windows-1251" {
		low, high = high, low
	}
	return low+high >= swapLetters && low > 3*high
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

// breaks are the elements that begin and end a line of text.
func breaks(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Br, atom.Li, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Tr, atom.Table, atom.Blockquote, atom.Section, atom.Article, atom.Figure, atom.Figcaption, atom.Hr, atom.Pre, atom.Dt, atom.Dd:
		return true
	}
	return false
}

// Fragment takes the markup out of a fragment: its text, a line for each
// paragraph, and the addresses of its links.
func Fragment(fragment string, base *url.URL) (text string, links []string) {
	if !strings.ContainsAny(fragment, "<&") {
		return Tidy(fragment), nil
	}
	var b strings.Builder
	b.Grow(len(fragment))
	z := html.NewTokenizer(strings.NewReader(fragment))
	skip := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				return "", nil
			}
			return Tidy(b.String()), links
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
				if link := Resolve(base, a.Val); t.DataAtom == atom.A && a.Key == "href" && link != "" && len(links) < 100 {
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

// Tidy gives each paragraph one line without spaces around it.
func Tidy(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := "" // what stands between the word before and the next one
	for from := 0; from < len(s); {
		size := spaceAt(s[from:])
		if size > 0 {
			if s[from] == '\n' {
				gap = "\n"
			} else if gap == "" {
				gap = " "
			}
			from += size
			continue
		}
		end := from + oneSpaced(s[from:])
		if b.Len() > 0 {
			b.WriteString(gap)
		}
		b.WriteString(s[from:end])
		from, gap = end, ""
	}
	return b.String()
}

// oneSpaced is how long the text is that s begins with whose words stand one space
// apart.
func oneSpaced(s string) int {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c > ' ' && c < 0xc2 || c > 0xe3: // never the first byte of white space
		case c == ' ' && i+1 < len(s) && spaceAt(s[i+1:]) == 0:
		case spaceAt(s[i:]) > 0:
			return i
		}
	}
	return len(s)
}

// spaceAt is how many bytes of white space s begins with: 0, or the size of its
// first character.
func spaceAt(s string) int {
	c := s[0]
	if c < utf8.RuneSelf {
		if c == ' ' || c >= '\t' && c <= '\r' {
			return 1
		}
		return 0
	}
	if c != 0xc2 && c != 0xe1 && c != 0xe2 && c != 0xe3 {
		return 0 // no white space begins with another byte
	}
	if r, size := utf8.DecodeRuneInString(s); unicode.IsSpace(r) {
		return size
	}
	return 0
}
