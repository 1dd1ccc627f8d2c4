package bot

import (
	"strings"
	"testing"

	"visnyk/bot/chats"
	"visnyk/internal/telegramtest"
)

// TestTheOtherAdminsAreToldOfWhatMatters changes a channel and a group as one of
// their admins, out of the sight of the other one and before his eyes.
func TestTheOtherAdminsAreToldOfWhatMatters(t *testing.T) {
	second, silent := telegramtest.User{ID: 3004, FirstName: "Друга"}, telegramtest.User{ID: 3005, FirstName: "Мовчазний"}
	d := newDesk(t, Options{})
	d.channel(chats.Settings{})
	d.forum()
	for _, chat := range []int64{channelOf.ID, forumOf.ID} {
		for _, admin := range []telegramtest.User{boss, second, silent} {
			d.telegram.SetMember(chat, admin, telegramtest.Administrator)
		}
	}
	d.telegram.Receive(telegramtest.Incoming{From: &second, Text: "x"})
	_, err := d.bot.chats.Change(t.Context(), second.ID, func(c *chats.Chat) error { c.Kind = chats.Private; return nil })
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.bot.chats.Change(t.Context(), channelOf.ID, func(c *chats.Chat) error { c.Owner, c.Username = second.ID, channelOf.Username; return nil })
	if err != nil {
		t.Fatal(err)
	}
	private := telegramtest.Chat{ID: boss.ID, Type: telegramtest.Private}
	say := func(chat telegramtest.Chat, text string) {
		d.give("message", map[string]any{"message_id": 1, "date": 1, "text": text, "chat": chatBody(chat), "from": map[string]any{"id": boss.ID}})
	}
	press := func(chat telegramtest.Chat, b button) {
		d.give("callback_query", pressOf(chat, boss, d.data(chat.ID, b)))
	}
	for _, c := range []struct {
		name string
		do   func()
		want []string // what the second admin reads; none: nothing
	}{
		{"linked", func() { say(private, "/follow освіта @"+channelOf.Username) }, []string{"Новини області", "Чат під’єднано", "стежити: Освіта", "Хто: Головний", "/audit @oblast_news"}},
		{"followed", func() { say(private, "/follow культура @"+channelOf.Username) }, []string{"Стежити: Культура"}},
		{"followed again within minutes", func() { say(private, "/follow економіка @"+channelOf.Username) }, nil},
		{"unfollowed", func() { say(private, "/unfollow культура @"+channelOf.Username) }, []string{"Більше не стежу: Культура"}},
		{"approval off", func() { press(private, button{Data: "v1:set:appr.0", to: channelOf.ID}) }, []string{"Погодження: ні"}},
		{"approval on", func() { press(private, button{Data: "v1:set:appr.1", to: channelOf.ID}) }, nil},
		{"a matter of taste", func() { press(private, button{Data: "v1:set:len.short", to: channelOf.ID}) }, nil},
		{"paused", func() { say(private, "/pause @"+channelOf.Username) }, []string{"Дайджести призупинено"}},
		{"in the group, before all eyes", func() { say(forumOf, "/follow культура") }, nil},
		{"approval off in the group", func() { press(forumOf, button{Data: "v1:set:appr.0"}) }, []string{"Пресслужба", "Погодження: ні", "надіслана там"}},
		{"one's own chat", func() { say(private, "/follow культура") }, nil},
		{"forgotten", func() { press(private, button{Data: "v1:forget:yes", to: channelOf.ID, user: boss.ID}) }, []string{"Видалено все"}},
	} {
		c.do()
		told := ""
		for _, m := range d.sent() {
			switch {
			case m.chat == second.ID:
				told += strings.ReplaceAll(m.text, "\u2060", "") + "\n"
			case m.chat == silent.ID, m.chat == boss.ID && strings.Contains(m.text, "Зміна в чаті"):
				t.Errorf("%s: %d is told %q", c.name, m.chat, m.text)
			}
		}
		if (told == "") != (len(c.want) == 0) || strings.Count(told, "Зміна в чаті") > 1 {
			t.Errorf("%s: the other admin reads %q", c.name, told)
		}
		for _, w := range c.want {
			if !strings.Contains(told, w) {
				t.Errorf("%s: the other admin reads %q without %q", c.name, told, w)
			}
		}
	}
	// Handled again after a kill nothing is told twice.
	for range 2 {
		d.update = 5000
		press(forumOf, button{Data: "v1:set:appr.0"})
	}
	told := 0
	for _, m := range d.sent() {
		if m.chat == second.ID {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}
