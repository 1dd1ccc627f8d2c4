package chats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// movesKey is a hash: a group that became a supergroup, to the supergroup, until
// all that it had is moved.
const movesKey = "moves"

// becameSupergroup is why a moved group is inactive.
const becameSupergroup = "became a supergroup"

// Moves lists the groups whose move is not finished, with their supergroups.
func (l *Ledger) Moves(ctx context.Context) (map[int64]int64, error) {
	all, err := l.db.HGetAll(ctx, movesKey).Result()
	if err != nil {
		return nil, fmt.Errorf("read moves of groups: %w", err)
	}
	moves := make(map[int64]int64, len(all))
	for from, to := range all {
		f, err1 := strconv.ParseInt(from, 10, 64)
		t, err2 := strconv.ParseInt(to, 10, 64)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("read moves of groups: %w", err)
		}
		moves[f] = t
	}
	return moves, nil
}

// Move gives a supergroup all that its group had: settings, what it follows,
// what it was shown, and what waits to be sent, each message changed by readdress.
// The move is noted first and forgotten last: one that is broken off is listed
// by Moves and may be run again, and nothing is moved twice.
func (l *Ledger) Move(ctx context.Context, s *Store, from, to int64, readdress func(Message) Message) error {
	if from == to {
		return nil
	}
	if err := l.db.HSet(ctx, movesKey, from, to).Err(); err != nil {
		return fmt.Errorf("move chat %d: %w", from, err)
	}
	steps := []func() error{
		func() error { return s.copyChat(ctx, from, to) },
		func() error { return l.copyShown(ctx, from, to) },
		func() error { return s.copyAudit(ctx, from, to) },
		func() error { return s.moveThreads(ctx, from, to) },
		func() error { return l.moveParts(ctx, from, to, readdress) },
		func() error { return s.leave(ctx, from) },
		func() error { return l.Abandon(ctx, from, becameSupergroup) },
		func() error { return l.db.HDel(ctx, movesKey, strconv.FormatInt(from, 10)).Err() },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("move chat %d to chat %d: %w", from, to, err)
		}
	}
	return nil
}

// copyChat gives a chat the settings and subscriptions of another, besides what
// it has already.
func (s *Store) copyChat(ctx context.Context, from, to int64) error {
	old, err := s.Get(ctx, from)
	if err != nil || old.Kind == "" || old.Inactive == becameSupergroup {
		return err
	}
	_, err = s.Change(ctx, to, func(c *Chat) error {
		had, version := c.Subscriptions, c.version
		if len(had) == 0 {
			*c = old
			c.Subscriptions = nil
		}
		c.ID, c.version, c.Kind, c.Inactive = to, version, Supergroup, ""
		c.Subscriptions = append([]Subscription(nil), had...)
		for _, sub := range old.Subscriptions {
			if err := c.Add(sub); err != nil && !errors.Is(err, ErrKnown) && !errors.Is(err, ErrLimit) {
				return err
			}
		}
		return nil
	})
	return err
}

// leave ends what a chat follows.
func (s *Store) leave(ctx context.Context, chat int64) error {
	old, err := s.Get(ctx, chat)
	if err != nil || old.Kind == "" {
		return err
	}
	_, err = s.Change(ctx, chat, func(c *Chat) error {
		c.Inactive, c.Subscriptions = becameSupergroup, nil
		return nil
	})
	return err
}

func (l *Ledger) copyShown(ctx context.Context, from, to int64) error {
	shown, err := l.db.ZRangeWithScores(ctx, shownKey(from), 0, -1).Result()
	if err != nil || len(shown) == 0 {
		return err
	}
	_, err = l.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.ZAdd(ctx, shownKey(to), shown...)
		p.Expire(ctx, shownKey(to), keepShown)
		return nil
	})
	return err
}

// doubt marks a part that was just moved as one that may have arrived.
//
// KEYS[1] row. Returns 1 when marked, 0 when it is on its way already.
var doubt = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'fence') ~= '0' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'unknown', 'again', '1')
return 1
`)

// moveParts queues what waits for a chat as deliveries of another.
func (l *Ledger) moveParts(ctx context.Context, from, to int64, readdress func(Message) Message) error {
	for _, way := range lanes {
		rows, err := l.db.LRange(ctx, way.listKey(from), 0, -1).Result()
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := l.movePart(ctx, row, to, way == prompt, readdress); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *Ledger) movePart(ctx context.Context, row string, to int64, first bool, readdress func(Message) Message) error {
	v, err := l.db.HMGet(ctx, row, "m", "class", "again", "state").Result()
	if err != nil {
		return err
	}
	text, _ := v[0].(string)
	class, _ := v[1].(string)
	again, _ := v[2].(string)
	state, _ := v[3].(string)
	if text == "" || State(state) == Failed || State(state) == Sent || State(state) == Moved {
		return nil
	}
	var m Message
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return err
	}
	id := "moved:" + row[len(rowPrefix(0)):]
	err = l.Add(ctx, Delivery{ID: id, Chat: to, Class: Class(class), Prompt: first, Parts: []Message{readdress(m)}})
	if err != nil || again != "1" {
		return err
	}
	return doubt.Run(ctx, l.db, []string{rowKey(to, id, 0)}).Err()
}
