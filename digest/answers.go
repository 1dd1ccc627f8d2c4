package digest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// keepSpent is how long the sums of a day are kept.
const keepSpent = 48 * time.Hour

// Answers keeps what a language model answered, and what asking it cost. Losing
// them costs only asking again: they are data that can be fetched again.
type Answers struct {
	db redis.UniversalClient
}

// NewAnswers returns the answers in the data role of Redis.
func NewAnswers(db redis.UniversalClient) *Answers { return &Answers{db: db} }

func answerKey(key string) string { return "abstract:" + key }

func spentKey(day string) string { return "abstract:spent:" + day }

// Answer gives what is kept under a key; false when nothing is.
func (a *Answers) Answer(ctx context.Context, key string) (string, bool, error) {
	answer, err := a.db.Get(ctx, answerKey(key)).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("read an abstract: %w", err)
	}
	return answer, true, nil
}

// Keep keeps an answer for a time.
func (a *Answers) Keep(ctx context.Context, key, answer string, period time.Duration) error {
	if err := a.db.Set(ctx, answerKey(key), answer, period).Err(); err != nil {
		return fmt.Errorf("keep an abstract: %w", err)
	}
	return nil
}

// Spend adds one request with so many letters to those of a day, and gives their
// sums.
func (a *Answers) Spend(ctx context.Context, day string, letters int) (requests, total int, err error) {
	var n, sum *redis.IntCmd
	_, err = a.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		n = p.HIncrBy(ctx, spentKey(day), "requests", 1)
		sum = p.HIncrBy(ctx, spentKey(day), "letters", int64(letters))
		p.Expire(ctx, spentKey(day), keepSpent)
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("count what abstracts cost: %w", err)
	}
	return int(n.Val()), int(sum.Val()), nil
}
