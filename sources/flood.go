package sources

import (
	"slices"
	"time"
)

// What counts as a flood: so many new publications at once, or so many times
// what a reading of the source usually brings. Small numbers are none.
const (
	floodMost   = 500
	floodTimes  = 10
	floodFrom   = 30
	floodKnown  = 5  // readings with news before there is a usual
	floodMemory = 20 // how many readings with news are remembered
)

// usual is what a reading of the source usually brings when it brings
// anything, or 0 when that is not known yet.
func (s *State) usual() int {
	if len(s.Recent) < floodKnown {
		return 0
	}
	sorted := slices.Clone(s.Recent)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

// isFlood tells whether so many new publications in one reading are no news
// but a site that moved, was attacked or changed all its addresses. After a
// long silence of ours there may be more.
func (s *State) isFlood(fresh int, now time.Time) bool {
	if fresh > floodMost {
		return true
	}
	usual := s.usual()
	if usual == 0 || fresh < floodFrom {
		return false
	}
	missed := 1.0
	if s.Interval > 0 && !s.LastRead.IsZero() {
		missed = max(1, now.Sub(s.LastRead).Hours()/s.Interval.Hours())
	}
	return float64(fresh) > floodTimes*float64(usual)*missed
}

func (s *State) remember(news int) {
	if news == 0 {
		return
	}
	s.Recent = append(s.Recent, news)
	if len(s.Recent) > floodMemory {
		s.Recent = slices.Clone(s.Recent[len(s.Recent)-floodMemory:])
	}
}
