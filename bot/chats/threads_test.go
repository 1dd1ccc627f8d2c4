package chats

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/internal/redistest"
)

func TestManyThreadsOfAGroupAreTooMany(t *testing.T) {
	s := NewStore(redistest.Client(t), time.UTC, nil)
	const group = -1001234567890
	seen := map[int64]bool{}
	for thread := range MaxThreads {
		for range 2 { // opened again it is the same
			c, err := s.OpenThread(t.Context(), group, thread+2, func(Chat, *Chat) {})
			if err != nil || c.Of != group || c.Thread != thread+2 || !IsThread(c.ID) || c.Group() != group {
				t.Fatalf("%+v %v", c, err)
			}
			seen[c.ID] = true
		}
	}
	if _, err := s.OpenThread(t.Context(), group, 999, func(Chat, *Chat) {}); !errors.Is(err, ErrLimit) {
		t.Errorf("one more: %v", err)
	}
	if len(seen) != MaxThreads {
		t.Errorf("%d records", len(seen))
	}
	if all, err := s.All(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("threads count as chats: %v %v", all, err)
	}
}

func TestWhatAThreadWasShownIsItsOwn(t *testing.T) {
	db := redistest.Client(t)
	s, l := NewStore(db, time.UTC, nil), NewLedger(db, nil)
	const group = -1001234567890
	c, err := s.OpenThread(t.Context(), group, 5, func(Chat, *Chat) {})
	if err != nil {
		t.Fatal(err)
	}
	part := []Message{{Method: "sendMessage", Params: map[string]string{"text": "x"}}}
	for _, d := range []Delivery{
		{ID: "dg:1", Chat: group, Reader: c.ID, Class: Digest, Parts: part, Shown: []string{"s1", "s2"}},
		{ID: "dg:2", Chat: group, Reader: group, Class: Digest, Parts: part, Shown: []string{"s2", "s3"}},
	} {
		if err := l.Add(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	again := Delivery{ID: "dg:3", Chat: group, Reader: c.ID, Class: Digest, Parts: part, Shown: []string{"s1"}}
	if err := l.Add(t.Context(), again); !errors.Is(err, ErrOverlap) {
		t.Errorf("shown twice: %v", err)
	}
	shown := func(reader int64) map[string]bool {
		m, err := l.Shown(t.Context(), group, reader, []string{"s1", "s2", "s3"})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := shown(c.ID); !m["s1"] || !m["s2"] || m["s3"] {
		t.Errorf("the thread: %v", m)
	}
	if m := shown(group); m["s1"] || !m["s2"] || !m["s3"] {
		t.Errorf("the chat: %v", m)
	}
	// What cannot be sent was not shown.
	p, ok, err := l.Claim(t.Context(), false)
	if err != nil || !ok || p.Delivery != "dg:1" {
		t.Fatalf("%+v %v %v", p, ok, err)
	}
	if _, err := l.End(t.Context(), p, Outcome{State: Failed}); err != nil {
		t.Fatal(err)
	}
	if m := shown(c.ID); len(m) != 0 {
		t.Errorf("after a failure: %v", m)
	}
	if err := l.Add(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if err := s.EndThread(t.Context(), c.ID, 7); err != nil {
		t.Fatal(err)
	}
	if m := shown(c.ID); len(m) != 0 {
		t.Errorf("after its end: %v", m)
	}
	if m := shown(group); len(m) != 2 {
		t.Errorf("the chat after that end: %v", m)
	}
}

// TestAThreadsBeginningAndEndMayBeBrokenOff breaks both off at every point, and
// does them again.
func TestAThreadsBeginningAndEndMayBeBrokenOff(t *testing.T) {
	const group, thread = -1001234567890, 5
	for n := range 25 {
		db := redistest.Client(t)
		s := NewStore(db, time.UTC, nil)
		flaky := redis.NewClient(db.Options())
		t.Cleanup(func() { _ = flaky.Close() })
		flaky.AddHook(&broken{left: n})
		b := NewStore(flaky, time.UTC, nil)
		follow := func(_ Chat, c *Chat) { c.Subscriptions = []Subscription{{Follow: Topic, Value: "energy"}} }
		c, err := b.OpenThread(t.Context(), group, thread, follow)
		if err == nil {
			err = b.EndThread(t.Context(), c.ID, 7)
		}
		if err != nil && !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		if c, err = s.OpenThread(t.Context(), group, thread, follow); err != nil || c.Of != group || c.Ended() || len(c.Subscriptions) != 1 {
			t.Fatalf("broken off after %d: %+v %v", n, c, err)
		}
		if err := s.EndThread(t.Context(), c.ID, 8); err != nil {
			t.Fatal(err)
		}
		if all, err := s.Threads(t.Context(), group); err != nil || len(all) != 0 {
			t.Fatalf("broken off after %d: it stays: %v %v", n, all, err)
		}
	}
}
