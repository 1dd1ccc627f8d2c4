package bot

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"visnyk/bot/chats"
	"visnyk/internal/redistest"
	"visnyk/internal/telegramtest"
	"visnyk/sources"
)

func TestNewSourcesAreBounded(t *testing.T) {
	now := time.Now()
	clock := func() time.Time { return now }
	d := newDesk(t, Options{Admins: []int64{anOperator}, Now: clock})
	db := redistest.Client(t)
	d.bot.chats = chats.NewStore(db, time.UTC, clock)
	d.bot.registry = sources.NewRegistry(db, []sources.Source{{ID: "moz", Name: "МОЗ"}}, clock)
	n := 0
	add := func(p place, count int) (added int, err error) {
		for range count {
			n++
			if _, err := d.bot.charge(t.Context(), p, sources.Source{ID: fmt.Sprint("new", n)}); err != nil {
				return added, err
			}
			added++
		}
		return added, nil
	}
	private := func(user int64) place { return place{id: user, asker: user} }
	group := func(chat, user int64) place { return place{id: chat, asker: user} }
	for _, c := range []struct {
		name  string
		p     place
		try   int
		added int
		err   error
		after time.Duration // before it is tried
	}{
		{"a person within an hour", private(1), 61, 60, chats.ErrQuotaHour, 0},
		{"the same person in a group", group(-5, 1), 1, 0, chats.ErrQuotaHour, 0},
		{"another person", group(-5, 2), 60, 60, nil, 0},
		{"a third one", group(-5, 3), 60, 60, nil, 0},
		{"a fourth one: the group has enough", group(-5, 4), 1, 0, chats.ErrQuotaHour, 0},
		{"he elsewhere", private(4), 60, 60, nil, 0},
		{"in a thread the group pays", place{id: -1 << 53, group: -5}, 1, 0, chats.ErrQuotaHour, 0},
		{"a post of a channel", group(-6, 0), 121, 120, chats.ErrQuotaHour, 0},
		{"an operator", private(anOperator), 500, 500, nil, 0},
		{"an hour later", private(1), 61, 60, chats.ErrQuotaHour, time.Hour},
		{"a third hour", private(1), 60, 60, nil, time.Hour},
		{"a fourth hour", private(1), 60, 60, nil, time.Hour},
		{"a fifth hour", private(1), 60, 60, nil, time.Hour},
		{"in all", private(1), 1, 0, chats.ErrQuota, time.Hour},
	} {
		now = now.Add(c.after)
		if added, err := add(c.p, c.try); added != c.added || !errors.Is(err, c.err) {
			t.Errorf("%s: %d added, %v; want %d, %v", c.name, added, err, c.added, c.err)
		}
	}
	// What the bot knows costs nothing; what cannot be read neither.
	if err := d.bot.registry.Put(t.Context(), sources.Source{ID: "read", Name: "Читане"}, now); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"read", "moz"} {
		if _, err := d.bot.charge(t.Context(), private(1), sources.Source{ID: id}); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	for range 100 {
		undo, err := d.bot.charge(t.Context(), private(19), sources.Source{ID: "broken"})
		if err != nil {
			t.Fatal(err)
		}
		undo()
	}
	if added, err := add(private(19), 60); added != 60 {
		t.Errorf("after failures: %d added, %v", added, err)
	}
	d.bot.ledger = chats.NewLedger(db, clock)
	for user, want := range map[int64]string{1: "попросіть оператора", 19: "спробуйте за годину"} {
		said := d.handle("message", map[string]any{"message_id": 1, "date": 1, "text": "/follow https://site.gov.ua/news", "chat": map[string]any{"id": user, "type": "private"}, "from": map[string]any{"id": user}})
		if !strings.Contains(said, want) {
			t.Errorf("%d reads %q", user, said)
		}
	}
	// Being forgotten is no way around the limit of an hour.
	d.handle("callback_query", pressOf(telegramtest.Chat{ID: 19, Type: telegramtest.Private}, telegramtest.User{ID: 19}, d.data(19, button{Data: "v1:forget:yes", user: 19})))
	if _, err := add(private(19), 1); !errors.Is(err, chats.ErrQuotaHour) {
		t.Errorf("after /forget: %v", err)
	}
}
