package bot

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/bot/chats"
	"visnyk/internal/redistest"
	"visnyk/internal/telegramtest"
)

var (
	forumOf   = telegramtest.Chat{ID: -1002003004005, Type: telegramtest.Supergroup, Title: "Пресслужба", IsForum: true}
	bystander = telegramtest.User{ID: 8008, FirstName: "Читач"}
)

func energy() chats.Subscription {
	return chats.Subscription{Follow: chats.Topic, Value: "energy", Name: "Енергетика", Since: time.Now().Add(-time.Hour)}
}

// forum sets up a forum whose chat follows energy, with an admin and a reader.
func (d *desk) forum() {
	d.t.Helper()
	d.telegram.AddChat(forumOf)
	d.telegram.SetMember(forumOf.ID, d.telegram.Me(), telegramtest.Administrator)
	d.telegram.SetMember(forumOf.ID, talker, telegramtest.Administrator)
	d.telegram.SetMember(forumOf.ID, bystander, telegramtest.Member)
	_, err := d.bot.chats.Change(d.t.Context(), forumOf.ID, func(c *chats.Chat) error {
		c.Kind, c.Title, c.Schedule = chats.Supergroup, forumOf.Title, chats.Schedule{Times: defaultTimes(), Zone: "Europe/Kyiv"}
		return c.Add(energy())
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// pressThere presses a button under a message in the forum's thread.
func (d *desk) pressThere(from telegramtest.User, b button) string {
	d.t.Helper()
	body := pressOf(forumOf, from, d.data(forumOf.ID, b))
	message, _ := body["message"].(map[string]any)
	inThreadOf(theThread, message)
	before := len(d.telegram.Calls("answerCallbackQuery"))
	d.give("callback_query", body)
	return d.telegram.Calls("answerCallbackQuery")[before].Params["text"]
}

// own gives the forum's thread settings of its own; it follows energy.
func (d *desk) own() int64 {
	d.t.Helper()
	d.pressThere(talker, button{Data: "v1:thread:on." + strconv.Itoa(theThread)})
	id, ok, err := d.bot.chats.ThreadOf(d.t.Context(), forumOf.ID, theThread)
	if err != nil || !ok {
		d.t.Fatalf("the thread has no settings: %v", err)
	}
	if _, err := d.bot.chats.Change(d.t.Context(), id, func(c *chats.Chat) error { return c.Add(energy()) }); err != nil && !errors.Is(err, chats.ErrKnown) {
		d.t.Fatal(err)
	}
	return id
}

func (d *desk) chatAt(id int64) chats.Chat {
	d.t.Helper()
	c, err := d.bot.chats.Get(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func TestAThreadIsAReaderOfItsOwn(t *testing.T) {
	d := newDesk(t, Options{})
	d.forum()
	id := d.own()
	if c := d.chatAt(id); c.Schedule.Zone != "Europe/Kyiv" || len(c.Schedule.Times) != 1 || c.Kind != chats.Supergroup {
		t.Errorf("it begins as %+v", c)
	}
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	for round, want := range []string{"Відновлено світло", "нових повідомлень не було"} {
		d.slot(id, round)
		there := d.sent()
		if len(there) != 1 || there[0].chat != forumOf.ID || there[0].thread != strconv.Itoa(theThread) || !strings.Contains(there[0].text, want) {
			t.Fatalf("round %d: the thread reads %+v", round, there)
		}
		d.slot(forumOf.ID, round)
		here := d.sent()
		if len(here) != 1 || here[0].chat != forumOf.ID || here[0].thread != "" || !strings.Contains(here[0].text, want) {
			t.Fatalf("round %d: the chat reads %+v", round, here)
		}
		if round == 0 {
			d.readOn(there[0])
		}
	}
	all, err := d.bot.chats.All(t.Context())
	if err != nil || !slices.Equal(all, []int64{forumOf.ID}) {
		t.Errorf("chats %v %v", all, err)
	}
}

// readOn opens a story of a thread's digest, as one who may change nothing.
func (d *desk) readOn(digest posted) {
	d.t.Helper()
	body := pressOf(forumOf, bystander, digest.buttons[textOpen])
	message, _ := body["message"].(map[string]any)
	inThreadOf(theThread, message)
	d.give("callback_query", body)
	card := d.sent()
	if len(card) != 1 || card[0].thread != strconv.Itoa(theThread) || !strings.Contains(card[0].text, "Роботи завершать") {
		d.t.Fatalf("the card: %+v", card)
	}
	body = pressOf(forumOf, bystander, card[0].buttons[textViewWhy])
	d.give("callback_query", body)
	calls := d.telegram.Calls("editMessageText")
	if text := calls[len(calls)-1].Params["text"]; !strings.Contains(text, "тема «Енергетика»") {
		d.t.Errorf("why: %s", text)
	}
	for text, data := range card[0].buttons {
		if len(data) > maxData {
			d.t.Errorf("button %s: %d bytes", text, len(data))
		}
	}
}

func TestNewsAskedForInAThreadAreThatThreads(t *testing.T) {
	d := newDesk(t, Options{})
	d.forum()
	d.own()
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	ask := func(thread int) []posted {
		d.give("message", inThreadOf(thread, map[string]any{"message_id": 1, "date": 1, "text": "/digest", "chat": chatBody(forumOf), "from": map[string]any{"id": bystander.ID}}))
		return d.sent()
	}
	for _, c := range []struct {
		thread int
		want   string
	}{{theThread, "Відновлено"}, {theThread, textNothingNew}, {0, "Відновлено"}, {5, textNothingNew}} {
		got := ask(c.thread)
		if len(got) != 1 || !strings.Contains(got[0].text, c.want) || got[0].thread == "" != (c.thread == 0) {
			t.Errorf("in %d: %+v", c.thread, got)
		}
	}
}

func TestAlertsOfAThreadComeToIt(t *testing.T) {
	d := newDesk(t, Options{})
	d.forum()
	id := d.own()
	_, err := d.bot.chats.Change(t.Context(), id, func(c *chats.Chat) error {
		return c.Adjust(chats.Topic, "energy", func(s *chats.Subscription) { s.Alert, s.From = true, time.Now().Add(-time.Minute) })
	})
	if err != nil {
		t.Fatal(err)
	}
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	for range 2 {
		if err := d.bot.alertAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	got := d.sent()
	if len(got) != 1 || got[0].thread != strconv.Itoa(theThread) || !strings.Contains(got[0].text, textAlert) {
		t.Errorf("%+v", got)
	}
	// Where the bot was put out of the group nothing comes to its threads either.
	d.publish(2, "Нову підстанцію відкрили на Волині для трьох громад")
	if err := d.bot.deactivate(t.Context(), forumOf.ID, "kicked"); err != nil {
		t.Fatal(err)
	}
	if err := d.bot.alertAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.slot(id, 0)
	if got := d.sent(); len(got) != 0 {
		t.Errorf("after it was put out: %+v", got)
	}
}

func TestDraftsOfAThreadArePublishedInIt(t *testing.T) {
	d := newDesk(t, Options{})
	d.forum()
	id := d.own()
	d.telegram.Receive(telegramtest.Incoming{From: &talker, Text: "x"})
	for chat, change := range map[int64]func(c *chats.Chat){talker.ID: func(c *chats.Chat) { c.Kind = chats.Private }, id: func(c *chats.Chat) { c.Settings.Approval.On = true }} {
		if _, err := d.bot.chats.Change(t.Context(), chat, func(c *chats.Chat) error { change(c); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	d.slot(id, 0)
	preview := d.sent()
	if len(preview) != 2 || preview[0].chat != talker.ID || !strings.Contains(preview[1].text, "«Пресслужба › Енергетика області»") {
		t.Fatalf("%+v", preview)
	}
	if toast := d.pressed(preview[1], talker, "✅ Опублікувати"); toast != textPublished {
		t.Fatalf("toast %q", toast)
	}
	post := d.sent()
	if len(post) != 1 || post[0].chat != forumOf.ID || post[0].thread != strconv.Itoa(theThread) {
		t.Errorf("%+v", post)
	}
}

func TestThreadsGoWithTheirGroup(t *testing.T) {
	d := newDesk(t, Options{})
	d.forum()
	id := d.own()
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	d.slot(id, 0)
	supergroup := forumOf
	supergroup.ID -= 1000
	d.telegram.AddChat(supergroup)
	for range 2 { // as its service message asks, and again
		if err := d.bot.moveChat(t.Context(), forumOf.ID, supergroup.ID); err != nil {
			t.Fatal(err)
		}
	}
	moved := d.sent()
	if len(moved) != 1 || moved[0].chat != supergroup.ID || moved[0].thread != strconv.Itoa(theThread) {
		t.Errorf("what waited comes as %+v", moved)
	}
	if now, ok, err := d.bot.chats.ThreadOf(t.Context(), supergroup.ID, theThread); err != nil || !ok || now != id {
		t.Errorf("the thread is %d %v %v", now, ok, err)
	}
	if left, err := d.bot.chats.Threads(t.Context(), forumOf.ID); err != nil || len(left) != 0 {
		t.Errorf("the old group keeps %v %v", left, err)
	}
	d.publish(2, "Нову підстанцію відкрили на Волині для трьох громад")
	d.slot(id, 1)
	got := d.sent()
	if len(got) != 1 || got[0].chat != supergroup.ID || got[0].thread != strconv.Itoa(theThread) || strings.Contains(got[0].text, "Відновлено") {
		t.Errorf("the thread reads %+v", got)
	}
}

func TestAThreadThatTakesNoMessagesIsPausedAndItsChatIsTold(t *testing.T) {
	for name, fault := range map[string]string{"deleted": "", "closed": "Bad Request: TOPIC_CLOSED", "deleted too": "Bad Request: TOPIC_DELETED"} {
		t.Run(name, func(t *testing.T) {
			d := newDelivering(t)
			forum := telegramtest.Chat{ID: aSupergroup - 7, Type: telegramtest.Supergroup, Title: "Форум", IsForum: true}
			d.double.AddChat(forum)
			d.double.SetMember(forum.ID, d.double.Me(), telegramtest.Administrator)
			thread := d.double.AddThread(forum.ID, "Енергетика")
			c, err := d.chats.OpenThread(t.Context(), forum.ID, thread, func(_ chats.Chat, c *chats.Chat) {
				c.Kind, c.Title, c.Subscriptions, c.Schedule.Times = chats.Supergroup, "Форум › Енергетика", []chats.Subscription{energy()}, defaultTimes()
			})
			if err != nil {
				t.Fatal(err)
			}
			if fault == "" {
				d.double.CloseThread(forum.ID, thread)
			} else {
				d.double.Fail("sendMessage", 1, telegramtest.Fault{Code: 400, Description: fault})
			}
			waiting := 2
			if fault != "" {
				waiting = 1
			}
			for i := range waiting {
				del := chats.Delivery{ID: fmt.Sprintf("dg:%d:2026-11-2%d:0", c.ID, i), Class: chats.Digest, Parts: []chats.Message{plainMessage("Дайджест")}, Shown: []string{fmt.Sprint("s", i)}}
				destined(&del, c)
				if err := d.ledger.Add(t.Context(), del); err != nil {
					t.Fatal(err)
				}
			}
			for range 4 {
				d.later(paceGroup)
			}
			got := d.sent(forum.ID)
			if len(got) != 1 || !strings.Contains(got[0].Text, "Форум › Енергетика") || !strings.Contains(got[0].Text, "/resume") || got[0].ThreadID != 0 {
				t.Fatalf("the chat reads %+v", got)
			}
			if c, err = d.chats.Get(t.Context(), c.ID); err != nil || c.Paused != pausedByThread {
				t.Errorf("%+v %v", c, err)
			}
			if shown, err := d.ledger.Shown(t.Context(), forum.ID, c.ID, []string{"s0", "s1"}); err != nil || len(shown) != 0 {
				t.Errorf("what did not arrive counts as shown: %v %v", shown, err)
			}
		})
	}
}

// again hands the bot the last update once more, as after a kill.
func (d *desk) again(from telegramtest.User, b button) string {
	d.update--
	return d.pressThere(from, b)
}

func TestAThreadsSettingsEndAsTheAdminSays(t *testing.T) {
	for _, way := range []string{"back", "drop"} {
		t.Run(way, func(t *testing.T) {
			d := newDesk(t, Options{})
			d.forum()
			id := d.own()
			if d.again(talker, button{Data: "v1:thread:on.77"}); d.chatAt(id).Of != forumOf.ID {
				t.Error("begun again it is another")
			}
			_, err := d.bot.chats.Change(t.Context(), id, func(c *chats.Chat) error {
				return c.Add(chats.Subscription{Follow: chats.Topic, Value: "health", Name: "Охорона здоров’я", Alert: true})
			})
			if err != nil {
				t.Fatal(err)
			}
			d.publish(1, "Відновлено світло в Сумській області після негоди")
			d.slot(id, 0)
			d.sent()
			for _, op := range []string{"on.78", "end", "back", "drop"} {
				to := id
				if strings.HasPrefix(op, "on") {
					to = 0
				}
				if toast := d.pressThere(bystander, button{Data: "v1:thread:" + op, to: to}); toast != textOnlyAdmins {
					t.Errorf("a reader presses %s: %q", op, toast)
				}
			}
			press := button{Data: "v1:thread:" + way, to: id}
			d.pressThere(talker, press)
			first := d.chatAt(forumOf.ID)
			edits := len(d.telegram.Calls("editMessageText"))
			d.again(talker, press)
			if again := d.telegram.Calls("editMessageText"); len(again) != edits+1 || again[edits].Params["text"] != again[edits-1].Params["text"] {
				t.Error("handled again it says something else")
			}
			want := map[string]int{"back": 2, "drop": 1}[way]
			if after := d.chatAt(forumOf.ID); len(first.Subscriptions) != want || len(after.Subscriptions) != want {
				t.Errorf("the chat follows %+v, then %+v", first.Subscriptions, after.Subscriptions)
			}
			for _, b := range []button{press, {Data: "v1:set:silent.1", to: id}, {Data: "v1:thread:end", to: id}} {
				if toast := d.pressThere(talker, b); toast != textThreadGone {
					t.Errorf("later %s: %q", b.Data, toast)
				}
			}
			if _, own, err := d.bot.chats.ThreadOf(t.Context(), forumOf.ID, theThread); own || err != nil {
				t.Errorf("it is still its own: %v", err)
			}
			d.publish(2, "Нову підстанцію відкрили на Волині для трьох громад")
			if d.slot(id, 1); len(d.sent()) != 0 {
				t.Error("a digest came all the same")
			}
			if fresh := d.own(); fresh == id || len(d.chatAt(fresh).Subscriptions) != 1 {
				t.Error("begun anew it is the old one")
			}
		})
	}
}

func TestAForgottenGroupTakesItsThreadsWithIt(t *testing.T) {
	d := newDesk(t, Options{})
	db := redistest.Client(t)
	d.bot.chats, d.bot.ledger = chats.NewStore(db, time.UTC, nil), chats.NewLedger(db, nil)
	d.forum()
	id := d.own()
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	d.slot(id, 0)
	d.slot(forumOf.ID, 0)
	d.sent()
	d.pressThere(talker, button{Data: "v1:forget:yes", to: id, user: talker.ID})
	d.holdsNone(db, strconv.FormatInt(id, 10), strconv.FormatInt(id, 36))
	if c := d.chatAt(forumOf.ID); len(c.Subscriptions) != 1 {
		t.Error("the chat was forgotten with its thread")
	}
	id = d.own()
	d.slot(id, 0)
	d.sent()
	d.pressThere(talker, button{Data: "v1:forget:yes", user: talker.ID})
	d.holdsNone(db, strconv.FormatInt(id, 10), strconv.FormatInt(id, 36), strconv.FormatInt(forumOf.ID, 10))
}

// holdsNone fails when a key of Redis or its value names one of some ids. The
// number of records and who acted where stay: they name other chats.
func (d *desk) holdsNone(db *redis.Client, ids ...string) {
	d.t.Helper()
	keys, err := db.Keys(d.t.Context(), "*").Result()
	if err != nil {
		d.t.Fatal(err)
	}
	for _, key := range keys {
		raw, err := db.Dump(d.t.Context(), key).Result()
		if err != nil {
			d.t.Fatal(err)
		}
		for _, id := range ids {
			if strings.Contains(key, id) || strings.Contains(raw, id) && !strings.HasPrefix(key, "acts:") {
				d.t.Errorf("%s is still in %s", id, key)
			}
		}
	}
}

// TestOnlyAdminsChangeAThread presses every button that changes something, made
// for a thread, as a reader and as an admin, and gives every command there.
func TestOnlyAdminsChangeAThread(t *testing.T) {
	d := newDesk(t, Options{})
	d.forum()
	commands, buttons := changes()
	for _, name := range sorted(buttons) {
		if name == "thread" || name == "seen" || name == "again" {
			continue // those of threads are tried where they end; the others are of channels
		}
		id := d.own()
		before := d.stored(id)
		b := button{Data: "v1:" + name + ":" + buttons[name], to: id}
		if toast := d.pressThere(bystander, b); toast != textOnlyAdmins || d.stored(id) != before {
			t.Errorf("a reader presses %s: %q", name, toast)
		}
		if toast := d.pressThere(talker, b); toast == textOnlyAdmins {
			t.Errorf("an admin presses %s: %q", name, toast)
		}
	}
	id := d.own()
	chat := d.stored(forumOf.ID)
	for _, name := range sorted(commands) {
		for _, from := range []telegramtest.User{bystander, talker} {
			before := d.stored(id)
			body := inThreadOf(theThread, map[string]any{"message_id": 1, "date": 1, "text": commands[name], "chat": chatBody(forumOf), "from": map[string]any{"id": from.ID}})
			said := d.handle("message", body)
			if refused := strings.Contains(said, textOnlyAdmins); refused == (from == talker) || refused && d.stored(id) != before {
				t.Errorf("%d says %s: %q", from.ID, commands[name], said)
			}
		}
	}
	if c := d.chatAt(id); !c.Alerting() && len(c.Schedule.Times) != 1 || c.Schedule.Times[0].Hour != 7 || !slices.Contains(c.Settings.Without, "спорт") {
		t.Errorf("the thread is %+v", c)
	}
	if now := d.stored(forumOf.ID); now != chat {
		t.Errorf("the chat was\n%s\nand is\n%s", chat, now)
	}
}

func TestAQueryFoundInAThreadIsFollowedThere(t *testing.T) {
	d := newDesk(t, Options{})
	d.forum()
	id := d.own()
	body := pressOf(forumOf, talker, d.data(forumOf.ID, button{Data: "v1:watch"}))
	message, _ := body["message"].(map[string]any)
	inThreadOf(theThread, message)["text"] = queryMark + "підстанція"
	d.give("callback_query", body)
	there := d.chatAt(id)
	if all := there.Values(chats.Words); len(all) != 1 || len(d.chatAt(forumOf.ID).Subscriptions) != 1 {
		t.Errorf("the thread follows %v", all)
	}
}
