package ukrainian

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// alwaysDotted are abbreviations that are no words without their full stop.
var alwaysDotted = makeSet(`р рр тис коп вул просп бул пров пл обл ім ін акад доц грец англ фр укр італ ісп напр табл стор прибл бл упоряд
т ст п пп ч трлн кв год хв сек екз шт смт пгт гл розд заг відп зб вип чл зам нац держ деп прем канд докт дж упр
кер ред тел ф дол`)

// sometimesDotted are abbreviations that are words as well: a number, a small
// letter or another abbreviation has to follow.
var sometimesDotted = makeSet(`рис мал ген полк кап лат нар пол сел арх пос кол ком мін мол пор гр нім рос наук авт ел тов зав див куб лейт
майор с м д о е н к г л а б в проф св зв`)

// dotted tells whether the full stop at end belongs to the word that begins at
// start: to an abbreviation or an initial.
func dotted(text string, start, end int) bool {
	word := text[start:end]
	first, size := utf8.DecodeRuneInString(word)
	rest := strings.TrimLeft(text[end+1:], " \u00a0")
	next, _ := utf8.DecodeRuneInString(rest)
	if size == len(word) && unicode.IsUpper(first) && isCyrillic(first) {
		// О. Петренко, П.Клімкін, О. О.; but «план А.» and «вітамін А. Він».
		if rest == "" {
			return start == 0
		}
		return unicode.IsUpper(next) && !startsWithStarter(rest) || afterInitial(text[:start])
	}
	if len(word) > 2*longestAbbreviation {
		return false
	}
	folded := Fold(word)
	if _, ok := alwaysDotted[folded]; ok {
		return true
	}
	_, ok := sometimesDotted[folded]
	return ok && (rest == "" && start == 0 || unicode.IsDigit(next) || unicode.IsLower(next) || next == '«' || next == '(' || size == len(word) && unicode.IsUpper(next))
}

// afterInitial tells whether a text ends with an initial.
func afterInitial(s string) bool {
	s, ok := strings.CutSuffix(strings.TrimRight(s, " \u00a0"), ".")
	r, size := utf8.DecodeLastRuneInString(s)
	before, _ := utf8.DecodeLastRuneInString(s[:len(s)-size])
	return ok && isCapital(r) && (before == ' ' || before == '\u00a0' || len(s) == size)
}

// longestAbbreviation is the most letters of an abbreviation.
const longestAbbreviation = 6
