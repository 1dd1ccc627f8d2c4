package chats

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Quota bounds how many sources that the program did not know one person or chat
// may have it read.
type Quota struct {
	PerHour int
	InAll   int
}

// ErrQuotaHour says that so many new sources may not be added within an hour;
// ErrQuota that no more may be added at all.
var (
	ErrQuotaHour = errors.New("too many new sources within an hour")
	ErrQuota     = errors.New("too many new sources")
)

// keepAdded is how long it is remembered who added what, after the last time.
const keepAdded = 90 * 24 * time.Hour

// addedKey is a zset: the new sources that a person or chat added, by unix s. who
// is no id but a name that its caller made of one and nobody can read back.
func addedKey(who string) string { return "added:" + who }

// take counts a new source.
//
// KEYS[1] what was added before. ARGV[1] source; ARGV[2] now, s; ARGV[3] most an
// hour; ARGV[4] most in all; ARGV[5] seconds to remember. Returns 1 when counted
// or counted before, 0 when there are too many within the hour, -1 when there
// are too many at all.
var take = redis.NewScript(`
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 1 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return -1 end
if redis.call('ZCOUNT', KEYS[1], '(' .. (ARGV[2] - 3600), '+inf') >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
`)

// TakeQuota counts a new source of a person or chat. The same source is counted
// once. It fails with ErrQuotaHour or ErrQuota.
func (s *Store) TakeQuota(ctx context.Context, who string, source string, q Quota) error {
	n, err := take.Run(ctx, s.db, []string{addedKey(who)}, source, s.now().Unix(), q.PerHour, q.InAll, int(keepAdded.Seconds())).Int()
	switch {
	case err != nil:
		return fmt.Errorf("count a new source: %w", err)
	case n < 0:
		return ErrQuota
	case n == 0:
		return ErrQuotaHour
	}
	return nil
}

// GiveQuotaBack takes a source that was not added after all out of the count.
func (s *Store) GiveQuotaBack(ctx context.Context, who string, source string) error {
	if err := s.db.ZRem(ctx, addedKey(who), source).Err(); err != nil {
		return fmt.Errorf("count a new source: %w", err)
	}
	return nil
}

// Added lists the new sources that a person or chat added.
func (s *Store) Added(ctx context.Context, who string) ([]string, error) {
	all, err := s.db.ZRange(ctx, addedKey(who), 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("list the new sources of a person: %w", err)
	}
	return all, nil
}

// LetGo keeps the count of a person who is to be forgotten for an hour more, and
// no longer: else being forgotten would be a way around it.
func (s *Store) LetGo(ctx context.Context, who string) error {
	if err := s.db.Expire(ctx, addedKey(who), hour).Err(); err != nil {
		return fmt.Errorf("forget the new sources of a person: %w", err)
	}
	return nil
}

// QuotaLeft fails with ErrQuotaHour or ErrQuota when a person or chat may add no
// new source now.
func (s *Store) QuotaLeft(ctx context.Context, who string, q Quota) error {
	var all, late *redis.IntCmd
	_, err := s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		all = p.ZCard(ctx, addedKey(who))
		late = p.ZCount(ctx, addedKey(who), "("+strconv.FormatInt(s.now().Add(-hour).Unix(), 10), "+inf")
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("count new sources: %w", err)
	case all.Val() >= int64(q.InAll):
		return ErrQuota
	case late.Val() >= int64(q.PerHour):
		return ErrQuotaHour
	}
	return nil
}
