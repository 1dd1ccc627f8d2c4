package sources

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"time"
)

// Bounds of the adaptive interval, and where it starts.
const (
	minInterval   = 5 * time.Minute
	startInterval = 15 * time.Minute
	maxInterval   = 6 * time.Hour
)

const (
	rateMemory = 72 * time.Hour     // how slowly the estimate of the frequency forgets
	rateSeed   = 7 * 24 * time.Hour // publications of so long are its start
	perReading = 0.1                // how many publications one reading is worth: a tenth of their usual distance is the longest interval
)

// rate learns how often a source publishes, in publications an hour.
func (s *State) learnRate(now time.Time, news int, r Reading) {
	if s.FirstRead.IsZero() {
		dated := 0
		for _, item := range r.Items {
			if age := now.Sub(item.Published); !item.Published.IsZero() && age < rateSeed {
				dated++
			}
		}
		s.Rate = float64(dated) / rateSeed.Hours()
		return
	}
	if gone := now.Sub(s.LastRead); gone > 0 {
		s.Rate *= math.Exp(-gone.Hours() / rateMemory.Hours())
	}
	s.Rate += float64(news) / rateMemory.Hours()
}

// adapt gives the next interval: shorter when there was news, longer when there
// was none, as far as the frequency of publication lets it, and never shorter
// than the server asks.
func (s *State) adapt(news int, asked time.Duration) time.Duration {
	next := s.Interval
	switch {
	case next == 0:
		next = startInterval
	case news > 0:
		next /= 2
	default:
		next += next / 4
	}
	longest := maxInterval
	if s.Rate > perReading/maxInterval.Hours() {
		longest = time.Duration(perReading / s.Rate * float64(time.Hour))
	}
	return min(max(min(next, longest), minInterval, asked), maxInterval)
}

// The working hours of authorities, in Kyiv, and how much longer the interval
// is at other times.
const (
	dayBegins, dayEnds     = 8, 20
	dawn, dusk             = 6, 23
	edgeFactor, restFactor = 1.5, 2
	nightFactor            = 4
)

// dayFactor stretches the interval when authorities seldom publish.
func dayFactor(at time.Time) float64 {
	factor := 1.0
	if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
		factor = restFactor
	}
	switch h := at.Hour(); {
	case h < dawn || h >= dusk:
		return nightFactor
	case h < dayBegins || h >= dayEnds:
		return max(factor, edgeFactor)
	}
	return factor
}

// phaseOf is a number from 0 up to 1 that a source keeps: it spreads the
// sources over an interval.
func phaseOf(id string) float64 {
	sum := sha256.Sum256([]byte(id))
	return float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53)
}

// nextAdaptive is when a source is read next: the point of its own phase on the
// grid of the interval, in Kyiv's day and night. A long interval of the night
// ends in the morning.
func nextAdaptive(id string, now time.Time, interval, asked time.Duration, zone *time.Location) time.Time {
	local := now.In(zone)
	long := min(time.Duration(float64(interval)*dayFactor(local)), maxInterval)
	next := onGrid(now, long, phaseOf(id))
	begin := dayBegins - 1
	morning := time.Date(local.Year(), local.Month(), local.Day(), begin, 0, 0, 0, zone)
	if local.Hour() >= begin {
		morning = time.Date(local.Year(), local.Month(), local.Day()+1, begin, 0, 0, 0, zone)
	}
	if first := morning.Add(time.Duration(phaseOf(id) * float64(min(interval, time.Hour)))); next.After(first) && first.Sub(now) >= minInterval {
		next = first
	}
	soonest, latest := now.Add(max(minInterval, asked)), now.Add(maxInterval)
	if next.Before(soonest) {
		next = soonest
	}
	if next.After(latest) {
		next = latest
	}
	return next
}

// onGrid is the point of a phase on the grid of an interval that is nearest to
// one interval from now.
func onGrid(now time.Time, interval time.Duration, phase float64) time.Time {
	at := now.Add(interval / 2).UnixNano()
	shift := int64(phase * float64(interval))
	steps := (at - shift + int64(interval) - 1) / int64(interval)
	return time.Unix(0, steps*int64(interval)+shift)
}

// nextLiteral keeps a source on its own beat. One that is late by more than a
// little, as after a night without the program, takes up its beat within the
// interval, so that not all of them come at once ever after.
func nextLiteral(id string, now, due time.Time, interval time.Duration) time.Time {
	late := now.Sub(due)
	switch {
	case due.IsZero(), late < 0:
		return now.Add(interval)
	case late <= interval/10:
		return due.Add(interval)
	case late <= interval:
		return now.Add(interval)
	}
	return now.Add(interval/2 + time.Duration(phaseOf(id)*float64(interval)/2))
}
