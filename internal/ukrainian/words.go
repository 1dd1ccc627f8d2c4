// Package ukrainian reads and writes Ukrainian text: words, their forms,
// sentences, numbers, dates, names and quotations. It takes text and gives
// text; it does no I/O, and what it knows is part of the program. All its
// functions are safe for concurrent use.
package ukrainian

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind says what a token is.
type Kind int

// The kinds of tokens.
const (
	Word   Kind = iota // letters, with inner apostrophes, hyphens, digits: ЦНАП, 5-річний, EGOV4UKRAINE, CERT-UA
	Number             // digits with inner separators: 2,5 10:30 12.03.2022 123-IX 2-3
	Link               // a web or mail address
	Mark               // a run of full stops, another punctuation mark, a symbol
)

// Token is one token of a text.
type Token struct {
	Text       string // as it stands in the text
	Start, End int    // byte offsets: text[Start:End] == Text
	Kind       Kind
}

// Parts gives the parts of a word or number with hyphens, with their own
// offsets in the text: «віце-прем’єр-міністр» has three. Other tokens have
// none.
func (t Token) Parts() []Token {
	if t.Kind != Word && t.Kind != Number || strings.IndexFunc(t.Text, isHyphen) < 0 {
		return nil
	}
	var parts []Token
	start := 0
	for start <= len(t.Text) {
		n := strings.IndexFunc(t.Text[start:], isHyphen)
		if n < 0 {
			n = len(t.Text) - start
		}
		if part := t.Text[start : start+n]; part != "" {
			kind := Word
			if r, _ := utf8.DecodeRuneInString(part); unicode.IsNumber(r) {
				kind = Number
			}
			parts = append(parts, Token{Text: part, Start: t.Start + start, End: t.Start + start + n, Kind: kind})
		}
		_, size := utf8.DecodeRuneInString(t.Text[start+n:])
		start += n + max(size, 1)
	}
	return parts
}

// Tokens splits a text into its tokens in order: words whole with their
// apostrophes and hyphens, numbers with their separators, abbreviations and
// initials with their full stop («ст.», «О.»), addresses, marks. Spaces and
// what is not seen belong to no token.
func Tokens(text string) []Token {
	tokens := make([]Token, 0, len(text)/10+1)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if isBlank(r) {
			i += size
			continue
		}
		end, kind := tokenAt(text, i, r, i+size)
		tokens = append(tokens, Token{Text: text[i:end], Start: i, End: end, Kind: kind})
		i = end
	}
	return tokens
}

// tokenAt gives the end and the kind of the token that begins at i with r,
// which ends at next.
func tokenAt(text string, i int, r rune, next int) (end int, kind Kind) {
	switch {
	case isLatin(r) || isDigit(r):
		if n := linkAt(text[i:]); n > 0 {
			return i + n, Link
		}
		fallthrough
	case unicode.IsLetter(r) || unicode.IsNumber(r):
		if unicode.IsNumber(r) {
			return numberAt(text, next)
		}
		return wordAt(text, i, next), Word
	case r == '.':
		return len(text) - len(strings.TrimLeft(text[next:], ".")), Mark
	}
	return next, Mark
}

// wordAt gives the end of the word that begins at start, its first letter
// ending at i, with the full stop of an abbreviation or of an initial.
func wordAt(text string, start, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isInner(r) {
			// An apostrophe or hyphen belongs to the word between two letters.
			if !isApostrophe(r) && !isHyphen(r) {
				break
			}
			after, _ := utf8.DecodeRuneInString(text[i+size:])
			if !unicode.IsLetter(after) && !(isHyphen(r) && unicode.IsNumber(after)) {
				break
			}
		}
		i += size
	}
	if strings.HasPrefix(text[i:], ".") && dotted(text, start, i) {
		i++
	}
	return i
}

// isInner tells what stands inside a word: letters, digits, stress and other
// marks, soft hyphens.
func isInner(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || r == softHyphen || unicode.Is(unicode.M, r)
}

// numberAt gives the end of the number whose first digit ends at i: with
// separators, with what a hyphen joins to it, with the letters of a code: 5G.
func numberAt(text string, i int) (end int, kind Kind) {
	kind = Number
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		after, _ := utf8.DecodeRuneInString(text[min(i+size, len(text)):])
		switch {
		case unicode.IsNumber(r):
		case isLatin(r):
			kind = Word
		case (r == '.' || r == ',' || r == ':') && unicode.IsNumber(after) && kind == Number:
		case isHyphen(r) && (unicode.IsLetter(after) || unicode.IsNumber(after)):
			if isCyrillic(after) {
				return wordAt(text, i, i+size), Word
			}
		default:
			return i, kind
		}
		i += size
	}
	return i, kind
}

// The ends of host names that are taken for addresses without a scheme.
var domains = makeSet(`ua com org net info eu gov edu int me io tv укр uk de pl fr us`)

// linkAt gives the length of the web or mail address at the beginning of a
// text, 0 when there is none. Addresses are of ASCII letters, but what follows
// the scheme may be anything.
func linkAt(s string) int {
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		n := strings.IndexFunc(s, func(r rune) bool { return isBlank(r) || strings.ContainsRune("<>«»\"“”", r) })
		if n < 0 {
			n = len(s)
		}
		if n = len(strings.TrimRight(s[:n], ".,;:!?)")); n > len("https://") {
			return n
		}
		return 0
	}
	n, stops, at := 0, 0, -1
	for n < len(s) && isAddress(s[n]) {
		switch s[n] {
		case '@':
			at = n
		case '.':
			stops++
		}
		n++
	}
	if stops == 0 {
		return 0
	}
	n = len(strings.TrimRight(s[:n], ".,:!?-_&=+%"))
	host, _, _ := strings.Cut(s[at+1:n], "/")
	last := strings.LastIndexByte(host, '.')
	if last <= 0 || strings.Contains(host, "..") || n <= at+1 {
		return 0
	}
	host, _, _ = strings.Cut(host, ":")
	top := host[strings.LastIndexByte(host, '.')+1:]
	if _, ok := domains[strings.ToLower(top)]; !ok && at < 0 && !strings.HasPrefix(s, "www.") || len(top) < 2 || isDigit(rune(top[0])) {
		return 0
	}
	return n
}

// isAddress tells the bytes of an address without a scheme.
func isAddress(c byte) bool {
	return isLatin(rune(c)) || isDigit(rune(c)) || strings.IndexByte("@.-_/%+?=&:", c) >= 0
}

func isLatin(r rune) bool  { return r|0x20 >= 'a' && r|0x20 <= 'z' }
func isDigit(r rune) bool  { return r >= '0' && r <= '9' }
func isHyphen(r rune) bool { return r == '-' || r == '‐' || r == '‑' }
func isApostrophe(r rune) bool {
	return r == '’' || r == '\'' || r == 'ʼ' || r == '‘' || r == '`' || r == '′'
}
func isCyrillic(r rune) bool { return r >= 0x400 && r < 0x530 }

// What is not seen.
const (
	stress     = '\u0301' // marks stress in dictionaries and names
	softHyphen = '\u00AD'
)

// isBlank tells what separates tokens: spaces, and what has no width.
func isBlank(r rune) bool {
	return r <= ' ' || r >= 0x80 && unicode.IsSpace(r) || isUnseen(r)
}

// isUnseen tells what has no width and may stand inside of words.
func isUnseen(r rune) bool {
	return r == softHyphen || r >= '\u200b' && r <= '\u200f' || r == '\u2060' || r == '\ufeff'
}

// Fold gives a word or text with one kind of apostrophe (’), one kind of
// hyphen, letters with their marks as one letter each, no stress marks and
// nothing unseen, in lower case. What is not UTF-8 becomes U+FFFD.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		switch {
		case r == stress || isUnseen(r):
		case isApostrophe(r):
			b = append(b, "’"...)
		case isHyphen(r):
			b = append(b, '-')
		case r == '\u0306': // a breve makes й of и
			b = replaceLast(b, "и", "й")
		case r == '\u0308': // a diaeresis makes ї of і
			b = replaceLast(b, "і", "ї")
		default:
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
	}
	return string(b)
}

// replaceLast makes one letter of a letter and the mark that follows it.
func replaceLast(b []byte, letter, made string) []byte {
	if !strings.HasSuffix(string(b), letter) {
		return b
	}
	return append(b[:len(b)-len(letter)], made...)
}

// isFolded tells whether a text has only small Ukrainian letters, ASCII that
// does not change, and the apostrophe.
func isFolded(s string) bool {
	for _, r := range s {
		switch {
		case r >= 'а' && r <= 'я', r >= 'a' && r <= 'z', r == 'і', r == 'ї', r == 'є', r == 'ґ', r == '’':
		case r < 'A' && r != '\'':
		default:
			return false
		}
	}
	return true
}

// Terms gives the keys of the words and numbers of a text that carry meaning:
// stop words, marks and addresses are left out.
func Terms(text string) []string {
	var terms []string
	for _, t := range Tokens(text) {
		if t.Kind == Mark || t.Kind == Link || IsStop(t.Text) {
			continue
		}
		terms = append(terms, Key(t.Text))
	}
	return terms
}

// Language tells the language of a text by its letters: "uk", "ru", "en", or
// "" when none shows.
func Language(text string) string {
	var uk, ru, latin, cyrillic int
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c < utf8.RuneSelf {
			if lower := c | 0x20; lower >= 'a' && lower <= 'z' {
				latin++
			}
			continue
		}
		if c < 0xD0 || c > 0xD4 || i+1 == len(text) { // what no letter of the blocks Cyrillic and Cyrillic Supplement begins with
			continue
		}
		i++
		r := rune(c&0x1F)<<6 | rune(text[i]&0x3F)
		if r > 0x52F {
			continue
		}
		cyrillic++
		switch r {
		case 'і', 'ї', 'є', 'ґ', 'І', 'Ї', 'Є', 'Ґ':
			uk++
		case 'ы', 'э', 'ё', 'ъ', 'Ы', 'Э', 'Ё', 'Ъ':
			ru++
		}
	}
	switch {
	case cyrillic == 0 && latin == 0:
		return ""
	case latin > 2*cyrillic:
		return "en"
	case uk >= ru:
		return "uk"
	default:
		return "ru"
	}
}
