package redistest

import (
	"testing"
)

func TestKilledServerKeepsAcknowledgedWrites(t *testing.T) {
	s := Start(t)
	c := s.Client(t)
	if err := c.Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if c.Ping(t.Context()).Err() == nil {
		t.Fatal("a killed server answers")
	}
	s.Restart(t)
	if got := c.Get(t.Context(), "k").Val(); got != "v" {
		t.Fatalf("after kill -9 the key holds %q, want v", got)
	}
}

func TestServersShareNothing(t *testing.T) {
	a, b := Client(t), Client(t)
	a.Set(t.Context(), "k", "v", 0)
	if n := b.Exists(t.Context(), "k").Val(); n != 0 {
		t.Fatal("a key of one server is seen in another")
	}
}
