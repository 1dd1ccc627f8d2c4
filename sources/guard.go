package sources

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of a feed before it is parsed. Without them a feed of 200 KB makes
// the parser take more memory than a machine has, which no recover catches:
// it copies all prefixes at each level, and recurses once a level.
const (
	maxDepth     = 64
	maxAttrs     = 64     // of one element
	maxPrefixes  = 64     // different namespace declarations in all
	maxRepeated  = 8000   // of the same ones again, as each entry with XHTML has
	maxItems     = 2000   // item and entry elements
	maxTokens    = 400000 // in all
	maxFragments = 2000   // pieces of text in one element
	maxJSONDepth = 32
	maxTag       = 64 << 10 // bytes of one tag: a reader keeps its attributes before anybody can count them
	maxBased     = 1 << 20  // bytes of text in one element under xml:base, whose links the parser resolves in a tree
)

// guard refuses a feed that would exhaust memory or time, with ErrHostile.
// What is no XML or JSON at all passes: the parser says so. It must be given
// the very bytes that the parser gets, in UTF-8 and without control characters,
// or a bomb hides behind the place where only the guard stops.
func guard(body []byte) error {
	if len(body) > maxBody {
		return fmt.Errorf("%w: %d bytes", ErrHostile, len(body))
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n\ufeff"); len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		return guardJSON(trimmed)
	}
	if outlineOf(body).plain {
		return nil
	}
	return guardXML(body)
}

// scan is the state of one pass over the tokens of a feed.
type scan struct {
	tokens, items, repeated int
	prefixes                map[xml.Attr]bool // declarations seen
	fragments               []int             // pieces of text by open element
	bytes                   int               // of text since the last tag
	based                   bool              // an xml:base was declared
}

func guardXML(body []byte) error {
	if err := guardTags(body); err != nil {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = false
	recoded := ""
	d.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
		recoded = label // the body is UTF-8 by now: the parser would read other tokens from here on
		return r, nil
	}
	s := &scan{fragments: []int{0}, prefixes: map[xml.Attr]bool{}}
	for {
		token, err := d.RawToken()
		if recoded != "" {
			return fmt.Errorf("%w: it changes its encoding to %.40q", ErrHostile, recoded)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return nil // broken XML is the parser's to judge; what came before was checked
		}
		if s.tokens++; s.tokens > maxTokens {
			return fmt.Errorf("%w: over %d tokens", ErrHostile, maxTokens)
		}
		if err := s.take(token); err != nil {
			return err
		}
	}
}

func (s *scan) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return s.open(t)
	case xml.EndElement:
		s.bytes = 0
		if len(s.fragments) > 1 {
			s.fragments = s.fragments[:len(s.fragments)-1]
		}
	case xml.CharData:
		top := len(s.fragments) - 1
		if s.fragments[top]++; s.fragments[top] > maxFragments {
			return fmt.Errorf("%w: text in over %d pieces", ErrHostile, maxFragments)
		}
		if s.bytes += len(t); s.based && s.bytes > maxBased {
			return fmt.Errorf("%w: over %d bytes of text under xml:base", ErrHostile, maxBased)
		}
	case xml.Directive:
		if text := strings.ToUpper(string(t)); strings.Contains(text, "ENTITY") {
			return fmt.Errorf("%w: it declares entities", ErrHostile)
		}
	}
	return nil
}

func (s *scan) open(t xml.StartElement) error {
	s.fragments = append(s.fragments, 0)
	s.bytes = 0
	if name := strings.ToLower(t.Name.Local); name == "item" || name == "entry" {
		s.items++
	}
	for _, a := range t.Attr {
		s.based = s.based || a.Name.Space == "xml" && a.Name.Local == "base"
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			if s.prefixes[a] {
				s.repeated++
			}
			s.prefixes[a] = true
		}
	}
	switch {
	case len(s.fragments) > maxDepth+1:
		return fmt.Errorf("%w: nested over %d deep", ErrHostile, maxDepth)
	case len(t.Attr) > maxAttrs:
		return fmt.Errorf("%w: over %d attributes", ErrHostile, maxAttrs)
	case len(s.prefixes) > maxPrefixes, s.repeated > maxRepeated:
		return fmt.Errorf("%w: over %d namespaces", ErrHostile, maxPrefixes)
	case s.items > maxItems:
		return fmt.Errorf("%w: over %d items", ErrHostile, maxItems)
	}
	return nil
}

// guardTags refuses a feed with an enormous tag, looking at nothing but bytes.
func guardTags(body []byte) error {
	for {
		i := bytes.IndexByte(body, '<')
		if i < 0 {
			return nil
		}
		body = body[i:]
		_, end := markAt(body)
		if end > maxTag && body[1] != '!' && body[1] != '?' {
			return fmt.Errorf("%w: a tag of over %d bytes", ErrHostile, maxTag)
		}
		body = body[end:]
	}
}

func guardJSON(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	depth, tokens := 0, 0
	for {
		token, err := d.Token()
		if err != nil {
			return nil // the end, or what the parser will refuse
		}
		if delim, ok := token.(json.Delim); ok {
			if delim == '{' || delim == '[' {
				depth++
			} else {
				depth--
			}
		}
		if tokens++; depth > maxJSONDepth || tokens > maxTokens {
			return fmt.Errorf("%w: nested over %d deep, or over %d tokens", ErrHostile, maxJSONDepth, maxTokens)
		}
	}
}
