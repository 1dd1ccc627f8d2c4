package sources

import (
	"context"
	"errors"
	"fmt"
	"time"

	"visnyk/sources/list"
)

// EndpointState is how one endpoint of a source has fared.
type EndpointState struct {
	FirstRead time.Time `json:"first_read,omitzero"`
	Fails     int       `json:"fails,omitempty"` // failures in a row
	Since     time.Time `json:"since,omitzero"`  // when they began
	Next      time.Time `json:"next,omitzero"`   // a failing endpoint is left alone until then
	Cause     Cause     `json:"cause,omitzero"`
	MovedTo   string    `json:"moved_to,omitempty"` // found at another domain: held until a person confirms
	Address   string    `json:"address,omitempty"`  // where it is read, when it moved
	Rule      list.Rule `json:"rule,omitzero"`      // by which its list was found last
	Behind    int       `json:"behind,omitempty"`   // so many of its pages may hold what was not taken in
}

// address is where an endpoint is read now.
func (s *State) address(e Endpoint) string {
	if moved := s.Endpoints[e.URL].Address; moved != "" {
		return moved
	}
	return e.URL
}

// relearnAfter is how many failures in a row a list is missing for before any
// list on its page is taken for it.
const relearnAfter = 6

// located is an endpoint as it is read now: at its address, by the rule of its
// last reading.
func (s *State) located(e Endpoint) Endpoint {
	state := s.Endpoints[e.URL]
	e.URL = s.address(e)
	if state.Rule != (list.Rule{}) {
		e.Rule = state.Rule
	}
	if state.Cause.Kind == CauseLayout && state.Fails >= relearnAfter {
		e.Rule = list.Rule{}
	}
	return e
}

// change alters the state of an endpoint.
func (s *State) change(url string, do func(*EndpointState)) {
	if s.Endpoints == nil {
		s.Endpoints = map[string]EndpointState{}
	}
	e := s.Endpoints[url]
	do(&e)
	if e == (EndpointState{}) {
		delete(s.Endpoints, url)
		return
	}
	s.Endpoints[url] = e
}

// nextEndpoint is how long it takes until some endpoint may be tried.
func (s *State) nextEndpoint(all []Endpoint, now time.Time) time.Duration {
	var soonest time.Duration
	for _, e := range all {
		if wait := s.Endpoints[e.URL].Next.Sub(now); wait > 0 && (soonest == 0 || wait < soonest) {
			soonest = wait
		}
	}
	return soonest
}

// found is a reading with the endpoint that gave it.
type found struct {
	Reading
	endpoint Endpoint // as the source lists it
	anew     bool     // the archive holds nothing of the source
	pages    int      // how many of the endpoint's pages were to be read
	behind   bool     // not all of that was taken in
}

// readAny reads the first endpoint that answers, in the order of preference.
// One that failed is left alone for a while and then tried again, so that the
// preferred one comes back by itself. force tries all.
func (p *Poller) readAny(ctx context.Context, l lane, k *Known, force bool) (found, error) {
	var errs []error
	tried := 0
	for _, e := range k.Endpoints {
		if !force && k.State.Endpoints[e.URL].Next.After(p.now()) {
			continue
		}
		tried++
		r, err := p.readOne(ctx, l, k, e)
		if err == nil {
			return found{Reading: r, endpoint: e}, nil
		}
		errs = append(errs, err)
		if busy, ok := errors.AsType[*BusyError](err); ok && !busy.Asked || ctx.Err() != nil || l.hasty && errors.Is(err, ErrTimeout) {
			return found{}, err
		}
	}
	switch {
	case len(k.Endpoints) == 0:
		return found{}, ErrNotSource
	case tried == 0:
		return p.readAny(ctx, l, k, true)
	}
	return found{}, joined(errs)
}

// joined is the error of several endpoints: that a host is busy only when that
// is all there is to say.
func joined(errs []error) error {
	var real []error
	for _, err := range errs {
		if !errors.Is(err, ErrBusy) {
			real = append(real, err)
		}
	}
	if len(real) == 0 {
		return errs[0]
	}
	return errors.Join(real...)
}

// readOne reads one endpoint and notes how it fared. That a host is busy says
// nothing about it, nor does the haste of the quick lane.
func (p *Poller) readOne(ctx context.Context, l lane, k *Known, e Endpoint) (Reading, error) {
	at := k.State.located(e)
	r, err := l.fetch.Read(ctx, at, k.State.Validators[at.URL])
	if there, ok := p.movedThere(ctx, k, e, at, err); ok {
		at = there
		r, err = l.fetch.Read(ctx, at, k.State.Validators[at.URL])
	}
	switch {
	case err == nil:
		p.endpointRead(k, e, at, r)
		return r, nil
	case errors.Is(err, ErrBusy), ctx.Err() != nil, l.hasty && errors.Is(err, ErrTimeout):
		return Reading{}, err
	}
	moved, isMove := errors.AsType[*MovedError](err)
	news := isMove && k.State.Endpoints[e.URL].MovedTo != moved.To && p.asked(ctx, k, e, at, moved.To)
	k.State.change(e.URL, func(s *EndpointState) {
		if s.Fails++; s.Since.IsZero() {
			s.Since = p.now()
		}
		s.Cause, s.Next = CauseOf(err), p.now().Add(p.backOff(s.Fails))
		switch {
		case news:
			s.MovedTo = moved.To
		case !isMove:
			s.MovedTo = ""
		}
	})
	return Reading{}, fmt.Errorf("%s: %w", e.Kind, err)
}

// endpointRead notes a successful reading.
func (p *Poller) endpointRead(k *Known, e, at Endpoint, r Reading) {
	if r.Relearnt {
		p.log.Warn("poll: the layout of a page changed, its list was learnt anew", "source", k.ID, "endpoint", at.URL)
	}
	k.State.change(e.URL, func(s *EndpointState) {
		*s = EndpointState{FirstRead: s.FirstRead, Address: s.Address, Rule: r.Endpoint.Rule, Behind: s.Behind}
		if r.Endpoint.URL != "" && r.Endpoint.URL != at.URL {
			s.Address = r.Endpoint.URL
		}
		if s.Address == e.URL {
			s.Address = ""
		}
	})
}
