package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/peterbourgon/ff/v3/ffcli"
	"github.com/redis/go-redis/v9"

	"visnyk/bot/chats"
	"visnyk/config"
)

// backupSchema is the version of the form of a backup.
const backupSchema = 1

// importMark stands in the core while an import is under way: a bot does not
// start on half of its data.
const importMark = "import:{core}"

// repeatable are the beginnings of keys that are no core data: articles, to which
// story they belong, what robots.txt says, the queue of work, who leads and how
// fast messages go, all of which is found out again.
var repeatable = []string{"a:{articles}:", "story:", "robots:", "asynq:", "lead:{u}", "rate:{tg}", "refused:{tg}", importMark}

func isCore(key string) bool {
	return !slices.ContainsFunc(repeatable, func(p string) bool { return strings.HasPrefix(key, p) })
}

// binary is a string of bytes: as it is in JSON where it is UTF-8, else in base64.
type binary string

type encoded struct {
	Base64 string `json:"base64"`
}

// MarshalJSON implements json.Marshaler.
func (b binary) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(b)) {
		return json.Marshal(string(b))
	}
	return json.Marshal(encoded{base64.StdEncoding.EncodeToString([]byte(b))})
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *binary) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*b = binary(s)
		return nil
	}
	var e encoded
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(e.Base64)
	*b = binary(raw)
	return err
}

// stored is one key of a backup. One of the values is there, as the type says:
// a string, the members of a set or list, the pairs of a hash, the members and
// scores of a sorted set, the entries of a stream.
type stored struct {
	Key     binary     `json:"key"`
	Type    string     `json:"type"`
	Expires int64      `json:"expires,omitempty"` // unix ms
	Value   binary     `json:"value,omitempty"`
	List    []binary   `json:"list,omitempty"`
	Scores  []float64  `json:"scores,omitempty"`
	Entries []streamed `json:"entries,omitempty"`
}

// streamed is an entry of a stream.
type streamed struct {
	ID     string   `json:"id"`
	Values []binary `json:"values"`
}

// heading is the first line of a backup, ending the last one.
type heading struct {
	Visnyk  string    `json:"visnyk"`
	Schema  int       `json:"schema"`
	Version string    `json:"version"`
	At      time.Time `json:"at"`
}

type ending struct {
	End    bool   `json:"end"`
	Keys   int    `json:"keys"`
	SHA256 string `json:"sha256"` // of all lines before
}

func (p *program) exportCommand() *ffcli.Command {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	c := p.command("export", "visnyk export > backup.ndjson", "write the core data: chats, subscriptions, deliveries, sources", flags, func(ctx context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		return p.withCore(ctx, func(core redis.UniversalClient) error { return export(ctx, core, p.stdout) })
	})
	c.LongHelp = `Writes NDJSON with a checksum. Articles are not in it: they can be fetched again. A running bot need not be ended.`
	return c
}

func (p *program) importCommand() *ffcli.Command {
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	replace := flags.Bool("replace", false, "delete the core data that is there first")
	c := p.command("import", "visnyk import [--replace] < backup.ndjson", "read the core data that visnyk export wrote", flags, func(ctx context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		return p.withCore(ctx, func(core redis.UniversalClient) error {
			n, err := restore(ctx, core, p.stdin, *replace)
			if err == nil {
				_, err = fmt.Fprintf(p.stdout, "%d keys are restored.\n", n)
			}
			return err
		})
	})
	c.LongHelp = `Reads and checks everything before it writes. End the bot first. A bot does not start while an import is under way
or was broken off: run it again with --replace.`
	return c
}

// withCore opens the core role of Redis, that of a running bot's own server too.
func (p *program) withCore(ctx context.Context, do func(redis.UniversalClient) error) error {
	return p.withRedis(ctx, func(core, _ redis.UniversalClient) error { return do(core) })
}

// withRedis opens both roles of Redis, those of a running bot's own server too.
func (p *program) withRedis(ctx context.Context, do func(core, data redis.UniversalClient) error) error {
	s, err := config.LoadWithoutToken(p.getenv)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(redact{p.stderr}, nil))
	if s.RedisURL == "" {
		if dir, err := filepath.Abs(filepath.Join(s.DataDir, "redis", "redis.sock")); err == nil {
			if c, err := connect(ctx, "REDIS_URL", config.Secret("unix://"+dir)); err == nil {
				_ = c.Close() // it answers, so it is a running bot's
				s.RedisURL = config.Secret("unix://" + dir)
			}
		}
	}
	core, data, closeAll, err := openRedis(ctx, s, nil, log)
	if err != nil {
		return err
	}
	defer closeAll()
	return do(core, data)
}

// export writes the core data. Keys that end meanwhile are passed over.
func export(ctx context.Context, core redis.UniversalClient, w io.Writer) error {
	keys, err := coreKeys(ctx, core)
	if err != nil {
		return err
	}
	sum := sha256.New()
	out := bufio.NewWriter(w)
	line := func(v any, h hash.Hash) error {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			return err
		}
		if h != nil {
			_, _ = h.Write(b.Bytes())
		}
		_, err := out.Write(b.Bytes())
		return err
	}
	if err := line(heading{"export", backupSchema, versionText(), time.Now().UTC()}, sum); err != nil {
		return err
	}
	n := 0
	for _, key := range keys {
		s, err := readKey(ctx, core, key)
		if err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		if s.Type == "" {
			continue
		}
		n++
		if err := line(s, sum); err != nil {
			return err
		}
	}
	if err := line(ending{true, n, hex.EncodeToString(sum.Sum(nil))}, nil); err != nil {
		return err
	}
	return out.Flush()
}

// coreKeys lists the keys of the core data, in order.
func coreKeys(ctx context.Context, core redis.UniversalClient) ([]string, error) {
	var keys []string
	var mu sync.Mutex
	err := chats.EachKey(ctx, core, func(_ context.Context, _ redis.UniversalClient, key string) error {
		if isCore(key) {
			mu.Lock()
			defer mu.Unlock()
			keys = append(keys, key)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// readKey reads one key; its type is empty when it is not there any more.
func readKey(ctx context.Context, core redis.UniversalClient, key string) (stored, error) {
	s := stored{Key: binary(key)}
	kind, err := core.Type(ctx, key).Result()
	if err != nil || kind == "none" {
		return s, err
	}
	if at, err := core.PExpireTime(ctx, key).Result(); err == nil && at > 0 {
		s.Expires = at.Milliseconds()
	}
	switch kind {
	case "string":
		var v string
		v, err = core.Get(ctx, key).Result()
		s.Value = binary(v)
	case "list":
		s.List, err = binaries(core.LRange(ctx, key, 0, -1).Result())
	case "set":
		s.List, err = binaries(core.SMembers(ctx, key).Result())
		slices.Sort(s.List)
	case "hash":
		s.List, err = hashPairs(core.HGetAll(ctx, key).Result())
	case "zset":
		s.List, s.Scores, err = members(core.ZRangeWithScores(ctx, key, 0, -1).Result())
	case "stream":
		s.Entries, err = entries(core.XRange(ctx, key, "-", "+").Result())
	default:
		return s, fmt.Errorf("type %s is not known", kind)
	}
	if errors.Is(err, redis.Nil) {
		return s, nil // it ended between two commands
	}
	s.Type = kind
	return s, err
}

func binaries(all []string, err error) ([]binary, error) {
	out := make([]binary, len(all))
	for i, v := range all {
		out[i] = binary(v)
	}
	return out, err
}

func hashPairs(m map[string]string, err error) ([]binary, error) {
	var fields []string
	for f := range m {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	var out []binary
	for _, f := range fields {
		out = append(out, binary(f), binary(m[f]))
	}
	return out, err
}

func members(all []redis.Z, err error) ([]binary, []float64, error) {
	var out []binary
	var scores []float64
	for _, z := range all {
		member, _ := z.Member.(string)
		out, scores = append(out, binary(member)), append(scores, z.Score)
	}
	return out, scores, err
}

func entries(all []redis.XMessage, err error) ([]streamed, error) {
	var out []streamed
	for _, m := range all {
		e := streamed{ID: m.ID}
		var fields []string
		for f := range m.Values {
			fields = append(fields, f)
		}
		slices.Sort(fields)
		for _, f := range fields {
			v, _ := m.Values[f].(string)
			e.Values = append(e.Values, binary(f), binary(v))
		}
		out = append(out, e)
	}
	return out, err
}

// The faults of a backup.
var (
	errBackup   = errors.New("this is no whole backup of visnyk export")
	errNotEmpty = errors.New("there is core data already: say --replace to delete it first")
)

// restore reads a backup, checks it whole, and writes it. It gives the number of
// keys.
func restore(ctx context.Context, core redis.UniversalClient, r io.Reader, replace bool) (int, error) {
	file, err := os.CreateTemp("", "visnyk-import-*")
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close(); _ = os.Remove(file.Name()) }()
	if _, err := io.Copy(file, r); err != nil {
		return 0, fmt.Errorf("read the backup: %w", err)
	}
	if err := verify(file); err != nil {
		return 0, err
	}
	keys, err := coreKeys(ctx, core)
	if err != nil {
		return 0, err
	}
	if len(keys) > 0 && !replace {
		return 0, errNotEmpty
	}
	if err := core.Set(ctx, importMark, "under way", 0).Err(); err != nil {
		return 0, err
	}
	for batch := range slices.Chunk(keys, 500) {
		for _, k := range batch { // one by one: the keys lie in many slots
			if err := core.Del(ctx, k).Err(); err != nil {
				return 0, err
			}
		}
	}
	n, err := write(ctx, core, file)
	if err != nil {
		return n, err
	}
	return n, core.Del(ctx, importMark).Err()
}

// eachBackupLine calls do with each line of a backup, its line feed included.
func eachBackupLine(file *os.File, do func(n int, line []byte) error) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReader(file)
	for n := 0; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil {
			return errBackup // the last line is cut
		}
		if err := do(n, line); err != nil {
			return err
		}
	}
}

// verify checks the heading, the ending and the checksum of a backup.
func verify(file *os.File) error {
	sum := sha256.New()
	keys, ended := 0, false
	err := eachBackupLine(file, func(n int, line []byte) error {
		if ended {
			return errBackup
		}
		if n == 0 {
			var h heading
			if json.Unmarshal(line, &h) != nil || h.Visnyk != "export" {
				return errBackup
			}
			if h.Schema > backupSchema {
				return fmt.Errorf("the backup was made by a newer visnyk, %s", h.Version)
			}
		} else {
			var e ending
			if json.Unmarshal(line, &e) == nil && e.End {
				if ended = true; e.Keys != keys || e.SHA256 != hex.EncodeToString(sum.Sum(nil)) {
					return fmt.Errorf("%w: the checksum differs", errBackup)
				}
				return nil
			}
			keys++
		}
		_, _ = sum.Write(line)
		return nil
	})
	if err == nil && !ended {
		return errBackup
	}
	return err
}

// write writes the keys of a checked backup.
func write(ctx context.Context, core redis.UniversalClient, file *os.File) (int, error) {
	written := 0
	now := time.Now().UnixMilli()
	err := eachBackupLine(file, func(n int, line []byte) error {
		var s stored
		if err := json.Unmarshal(line, &s); err != nil {
			return err
		}
		if s.Type == "" || s.Expires > 0 && s.Expires <= now {
			return nil // the heading, the ending, what ended meanwhile
		}
		written++
		_, err := core.Pipelined(ctx, func(p redis.Pipeliner) error { s.put(ctx, p); return nil })
		if err != nil {
			return fmt.Errorf("write %s: %w", s.Key, err)
		}
		return nil
	})
	return written, err
}

// put writes one key.
func (s stored) put(ctx context.Context, p redis.Pipeliner) {
	key := string(s.Key)
	all := make([]any, len(s.List))
	for i, v := range s.List {
		all[i] = string(v)
	}
	switch s.Type {
	case "string":
		p.Set(ctx, key, string(s.Value), 0)
	case "list":
		p.RPush(ctx, key, all...)
	case "set":
		p.SAdd(ctx, key, all...)
	case "hash":
		p.HSet(ctx, key, all...)
	case "zset":
		for i, v := range s.List {
			p.ZAdd(ctx, key, redis.Z{Score: s.Scores[i], Member: string(v)})
		}
	case "stream":
		for _, e := range s.Entries {
			values := make([]string, len(e.Values))
			for i, v := range e.Values {
				values[i] = string(v)
			}
			p.XAdd(ctx, &redis.XAddArgs{Stream: key, ID: e.ID, Values: values})
		}
	}
	if s.Expires > 0 {
		p.PExpireAt(ctx, key, time.UnixMilli(s.Expires))
	}
}
