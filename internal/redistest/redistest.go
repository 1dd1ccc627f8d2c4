// Package redistest starts a private redis-server for a test.
//
// Each server belongs to one test, listens on a unix socket in the test's own
// folder and ends with the test, so tests share no keys and never flush
// anything. A machine without redis-server fails the test: nothing is skipped.
package redistest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// startLimit bounds how long a server may take to answer its first PING.
const startLimit = 10 * time.Second

// Server is a running redis-server.
type Server struct {
	// URL is the address in the form that REDIS_URL takes.
	URL string

	dir string
	cmd *exec.Cmd
}

// Start runs a redis-server that keeps an append-only file with
// appendfsync always, and ends it when the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	// Socket paths are limited to 108 bytes, which t.TempDir can exceed.
	dir, err := os.MkdirTemp("", "redistest")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{dir: dir, URL: "unix://" + filepath.Join(dir, "s")}
	t.Cleanup(func() {
		s.Kill()
		_ = os.RemoveAll(dir)
	})
	s.Restart(t)
	return s
}

// Client starts a server and returns a client of it; both end with the test.
func Client(t testing.TB) *redis.Client {
	t.Helper()
	return Start(t).Client(t)
}

// Client returns a client of the server that is closed when the test ends.
func (s *Server) Client(t testing.TB) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: filepath.Join(s.dir, "s")})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Kill ends the server with SIGKILL, as a crash would. Killing a server that
// does not run does nothing.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}

// Restart starts the server again over the same data after Kill.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Kill()
	s.cmd = exec.Command(
		"redis-server", "--port", "0",
		"--unixsocket", filepath.Join(s.dir, "s"), "--dir", s.dir,
		"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", "",
	)
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("redistest: %v (install Debian's redis-server; `make test` does)", err)
	}
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: filepath.Join(s.dir, "s"), MaxRetries: -1})
	defer func() { _ = c.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	for c.Ping(ctx).Err() != nil {
		select {
		case <-ctx.Done():
			t.Fatal("redistest: redis-server did not answer in time")
		case <-time.After(5 * time.Millisecond):
		}
	}
}
