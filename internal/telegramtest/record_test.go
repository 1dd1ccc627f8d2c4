package telegramtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

func TestUnknownTokensAndMethods(t *testing.T) {
	s := world(t)
	for path, want := range map[string]string{
		"/bot1:x/getMe":                   `{"description":"Unauthorized","error_code":401,"ok":false}`,
		"/bot" + token + "/dance":         `{"description":"Not Found","error_code":404,"ok":false}`,
		"/":                               `{"description":"Not Found","error_code":404,"ok":false}`,
		"/file/bot" + token + "/none.txt": `{"description":"Not Found","error_code":404,"ok":false}`,
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if got := strings.TrimSpace(w.Body.String()); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestFaultsComeAndGo(t *testing.T) {
	s, bot := start(t)
	s.Say(Chat{}, User{ID: 7}, "hi")
	send := func() error { _, err := bot.Send(tgbotapi.NewMessage(7, "x")); return err }
	sent := func() int { return len(s.Messages(7)) - 1 }
	for _, c := range []struct {
		name  string
		fault Fault
		want  string
		done  int
	}{
		{"flood", Fault{Code: 429, RetryAfter: 3}, "Too Many Requests: retry after 3", 0},
		{"proxy", Fault{Code: 502, HTML: true}, "invalid character '<'", 0},
		{"migration", Fault{Code: 400, MigrateTo: -1009}, "Bad Request: group chat was upgraded to a supergroup chat", 0},
		{"server", Fault{Code: 500}, "Internal Server Error", 0},
		{"own words", Fault{Code: 403, Description: "Forbidden: user is deactivated"}, "Forbidden: user is deactivated", 0},
		{"reset before", Fault{DropBefore: true}, "", 0},
		{"reset after", Fault{DropAfter: true}, "", 1},
		{"no answer", Fault{Hang: time.Millisecond}, "", 0},
		{"another chat", Fault{Code: 500, ChatID: 8}, "none", 1},
		{"late", Fault{Delay: time.Millisecond}, "none", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.ClearFaults()
			before := sent()
			s.Fail("SendMessage", 1, c.fault)
			err := send()
			if (c.want == "none") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v", err)
			}
			if sent()-before != c.done {
				t.Errorf("%d messages were sent", sent()-before)
			}
			if err := send(); err != nil {
				t.Errorf("the fault stays: %v", err)
			}
		})
	}
	s.Fail("", -1, Fault{Code: 500})
	for range 3 {
		if send() == nil {
			t.Error("a lasting fault ended")
		}
	}
	last := s.Calls("sendMessage")
	if c := last[len(last)-1]; c.Code != 500 || !c.Fault || c.Params["text"] != "x" || c.Ended.Before(c.Started) {
		t.Errorf("%+v", c)
	}
}

func TestRetryAfterIsAHeaderToo(t *testing.T) {
	s := world(t)
	s.Fail("getMe", 1, Fault{Code: 429, RetryAfter: 7})
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/bot"+token+"/getMe", nil))
	if body, _ := io.ReadAll(w.Body); w.Header().Get("Retry-After") != "7" || !strings.Contains(string(body), `"parameters":{"retry_after":7}`) {
		t.Errorf("%v %s", w.Header(), body)
	}
}

func TestRatesAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := world(t)
		s.LimitRates(1, 3, 2)
		send := func(chat string) int {
			return call(t, s, "sendMessage", "chat_id", chat, "text", "x").Parameters.RetryAfter
		}
		if send("7") != 0 || send("7") == 0 {
			t.Error("the second message in a second to a chat")
		}
		if send("-5") != 0 || send("-1002") == 0 {
			t.Error("the third message in a second to anybody")
		}
		for range 2 {
			time.Sleep(2 * time.Second)
			send("-5")
		}
		time.Sleep(2 * time.Second)
		if wait := send("-5"); wait < 50 {
			t.Errorf("the fourth message in a minute to a group: wait %d", wait)
		}
	})
}

func TestWaitingTellsWhatIsThere(t *testing.T) {
	s := world(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range []error{
		second(s.WaitMessages(ctx, 7, 1)),
		second(s.WaitFor(ctx, 7, func(Message) bool { return false })),
	} {
		if err == nil || !strings.Contains(err.Error(), `#1 user: "/start"`) {
			t.Errorf("%v", err)
		}
	}
	if _, err := s.WaitCalls(ctx, "getMe", 1); err == nil {
		t.Error("no call was made")
	}
	call(t, s, "getMe")
	if calls, err := s.WaitCalls(t.Context(), "getme", 1); err != nil || len(calls) != 1 {
		t.Error(calls, err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestEventsFollowTheChat(t *testing.T) {
	s := world(t)
	events, stop := s.Subscribe()
	call(t, s, "sendMessage", "chat_id", "7", "text", "one")
	id := fmt.Sprint(s.Messages(7)[1].ID)
	call(t, s, "editMessageText", "chat_id", "7", "text", "two", "message_id", id)
	call(t, s, "sendChatAction", "chat_id", "7", "action", "typing")
	s.Press(Chat{}, User{ID: 7}, 2, "d")
	var q string
	for q = range s.queries {
	}
	call(t, s, "answerCallbackQuery", "callback_query_id", q, "text", "Готово", "show_alert", "true")
	call(t, s, "deleteMessage", "chat_id", "7", "message_id", id)
	stop()
	stop()
	var kinds []string
	for e := range events {
		kinds = append(kinds, string(e.Kind)+e.Message.Text+e.Action+e.Answer.Text)
	}
	if got := strings.Join(kinds, " "); got != "messageone edittwo actiontyping answerГотово deletetwo" {
		t.Error(got)
	}
	if a := s.Answers(); len(a) != 1 || !a[0].Alert || a[0].Data != "d" || a[0].UserID != 7 {
		t.Errorf("%+v", a)
	}
}

func TestSlowSubscriberLearnsThatItMissedEvents(t *testing.T) {
	s := world(t)
	events, stop := s.Subscribe()
	for range subscriberBuffer + 5 {
		s.Say(Chat{}, User{ID: 7}, "x")
	}
	for range subscriberBuffer {
		<-events
	}
	s.Say(Chat{}, User{ID: 7}, "x")
	if e := <-events; e.Kind != EventLost {
		t.Errorf("%+v", e)
	}
	stop()
}

func TestQueriesAreAnsweredOnce(t *testing.T) {
	s := world(t)
	stale := "Bad Request: query is too old and response timeout expired or query ID is invalid"
	s.Press(Chat{}, User{ID: 7}, 1, "d")
	var id string
	for id = range s.queries {
	}
	for _, c := range []struct{ id, text, want string }{
		{"nope", "", stale},
		{id, strings.Repeat("я", 201), "Bad Request: MESSAGE_TOO_LONG"},
		{id, "так", ""},
		{id, "так", stale},
	} {
		if r := call(t, s, "answerCallbackQuery", "callback_query_id", c.id, "text", c.text); r.Description != c.want {
			t.Errorf("%+v, want %q", r, c.want)
		}
	}
	s.Press(Chat{}, User{ID: 7}, 1, "d")
	s.ExpireQueries()
	if r := call(t, s, "answerCallbackQuery", "callback_query_id", id); r.Description != stale {
		t.Errorf("%+v", r)
	}
}

func TestInlineAnswersAreChecked(t *testing.T) {
	article := func(id, text string) map[string]any {
		return map[string]any{"type": "article", "id": id, "title": "T", "input_message_content": map[string]any{"message_text": text, "parse_mode": "HTML"}}
	}
	var many []map[string]any
	for i := range 51 {
		many = append(many, article(fmt.Sprint(i), "x"))
	}
	for want, results := range map[string][]map[string]any{
		"": {article("a", "<b>x</b>")},
		"Bad Request: too many inline query results specified":                                   many,
		"Bad Request: RESULT_ID_DUPLICATE":                                                       {article("a", "x"), article("a", "y")},
		"Bad Request: RESULT_ID_INVALID":                                                         {article("", "x")},
		"Bad Request: text must be non-empty":                                                    {article("a", " ")},
		"Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"": {article("a", "<b>x")},
	} {
		s := world(t)
		s.Inline(User{ID: 7}, "x")
		var id string
		for id = range s.queries {
		}
		raw, err := json.Marshal(results)
		if err != nil {
			t.Fatal(err)
		}
		if r := call(t, s, "answerInlineQuery", "inline_query_id", id, "results", string(raw)); r.Description != want {
			t.Errorf("%+v, want %q", r, want)
		}
	}
}

func TestCommandMenus(t *testing.T) {
	s := world(t)
	for commands, want := range map[string]string{
		`[{"command":"Start","description":"x"}]`: "Bad Request: BOT_COMMAND_INVALID",
		`[{"command":"start","description":""}]`:  "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID",
		"[" + strings.Repeat(`{"command":"a","description":"x"},`, 100) + `{"command":"a","description":"x"}]`: "Bad Request: BOT_COMMANDS_TOO_MUCH",
		"{": "Bad Request: can't parse commands JSON array",
	} {
		if r := call(t, s, "setMyCommands", "commands", commands); r.Description != want {
			t.Errorf("%+v, want %q", r, want)
		}
	}
	call(t, s, "setMyCommands", "commands", `[{"command":"/list","description":"Список"}]`)
	call(t, s, "setMyCommands", "commands", `[{"command":"help","description":"Довідка"}]`, "scope", `{"type":"all_private_chats"}`)
	if got := s.Commands("uk"); len(got) != 1 || got[0].Command != "help" {
		t.Errorf("%+v", got)
	}
	call(t, s, "deleteMyCommands", "scope", `{"type":"all_private_chats"}`)
	if got := s.Commands("uk"); len(got) != 1 || got[0].Command != "list" {
		t.Errorf("%+v", got)
	}
	if r := call(t, s, "getMyCommands"); string(r.Result) != `[{"command":"list","description":"Список"}]` {
		t.Errorf("%s", r.Result)
	}
	if r := call(t, s, "setMyShortDescription", "short_description", strings.Repeat("я", 121)); r.OK {
		t.Error("a long short description was taken")
	}
	if r := call(t, s, "setMyDescription", "description", "опис"); !r.OK {
		t.Errorf("%+v", r)
	}
}

func TestMembersOfChats(t *testing.T) {
	s := world(t)
	s.SetMember(-1001, User{ID: 70, FirstName: "Head"}, Creator)
	s.SetMember(-1001, User{ID: 71, FirstName: "Gone"}, Left)
	for method, want := range map[string]string{
		"getChatAdministrators": `"id":70`,
		"getChatMemberCount":    `2`,
		"getChat":               `"is_forum":true`,
	} {
		if r := call(t, s, method, "chat_id", "-1001"); !strings.Contains(string(r.Result), want) {
			t.Errorf("%s: %+v %s", method, r, r.Result)
		}
	}
	for user, want := range map[string]string{"70": `"creator"`, "71": `"left"`, "42": `"member"`, "7": `"left"`} {
		if r := call(t, s, "getChatMember", "chat_id", "-1001", "user_id", user); !strings.Contains(string(r.Result), want) {
			t.Errorf("%s: %+v %s", user, r, r.Result)
		}
	}
	if r := call(t, s, "getChatMember", "chat_id", "-1001", "user_id", "12345"); r.Description != "Bad Request: user not found" {
		t.Errorf("%+v", r)
	}
	if r := call(t, s, "getChatAdministrators", "chat_id", "7"); r.Description != "Bad Request: there are no administrators in the private chat" {
		t.Errorf("%+v", r)
	}
	call(t, s, "leaveChat", "chat_id", "-1001")
	if r := call(t, s, "sendMessage", "chat_id", "-1001", "text", "x"); r.Description != "Forbidden: bot is not a member of the supergroup chat" {
		t.Errorf("%+v", r)
	}
}

func TestWhoSeesAMessageSeesItsCall(t *testing.T) {
	s, bot := start(t)
	s.Say(Chat{}, User{ID: 7}, "hi")
	const n = 300
	sent := make(chan error, 1)
	go func() {
		var err error
		for range n {
			if _, e := bot.Send(tgbotapi.NewMessage(7, "x")); e != nil {
				err = e
			}
		}
		sent <- err
	}()
	for messages := 0; messages < n; {
		messages = len(s.Messages(7)) - 1
		if calls := len(s.Calls("sendMessage")); calls < messages {
			t.Errorf("%d calls for %d messages", calls, messages)
			break
		}
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}
