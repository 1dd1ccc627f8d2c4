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

// Message reads what one part of a delivery says, as it was frozen; false when it
// is not there any more, or was not sent.
func (l *Ledger) Message(ctx context.Context, chat int64, delivery string, part int) (m Message, id int, ok bool, err error) {
	v, err := l.db.HMGet(ctx, rowKey(chat, delivery, part), "state", "message", "m").Result()
	if err != nil {
		return m, 0, false, fmt.Errorf("read part %d of %s: %w", part, delivery, err)
	}
	state, _ := v[0].(string)
	number, _ := v[1].(string)
	record, _ := v[2].(string)
	if State(state) != Sent || record == "" {
		return m, 0, false, nil
	}
	if err := json.Unmarshal([]byte(record), &m); err != nil {
		return m, 0, false, fmt.Errorf("decode part %d of %s: %w", part, delivery, err)
	}
	if id, err = strconv.Atoi(number); err != nil {
		return m, 0, false, fmt.Errorf("decode part %d of %s: %w", part, delivery, err)
	}
	return m, id, true, nil
}

const (
	livingKey = "living" // zset: slots whose published posts are kept up to date, by unix s of the end
	lastKey   = "last"   // string by part: what it was edited to
)

// Live has a published digest kept up to date until a moment.
func (s *Store) Live(ctx context.Context, slot string, until time.Time) error {
	if err := s.db.ZAddNX(ctx, livingKey, redis.Z{Score: float64(until.Unix()), Member: slot}).Err(); err != nil {
		return fmt.Errorf("keep %s up to date: %w", slot, err)
	}
	return nil
}

// Living lists the digests that are kept up to date now.
func (s *Store) Living(ctx context.Context) ([]string, error) {
	now := strconv.FormatInt(s.now().Unix(), 10)
	if err := s.db.ZRemRangeByScore(ctx, livingKey, "-inf", now).Err(); err != nil {
		return nil, fmt.Errorf("list living digests: %w", err)
	}
	all, err := s.db.ZRange(ctx, livingKey, 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("list living digests: %w", err)
	}
	return all, nil
}

// Reads gives what a part of a digest was edited to last, "" when it stands as
// it was sent.
func (s *Store) Reads(ctx context.Context, chat int64, part string) (string, error) {
	text, err := s.db.Get(ctx, chatKey(lastKey, chat)+":"+part).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("read an edit: %w", err)
	}
	return text, nil
}

// Wrote notes what a part of a digest was edited to.
func (s *Store) Wrote(ctx context.Context, chat int64, part, text string, keep time.Duration) error {
	if err := s.db.Set(ctx, chatKey(lastKey, chat)+":"+part, text, keep).Err(); err != nil {
		return fmt.Errorf("note an edit: %w", err)
	}
	return nil
}
