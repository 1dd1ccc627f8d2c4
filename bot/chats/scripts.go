package chats

import "github.com/redis/go-redis/v9"

// add freezes a delivery and queues its parts.
//
// KEYS[1] list of the chat's lane; KEYS[2] ready chats of that lane; KEYS[3]
// stories shown; KEYS[4] state of the chat's sending.
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
  local at = tonumber(redis.call('HGET', KEYS[4], 'at') or '0')
  redis.call('ZADD', KEYS[2], math.max(now, at), ARGV[2])
end
return 1
`)

// claim takes the first part of the chat that has waited longest in a lane.
//
// KEYS[1] ready chats. ARGV[1] now, ms; ARGV[2] lease, ms; ARGV[3] grace, ms;
// ARGV[4] prefix of the lane's lists; ARGV[5] prefix of the states of sending;
// ARGV[6] the last known message id of chats that share one count.
// Returns {row, fence, chat, class, again, message, before, last, tries}, or {}
// when there is nothing to send; again is '1' when an earlier attempt may have
// arrived, before the last message id that was known in the chat when that
// attempt was made, last the one that is known now, tries how often the part
// was claimed as unknown. The intent is recorded before anything is returned.
//
// At most one part of a chat is in flight or unknown, whatever its lane: of two
// unknown ones nobody could tell which it is that arrived. One whose lease is over
// becomes unknown and its chat rests for the grace, unless it is a reply: its
// user waits. Then it is claimed before anything else. Parts that are settled
// already are passed over.
var claim = redis.NewScript(`
local now = tonumber(ARGV[1])
local function over(row, chat, state)
  redis.call('HSET', row, 'state', 'unknown', 'again', '1', 'reason', 'lease over')
  redis.call('HINCRBY', row, 'fence', 1)
  local rest = redis.call('HGET', row, 'class') == 'reply' and 0 or ARGV[3]
  redis.call('HSET', state, 'fly', row, 'at', now + rest)
  redis.call('ZADD', KEYS[1], now + rest, chat)
end
for round = 1, 20 do
  local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)
  if #due == 0 then return {} end
  local chat = due[1]
  local state = ARGV[5] .. chat
  local at = tonumber(redis.call('HGET', state, 'at') or '0')
  local fly = redis.call('HGET', state, 'fly')
  if at > now then
    redis.call('ZADD', KEYS[1], at, chat)
  elseif fly and redis.call('HGET', fly, 'state') == 'sending' then
    over(fly, chat, state)
  else
    local list = ARGV[4] .. chat
    local row = fly
    local what = row and redis.call('HGET', row, 'state')
    if what ~= 'unknown' then
      row = redis.call('LINDEX', list, 0)
      what = row and redis.call('HGET', row, 'state')
    end
    if not row then
      redis.call('ZREM', KEYS[1], chat)
    elseif what == 'sending' then
      over(row, chat, state)
    elseif what == 'pending' or what == 'unknown' then
      local last = tonumber(chat) > -1000000000000 and ARGV[6] or redis.call('HGET', state, 'last') or '0'
      local fence = redis.call('HINCRBY', row, 'fence', 1)
      local tries = 0
      if what == 'unknown' then tries = redis.call('HINCRBY', row, 'tries', 1)
      elseif redis.call('HGET', row, 'again') ~= '1' then redis.call('HSET', row, 'before', last) end
      redis.call('HSET', row, 'state', 'sending')
      redis.call('HSET', state, 'fly', row, 'at', now + ARGV[2])
      redis.call('EXPIRE', state, 7776000)
      redis.call('ZADD', KEYS[1], now + ARGV[2], chat)
      return {row, tostring(fence), chat, redis.call('HGET', row, 'class'), redis.call('HGET', row, 'again') or '',
        redis.call('HGET', row, 'm'), redis.call('HGET', row, 'before') or '0', last, tostring(tries)}
    else
      redis.call('LPOP', list)
    end
  end
end
return {}
`)

// end records the outcome of a claimed part.
//
// KEYS[1] row; KEYS[2] state of the chat's sending; KEYS[3] stories shown;
// KEYS[4] own messages; KEYS[5] undecided parts; KEYS[6] list and KEYS[7] ready
// chats of the one lane; KEYS[8], KEYS[9] those of the other.
// ARGV[1] fence; ARGV[2] state; ARGV[3] message id; ARGV[4] reason; ARGV[5]
// unix ms before which the chat gets nothing more; ARGV[6] chat; ARGV[7]
// seconds to keep the row; ARGV[8] 1 when the message is not kept once the part
// is settled, as one with a file or a notice, which may speak of another chat;
// ARGV[9] 1 when it is proved that no earlier attempt arrived; ARGV[10] now, s; ARGV[11] tag of the part.
// Returns 1 when recorded, 0 when the fence is not the caller's any more. A
// failed delivery gives its stories back.
var end = redis.NewScript(giveBack + noteOwn + `
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] or redis.call('HGET', KEYS[1], 'state') ~= 'sending' then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'message', ARGV[3], 'reason', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[7])
if ARGV[9] == '1' then redis.call('HDEL', KEYS[1], 'again') end
if ARGV[2] == 'unknown' then redis.call('HSET', KEYS[1], 'again', '1') end
if ARGV[2] == 'failed' then giveBack(KEYS[1], KEYS[3]) end
if ARGV[2] == 'sent' then own(KEYS[2], KEYS[4], ARGV[3], ARGV[10]) end
if ARGV[2] == 'undecided' then
  redis.call('HSET', KEYS[5], ARGV[11], KEYS[1])
  redis.call('EXPIRE', KEYS[5], 172800)
end
if ARGV[2] ~= 'pending' and ARGV[2] ~= 'unknown' then
  redis.call('LREM', KEYS[6], 1, KEYS[1])
  redis.call('LREM', KEYS[8], 1, KEYS[1])
  if ARGV[8] == '1' and ARGV[2] ~= 'undecided' then redis.call('HDEL', KEYS[1], 'm') end
end
if ARGV[2] ~= 'unknown' and redis.call('HGET', KEYS[2], 'fly') == KEYS[1] then redis.call('HDEL', KEYS[2], 'fly') end
redis.call('HSET', KEYS[2], 'at', ARGV[5])
for i = 6, 8, 2 do
  if redis.call('LLEN', KEYS[i]) > 0 then redis.call('ZADD', KEYS[i + 1], ARGV[5], ARGV[6])
  else redis.call('ZREM', KEYS[i + 1], ARGV[6]) end
end
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

// noteOwn is a Lua function: a message id is known to be the bot's own. Those of
// two days are remembered, and the highest.
const noteOwn = `
local function own(state, key, id, now)
  if not tonumber(id) or tonumber(id) <= 0 then return end
  redis.call('ZADD', key, now, id)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - 172800)
  redis.call('ZREMRANGEBYRANK', key, 0, -501)
  redis.call('EXPIRE', key, 172800)
  if tonumber(id) > tonumber(redis.call('HGET', state, 'last') or '0') then redis.call('HSET', state, 'last', id) end
end
`

// saw notes the id of a message that stands in a chat.
//
// KEYS[1] state of the chat's sending. ARGV[1] message id. Returns 1 when it is
// the highest so far.
var saw = redis.NewScript(`
if tonumber(ARGV[1]) <= tonumber(redis.call('HGET', KEYS[1], 'last') or '0') then return 0 end
redis.call('HSET', KEYS[1], 'last', ARGV[1])
redis.call('EXPIRE', KEYS[1], 7776000)
return 1
`)

// decide settles an undecided part by the word of a person. That there was one
// stays known for two days: where its message stands is not.
//
// KEYS[1] undecided parts; KEYS[2] list and KEYS[3] ready chats of the part's
// lane; KEYS[4] state of the chat's sending. ARGV[1] tag of the part; ARGV[2] 1
// when it is to be sent again; ARGV[3] chat; ARGV[4] now, ms. Returns the row, or
// "" when it was decided before.
var decide = redis.NewScript(`
local row = redis.call('HGET', KEYS[1], ARGV[1])
if not row then return '' end
if redis.call('HGET', row, 'state') ~= 'undecided' then return '' end
if ARGV[2] ~= '1' then
  redis.call('HSET', row, 'state', 'sent', 'reason', 'an admin saw it')
  return row
end
redis.call('HSET', row, 'state', 'pending', 'reason', 'an admin asked for it')
redis.call('HDEL', row, 'again')
redis.call('LPUSH', KEYS[2], row)
if not redis.call('ZSCORE', KEYS[3], ARGV[3]) then
  redis.call('ZADD', KEYS[3], math.max(tonumber(ARGV[4]), tonumber(redis.call('HGET', KEYS[4], 'at') or '0')), ARGV[3])
end
return row
`)

// abandon gives up all that waits for a chat.
//
// KEYS[1] stories shown; KEYS[2] list and KEYS[3] ready chats of the one lane;
// KEYS[4], KEYS[5] those of the other. ARGV[1] chat; ARGV[2] reason. Returns how
// many parts were given up. A part whose attempt is under way keeps its row, and
// its worker records the outcome.
var abandon = redis.NewScript(giveBack + `
local n = 0
for i = 2, 4, 2 do
  for _, row in ipairs(redis.call('LRANGE', KEYS[i], 0, 999)) do
    if redis.call('HGET', row, 'state') ~= 'sending' then
      redis.call('HSET', row, 'state', 'failed', 'reason', ARGV[2])
      redis.call('LREM', KEYS[i], 1, row)
      giveBack(row, KEYS[1])
      n = n + 1
    end
  end
  if redis.call('LLEN', KEYS[i]) == 0 then redis.call('ZREM', KEYS[i + 1], ARGV[1]) end
end
return n
`)
