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

// Store keeps the chats and their slots in Redis. Its methods are safe for
// concurrent use, by several processes too.
type Store struct {
	db   redis.UniversalClient
	now  func() time.Time
	zone *time.Location
}

// NewStore returns the chats in the core role of Redis. zone is that of chats
// that set none; a nil now means time.Now.
func NewStore(db redis.UniversalClient, zone *time.Location, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{db: db, now: now, zone: zone}
}

// Zone is the time zone in which a chat lives.
func (s *Store) Zone(c Chat) *time.Location { return c.Schedule.Location(s.zone) }

// save writes a chat if nobody changed it meanwhile and moves its next slot.
//
// KEYS[1] chat; KEYS[2] due slots of its shard.
// ARGV[1] expected version; ARGV[2] chat as JSON; ARGV[3] chat id; ARGV[4]
// unix ms of the next slot, or "" for none.
// Returns 1 when written, 0 when the version differs.
var save = redis.NewScript(`
local v = redis.call('HGET', KEYS[1], 'v') or '0'
if v ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'v', v + 1, 'j', ARGV[2])
if ARGV[4] == '' then redis.call('ZREM', KEYS[2], ARGV[3])
else redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3]) end
return 1
`)

// ErrBusy says that others kept changing the chat; the same call may be made
// again.
var ErrBusy = errors.New("chat is being changed by others")

// Get reads a chat. One that is not known yet comes back with its id and
// nothing else.
func (s *Store) Get(ctx context.Context, id int64) (Chat, error) {
	row, err := s.db.HMGet(ctx, subKey(id), "j", "v").Result()
	if err != nil {
		return Chat{}, fmt.Errorf("read chat %d: %w", id, err)
	}
	c := Chat{ID: id}
	record, _ := row[0].(string)
	if record == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(record), &c); err != nil {
		return Chat{}, fmt.Errorf("decode chat %d: %w", id, err)
	}
	version, _ := row[1].(string)
	if c.version, err = strconv.Atoi(version); err != nil {
		return Chat{}, fmt.Errorf("decode chat %d: %w", id, err)
	}
	return c, nil
}

// Change reads a chat, lets change alter it, and writes it with its next slot;
// when another worker was quicker it starts anew, so change may run several
// times. An error of change is returned as it is and nothing is written.
func (s *Store) Change(ctx context.Context, id int64, change func(*Chat) error) (Chat, error) {
	for range 10 {
		c, err := s.Get(ctx, id)
		if err != nil {
			return Chat{}, err
		}
		before := c.Values(Source)
		if err := change(&c); err != nil {
			return c, err
		}
		next := ""
		if slot, ok := s.nextSlot(c, s.now()); ok {
			next = strconv.FormatInt(slot.At.UnixMilli(), 10)
		}
		record, err := json.Marshal(c)
		if err != nil {
			return Chat{}, fmt.Errorf("encode chat %d: %w", id, err)
		}
		n, err := save.Run(ctx, s.db, []string{subKey(id), dueKey(shardOf(id))}, strconv.Itoa(c.version), record, id, next).Int()
		if err != nil {
			return Chat{}, fmt.Errorf("save chat %d: %w", id, err)
		}
		if n == 1 {
			return c, s.index(ctx, c, before)
		}
	}
	return Chat{}, ErrBusy
}

func (s *Store) nextSlot(c Chat, after time.Time) (Slot, bool) {
	if c.Inactive != "" || c.Paused != "" || len(c.Subscriptions) == 0 {
		return Slot{}, false
	}
	return c.Schedule.next(c.ID, after, s.zone, c.Settings.Calendar)
}

// Planned tells whether a slot is still what the chat's schedule says: it may
// have been changed since the slot was handed on.
func (s *Store) Planned(c Chat, slot Slot) bool {
	next, ok := s.nextSlot(c, slot.At.Add(-time.Millisecond))
	return ok && next.ID() == slot.ID() && next.At.Equal(slot.At)
}

// index keeps the derived sets up to date: who follows a source, who follows
// topics or words, which chats there are.
func (s *Store) index(ctx context.Context, c Chat, before []string) error {
	_, err := s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		if c.Of == 0 {
			p.SAdd(ctx, knownKey, c.ID)
		}
		for _, source := range before {
			p.SRem(ctx, followersKey(source), c.ID)
		}
		for _, source := range c.Values(Source) {
			p.SAdd(ctx, followersKey(source), c.ID)
		}
		if len(c.Values(Topic))+len(c.Values(Words)) > 0 {
			p.SAdd(ctx, wideKey, c.ID)
		} else {
			p.SRem(ctx, wideKey, c.ID)
		}
		indexMarks(ctx, p, c)
		return nil
	})
	if err != nil {
		return fmt.Errorf("index chat %d: %w", c.ID, err)
	}
	return nil
}

// Followed tells whether any chat wants what this source publishes: by the
// source's name, or by topics or words, which look at all sources.
func (s *Store) Followed(ctx context.Context, source string) (bool, error) {
	n, err := s.db.SCard(ctx, followersKey(source)).Result()
	if err == nil && n == 0 {
		n, err = s.db.SCard(ctx, wideKey).Result()
	}
	if err != nil {
		return false, fmt.Errorf("count followers: %w", err)
	}
	return n > 0, nil
}

// Count is the number of chats that the program knows.
func (s *Store) Count(ctx context.Context) (int, error) {
	n, err := s.db.SCard(ctx, knownKey).Result()
	if err != nil {
		return 0, fmt.Errorf("count chats: %w", err)
	}
	return int(n), nil
}

// Due lists the slots whose time has come. A slot stays due until Advance.
func (s *Store) Due(ctx context.Context) ([]Slot, error) {
	now := s.now()
	rows := make([]*redis.ZSliceCmd, shards)
	_, err := s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for shard := range shards {
			rows[shard] = p.ZRangeByScoreWithScores(ctx, dueKey(shard), &redis.ZRangeBy{Min: "-inf", Max: strconv.FormatInt(now.UnixMilli(), 10), Count: 500})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list due slots: %w", err)
	}
	var due []Slot
	for _, row := range rows {
		for _, z := range row.Val() {
			member, _ := z.Member.(string)
			id, err := strconv.ParseInt(member, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("read a due slot: %w", err)
			}
			c, err := s.Get(ctx, id)
			if err != nil {
				return nil, err
			}
			at := time.UnixMilli(int64(z.Score))
			slot, ok := s.nextSlot(c, at.Add(-time.Millisecond))
			if !ok {
				slot = Slot{Chat: id}
			}
			due = append(due, slot)
		}
	}
	return due, nil
}

// advance moves a chat to its next slot if it still stands at the old one.
//
// KEYS[1] due slots; ARGV[1] chat; ARGV[2] the score it stood at; ARGV[3] the
// next one, or "" for none. Returns 1 when moved. Running it twice is harmless.
var advance = redis.NewScript(`
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) > tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then redis.call('ZREM', KEYS[1], ARGV[1])
else redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
return 1
`)

// Advance moves a chat past a slot that was handed on, to the first one after
// now. Slots that were missed in between are one late digest, not several.
func (s *Store) Advance(ctx context.Context, slot Slot) error {
	c, err := s.Get(ctx, slot.Chat)
	if err != nil {
		return err
	}
	now, next := s.now(), ""
	if n, ok := s.nextSlot(c, now); ok {
		next = strconv.FormatInt(n.At.UnixMilli(), 10)
	}
	err = advance.Run(ctx, s.db, []string{dueKey(shardOf(slot.Chat))}, slot.Chat, now.UnixMilli(), next).Err()
	if err != nil {
		return fmt.Errorf("advance chat %d: %w", slot.Chat, err)
	}
	return nil
}
