package bot

import (
	"strings"
	"testing"

	"visnyk/bot/chats"
	"visnyk/internal/telegramtest"
)

// TestAnUpdateThatIsHandledAgainDoesNothingMore hands every command and button to
// the bot twice, as after a process that died between its work and its end.
func TestAnUpdateThatIsHandledAgainDoesNothingMore(t *testing.T) {
	d := newDesk(t, Options{})
	person := telegramtest.User{ID: 7100, FirstName: "Олена"}
	chat := telegramtest.Chat{ID: person.ID, Type: telegramtest.Private}
	d.telegram.Receive(telegramtest.Incoming{From: &person, Text: "x"})
	tag := subscriptionTag(chats.Subscription{Follow: chats.Topic, Value: "health"})
	twice := func(what, kind string, body map[string]any) {
		t.Helper()
		d.seed(chat)
		first := d.handle(kind, body)
		state, notes := d.stored(chat.ID), d.notes(chat.ID)
		d.update-- // the same one again
		again := d.handle(kind, body)
		if after := d.stored(chat.ID); after != state || d.notes(chat.ID) != notes {
			t.Errorf("%s: the chat was\n%s\nand is\n%s", what, state, after)
		}
		if kind == "message" && again != "" {
			t.Errorf("%s: said %q and again %q", what, first, again)
		}
		if strings.Contains(first+again, textTrouble) {
			t.Errorf("%s: %q %q", what, first, again)
		}
	}
	for _, text := range []string{
		"/start", "/help", "/follow енергетика", "/follow культура -вітання", "/unfollow Охорона здоров’я", "/list", "/topics", "/time 07:00", "/settings без спорт",
		"/settings терміново тривога", "/settings тиша 22:00-07:00", "/pause", "/resume", "/audit", "/mydata", "/export", "/digest", "/digest тиждень", "/stats", "/forget",
	} {
		twice(text, "message", map[string]any{"message_id": 1, "date": 1, "text": text, "chat": chatBody(chat), "from": map[string]any{"id": person.ID, "first_name": "Олена"}})
	}
	for _, data := range []string{
		"topic:energy", "drop:" + tag, "set:len.full", "set:times.two", "set:up." + topicTag("energy"), "set:hide." + topicTag("energy"),
		"how:a." + tag, "how:x." + tag, "page:sections", "forget:yes",
	} {
		twice(data, "callback_query", pressOf(chat, person, d.data(chat.ID, button{Data: "v1:" + data})))
	}
}
