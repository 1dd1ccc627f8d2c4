package sources

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// stopHeading finds lines after which the article is over.
var stopHeading = regexp.MustCompile(`(?i)^(?:` +
	`останні новини|популярні (?:категорії|новини)|поділитися|поділитись|поширити|напишіть коментар|залишити коментар|коментарі|` +
	`теги\s*:?|джерело\s*:|outdated browser|весь контент доступний|читайте також|також читайте|читати також|дивіться також|схожі (?:новини|матеріали|публікації)|` +
	`інші новини|більше новин|ще новини|новини за темою|матеріали за темою|пов’язані (?:новини|матеріали)|пов'язані (?:новини|матеріали)|` +
	`ми використовуємо cookie|цей сайт використовує|на головну|повернутися до (?:списку|новин)|попередня новина|наступна новина|` +
	`ваша електронна адреса|підпис(?:атися|атись|уйтесь|уйтеся|ка на)|стежте за нами|приєднуйтесь|долучайтеся до|друкувати|версія для друку|надіслати другу` +
	`)`)

// noise finds lines that stand inside an article and do not belong to it.
var noise = regexp.MustCompile(`(?i)^(?:` +
	`переглядів\s*:?\s*\d*|перегляди\s*:?\s*\d*|\d+\s+переглядів|прочитайте повну статтю|читати далі|детальніше|погоджуюсь|прийняти|закрити|` +
	`людям із порушенням зору|українською|english|a-|a\+|роздрукувати|facebook|twitter|telegram|viber|linkedin|x|instagram|youtube|` +
	`(?:читайте також|також читайте|дивіться також)\s*[:–—-]\s*\S.*|фото\s*:.*|фото|гаряча лінія.*|контактний центр.*|урядова гаряча лінія.*` +
	`)[\s.:!→»|]*$`)

var listItem = regexp.MustCompile(`^(?:\d{1,2}[.)]|[а-яіїєґ]\)|[•▪●–—-])\s*\S`)

// clockEnd finds the teasers of a news column: a headline with its hour.
var clockEnd = regexp.MustCompile(`\s\d{1,2}:\d{2}$`)

// Bounds of a line of running text, in letters.
const (
	minParagraph = 40
	longLine     = 120 // is text even where its full stop is missing
)

// isBody tells whether a line is running text.
func isBody(line string) bool {
	n := utf8.RuneCountInString(line)
	if n < minParagraph || stopHeading.MatchString(line) || noise.MatchString(line) || clockEnd.MatchString(line) {
		return false
	}
	if strings.HasSuffix(line, "...") || strings.HasSuffix(line, "…") {
		return n > 2*longLine
	}
	return endsSentence(line) || n >= longLine && strings.Count(line, " ") >= 12
}

// endsSentence tells whether a line ends as a sentence or a list's head does.
func endsSentence(line string) bool {
	line = strings.TrimRight(line, "»”\")’] ")
	r, _ := utf8.DecodeLastRuneInString(line)
	return strings.ContainsRune(".!?:;", r)
}

// isHeadline tells whether a line can be an article's title.
func isHeadline(line string) bool {
	n := utf8.RuneCountInString(line)
	r, _ := utf8.DecodeLastRuneInString(line)
	first, _ := utf8.DecodeRuneInString(line)
	switch {
	case n < 25 || n > 300 || strings.Count(line, " ") < 2:
		return false
	case strings.ContainsRune(".;:,", r) || strings.HasSuffix(line, "…"):
		return false
	case strings.ContainsAny(line, "|›→") || strings.Contains(line, " » ") || strings.Contains(line, " / "):
		return false
	case !unicode.IsUpper(first) && !unicode.IsDigit(first) && !strings.ContainsRune("«“„\"", first):
		return false
	}
	return !stopHeading.MatchString(line) && !noise.MatchString(line) && !clockEnd.MatchString(line)
}
