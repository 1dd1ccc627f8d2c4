// Package ukrainian reads and writes Ukrainian text: words, their forms,
// sentences, numbers and dates. It takes text and gives text; it does no I/O
// and keeps no state.
package ukrainian

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind says what a token is.
type Kind int

// The kinds of tokens.
const (
	Word   Kind = iota // letters, with inner apostrophes and hyphens
	Number             // digits, with inner separators: 2,5 10:30 12.03.2022 5-річний
	Link               // a web or mail address
	Mark               // one punctuation mark or symbol
)

// Token is one token of a text.
type Token struct {
	Text       string // as it stands in the text
	Start, End int    // byte offsets: text[Start:End] == Text
	Kind       Kind
}

// stress is the combining acute that marks stress in dictionaries and names.
const stress = "\u0301"

// token finds, in this order: addresses, numbers with what is glued to them,
// words, single marks. The hyphen inside a word may be any of the dashes that
// keyboards and typesetters give, but not the long dashes of sentences.
var token = regexp.MustCompile(
	`https?://[^\s<>«»"]*[^\s<>«»".,;:!?)]` +
		`|[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+` +
		`|(?:www\.)[\p{L}\p{N}./_-]*[\p{L}\p{N}/]` +
		`|\p{N}+(?:[.,:]\p{N}+)*(?:[-‐‑]\p{L}[\p{L}\x{0301}]*(?:[’'ʼ]\p{L}+)*)*` +
		`|\p{L}[\p{L}\p{N}\p{M}\x{00AD}]*(?:[’'ʼ‘` + "`" + `]\p{L}[\p{L}\p{N}\p{M}\x{00AD}]*|[-‐‑][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*` +
		`|\S`)

// Tokens splits a text into its tokens in order. Spaces belong to no token.
func Tokens(text string) []Token {
	spans := token.FindAllStringIndex(text, -1)
	tokens := make([]Token, len(spans))
	for i, s := range spans {
		t := text[s[0]:s[1]]
		tokens[i] = Token{Text: t, Start: s[0], End: s[1], Kind: kindOf(t)}
	}
	return tokens
}

func kindOf(t string) Kind {
	if strings.HasPrefix(t, "http://") || strings.HasPrefix(t, "https://") || strings.HasPrefix(t, "www.") || len(t) > 1 && strings.Contains(t, "@") {
		return Link
	}
	switch r, _ := utf8.DecodeRuneInString(t); {
	case unicode.IsDigit(r):
		return Number
	case unicode.IsLetter(r):
		return Word
	}
	return Mark
}

// fold maps the apostrophes and hyphens of the world to one of each and drops
// what is not seen: stress marks and soft hyphens.
var fold = strings.NewReplacer(
	"'", "’", "ʼ", "’", "‘", "’", "`", "’", "′", "’",
	"‐", "-", "‑", "-",
	stress, "", "\u00AD", "", "\u200b", "", "\ufeff", "",
)

// Fold gives a word or text with one kind of apostrophe (’), one kind of
// hyphen, no stress marks, in lower case.
func Fold(s string) string {
	return strings.ToLower(fold.Replace(s))
}

// Terms gives the keys of the words and numbers of a text that carry meaning:
// stop words and marks are left out.
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

// Language tells the language of a text by its letters and commonest words:
// "uk", "ru", "en", or "" when neither shows.
func Language(text string) string {
	var uk, ru, latin, cyrillic int
	for _, r := range strings.ToLower(text) {
		switch {
		case r == 'і' || r == 'ї' || r == 'є' || r == 'ґ':
			uk++
			cyrillic++
		case r == 'ы' || r == 'э' || r == 'ё' || r == 'ъ':
			ru++
			cyrillic++
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		case r >= 'a' && r <= 'z':
			latin++
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
