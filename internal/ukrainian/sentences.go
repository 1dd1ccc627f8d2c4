package ukrainian

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// neverLast are abbreviations that a name or a number follows, so the full
// stop after them never ends a sentence.
var neverLast = makeSet(`ім вул просп бул пл пров м с смт обл див напр проф акад доц ген полк кап лейт гр п пп ст ч розд гл рис табл стор с
о т зв ред упоряд пор англ нім фр лат нар тел e-mail св канд ігум архим єп митр арх мол пос сел`)

// maybeLast are abbreviations that may end a sentence; a capital letter or
// the end of the paragraph after them decides.
var maybeLast = makeSet(`грн коп тис млн млрд трлн р рр ін т д н е год хв сек кв куб км га кг шт екз та под`)

// Sentences splits a text into its sentences, without the spaces around
// them. The end of a line always ends a sentence. Nothing but spaces is lost.
func Sentences(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		for line != "" {
			n := sentenceEnd(line)
			all = append(all, strings.TrimSpace(line[:n]))
			line = strings.TrimSpace(line[n:])
		}
	}
	return all
}

// sentenceEnd gives the length in bytes of the first sentence of a line.
func sentenceEnd(line string) int {
	for i, r := range line {
		if !isTerminator(r) {
			continue
		}
		end := i + utf8.RuneLen(r)
		next, _ := utf8.DecodeRuneInString(line[end:])
		if isTerminator(next) {
			continue
		}
		end += closers(line[end:])
		rest := strings.TrimLeftFunc(line[end:], unicode.IsSpace)
		if rest == "" {
			return len(line)
		}
		if len(rest) < len(line[end:]) && startsSentence(rest) && !abbreviated(line[:i], r, rest) {
			return end
		}
	}
	return len(line)
}

func isTerminator(r rune) bool { return r == '.' || r == '!' || r == '?' || r == '…' }

// closers counts the bytes of quotes and brackets that belong to the sentence
// before them.
func closers(s string) int {
	return len(s) - len(strings.TrimLeft(s, "»”\")’]"))
}

// startsSentence tells whether what follows a terminator can begin a sentence.
func startsSentence(rest string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, "«“„\"([—–- 	"))
	return unicode.IsUpper(r) || unicode.IsDigit(r)
}

// abbreviated tells whether the full stop after head belongs to an
// abbreviation, an initial or the number of a list.
func abbreviated(head string, terminator rune, rest string) bool {
	if terminator != '.' {
		return false
	}
	word := head[strings.LastIndexFunc(head, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("(«“\"„./", r) })+1:]
	if word == "" {
		return false
	}
	if isNumber(word) {
		return strings.TrimSpace(head) == word
	}
	r, size := utf8.DecodeRuneInString(word)
	if size == len(word) && unicode.IsUpper(r) {
		return true
	}
	folded := Fold(word)
	if _, ok := neverLast[folded]; ok {
		return true
	}
	if _, ok := maybeLast[folded]; ok {
		next, _ := utf8.DecodeRuneInString(rest)
		return !unicode.IsUpper(next) && !strings.ContainsRune("«“", next)
	}
	return false
}

func isNumber(s string) bool {
	for _, r := range s {
		if !unicode.IsDigit(r) {
			return false
		}
	}
	return s != ""
}
