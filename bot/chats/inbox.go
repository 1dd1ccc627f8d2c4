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

// Inbox keeps the updates that came in until they were handled, so that a
// command taken in is answered even when the process dies.
type Inbox struct {
	db       redis.UniversalClient
	consumer string
}

// Update is one update as it came, not looked into.
type Update struct {
	ID    int64
	Body  []byte
	entry string
}

// NewInbox returns the inbox in the core role of Redis for one replica.
func NewInbox(db redis.UniversalClient, replica string) *Inbox {
	return &Inbox{db: db, consumer: replica}
}

// put takes an update in once.
//
// KEYS[1] mark of the update; KEYS[2] stream. ARGV[1] body; ARGV[2] update id.
// Returns 1 when taken in, 0 when it was known.
var put = redis.NewScript(`
local fresh = redis.call('SET', KEYS[1], '1', 'NX', 'EX', 172800)
if fresh then redis.call('XADD', KEYS[2], '*', 'u', ARGV[1], 'id', ARGV[2]) end
return fresh and 1 or 0
`)

// Put stores an update. An update that was stored before is not stored again.
func (b *Inbox) Put(ctx context.Context, id int64, body []byte) error {
	key := inboxSeen + strconv.FormatInt(id, 10)
	if err := put.Run(ctx, b.db, []string{key, inboxKey}, body, id).Err(); err != nil {
		return fmt.Errorf("store update %d: %w", id, err)
	}
	return nil
}

// Open makes the inbox ready. It may be called again.
func (b *Inbox) Open(ctx context.Context) error {
	err := b.db.XGroupCreateMkStream(ctx, inboxKey, inboxGroup, "0").Err()
	if err != nil && !strings.Contains(err.Error(), "BUSYGROUP") {
		return fmt.Errorf("open the inbox: %w", err)
	}
	return nil
}

// Unfinished takes over the updates that this replica or another began and left
// for longer than idle, oldest first.
func (b *Inbox) Unfinished(ctx context.Context, idle time.Duration) ([]Update, error) {
	var all []Update
	for start := "0"; ; {
		messages, next, err := b.db.XAutoClaim(ctx, &redis.XAutoClaimArgs{
			Stream: inboxKey, Group: inboxGroup, Consumer: b.consumer, MinIdle: idle, Start: start, Count: 100,
		}).Result()
		if err != nil {
			return nil, fmt.Errorf("take over updates: %w", err)
		}
		all = append(all, updatesOf(messages)...)
		if next == "0-0" {
			return all, nil
		}
		start = next
	}
}

// Next gives up to limit new updates, waiting up to wait for the first one.
func (b *Inbox) Next(ctx context.Context, limit int, wait time.Duration) ([]Update, error) {
	streams, err := b.db.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: inboxGroup, Consumer: b.consumer, Streams: []string{inboxKey, ">"}, Count: int64(limit), Block: wait,
	}).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	var all []Update
	for _, s := range streams {
		all = append(all, updatesOf(s.Messages)...)
	}
	return all, nil
}

func updatesOf(messages []redis.XMessage) []Update {
	all := make([]Update, 0, len(messages))
	for _, m := range messages {
		body, _ := m.Values["u"].(string)
		text, _ := m.Values["id"].(string)
		// An id that is no number was not written by Put; 0 lets it be finished.
		id, _ := strconv.ParseInt(text, 10, 64)
		all = append(all, Update{ID: id, Body: []byte(body), entry: m.ID})
	}
	return all
}

// Done removes an update that was handled.
func (b *Inbox) Done(ctx context.Context, u Update) error {
	_, err := b.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.XAck(ctx, inboxKey, inboxGroup, u.entry)
		p.XDel(ctx, inboxKey, u.entry)
		return nil
	})
	if err != nil {
		return fmt.Errorf("finish update %d: %w", u.ID, err)
	}
	return nil
}
