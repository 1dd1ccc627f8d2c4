package bot

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"visnyk/bot/chats"
	"visnyk/internal/telegramtest"
	"visnyk/sources"
)

// flow is a conversation whose transcript is compared with the one that was read
// and found fit for an office.
type flow struct {
	name  string
	kind  string
	setUp func(d *desk)
	steps []string // a text that is said, or "[text of a button]" of the last message
}

func flows() []flow {
	mistyped := func(d *desk) {
		d.bot.registry = sources.NewRegistry(nil, []sources.Source{
			{ID: "mon", Name: "Міністерство освіти і науки України", Aliases: []string{"МОН"}},
			{ID: "moz", Name: "Міністерство охорони здоров’я України", Aliases: []string{"МОЗ"}},
		}, nil)
	}
	follows := func(d *desk) {
		_, err := d.bot.chats.Change(d.t.Context(), talker.ID, func(c *chats.Chat) error {
			for i := range 17 {
				s := chats.Subscription{Follow: chats.Words, Value: fmt.Sprint("слово ", i+1), Name: fmt.Sprintf("«слово %d»", i+1), Alert: i == 1}
				if err := c.Add(s); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			d.t.Fatal(err)
		}
	}
	return []flow{
		{"start", "private", nil, []string{"/start", "[Енергетика]", "/help", "/nosuch", "просто текст"}},
		{"follow", "private", mistyped, []string{"/follow", "/follow МОЗЗ", "/follow щось зовсім інше", "/follow «водопостачання -вітання»", "[⚡ Одразу]", "[Дайджест]", "[Скасувати]", "/follow енергетика -вітання", "/follow енергетика"}},
		{"list", "private", follows, []string{"/list", "[Далі ➡️]", "[⬅️ Назад]", "/unfollow «слово 3»", "/unfollow «слово 3»"}},
		{"settings", "private", nil, []string{"/follow енергетика", "/settings", "[📏 Обсяг: звичайний]", "[🌙 Тиша: ні]", "[🕘 Розклад]", "[Зранку і ввечері]", "[Свята пропускати: ні]", "[⬅️ Назад]", "/settings терміново тривога, евакуація", "/settings без вітання", "/settings тиша 25:00", "/settings щось", "/settings"}},
		{"personal", "private", nil, []string{"/follow енергетика", "/mydata", "/export", "/import", "/forget", "[Ні]", "/forget", "[🗑 Так, видалити все]", "/list"}},
		{"pause", "private", nil, []string{"/follow енергетика", "/pause", "/list", "/resume", "/stats", "/leave", "/block 5", "/mydata"}},
		{"threads", "supergroup", nil, []string{
			"/follow охорона здоров’я", "у гілці /list", "у гілці /settings", "у гілці [Окремі налаштування для цієї гілки]", "у гілці [⚙️ Налаштування гілки]", "у гілці [🔔 Звук: так]",
			"у гілці /list", "у гілці /follow енергетика", "у гілці /time 07:15 пн-пт", "у гілці /list", "у гілці /settings тиша 22:00-07:00", "у гілці /settings гілка енергетика", "у гілці /pause", "у гілці /audit",
			"/list", "/audit", "у гілці /export", "у гілці /forget", "у гілці [Ні]",
			"у гілці /settings", "у гілці [Прибрати окремі налаштування гілки]", "у гілці [Залишити все, як є]", "у гілці [Прибрати окремі налаштування гілки]", "у гілці [Передати чату]", "у гілці /list", "/audit",
		}},
		{"group", "supergroup", nil, []string{"/help", "/follow@visnyk_test_bot енергетика", "/settings", "[🔔 Звук: так]", "/pause", "/audit", "/list@other_bot", "/leave", "[Ні]"}},
	}
}

var talker = telegramtest.User{ID: 7001, FirstName: "Олена"}

// TestTranscripts compares whole conversations.
func TestTranscripts(t *testing.T) {
	for _, f := range flows() {
		t.Run(f.name, func(t *testing.T) {
			d := newDesk(t, Options{Version: "test"})
			chat := telegramtest.Chat{ID: talker.ID, Type: telegramtest.Private}
			if f.kind == "supergroup" {
				chat = telegramtest.Chat{ID: -1002003004005, Type: telegramtest.Supergroup, Title: "Пресслужба", IsForum: true}
				d.telegram.AddChat(chat)
				d.telegram.SetMember(chat.ID, talker, telegramtest.Administrator)
			} else {
				d.telegram.Receive(telegramtest.Incoming{From: &talker, Text: "x"})
			}
			if f.setUp != nil {
				f.setUp(d)
			}
			var out bytes.Buffer
			c := conversation{d: d, chat: chat, out: &out}
			for _, step := range f.steps {
				c.step(step)
			}
			file := "testdata/talk_" + f.name + ".txt"
			if *update {
				if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, out.Bytes()) {
				t.Errorf("%s differs; read it, and run the test with -update if it is better:\n%s", file, out.String())
			}
		})
	}
}

// clockOf finds when an entry of the audit was made.
var clockOf = regexp.MustCompile(`• \d+ \p{L}+, \d\d:\d\d`)

// conversation is a chat as one who reads it sees it.
type conversation struct {
	d      *desk
	chat   telegramtest.Chat
	out    *bytes.Buffer
	last   posted
	thread int // the forum thread in which it goes on, 0 for none
}

// The forum thread of conversations; a step that begins so goes on there.
const (
	inThread  = "у гілці "
	theThread = 77
)

func (c *conversation) step(step string) {
	c.d.t.Helper()
	fmt.Fprintf(c.out, "> %s\n", step)
	step, threaded := strings.CutPrefix(step, inThread)
	if c.thread = 0; threaded {
		c.thread = theThread
	}
	c.d.bot.gate.known = nil
	label, press := strings.CutPrefix(step, "[")
	edits, markups, toasts := len(c.d.telegram.Calls("editMessageText")), len(c.d.telegram.Calls("editMessageReplyMarkup")), len(c.d.telegram.Calls("answerCallbackQuery"))
	if press {
		c.press(strings.TrimSuffix(label, "]"))
	} else {
		c.say(step)
	}
	for _, call := range c.d.telegram.Calls("answerCallbackQuery")[toasts:] {
		if text := call.Params["text"]; text != "" {
			fmt.Fprintf(c.out, "  (%s)\n", text)
		}
	}
	for _, call := range c.d.telegram.Calls("editMessageText")[edits:] {
		c.show("edited", call.Params, "")
	}
	for _, call := range c.d.telegram.Calls("editMessageReplyMarkup")[markups:] {
		c.show("buttons", call.Params, "")
	}
	for {
		p, ok, err := c.d.bot.ledger.Claim(c.d.t.Context(), false)
		if err != nil {
			c.d.t.Fatal(err)
		}
		if !ok {
			break
		}
		file := ""
		if p.Message.File != nil {
			file = p.Message.File.Name
		}
		c.show("bot", p.Message.Params, file)
		if _, err := c.d.bot.ledger.End(c.d.t.Context(), p, chats.Outcome{State: chats.Sent, MessageID: 1}); err != nil {
			c.d.t.Fatal(err)
		}
	}
	c.out.WriteString("\n")
}

// show writes a message down, its buttons under it.
func (c *conversation) show(who string, params map[string]string, file string) {
	c.d.t.Helper()
	text := clockOf.ReplaceAllString(plainText(params["text"]+params["caption"]), "• <час>")
	if file != "" {
		text = "<" + file + "> " + text
	}
	if params["message_thread_id"] != "" {
		who += " in the thread"
	}
	fmt.Fprintf(c.out, "%s: %s\n", who, strings.ReplaceAll(strings.ReplaceAll(text, "\u2060", ""), "\n", "\n    "))
	if params["text"] != "" {
		sendable(c.d.t, params["text"])
	}
	rows := rowsOf(c.d.t, params["reply_markup"])
	c.last = posted{chat: c.chat.ID, text: text, buttons: map[string]string{}}
	for _, row := range rows {
		var names []string
		for _, b := range row {
			names = append(names, "["+b.Text+"]")
			c.last.buttons[b.Text] = b.Data
		}
		fmt.Fprintf(c.out, "    %s\n", strings.Join(names, " "))
	}
}

func (c *conversation) say(text string) {
	c.d.t.Helper()
	c.d.give("message", inThreadOf(c.thread, map[string]any{"message_id": 1, "date": 1, "text": text, "chat": chatBody(c.chat), "from": map[string]any{"id": talker.ID, "first_name": talker.FirstName}}))
}

// inThreadOf puts a message into a forum thread.
func inThreadOf(thread int, message map[string]any) map[string]any {
	if thread != 0 {
		message["message_thread_id"], message["is_topic_message"] = thread, true
		message["reply_to_message"] = map[string]any{"message_id": thread, "date": 1, "chat": message["chat"], "forum_topic_created": map[string]any{"name": "Енергетика області"}}
	}
	return message
}

func (c *conversation) press(label string) {
	c.d.t.Helper()
	data := ""
	for text, v := range c.last.buttons {
		if strings.HasSuffix(text, label) {
			data = v
		}
	}
	if data == "" {
		c.d.t.Fatalf("no button %q among %v", label, c.last.buttons)
	}
	body := pressOf(c.chat, talker, data)
	message, _ := body["message"].(map[string]any)
	message["text"] = c.last.text
	inThreadOf(c.thread, message)
	c.d.give("callback_query", body)
}
