package chats

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"visnyk/internal/redistest"
)

func kyiv(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

var morning = Schedule{Times: []Clock{{8, 30}}}

func following(source string) func(*Chat) error {
	return func(c *Chat) error {
		c.Kind, c.Schedule = Private, morning
		return c.Add(Subscription{Follow: Source, Value: source, Name: source})
	}
}

func TestChangeKeepsWhatParallelWorkersAdd(t *testing.T) {
	s := NewStore(redistest.Client(t), time.UTC, nil)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			if _, err := s.Change(t.Context(), 7, following(fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c, err := s.Get(t.Context(), 7)
	if err != nil || len(c.Subscriptions) != 4 {
		t.Fatalf("%d subscriptions, %v; want 4", len(c.Subscriptions), err)
	}
}

func TestAddAndRemoveSayWhatIsWrong(t *testing.T) {
	var c Chat
	sub := Subscription{Follow: Topic, Value: "energy"}
	if err := c.Add(sub); err != nil {
		t.Fatal(err)
	}
	if err := c.Add(sub); !errors.Is(err, ErrKnown) {
		t.Errorf("adding twice: %v", err)
	}
	if err := c.Remove(Topic, "health", 1); !errors.Is(err, ErrNotFollowed) {
		t.Errorf("removing what is not there: %v", err)
	}
	for i := range maxSubscriptions - 1 {
		if err := c.Add(Subscription{Follow: Words, Value: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Add(Subscription{Follow: Words, Value: "більше"}); !errors.Is(err, ErrLimit) {
		t.Errorf("one too many: %v", err)
	}
}

func TestAnUpdateThatIsHandledAgainDoesNothingNew(t *testing.T) {
	var c Chat
	sub := Subscription{Follow: Words, Value: "грип", Name: "«грип»", Update: 5}
	for range 2 {
		if err := c.Add(sub); err != nil || len(c.Subscriptions) != 1 {
			t.Fatalf("%v, %d subscriptions", err, len(c.Subscriptions))
		}
	}
	sub.Update = 6
	if err := c.Add(sub); !errors.Is(err, ErrKnown) {
		t.Errorf("another update: %v", err)
	}
	for range 2 {
		if err := c.Remove(Words, "грип", 7); err != nil || c.Dropped.Name != "«грип»" {
			t.Fatalf("%v, dropped %q", err, c.Dropped.Name)
		}
	}
	if err := c.Remove(Words, "грип", 8); !errors.Is(err, ErrNotFollowed) {
		t.Errorf("another update: %v", err)
	}
}

func TestFollowedCountsSourcesAndWideSubscriptions(t *testing.T) {
	s := NewStore(redistest.Client(t), time.UTC, nil)
	want := func(step string, want bool) {
		t.Helper()
		if got, err := s.Followed(t.Context(), "moz"); err != nil || got != want {
			t.Errorf("%s: followed %v (%v), want %v", step, got, err, want)
		}
	}
	change := func(f func(*Chat) error) {
		t.Helper()
		if _, err := s.Change(t.Context(), 7, f); err != nil {
			t.Fatal(err)
		}
	}
	want("at the start", false)
	change(following("moz"))
	want("followed by its name", true)
	change(func(c *Chat) error { return c.Remove(Source, "moz", 1) })
	want("unfollowed", false)
	change(func(c *Chat) error { return c.Add(Subscription{Follow: Words, Value: "грип"}) })
	want("words look at all sources", true)
}

func TestASlotIsDueUntilItIsHandedOn(t *testing.T) {
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC) // 08:00 in Kyiv
	s := NewStore(redistest.Client(t), kyiv(t), func() time.Time { return now })
	if _, err := s.Change(t.Context(), 7, following("moz")); err != nil {
		t.Fatal(err)
	}
	due := func() []Slot {
		t.Helper()
		slots, err := s.Due(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return slots
	}
	if d := due(); len(d) != 0 {
		t.Fatalf("before its time: %v", d)
	}
	now = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC) // the program was down for two days
	for range 2 {
		if d := due(); len(d) != 1 || d[0].ID() != "dg:7:2026-11-22:0" {
			t.Fatalf("missed slot: %v", d)
		}
	}
	if err := s.Advance(t.Context(), due()[0]); err != nil {
		t.Fatal(err)
	}
	if d := due(); len(d) != 0 {
		t.Fatalf("after it was handed on: %v", d)
	}
	now = now.AddDate(0, 0, 1)
	if d := due(); len(d) != 1 || d[0].Date != "2026-11-25" {
		t.Fatalf("the next day: %v", d)
	}
}

func TestAnInactiveChatHasNoSlots(t *testing.T) {
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	s := NewStore(redistest.Client(t), kyiv(t), func() time.Time { return now })
	if _, err := s.Change(t.Context(), 7, following("moz")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Change(t.Context(), 7, func(c *Chat) error { c.Inactive = "blocked"; return nil }); err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 0, 2)
	if d, err := s.Due(t.Context()); err != nil || len(d) != 0 {
		t.Errorf("due: %v %v", d, err)
	}
}

func TestScheduleNext(t *testing.T) {
	loc := kyiv(t)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	twice := Schedule{Times: []Clock{{8, 30}, {18, 0}}}
	workdays := Schedule{Times: []Clock{{8, 30}}, Days: []time.Weekday{1, 2, 3, 4, 5}}
	night := Schedule{Times: []Clock{{3, 30}}}
	for _, c := range []struct {
		name  string
		s     Schedule
		after time.Time
		want  string
	}{
		{"the same morning", twice, at("2026-11-22 08:00"), "dg:1:2026-11-22:0 2026-11-22 08:30"},
		{"exactly at it comes the next", twice, at("2026-11-22 08:30"), "dg:1:2026-11-22:1 2026-11-22 18:00"},
		{"over midnight", twice, at("2026-11-22 18:00"), "dg:1:2026-11-23:0 2026-11-23 08:30"},
		{"over a weekend", workdays, at("2026-11-20 09:00"), "dg:1:2026-11-23:0 2026-11-23 08:30"},
		{"leap day", twice, at("2028-02-28 20:00"), "dg:1:2028-02-29:0 2028-02-29 08:30"},
		{"the hour that spring skips", night, at("2027-03-28 00:00"), "dg:1:2027-03-28:0 2027-03-28 04:30"},
		{"the hour that autumn repeats", night, at("2026-10-25 00:00"), "dg:1:2026-10-25:0 2026-10-25 03:30"},
	} {
		slot, ok := c.s.Next(1, c.after, loc)
		if got := slot.ID() + " " + slot.At.In(loc).Format("2006-01-02 15:04"); !ok || got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if _, ok := (Schedule{}).Next(1, at("2026-11-22 08:00"), loc); ok {
		t.Error("a schedule without times has a slot")
	}
	// The repeated hour is one slot: after it comes the next day.
	first, _ := night.Next(1, at("2026-10-25 00:00"), loc)
	second, _ := night.Next(1, first.At, loc)
	if second.Date != "2026-10-26" {
		t.Errorf("after %s comes %s", first.ID(), second.ID())
	}
}

func TestTheInboxGivesAnUpdateUntilItIsDone(t *testing.T) {
	db := redistest.Client(t)
	b := NewInbox(db, "one")
	if err := errors.Join(b.Open(t.Context()), b.Open(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{5, 6, 5} {
		if err := b.Put(t.Context(), id, []byte(fmt.Sprintf(`{"update_id":%d}`, id))); err != nil {
			t.Fatal(err)
		}
	}
	got, err := b.Next(t.Context(), 10, time.Millisecond)
	if err != nil || len(got) != 2 || got[0].ID != 5 || string(got[1].Body) != `{"update_id":6}` {
		t.Fatalf("taken in: %v %v", got, err)
	}
	if err := b.Done(t.Context(), got[0]); err != nil {
		t.Fatal(err)
	}
	again := NewInbox(db, "one") // the process died and came back
	rest, err := again.Unfinished(t.Context(), 0)
	if err != nil || len(rest) != 1 || rest[0].ID != 6 {
		t.Fatalf("unfinished: %v %v", rest, err)
	}
	other := NewInbox(db, "two")
	taken, err := other.Unfinished(t.Context(), 0)
	if err != nil || len(taken) != 1 || taken[0].ID != 6 {
		t.Fatalf("taken over: %v %v", taken, err)
	}
	if none, err := again.Next(t.Context(), 10, time.Millisecond); err != nil || len(none) != 0 {
		t.Fatalf("nothing is new: %v %v", none, err)
	}
}

func TestOneReplicaLeads(t *testing.T) {
	db := redistest.Client(t)
	one, two := NewLead(db, "one"), NewLead(db, "two")
	holds := func(l *Lead, want bool) {
		t.Helper()
		if held, err := l.Hold(t.Context()); err != nil || held != want {
			t.Errorf("%s leads: %v %v, want %v", l.replica, held, err, want)
		}
	}
	holds(one, true)
	holds(two, false)
	holds(one, true)
	if err := two.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	holds(two, false)
	if ttl := db.PTTL(t.Context(), leadKey).Val(); ttl <= 0 || ttl > leadTerm {
		t.Errorf("a dead leader leads for %v", ttl)
	}
	if err := one.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	holds(two, true)
}
