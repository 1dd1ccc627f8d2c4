package ukrainian

import (
	"fmt"
	"time"
)

// Plural chooses the form of a noun that goes with a number: 1 новина,
// 2 новини, 5 новин, 21 новина.
func Plural(n int, one, few, many string) string {
	if n < 0 {
		n = -n
	}
	switch {
	case n%10 == 1 && n%100 != 11:
		return one
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return few
	default:
		return many
	}
}

// Count writes a number with its noun: «2 новини».
func Count(n int, one, few, many string) string {
	return fmt.Sprintf("%d %s", n, Plural(n, one, few, many))
}

var months = [...]string{
	"січня", "лютого", "березня", "квітня", "травня", "червня",
	"липня", "серпня", "вересня", "жовтня", "листопада", "грудня",
}

var weekdays = [...]string{"неділя", "понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота"}

// Date writes the civil day of t in words: «22 листопада 2026 року, неділя».
func Date(t time.Time) string {
	return fmt.Sprintf("%d %s %d року, %s", t.Day(), months[t.Month()-1], t.Year(), weekdays[t.Weekday()])
}

// ShortDate writes the day without the year: «22 листопада».
func ShortDate(t time.Time) string {
	return fmt.Sprintf("%d %s", t.Day(), months[t.Month()-1])
}
