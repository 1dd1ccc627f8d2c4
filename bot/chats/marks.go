package chats

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Keys of what belongs to the program and to no chat, or to many.
const (
	alertingKey = "alerting"      // set: chats that want to be told of something at once
	linkedKey   = "linked"        // set: channels, whose rights are looked at every day
	secretKey   = "secret"        // string: what signs buttons and links
	blockedKey  = "blocked:users" // set: users who are not answered
	pausedKey   = "paused"        // string: no digests go out at all
	usedKey     = "used:"         // string by name: used up already
)

func pacedKey(chat int64) string { return chatKey("paced", chat) } // zset: alert by unix s when it was told

// indexMarks keeps the sets of chats that loops walk through.
func indexMarks(ctx context.Context, p redis.Pipeliner, c Chat) {
	member(ctx, p, alertingKey, c.ID, c.Alerting())
	member(ctx, p, linkedKey, c.ID, c.Kind == Channel && c.Inactive == "" && len(c.Subscriptions) > 0)
}

func member(ctx context.Context, p redis.Pipeliner, key string, chat int64, in bool) {
	if in {
		p.SAdd(ctx, key, chat)
		return
	}
	p.SRem(ctx, key, chat)
}

// Alerting lists the chats that want to be told of something at once.
func (s *Store) Alerting(ctx context.Context) ([]int64, error) { return s.ids(ctx, alertingKey) }

// Linked lists the channels that follow something.
func (s *Store) Linked(ctx context.Context) ([]int64, error) { return s.ids(ctx, linkedKey) }

// All lists the chats that the program knows.
func (s *Store) All(ctx context.Context) ([]int64, error) { return s.ids(ctx, knownKey) }

func (s *Store) ids(ctx context.Context, key string) ([]int64, error) {
	members, err := s.db.SMembers(ctx, key).Result()
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", kindOf(key), err)
	}
	all := make([]int64, 0, len(members))
	for _, m := range members {
		id, err := strconv.ParseInt(m, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", kindOf(key), err)
		}
		all = append(all, id)
	}
	return all, nil
}

// kindOf is the beginning of a key, without the id in it.
func kindOf(key string) string {
	kind, _, _ := strings.Cut(key, ":")
	return kind
}

// secretBytes is the length of the key that signs.
const secretBytes = 32

// Secret is the key that signs buttons and links: made once, the same for all
// replicas.
func (s *Store) Secret(ctx context.Context) ([]byte, error) {
	fresh := make([]byte, secretBytes)
	if _, err := rand.Read(fresh); err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	if err := s.db.SetNX(ctx, secretKey, fresh, 0).Err(); err != nil {
		return nil, fmt.Errorf("store the key: %w", err)
	}
	key, err := s.db.Get(ctx, secretKey).Bytes()
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	return key, nil
}

// Use tells whether something that may be used once is used for the first time
// by this update. Asked again by the same update it gives the same.
func (s *Store) Use(ctx context.Context, name string, update int64, keep time.Duration) (bool, error) {
	mark := strconv.FormatInt(update, 10)
	if err := s.db.SetNX(ctx, usedKey+name, mark, keep).Err(); err != nil {
		return false, fmt.Errorf("use %s: %w", name, err)
	}
	by, err := s.db.Get(ctx, usedKey+name).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, fmt.Errorf("use %s: %w", name, err)
	}
	return by == mark, nil
}

// Block bars a user from being answered, or lets him again.
func (s *Store) Block(ctx context.Context, user int64, blocked bool) error {
	change := s.db.SRem
	if blocked {
		change = s.db.SAdd
	}
	if err := change(ctx, blockedKey, user).Err(); err != nil {
		return fmt.Errorf("block user: %w", err)
	}
	return nil
}

// Blocked tells whether a user is barred.
func (s *Store) Blocked(ctx context.Context, user int64) (bool, error) {
	in, err := s.db.SIsMember(ctx, blockedKey, user).Result()
	if err != nil {
		return false, fmt.Errorf("is the user blocked: %w", err)
	}
	return in, nil
}

// Hold stops all digests and alerts, or lets them go on.
func (s *Store) Hold(ctx context.Context, held bool) error {
	err := s.db.Del(ctx, pausedKey).Err()
	if held {
		err = s.db.Set(ctx, pausedKey, "1", 0).Err()
	}
	if err != nil {
		return fmt.Errorf("hold the digests: %w", err)
	}
	return nil
}

// OnHold tells whether digests and alerts are stopped.
func (s *Store) OnHold(ctx context.Context) (bool, error) {
	n, err := s.db.Exists(ctx, pausedKey).Result()
	if err != nil {
		return false, fmt.Errorf("are the digests on hold: %w", err)
	}
	return n > 0, nil
}

// hour is how long an alert counts against the pace.
const hour = time.Hour

// Paced counts the alerts of a chat in the last hour.
func (s *Store) Paced(ctx context.Context, chat int64) (int, error) {
	key, oldest := pacedKey(chat), strconv.FormatInt(s.now().Add(-hour).Unix(), 10)
	n, err := s.db.ZCount(ctx, key, "("+oldest, "+inf").Result()
	if err != nil {
		return 0, fmt.Errorf("count alerts: %w", err)
	}
	return int(n), nil
}

// Pace counts an alert of a chat, each id once.
func (s *Store) Pace(ctx context.Context, chat int64, id string) error {
	now := s.now()
	_, err := s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.ZAddNX(ctx, pacedKey(chat), redis.Z{Score: float64(now.Unix()), Member: id})
		p.ZRemRangeByScore(ctx, pacedKey(chat), "-inf", strconv.FormatInt(now.Add(-hour).Unix(), 10))
		p.Expire(ctx, pacedKey(chat), hour)
		return nil
	})
	if err != nil {
		return fmt.Errorf("count an alert: %w", err)
	}
	return nil
}

// ParseSlot reads the id of a slot.
func ParseSlot(id string) (Slot, bool) {
	fields := strings.Split(id, ":")
	if len(fields) != 4 || fields[0] != "dg" {
		return Slot{}, false
	}
	chat, err1 := strconv.ParseInt(fields[1], 10, 64)
	index, err2 := strconv.Atoi(fields[3])
	return Slot{Chat: chat, Date: fields[2], Index: index}, err1 == nil && err2 == nil
}
