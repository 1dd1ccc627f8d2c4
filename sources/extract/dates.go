package extract

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Kyiv is the zone in which Ukrainian pages show times. Where the system does
// not know it, standard Kyiv time does.
func Kyiv() *time.Location {
	loc, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		return time.FixedZone("EET", 2*60*60)
	}
	return loc
}

// monthNames lists the months by the beginnings that tell them apart in both
// cases: січень and січня, январь and января.
var monthNames = [][2]string{
	{"січ", "январ"},
	{"лют", "феврал"},
	{"берез", "март"},
	{"квіт", "апрел"},
	{"трав", "ма"},
	{"черв", "июн"},
	{"лип", "июл"},
	{"серп", "август"},
	{"верес", "сентябр"},
	{"жовт", "октябр"},
	{"листопад", "ноябр"},
	{"груд", "декабр"},
}

const monthForm = `(січ(?:ень|ня)|лют(?:ий|ого)|берез(?:ень|ня)|квіт(?:ень|ня)|трав(?:ень|ня)|черв(?:ень|ня)|лип(?:ень|ня)|серп(?:ень|ня)|верес(?:ень|ня)|жовт(?:ень|ня)|листопада?|груд(?:ень|ня)|январ[ья]|феврал[ья]|марта?|апрел[ья]|ма[йя]|июн[ья]|июл[ья]|августа?|сентябр[ья]|октябр[ья]|ноябр[ья]|декабр[ья])`

const clockForm = `(?:(\d{1,2})[:.](\d{2})(?::\d{2})?)`

// The forms of a date that name day, month and year. A form without a year is
// no date: it must not be invented.
var (
	clockFirst = regexp.MustCompile(`(?i)` + clockForm + `[\s,|/–—-]*(\d{1,2})\s+` + monthForm + `[\s,]+(\d{4})`)
	dayMonth   = regexp.MustCompile(`(?i)(\d{1,2})\s+` + monthForm + `[\s,]+(\d{4})(?:\s*(?:року|рік|р\.?))?(?:[\s,|/–—-]*(?:о|об|в)?\s*` + clockForm + `)?`)
	monthDay   = regexp.MustCompile(`(?i)` + monthForm + `\s+(\d{1,2})[\s,/|]*` + clockForm + `?[\s,/|]*(\d{4})`)
	dotted     = regexp.MustCompile(`(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[\s,|/–—-]*(?:о|об|в)?\s*(\d{1,2}):(\d{2}))?`)
	clockDots  = regexp.MustCompile(`(\d{1,2}):(\d{2})[\s,|/–—-]+(\d{1,2})[./-](\d{1,2})[./-](\d{4})`)
	isoDate    = regexp.MustCompile(`(\d{4})-(\d{2})-(\d{2})(?:[T\s]+(\d{2}):(\d{2}))?`)
)

// visibleForms says where day, month, year, hour and minute stand in the
// matches of each form.
var visibleForms = []struct {
	form  *regexp.Regexp
	parts [5]int
}{
	{clockFirst, [5]int{3, 4, 5, 1, 2}},
	{clockDots, [5]int{3, 4, 5, 1, 2}},
	{dayMonth, [5]int{1, 2, 3, 4, 5}},
	{monthDay, [5]int{2, 1, 5, 3, 4}},
	{dotted, [5]int{1, 2, 3, 4, 5}},
	{isoDate, [5]int{3, 2, 1, 4, 5}},
}

// ParseVisible reads the date that a page shows, in Kyiv's time: with day,
// month and year, and a time of day or midnight.
func ParseVisible(s string) (time.Time, bool) {
	at, _, ok := FindDate(s)
	return at, ok
}

// FindDate is ParseVisible that also tells what is left of the text.
func FindDate(s string) (at time.Time, rest string, ok bool) {
	if len(s) > maxDated || !hasYear(s) {
		return time.Time{}, s, false
	}
	for _, f := range visibleForms {
		m := f.form.FindStringSubmatchIndex(s)
		if m == nil {
			continue
		}
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return s[m[2*i]:m[2*i+1]]
		}
		at, ok := civil(part(f.parts[0]), part(f.parts[1]), part(f.parts[2]), part(f.parts[3]), part(f.parts[4]))
		if ok {
			return at, s[:m[0]] + s[m[1]:], true
		}
	}
	return time.Time{}, s, false
}

func civil(day, month, year, hour, minute string) (time.Time, bool) {
	d, err1 := strconv.Atoi(day)
	y, err2 := strconv.Atoi(year)
	mon := monthOf(month)
	h, _ := strconv.Atoi(hour)   // absent: midnight
	m, _ := strconv.Atoi(minute) // likewise
	if err1 != nil || err2 != nil || mon == 0 || h > 23 || m > 59 || y < firstYear {
		return time.Time{}, false
	}
	at := time.Date(y, mon, d, h, m, 0, 0, Kyiv())
	if at.Day() != d || time.Until(at) > ahead {
		return time.Time{}, false
	}
	return at, true
}

func monthOf(s string) time.Month {
	s = strings.ToLower(s)
	if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= 12 {
		return time.Month(n)
	}
	for i, names := range monthNames {
		if strings.HasPrefix(s, names[0]) || strings.HasPrefix(s, names[1]) {
			return time.Month(i + 1)
		}
	}
	return 0
}

// ParseMachine reads the dates that pages write for programs. One without a
// zone is in Kyiv's time.
func ParseMachine(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02T15:04-0700", "2006-01-02T15:04Z07:00", time.RFC1123Z, time.RFC1123} {
		if t, err := time.Parse(layout, s); err == nil {
			t = SaneTime(&t)
			return t, !t.IsZero()
		}
	}
	return ParseVisible(s)
}

// The dates that a publication can have: the first web pages of authorities on
// the one side, a day of wrong clocks on the other.
const (
	firstYear = 1995
	ahead     = 24 * time.Hour
)

func SaneTime(t *time.Time) time.Time {
	if t == nil || t.Year() < firstYear || time.Until(*t) > ahead {
		return time.Time{}
	}
	return *t
}

// maxDated is how many bytes a text has at most that is looked at for a date.
const maxDated = 4096

// hasYear tells whether four digits stand together: without them there is no
// date, and looking for one costs.
func hasYear(s string) bool {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			n = 0
		} else if n++; n == 4 {
			return true
		}
	}
	return false
}
