package chats

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Bounds of the audit of one chat.
const (
	keepAudit  = 365 * 24 * time.Hour
	auditDepth = 200
)

// Entry is one change of a chat: who changed what, and when.
type Entry struct {
	At     time.Time `json:"at"`
	User   int64     `json:"user,omitempty"` // 0: an admin who hides, or one who was forgotten
	What   string    `json:"what"`           // for people
	Update int64     `json:"update"`
}

func auditKey(chat int64) string { return chatKey("audit", chat) } // list: entries as JSON, the newest first
func actsKey(user int64) string  { return chatKey("acts", user) }  // set: chats whose audit names the user

// note adds an entry to an audit unless its update stands there.
//
// KEYS[1] audit. ARGV[1] entry as JSON; ARGV[2] its update; ARGV[3] how many are
// kept; ARGV[4] seconds to keep them. Returns 1 when added, 0 when known.
var note = redis.NewScript(`
for _, text in ipairs(redis.call('LRANGE', KEYS[1], 0, 19)) do
  if string.format('%.0f', cjson.decode(text).update) == ARGV[2] then return 0 end
end
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, ARGV[3] - 1)
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
`)

// Note writes into the audit of a chat what was changed, once for each update.
func (s *Store) Note(ctx context.Context, chat int64, e Entry) error {
	return s.noteAt(ctx, chat, e, s.now().UTC())
}

func (s *Store) noteAt(ctx context.Context, chat int64, e Entry, at time.Time) error {
	e.At = at
	record, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode an entry: %w", err)
	}
	if e.User != 0 {
		if err := s.db.SAdd(ctx, actsKey(e.User), chat).Err(); err != nil {
			return fmt.Errorf("note a change: %w", err)
		}
		if err := s.db.Expire(ctx, actsKey(e.User), keepAudit).Err(); err != nil {
			return fmt.Errorf("note a change: %w", err)
		}
	}
	err = note.Run(ctx, s.db, []string{auditKey(chat)}, record, strconv.FormatInt(e.Update, 10), auditDepth, int(keepAudit.Seconds())).Err()
	if err != nil {
		return fmt.Errorf("note a change: %w", err)
	}
	return nil
}

// Audit gives the changes of a chat from offset on, the newest first.
func (s *Store) Audit(ctx context.Context, chat int64, offset, limit int) ([]Entry, error) {
	texts, err := s.db.LRange(ctx, auditKey(chat), int64(offset), int64(offset+limit-1)).Result()
	if err != nil {
		return nil, fmt.Errorf("read the audit: %w", err)
	}
	all := make([]Entry, 0, len(texts))
	for _, text := range texts {
		var e Entry
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			return nil, fmt.Errorf("decode the audit: %w", err)
		}
		all = append(all, e)
	}
	return all, nil
}

// Acts lists the chats whose audit names a user.
func (s *Store) Acts(ctx context.Context, user int64) ([]int64, error) {
	return s.ids(ctx, actsKey(user))
}

// copyAudit gives a chat the audit of another, behind its own, unless it is there
// already.
func (s *Store) copyAudit(ctx context.Context, from, to int64) error {
	old, err := s.Audit(ctx, from, 0, auditDepth)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(old) {
		if err := s.noteAt(ctx, to, e, e.At); err != nil {
			return err
		}
	}
	return nil
}
