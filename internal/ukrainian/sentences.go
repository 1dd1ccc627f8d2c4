package ukrainian

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is a part of a text: text[Start:End].
type Span struct{ Start, End int }

// neverLast are abbreviations that a name or a number follows, so that the full
// stop after them ends a sentence only before a word that nothing but a
// sentence begins with.
var neverLast = makeSet(`ім вул просп бул пл пров м с смт обл див напр проф акад доц ген полк кап лейт гр п пп ст ч розд гл рис табл стор
о зв ред упоряд пор англ нім фр лат нар тел e-mail св канд ігум архим єп митр арх мол пос сел дж прибл бл авт кор ел зав заст
кол мал чл укр рос італ ісп грец тов наук докт`)

// maybeLast are abbreviations that may end a sentence; a capital letter or
// the end of the paragraph after them decides.
var maybeLast = makeSet(`грн коп тис млн млрд трлн ін т д н е год хв сек кв куб км га кг л шт екз та под дол`)

// measures are units that end a sentence after a number: «2–3 м. Вони».
var measures = makeSet(`м с г т км га кг мм см л год хв сек ст`)

// starters are words that, with a capital, nothing but a sentence begins with.
var starters = makeSet(`він вона воно вони ми ви ти це цей ця ці цього цьому цим цих цією цю той та те ті того тому тим тих тими туди там тут тоді тепер так такий
така таке такі такого такої таким також усі всі усе все усіх всіх усім всім його її їх їм їй йому ним нею них нього неї про під після перед при для
без від до за із зі на над об між через як якщо яка який яке які якщо-то коли куди де звідки чому що щоб хто але однак проте отже крім окрім зокрема
втім наприклад разом водночас натомість далі потім наразі нині сьогодні вчора завтра торік згодом адже бо хоча хоч не ні саме лише тільки навіть ще
вже уже нижче вище інші інший інша інше деякі кожен кожна кожне жоден жодна серед згідно відповідно внаслідок завдяки незважаючи попри протягом
упродовж впродовж можна треба слід варто важливо більш більше більшість менше отож тож тобто чи чимало багато кілька декілька причому зважаючи
очевидно звичайно мабуть загалом узагалі взагалі насправді передусім насамперед нарешті наступного цьогоріч вони-то свої свій своє своєю крім-того
по у в о а і й з я`)

// Sentences splits a text into its sentences, without the spaces around
// them. The end of a line always ends a sentence. Nothing but spaces is lost.
func Sentences(text string) []string {
	spans := SentenceSpans(text)
	if spans == nil {
		return nil
	}
	all := make([]string, len(spans))
	for i, s := range spans {
		all[i] = text[s.Start:s.End]
	}
	return all
}

// SentenceSpans gives where the sentences of a text begin and end, in order;
// what lies between them is space.
//
// The rules: a full stop, question or exclamation mark or ellipsis ends a
// sentence, with the quotes and brackets that close after it, when what follows
// can begin one, and when it belongs neither to an abbreviation, nor to an
// initial, nor to the number of a list, nor to the name of a work in quotes.
func SentenceSpans(text string) []Span {
	var all []Span
	for start := 0; start < len(text); {
		end := start + strings.IndexByte(text[start:], '\n') + 1
		if end == start {
			end = len(text)
		}
		line := strings.TrimRightFunc(text[start:end], unicode.IsSpace)
		at := start
		for line != "" {
			trimmed := strings.TrimLeftFunc(line, unicode.IsSpace)
			at += len(line) - len(trimmed)
			n := sentenceEnd(trimmed)
			s := Span{at, at + len(strings.TrimRightFunc(trimmed[:n], unicode.IsSpace))}
			all = append(all, s)
			at += n
			line = trimmed[n:]
		}
		start = end
	}
	return all
}

// sentenceEnd gives the length in bytes of the first sentence of a line.
func sentenceEnd(line string) int {
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		end := i + size
		if !isTerminator(r) || end < len(line) && isTerminator(firstRune(line[end:])) {
			i = end
			continue
		}
		end += closers(line[end:])
		rest := strings.TrimLeftFunc(line[end:], unicode.IsSpace)
		if rest == "" {
			return len(line)
		}
		if len(rest) < len(line[end:]) && startsSentence(rest) && !abbreviated(line[:i], r, rest) && !inTitle(line, i, end) {
			return end
		}
		i = end
	}
	return len(line)
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func isTerminator(r rune) bool { return r == '.' || r == '!' || r == '?' || r == '…' }

// closers counts the bytes of quotes and brackets that belong to the sentence
// before them.
func closers(s string) int {
	return len(s) - len(strings.TrimLeft(s, "»”\")’]"))
}

// startsSentence tells whether what follows a terminator can begin a sentence.
func startsSentence(rest string) bool {
	switch r := firstRune(rest); r {
	case '•', '●', '▪', '■', '◦', '▶':
		return true
	case '[':
		return false // the reference to a source belongs to what is before it
	case '.', '…':
		r = firstRune(strings.TrimLeft(rest, ".… "))
		return unicode.IsLetter(r)
	}
	inner := strings.TrimLeft(rest, "«“„\"'(—–-− \t\u00a0")
	r := firstRune(inner)
	if rest != inner && (strings.HasPrefix(inner, "Ред.") || strings.HasPrefix(inner, "ред.")) {
		return false // — Ред.
	}
	return unicode.IsUpper(r) || unicode.IsDigit(r)
}

// startsWithStarter tells whether a text begins with a word of starters that
// has a capital and is not an initial itself.
func startsWithStarter(rest string) bool {
	rest = strings.TrimLeft(rest, "«“„\"(—– ")
	n := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && !isApostrophe(r) })
	if n < 0 {
		n = len(rest)
	}
	if !unicode.IsUpper(firstRune(rest)) || n < len(rest) && rest[n] == '.' {
		return false
	}
	_, ok := starters[Fold(rest[:n])]
	return ok
}

// abbreviated tells whether the full stop after head belongs to an
// abbreviation, an initial or the number of a list.
func abbreviated(head string, terminator rune, rest string) bool {
	if terminator != '.' {
		// An ellipsis that stands alone leaves something out: «в районі ... 2023 року».
		return (terminator == '…' || strings.HasSuffix(head, ".")) && unicode.IsDigit(firstRune(rest)) && strings.HasSuffix(strings.TrimRight(head, "."), " ")
	}
	if strings.HasSuffix(head, ".") {
		return strings.HasSuffix(strings.TrimRight(head, "."), " ") && unicode.IsDigit(firstRune(rest))
	}
	word := head[strings.LastIndexFunc(head, endsAbbreviation)+1:]
	before := strings.TrimRightFunc(head[:len(head)-len(word)], unicode.IsSpace)
	switch r, size := utf8.DecodeRuneInString(word); {
	case word == "":
		return false
	case isListNumber(head):
		return true
	case size == len(word) && unicode.IsUpper(r):
		return isInitial(before, r, rest)
	case size == len(word) && before == "":
		return true // а. б. of a list
	}
	return abbreviates(Fold(word), before, rest)
}

// endsAbbreviation tells what may stand before an abbreviation.
func endsAbbreviation(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("(«“\"„./-–[", r)
}

// lettered are words after which a capital letter is a name of a kind and not
// an initial: вітамін C, тип A, гепатит В.
var lettered = makeSet(`вітамін вітаміну вітаміни вітамінів тип типу типи клас класу група групи групу гепатит гепатиту категорія категорії літера літери пункт пункту блок блоку`)

// isInitial tells whether a capital letter with a full stop is an initial.
func isInitial(before string, letter rune, rest string) bool {
	if startsWithStarter(rest) {
		return false
	}
	if strings.HasSuffix(before, "°") || strings.HasSuffix(before, ",") && isLatin(letter) {
		return false
	}
	_, ok := lettered[Fold(before[strings.LastIndexByte(before, ' ')+1:])]
	return !ok
}

// abbreviates tells whether a folded word with a full stop after it is an
// abbreviation that does not end its sentence.
func abbreviates(word, before, rest string) bool {
	numbered := endsWithNumber(before)
	starts := startsWithStarter(rest)
	if _, ok := measures[word]; ok && numbered && starts {
		return false
	}
	if word == "р" || word == "рр" {
		return !starts
	}
	if _, ok := neverLast[word]; ok {
		return !starts
	}
	if word == "т" && numbered {
		return false
	}
	if _, ok := maybeLast[word]; ok {
		next := firstRune(rest)
		return !unicode.IsUpper(next) && !strings.ContainsRune("«“", next) || word == "дол" && strings.HasPrefix(rest, "США")
	}
	// Latin «v.» of two parties, «мал. 8» and the like.
	if len(word) == 1 {
		return word == "v"
	}
	_, ok := sometimesDotted[word]
	return ok && unicode.IsDigit(firstRune(rest))
}

// endsWithNumber tells whether a text ends with a number, Roman ones included,
// or with a multiplier after one.
func endsWithNumber(s string) bool {
	last := s[strings.LastIndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '-' || r == '–' })+1:]
	if last == "" {
		return false
	}
	if last == "млн" || last == "млрд" || last == "тис." || last == "тис" {
		return true
	}
	return unicode.IsDigit(firstRune(last)) || strings.Trim(last, "IVXLCІХ") == ""
}

// isListNumber tells the numbers that stand before the items of a list: 1, 5.1,
// II.
func isListNumber(s string) bool {
	if len(s) > len("10.10.10") {
		return false
	}
	return strings.Trim(s, "0123456789.") == "" || len(s) < 5 && strings.Trim(s, "IVXІХ") == ""
}

// titleLetters is how long, in bytes, the name of a work in quotes may be.
const titleLetters = 160

// inTitle tells whether the terminator at i, which ends with its closers at end,
// stands in a name in quotes: in the quotes opened after a word, with no colon
// before them, or as the mark that such quotes close with.
func inTitle(line string, i, end int) bool {
	open := strings.LastIndex(line[:i], "«")
	if open < 0 || strings.Contains(line[open:i], "»") {
		return false
	}
	before := strings.TrimRightFunc(line[:open], unicode.IsSpace)
	last, _ := utf8.DecodeLastRuneInString(before)
	if !unicode.IsLetter(last) {
		return false
	}
	closing := strings.Index(line[i:], "»")
	if closing < 0 || i+closing-open > titleLetters {
		return false
	}
	if i+closing < end { // the quotes close here
		return line[i] != '.' && !startsWithStarter(strings.TrimLeft(line[end:], " ")) && strings.Count(line[open:i], " ") < 4
	}
	previous, _ := utf8.DecodeLastRuneInString(line[:i+closing])
	return !isTerminator(previous)
}
