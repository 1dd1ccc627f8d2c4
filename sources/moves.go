package sources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// Verdict is what a person decided about a move.
type Verdict string

// The verdicts.
const (
	Undecided Verdict = ""
	ReadThere Verdict = "read"
	Refused   Verdict = "refused"
)

// Move is an endpoint that was found at another domain, and what a person
// decided about it. Moves are stored apart from the state: a reading that is
// under way writes its state when it ends and takes no decision back by that.
type Move struct {
	Endpoint string    `json:"endpoint"` // as the source lists it
	At       string    `json:"at"`       // where it was read
	To       string    `json:"to"`
	Found    time.Time `json:"found,omitzero"`
	Verdict  Verdict   `json:"verdict,omitempty"`
	By       int64     `json:"by,omitempty"` // names the decision: made again, it is the same one
}

// Bounds of what is kept and asked: a site that leads elsewhere each time may
// neither fill the store nor the operators' chats.
const (
	keptMoves   = 20
	askedMoves  = 3 // undecided moves of one endpoint within askedWithin
	askedWithin = 24 * time.Hour
)

// Held is an endpoint that moved to another domain and is not read there before
// a person says so.
type Held struct {
	Source  Source
	From    string // the endpoint as the source lists it
	At      string // where it was read
	To      string
	Since   time.Time
	Refused bool // a person said not to read there
}

// Tag names the move.
func (h Held) Tag() string { return MoveTag(h.Source.ID, h.At, h.To) }

// Held lists the endpoints that moved to another domain and are not read there.
func (k Known) Held() []Held {
	var all []Held
	for _, e := range k.Endpoints {
		if s := k.State.Endpoints[e.URL]; s.MovedTo != "" {
			h := Held{Source: k.Source, From: e.URL, At: k.State.address(e), To: s.MovedTo, Since: s.Since}
			h.Refused = k.verdict(h.From, h.At, h.To) == Refused
			all = append(all, h)
		}
	}
	return all
}

// verdict is what was decided about a move.
func (k Known) verdict(endpoint, at, to string) Verdict {
	if i := k.move(endpoint, at, to); i >= 0 {
		return k.Moves[i].Verdict
	}
	return Undecided
}

// move is the place of a move in Moves, -1 if it is not there.
func (k Known) move(endpoint, at, to string) int {
	return slices.IndexFunc(k.Moves, func(m Move) bool { return m.Endpoint == endpoint && m.At == at && m.To == to })
}

// readMoves decodes the moves and lets those count that a person agreed to: the
// endpoint is read where it moved to.
func (k *Known) readMoves() error {
	if k.Moves = nil; k.moves == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(k.moves), &k.Moves); err != nil {
		return err
	}
	for _, m := range k.Moves {
		s := k.State.Endpoints[m.Endpoint]
		if m.Verdict == ReadThere && s.Fails > 0 && k.State.address(Endpoint{URL: m.Endpoint}) == m.At && (s.MovedTo == m.To || s.MovedTo == "") {
			k.State.change(m.Endpoint, func(s *EndpointState) { *s = EndpointState{FirstRead: s.FirstRead, Address: m.To} })
		}
	}
	return nil
}

// noted is Moves with a move put in, within the bounds: the oldest that nobody
// decided about goes first.
func (k Known) noted(m Move) []Move {
	all := slices.Clone(k.Moves)
	if i := k.move(m.Endpoint, m.At, m.To); i >= 0 {
		all[i] = m
	} else {
		all = append(all, m)
	}
	if m.Verdict == ReadThere {
		// It is back where it was once: what let it go from there is over.
		all = slices.DeleteFunc(all, func(old Move) bool { return old.Endpoint == m.Endpoint && old.At == m.To })
	}
	for len(all) > keptMoves {
		oldest := max(slices.IndexFunc(all, func(m Move) bool { return m.Verdict == Undecided }), 0)
		all = slices.Delete(all, oldest, oldest+1)
	}
	return all
}

// swapMoves replaces the moves of a source unless they were changed meanwhile.
//
// KEYS[1] the source. ARGV[1] the moves as they were read, empty for none;
// ARGV[2] those to store. Returns 1 when they are stored, 0 when others are there.
var swapMoves = redis.NewScript(`
if (redis.call('HGET', KEYS[1], 'm') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'm', ARGV[2])
return 1
`)

// putMoves stores the moves of a source. It gives false when they were changed
// since k was read.
func (r *Registry) putMoves(ctx context.Context, k Known, all []Move) (bool, error) {
	record, err := json.Marshal(all)
	if err != nil {
		return false, fmt.Errorf("encode the moves of source %s: %w", k.ID, err)
	}
	n, err := swapMoves.Run(ctx, r.db, []string{sourceKey + k.ID}, k.moves, record).Int()
	if err != nil {
		return false, fmt.Errorf("store the moves of source %s: %w", k.ID, err)
	}
	return n == 1, nil
}

// errMovesBusy says that others kept changing the moves of a source.
var errMovesBusy = errors.New("the moves of the source are being changed")

// moveTries is how often a change of moves is tried when others change them too.
const moveTries = 10

// noteMove notes that an endpoint moved, and tells whether people are to be asked:
// not about what they refused, nor of a site that leads elsewhere each time.
func (r *Registry) noteMove(ctx context.Context, id string, m Move) (ask bool, err error) {
	for range moveTries {
		known, err := r.Get(ctx, id)
		if err != nil || len(known) == 0 {
			return true, err
		}
		k, open := known[0], 0
		if i := k.move(m.Endpoint, m.At, m.To); i >= 0 {
			return k.Moves[i].Verdict == Undecided, nil
		}
		for _, other := range k.Moves {
			if other.Endpoint == m.Endpoint && other.Verdict == Undecided && m.Found.Sub(other.Found) < askedWithin {
				open++
			}
		}
		if done, err := r.putMoves(ctx, k, k.noted(m)); done || err != nil {
			return open < askedMoves, err
		}
	}
	return false, errMovesBusy
}

// asked asks the operators about a move, once. It gives false when that failed:
// they are to be asked at the next reading.
func (p *Poller) asked(ctx context.Context, k *Known, e, at Endpoint, to string) bool {
	if k.State.FirstRead.IsZero() {
		return true // what was never read is not followed yet: who asks for it is told
	}
	ask, err := p.registry.noteMove(ctx, k.ID, Move{Endpoint: e.URL, At: at.URL, To: to, Found: p.now().UTC()})
	if err != nil {
		p.log.Warn("poll: a move was not noted", "source", k.ID, "error", err)
		return false
	}
	return !ask || p.tell(ctx, Notice{Kind: NoticeMoved, Source: k.Source, Since: p.now(), From: at.URL, To: to})
}

// movedThere gives the endpoint at its new address when it moved where a person
// agreed to, in this process or another, since k was read or before.
func (p *Poller) movedThere(ctx context.Context, k *Known, e, at Endpoint, cause error) (Endpoint, bool) {
	moved, ok := errors.AsType[*MovedError](cause)
	if !ok {
		return at, false
	}
	known, err := p.registry.Get(ctx, k.ID)
	if err != nil || len(known) == 0 || known[0].verdict(e.URL, at.URL, moved.To) != ReadThere {
		return at, false
	}
	k.Moves, k.moves = known[0].Moves, known[0].moves
	k.State.change(e.URL, func(s *EndpointState) { *s = EndpointState{FirstRead: s.FirstRead, Address: moved.To} })
	return k.State.located(e), true
}

// MoveState is how a move stands.
type MoveState int

// How a move stands.
const (
	MoveWaits   MoveState = iota // for a person's word
	MoveRead                     // it is read at its new address
	MoveRefused                  // it is not
	MoveBack                     // it is read again without a decision, at Held.At
	MoveAgain                    // it moved to another address since
)

// Decision is how a move stands after somebody said what to do about it.
type Decision struct {
	Held
	State MoveState
	Own   bool // it stands so by this very decision
}

// ErrNoMove says that nothing is known of such a move.
var ErrNoMove = errors.New("no such move")

// standing finds how the move that a tag names stands.
func (k Known) standing(tag string) (Held, MoveState, bool) {
	for _, h := range k.Held() {
		if h.Tag() == tag {
			if h.Refused {
				return h, MoveRefused, true
			}
			return h, MoveWaits, true
		}
	}
	for _, m := range k.Moves {
		h := Held{Source: k.Source, From: m.Endpoint, At: m.At, To: m.To, Since: m.Found, Refused: m.Verdict == Refused}
		if h.Tag() != tag || !slices.ContainsFunc(k.Endpoints, func(e Endpoint) bool { return e.URL == m.Endpoint }) {
			continue
		}
		s := k.State.Endpoints[m.Endpoint]
		switch {
		case m.Verdict == ReadThere:
			return h, MoveRead, true
		case m.Verdict == Refused:
			return h, MoveRefused, true
		case s.Fails == 0 && k.State.LastTried.After(m.Found):
			h.At = k.State.address(Endpoint{URL: m.Endpoint})
			return h, MoveBack, true
		case s.Fails == 0:
			return h, MoveWaits, true // the reading that found it is not over
		case s.MovedTo == "" && k.State.address(Endpoint{URL: m.Endpoint}) == m.At:
			return h, MoveWaits, true // it fails in another way just now
		}
		return h, MoveAgain, true
	}
	return Held{}, 0, false
}

// MoveOf finds the move that a tag names, and how it stands. It fails with
// ErrNoMove when nothing is known of it.
func (r *Registry) MoveOf(ctx context.Context, tag string) (Decision, error) {
	all, err := r.All(ctx)
	if err != nil {
		return Decision{}, err
	}
	for _, k := range all {
		if h, state, ok := k.standing(tag); ok {
			return Decision{Held: h, State: state}, nil
		}
	}
	return Decision{}, ErrNoMove
}

// DecideMove decides about the move that a tag names: its endpoint is read at
// the new address, and its source is due, or it is not and nobody is asked about
// that address again. What was decided before stays, except that over takes a
// refusal back. by names the decision, so that made again it is the same one.
// It fails with ErrNoMove when nothing is known of the move.
func (r *Registry) DecideMove(ctx context.Context, tag string, v Verdict, over bool, by int64) (Decision, error) {
	found, err := r.MoveOf(ctx, tag)
	if err != nil {
		return found, err
	}
	for range moveTries {
		known, err := r.Get(ctx, found.Source.ID)
		if err != nil {
			return found, err
		}
		if len(known) == 0 {
			return found, ErrNoMove
		}
		k := known[0]
		h, state, ok := k.standing(tag)
		if !ok {
			return found, ErrNoMove
		}
		if state != MoveWaits && !(over && state == MoveRefused && v == ReadThere) {
			if i := k.move(h.From, h.At, h.To); i >= 0 && by != 0 && k.Moves[i].By == by && k.Moves[i].Verdict == v {
				return r.decided(ctx, h, v)
			}
			return Decision{Held: h, State: state}, nil
		}
		done, err := r.putMoves(ctx, k, k.noted(Move{Endpoint: h.From, At: h.At, To: h.To, Found: h.Since, Verdict: v, By: by}))
		if err != nil {
			return found, err
		}
		if done {
			return r.decided(ctx, h, v)
		}
	}
	return found, errMovesBusy
}

// decided is a decision that is stored. A source that may be read again is
// due now.
func (r *Registry) decided(ctx context.Context, h Held, v Verdict) (Decision, error) {
	h.Refused = v == Refused
	if h.Refused {
		return Decision{Held: h, State: MoveRefused, Own: true}, nil
	}
	return Decision{Held: h, State: MoveRead, Own: true}, r.hasten(ctx, h.Source.ID)
}
