package chats

import (
	"encoding/json"
	"testing"
	"time"

	"visnyk/internal/redistest"
)

func TestHolidaysOfUkraine(t *testing.T) {
	for day, want := range map[string]bool{
		"2026-01-01": true, "2026-04-12": true, "2026-05-31": true, "2025-04-20": true, "2027-05-02": true, "2026-08-24": true,
		"2026-12-25": true, "2026-11-25": false, "2026-05-09": false, "2026-04-13": false,
	} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := IsHoliday(at); got != want {
			t.Errorf("%s: %v", day, got)
		}
	}
}

func TestHolidaysAndTheReviewOfTheWeekInTheSchedule(t *testing.T) {
	s := Schedule{Times: []Clock{{8, 30}}, Days: []time.Weekday{time.Monday, time.Tuesday}}
	at := time.Date(2026, 8, 23, 12, 0, 0, 0, time.UTC) // Sunday before Independence Day, a Monday
	slot, ok := s.next(1, at, time.UTC, Calendar{SkipHolidays: true, Weekly: true})
	if !ok || slot.Date != "2026-08-25" || slot.Index != 0 {
		t.Errorf("%+v %v", slot, ok)
	}
	slot, ok = s.next(1, at, time.UTC, Calendar{Weekly: true})
	if !ok || slot.Date != "2026-08-24" || slot.Index != WeeklyIndex {
		t.Errorf("%+v %v", slot, ok)
	}
	slot, ok = s.next(1, slot.At, time.UTC, Calendar{Weekly: true})
	if !ok || slot.Date != "2026-08-24" || slot.Index != 0 {
		t.Errorf("%+v %v", slot, ok)
	}
}

func TestQuietHoursGoOverMidnight(t *testing.T) {
	s := Span{From: Clock{22, 0}, To: Clock{7, 0}}
	for hour, want := range map[int]bool{21: false, 22: true, 0: true, 6: true, 7: false, 12: false} {
		if got := s.Holds(time.Date(2026, 1, 1, hour, 30, 0, 0, time.UTC)); got != (want && hour != 7) {
			t.Errorf("%d:30: %v", hour, got)
		}
	}
}

func TestARecordOfBeforeThereWereSettingsIsRead(t *testing.T) {
	var c Chat
	old := `{"id":7,"kind":"private","schedule":{"times":[{"h":8,"m":30}]},"subscriptions":[{"follow":"source","value":"moz","name":"МОЗ","since":"2026-11-24T00:00:00Z"}]}`
	if err := json.Unmarshal([]byte(old), &c); err != nil || c.Settings.Length != Usual || c.Settings.Pace() != UsualPace || c.Alerting() {
		t.Errorf("%+v %v", c, err)
	}
}

func TestTheAuditKeepsEachUpdateOnceAndTheNewestFirst(t *testing.T) {
	s := NewStore(redistest.Client(t), time.UTC, nil)
	for _, update := range []int64{1 << 52, 2, 2, 1 << 52} {
		if err := s.Note(t.Context(), 7, Entry{User: 5, What: "x", Update: update}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Audit(t.Context(), 7, 0, 10)
	if err != nil || len(all) != 2 || all[0].Update != 2 {
		t.Fatalf("%+v %v", all, err)
	}
	for i := range auditDepth + 10 {
		if err := s.Note(t.Context(), 7, Entry{What: "y", Update: int64(i + 10)}); err != nil {
			t.Fatal(err)
		}
	}
	if all, err = s.Audit(t.Context(), 7, 0, 1000); err != nil || len(all) != auditDepth {
		t.Errorf("%d entries, %v", len(all), err)
	}
}

func TestVotesAreBoundedAndTheLastCounts(t *testing.T) {
	var s Settings
	for range 50 {
		s.Cast(Vote{Story: "a", Source: "moz", Up: true})
	}
	if got := s.Taste("moz", ""); got != voteWeight {
		t.Errorf("one story: %v", got)
	}
	for i := range 300 {
		s.Cast(Vote{Story: string(rune('a' + i)), Source: "moz"})
	}
	if len(s.Votes) != maxVotes || s.Taste("moz", "") != -voteLimit || s.Taste("mon", "health") != 0 {
		t.Errorf("%d votes, %v", len(s.Votes), s.Taste("moz", ""))
	}
}
