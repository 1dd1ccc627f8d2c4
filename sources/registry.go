package sources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// State is how a source has fared.
type State struct {
	FirstRead  time.Time             `json:"first_read,omitzero"` // when it was first read with success
	LastRead   time.Time             `json:"last_read,omitzero"`  // when it was last read with success
	LastTried  time.Time             `json:"last_tried,omitzero"`
	Fails      int                   `json:"fails,omitempty"`  // failures in a row
	Reason     string                `json:"reason,omitempty"` // of the last failure, for operators
	Interval   time.Duration         `json:"interval,omitempty"`
	Validators map[string]Validators `json:"validators,omitempty"` // by endpoint address

	Since     time.Time                `json:"since,omitzero"`      // when the failures began
	Cause     Cause                    `json:"cause,omitzero"`      // of the last failure
	Told      time.Time                `json:"told,omitzero"`       // when the operators were told of them
	Next      time.Time                `json:"next,omitzero"`       // when it is to be read next
	Slow      bool                     `json:"slow,omitempty"`      // it takes long to answer: read in the slow lane
	Trial     bool                     `json:"trial,omitempty"`     // it did not answer at once; whether it is slow or dead is found out in the lane of the failing
	Rate      float64                  `json:"rate,omitempty"`      // publications an hour, as far as is known
	Recent    []int                    `json:"recent,omitempty"`    // how many were new in the last readings that brought any
	Reading   string                   `json:"reading,omitempty"`   // the endpoint that was read last, as the source lists it
	Endpoints map[string]EndpointState `json:"endpoints,omitempty"` // by address as the source lists it
}

// Known is a source with its state.
type Known struct {
	Source
	State State
	Moves []Move // the moves to another domain that people were asked about

	moves string // Moves as they are stored
}

// Registry keeps the sources that are or were followed, and when each is to
// be read next. It is core data. Its methods are safe for concurrent use, by
// several processes too.
type Registry struct {
	db        redis.UniversalClient
	catalogue []Source
	now       func() time.Time
}

// NewRegistry returns the registry over the core role of Redis. The catalogue
// lists the sources that people can ask for by name. A nil now means time.Now.
func NewRegistry(db redis.UniversalClient, catalogue []Source, now func() time.Time) *Registry {
	if now == nil {
		now = time.Now
	}
	return &Registry{db: db, catalogue: catalogue, now: now}
}

// Catalogue lists the sources that people can ask for by name.
func (r *Registry) Catalogue() []Source { return r.catalogue }

// Named finds the catalogue's source that goes by a name: its id, name or one
// of its short names, without regard to case and kinds of apostrophe.
func (r *Registry) Named(name string) (Source, bool) {
	want := nameKey(name)
	for _, s := range r.catalogue {
		if nameKey(s.ID) == want || nameKey(s.Name) == want ||
			slices.ContainsFunc(s.Aliases, func(a string) bool { return nameKey(a) == want }) {
			return s, true
		}
	}
	return Source{}, false
}

var oneApostrophe = strings.NewReplacer("'", "’", "ʼ", "’", "`", "’", "«", "", "»", "", `"`, "")

func nameKey(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(oneApostrophe.Replace(s))), " ")
}

// At finds the source that reads an address, in the registry or the
// catalogue. The address is that of an endpoint or of an authority's home.
func (r *Registry) At(ctx context.Context, address string) (Source, bool, error) {
	canonical, err := CanonicalURL(address)
	if err != nil {
		return Source{}, false, nil
	}
	id, err := r.db.HGet(ctx, atKey, canonical).Result()
	if err == nil {
		known, err := r.Get(ctx, id)
		if err != nil || len(known) == 0 {
			return Source{}, false, err
		}
		return known[0].Source, true, nil
	}
	if !errors.Is(err, redis.Nil) {
		return Source{}, false, fmt.Errorf("look up a source: %w", err)
	}
	for _, s := range r.catalogue {
		for _, a := range append([]string{s.Home}, addresses(s)...) {
			if c, err := CanonicalURL(a); err == nil && c == canonical {
				return s, true, nil
			}
		}
	}
	return Source{}, false, nil
}

func addresses(s Source) []string {
	var all []string
	for _, e := range s.Endpoints {
		all = append(all, e.URL)
	}
	return all
}

// ownAddresses are the addresses by which a source is known: not that of a
// channel which its site links to and which may be another's.
func ownAddresses(s Source) []string {
	s.Endpoints = slices.DeleteFunc(slices.Clone(s.Endpoints), func(e Endpoint) bool { return e.Why == WhyLinked && e.Sure < sureLinked })
	return addresses(s)
}

// Put stores a source, keeping its state, and makes it due at next unless it
// has a time already.
func (r *Registry) Put(ctx context.Context, s Source, next time.Time) error {
	record, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode source %s: %w", s.ID, err)
	}
	_, err = r.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, sourceKey+s.ID, "j", record)
		p.SAdd(ctx, allKey, s.ID)
		for _, a := range append(ownAddresses(s), s.Home) {
			if c, err := CanonicalURL(a); err == nil {
				p.HSetNX(ctx, atKey, c, s.ID)
			}
		}
		p.ZAddNX(ctx, dueKey, redis.Z{Score: float64(next.UnixMilli()), Member: s.ID})
		return nil
	})
	if err != nil {
		return fmt.Errorf("store source %s: %w", s.ID, err)
	}
	return nil
}

// Get reads sources by id, in the order of ids; those that are not known are
// left out.
func (r *Registry) Get(ctx context.Context, ids ...string) ([]Known, error) {
	rows := make([]*redis.SliceCmd, len(ids))
	_, err := r.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			rows[i] = p.HMGet(ctx, sourceKey+id, "j", "s", "m")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	var all []Known
	for i, row := range rows {
		var k Known
		record, ok := row.Val()[0].(string)
		if !ok {
			continue
		}
		if err := json.Unmarshal([]byte(record), &k.Source); err != nil {
			return nil, fmt.Errorf("decode source %s: %w", ids[i], err)
		}
		if state, ok := row.Val()[1].(string); ok {
			if err := json.Unmarshal([]byte(state), &k.State); err != nil {
				return nil, fmt.Errorf("decode the state of source %s: %w", ids[i], err)
			}
		}
		k.moves, _ = row.Val()[2].(string)
		if err := k.readMoves(); err != nil {
			return nil, fmt.Errorf("decode the moves of source %s: %w", ids[i], err)
		}
		all = append(all, k)
	}
	return all, nil
}

// Count is the number of known sources.
func (r *Registry) Count(ctx context.Context) (int, error) {
	n, err := r.db.SCard(ctx, allKey).Result()
	if err != nil {
		return 0, fmt.Errorf("count sources: %w", err)
	}
	return int(n), nil
}

// All reads every known source, ordered by name.
func (r *Registry) All(ctx context.Context) ([]Known, error) {
	ids, err := r.db.SMembers(ctx, allKey).Result()
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := r.Get(ctx, ids...)
	slices.SortFunc(all, func(a, b Known) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return all, err
}

// Record stores the state of a source after a reading and when it is due next.
func (r *Registry) Record(ctx context.Context, id string, s State, next time.Time) error {
	s.Next = next.UTC()
	state, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode the state of source %s: %w", id, err)
	}
	_, err = r.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for _, e := range s.Endpoints {
			if c, err := CanonicalURL(e.Address); err == nil && e.Address != "" {
				p.HSetNX(ctx, atKey, c, id)
			}
		}
		p.HSet(ctx, sourceKey+id, "s", state)
		p.ZAdd(ctx, dueKey, redis.Z{Score: float64(next.UnixMilli()), Member: id})
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the state of source %s: %w", id, err)
	}
	return nil
}

// Hasten makes sources due now if they were not read since a moment and were
// due later, so that a digest is built from what is there at its time.
func (r *Registry) Hasten(ctx context.Context, since time.Time, ids ...string) error {
	known, err := r.Get(ctx, ids...)
	if err != nil {
		return err
	}
	for _, k := range known {
		if !k.State.LastTried.Before(since) || k.State.Fails > 0 {
			continue
		}
		if err := r.hasten(ctx, k.ID); err != nil {
			return err
		}
	}
	return nil
}

// hasten makes a source due now if it was due later.
func (r *Registry) hasten(ctx context.Context, id string) error {
	err := r.db.ZAddArgs(ctx, dueKey, redis.ZAddArgs{LT: true, XX: true, Members: []redis.Z{{Score: float64(r.now().UnixMilli()), Member: id}}}).Err()
	if err != nil {
		return fmt.Errorf("hasten source %s: %w", id, err)
	}
	return nil
}

// takeDue moves the sources that are due behind a lease, so that of several
// replicas one takes each, and gives them back when it dies.
//
// KEYS[1] due sources. ARGV[1] now, ms; ARGV[2] due again at, ms; ARGV[3] how
// many at most. Returns the ids of those taken.
var takeDue = redis.NewScript(`
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for i = 1, #due do redis.call('ZADD', KEYS[1], ARGV[2], due[i]) end
return due
`)

func (r *Registry) takeDue(ctx context.Context, lease time.Duration, limit int) ([]string, error) {
	now := r.now()
	due, err := takeDue.Run(ctx, r.db, []string{dueKey}, now.UnixMilli(), now.Add(lease).UnixMilli(), limit).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("list due sources: %w", err)
	}
	return due, nil
}
