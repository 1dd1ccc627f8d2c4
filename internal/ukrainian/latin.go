package ukrainian

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// spelt are the Ukrainian letters that Latin ones may stand for, in the official
// transliteration and as people write, the likeliest first.
var spelt = map[string][]string{
	"shch": {"щ"}, "sch": {"щ"}, "zgh": {"зг"}, "yo": {"йо", "ьо"}, "io": {"йо", "ьо", "іо"}, "zh": {"ж"}, "kh": {"х"}, "ts": {"ц", "тс"}, "tz": {"ц"}, "ch": {"ч"}, "sh": {"ш"},
	"ye": {"є", "’є", "ьє"}, "ie": {"є", "’є", "іє", "ьє"}, "je": {"є"}, "yi": {"ї"}, "ji": {"ї"}, "yu": {"ю", "’ю", "ью"}, "iu": {"ю", "’ю", "ію", "ью"}, "ju": {"ю"}, "ya": {"я", "’я", "ья"}, "ia": {"я", "’я", "ія", "іа"}, "ja": {"я"},
	"yy": {"ий"}, "iy": {"ій", "ий"}, "ii": {"ії", "ій", "і", "їй"}, "yj": {"ий"}, "ij": {"ій"},
	"a": {"а"}, "b": {"б"}, "c": {"ц", "к"}, "d": {"д", "дь"}, "e": {"е"}, "f": {"ф"}, "g": {"г", "ґ"}, "h": {"г", "х"}, "i": {"і", "ї", "й", "и"}, "j": {"й"}, "k": {"к"}, "l": {"л", "ль"},
	"m": {"м"}, "n": {"н", "нь"}, "o": {"о"}, "p": {"п"}, "q": {"к"}, "r": {"р"}, "s": {"с", "сь"}, "t": {"т", "ть"}, "u": {"у"}, "v": {"в"}, "w": {"в"}, "x": {"кс", "х"}, "y": {"и", "й", "і"}, "z": {"з", "зь"},
	"'": {"ь", "’"}, "’": {"’", "ь"},
}

// Bounds of reading a word in Latin letters: its length, how many readings are
// followed at once, and how many letters one sign has at most.
const (
	maxLatin    = 40
	maxReadings = 400
	maxSign     = 4
)

// reading is a beginning of a word, and how unlikely its choices are.
type reading struct {
	text string
	cost int
}

// FromLatin gives the Ukrainian words that a word in Latin letters may stand
// for, the likeliest first: "kiberbezpeka" is «кібербезпека». It is empty for
// what is not of Latin letters alone.
func FromLatin(word string) []string {
	word = strings.ToLower(word)
	if word == "" || len(word) > maxLatin || strings.ContainsFunc(word, func(r rune) bool { return !isLatin(r) && !isApostrophe(r) }) {
		return nil
	}
	at := make([][]reading, len(word)+1)
	at[0] = []reading{{}}
	for i := range at {
		at[i] = likeliest(at[i])
		for n := 1; n <= maxSign && i+n <= len(word); n++ {
			for choice, letters := range spelt[word[i:i+n]] {
				for _, r := range at[i] {
					if possible(r.text, letters) {
						// A sign of several letters is likelier than letters one by one.
						at[i+n] = append(at[i+n], reading{r.text + letters, r.cost + 2*choice + 3 - min(n, 3)})
					}
				}
			}
		}
	}
	var all []string
	for _, r := range at[len(word)] {
		if !slices.Contains(all, r.text) {
			all = append(all, r.text)
		}
	}
	return all
}

func likeliest(all []reading) []reading {
	slices.SortStableFunc(all, func(a, b reading) int { return a.cost - b.cost })
	return all[:min(len(all), maxReadings)]
}

// possible tells whether letters may follow a beginning: no word begins with a
// soft sign, an apostrophe stands between a consonant and a vowel.
func possible(before, letters string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(letters)
	afterVowel := before == "" || isVowel(last)
	switch first {
	case 'ь', '’':
		return !afterVowel && last != 'ь' && last != '’'
	case 'ї':
		return afterVowel || last == '’'
	}
	return true
}
