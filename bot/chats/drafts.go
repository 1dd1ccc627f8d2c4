package chats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Decision is what became of a draft.
type Decision string

// What can become of a draft.
const (
	Open      Decision = ""
	Published Decision = "published"
	Skipped   Decision = "skipped"
)

// Draft is a digest that waits for its admins.
type Draft struct {
	Slot    string    `json:"slot"` // the slot's id, under which the digest is stored
	Chat    int64     `json:"chat"`
	At      time.Time `json:"at"`                // when it is decided without them
	Skip    bool      `json:"skip,omitempty"`    // it is skipped then, else published
	Late    bool      `json:"late,omitempty"`    // it came late already
	Short   bool      `json:"short,omitempty"`   // titles alone
	Dropped []int     `json:"dropped,omitempty"` // stories left out, by their place
	Raised  []int     `json:"raised,omitempty"`  // stories put first, the last one foremost
	State   Decision  `json:"state,omitempty"`
	Update  int64     `json:"update,omitempty"` // that changed it last
}

// keepDraft is how long a draft is kept, longer than its digest.
const keepDraft = 72 * time.Hour

const draftsKey = "drafts" // zset: slots of drafts by unix ms when they are to be finished

func draftKey(chat int64, slot string) string { return chatKey("draft", chat) + ":" + slot }

// ErrNoDraft says that there is no such draft any more.
var ErrNoDraft = errors.New("no such draft")

// ErrDecided says that the draft was published or skipped already.
var ErrDecided = errors.New("draft is decided")

// swap writes a value if nobody changed it meanwhile.
//
// KEYS[1] key. ARGV[1] what it was; ARGV[2] what it becomes; ARGV[3] seconds to
// keep it. Returns 1 when written.
var swap = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
`)

// Propose opens a draft, once for each slot.
func (s *Store) Propose(ctx context.Context, d Draft) error {
	record, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode draft %s: %w", d.Slot, err)
	}
	fresh, err := s.db.SetNX(ctx, draftKey(d.Chat, d.Slot), record, keepDraft).Result()
	if err != nil {
		return fmt.Errorf("store draft %s: %w", d.Slot, err)
	}
	if !fresh { // what finishes it may have been cut off before
		if d, err = s.Draft(ctx, d.Chat, d.Slot); err != nil || d.State != Open {
			return err
		}
	}
	return s.remind(ctx, d.Slot, d.At)
}

func (s *Store) remind(ctx context.Context, slot string, at time.Time) error {
	if err := s.db.ZAdd(ctx, draftsKey, redis.Z{Score: float64(at.UnixMilli()), Member: slot}).Err(); err != nil {
		return fmt.Errorf("schedule draft %s: %w", slot, err)
	}
	return nil
}

// Draft reads a draft. It fails with ErrNoDraft.
func (s *Store) Draft(ctx context.Context, chat int64, slot string) (Draft, error) {
	d, _, err := s.draft(ctx, chat, slot)
	return d, err
}

func (s *Store) draft(ctx context.Context, chat int64, slot string) (Draft, string, error) {
	var d Draft
	record, err := s.db.Get(ctx, draftKey(chat, slot)).Result()
	if errors.Is(err, redis.Nil) {
		return d, "", ErrNoDraft
	}
	if err == nil {
		err = json.Unmarshal([]byte(record), &d)
	}
	if err != nil {
		return d, "", fmt.Errorf("read draft %s: %w", slot, err)
	}
	return d, record, nil
}

// Redraft changes an open draft, once for each update; 0 is none. It fails with
// ErrNoDraft, ErrDecided or ErrBusy. A draft that is decided, or has another
// deadline, is due accordingly.
func (s *Store) Redraft(ctx context.Context, chat int64, slot string, update int64, change func(*Draft)) (Draft, error) {
	for range 10 {
		d, old, err := s.draft(ctx, chat, slot)
		if err != nil {
			return d, err
		}
		if update != 0 && d.Update == update {
			return d, nil
		}
		if d.State != Open {
			return d, ErrDecided
		}
		d.Update = update
		change(&d)
		record, err := json.Marshal(d)
		if err != nil {
			return d, fmt.Errorf("encode draft %s: %w", slot, err)
		}
		n, err := swap.Run(ctx, s.db, []string{draftKey(chat, slot)}, old, record, int(keepDraft.Seconds())).Int()
		if err != nil {
			return d, fmt.Errorf("store draft %s: %w", slot, err)
		}
		if n == 1 {
			at := d.At
			if d.State != Open {
				at = s.now()
			}
			return d, s.remind(ctx, slot, at)
		}
	}
	return Draft{}, ErrBusy
}

// DueDrafts lists the slots of drafts that are to be finished. One stays due
// until Finish.
func (s *Store) DueDrafts(ctx context.Context) ([]string, error) {
	due, err := s.db.ZRangeByScore(ctx, draftsKey, &redis.ZRangeBy{Min: "-inf", Max: strconv.FormatInt(s.now().UnixMilli(), 10), Count: 100}).Result()
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	return due, nil
}

// Drafts counts the drafts that wait.
func (s *Store) Drafts(ctx context.Context) (int, error) {
	n, err := s.db.ZCard(ctx, draftsKey).Result()
	if err != nil {
		return 0, fmt.Errorf("count drafts: %w", err)
	}
	return int(n), nil
}

// Finish takes a draft off the list of those to be finished.
func (s *Store) Finish(ctx context.Context, slot string) error {
	if err := s.db.ZRem(ctx, draftsKey, slot).Err(); err != nil {
		return fmt.Errorf("finish draft %s: %w", slot, err)
	}
	return nil
}
