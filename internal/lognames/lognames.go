// Package lognames keeps the ids of people and chats out of logs: each stands there
// under a name that is the same for a month, so that one can be followed through
// the log, and that says nothing to who has the log alone.
//
// It knows what the program's log lines look like, and nothing else of it.
package lognames

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Names gives the names. It is safe for concurrent use.
type Names struct {
	key atomic.Pointer[[]byte]
	now func() time.Time
}

// New returns names that nobody else can make, until Use is told the key that all
// replicas share. A nil now means time.Now.
func New(now func() time.Time) *Names {
	if now == nil {
		now = time.Now
	}
	n := &Names{now: now}
	fresh := make([]byte, sha256.Size)
	_, _ = rand.Read(fresh) // it never fails
	n.key.Store(&fresh)
	return n
}

// Use makes the names by a secret from now on.
func (n *Names) Use(secret []byte) {
	h := hmac.New(sha256.New, secret)
	_, _ = h.Write([]byte("names in logs")) // the secret signs other things too
	key := h.Sum(nil)
	n.key.Store(&key)
}

// nameBytes is how much of a hash a name shows: enough that two chats of one
// program hardly share one.
const nameBytes = 6

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Of gives the name of a user or chat in the log of the month of a moment.
func (n *Names) Of(id int64, at time.Time) string {
	h := hmac.New(sha256.New, *n.key.Load())
	_, _ = h.Write([]byte(at.UTC().Format("2006-01") + " " + strconv.FormatInt(id, 10)))
	return "c-" + letters.EncodeToString(h.Sum(nil)[:nameBytes])
}

func (n *Names) name(id string) string {
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return id
	}
	return n.Of(number, n.now())
}

// The forms in which ids stand in texts: behind the word for what they are the
// ids of, and within the names of deliveries, as dg:-100123:2026-11-25:0. The names
// of replies, r:12, hold the id of an update alone.
var (
	spoken    = regexp.MustCompile(`\b(chat|user|group)( |=)(-?\d+)`)
	deliverys = regexp.MustCompile(`\b(?:al|bc|ch|dg|moved|n|pv|rt|skip|th|u):[^\s,"]+`)
	within    = regexp.MustCompile(`\d{4}-\d{2}-\d{2}|-?\d{3,}`)
)

// Text puts names in the place of the ids in a text.
func (n *Names) Text(s string) string {
	s = spoken.ReplaceAllStringFunc(s, func(m string) string {
		cut := strings.LastIndexAny(m, " =") + 1
		return m[:cut] + n.name(m[cut:])
	})
	return deliverys.ReplaceAllStringFunc(s, n.delivery)
}

func (n *Names) delivery(s string) string {
	return within.ReplaceAllStringFunc(s, func(m string) string {
		if _, err := time.Parse(time.DateOnly, m); err == nil {
			return m
		}
		return n.name(m)
	})
}

// Handler returns a handler that puts names in the place of ids before another
// writes them.
func (n *Names) Handler(next slog.Handler) slog.Handler { return handler{next, n} }

type handler struct {
	next  slog.Handler
	names *Names
}

// Enabled implements slog.Handler.
func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	named := slog.NewRecord(r.Time, r.Level, h.names.Text(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		named.AddAttrs(h.names.attr(a))
		return true
	})
	return h.next.Handle(ctx, named)
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	named := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		named[i] = h.names.attr(a)
	}
	return handler{h.next.WithAttrs(named), h.names}
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.next.WithGroup(name), h.names}
}

// attr puts names in the place of the ids of one attribute. Numbers are ids where
// the attribute says so.
func (n *Names) attr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch {
	case v.Kind() == slog.KindGroup:
		var group []any
		for _, inner := range v.Group() {
			group = append(group, n.attr(inner))
		}
		return slog.Group(a.Key, group...)
	case a.Key == "chat" || a.Key == "user":
		return slog.String(a.Key, n.name(v.String()))
	case v.Kind() == slog.KindString:
		return slog.String(a.Key, n.Text(v.String()))
	case v.Kind() == slog.KindAny:
		if err, ok := v.Any().(error); ok {
			return slog.String(a.Key, n.Text(err.Error()))
		}
	}
	return a
}
