package digest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// keepFrozen is how long a stored digest is kept: longer than any delivery of
// it may be tried.
const keepFrozen = 72 * time.Hour

// Store keeps digests as they were built, so that every attempt to deliver one
// delivers the same. It is core data.
type Store struct {
	db redis.UniversalClient
}

// NewStore returns the stored digests in the core role of Redis.
func NewStore(db redis.UniversalClient) *Store { return &Store{db: db} }

func frozenKey(id string) string { return "digest:" + id }

// stored is a digest with what is not part of its public form.
type stored struct {
	Digest
	Marks [][]string     `json:"marks"`
	Heads []sectionNames `json:"heads"`
}

type sectionNames struct {
	Name string `json:"name"`
	Sign string `json:"sign"`
}

// Freeze stores a digest under an id and gives it back; when one stands there
// already, it gives that one.
func (s *Store) Freeze(ctx context.Context, id string, d Digest) (Digest, error) {
	record, err := json.Marshal(pack(d))
	if err != nil {
		return Digest{}, fmt.Errorf("encode digest %s: %w", id, err)
	}
	ok, err := s.db.SetNX(ctx, frozenKey(id), record, keepFrozen).Result()
	if err != nil {
		return Digest{}, fmt.Errorf("store digest %s: %w", id, err)
	}
	if ok {
		return d, nil
	}
	old, _, err := s.Read(ctx, id)
	return old, err
}

// Read gives the digest that stands under an id; false when there is none any
// more.
func (s *Store) Read(ctx context.Context, id string) (Digest, bool, error) {
	record, err := s.db.Get(ctx, frozenKey(id)).Bytes()
	if errors.Is(err, redis.Nil) {
		return Digest{}, false, nil
	}
	if err != nil {
		return Digest{}, false, fmt.Errorf("read digest %s: %w", id, err)
	}
	var old stored
	if err := json.Unmarshal(record, &old); err != nil {
		return Digest{}, false, fmt.Errorf("decode digest %s: %w", id, err)
	}
	return unpack(old), true, nil
}

// Forget removes a digest that was not delivered, so that another can stand
// under its id.
func (s *Store) Forget(ctx context.Context, id string) error {
	if err := s.db.Del(ctx, frozenKey(id)).Err(); err != nil {
		return fmt.Errorf("forget digest %s: %w", id, err)
	}
	return nil
}

// ForgetChat removes the digests whose ids name a chat.
func (s *Store) ForgetChat(ctx context.Context, chat string) error {
	forget := func(ctx context.Context, node redis.UniversalClient) error {
		for cursor := uint64(0); ; {
			keys, next, err := node.Scan(ctx, cursor, frozenKey("*:"+chat+":*"), 1000).Result()
			for _, key := range keys {
				if err == nil {
					err = node.Del(ctx, key).Err()
				}
			}
			if err != nil {
				return fmt.Errorf("forget digests: %w", err)
			}
			if cursor = next; cursor == 0 {
				return nil
			}
		}
	}
	if cluster, ok := s.db.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return forget(ctx, node) })
	}
	return forget(ctx, s.db)
}

func pack(d Digest) stored {
	r := stored{Digest: d}
	for _, story := range d.Stories {
		r.Marks = append(r.Marks, story.marks)
	}
	for _, section := range d.Sections {
		r.Heads = append(r.Heads, sectionNames{section.Name, section.Sign})
	}
	return r
}

// unpack restores what JSON leaves out. The stories of the sections stand in
// the order of the digest's stories.
func unpack(r stored) Digest {
	d := r.Digest
	for i := range min(len(d.Stories), len(r.Marks)) {
		d.Stories[i].marks = r.Marks[i]
	}
	n := 0
	for i := range min(len(d.Sections), len(r.Heads)) {
		d.Sections[i].Name, d.Sections[i].Sign = r.Heads[i].Name, r.Heads[i].Sign
		for j := range d.Sections[i].Stories {
			if n < len(r.Marks) {
				d.Sections[i].Stories[j].marks = r.Marks[n]
			}
			n++
		}
	}
	return d
}
