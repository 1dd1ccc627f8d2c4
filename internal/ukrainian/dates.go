package ukrainian

import (
	"strconv"
	"strings"
)

// Day is a civil day of which parts may be missing: 0 stands for what the text
// does not say.
type Day struct{ Year, Month, Day int }

// DateSpan is a date of a text: one day, month or year, or the span from the first
// to the last, both included. What the text does not say is 0: no year is
// invented.
type DateSpan struct {
	Span
	From, To Day
}

// monthKeys are the months by their keys.
var monthKeys = map[string]int{
	"січень": 1, "лютий": 2, "березень": 3, "квітень": 4, "травень": 5, "червень": 6,
	"липень": 7, "серпень": 8, "вересень": 9, "жовтень": 10, "листопад": 11, "грудень": 12,
}

// The years that a date may have.
const (
	firstYear = 1000
	lastYear  = 2199
)

// Dates finds the dates of a text in order: «16 жовтня 2018 року», «16.10.2018»,
// «16–18 жовтня», «у березні 2026 року», «2021–2027 роки», «III квартал 2024
// року».
func Dates(text string) []DateSpan {
	var all []DateSpan
	tokens := Tokens(text)
	for i := 0; i < len(tokens); {
		d, next := dateAt(tokens, i)
		if next == 0 {
			i++
			continue
		}
		d.Span = Span{tokens[i].Start, tokens[next-1].End}
		all = append(all, d)
		i = next
	}
	return all
}

// dateAt reads the date that begins at a token; next is the token after it, 0
// when there is none.
func dateAt(tokens []Token, i int) (d DateSpan, next int) {
	t := tokens[i]
	switch {
	case t.Kind == Mark || t.Kind == Link:
		return d, 0
	case t.Kind == Number && strings.Count(t.Text, ".") == 2 || strings.Count(t.Text, "-") == 2:
		day, ok := numericDay(t.Text)
		if !ok {
			return d, 0
		}
		return DateSpan{From: day, To: day}, skipYearWord(tokens, i+1)
	case t.Kind == Number:
		if d, next = dayOfMonth(tokens, i); next > 0 {
			return d, next
		}
		return years(tokens, i)
	}
	if d, next = partOfYear(tokens, i); next > 0 {
		return d, next
	}
	if m := monthOf(t); m > 0 && monthNamed(tokens, i) {
		year, next := yearAt(tokens, i+1)
		return DateSpan{From: Day{year, m, 0}, To: Day{year, m, 0}}, next
	}
	return d, 0
}

// monthOf gives the month that a word names, 0 for none.
func monthOf(t Token) int {
	if t.Kind != Word {
		return 0
	}
	return monthKeys[Key(t.Text)]
}

// monthNamed tells whether a month stands by itself in the way of a date: with
// a year, or after a preposition, so that «лютий мороз» is none.
func monthNamed(tokens []Token, i int) bool {
	if year, _ := yearAt(tokens, i+1); year > 0 {
		return true
	}
	if i == 0 || Key(tokens[i].Text) == "лютий" {
		return false
	}
	switch Fold(tokens[i-1].Text) {
	case "у", "в", "з", "із", "до", "від", "на", "за", "протягом", "наприкінці", "упродовж", "впродовж":
		return true
	}
	return false
}

// dayOfMonth reads «16 жовтня 2018 року» and «16–18 жовтня».
func dayOfMonth(tokens []Token, i int) (d DateSpan, next int) {
	from, to, next := dayNumbers(tokens, i)
	if from == 0 || next >= len(tokens) {
		return d, 0
	}
	m := monthOf(tokens[next])
	if m == 0 {
		return d, 0
	}
	year, next := yearAt(tokens, next+1)
	d = DateSpan{From: Day{year, m, from}, To: Day{year, m, to}}
	// «28 лютого – 3 березня 2026 року»: what follows the dash ends the span.
	if next+1 < len(tokens) && isDash(tokens[next].Text) && from == to {
		if last, end := dayOfMonth(tokens, next+1); end > 0 && last.From == last.To {
			d.To = last.To
			if d.From.Year == 0 {
				d.From.Year = d.To.Year
			}
			return d, end
		}
	}
	return d, next
}

// dayNumbers reads the number of a day or of two days with a dash or hyphen.
func dayNumbers(tokens []Token, i int) (from, to, next int) {
	low, high, _ := strings.Cut(Fold(tokens[i].Text), "-")
	from = dayNumber(low)
	to, next = from, i+1
	if n := dayNumber(high); n > 0 {
		to = n
	} else if next+1 < len(tokens) && isDash(tokens[next].Text) && tokens[next+1].Kind == Number {
		if n := dayNumber(tokens[next+1].Text); n > 0 {
			to, next = n, next+2
		}
	}
	return from, to, next
}

// dayNumber gives the number of a day of a month, 0 for what is none.
func dayNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 31 || len(s) > 2 {
		return 0
	}
	return n
}

// yearAt reads a year with the word after it: «2018 року», «2018 р.», «2018»,
// «2018-го». Without one it gives 0 and the token that it began at.
func yearAt(tokens []Token, i int) (year, next int) {
	if i >= len(tokens) || tokens[i].Kind == Mark {
		return 0, i
	}
	year = yearNumber(tokens[i].Text)
	if year == 0 {
		return 0, i
	}
	return year, skipYearWord(tokens, i+1)
}

// yearNumber gives the year that a token names, 0 for none.
func yearNumber(s string) int {
	s = strings.TrimSuffix(strings.TrimSuffix(s, "-го"), "-му")
	n, err := strconv.Atoi(s)
	if err != nil || len(s) != 4 || n < firstYear || n > lastYear {
		return 0
	}
	return n
}

// skipYearWord steps over «року», «р.» and the like.
func skipYearWord(tokens []Token, i int) int {
	if isYearWord(tokens, i) {
		return i + 1
	}
	return i
}

func isYearWord(tokens []Token, i int) bool {
	if i >= len(tokens) || tokens[i].Kind != Word {
		return false
	}
	switch Key(tokens[i].Text) {
	case "рік", "р.", "рр.":
		return true
	}
	return false
}

// years reads «2018 рік» and «2021–2027 роки»; a number of four digits alone
// is no year, unless «у» or the like is before it.
func years(tokens []Token, i int) (d DateSpan, next int) {
	low, high, joined := strings.Cut(Fold(tokens[i].Text), "-")
	from, to, next := yearNumber(low), yearNumber(high), i+1
	if from == 0 || joined && to == 0 && yearNumber(tokens[i].Text) == 0 {
		return d, 0
	}
	if to == 0 {
		to = from
		if next+1 < len(tokens) && isDash(tokens[next].Text) {
			if y := yearNumber(tokens[next+1].Text); y > 0 {
				to, next = y, next+2
			}
		}
	}
	if !isYearWord(tokens, next) {
		return d, 0
	}
	return DateSpan{From: Day{Year: from}, To: Day{Year: to}}, next + 1
}

// numericDay reads 16.10.2018, 16.10.18 and 2018-10-16.
func numericDay(s string) (Day, bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '-' })
	if len(parts) != 3 {
		return Day{}, false
	}
	if len(parts[0]) == 4 {
		parts[0], parts[2] = parts[2], parts[0]
	}
	year, err := strconv.Atoi(parts[2])
	if err == nil && len(parts[2]) == 2 {
		year += 2000
	}
	month, monthErr := strconv.Atoi(parts[1])
	day := dayNumber(parts[0])
	ok := err == nil && monthErr == nil && day > 0 && month >= 1 && month <= 12 && year >= firstYear && year <= lastYear
	return Day{year, month, day}, ok
}

// The parts of a year by their key, and how many of them a year has.
var yearParts = map[string]int{"квартал": 4, "півріччя": 2}

// The numbers of parts of a year.
var ordinalKeys = map[string]int{"перший": 1, "i": 1, "і": 1, "другий": 2, "ii": 2, "іі": 2, "третій": 3, "iii": 3, "ііі": 3, "четвертий": 4, "iv": 4, "іv": 4, "1-й": 1, "2-й": 2, "3-й": 3, "4-й": 4}

// partOfYear reads «III квартал 2024 року» and «перше півріччя».
func partOfYear(tokens []Token, i int) (d DateSpan, next int) {
	if i+1 >= len(tokens) {
		return d, 0
	}
	of := yearParts[Key(tokens[i+1].Text)]
	n := ordinalKeys[Key(tokens[i].Text)]
	if n == 0 {
		n = ordinalKeys[Fold(tokens[i].Text)]
	}
	if of == 0 || n == 0 || n > of {
		return d, 0
	}
	year, next := yearAt(tokens, i+2)
	length := 12 / of
	return DateSpan{From: Day{year, (n-1)*length + 1, 0}, To: Day{year, n * length, 0}}, next
}
