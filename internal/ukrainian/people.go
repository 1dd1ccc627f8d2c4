package ukrainian

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Plural chooses the form of a noun that goes with a number: 1 новина,
// 2 новини, 5 новин, 21 новина.
func Plural(n int, one, few, many string) string {
	last, teens := n%10, n%100
	if n < 0 {
		last, teens = -last, -teens
	}
	switch {
	case last == 1 && teens != 11:
		return one
	case last >= 2 && last <= 4 && (teens < 12 || teens > 14):
		return few
	default:
		return many
	}
}

// Count writes a number with its noun: «2 новини», «1 200 новин».
func Count(n int, one, few, many string) string {
	return Digits(n) + " " + Plural(n, one, few, many)
}

// Digits writes a whole number with its groups of three digits apart from five
// digits on: «9999», «12 000», with spaces that do not break.
func Digits(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	if len(s) < 5 {
		return sign + s
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString("\u00a0")
		}
		b.WriteRune(c)
	}
	return b.String()
}

// Sum writes an amount of money short, as headlines do: «950 грн», «12 000 грн»,
// «5,7 млн євро», «1,25 млрд грн». Amounts from a million on have two digits
// after the comma at most, rounded down.
func Sum(amount int64, unit string) string {
	for _, p := range []struct {
		from int64
		name string
	}{{1e12, "трлн"}, {1e9, "млрд"}, {1e6, "млн"}} {
		if amount >= p.from {
			hundredths := amount / (p.from / 100)
			s := fmt.Sprintf("%d,%02d", hundredths/100, hundredths%100)
			return strings.TrimRight(strings.TrimRight(s, "0"), ",") + " " + p.name + " " + unit
		}
	}
	return Digits(int(amount)) + " " + unit
}

var months = [...]string{
	"січня", "лютого", "березня", "квітня", "травня", "червня",
	"липня", "серпня", "вересня", "жовтня", "листопада", "грудня",
}

var weekdays = [...]string{"неділя", "понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота"}

// Date writes the civil day of t in words: «22 листопада 2026 року, неділя».
func Date(t time.Time) string {
	return fmt.Sprintf("%d %s %d року, %s", t.Day(), months[t.Month()-1], t.Year(), Weekday(t))
}

// ShortDate writes the day without the year: «22 листопада».
func ShortDate(t time.Time) string {
	return fmt.Sprintf("%d %s", t.Day(), months[t.Month()-1])
}

// Weekday writes the day of the week: «неділя».
func Weekday(t time.Time) string { return weekdays[t.Weekday()] }

// Clock writes the time of the day with its preposition: «о 17:07», «об 11:30».
func Clock(t time.Time) string {
	if t.Hour() == 11 {
		return "об " + t.Format("15:04")
	}
	return "о " + t.Format("15:04")
}

// Period writes the days from one to another, both included, as short as may
// be: «16–18 листопада», «28 листопада – 4 грудня», with the years where they
// differ.
func Period(from, to time.Time) string {
	switch {
	case from.Year() != to.Year():
		return fmt.Sprintf("%s %d року – %s %d року", ShortDate(from), from.Year(), ShortDate(to), to.Year())
	case from.Month() != to.Month():
		return ShortDate(from) + " – " + ShortDate(to)
	case from.Day() != to.Day():
		return fmt.Sprintf("%d–%s", from.Day(), ShortDate(to))
	}
	return ShortDate(from)
}

// List joins items with commas and, before the last, «і», «й» or «та» as
// euphony asks: «МОЗ, МВС і Кабмін», «Одеса й Київ», «Ірина та Іван».
func List(items ...string) string {
	if len(items) == 0 {
		return ""
	}
	last := len(items) - 1
	if last == 0 {
		return items[0]
	}
	return strings.Join(items[:last], ", ") + " " + And(items[last-1], items[last]) + " " + items[last]
}

// And chooses between «і», «й» and «та» by the word before and the word after:
// «й» between vowels or after a vowel before a consonant, «та» before a word in
// і- or another that «і» and «й» run into, «і» elsewhere.
func And(before, after string) string {
	a, b := lastSound(before), firstSound(after)
	switch {
	case b == 'і' || b == 'ї' || b == 'й' || b == 'є' || b == 'ю' || b == 'я':
		return "та"
	case isVowel(a):
		return "й"
	}
	return "і"
}

// In chooses between «в» and «у» by the word before, empty at the beginning, and
// the word after: «у» before a consonant at the beginning or after a consonant
// and before в-, ф-, льв-, св-, тв-, хв-; «в» before a vowel and after one.
func In(before, after string) string {
	return either(before, after, "у", "в")
}

// Joined writes the preposition у/в with its word, with a capital at the
// beginning: Joined("", "Києві") is «У Києві».
func Joined(before, after string) string {
	word := In(before, after)
	if before == "" {
		r, size := utf8.DecodeRuneInString(word)
		word = string(unicode.ToUpper(r)) + word[size:]
	}
	return word + " " + after
}

// either chooses between the vowel and the consonant of a pair.
func either(before, after, vowel, consonant string) string {
	folded := strings.TrimLeft(Fold(after), "«\"(")
	for _, p := range []string{"в", "ф", "льв", "св", "тв", "хв"} {
		if strings.HasPrefix(folded, p) {
			return vowel
		}
	}
	b := firstSound(after)
	switch {
	case isVowel(b) || b == 'є' || b == 'ю' || b == 'я' || b == 'ї':
		return consonant
	case isVowel(lastSound(before)):
		return consonant
	}
	return vowel
}

func isVowel(r rune) bool { return strings.ContainsRune("аеєиіїоуюя", r) }

// lastSound is the last letter of a text, folded; 0 after a mark that makes a
// pause.
func lastSound(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(Fold(s), "»\") "))
	if !unicode.IsLetter(r) {
		return 0
	}
	return r
}

// firstSound is the first letter of a text, folded, 0 when there is none.
func firstSound(s string) rune {
	for _, r := range Fold(s) {
		if unicode.IsLetter(r) {
			return r
		}
		if unicode.IsDigit(r) {
			return 0
		}
	}
	return 0
}
