package bot

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"visnyk/bot/chats"
	"visnyk/internal/telegramtest"
)

// kept lists the keys and values of the store that hold one of some texts.
func (d *desk) kept(texts ...string) []string {
	d.t.Helper()
	ctx := d.t.Context()
	var found []string
	for _, key := range d.db.Keys(ctx, "*").Val() {
		var value any
		switch d.db.Type(ctx, key).Val() {
		case "string":
			value = d.db.Get(ctx, key).Val()
		case "hash":
			value = d.db.HGetAll(ctx, key).Val()
		case "list":
			value = d.db.LRange(ctx, key, 0, -1).Val()
		case "set":
			value = d.db.SMembers(ctx, key).Val()
		case "zset":
			value = d.db.ZRange(ctx, key, 0, -1).Val()
		case "stream":
			value = d.db.XRange(ctx, key, "-", "+").Val()
		}
		line := fmt.Sprintf("%s %+v", key, value)
		for _, text := range texts {
			if strings.Contains(line, text) {
				found = append(found, line)
				break
			}
		}
	}
	return found
}

// about has all notices about the channel sent to its admin.
func (d *desk) about(at time.Time) []posted {
	d.t.Helper()
	c, err := d.bot.chats.Get(d.t.Context(), channelOf.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, do := range []func() error{
		func() error { return d.bot.tellOwner(d.t.Context(), c, "lost", "⏸ Права втрачено.") },
		func() error {
			return d.bot.skipSlot(d.t.Context(), c, chats.Slot{Chat: c.ID, Date: at.Format(time.DateOnly), At: at})
		},
	} {
		if err := do(); err != nil {
			d.t.Fatal(err)
		}
	}
	return d.sent()
}

func TestNothingOfAForgottenChatStaysInTheRowsOfOthers(t *testing.T) {
	d := newDesk(t, Options{})
	d.channel(chats.Settings{Approval: chats.Approval{On: true, Minutes: 30}})
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	d.slot(channelOf.ID, 0)
	if preview := d.sent(); len(preview) != 2 {
		t.Fatalf("%+v", preview)
	}
	at := time.Now()
	if said := d.about(at); len(said) != 2 || said[0].chat != boss.ID {
		t.Fatalf("%+v", said)
	}
	d.slot(channelOf.ID, 0)
	if again := append(d.about(at), d.sent()...); len(again) != 0 {
		t.Errorf("told again: %+v", again)
	}
	own := telegramtest.Chat{ID: boss.ID, Type: telegramtest.Private}
	d.handle("callback_query", pressOf(own, boss, d.data(own.ID, button{Data: "v1:forget:yes", to: channelOf.ID, user: boss.ID})))
	texts := []string{strings.TrimPrefix(strconv.FormatInt(channelOf.ID, 10), "-"), strings.TrimPrefix(strconv.FormatInt(channelOf.ID, 36), "-")}
	for _, line := range d.kept(texts...) {
		t.Errorf("left: %s", line)
	}
	if len(d.kept(strconv.FormatInt(boss.ID, 10))) == 0 {
		t.Error("the scan finds nothing")
	}
}

// What an earlier version told under a name in the clear is not told again.
func TestANoticeUnderItsOldNameIsNotRepeated(t *testing.T) {
	at := time.Now()
	d := newDesk(t, Options{Now: func() time.Time { return at }})
	d.channel(chats.Settings{})
	slot := chats.Slot{Chat: channelOf.ID, Date: at.Format(time.DateOnly), At: at}
	for _, id := range []string{
		fmt.Sprintf("rt:%d:lost:%s", channelOf.ID, at.UTC().Format(time.DateOnly)),
		fmt.Sprintf("skip:%s:%d", slot.ID(), boss.ID),
	} {
		old := chats.Delivery{ID: id, Class: chats.Notice, Parts: []chats.Message{plainMessage("x")}}
		address(&old, boss.ID, 0)
		if err := d.bot.ledger.Add(t.Context(), old); err != nil {
			t.Fatal(err)
		}
	}
	d.sent()
	if said := d.about(at); len(said) != 0 {
		t.Errorf("%+v", said)
	}
}

func TestStatusCountsThreadsApart(t *testing.T) {
	d := newDesk(t, Options{})
	status := func() string {
		return d.handle("message", map[string]any{"message_id": 1, "date": 1, "text": "/status", "chat": map[string]any{"id": boss.ID, "type": "private"}, "from": map[string]any{"id": boss.ID}})
	}
	d.forum()
	if said := status(); !strings.Contains(said, "Чати: 1, очікують") {
		t.Errorf("%q", said)
	}
	for n, want := range []string{"Чати: 1 і 1 гілка з окремими налаштуваннями, очікують", "Чати: 1 і 2 гілки з окремими налаштуваннями, очікують"} {
		_, err := d.bot.chats.OpenThread(t.Context(), forumOf.ID, 100+n, func(_ chats.Chat, c *chats.Chat) {
			if err := c.Add(chats.Subscription{Follow: chats.Topic, Value: "energy", Name: "Енергетика", Alert: true}); err != nil {
				t.Error(err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if said := status(); !strings.Contains(said, want) || !strings.Contains(said, "чати й гілки зі сповіщеннями одразу: "+strconv.Itoa(n+1)) {
			t.Errorf("%q without %q", said, want)
		}
	}
}
