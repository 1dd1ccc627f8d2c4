package search

import (
	"strconv"
	"strings"
	"time"

	"visnyk/internal/ukrainian"
)

// midnight is the beginning of the day that is so many days from a moment's.
func midnight(t time.Time, days int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, t.Location())
}

// dayOrMonth reads the value of з: or по: as the time it spans; to is the
// first moment after it.
func dayOrMonth(value string, now time.Time) (from, to time.Time, ok bool) {
	switch strings.ToLower(value) {
	case "сьогодні", "today":
		return midnight(now, 0), midnight(now, 1), true
	case "вчора", "учора", "yesterday":
		return midnight(now, -1), midnight(now, 0), true
	}
	for _, form := range []struct {
		layout              string
		years, months, days int
	}{
		{"2006-1-2", 0, 0, 1}, {"2.1.2006", 0, 0, 1}, {"2006-1", 0, 1, 0}, {"1.2006", 0, 1, 0}, {"2006", 1, 0, 0},
	} {
		if t, err := time.ParseInLocation(form.layout, value, now.Location()); err == nil && possible(t.Year()) {
			return t, t.AddDate(form.years, form.months, form.days), true
		}
	}
	return spanned(ukrainian.Dates(value), now)
}

// possible tells whether news may be of a year: the index keeps moments in
// nanoseconds, which end in 2262.
func possible(year int) bool { return year >= 1900 && year < 2200 }

// spanned gives the time of the first date of a text. A date without a year is
// the last one that has begun.
func spanned(dates []ukrainian.DateSpan, now time.Time) (from, to time.Time, ok bool) {
	if len(dates) == 0 {
		return from, to, false
	}
	first, last := dates[0].From, dates[0].To
	year := last.Year
	if year == 0 {
		year = now.Year()
		if begin(first, year, now).After(now) {
			year--
		}
	}
	if first.Year == 0 {
		first.Year = year
		if last.Month > 0 && first.Month > last.Month {
			first.Year--
		}
	}
	last.Year = year
	if !possible(first.Year) || !possible(last.Year) {
		return from, to, false
	}
	from, to = begin(first, first.Year, now), begin(last, last.Year, now)
	switch {
	case last.Month == 0:
		to = to.AddDate(1, 0, 0)
	case last.Day == 0:
		to = to.AddDate(0, 1, 0)
	default:
		to = to.AddDate(0, 0, 1)
	}
	return from, to, from.Before(to)
}

// begin is the first moment of a day, month or year.
func begin(d ukrainian.Day, year int, now time.Time) time.Time {
	return time.Date(year, time.Month(max(d.Month, 1)), max(d.Day, 1), 0, 0, 0, 0, now.Location())
}

// cutPeriod takes a period said in plain words out of a query: «за вчора»,
// «цього тижня», «минулого місяця», «у березні 2026», «за 16 жовтня». Without
// its preposition a date is something to look for.
func cutPeriod(text string, now time.Time) (rest string, from, to time.Time) {
	fields := strings.Fields(text)
	for i := 0; i+1 < len(fields); i++ {
		first, second := strings.ToLower(fields[i]), strings.ToLower(strings.Trim(fields[i+1], ",."))
		if from, to, ok := named(first, second, now); ok {
			return strings.Join(append(fields[:i:i], fields[i+2:]...), " "), from, to
		}
		if !dating[first] {
			continue
		}
		after := strings.Join(fields[i+1:], " ")
		dates := ukrainian.Dates(after)
		if len(dates) == 0 || dates[0].Start != 0 {
			dates = monthAlone(fields[i+1], now)
		}
		if len(dates) == 0 || dates[0].Start != 0 {
			continue
		}
		if from, to, ok := spanned(dates, now); ok {
			left := append(fields[:i:i], strings.Fields(after[dates[0].End:])...)
			return strings.Join(left, " "), from, to
		}
	}
	return text, from, to
}

// monthAlone reads the name of a month without a year.
func monthAlone(word string, now time.Time) []ukrainian.DateSpan {
	dates := ukrainian.Dates(word + " " + strconv.Itoa(now.Year()))
	if len(dates) != 1 || dates[0].Start != 0 || dates[0].From.Month == 0 {
		return nil
	}
	dates[0].From.Year, dates[0].To.Year, dates[0].End = 0, 0, len(word)
	return dates
}

// dating are the prepositions after which a date is when it was published.
var dating = map[string]bool{"за": true, "у": true, "в": true}

// named reads the periods that have names.
func named(first, second string, now time.Time) (from, to time.Time, ok bool) {
	monday := midnight(now, -(int(now.Weekday())+6)%7)
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	year := time.Date(now.Year(), 1, 1, 0, 0, 0, 0, now.Location())
	switch first + " " + second {
	case "за сьогодні":
		return midnight(now, 0), midnight(now, 1), true
	case "за вчора", "за учора":
		return midnight(now, -1), midnight(now, 0), true
	case "за тиждень":
		return midnight(now, -6), midnight(now, 1), true
	case "за місяць":
		return midnight(now, -29), midnight(now, 1), true
	case "цього тижня":
		return monday, midnight(monday, 7), true
	case "минулого тижня":
		return midnight(monday, -7), monday, true
	case "цього місяця":
		return month, month.AddDate(0, 1, 0), true
	case "минулого місяця":
		return month.AddDate(0, -1, 0), month, true
	case "цього року":
		return year, year.AddDate(1, 0, 0), true
	case "минулого року", "торік":
		return year.AddDate(-1, 0, 0), year, true
	}
	return from, to, false
}
