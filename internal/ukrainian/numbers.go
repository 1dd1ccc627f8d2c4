package ukrainian

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quantity is a number of a text with what it counts.
type Quantity struct {
	Span
	// Value is the number in plain decimal digits with its multiplier
	// reckoned in: «1,5 млн» is "1500000", «5,7» is "5.7", «10:30» is "10:30".
	Value string
	// Unit is "UAH", "USD", "EUR", "%", "time", or "" for any other.
	Unit string
}

// powers are the multipliers by their keys, as powers of ten.
var powers = map[string]int{
	"тис.": 3, "тисяча": 3, "млн": 6, "мільйон": 6, "млрд": 9, "мільярд": 9, "трлн": 12, "трлн.": 12, "трильйон": 12,
}

// units are what quantities are counted in, by their keys.
var units = map[string]string{
	"грн": "UAH", "грн.": "UAH", "гривня": "UAH", "₴": "UAH", "uah": "UAH", "євро": "EUR", "€": "EUR", "eur": "EUR",
	"долар": "USD", "дол": "USD", "дол.": "USD", "$": "USD", "usd": "USD", "%": "%", "відсоток": "%", "відс": "%", "відс.": "%", "процент": "%",
}

// numerals are the numbers that are written in words; those that stand for a
// pronoun as often, such as «один», are left out.
var numerals = map[string]string{
	"два": "2", "три": "3", "чотири": "4", "п’ять": "5", "шість": "6", "сім": "7", "вісім": "8", "дев’ять": "9", "десять": "10", "одинадцять": "11",
	"дванадцять": "12", "тринадцять": "13", "чотирнадцять": "14", "п’ятнадцять": "15", "шістнадцять": "16", "сімнадцять": "17", "вісімнадцять": "18",
	"дев’ятнадцять": "19", "двадцять": "20", "тридцять": "30", "сорок": "40", "п’ятдесят": "50", "шістдесят": "60", "сімдесят": "70",
	"вісімдесят": "80", "дев’яносто": "90", "сто": "100", "двісті": "200", "триста": "300", "чотириста": "400", "п’ятсот": "500", "шістсот": "600",
	"сімсот": "700", "вісімсот": "800", "дев’ятсот": "900", "півтора": "1.5", "півтори": "1.5",
}

// Quantities finds the numbers of a text in order, in digits («1 234,5 грн»,
// «5–7 млн», «12%») and in words («два мільйони», «двадцять п’ять»), with
// their multipliers and units. Numbers that belong to dates are left out: Dates
// has them.
func Quantities(text string) []Quantity {
	var all []Quantity
	tokens := Tokens(text)
	dates := Dates(text)
	for i := 0; i < len(tokens); {
		t := tokens[i]
		if len(dates) > 0 && t.Start >= dates[0].End {
			dates = dates[1:]
			continue
		}
		if len(dates) > 0 && t.Start >= dates[0].Start {
			i++
			continue
		}
		found, next := quantityAt(text, tokens, i)
		all = append(all, found...)
		i = max(next, i+1)
	}
	return all
}

// quantityAt reads the number that begins at a token: one, or two for a range.
// next is the token after it, 0 when there is none.
func quantityAt(text string, tokens []Token, i int) (found []Quantity, next int) {
	values, next := digitsAt(tokens, i)
	if values == nil {
		values, next = wordsAt(tokens, i)
	}
	if values == nil {
		return nil, 0
	}
	end := tokens[next-1].End
	if v := values[0]; strings.Contains(v, ":") {
		return []Quantity{{Span{tokens[i].Start, end}, v, "time"}}, next
	}
	power, unit := 0, ""
	if i > 0 && tokens[i-1].Kind == Mark && tokens[i-1].End == tokens[i].Start {
		unit = units[tokens[i-1].Text] // $5
	}
	for next < len(tokens) {
		key := Key(tokens[next].Text)
		if p, ok := powers[key]; ok && power == 0 {
			power = p
		} else if u, ok := units[key]; ok && unit == "" {
			unit = u
		} else {
			break
		}
		end = tokens[next].End
		next++
	}
	for _, v := range values {
		found = append(found, Quantity{Span{tokens[i].Start, end}, shift(v, power), unit})
	}
	return found, next
}

// digitsAt reads a number in digits: its plain value, or the two of a range.
func digitsAt(tokens []Token, i int) (values []string, next int) {
	t := tokens[i]
	first, ok := decimal(t.Text)
	if !ok || t.Kind != Number && t.Kind != Word {
		return nil, 0
	}
	next = i + 1
	// Groups of three digits with a space between: 1 234 567,8.
	for next < len(tokens) && isGroup(tokens[next-1], tokens[next], next-1 == i) {
		more, _ := decimal(tokens[next].Text)
		first += more
		next++
	}
	if low, high, ok := strings.Cut(first, "-"); ok {
		return []string{low, high}, next
	}
	if next+1 < len(tokens) && isDash(tokens[next].Text) && tokens[next+1].Kind == Number {
		if high, ok := decimal(tokens[next+1].Text); ok && !strings.ContainsAny(high, "-:") {
			return []string{first, high}, next + 2
		}
	}
	return []string{first}, next
}

func isDash(s string) bool { return s == "–" || s == "—" || s == "−" }

// isGroup tells whether b goes on with the digits of a after one space.
func isGroup(a, b Token, first bool) bool {
	digits, _, _ := strings.Cut(b.Text, ",")
	return b.Kind == Number && a.Kind == Number && len(digits) == 3 && strings.Trim(digits, "0123456789") == "" && strings.Trim(b.Text, "0123456789,") == "" &&
		strings.Trim(a.Text, "0123456789") == "" && (first && len(a.Text) <= 3 || !first) && (b.Start-a.End == 1 || b.Start-a.End <= 3 && b.Start > a.End)
}

// decimal gives the digits of a token in plain form: "5,7" is "5.7", "5-7" is
// itself, "10:30" too, "5-річний" is "5", "1,234,567" is "1234567".
func decimal(s string) (string, bool) {
	if !isDigit(firstRune(s)) {
		return "", false
	}
	n := strings.IndexFunc(s, func(r rune) bool { return !isDigit(r) && r != ',' && r != '.' && r != ':' && !isHyphen(r) })
	if n < 0 {
		n = len(s)
	}
	s = strings.TrimRight(Fold(s[:n]), "-.,:")
	if strings.Count(s, "-") > 1 {
		return "", false // a telephone number, a code
	}
	if strings.Contains(s, ":") {
		return s, strings.Count(s, ":") == 1
	}
	if strings.Count(s, ",") > 1 {
		s = strings.ReplaceAll(s, ",", "")
	}
	s = strings.ReplaceAll(s, ",", ".")
	if strings.Count(s, ".") > 1 {
		return "", false // a version, a date that is none
	}
	low, high, isRange := strings.Cut(s, "-")
	if isRange {
		return plain(low) + "-" + plain(high), true
	}
	return plain(s), true
}

// plain drops the zeros that do not count.
func plain(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// shift multiplies a plain number by a power of ten.
func shift(s string, power int) string {
	if power == 0 {
		return s
	}
	whole, part, _ := strings.Cut(s, ".")
	part += strings.Repeat("0", max(0, power-len(part)))
	whole = strings.TrimLeft(whole+part[:power], "0")
	return plain(cmp.Or(whole, "0") + "." + part[power:])
}

// wordsAt reads a number in words: «двадцять п’ять», «сто двадцять тисяч».
func wordsAt(tokens []Token, i int) (values []string, next int) {
	total, next := 0, i
	last := 1000
	for next < len(tokens) && tokens[next].Kind == Word {
		value, ok := numerals[Key(tokens[next].Text)]
		if !ok {
			value, ok = numerals[Fold(tokens[next].Text)]
		}
		if value == "1.5" && next == i {
			return []string{value}, next + 1
		}
		n := 0
		for _, c := range value {
			n = 10*n + int(c-'0')
		}
		// Each numeral is smaller than the one before: «двадцять п’ять».
		if !ok || n >= last || value == "1.5" {
			break
		}
		total, last = total+n, leading(n)
		next++
	}
	if next == i {
		return nil, 0
	}
	return []string{strconv.Itoa(total)}, next
}

// leading is what the next part of a number in words has to be less than.
func leading(n int) int {
	switch {
	case n >= 100:
		return 100
	case n >= 20:
		return 10
	}
	return 1
}

// isCapitalised tells whether a word begins with a capital letter.
func isCapitalised(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r)
}
