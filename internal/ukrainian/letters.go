package ukrainian

import (
	"strings"
	"unicode"
)

// romanised are the letters of the transliteration for passports, resolution of
// the Cabinet of Ministers no. 55 of 27 January 2010.
var romanised = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "h", 'ґ': "g", 'д': "d", 'е': "e", 'є': "ie", 'ж': "zh", 'з': "z", 'и': "y", 'і': "i", 'ї': "i", 'й': "i",
	'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch",
	'ш': "sh", 'щ': "shch", 'ь': "", 'ю': "iu", 'я': "ia",
}

// romanisedFirst are those that differ at the beginning of a word.
var romanisedFirst = map[rune]string{'є': "ye", 'ї': "yi", 'й': "y", 'ю': "yu", 'я': "ya"}

// Transliterate writes Ukrainian in Latin letters as resolution 55 of the
// Cabinet of Ministers of 2010 does: «Згурський» is "Zghurskyi". The apostrophe
// and the soft sign are dropped; all else stays.
func Transliterate(s string) string {
	var b strings.Builder
	var before rune // the letter before, 0 at the beginning of a word
	letters := []rune(s)
	for i, r := range letters {
		lower := unicode.ToLower(r)
		latin, known := romanised[lower]
		switch {
		case isApostrophe(r) && before != 0:
			continue
		case !known:
			b.WriteRune(r)
			before = 0
			if unicode.IsLetter(r) {
				before = lower
			}
			continue
		case before == 0 && romanisedFirst[lower] != "":
			latin = romanisedFirst[lower]
		case before == 'з' && lower == 'г':
			latin = "gh"
		}
		if r != lower && latin != "" {
			// A capital in a word of capitals makes capitals of all its letters.
			shout := i+1 < len(letters) && unicode.IsUpper(letters[i+1]) || i > 0 && unicode.IsUpper(letters[i-1])
			if shout {
				latin = strings.ToUpper(latin)
			} else {
				latin = strings.ToUpper(latin[:1]) + latin[1:]
			}
		}
		b.WriteString(latin)
		before = lower
	}
	return b.String()
}

// Slug writes a text for an address: Latin letters, digits and hyphens alone.
func Slug(s string) string {
	parts := strings.FieldsFunc(strings.ToLower(Transliterate(Fold(s))), func(r rune) bool { return !isLatin(r) && !isDigit(r) })
	return strings.Join(parts, "-")
}

// The keys of the Latin and the Ukrainian keyboard, in their places.
const (
	latinKeys     = "`qwertyuiop[]\\asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>"
	ukrainianKeys = "’йцукенгшщзхїґфівапролджєячсмитьбю’ЙЦУКЕНГШЩЗХЇҐФІВАПРОЛДЖЄЯЧСМИТЬБЮ"
)

var (
	keyToUkrainian = likeness(latinKeys, ukrainianKeys)
	keyToLatin     = likeness(ukrainianKeys, latinKeys)
)

// leastSenseless is how many letters without a vowel are no abbreviation.
const leastSenseless = 6

// FixLayout undoes a text typed with the other keyboard layout: «rsdthptgtrf» is
// «кібербезпека», «СЩМШВ» is "COVID". fixed tells whether there was reason to:
// the words that come out are of the dictionary, or what went in has no vowel
// and is no word. A text with an address in it is left alone.
func FixLayout(s string) (out string, fixed bool) {
	for _, t := range Tokens(s) {
		if t.Kind == Link {
			return s, false
		}
	}
	if !hasCyrillic(s) && strings.ContainsFunc(s, isLatin) {
		out = mapKeys(s, keyToUkrainian)
		senseless := len(s) >= leastSenseless && s == strings.ToLower(s) && !readsAsLatin(s)
		return pick(s, out, mostlyKnown(out) || senseless)
	}
	if hasCyrillic(s) && !strings.ContainsFunc(s, isLatin) {
		out = mapKeys(s, keyToLatin)
		return pick(s, out, !anyKnown(s) && readsAsLatin(out))
	}
	return s, false
}

func pick(s, out string, better bool) (string, bool) {
	if better {
		return out, true
	}
	return s, false
}

func mapKeys(s string, keys map[rune]rune) string {
	return strings.Map(func(r rune) rune {
		if k, ok := keys[r]; ok {
			return k
		}
		return r
	}, s)
}

// mostlyKnown tells whether more than half of the words of a text are of the
// dictionary, and one of them has four letters at least.
func mostlyKnown(s string) bool {
	known, all, long := 0, 0, false
	for _, t := range Tokens(s) {
		if t.Kind != Word {
			continue
		}
		all++
		if readable(t.Text) {
			known++
			long = long || len(t.Text) >= 4*2
		}
	}
	return long && 2*known > all
}

func anyKnown(s string) bool {
	for _, t := range Tokens(s) {
		if t.Kind == Word && Known(t.Text) {
			return true
		}
	}
	return false
}

// readsAsLatin tells whether every word has a vowel and no long run of
// consonants.
func readsAsLatin(s string) bool {
	for w := range strings.FieldsSeq(strings.ToLower(s)) {
		run, vowels := 0, 0
		for _, r := range w {
			switch {
			case strings.ContainsRune("aeiouy", r):
				vowels++
				run = 0
			case isLatin(r):
				run++
			case !isDigit(r) && r != '-':
				return false
			}
			if run > 4 {
				return false
			}
		}
		if vowels == 0 {
			return false
		}
	}
	return s != ""
}
