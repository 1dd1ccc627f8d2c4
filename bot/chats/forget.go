package chats

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Forget removes all that is kept about a chat: what it follows, its settings
// and audit, and every row of the ledger. It may be run again.
func (s *Store) Forget(ctx context.Context, chat int64) error {
	c, err := s.Get(ctx, chat)
	if err != nil {
		return err
	}
	threads, err := s.Threads(ctx, chat)
	if err != nil {
		return err
	}
	for _, id := range threads {
		if err := s.Forget(ctx, id); err != nil {
			return err
		}
	}
	shard := shardOf(chat)
	_, err = s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, source := range c.Values(Source) {
			p.SRem(ctx, followersKey(source), chat)
		}
		for _, key := range []string{knownKey, wideKey, alertingKey, linkedKey} {
			p.SRem(ctx, key, chat)
		}
		p.HDel(ctx, movesKey, strconv.FormatInt(chat, 10))
		for _, key := range []string{dueKey(shard), prompt.readyKey(shard), broad.readyKey(shard)} {
			p.ZRem(ctx, key, chat)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget chat %d: %w", chat, err)
	}
	for _, kind := range []string{prompt.list, broad.list, "lane", "shown", "own", "lost", "paced", "audit", "threads"} {
		if err := s.db.Del(ctx, chatKey(kind, chat)).Err(); err != nil {
			return fmt.Errorf("forget chat %d: %w", chat, err)
		}
	}
	for _, key := range []string{draftsKey, livingKey} {
		slots, err := s.db.ZRange(ctx, key, 0, -1).Result()
		if err != nil {
			return fmt.Errorf("forget chat %d: %w", chat, err)
		}
		for _, slot := range slots {
			if parsed, ok := ParseSlot(slot); !ok || parsed.Chat != chat {
				continue
			}
			if err := s.db.ZRem(ctx, key, slot).Err(); err != nil {
				return fmt.Errorf("forget chat %d: %w", chat, err)
			}
		}
	}
	if err := s.forgetRows(ctx, c); err != nil {
		return err
	}
	if c.Of != 0 {
		if err := s.unlinkThread(ctx, c); err != nil {
			return err
		}
	}
	// The record last: it says what else there is, should this be broken off.
	if err := s.db.Del(ctx, subKey(chat)).Err(); err != nil {
		return fmt.Errorf("forget chat %d: %w", chat, err)
	}
	return nil
}

// forgetRows removes the rows of the ledger of one chat, its drafts, and what its
// posts were edited to.
func (s *Store) forgetRows(ctx context.Context, c Chat) error {
	chat, id := c.ID, strconv.FormatInt(c.ID, 10)
	err := EachKey(ctx, s.db, func(ctx context.Context, node redis.UniversalClient, key string) error {
		own := strings.HasPrefix(key, draftKey(chat, "")) || strings.HasPrefix(key, chatKey(lastKey, chat)+":")
		if c.Of != 0 {
			own = own || hasAnyPrefix(key, ownDeliveries(c))
		} else if strings.HasPrefix(key, rowPrefix(shardOf(chat))) {
			owner, err := node.HGet(ctx, key, "chat").Result()
			own = err == nil && owner == id
		}
		if !own {
			return nil
		}
		return node.Del(ctx, key).Err()
	})
	if err != nil {
		return fmt.Errorf("forget chat %d: %w", chat, err)
	}
	return nil
}

// Disown takes a person out of what is kept about chats that are others' too:
// their audits say that somebody made the change, their channels have nobody to
// tell. It may be run again.
func (s *Store) Disown(ctx context.Context, user int64) error {
	all, err := s.Acts(ctx, user)
	if err != nil {
		return err
	}
	for _, chat := range all {
		if err := s.anonymise(ctx, chat, user); err != nil {
			return err
		}
		c, err := s.Get(ctx, chat)
		if err != nil {
			return err
		}
		if c.Owner != user {
			continue
		}
		if _, err := s.Change(ctx, chat, func(c *Chat) error { c.Owner = 0; return nil }); err != nil {
			return err
		}
	}
	if err := s.db.Del(ctx, actsKey(user)).Err(); err != nil {
		return fmt.Errorf("forget user: %w", err)
	}
	return nil
}

// anonymise takes a user out of an audit.
func (s *Store) anonymise(ctx context.Context, chat, user int64) error {
	texts, err := s.db.LRange(ctx, auditKey(chat), 0, -1).Result()
	if err != nil {
		return fmt.Errorf("read the audit: %w", err)
	}
	for _, text := range texts {
		var e Entry
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			return fmt.Errorf("decode the audit: %w", err)
		}
		if e.User != user {
			continue
		}
		e.User = 0
		record, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode an entry: %w", err)
		}
		if err := replace.Run(ctx, s.db, []string{auditKey(chat)}, text, record).Err(); err != nil {
			return fmt.Errorf("change the audit: %w", err)
		}
	}
	return nil
}

// replace puts an entry of a list in the place of another.
//
// KEYS[1] list. ARGV[1] the old entry; ARGV[2] the new one. Returns how many
// were replaced.
var replace = redis.NewScript(`
local n = redis.call('LINSERT', KEYS[1], 'BEFORE', ARGV[1], ARGV[2])
if n > 0 then return redis.call('LREM', KEYS[1], 1, ARGV[1]) end
return 0
`)
