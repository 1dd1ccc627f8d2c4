package chats

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Part is one claimed part of a delivery.
type Part struct {
	Delivery string
	Index    int
	Chat     int64
	Class    Class
	Prompt   bool // somebody waits for it
	Message  Message
	Again    bool // an earlier attempt may have arrived
	Before   int  // the last message id known before that attempt where the chat's messages are numbered; 0: none was
	Last     int  // the last one known now
	Tries    int  // how often the part was claimed with an unknown outcome
	fence    int64
	until    time.Time
}

// Expired tells whether the lease is over, so that the part must not be sent
// any more. It is asked right before the write. The clock of the wall counts: a
// machine that stands still does not move the other one.
func (p Part) Expired(now time.Time) bool { return now.Round(0).After(p.until) }

// ErrNoReplica says that too few replicas of Redis hold the intent, so that the
// part was not claimed.
var ErrNoReplica = errors.New("too few replicas of Redis confirm the intent")

// replicaWait is how long a replica may take to confirm.
const replicaWait = 50 * time.Millisecond

// Claim takes one part whose time has come: an answer or alert if there is one,
// else, unless promptOnly, another. It gives false when there is none. Of every
// chat at most one part is claimed at a time, and parts of the same urgency in
// the order in which they were added. It may fail with ErrNoReplica.
func (l *Ledger) Claim(ctx context.Context, promptOnly bool) (Part, bool, error) {
	now := l.now()
	ways := lanes[:]
	if promptOnly {
		ways = lanes[:1]
	}
	ready := make([][shards]*redis.StringSliceCmd, len(ways))
	var shared *redis.StringCmd
	_, err := l.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, way := range ways {
			for shard := range shards {
				ready[i][shard] = p.ZRangeByScore(ctx, way.readyKey(shard), &redis.ZRangeBy{Min: "-inf", Max: strconv.FormatInt(now.UnixMilli(), 10), Count: 1})
			}
		}
		shared = p.HGet(ctx, sharedKey, "last")
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return Part{}, false, fmt.Errorf("look for deliveries: %w", err)
	}
	first := rand.IntN(shards)
	for i, way := range ways {
		for n := range shards {
			shard := (first + n) % shards
			if len(ready[i][shard].Val()) == 0 {
				continue
			}
			p, ok, err := l.claimIn(ctx, way, shard, now, cmp.Or(shared.Val(), "0"))
			if err != nil || ok {
				return p, ok, err
			}
		}
	}
	return Part{}, false, nil
}

func (l *Ledger) claimIn(ctx context.Context, way lane, shard int, now time.Time, shared string) (Part, bool, error) {
	keys := []string{way.readyKey(shard)}
	args := []any{now.UnixMilli(), Lease.Milliseconds(), grace.Milliseconds(), tagged(way.list, shard), tagged("lane", shard), shared}
	got, confirmed, err := l.intend(ctx, keys, args)
	if err != nil {
		return Part{}, false, fmt.Errorf("claim a part: %w", err)
	}
	if len(got) == 0 {
		return Part{}, false, nil
	}
	p, err := decodePart(got, rowPrefix(shard))
	if err != nil {
		return Part{}, false, fmt.Errorf("decode part %s: %w", got[0], err)
	}
	p.until, p.Prompt = now.Round(0).Add(Lease), way == prompt
	if !confirmed {
		_, err := l.End(ctx, p, Outcome{State: Pending, Reason: ErrNoReplica.Error(), After: time.Second})
		return Part{}, false, errors.Join(ErrNoReplica, err)
	}
	return p, true, nil
}

// intend runs the claim, and where replicas are to confirm it, waits for them on
// the same connection.
func (l *Ledger) intend(ctx context.Context, keys []string, args []any) (got []string, confirmed bool, err error) {
	if l.replicas == 0 {
		got, err = claim.Run(ctx, l.db, keys, args...).StringSlice()
		return got, true, err
	}
	var master redis.Cmdable = l.db
	if c, ok := l.db.(*redis.ClusterClient); ok {
		if master, err = c.MasterForKey(ctx, keys[0]); err != nil {
			return nil, false, err
		}
	}
	var claimed *redis.Cmd
	var waited *redis.Cmd
	_, err = master.Pipelined(ctx, func(p redis.Pipeliner) error {
		claimed = claim.Eval(ctx, p, keys, args...)
		waited = p.Do(ctx, "WAIT", l.replicas, replicaWait.Milliseconds())
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	n, err := waited.Int()
	if err != nil {
		return nil, false, err
	}
	got, err = claimed.StringSlice()
	return got, n >= l.replicas, err
}

// decodePart reads what the claim gives.
func decodePart(got []string, prefix string) (Part, error) {
	name := strings.TrimPrefix(got[0], prefix)
	cut := strings.LastIndexByte(name, ':')
	p := Part{Delivery: name[:cut], Class: Class(got[3]), Again: got[4] == "1"}
	number := func(s string, err error) (int, error) {
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(s)
	}
	var err error
	p.Index, err = number(name[cut+1:], nil)
	p.Before, err = number(got[6], err)
	p.Last, err = number(got[7], err)
	p.Tries, err = number(got[8], err)
	if err == nil {
		p.fence, err = strconv.ParseInt(got[1], 10, 64)
	}
	if err == nil {
		p.Chat, err = strconv.ParseInt(got[2], 10, 64)
	}
	if err == nil {
		err = json.Unmarshal([]byte(got[5]), &p.Message)
	}
	return p, err
}

// Outcome is what became of an attempt.
type Outcome struct {
	State     State         // Sent, Failed, Pending (it never left, or was refused for now), Unknown or Undecided
	MessageID int           // of a sent message
	Reason    string        // of a failure or delay
	After     time.Duration // the chat rests so long before its next part
	Absent    bool          // it is proved that no earlier attempt arrived
}

// End records the outcome of a claimed part and lets the chat go on. It gives
// false, and records nothing, when the part was claimed by another meanwhile.
func (l *Ledger) End(ctx context.Context, p Part, o Outcome) (bool, error) {
	if o.State == Unknown {
		o.After = max(o.After, graceOf(p.Class))
	}
	shard := shardOf(p.Chat)
	keys := []string{rowKey(p.Chat, p.Delivery, p.Index), laneKey(p.Chat), shownKey(p.Chat), ownKey(p.Chat), lostKey(p.Chat)}
	for _, way := range lanes {
		keys = append(keys, way.listKey(p.Chat), way.readyKey(shard))
	}
	now := l.now()
	n, err := end.Run(ctx, l.db, keys, p.fence, string(o.State), o.MessageID, o.Reason, now.Add(o.After).UnixMilli(), p.Chat,
		int(keepRows.Seconds()), flag(p.Message.File != nil || p.Class == Notice), flag(o.Absent), now.Unix(), p.Tag()).Int()
	if err != nil {
		return false, fmt.Errorf("end part %d of %s: %w", p.Index, p.Delivery, err)
	}
	if n == 1 && o.MessageID > 0 && !Numbered(p.Chat) {
		return true, l.Saw(ctx, p.Chat, o.MessageID)
	}
	return n == 1, nil
}

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Tag names a part of a chat's deliveries in a few letters.
func (p Part) Tag() string {
	sum := sha256.Sum256([]byte(p.Delivery + ":" + strconv.Itoa(p.Index)))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// Decide settles an undecided part by the word of a person: it arrived, or it
// is to be sent again. It gives false when it was settled before.
func (l *Ledger) Decide(ctx context.Context, chat int64, tag string, again bool) (bool, error) {
	keys := []string{lostKey(chat), broad.listKey(chat), broad.readyKey(shardOf(chat)), laneKey(chat)}
	row, err := decide.Run(ctx, l.db, keys, tag, flag(again), chat, l.now().UnixMilli()).Text()
	if err != nil {
		return false, fmt.Errorf("decide a part in chat %d: %w", chat, err)
	}
	return row != "", nil
}

// Saw notes that a message with this id stands in a chat, so that fewer ids are
// asked about when an outcome is unknown.
func (l *Ledger) Saw(ctx context.Context, chat int64, message int) error {
	key := sharedKey
	if Numbered(chat) {
		key = laneKey(chat)
	}
	if err := saw.Run(ctx, l.db, []string{key}, message).Err(); err != nil {
		return fmt.Errorf("note a message in chat %d: %w", chat, err)
	}
	return nil
}

// Own gives the ids of the bot's own messages in a chat that came after one, as
// far as they are known. whole is false when one may stand there whose id is not:
// a part that stayed undecided.
func (l *Ledger) Own(ctx context.Context, chat int64, after int) (own map[int]bool, whole bool, err error) {
	var ids *redis.StringSliceCmd
	var lost *redis.IntCmd
	_, err = l.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		ids, lost = p.ZRange(ctx, ownKey(chat), 0, -1), p.HLen(ctx, lostKey(chat))
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("read own messages in chat %d: %w", chat, err)
	}
	own = map[int]bool{}
	for _, s := range ids.Val() {
		if id, err := strconv.Atoi(s); err == nil && id > after {
			own[id] = true
		}
	}
	return own, lost.Val() == 0, nil
}
