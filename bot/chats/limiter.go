package chats

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// SendRate is how many messages a second go out overall: Telegram refuses more
// than about thirty.
const SendRate = 28.5

// How far ahead a turn may be taken: digests only so little that an answer,
// which may go further, waits for a moment behind them.
const (
	aheadBroad  = 120 * time.Millisecond
	aheadPrompt = 2 * time.Second
)

// When Telegram refuses several chats within a second, it means the bot and not
// a chat: everything pauses, and goes on slower.
const (
	refusedChats = 3
	slower       = 0.7
	slowest      = 5.0 // messages a second
)

// rateKey is the state of the limit, a hash: next the unix µs of the next free
// turn, pause that before which nothing goes, rate and since the rate after
// refusals and when it was set. refusedKey is a zset of the chats that were
// refused, by unix µs.
const (
	rateKey    = "rate:{tg}"
	refusedKey = "refused:{tg}"
)

// Limiter spreads the messages of all replicas evenly: so many a second, never
// two at once.
type Limiter struct {
	db   redis.UniversalClient
	rate float64
}

// NewLimiter returns the limit in the core role of Redis: so many messages a
// second at most.
func NewLimiter(db redis.UniversalClient, rate float64) *Limiter { return &Limiter{db, rate} }

// rateNow is a Lua function: the rate at present. After refusals it is lower and
// rises by one a minute.
const rateNow = `
local function rateNow(key, most, now)
  local v = redis.call('HMGET', key, 'rate', 'since')
  if not v[1] then return most end
  return math.min(most, tonumber(v[1]) + math.floor((now - tonumber(v[2])) / 60000000))
end
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
`

// turn takes the next free turn if it is near enough. The clock is that of
// Redis: those of replicas differ.
//
// KEYS[1] state of the limit. ARGV[1] most messages a second; ARGV[2] how far
// ahead a turn may be, µs. Returns {1, µs until the turn}, or {0, µs to wait
// before asking again}.
var turn = redis.NewScript(rateNow + `
local v = redis.call('HMGET', KEYS[1], 'next', 'pause')
local pause = tonumber(v[2] or '0') - now
if pause > 0 then return {0, string.format('%.0f', pause)} end
local free = math.max(tonumber(v[1] or '0'), now)
local wait = free - now
if wait > tonumber(ARGV[2]) then return {0, string.format('%.0f', wait - ARGV[2])} end
local step = 1000000 / rateNow(KEYS[1], tonumber(ARGV[1]), now)
redis.call('HSET', KEYS[1], 'next', string.format('%.0f', free + step))
redis.call('EXPIRE', KEYS[1], 86400)
return {1, string.format('%.0f', wait)}
`)

// refuse notes that Telegram refused a message to a chat for now.
//
// KEYS[1] state of the limit; KEYS[2] refused chats. ARGV[1] most messages a
// second; ARGV[2] chat; ARGV[3] µs that Telegram asks to wait; ARGV[4] how many
// chats mean all; ARGV[5] factor; ARGV[6] slowest rate. Returns 1 when
// everything pauses now.
var refuse = redis.NewScript(rateNow + `
redis.call('ZADD', KEYS[2], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 1000000)
redis.call('EXPIRE', KEYS[2], 60)
if redis.call('ZCARD', KEYS[2]) < tonumber(ARGV[4]) then return 0 end
redis.call('DEL', KEYS[2])
local pause = math.max(tonumber(redis.call('HGET', KEYS[1], 'pause') or '0'), now + ARGV[3])
local rate = math.max(tonumber(ARGV[6]), rateNow(KEYS[1], tonumber(ARGV[1]), now) * ARGV[5])
redis.call('HSET', KEYS[1], 'pause', string.format('%.0f', pause), 'rate', tostring(rate), 'since', string.format('%.0f', now))
redis.call('EXPIRE', KEYS[1], 86400)
return 1
`)

// Turn asks for a turn to send. ok is true when it was given: it comes after
// wait. Otherwise the caller asks again after wait.
func (l *Limiter) Turn(ctx context.Context, p Part) (wait time.Duration, ok bool, err error) {
	ahead := aheadPrompt
	if p.Class == Digest && !p.Prompt {
		ahead = aheadBroad
	}
	got, err := turn.Run(ctx, l.db, []string{rateKey}, l.rate, ahead.Microseconds()).Slice()
	if err != nil {
		return 0, false, fmt.Errorf("ask for a turn: %w", err)
	}
	given, _ := got[0].(int64)
	text, _ := got[1].(string)
	micros, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, false, fmt.Errorf("ask for a turn: %w", err)
	}
	return time.Duration(micros) * time.Microsecond, given == 1, nil
}

// Refused notes that Telegram refused a message to a chat for so long. When it
// refuses several chats at once, all of them wait.
func (l *Limiter) Refused(ctx context.Context, chat int64, wait time.Duration) error {
	err := refuse.Run(ctx, l.db, []string{rateKey, refusedKey}, l.rate, chat, wait.Microseconds(), refusedChats, slower, slowest).Err()
	if err != nil {
		return fmt.Errorf("note a refusal: %w", err)
	}
	return nil
}
