package sources

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"
)

// hosts keeps how many requests to each host are under way, over all sources,
// and which hosts asked to be left alone. It is safe for concurrent use.
type hosts struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[string]*host
}

type host struct {
	places chan struct{} // a token for each request under way
	users  int           // requests under way or waiting
	until  time.Time     // the server asked for silence until then
}

// manyHosts is when those that no request needs any more are forgotten.
const manyHosts = 1000

func newHosts(now func() time.Time) *hosts { return &hosts{now: now, by: map[string]*host{}} }

// hostOf names the host of an address: http and https are one, other ports
// are hosts of their own.
func hostOf(u *url.URL) string {
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		name += ":" + port
	}
	return name
}

// enter waits up to patience for a place among the requests to a host. It
// fails with a BusyError when there is none, or when the host asked for
// silence.
func (h *hosts) enter(ctx context.Context, name string, patience time.Duration) (release func(), err error) {
	h.mu.Lock()
	at := h.get(name)
	if rest := at.until.Sub(h.now()); rest > 0 {
		h.mu.Unlock()
		return nil, &BusyError{Wait: rest, Asked: true}
	}
	at.users++
	h.mu.Unlock()
	leave := func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		at.users--
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case at.places <- struct{}{}:
		return func() { <-at.places; leave() }, nil
	case <-timer.C:
		leave()
		return nil, &BusyError{Wait: busyWait}
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// get gives the entry of a host. The lock is held.
func (h *hosts) get(name string) *host {
	at := h.by[name]
	if at == nil {
		if len(h.by) >= manyHosts {
			for other, e := range h.by {
				if e.users == 0 && !e.until.After(h.now()) {
					delete(h.by, other)
				}
			}
		}
		at = &host{places: make(chan struct{}, perHost)}
		h.by[name] = at
	}
	return at
}

// rest notes that a host asked to be left alone for a while.
func (h *hosts) rest(name string, d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at, until := h.get(name), h.now().Add(d); until.After(at.until) {
		at.until = until
	}
}
