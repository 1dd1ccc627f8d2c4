package chats

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Clock is a time of day.
type Clock struct {
	Hour   int `json:"h"`
	Minute int `json:"m"`
}

func (c Clock) minutes() int { return c.Hour*60 + c.Minute }

// String writes the time as 08:30.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c.Hour, c.Minute) }

// Schedule says when a chat gets its digests.
type Schedule struct {
	Times []Clock        `json:"times,omitempty"` // ascending; none: no digest comes by itself
	Days  []time.Weekday `json:"days,omitempty"`  // none: every day
	Zone  string         `json:"zone,omitempty"`  // an IANA name; empty: the program's own
}

// Calendar says on which days a schedule is other than on all.
type Calendar struct {
	SkipHolidays bool `json:"skip_holidays,omitempty"` // no digest on public holidays of Ukraine
	Weekly       bool `json:"weekly,omitempty"`        // a review of the week on Monday, before the first digest
}

// WeeklyIndex is the index of the slot of the weekly review.
const WeeklyIndex = 99

// Slot is one time at which one chat gets a digest. Its identity is the local
// date and the index of the time in the schedule, so an hour that happens
// twice in the night of a clock change gives one slot.
type Slot struct {
	Chat  int64
	Date  string // the civil day in the chat's zone, 2026-11-22
	Index int
	At    time.Time
}

// ID names the slot: it is the id of its task and of its delivery.
func (s Slot) ID() string {
	return "dg:" + strconv.FormatInt(s.Chat, 10) + ":" + s.Date + ":" + strconv.Itoa(s.Index)
}

// Location is the schedule's time zone, or fallback where it names none or one
// that this system does not know.
func (s Schedule) Location(fallback *time.Location) *time.Location {
	if s.Zone == "" {
		return fallback
	}
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		return fallback
	}
	return loc
}

// horizon is how many days ahead a slot is looked for: a weekly one may fall on
// several holidays.
const horizon = 40

// Next is the first slot strictly after a moment; false when there is none. A
// time that a clock change skips moves as time.Date moves it.
func (s Schedule) Next(chat int64, after time.Time, fallback *time.Location) (Slot, bool) {
	return s.next(chat, after, fallback, Calendar{})
}

func (s Schedule) next(chat int64, after time.Time, fallback *time.Location, days Calendar) (Slot, bool) {
	loc := s.Location(fallback)
	local := after.In(loc)
	for day := range horizon {
		date := time.Date(local.Year(), local.Month(), local.Day()+day, 12, 0, 0, 0, loc)
		for _, slot := range s.slotsOf(date, days) {
			if slot.At.After(after) {
				slot.Chat = chat
				return slot, true
			}
		}
	}
	return Slot{}, false
}

// slotsOf lists the slots of a day in order. The review of the week comes a
// minute before the first digest of Monday.
func (s Schedule) slotsOf(date time.Time, days Calendar) []Slot {
	if days.SkipHolidays && IsHoliday(date) {
		return nil
	}
	slot := func(c Clock, minute, index int) Slot {
		at := time.Date(date.Year(), date.Month(), date.Day(), c.Hour, c.Minute+minute, 0, 0, date.Location())
		return Slot{Date: date.Format(time.DateOnly), Index: index, At: at}
	}
	var slots []Slot
	if days.Weekly && len(s.Times) > 0 && date.Weekday() == time.Monday {
		slots = append(slots, slot(s.Times[0], -1, WeeklyIndex))
	}
	if len(s.Days) > 0 && !slices.Contains(s.Days, date.Weekday()) {
		return slots
	}
	for i, c := range s.Times {
		slots = append(slots, slot(c, 0, i))
	}
	return slots
}

// IsHoliday tells whether a day is a public holiday of Ukraine by the Labour
// Code: fixed days, Easter and Trinity.
func IsHoliday(day time.Time) bool {
	switch [2]int{int(day.Month()), day.Day()} {
	case [2]int{1, 1}, [2]int{3, 8}, [2]int{5, 1}, [2]int{5, 8}, [2]int{6, 28}, [2]int{7, 15}, [2]int{8, 24}, [2]int{10, 1}, [2]int{12, 25}:
		return true
	}
	easter := easterOf(day.Year())
	date := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
	return date.Equal(easter) || date.Equal(easter.AddDate(0, 0, 49))
}

// easterOf is the Orthodox Easter of a year, by Meeus's rule for the Julian
// calendar, in the Gregorian one. It holds until 2099.
func easterOf(year int) time.Time {
	a, b, c := year%4, year%7, year%19
	d := (19*c + 15) % 30
	e := (2*a + 4*b - d + 34) % 7
	month, day := (d+e+114)/31, (d+e+114)%31+1
	return time.Date(year, time.Month(month), day+13, 0, 0, 0, 0, time.UTC)
}
