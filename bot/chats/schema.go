package chats

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Schema is the version of the core data that this program writes.
const Schema = 3

// schemaKey is a string: the version of the core data. Data without it is of the
// first version.
const schemaKey = "schema:{core}"

// ErrSchema says that the core data was written by a newer program.
var ErrSchema = errors.New("the data in Redis was written by a newer version of visnyk: run that version")

// migrations turn the data of a version into that of the next. Each may be
// broken off at any point and run again, by several replicas at once too.
func migrations() map[int]func(ctx context.Context, db redis.UniversalClient) error {
	return map[int]func(ctx context.Context, db redis.UniversalClient) error{1: toSchema2, 2: toSchema3}
}

// raise sets the version of the data, never back. KEYS[1] the version; ARGV[1]
// the new one.
var raise = redis.NewScript(`
if tonumber(redis.call('GET', KEYS[1]) or '1') < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return 1
`)

// Migrate brings the core data to the version of this program. It fails with
// ErrSchema when the data is newer.
func Migrate(ctx context.Context, db redis.UniversalClient) error {
	version, err := db.Get(ctx, schemaKey).Int()
	if errors.Is(err, redis.Nil) {
		version, err = 1, nil
	}
	if err != nil {
		return fmt.Errorf("read the version of the data: %w", err)
	}
	if version > Schema {
		return ErrSchema
	}
	for ; version < Schema; version++ {
		if err := migrations()[version](ctx, db); err != nil {
			return fmt.Errorf("bring the data from version %d to %d: %w", version, version+1, err)
		}
		if err := raise.Run(ctx, db, []string{schemaKey}, version+1).Err(); err != nil {
			return fmt.Errorf("raise the version of the data: %w", err)
		}
	}
	return nil
}

// toSchema2 renames the state of parts that nobody decided, and moves the rest
// of a chat from a key of its own into the state of its sending.
func toSchema2(ctx context.Context, db redis.UniversalClient) error {
	return EachKey(ctx, db, func(ctx context.Context, node redis.UniversalClient, key string) error {
		switch {
		case strings.HasPrefix(key, "dlv:{"):
			return rename.Run(ctx, node, []string{key}).Err()
		case strings.HasPrefix(key, "pace:{"):
			return repace.Run(ctx, node, []string{key, "lane:" + strings.TrimPrefix(key, "pace:")}).Err()
		}
		return nil
	})
}

// toSchema3 changes nothing: since that version there are records of forum threads,
// which an older program would take for chats of Telegram.
func toSchema3(context.Context, redis.UniversalClient) error { return nil }

// rename turns a held part into an undecided one. KEYS[1] row.
var rename = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'state') == 'held' then redis.call('HSET', KEYS[1], 'state', 'undecided') end
return 1
`)

// repace moves the moment before which a chat gets nothing. KEYS[1] where it
// stood; KEYS[2] state of the chat's sending. It never goes back.
var repace = redis.NewScript(`
local at = tonumber(redis.call('GET', KEYS[1]) or '0')
if at > tonumber(redis.call('HGET', KEYS[2], 'at') or '0') then
  redis.call('HSET', KEYS[2], 'at', at)
  redis.call('EXPIRE', KEYS[2], 7776000)
end
redis.call('DEL', KEYS[1])
return 1
`)

// EachKey does something with every key, on the node where it stands: one key at a time of one
// node, and side by side of several.
func EachKey(ctx context.Context, db redis.UniversalClient, do func(ctx context.Context, node redis.UniversalClient, key string) error) error {
	scan := func(ctx context.Context, node redis.UniversalClient) error {
		keys := node.Scan(ctx, 0, "*", 1000).Iterator()
		for keys.Next(ctx) {
			if err := do(ctx, node, keys.Val()); err != nil {
				return err
			}
		}
		return keys.Err()
	}
	if c, ok := db.(*redis.ClusterClient); ok {
		return c.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return scan(ctx, node) })
	}
	return scan(ctx, db)
}
