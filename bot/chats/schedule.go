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

// String writes the time as 08:30.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c.Hour, c.Minute) }

// Schedule says when a chat gets its digests.
type Schedule struct {
	Times []Clock        `json:"times,omitempty"` // ascending; none: no digest comes by itself
	Days  []time.Weekday `json:"days,omitempty"`  // none: every day
	Zone  string         `json:"zone,omitempty"`  // an IANA name; empty: the program's own
}

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

// Next is the first slot strictly after a moment; false when there is none. A
// time that a clock change skips moves as time.Date moves it.
func (s Schedule) Next(chat int64, after time.Time, fallback *time.Location) (Slot, bool) {
	loc := s.Location(fallback)
	local := after.In(loc)
	for day := range 9 {
		date := time.Date(local.Year(), local.Month(), local.Day()+day, 12, 0, 0, 0, loc)
		if len(s.Days) > 0 && !slices.Contains(s.Days, date.Weekday()) {
			continue
		}
		for i, c := range s.Times {
			at := time.Date(date.Year(), date.Month(), date.Day(), c.Hour, c.Minute, 0, 0, loc)
			if at.After(after) {
				return Slot{Chat: chat, Date: date.Format(time.DateOnly), Index: i, At: at}, true
			}
		}
	}
	return Slot{}, false
}
