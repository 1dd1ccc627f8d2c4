package chats

import "github.com/redis/go-redis/v9"

// add freezes a delivery and queues its parts.
//
// KEYS[1] out list of the chat; KEYS[2] ready chats; KEYS[3] stories shown;
// KEYS[4] pace of the chat.
// ARGV[1] now, ms; ARGV[2] chat; ARGV[3] class; ARGV[4] seconds to keep rows;
// ARGV[5] seconds to keep shown; ARGV[6] story ids as JSON; ARGV[7] delivery
// id; ARGV[8] prefix of rows; then the parts as JSON.
// Returns 1 when queued, 0 when the delivery was there already, -1 when one of
// its stories was shown already. Rows are built from ARGV within the chat's
// hash tag.
var add = redis.NewScript(`
local first = ARGV[8] .. ARGV[7] .. ':0'
if redis.call('EXISTS', first) == 1 then return 0 end
local shown = cjson.decode(ARGV[6])
local now = tonumber(ARGV[1])
local ids = {}
if type(shown) == 'table' then
  local oldest = now / 1000 - ARGV[5]
  for _, id in ipairs(shown) do
    local score = redis.call('ZSCORE', KEYS[3], id)
    if score and tonumber(score) > oldest then return -1 end
  end
  for _, id in ipairs(shown) do
    redis.call('ZADD', KEYS[3], now / 1000, id)
  end
  if #shown > 0 then
    redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', oldest)
    redis.call('EXPIRE', KEYS[3], ARGV[5])
  end
end
for i = 9, #ARGV do
  local row = ARGV[8] .. ARGV[7] .. ':' .. (i - 9)
  redis.call('HSET', row, 'state', 'pending', 'chat', ARGV[2], 'class', ARGV[3], 'm', ARGV[i], 'fence', 0, 'shown', i == 9 and ARGV[6] or '')
  redis.call('EXPIRE', row, ARGV[4])
  redis.call('RPUSH', KEYS[1], row)
end
if not redis.call('ZSCORE', KEYS[2], ARGV[2]) then
  local pace = tonumber(redis.call('GET', KEYS[4]) or '0')
  redis.call('ZADD', KEYS[2], math.max(now, pace), ARGV[2])
end
return 1
`)

// claim takes the first part of the chat that has waited longest.
//
// KEYS[1] ready chats. ARGV[1] now, ms; ARGV[2] lease, ms; ARGV[3] grace, ms;
// ARGV[4] prefix of out lists; ARGV[5] prefix of rows.
// Returns {row, fence, chat, class, again, message}, or {} when there is
// nothing to send; again is '1' when an earlier attempt may have arrived. A
// part whose lease is over becomes unknown and its chat rests for the grace,
// unless it is a reply: its user waits, and a second answer does no harm. Parts
// that are settled already are passed over.
var claim = redis.NewScript(`
local now = tonumber(ARGV[1])
for round = 1, 20 do
  local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)
  if #due == 0 then return {} end
  local chat = due[1]
  local out = ARGV[4] .. chat
  local row = redis.call('LINDEX', out, 0)
  if not row then
    redis.call('ZREM', KEYS[1], chat)
  else
    local state = redis.call('HGET', row, 'state')
    if state == 'sending' then
      redis.call('HSET', row, 'state', 'unknown', 'again', '1', 'reason', 'lease over')
      redis.call('HINCRBY', row, 'fence', 1)
      local rest = redis.call('HGET', row, 'class') == 'reply' and 0 or ARGV[3]
      redis.call('ZADD', KEYS[1], now + rest, chat)
    elseif state == 'pending' or state == 'unknown' then
      local fence = redis.call('HINCRBY', row, 'fence', 1)
      redis.call('HSET', row, 'state', 'sending')
      redis.call('ZADD', KEYS[1], now + ARGV[2], chat)
      return {row, tostring(fence), chat, redis.call('HGET', row, 'class'), redis.call('HGET', row, 'again') or '', redis.call('HGET', row, 'm')}
    else
      redis.call('LPOP', out)
    end
  end
end
return {}
`)

// end records the outcome of a claimed part.
//
// KEYS[1] row; KEYS[2] out list; KEYS[3] ready chats; KEYS[4] pace; KEYS[5]
// stories shown.
// ARGV[1] fence; ARGV[2] state; ARGV[3] message id; ARGV[4] reason; ARGV[5]
// unix ms before which the chat gets nothing more; ARGV[6] chat; ARGV[7]
// seconds to keep the row; ARGV[8] 1 when the message holds a file, which is not
// kept once the part is settled.
// Returns 1 when recorded, 0 when the fence is not the caller's any more. A
// failed delivery gives its stories back.
var end = redis.NewScript(giveBack + `
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] or redis.call('HGET', KEYS[1], 'state') ~= 'sending' then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'message', ARGV[3], 'reason', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[7])
if ARGV[2] == 'unknown' then redis.call('HSET', KEYS[1], 'again', '1') end
if ARGV[2] == 'failed' then giveBack(KEYS[1], KEYS[5]) end
if ARGV[2] ~= 'pending' and ARGV[2] ~= 'unknown' then
  redis.call('LREM', KEYS[2], 1, KEYS[1])
  if ARGV[8] == '1' then redis.call('HDEL', KEYS[1], 'm') end
end
redis.call('SET', KEYS[4], ARGV[5], 'EX', 86400)
if redis.call('LLEN', KEYS[2]) > 0 then redis.call('ZADD', KEYS[3], ARGV[5], ARGV[6])
else redis.call('ZREM', KEYS[3], ARGV[6]) end
return 1
`)

// giveBack is a Lua function: the stories of a row were not shown after all.
const giveBack = `
local function giveBack(row, key)
  local text = redis.call('HGET', row, 'shown')
  if not text or text == '' then return end
  local shown = cjson.decode(text)
  if type(shown) ~= 'table' then return end
  for _, id in ipairs(shown) do redis.call('ZREM', key, id) end
end
`

// abandon gives up all that waits for a chat.
//
// KEYS[1] out list; KEYS[2] ready chats; KEYS[3] stories shown. ARGV[1] chat;
// ARGV[2] reason. Returns how many parts were given up. A part whose attempt
// is under way keeps its row, and its worker records the outcome.
var abandon = redis.NewScript(giveBack + `
local rows = redis.call('LRANGE', KEYS[1], 0, 999)
local n = 0
for _, row in ipairs(rows) do
  if redis.call('HGET', row, 'state') ~= 'sending' then
    redis.call('HSET', row, 'state', 'failed', 'reason', ARGV[2])
    redis.call('LREM', KEYS[1], 1, row)
    giveBack(row, KEYS[3])
    n = n + 1
  end
end
if redis.call('LLEN', KEYS[1]) == 0 then redis.call('ZREM', KEYS[2], ARGV[1]) end
return n
`)
