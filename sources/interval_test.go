package sources

import (
	"fmt"
	"testing"
	"time"

	"visnyk/sources/extract"
)

func TestAdaptiveTimesSpreadAndKeepTheirPhase(t *testing.T) {
	zone := extract.Kyiv()
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, zone)
	var slots [10]int
	for i := range 1000 {
		id := fmt.Sprintf("s%d", i)
		first := nextAdaptive(id, noon, 30*time.Minute, 0, zone)
		second := nextAdaptive(id, first.Add(time.Second), 30*time.Minute, 0, zone)
		if gap := first.Sub(noon); gap < 15*time.Minute || gap > 45*time.Minute {
			t.Errorf("%s: the first after %v", id, gap)
		}
		if gap := second.Sub(first); gap != 30*time.Minute {
			t.Errorf("%s: then after %v", id, gap)
		}
		slots[first.Unix()%1800/180]++
	}
	for i, n := range slots {
		if n < 70 || n > 130 {
			t.Errorf("%d of 1000 sources are in tenth %d of the interval", n, i)
		}
	}
}

func TestTheDayOfAuthorities(t *testing.T) {
	zone := extract.Kyiv()
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, zone) }
	for name, c := range map[string]struct {
		now       time.Time
		low, high time.Duration
	}{
		"a working day":     {at(24, 11), 10 * time.Minute, 30 * time.Minute},
		"the evening":       {at(24, 21), 15 * time.Minute, 45 * time.Minute},
		"a night":           {at(24, 1), 40 * time.Minute, 2 * time.Hour},
		"a Sunday":          {at(22, 11), 20 * time.Minute, time.Hour},
		"before the morn":   {at(24, 5), 40 * time.Minute, 2*time.Hour + 20*time.Minute},
		"the end of summer": {time.Date(2026, 10, 25, 1, 0, 0, 0, zone), 40 * time.Minute, 2 * time.Hour},
	} {
		for i := range 20 {
			gap := nextAdaptive(fmt.Sprint(i), c.now, 20*time.Minute, 0, zone).Sub(c.now)
			if gap < c.low || gap > c.high {
				t.Errorf("%s: after %v", name, gap)
			}
		}
	}
	for i := range 20 {
		next := nextAdaptive(fmt.Sprint(i), at(24, 3), 3*time.Hour, 0, zone)
		if next.After(at(24, 8)) {
			t.Errorf("an interval of the night ends at %v", next)
		}
	}
}

func TestBoundsOfTheInterval(t *testing.T) {
	zone := extract.Kyiv()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, zone)
	for i := range 50 {
		id := fmt.Sprint(i)
		for _, interval := range []time.Duration{minInterval, time.Hour, maxInterval} {
			for _, asked := range []time.Duration{0, time.Minute, interval} {
				gap := nextAdaptive(id, now, interval, asked, zone).Sub(now)
				if gap < minInterval || gap > maxInterval || gap < asked {
					t.Errorf("interval %v, asked %v: after %v", interval, asked, gap)
				}
			}
		}
	}
}

func TestTheIntervalFollowsTheFrequency(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for perWeek, want := range map[int]time.Duration{0: 6 * time.Hour, 1: 6 * time.Hour, 7: 2*time.Hour + 24*time.Minute, 70: 14*time.Minute + 24*time.Second, 700: 5 * time.Minute} {
		var r Reading
		for i := range perWeek {
			r.Items = append(r.Items, Item{Published: now.Add(-time.Duration(i) * 7 * 24 * time.Hour / time.Duration(perWeek))})
		}
		s := State{}
		s.learnRate(now, perWeek, r)
		s.FirstRead, s.LastRead = now, now
		for range 30 { // readings without news
			s.Interval = s.adapt(0, 0)
		}
		if diff := s.Interval - want; diff.Abs() > want/20 {
			t.Errorf("%d a week: every %v, want %v", perWeek, s.Interval, want)
		}
		if asked := s.adapt(0, 3*time.Hour); asked < 3*time.Hour {
			t.Errorf("the server asks for three hours, it gets %v", asked)
		}
	}
}

func TestALiteralIntervalIsKept(t *testing.T) {
	due := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	const every = 10 * time.Minute
	for late, want := range map[time.Duration]time.Duration{0: every, 59 * time.Second: every, 2 * time.Minute: every + 2*time.Minute, -time.Minute: every - time.Minute} {
		if got := nextLiteral("a", due.Add(late), due, every).Sub(due); got != want {
			t.Errorf("%v late: the next %v after the last was due, want %v", late, got, want)
		}
	}
	seen := map[time.Duration]bool{}
	for i := range 100 {
		gap := nextLiteral(fmt.Sprint(i), due.Add(8*time.Hour), due, every).Sub(due.Add(8 * time.Hour))
		if gap < every/2 || gap > every {
			t.Errorf("after a night: %v", gap)
		}
		seen[gap.Truncate(30*time.Second)] = true
	}
	if len(seen) < 8 {
		t.Errorf("after a night they all come within %d half minutes", len(seen))
	}
}
