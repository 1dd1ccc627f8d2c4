package sources

import (
	"context"
	"encoding/json"
	"time"

	"github.com/redis/go-redis/v9"
)

// RobotsStore keeps what the robots.txt of sites say over restarts, for all
// processes. It is no core data. What it cannot read or write is asked of the
// site again, so that it has no errors to tell of.
type RobotsStore struct{ db redis.UniversalClient }

// NewRobotsStore returns the store over the data role of Redis.
func NewRobotsStore(db redis.UniversalClient) *RobotsStore { return &RobotsStore{db} }

// robotsRecord is the rules of one site as they are stored.
type robotsRecord struct {
	Rules   *string   `json:"rules,omitempty"` // for us alone; none: nothing is known
	Until   time.Time `json:"until"`
	Failing time.Time `json:"failing,omitzero"`
}

// get gives the rules of a site. What claims to hold longer than any answer does
// was written by a clock that went wrong: it holds no more.
func (s *RobotsStore) get(ctx context.Context, site string, now time.Time) (rules, bool) {
	text, err := s.db.Get(ctx, robotsKey(site)).Bytes()
	if err != nil {
		return rules{}, false
	}
	var r robotsRecord
	if json.Unmarshal(text, &r) != nil {
		return rules{}, false
	}
	known := rules{until: r.Until, failing: r.Failing}
	if known.until.Sub(now) > robotsKeep {
		known.until = now
	}
	if r.Rules != nil {
		known.text = *r.Rules
		known.group = parseRobots([]byte(known.text))
	}
	return known, true
}

func (s *RobotsStore) put(ctx context.Context, site string, known rules, now time.Time) {
	if len(known.text) > robotsKept {
		_ = s.db.Del(ctx, robotsKey(site)).Err() // what it said before is over
		return
	}
	r := robotsRecord{Until: known.until.UTC(), Failing: known.failing}
	if known.group != nil {
		r.Rules = &known.text
	}
	text, err := json.Marshal(r)
	if err != nil {
		return
	}
	_ = s.db.Set(ctx, robotsKey(site), text, known.until.Sub(now)+robotsGiveUp).Err()
}
