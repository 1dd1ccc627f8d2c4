package articles

import "github.com/redis/go-redis/v9"

// lookup finds the articles that identities name.
//
// KEYS[1] any key of the archive, for routing only.
// ARGV[1] prefix of the seen hashes; ARGV[2] how many months follow; then the
// months, the current one first; then for each identity its bucket and its
// bytes.
// Returns for each identity the id of its article, or "". An identity found in
// an earlier month is copied to the current one, so that what a feed still
// lists stays known.
var lookup = redis.NewScript(`
local n = tonumber(ARGV[2])
local out = {}
for i = 3 + n, #ARGV, 2 do
  local found = ''
  for m = 1, n do
    local v = redis.call('HGET', ARGV[1] .. ARGV[2 + m] .. ':' .. ARGV[i], ARGV[i + 1])
    if v then
      found = v
      if m > 1 then
        local key = ARGV[1] .. ARGV[3] .. ':' .. ARGV[i]
        redis.call('HSET', key, ARGV[i + 1], v)
        redis.call('EXPIRE', key, 100 * 86400)
      end
      break
    end
  end
  out[#out + 1] = found
end
return out
`)

// store marks and stores one article in one step: there is no moment at which
// it is marked as seen and not stored, or stored and not in the log.
//
// KEYS[1] record; KEYS[2] log; KEYS[3] zset of all; KEYS[4...] zsets of the
// article's sources, as many as ARGV[6] says; then the seen hashes, one for
// each identity.
// ARGV[1] expected revision; ARGV[2] JSON; ARGV[3] article id; ARGV[4] time of
// the change, ms; ARGV[5] seconds to keep; ARGV[6] number of source zsets;
// ARGV[7] kind of change, or "" for one that is nobody's news and leaves log
// and zsets alone; then the identities' bytes in the order of the seen
// hashes.
// Returns 1 when stored; 0 when another worker stored a newer revision, or an
// identity of a new article was taken meanwhile: read again and decide anew.
// A mark that names another article already is left to it. Running the script
// twice with the same arguments stores once.
var store = redis.NewScript(`
local revision = tonumber(redis.call('HGET', KEYS[1], 'v') or '0')
if revision ~= tonumber(ARGV[1]) then return 0 end
local n = tonumber(ARGV[6])
if revision == 0 then
  for i = 4 + n, #KEYS do
    local v = redis.call('HGET', KEYS[i], ARGV[4 + i - n])
    if v and v ~= ARGV[3] then return 0 end
  end
end
for i = 4 + n, #KEYS do
  redis.call('HSETNX', KEYS[i], ARGV[4 + i - n], ARGV[3])
  redis.call('EXPIRE', KEYS[i], 100 * 86400)
end
redis.call('HSET', KEYS[1], 'v', revision + 1, 'j', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[5])
if ARGV[7] == '' then return 1 end
for i = 3, 3 + n do
  redis.call('ZADD', KEYS[i], ARGV[4], ARGV[3])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', ARGV[4] - ARGV[5] * 1000)
end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 200000, '*', 'id', ARGV[3], 'kind', ARGV[7])
return 1
`)
