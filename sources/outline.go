package sources

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// outline is what the bytes of a feed show without a parser: which limits of
// the guard it certainly keeps, and where its entries stand.
type outline struct {
	plain   bool // it keeps all of them; false says nothing
	entries []entry
}

// entry is one item of a feed by offsets, and those parts of it that hold texts.
type entry struct {
	start, end int
	texts      []span
}

// span is the content of an element of an entry.
type span struct {
	start, end int
	literal    bool // it is one CDATA section right in a description or the like: the text is what it says
}

// The kinds of what stands between < and >.
type markKind int

const (
	markOpen markKind = iota
	markClose
	markEmpty // opens and closes at once
	markText  // CDATA
	markComment
	markInstruction
	markOther // a declaration, or what is not closed
)

// markAt tells what begins with the < at the start of body, and how long it is.
func markAt(body []byte) (markKind, int) {
	for _, m := range []struct {
		open, shut string
		kind       markKind
	}{{"<![CDATA[", "]]>", markText}, {"<!--", "-->", markComment}, {"<?", "?>", markInstruction}} {
		if bytes.HasPrefix(body, []byte(m.open)) {
			if i := bytes.Index(body[len(m.open):], []byte(m.shut)); i >= 0 {
				return m.kind, len(m.open) + i + len(m.shut)
			}
			return markOther, len(body)
		}
	}
	quote := byte(0)
	for i, b := range body {
		switch {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '>':
			return tagKind(body[:i+1]), i + 1
		}
	}
	return markOther, len(body)
}

func tagKind(tag []byte) markKind {
	switch {
	case tag[1] == '/':
		return markClose
	case tag[1] == '!':
		return markOther
	case tag[len(tag)-2] == '/':
		return markEmpty
	}
	return markOpen
}

// plainTag is how many bytes a tag has at most in a feed that is plain, and
// plainMarks how many of all kinds.
const (
	plainTag   = 4 << 10
	plainMarks = maxTokens / 2 // each may have text before it
)

// outliner goes over the bytes of a feed.
type outliner struct {
	body   []byte
	open   []opened // elements, the outermost first; the first is the document
	items  int
	nested bool // an entry stands in another
	inside int  // depth of the entry that is open, or 0
	out    outline
}

// opened is an element whose end was not met yet.
type opened struct {
	name   []byte
	tag    int // where its tag begins
	start  int // of what is in it
	pieces int // of text right in it
}

// outlineOf looks through the bytes of a feed. It is as strict as it can be: of
// what is not well formed, declares things, or is near a limit it says nothing.
func outlineOf(body []byte) outline {
	if bytes.Contains(body, []byte("xml:base")) || bytes.Count(body, []byte("xmlns")) > maxPrefixes {
		return outline{}
	}
	o := &outliner{body: body, open: []opened{{}}}
	at := 0
	for range plainMarks {
		i := bytes.IndexByte(body[at:], '<')
		if i < 0 {
			if len(o.open) != 1 {
				return outline{}
			}
			o.out.plain = true
			if o.nested {
				o.out.entries = nil
			}
			return o.out
		}
		kind, length := markAt(body[at+i:])
		if !o.take(kind, at+i, at+i+length, i > 0) {
			return outline{}
		}
		at += i + length
	}
	return outline{}
}

// take takes one mark and tells whether the feed is plain so far. text says
// whether a text stands before it.
func (o *outliner) take(kind markKind, start, end int, text bool) bool {
	top := &o.open[len(o.open)-1]
	if text {
		top.pieces++
	}
	mark := o.body[start:end]
	switch kind {
	case markText:
		top.pieces++
	case markComment:
	case markInstruction:
		return !bytes.Contains(mark, []byte("encoding"))
	case markOpen, markEmpty:
		return top.pieces <= maxFragments && o.begin(kind, mark, start, end)
	case markClose:
		return top.pieces <= maxFragments && o.finish(mark, start, end)
	case markOther:
		return false
	}
	return top.pieces <= maxFragments
}

func (o *outliner) begin(kind markKind, tag []byte, start, end int) bool {
	name := nameOf(tag[1:])
	if len(tag) > plainTag || len(name) == 0 || attributes(tag) > maxAttrs || len(o.open) > maxDepth {
		return false
	}
	local := name[bytes.LastIndexByte(name, ':')+1:]
	if isEntry(local) {
		if o.items++; o.items > maxItems {
			return false
		}
	}
	if isEntry(name) {
		o.nested = o.nested || o.inside > 0
		o.out.entries = append(o.out.entries, entry{start: start, end: end})
		if kind == markOpen {
			o.inside = len(o.open)
		}
	}
	if kind == markOpen {
		o.open = append(o.open, opened{name: name, tag: start, start: end})
	}
	return true
}

func (o *outliner) finish(tag []byte, start, end int) bool {
	last := o.open[len(o.open)-1]
	if len(o.open) == 1 || !bytes.Equal(last.name, bytes.TrimRight(tag[2:len(tag)-1], " \t\r\n")) {
		return false
	}
	o.open = o.open[:len(o.open)-1]
	if o.inside == 0 {
		return true
	}
	e := &o.out.entries[len(o.out.entries)-1]
	switch len(o.open) {
	case o.inside:
		e.end, o.inside = end, 0
	case o.inside + 1:
		if start-last.start >= leastText && !isShort(last.name) {
			literal := slices.Contains(literalParts, string(o.body[last.tag:last.start])) && isLiteral(o.body[last.start:start])
			e.texts = append(e.texts, span{last.start, start, literal})
		}
	}
	return true
}

// nameOf is the name at the start of what a tag holds, or nothing.
func nameOf(b []byte) []byte {
	for i, c := range b {
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '/' || c == '>' {
			return b[:i]
		}
	}
	return nil
}

// attributes is the most attributes that a tag can have: one without a value
// needs space before it.
func attributes(tag []byte) int {
	n := 0
	for _, c := range tag {
		if c == '=' || c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			n++
		}
	}
	return n
}

func isEntry(name []byte) bool {
	return bytes.EqualFold(name, []byte("item")) || bytes.EqualFold(name, []byte("entry"))
}

// leastText is how many bytes a part of an entry has at least to be taken for
// its text, and shortParts those that are read whatever their length.
const leastText = 256

var shortParts = []string{"title", "link", "guid", "id", "origLink", "pubDate", "published", "issued", "updated", "modified", "date", "created"}

// literalParts are the elements whose CDATA a parser gives as it is.
var literalParts = []string{"<description>", "<content:encoded>", "<yandex:full-text>"}

// isLiteral tells whether a content is one CDATA section.
func isLiteral(content []byte) bool {
	content = bytes.TrimSpace(content)
	return bytes.HasPrefix(content, []byte("<![CDATA[")) && bytes.Index(content, []byte("]]>")) == len(content)-len("]]>")
}

func isShort(name []byte) bool {
	space, local, _ := bytes.Cut(name, []byte(":"))
	if local == nil {
		local = name
	}
	return string(space) == "media" || slices.Contains(shortParts, string(local))
}

// hashBytes is the length of what an entry is told by: 64 bits, for a source can
// deceive nobody but itself with it.
const hashBytes = 8

// manyEntries is of how many entries of a feed their hashes are kept.
const manyEntries = 300

// entryHash tells the bytes of an entry in a feed at base from others.
func entryHash(body []byte, e entry, base *url.URL) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(base.String()), {0}, body[e.start:e.end]} {
		_, _ = h.Write(part) // a hash takes everything
	}
	return string(h.Sum(nil)[:hashBytes])
}

// hashesOf gives the hashes of all entries, or nil of a feed with too many.
func (o outline) hashesOf(body []byte, base *url.URL) []string {
	if len(o.entries) > manyEntries {
		return nil
	}
	all := make([]string, len(o.entries))
	for i, e := range o.entries {
		all[i] = entryHash(body, e, base)
	}
	return all
}

// packHashes makes one string of hashes; unpackHashes reads it. What it cannot
// read are none.
func packHashes(all []string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(all, "")))
}

func unpackHashes(packed string) map[string]bool {
	raw, err := base64.RawURLEncoding.DecodeString(packed)
	if err != nil {
		return nil
	}
	all := map[string]bool{}
	for chunk := range slices.Chunk(raw, hashBytes) {
		all[string(chunk)] = true
	}
	return all
}

// taken is what stands in a skeleton in the place of a text.
const taken = "visnyk.text."

// skeleton is a feed without the texts of those entries that are the same, and
// with the literal texts of the others taken out, so that the parser need not
// look at each letter: texts are these, by what stands in their place.
func (o outline) skeleton(body []byte, same []bool) (short []byte, texts map[string]string) {
	if bytes.Contains(body, []byte(taken)) {
		return body, nil
	}
	texts = map[string]string{}
	at := 0
	for i, e := range o.entries {
		for _, text := range e.texts {
			switch {
			case i < len(same) && same[i]:
				short = append(short, body[at:text.start]...)
			case text.literal:
				name := taken + strconv.Itoa(len(texts))
				texts[name] = literal(body[text.start:text.end])
				short = append(append(short, body[at:text.start]...), name...)
			default:
				continue
			}
			at = text.end
		}
	}
	return append(short, body[at:]...), texts
}

// literal is the text of a content that is one CDATA section.
func literal(content []byte) string {
	content = bytes.TrimSpace(content)
	return string(content[len("<![CDATA[") : len(content)-len("]]>")])
}
