package chats

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// This file is the forum threads that have settings of their own. The record of
// such a thread is a Chat, so that its slots, subscriptions, alerts, drafts and
// settings are those of any chat. Its id is one that Telegram gives nobody; Of
// and Thread say where in Telegram it is. What is sent there goes through the
// ledger of the group: one message in flight, one pace, one order.

// threadBase is where the ids of threads begin, downwards. Those of Telegram have
// at most 52 significant bits, and a float64 still holds these.
const threadBase = -(int64(1) << 52)

// MaxThreads bounds how many threads of one group have settings of their own.
const MaxThreads = 50

// endedThread is why the record of a thread is inactive whose settings are given
// up. It is kept for a while, so that the button that did it may be handled again.
const endedThread = "thread ended"

const keepEnded = 48 * time.Hour

// threadsKey is a hash: the forum threads of a group that have settings of their
// own, to the ids of their records. threadCountKey is a string: the last such id
// that was given, counted from one.
func threadsKey(chat int64) string { return chatKey("threads", chat) }

const threadCountKey = "thread:{ids}"

// IsThread tells whether an id is that of a forum thread's record.
func IsThread(id int64) bool { return id < threadBase }

// Group is the chat as Telegram knows it: of a forum thread, its group.
func (c *Chat) Group() int64 {
	if c.Of != 0 {
		return c.Of
	}
	return c.ID
}

// Target says where what comes by itself is sent: the chat and the forum thread
// in it, 0 for none.
func (c *Chat) Target() (chat int64, thread int) {
	if c.Of != 0 {
		return c.Of, c.Thread
	}
	return c.ID, c.Settings.Thread
}

// Ended tells whether this is the record of a thread whose settings were given
// up.
func (c *Chat) Ended() bool { return c.Inactive == endedThread }

// ThreadOf gives the id of the record of a forum thread; false when the thread has
// no settings of its own.
func (s *Store) ThreadOf(ctx context.Context, chat int64, thread int) (int64, bool, error) {
	id, err := s.db.HGet(ctx, threadsKey(chat), strconv.Itoa(thread)).Int64()
	if errors.Is(err, redis.Nil) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("look for a thread of chat %d: %w", chat, err)
	}
	return id, true, nil
}

// Threads gives the ids of the records of a group's forum threads, by thread.
func (s *Store) Threads(ctx context.Context, chat int64) (map[int]int64, error) {
	rows, err := s.db.HGetAll(ctx, threadsKey(chat)).Result()
	if err != nil {
		return nil, fmt.Errorf("list threads of chat %d: %w", chat, err)
	}
	all := make(map[int]int64, len(rows))
	for thread, id := range rows {
		n, err1 := strconv.Atoi(thread)
		record, err2 := strconv.ParseInt(id, 10, 64)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("list threads of chat %d: %w", chat, err)
		}
		all[n] = record
	}
	return all, nil
}

// CountThreads is the number of forum threads that have settings of their own.
func (s *Store) CountThreads(ctx context.Context) (int, error) {
	all, err := s.All(ctx)
	if err != nil {
		return 0, err
	}
	var rows []*redis.IntCmd
	_, err = s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, chat := range all {
			if chat < 0 { // nobody has threads in private
				rows = append(rows, p.HLen(ctx, threadsKey(chat)))
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("count threads: %w", err)
	}
	n := 0
	for _, row := range rows {
		n += int(row.Val())
	}
	return n, nil
}

// OpenThread gives a forum thread settings of its own, made from those of its
// group by begin the first time, and gives its record. It may be run again. It
// fails with ErrLimit when many threads of the group have theirs already.
func (s *Store) OpenThread(ctx context.Context, group int64, thread int, begin func(group Chat, record *Chat)) (Chat, error) {
	whole, err := s.Get(ctx, group)
	if err != nil {
		return Chat{}, err
	}
	id, err := s.threadID(ctx, group, thread)
	if err != nil {
		return Chat{}, err
	}
	return s.Change(ctx, id, func(c *Chat) error {
		if c.Ended() { // what ended it was broken off
			*c = Chat{ID: id, version: c.version}
		}
		if c.Of == 0 {
			c.Of, c.Thread, c.Kind, c.Title, c.Username = group, thread, whole.Kind, whole.Title, whole.Username
			begin(whole, c)
		}
		return nil
	})
}

// threadID gives the id of a thread's record, a new one when it has none.
func (s *Store) threadID(ctx context.Context, group int64, thread int) (int64, error) {
	id, known, err := s.ThreadOf(ctx, group, thread)
	if err != nil || known {
		return id, err
	}
	n, err := s.db.HLen(ctx, threadsKey(group)).Result()
	if err == nil && n >= MaxThreads {
		return 0, ErrLimit
	}
	if err == nil {
		n, err = s.db.Incr(ctx, threadCountKey).Result()
	}
	if err == nil {
		err = s.db.HSetNX(ctx, threadsKey(group), strconv.Itoa(thread), threadBase-n).Err()
	}
	if err != nil {
		return 0, fmt.Errorf("open a thread of chat %d: %w", group, err)
	}
	id, _, err = s.ThreadOf(ctx, group, thread)
	return id, err
}

// EndThread gives up the settings of a thread, for an update: from now on it is
// like the rest of its group. What it was shown is forgotten. It may be run again.
func (s *Store) EndThread(ctx context.Context, id, update int64) error {
	c, err := s.Change(ctx, id, func(c *Chat) error {
		c.Inactive, c.Subscriptions, c.Settled = endedThread, nil, update
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.unlinkThread(ctx, c); err != nil {
		return err
	}
	for _, kind := range []string{"sub", "audit"} {
		if err := s.db.Expire(ctx, chatKey(kind, id), keepEnded).Err(); err != nil {
			return fmt.Errorf("end a thread of chat %d: %w", c.Of, err)
		}
	}
	return nil
}

// unlinkThread takes what a group keeps of one of its threads away: that it has
// settings of its own, and what it was shown.
func (s *Store) unlinkThread(ctx context.Context, c Chat) error {
	id, known, err := s.ThreadOf(ctx, c.Of, c.Thread)
	if err == nil && known && id == c.ID {
		err = s.db.HDel(ctx, threadsKey(c.Of), strconv.Itoa(c.Thread)).Err()
	}
	if err != nil {
		return fmt.Errorf("end a thread of chat %d: %w", c.Of, err)
	}
	marks := s.db.ZScan(ctx, shownKey(c.Of), 0, shownTo(c.ID, "*"), 500).Iterator()
	for score := false; marks.Next(ctx); score = !score { // members and scores in turn
		if score {
			continue
		}
		if err := s.db.ZRem(ctx, shownKey(c.Of), marks.Val()).Err(); err != nil {
			return fmt.Errorf("end a thread of chat %d: %w", c.Of, err)
		}
	}
	if err := marks.Err(); err != nil {
		return fmt.Errorf("end a thread of chat %d: %w", c.Of, err)
	}
	return nil
}

// shownTo is the mark of a story within what a chat was shown: as it is for the
// chat itself, and apart for each thread with settings of its own.
func shownTo(reader int64, mark string) string {
	if !IsThread(reader) {
		return mark
	}
	return strconv.FormatInt(reader, 36) + "/" + mark
}

// ownDeliveries are the beginnings of the rows of what came by itself to a
// thread.
func ownDeliveries(c Chat) []string {
	id, prefix := strconv.FormatInt(c.ID, 10), rowPrefix(shardOf(c.Of))
	return []string{prefix + "dg:" + id + ":", prefix + "al:" + id + ":"}
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// moveThreads gives a supergroup the threads of its group.
func (s *Store) moveThreads(ctx context.Context, from, to int64) error {
	all, err := s.Threads(ctx, from)
	if err != nil {
		return err
	}
	for thread, id := range all {
		if _, err := s.Change(ctx, id, func(c *Chat) error { c.Of, c.Kind = to, Supergroup; return nil }); err != nil {
			return err
		}
		if err := s.db.HSetNX(ctx, threadsKey(to), strconv.Itoa(thread), id).Err(); err != nil {
			return err
		}
		if now, _, err := s.ThreadOf(ctx, to, thread); err != nil {
			return err
		} else if now != id { // the supergroup has its own already
			if err := s.EndThread(ctx, id, 0); err != nil {
				return err
			}
		}
		if err := s.db.HDel(ctx, threadsKey(from), strconv.Itoa(thread)).Err(); err != nil {
			return err
		}
	}
	return nil
}
