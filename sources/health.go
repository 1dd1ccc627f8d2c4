package sources

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// CauseKind says in a word why a source cannot be read.
type CauseKind string

// The causes.
const (
	CauseTimeout     CauseKind = "timeout"
	CauseUnreachable CauseKind = "unreachable"
	CauseStatus      CauseKind = "status"    // Detail is the status
	CauseProtected   CauseKind = "protected" // Detail names the protection
	CauseRobots      CauseKind = "robots"
	CauseMoved       CauseKind = "moved"  // Detail is the new address
	CauseEmpty       CauseKind = "empty"  // a page without news
	CauseLayout      CauseKind = "layout" // a page that had news and whose list is not found any more
	CauseNotSource   CauseKind = "not-source"
	CauseHostile     CauseKind = "hostile"
	CauseTooLarge    CauseKind = "too-large"
	CauseForbidden   CauseKind = "forbidden" // an address inside
	CauseNoChannel   CauseKind = "no-channel"
	CauseBroken      CauseKind = "broken" // our own fault
)

// Cause is why a source cannot be read. It outlives the error.
type Cause struct {
	Kind   CauseKind `json:"kind"`
	Detail string    `json:"detail,omitempty"`
}

// CauseOf finds what an error of reading means.
func CauseOf(err error) Cause {
	var status *StatusError
	var protected *ProtectedError
	var moved *MovedError
	switch {
	case errors.As(err, &moved):
		return Cause{CauseMoved, moved.To}
	case errors.As(err, &protected):
		return Cause{CauseProtected, protected.Name}
	case errors.As(err, &status):
		return Cause{CauseStatus, fmt.Sprint(status.Code)}
	}
	for _, c := range []struct {
		err  error
		kind CauseKind
	}{
		{ErrTimeout, CauseTimeout},
		{ErrRobots, CauseRobots},
		{ErrLayout, CauseLayout},
		{ErrNoItems, CauseEmpty},
		{ErrHostile, CauseHostile},
		{ErrTooLarge, CauseTooLarge},
		{ErrForbidden, CauseForbidden},
		{ErrAddress, CauseForbidden},
		{ErrNoChannel, CauseNoChannel},
		{ErrNotSource, CauseNotSource},
		{ErrUnreachable, CauseUnreachable},
	} {
		if errors.Is(err, c.err) {
			return Cause{Kind: c.kind}
		}
	}
	return Cause{Kind: CauseBroken}
}

// NoticeKind says what the operators are told of.
type NoticeKind string

// The kinds of notices.
const (
	NoticeFailing   NoticeKind = "failing"
	NoticeRecovered NoticeKind = "recovered"
	NoticeFlood     NoticeKind = "flood"
	NoticeMoved     NoticeKind = "moved"
)

// Notice is something that the operators are told once.
type Notice struct {
	Kind   NoticeKind
	Source Source
	Since  time.Time     // when it began
	Cause  Cause         // of a failure
	Next   time.Duration // a failing source is asked again after so long
	Count  int           // publications of a flood
	Usual  int           // what a reading of the source usually brings
	From   string        // the endpoint of a move
	To     string        // where it moved
}

// ID names the notice: the same one is told once.
func (n Notice) ID() string {
	id := fmt.Sprintf("%s:%s:%d", n.Kind, n.Source.ID, n.Since.Unix())
	if n.Kind == NoticeMoved {
		id = string(n.Kind) + ":" + MoveTag(n.Source.ID, n.From, n.To)
	}
	return id
}

// MoveTag names the move of an endpoint in little space.
func MoveTag(source, from, to string) string {
	sum := sha256.Sum256([]byte(source + "\x00" + from + "\x00" + to))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// tellAfter is how many failures in a row the operators are told of: fewer are
// a hiccup.
const tellAfter = 3

// tell tells the operators something. It gives false when that failed: it is
// to be told again.
func (p *Poller) tell(ctx context.Context, n Notice) bool {
	if p.notify == nil {
		return true
	}
	if err := p.notify(ctx, n); err != nil {
		p.log.Warn("poll: the operators were not told", "source", n.Source.ID, "notice", n.Kind, "error", err)
		return false
	}
	return true
}

// failed records that no endpoint of a source could be read, and when it is
// asked again.
func (p *Poller) failed(ctx context.Context, k Known, cause error) error {
	s := &k.State
	s.Fails++
	s.Trial = false
	s.Reason, s.Cause = cause.Error(), CauseOf(cause)
	if len(k.Endpoints) > 0 {
		// The preferred endpoint is what people know the source by.
		s.Cause = cmp.Or(s.Endpoints[k.Endpoints[0].URL].Cause, s.Cause)
	}
	if s.Since.IsZero() {
		s.Since = s.LastTried
	}
	wait := p.backOff(s.Fails)
	if soonest := s.nextEndpoint(k.Endpoints, s.LastTried); soonest > 0 {
		wait = min(wait, soonest)
	}
	var status *StatusError
	if errors.As(cause, &status) {
		wait = max(wait, status.RetryAfter)
	}
	p.log.Info("poll: source failed", "source", k.ID, "fails", s.Fails, "wait", wait, "error", cause)
	if s.Fails >= tellAfter && s.Told.IsZero() && s.Cause.Kind != CauseMoved &&
		p.tell(ctx, Notice{Kind: NoticeFailing, Source: k.Source, Since: s.Since, Cause: s.Cause, Next: wait}) {
		s.Told = p.now()
	}
	if err := p.registry.Record(ctx, k.ID, *s, p.now().Add(wait)); err != nil {
		return err
	}
	return &ReadError{Source: k.ID, Err: cause}
}

// recovered notes that a source was read again.
func (p *Poller) recovered(ctx context.Context, k *Known) {
	s := &k.State
	if s.Fails > 0 {
		p.log.Info("poll: source recovered", "source", k.ID, "fails", s.Fails)
	}
	if !s.Told.IsZero() && !p.tell(ctx, Notice{Kind: NoticeRecovered, Source: k.Source, Since: s.Since, Cause: s.Cause}) {
		return // told at the next reading
	}
	s.Fails, s.Reason, s.Cause, s.Since, s.Told = 0, "", Cause{}, time.Time{}, time.Time{}
}

// backOff is how long a source or an endpoint rests after so many failures.
func (p *Poller) backOff(fails int) time.Duration {
	base := max(p.interval, time.Second)
	if p.interval == 0 {
		base = minInterval
	}
	if fails >= 16 {
		return maxInterval
	}
	return min(base<<fails, maxInterval)
}

// isGone tells whether an error says that a page does not exist any more.
func isGone(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusGone)
}
