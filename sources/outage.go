package sources

import (
	"errors"
	"sync"
	"time"
)

// outage tells the loss of our own network from failures of sources. When many
// sources in a row cannot be reached and none can, it is we who are offline:
// that says nothing about them. It is safe for concurrent use.
type outage struct {
	mu      sync.Mutex
	failing map[string]bool // sources that could not be reached since the last one that could
	since   time.Time
}

// From how many sources on an outage is ours, and for how long that is believed.
const (
	outageFrom = 10
	outageMost = 12 * time.Hour
)

// note takes in how an attempt at a source ended, and tells whether the network
// seems to be ours to blame.
func (o *outage) note(source string, err error, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !errors.Is(err, ErrTimeout) && !errors.Is(err, ErrUnreachable) {
		clear(o.failing)
		return false
	}
	if len(o.failing) == 0 {
		o.since = now
	}
	o.failing[source] = true
	return len(o.failing) >= outageFrom && now.Sub(o.since) < outageMost
}
