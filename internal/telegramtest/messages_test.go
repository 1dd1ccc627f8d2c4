package telegramtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// reply is an answer of the API.
type reply struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// call makes a call with form parameters given as name, value, name, value.
func call(t *testing.T, s *Server, method string, params ...string) reply {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/bot"+token+"/"+method, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	var r reply
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
		t.Fatalf("%s: %v in %q", method, err, w.Body)
	}
	if !r.OK && w.Code != r.Code {
		t.Errorf("%s: status %d, error_code %d", method, w.Code, r.Code)
	}
	return r
}

// world is a double with one chat of each kind.
func world(t *testing.T) *Server {
	t.Helper()
	s := New(token, "visnyk_bot")
	t.Cleanup(s.Close)
	s.Say(Chat{}, User{ID: 7, FirstName: "Olena"}, "/start")
	s.AddChat(Chat{ID: 8, Type: Private, Title: "Silent"})
	s.AddChat(Chat{ID: -5, Type: Group, Title: "Group"})
	s.AddChat(Chat{ID: -1001, Type: Supergroup, Title: "Forum", IsForum: true})
	s.AddChat(Chat{ID: -1002, Type: Channel, Title: "News", Username: "news"})
	s.SetMember(-1002, s.Me(), Administrator)
	s.AddChat(Chat{ID: -1003, Type: Channel, Title: "Foreign"})
	return s
}

func TestRefusedMessages(t *testing.T) {
	long := strings.Repeat("я", 4097)
	for _, c := range []struct {
		name   string
		params []string
		code   int
		want   string
	}{
		{"no text", []string{"chat_id", "7"}, 400, "Bad Request: message text is empty"},
		{"white space", []string{"chat_id", "7", "text", " \n "}, 400, "Bad Request: text must be non-empty"},
		{"nothing after parsing", []string{"chat_id", "7", "text", "<b> </b>", "parse_mode", "HTML"}, 400, "Bad Request: text must be non-empty"},
		{"too long", []string{"chat_id", "7", "text", long}, 400, "Bad Request: message is too long"},
		{"too many bytes", []string{"chat_id", "7", "text", strings.Repeat("a", 32769)}, 400, "Bad Request: text is too long"},
		{"bad HTML", []string{"chat_id", "7", "text", "<p>a", "parse_mode", "html"}, 400, `Bad Request: can't parse entities: Unsupported start tag "p" at byte offset 0`},
		{"unknown parse mode", []string{"chat_id", "7", "text", "a", "parse_mode", "x"}, 400, "Bad Request: unsupported parse_mode"},
		{"no chat", []string{"text", "a"}, 400, "Bad Request: chat_id is empty"},
		{"unknown chat", []string{"chat_id", "99", "text", "a"}, 400, "Bad Request: chat not found"},
		{"unknown name", []string{"chat_id", "@nobody", "text", "a"}, 400, "Bad Request: chat not found"},
		{"who never wrote", []string{"chat_id", "8", "text", "a"}, 403, "Forbidden: bot can't initiate conversation with a user"},
		{"foreign channel", []string{"chat_id", "-1003", "text", "a"}, 403, "Forbidden: bot is not a member of the channel chat"},
		{"unknown topic", []string{"chat_id", "-1001", "text", "a", "message_thread_id", "77"}, 400, "Bad Request: message thread not found"},
		{"the general topic", []string{"chat_id", "-1001", "text", "a", "message_thread_id", "1"}, 400, "Bad Request: message thread not found"},
		{"unknown reply", []string{"chat_id", "7", "text", "a", "reply_to_message_id", "77"}, 400, "Bad Request: message to be replied not found"},
		{"broken markup", []string{"chat_id", "7", "text", "a", "reply_markup", "{"}, 400, "Bad Request: can't parse reply keyboard markup JSON object"},
		{"long data", []string{"chat_id", "7", "text", "a", "reply_markup", button("callback_data", strings.Repeat("є", 33))}, 400, "Bad Request: BUTTON_DATA_INVALID"},
		{"no data", []string{"chat_id", "7", "text", "a", "reply_markup", button("callback_data", "")}, 400, "Bad Request: BUTTON_DATA_INVALID"},
		{"bad URL", []string{"chat_id", "7", "text", "a", "reply_markup", button("url", "http://localhost/")}, 400, "Bad Request: inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL"},
		{"only a text", []string{"chat_id", "7", "text", "a", "reply_markup", `{"inline_keyboard":[[{"text":"x"}]]}`}, 400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := world(t)
			r := call(t, s, "sendMessage", c.params...)
			if r.OK || r.Code != c.code || r.Description != c.want {
				t.Errorf("%+v, want %d %s", r, c.code, c.want)
			}
			for _, chat := range []int64{7, 8, -5, -1001, -1002, -1003} {
				for _, m := range s.Messages(chat) {
					if m.FromBot {
						t.Errorf("a refused message stands in chat %d: %+v", chat, m)
					}
				}
			}
		})
	}
}

func button(kind, value string) string {
	return fmt.Sprintf(`{"inline_keyboard":[[{"text":"x",%q:%q}]]}`, kind, value)
}

func TestLimitsThatAreJustKept(t *testing.T) {
	s := world(t)
	for name, params := range map[string][]string{
		"4096 characters of two units": {"chat_id", "7", "text", strings.Repeat("😀", 4096)},
		"64 bytes of data":             {"chat_id", "7", "text", "a", "reply_markup", button("callback_data", strings.Repeat("є", 32))},
		"markup counts not":            {"chat_id", "7", "text", "<b>" + strings.Repeat("a", 4096) + "</b>", "parse_mode", "HTML"},
		"a channel by name":            {"chat_id", "@NEWS", "text", "a"},
		"absent forum":                 {"chat_id", "-5", "text", "a", "message_thread_id", "77"},
		"null is absent":               {"chat_id", "7", "text", "a", "entities", "null", "reply_markup", "null"},
		"a missing reply is allowed":   {"chat_id", "7", "text", "a", "reply_parameters", `{"message_id":77,"allow_sending_without_reply":true}`},
	} {
		if r := call(t, s, "sendMessage", params...); !r.OK {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestEntitiesAfterTheHundredthAreDroppedAndCounted(t *testing.T) {
	s := world(t)
	text := strings.Repeat(`<b>a</b> `, 103) + `<a href="/x">x</a>`
	if r := call(t, s, "sendMessage", "chat_id", "7", "text", text, "parse_mode", "HTML"); !r.OK {
		t.Fatal(r.Description)
	}
	m, err := s.WaitMessages(t.Context(), 7, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(m[0].Entities) != 100 || m[0].DroppedEntities != 4 {
		t.Errorf("%d kept, %d dropped", len(m[0].Entities), m[0].DroppedEntities)
	}
}

func TestEdits(t *testing.T) {
	s := world(t)
	call(t, s, "sendMessage", "chat_id", "7", "text", "one", "reply_markup", button("callback_data", "d"))
	id := fmt.Sprint(s.Messages(7)[1].ID)
	for _, c := range []struct {
		method string
		params []string
		want   string
	}{
		{"editMessageText", []string{"text", "one", "message_id", id, "reply_markup", button("callback_data", "d")}, "message is not modified"},
		{"editMessageReplyMarkup", []string{"message_id", id, "reply_markup", button("callback_data", "d")}, "message is not modified"},
		{"editMessageText", []string{"text", "two", "message_id", "77"}, "message to edit not found"},
		{"editMessageText", []string{"text", "two", "message_id", fmt.Sprint(s.Messages(7)[0].ID)}, "message can't be edited"},
		{"editMessageText", []string{"text", "two"}, "message identifier is not specified"},
		{"editMessageText", []string{"text", "", "message_id", id}, "message text is empty"},
		{"editMessageText", []string{"text", "two", "message_id", id}, ""},
		{"editMessageReplyMarkup", []string{"message_id", id}, "message is not modified"},
	} {
		r := call(t, s, c.method, append(c.params, "chat_id", "7")...)
		if !strings.HasPrefix(r.Description, "Bad Request: "+c.want) && (c.want != "" || !r.OK) {
			t.Errorf("%s %v: %+v", c.method, c.params, r)
		}
	}
	m := s.Messages(7)[1]
	if m.Text != "two" || m.Edited.IsZero() || m.Keyboard != nil {
		t.Errorf("%+v: an edit without markup takes the buttons away", m)
	}
}

func TestDeletions(t *testing.T) {
	s := world(t)
	s.Say(Chat{ID: -5}, User{ID: 7}, "hello")
	theirs := fmt.Sprint(s.Messages(-5)[0].ID)
	if r := call(t, s, "deleteMessage", "chat_id", "-5", "message_id", theirs); r.Description != "Bad Request: message can't be deleted" {
		t.Errorf("%+v", r)
	}
	s.SetMember(-5, s.Me(), Administrator)
	if r := call(t, s, "deleteMessage", "chat_id", "-5", "message_id", theirs); !r.OK {
		t.Errorf("%+v", r)
	}
	if r := call(t, s, "deleteMessage", "chat_id", "-5", "message_id", theirs); r.Description != "Bad Request: message to delete not found" {
		t.Errorf("%+v", r)
	}
	call(t, s, "sendMessage", "chat_id", "7", "text", "old")
	s.now = func() time.Time { return time.Now().Add(49 * time.Hour) }
	if r := call(t, s, "deleteMessage", "chat_id", "7", "message_id", fmt.Sprint(s.Messages(7)[1].ID)); r.Description != "Bad Request: message can't be deleted" {
		t.Errorf("after two days: %+v", r)
	}
}

func TestMessageIDsCountAsInTelegram(t *testing.T) {
	s := world(t)
	for _, chat := range []string{"7", "-5", "-1001", "-1002", "-1001"} {
		call(t, s, "sendMessage", "chat_id", chat, "text", "x")
	}
	last := func(chat int64) int { l := s.Messages(chat); return l[len(l)-1].ID }
	if last(7) != 2 || last(-5) != 3 || last(-1001) != 2 || last(-1002) != 1 {
		t.Errorf("%d %d %d %d", last(7), last(-5), last(-1001), last(-1002))
	}
}

func TestTopicsOfForums(t *testing.T) {
	s := world(t)
	thread := s.AddThread(-1001, "Енергетика")
	id := fmt.Sprint(thread)
	if r := call(t, s, "sendMessage", "chat_id", "-1001", "text", "x", "message_thread_id", id); !r.OK || !strings.Contains(string(r.Result), `"is_topic_message":true`) {
		t.Errorf("%+v %s", r, r.Result)
	}
	s.CloseThread(-1001, thread)
	if r := call(t, s, "sendMessage", "chat_id", "-1001", "text", "x", "message_thread_id", id); r.OK {
		t.Error("a deleted topic takes messages")
	}
}

func TestRightsInChats(t *testing.T) {
	s := world(t)
	send := func(chat string) string { return call(t, s, "sendMessage", "chat_id", chat, "text", "x").Description }
	if d := send("-1002"); d != "" {
		t.Error(d)
	}
	s.SetRights(-1002, s.Me().ID, Rights{EditMessages: true})
	if d := send("-1002"); d != "Bad Request: need administrator rights in the channel chat" {
		t.Error(d)
	}
	s.SetMember(-5, s.Me(), Restricted)
	if d := send("-5"); d != "Bad Request: not enough rights to send text messages to the chat" {
		t.Error(d)
	}
	s.Kick(-1001)
	if d := send("-1001"); d != "Forbidden: bot was kicked from the supergroup chat" {
		t.Error(d)
	}
	s.Block(7)
	if d := send("7"); d != "Forbidden: bot was blocked by the user" {
		t.Error(d)
	}
	s.Unblock(7)
	if d := send("7"); d != "" {
		t.Error(d)
	}
}

func TestUpgradedGroupNamesItsSupergroup(t *testing.T) {
	s := world(t)
	s.Migrate(-5, -1009)
	r := call(t, s, "sendMessage", "chat_id", "-5", "text", "x")
	if r.Code != 400 || r.Parameters.MigrateTo != -1009 || r.Description != "Bad Request: group chat was upgraded to a supergroup chat" {
		t.Errorf("%+v", r)
	}
	if r := call(t, s, "sendMessage", "chat_id", "-1009", "text", "x"); !r.OK {
		t.Errorf("%+v", r)
	}
}

func TestParametersComeInEveryForm(t *testing.T) {
	s := world(t)
	url := "/bot" + token + "/SENDmessage"
	for name, req := range map[string]*http.Request{
		"query": httptest.NewRequest(http.MethodGet, url+"?chat_id=7&text=hi", nil),
		"JSON":  httptest.NewRequest(http.MethodPost, url, strings.NewReader(`{"chat_id":7,"text":"hi","entities":null,"reply_markup":{"inline_keyboard":[]}}`)),
	} {
		if name == "JSON" {
			req.Header.Set("Content-Type", "application/json; charset=utf-8")
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if w.Code != 200 {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
	if calls := s.Calls("sendMessage"); len(calls) != 2 || calls[0].Params["text"] != "hi" || calls[1].Method != "sendMessage" {
		t.Errorf("%+v", calls)
	}
}

func TestFilesGoBothWays(t *testing.T) {
	s, bot := start(t)
	s.Receive(Incoming{From: &User{ID: 7}, Document: &Document{Name: "a.opml", Data: []byte("<opml/>")}})
	updates, err := bot.GetUpdates(tgbotapi.UpdateConfig{Timeout: 1})
	if err != nil || updates[0].Message.Document.FileName != "a.opml" {
		t.Fatal(updates, err)
	}
	file, err := bot.GetFile(tgbotapi.FileConfig{FileID: updates[0].Message.Document.FileID})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/file/bot"+token+"/"+file.FilePath, nil))
	if body, _ := io.ReadAll(w.Body); string(body) != "<opml/>" {
		t.Errorf("%q", body)
	}
	doc := tgbotapi.NewDocument(7, tgbotapi.FileReader{Name: "b.opml", Reader: bytes.NewReader([]byte("xml"))})
	doc.Caption, doc.ParseMode = "<i>Експорт</i>", "HTML"
	sent, err := bot.Send(doc)
	if err != nil || sent.Caption != "Експорт" {
		t.Fatal(sent, err)
	}
	got := s.Messages(7)[1]
	if got.Document == nil || got.Document.Name != "b.opml" || string(got.Document.Data) != "xml" || got.Text != "Експорт" {
		t.Errorf("%+v", got)
	}
	if r := call(t, s, "getFile", "file_id", "nope"); r.Description != "Bad Request: wrong file_id or the file is temporarily unavailable" {
		t.Errorf("%+v", r)
	}
}

func TestForwardsAndCopies(t *testing.T) {
	s := world(t)
	id := fmt.Sprint(s.Messages(7)[0].ID)
	for _, method := range []string{"forwardMessage", "copyMessage"} {
		if r := call(t, s, method, "chat_id", "-5", "from_chat_id", "7", "message_id", id); !r.OK {
			t.Errorf("%s: %+v", method, r)
		}
		if r := call(t, s, method, "chat_id", "-5", "from_chat_id", "7", "message_id", "99"); r.Code != 400 {
			t.Errorf("%s: %+v", method, r)
		}
	}
	if m := s.Messages(-5); len(m) != 2 || m[1].Text != "/start" {
		t.Errorf("%+v", m)
	}
}
