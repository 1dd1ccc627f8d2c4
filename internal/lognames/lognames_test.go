package lognames

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

var november = time.Date(2026, 11, 25, 8, 30, 0, 0, time.UTC)

func at(now time.Time) *Names {
	n := New(func() time.Time { return now })
	n.Use([]byte("secret"))
	return n
}

func TestANameIsTheSameForAMonthAndAKey(t *testing.T) {
	n := at(november)
	name := n.Of(-1001234567890, november)
	if len(name) != 12 || name != at(november).Of(-1001234567890, november.AddDate(0, 0, 5)) {
		t.Errorf("another one within the month: %s", name)
	}
	other := New(nil)
	for what, got := range map[string]string{
		"another chat": n.Of(-1001234567891, november), "another month": n.Of(-1001234567890, november.AddDate(0, 1, 0)), "no key yet": other.Of(-1001234567890, november),
	} {
		if got == name {
			t.Errorf("%s has the same name", what)
		}
	}
}

// TestNoFormOfAnIDStaysInALine writes ids in every form in which the program's
// lines and errors hold them.
func TestNoFormOfAnIDStaysInALine(t *testing.T) {
	const chat, user = int64(-1001234567890), int64(771122334)
	n := at(november)
	var out bytes.Buffer
	log := slog.New(n.Handler(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	dg := fmt.Sprintf("dg:%d:2026-11-25:0", chat)
	wrapped := fmt.Errorf("move chat %d to chat %d: %w", chat, user, errors.New("connection refused"))
	log.With("chat", chat).WithGroup("send").Info("a", "user", user)
	log.Info("b", "delivery", dg, "error", wrapped, slog.Group("g", "chat", chat, "digest", "al:"+fmt.Sprint(chat)+":x7"))
	log.Info("c", "error", fmt.Errorf("end part 0 of pv:%s:%d: %w", dg, user, errors.New("EOF")), "chat", fmt.Sprint(chat))
	log.Warn("tasks: " + fmt.Sprintf("Could not archive task id=%s: chat=%d", dg, chat))
	for _, id := range []string{"n:failing", "u:x7", "ch:12345", "rt:" + fmt.Sprint(chat), "bc:" + fmt.Sprint(chat) + ".55", "th:" + fmt.Sprint(chat), "skip:" + dg, "moved:" + dg} {
		log.Info("d", "error", fmt.Errorf("add delivery %s:%d: EOF", id, user))
	}
	log.Debug("e", "error", fmt.Errorf("decode part dlv:{d03}:%s:0: EOF", dg))
	text := out.String()
	for _, id := range []string{"1001234567890", "771122334"} {
		if strings.Contains(text, id) {
			t.Errorf("%s is in the log:\n%s", id, text)
		}
	}
	for _, want := range []string{n.Of(chat, november), n.Of(user, november), "2026-11-25:0", "connection refused", "chat=" + n.Of(chat, november)} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in the log:\n%s", want, text)
		}
	}
}

// TestWhatIsNoIDStaysAsItIs keeps what one reads a log for.
func TestWhatIsNoIDStaysAsItIs(t *testing.T) {
	n := at(november)
	for _, s := range []string{
		"poll: source failed", "https://www.kmu.gov.ua/news/2026-11-25-771122334", "dial tcp 10.0.0.1:16379: connect: connection refused",
		"add delivery r:771122334: EOF", "store update 771122334: EOF", "telegram sendMessage: 400 Bad Request: chat not found", "chat is being changed by others",
	} {
		if got := n.Text(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}
