package telegramtest

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxEntities is how many entities a message keeps.
const maxEntities = 100

func supportedTag(name string) bool { return entityType(name) != "" }

// entityType returns the entity that a tag makes, or "" for a tag that
// Telegram does not know.
func entityType(tag string) string {
	switch tag {
	case "b", "strong":
		return "bold"
	case "i", "em":
		return "italic"
	case "u", "ins":
		return "underline"
	case "s", "strike", "del":
		return "strikethrough"
	case "span", "tg-spoiler":
		return "spoiler"
	case "a":
		return "text_link"
	case "tg-emoji":
		return "custom_emoji"
	case "tg-time":
		return "date_time"
	case "code", "pre", "blockquote":
		return tag
	}
	return ""
}

func isSpace(c byte) bool { return c == ' ' || (c >= '\t' && c <= '\r') }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isToken(c byte) bool {
	return isLetter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'
}

func isDigit(c byte, base int) bool {
	return (c >= '0' && c <= '9') || (base == 16 && c|0x20 >= 'a' && c|0x20 <= 'f')
}

func isSurrogate(r rune) bool { return utf16.IsSurrogate(r) }

func utf16Len(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// units counts the UTF-16 units of a text.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += utf16Len(r)
	}
	return n
}

// userLink reads tg://user?id=1, which mentions a user who has no name.
func userLink(href string) (int64, bool) {
	rest, ok := strings.CutPrefix(strings.ToLower(href), "tg://user?id=")
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(rest, 10, 64)
	return id, err == nil && id > 0
}

// checkedLink returns the link that Telegram keeps, or "" for one that it
// drops: another scheme, a relative address, a host without a dot.
func checkedLink(href string) string {
	href = strings.TrimSpace(href)
	lower := strings.ToLower(href)
	if strings.HasPrefix(lower, "tg://") || strings.HasPrefix(lower, "ton://") || strings.HasPrefix(lower, "tonsite://") {
		return href
	}
	if !strings.Contains(lower, "://") {
		href = "http://" + href
	}
	u, err := url.Parse(href)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	host := u.Hostname()
	if host == "" || strings.ContainsAny(host, " _!\"'<>") && !strings.Contains(host, ".") {
		return ""
	}
	if !strings.Contains(host, ".") && !strings.Contains(host, ":") {
		return ""
	}
	if u.Path == "" {
		u.Path = "/"
	}
	u.Host = strings.ToLower(u.Host)
	return u.String()
}

// finished brings entities into Telegram's order and drops those that it does
// not keep: anything inside code, a link in a link, a kind within itself, and
// all after the hundredth.
func finished(entities []Entity) (kept []Entity, dropped int) {
	list := slices.Clone(entities)
	slices.SortStableFunc(list, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
	for _, e := range list {
		if !slices.ContainsFunc(kept, func(outer Entity) bool { return excludes(outer, e) }) {
			kept = append(kept, e)
		}
	}
	if len(kept) > maxEntities {
		dropped = len(kept) - maxEntities
		kept = kept[:maxEntities]
	}
	return kept, dropped
}

// excludes says that e cannot stand where outer stands.
func excludes(outer, e Entity) bool {
	if e.Offset+e.Length <= outer.Offset || outer.Offset+outer.Length <= e.Offset {
		return false
	}
	isCode := outer.Type == "code" || outer.Type == "pre"
	quotes := strings.HasSuffix(outer.Type, "blockquote") && strings.HasSuffix(e.Type, "blockquote")
	return isCode || quotes || outer.Type == e.Type || (isFound(e) && (isFound(outer) || outer.Type == "text_link"))
}

// isFound says that Telegram itself finds such entities in a text.
func isFound(e Entity) bool {
	return e.Type == "bot_command" || e.Type == "mention" || e.Type == "url" || e.Type == "hashtag"
}

// finders are the entities that Telegram finds in a text, as it finds them:
// a command or a mention starts the text or follows no word character.
func finders() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"bot_command": regexp.MustCompile(`/[a-zA-Z0-9_]{1,64}(@[a-zA-Z0-9_]{3,32})?`),
		"mention":     regexp.MustCompile(`@[a-zA-Z0-9_]{3,32}`),
		"hashtag":     regexp.MustCompile(`#[\p{L}\p{N}_]{1,255}`),
		"url":         regexp.MustCompile(`(?i)\b(https?://[^\s<>«»"]+[^\s<>«»".,;:!?)]|([a-z0-9-]+\.)+(ua|com|org|net|gov|info|me|eu|int)\b(/[^\s<>«»"]*[^\s<>«»".,;:!?)])?)`),
	}
}

// find returns the entities that Telegram finds in a plain text.
func (s *Server) find(text string) []Entity {
	var found []Entity
	for kind, re := range s.finders {
		for _, at := range re.FindAllStringIndex(text, -1) {
			if kind != "url" && !standsAlone(text, at[0], at[1]) {
				continue
			}
			found = append(found, Entity{Type: kind, Offset: units(text[:at[0]]), Length: units(text[at[0]:at[1]])})
		}
	}
	return found
}

// standsAlone says that no word, slash or the like touches text[begin:end].
func standsAlone(text string, begin, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:begin])
	after, _ := utf8.DecodeRuneInString(text[end:])
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' }
	if begin > 0 && (inWord(before) || strings.ContainsRune("/<>@&", before)) {
		return false
	}
	return end == len(text) || !inWord(after) && after != '/'
}

// trimmed cuts the white space at both ends of a text and moves its entities.
func trimmed(text string, entities []Entity) (string, []Entity) {
	right := strings.TrimRightFunc(text, unicode.IsSpace)
	left := strings.TrimLeftFunc(right, unicode.IsSpace)
	shift, length := units(right)-units(left), units(left)
	var kept []Entity
	for _, e := range entities {
		begin := max(e.Offset-shift, 0)
		end := min(e.Offset+e.Length-shift, length)
		if begin < end {
			e.Offset, e.Length = begin, end-begin
			kept = append(kept, e)
		}
	}
	return left, kept
}
