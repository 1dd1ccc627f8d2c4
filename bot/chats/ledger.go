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

// State is the state of one part of a delivery.
type State string

// The states of a part.
const (
	Pending   State = "pending" // waits to be sent
	Sending   State = "sending" // an attempt is under way, or its process died
	Sent      State = "sent"
	Failed    State = "failed"    // Telegram refused it for good
	Moved     State = "moved"     // its chat became another, where it goes on
	Unknown   State = "unknown"   // an attempt left and was not answered clearly
	Undecided State = "undecided" // unknown for good, and sending again would be worse than not
)

// Class says what a delivery is, and so what an unknown outcome means for it.
type Class string

// The classes of deliveries. What becomes of a part whose outcome stays unknown:
const (
	Reply  Class = "reply"  // an answer to a user is sent again
	Digest Class = "digest" // sent again and marked in private chats and groups, undecided in channels
	Notice Class = "notice" // something that a person is told by the program itself: sent again and marked
)

// Lease is for how long a claimed part belongs to its worker. It is longer
// than SendLimit, so a live worker never loses a part by itself.
const Lease = 20 * time.Second

// SendLimit bounds one attempt to send, from claim to answer.
const SendLimit = 15 * time.Second

// grace is how long the chat of an unknown part rests before it is decided:
// what was sent may still be on its way.
const grace = 30 * time.Second

// replyGrace is the grace of a reply: its user waits, and a second answer does
// no harm.
const replyGrace = 3 * time.Second

func graceOf(c Class) time.Duration {
	if c == Reply {
		return replyGrace
	}
	return grace
}

// keepRows is how long a row of the ledger is kept after its last change, and
// keepShown how long a story is not shown again.
const (
	keepRows  = 30 * 24 * time.Hour
	keepShown = 14 * 24 * time.Hour
)

// Message is one message on its way: a method of the Bot API and its
// parameters. It is frozen when the delivery is made: every attempt sends the
// same.
type Message struct {
	Method string            `json:"method"`
	Params map[string]string `json:"params"`
	File   *File             `json:"file,omitempty"`
}

// File is what a message uploads. It is dropped from the ledger once it was sent
// or given up.
type File struct {
	Field string `json:"field"` // the parameter that it stands for
	Name  string `json:"name"`
	MIME  string `json:"mime"`
	Data  []byte `json:"data"`
}

// Delivery is what is to be sent to one chat.
type Delivery struct {
	ID     string // the same id is delivered once: it is unique over all chats
	Chat   int64
	Reader int64 // who is shown the stories: a forum thread's record, or, as with 0, the chat itself
	Class  Class
	Prompt bool // somebody waits for it: it goes before digests, as replies and notices do
	Parts  []Message
	Shown  []string // ids of the stories in it, not shown to the chat again
}

func (d Delivery) lane() lane {
	if d.Prompt || d.Class != Digest {
		return prompt
	}
	return broad
}

// ErrOverlap says that a story of the delivery was shown to the chat already:
// choose anew.
var ErrOverlap = errors.New("a story was shown already")

// Ledger keeps what is to be sent, what was sent and with what outcome.
type Ledger struct {
	db       redis.UniversalClient
	now      func() time.Time
	wake     chan struct{}
	replicas int
}

// NewLedger returns the ledger in the core role of Redis. A nil now means
// time.Now.
func NewLedger(db redis.UniversalClient, now func() time.Time) *Ledger {
	if now == nil {
		now = time.Now
	}
	return &Ledger{db: db, now: now, wake: make(chan struct{}, 1)}
}

// Confirmed returns the same ledger, whose every intent so many replicas of
// Redis hold before anything is sent.
func (l *Ledger) Confirmed(replicas int) *Ledger {
	c := *l
	c.replicas = replicas
	return &c
}

// Wake gives a value soon after this process added a delivery.
func (l *Ledger) Wake() <-chan struct{} { return l.wake }

// Add freezes a delivery and queues its parts behind those of the same chat and
// urgency. Adding an id again does nothing. It fails with ErrOverlap when a
// story in it was shown or is on its way to the chat already.
func (l *Ledger) Add(ctx context.Context, d Delivery) error {
	if len(d.Parts) == 0 {
		return fmt.Errorf("delivery %s has no parts", d.ID)
	}
	shard, way := shardOf(d.Chat), d.lane()
	keys := []string{way.listKey(d.Chat), way.readyKey(shard), shownKey(d.Chat), laneKey(d.Chat)}
	marks := make([]string, len(d.Shown))
	for i, mark := range d.Shown {
		marks[i] = shownTo(d.Reader, mark)
	}
	shown, err := json.Marshal(marks)
	if err != nil {
		return fmt.Errorf("encode delivery %s: %w", d.ID, err)
	}
	args := []any{l.now().UnixMilli(), d.Chat, string(d.Class), int(keepRows.Seconds()), int(keepShown.Seconds()), string(shown), d.ID, rowPrefix(shard)}
	for _, m := range d.Parts {
		payload, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("encode delivery %s: %w", d.ID, err)
		}
		args = append(args, payload)
	}
	n, err := add.Run(ctx, l.db, keys, args...).Int()
	if err != nil {
		return fmt.Errorf("add delivery %s: %w", d.ID, err)
	}
	if n < 0 {
		return ErrOverlap
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return nil
}

// Abandon gives up what waits for a chat that cannot be reached any more.
func (l *Ledger) Abandon(ctx context.Context, chat int64, reason string) error {
	keys := []string{shownKey(chat)}
	for _, way := range lanes {
		keys = append(keys, way.listKey(chat), way.readyKey(shardOf(chat)))
	}
	if err := abandon.Run(ctx, l.db, keys, chat, reason).Err(); err != nil {
		return fmt.Errorf("abandon deliveries of chat %d: %w", chat, err)
	}
	return nil
}

// Row is what the ledger holds about one part.
type Row struct {
	State     State
	MessageID int
	Reason    string
}

// Row reads one part of a delivery; false when there is no such part.
func (l *Ledger) Row(ctx context.Context, chat int64, delivery string, part int) (Row, bool, error) {
	v, err := l.db.HMGet(ctx, rowKey(chat, delivery, part), "state", "message", "reason").Result()
	if err != nil {
		return Row{}, false, fmt.Errorf("read part %d of %s: %w", part, delivery, err)
	}
	state, ok := v[0].(string)
	if !ok {
		return Row{}, false, nil
	}
	r := Row{State: State(state)}
	if s, ok := v[1].(string); ok {
		r.MessageID, err = strconv.Atoi(s)
		if err != nil {
			return Row{}, false, fmt.Errorf("read part %d of %s: %w", part, delivery, err)
		}
	}
	r.Reason, _ = v[2].(string)
	return r, true, nil
}

// Shown gives those of the stories that were shown to the chat, or are on
// their way to it, within two weeks. reader is as in Delivery.
func (l *Ledger) Shown(ctx context.Context, chat, reader int64, stories []string) (map[string]bool, error) {
	shown := map[string]bool{}
	if len(stories) == 0 {
		return shown, nil
	}
	marks := make([]string, len(stories))
	for i, story := range stories {
		marks[i] = shownTo(reader, story)
	}
	scores, err := l.db.ZMScore(ctx, shownKey(chat), marks...).Result()
	if err != nil {
		return nil, fmt.Errorf("read what was shown: %w", err)
	}
	oldest := float64(l.now().Add(-keepShown).Unix())
	for i, score := range scores {
		if score > oldest {
			shown[stories[i]] = true
		}
	}
	return shown, nil
}

// Waiting is the number of chats with parts that wait to be sent.
func (l *Ledger) Waiting(ctx context.Context) (int, error) {
	var rows []*redis.StringSliceCmd
	_, err := l.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, way := range lanes {
			for shard := range shards {
				rows = append(rows, p.ZRange(ctx, way.readyKey(shard), 0, -1))
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("count deliveries: %w", err)
	}
	waiting := map[string]bool{}
	for _, row := range rows {
		for _, chat := range row.Val() {
			waiting[chat] = true
		}
	}
	return len(waiting), nil
}
