package ukrainian

import (
	"cmp"
	"strings"
	"unicode"
)

// Quotation is what somebody is quoted to have said.
type Quotation struct {
	Span        // of the words inside the quotes
	Text string // the same
	// Speaker is who said it, as the text names him or her beside the quotation;
	// empty where it does not: then it may be the name of a work as well.
	Speaker string
}

// sayings are the verbs of speech by their keys.
var sayings = makeSet(`сказати зазначити повідомити наголосити додати підкреслити заявити розповісти пояснити запевнити відзначити вважати говорити казати стверджувати
нагадати уточнити зауважити написати прокоментувати констатувати поінформувати наголошувати зазначати підкреслювати додавати повідомляти відповісти
переконати переконаний привітати подякувати закликати попередити звернути процитувати цитувати резюмувати підсумувати запитати наказати оголосити`)

// The quotes that open and those that close them.
var quotes = map[rune]rune{'«': '»', '“': '”', '„': '“', '"': '"'}

// leastQuoted is how many words a quotation has at least.
const leastQuoted = 3

// Quotations finds the quotations of a text in order, with their speakers where
// a verb of speech joins them: «…», — сказав X; X зазначив: «…»; За словами X,
// «…».
func Quotations(text string) []Quotation {
	var all []Quotation
	for i := 0; i < len(text); {
		open, size := i+strings.IndexAny(text[i:], "«“„\""), 0
		if open < i {
			break
		}
		r := firstRune(text[open:])
		size = len(string(r))
		end := closing(text[open+size:], r)
		if end < 0 {
			i = open + size
			continue
		}
		inside := Span{open + size, open + size + end}
		q := Quotation{Span: inside, Text: text[inside.Start:inside.End]}
		if len(strings.Fields(q.Text)) >= leastQuoted {
			q.Speaker = cmp.Or(speakerAfter(text[inside.End:]), speakerBefore(text[:open]))
			all = append(all, q)
		}
		i = inside.End + len(string(quotes[r]))
	}
	return all
}

// closing gives where the quote that closes r stands, quotes inside left out;
// -1 when the paragraph ends before.
func closing(s string, r rune) int {
	depth := 0
	for i, c := range s {
		switch {
		case c == '\n':
			return -1
		case c == quotes[r] && depth == 0:
			return i
		case c == quotes[r]:
			depth--
		case c == r:
			depth++
		}
	}
	return -1
}

// speakerAfter finds who speaks in what follows a quotation up to the end of
// the sentence: », — сказав міністр Павло Клімкін.
func speakerAfter(s string) string {
	s = strings.TrimLeft(s, "»”“\".,!? \u00a0")
	rest := strings.TrimLeft(s, "—–- \u00a0")
	if rest == s || rest == "" || unicode.IsUpper(firstRune(rest)) && !strings.HasPrefix(rest, "за словами") {
		return ""
	}
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[:sentenceEnd(rest)]
	return speakerIn(cutQuotes(rest))
}

// speakerBefore finds who speaks in what stands before a quotation in its
// sentence: Павло Клімкін зазначив: «
func speakerBefore(s string) string {
	s = s[strings.LastIndexByte(s, '\n')+1:]
	spans := SentenceSpans(s)
	if len(spans) == 0 {
		return ""
	}
	last := s[spans[len(spans)-1].Start:]
	trimmed := strings.TrimRight(last, " \u00a0")
	if !strings.HasSuffix(trimmed, ":") && !strings.HasSuffix(trimmed, ",") {
		return ""
	}
	return speakerIn(last)
}

// cutQuotes drops what comes after the next quotation begins.
func cutQuotes(s string) string {
	if i := strings.IndexAny(s, "«“„"); i >= 0 {
		return s[:i]
	}
	return s
}

// speakerIn gives the first personal name of a sentence with a verb of speech
// or «за словами»; a surname alone counts when nothing else is there.
func speakerIn(s string) string {
	speech := strings.Contains(Fold(s), "за словами")
	var alone Token
	for i, t := range Tokens(s) {
		if t.Kind != Word {
			continue
		}
		if _, ok := sayings[Key(t.Text)]; ok {
			speech = true
		}
		if alone.Text == "" && i > 0 && isNameWord(t) {
			alone = t
		}
	}
	if !speech {
		return ""
	}
	if names := Names(s); len(names) > 0 {
		return names[0].Text
	}
	return alone.Text
}
