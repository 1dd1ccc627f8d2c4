package telegramtest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// errParse is a fault in marked-up text, in Telegram's words.
type errParse string

func (e errParse) Error() string { return string(e) }

func parseFault(format string, args ...any) error { return errParse(fmt.Sprintf(format, args...)) }

// htmlParser turns Telegram's small subset of HTML into a plain text with
// entities. It reads bytes, because faults are told with byte offsets.
type htmlParser struct {
	in       string
	pos      int
	out      strings.Builder
	units    int // UTF-16 units written to out
	open     []openTag
	entities []Entity
	dropped  int
}

// openTag is a start tag that waits for its end tag.
type openTag struct {
	name, value string
	language    bool // value is a language of a code block
	offset      int  // in UTF-16 units
	begin       int  // in bytes of the text written
}

// parseHTML returns the plain text, its entities in the order of their end
// tags, and how many links were dropped.
func parseHTML(in string) (text string, entities []Entity, dropped int, err error) {
	p := &htmlParser{in: in}
	for p.pos < len(p.in) {
		if err := p.step(); err != nil {
			return "", nil, 0, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, 0, parseFault("Can't find end tag corresponding to start tag \"%s\"", p.open[n-1].name)
	}
	if !utf8.ValidString(p.out.String()) {
		return "", nil, 0, parseFault("Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units")
	}
	return p.out.String(), p.entities, p.dropped, nil
}

// step takes one character, reference or tag.
func (p *htmlParser) step() error {
	switch p.in[p.pos] {
	case '<':
		if p.at(p.pos+1) == '/' {
			return p.endTag()
		}
		return p.startTag()
	case '&':
		if code, next := reference(p.in, p.pos); code != 0 {
			p.pos = next
			p.write(code)
			return nil
		}
	}
	r, size := utf8.DecodeRuneInString(p.in[p.pos:])
	if r == utf8.RuneError && size == 1 {
		return parseFault("Text must be encoded in UTF-8")
	}
	p.pos += size
	p.write(r)
	return nil
}

func (p *htmlParser) write(r rune) {
	if isSurrogate(r) {
		// An invalid byte makes the final check of the text fail.
		p.out.WriteByte(0xff)
		p.units++
		return
	}
	p.out.WriteRune(r)
	p.units += utf16Len(r)
}

// at returns a byte, or 0 past the end.
func (p *htmlParser) at(i int) byte {
	if i >= len(p.in) {
		return 0
	}
	return p.in[i]
}

func (p *htmlParser) skipSpace() {
	for p.pos < len(p.in) && isSpace(p.in[p.pos]) {
		p.pos++
	}
}

// word reads up to a space, the end or one of the stop bytes.
func (p *htmlParser) word(stops string) string {
	begin := p.pos
	for p.pos < len(p.in) && !isSpace(p.in[p.pos]) && strings.IndexByte(stops, p.in[p.pos]) < 0 {
		p.pos++
	}
	return p.in[begin:p.pos]
}

func (p *htmlParser) startTag() error {
	begin := p.pos
	p.pos++
	name := strings.ToLower(p.word(">"))
	if p.pos >= len(p.in) {
		return parseFault("Unclosed start tag at byte offset %d", begin)
	}
	if !supportedTag(name) {
		return parseFault("Unsupported start tag \"%s\" at byte offset %d", name, begin)
	}
	tag := openTag{name: name, offset: p.units, begin: p.out.Len()}
	for p.at(p.pos) != '>' {
		if err := p.attribute(&tag, begin); err != nil {
			return err
		}
	}
	p.pos++
	if name == "span" && tag.value != "spoiler" {
		return parseFault("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	p.open = append(p.open, tag)
	return nil
}

// attribute reads one attribute and keeps the few that mean something.
func (p *htmlParser) attribute(tag *openTag, begin int) error {
	unclosed := parseFault("Unclosed start tag \"%s\" at byte offset %d", tag.name, begin)
	p.skipSpace()
	if p.at(p.pos) == '>' {
		return nil
	}
	name := p.word("=>/\"'")
	if name == "" {
		return parseFault("Empty attribute name in the tag \"%s\" at byte offset %d", tag.name, begin)
	}
	p.skipSpace()
	if p.pos >= len(p.in) {
		return unclosed
	}
	if p.in[p.pos] != '=' {
		tag.keep(name, "")
		return nil
	}
	p.pos++
	p.skipSpace()
	if p.pos >= len(p.in) {
		return unclosed
	}
	value, err := p.attributeValue()
	if err != nil {
		return err
	}
	if p.pos >= len(p.in) {
		return parseFault("Unclosed start tag at byte offset %d", begin)
	}
	tag.keep(name, value)
	return nil
}

// attributeValue reads a quoted string, or a name token in lower case.
func (p *htmlParser) attributeValue() (string, error) {
	quote := p.in[p.pos]
	if quote != '"' && quote != '\'' {
		begin := p.pos
		for p.pos < len(p.in) && isToken(p.in[p.pos]) {
			p.pos++
		}
		if c := p.at(p.pos); c != '>' && !isSpace(c) && c != 0 {
			return "", parseFault("Unexpected end of name token at byte offset %d", begin)
		}
		return strings.ToLower(p.in[begin:p.pos]), nil
	}
	p.pos++
	var value strings.Builder
	for p.pos < len(p.in) && p.in[p.pos] != quote {
		if p.in[p.pos] == '&' {
			if code, next := reference(p.in, p.pos); code != 0 {
				value.WriteRune(code)
				p.pos = next
				continue
			}
		}
		value.WriteByte(p.in[p.pos])
		p.pos++
	}
	if p.pos < len(p.in) {
		p.pos++
	}
	return value.String(), nil
}

// keep takes the attributes that mean something for their tag.
func (t *openTag) keep(name, value string) {
	switch {
	case t.name == "a" && name == "href", t.name == "tg-emoji" && name == "emoji-id", t.name == "tg-time" && name == "unix":
		t.value = value
	case t.name == "code" && name == "class" && strings.HasPrefix(value, "language-"):
		t.value, t.language = strings.TrimPrefix(value, "language-"), true
	case t.name == "span" && name == "class" && strings.HasPrefix(value, "tg-"):
		t.value = strings.TrimPrefix(value, "tg-")
	case t.name == "blockquote" && name == "expandable":
		t.value = "expandable"
	}
}

func (p *htmlParser) endTag() error {
	begin := p.pos
	if len(p.open) == 0 {
		return parseFault("Unexpected end tag at byte offset %d", begin)
	}
	p.pos += 2
	name := strings.ToLower(p.word(">"))
	p.skipSpace()
	if p.at(p.pos) != '>' {
		return parseFault("Unclosed end tag at byte offset %d", begin)
	}
	p.pos++
	tag := p.open[len(p.open)-1]
	if name != "" && name != tag.name {
		return parseFault("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, tag.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	if p.units == tag.offset {
		return nil
	}
	return p.add(tag)
}

// add makes an entity of a tag that has ended.
func (p *htmlParser) add(tag openTag) error {
	e := Entity{Type: entityType(tag.name), Offset: tag.offset, Length: p.units - tag.offset}
	switch tag.name {
	case "a":
		href := tag.value
		if href == "" {
			href = p.out.String()[tag.begin:]
		}
		if id, ok := userLink(href); ok {
			e.Type, e.User = "text_mention", &User{ID: id}
			break
		}
		if e.URL = checkedLink(href); e.URL == "" {
			p.dropped++
			return nil
		}
	case "tg-emoji":
		if id, err := strconv.ParseInt(tag.value, 10, 64); err != nil || id == 0 {
			return parseFault("Invalid custom emoji identifier specified")
		}
		e.CustomEmojiID = tag.value
	case "tg-time":
		return nil
	case "blockquote":
		if tag.value == "expandable" {
			e.Type = "expandable_blockquote"
		}
	case "pre", "code":
		if p.joinCode(tag, e) {
			return nil
		}
		if tag.language {
			e.Language = tag.value
		}
	}
	p.entities = append(p.entities, e)
	return nil
}

// joinCode makes one block of <pre><code class="language-x">, in either order.
func (p *htmlParser) joinCode(tag openTag, e Entity) bool {
	if len(p.entities) == 0 {
		return false
	}
	last := &p.entities[len(p.entities)-1]
	if last.Offset != e.Offset || last.Length != e.Length {
		return false
	}
	switch {
	case tag.name == "pre" && last.Type == "code" && last.Language != "":
		last.Type = "pre"
		return true
	case tag.name == "code" && last.Type == "pre" && tag.language:
		last.Language = tag.value
		return true
	}
	return false
}

// reference decodes the character reference at pos. Only four names are
// known; anything else stays as it is written, with code 0.
func reference(in string, pos int) (code rune, next int) {
	end := pos + 1
	if strings.HasPrefix(in[end:], "#") {
		return numericReference(in, pos)
	}
	for end < len(in) && isLetter(in[end]) {
		end++
	}
	switch in[pos+1 : end] {
	case "lt":
		code = '<'
	case "gt":
		code = '>'
	case "amp":
		code = '&'
	case "quot":
		code = '"'
	default:
		return 0, pos
	}
	return code, pastSemicolon(in, end)
}

func numericReference(in string, pos int) (code rune, next int) {
	begin, base := pos+2, 10
	if strings.HasPrefix(in[begin:], "x") {
		begin, base = begin+1, 16
	}
	end := begin
	for end < len(in) && isDigit(in[end], base) {
		end++
	}
	n, err := strconv.ParseUint(in[begin:end], base, 32)
	if err != nil || n == 0 || n >= utf8.MaxRune || end-pos >= 10 {
		return 0, pos
	}
	return rune(n), pastSemicolon(in, end)
}

func pastSemicolon(in string, end int) int {
	if end < len(in) && in[end] == ';' {
		return end + 1
	}
	return end
}
