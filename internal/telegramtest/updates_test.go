package telegramtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// ids returns the update IDs of an answer of getUpdates.
func ids(t *testing.T, r reply) []int {
	t.Helper()
	var list []struct {
		ID int `json:"update_id"`
	}
	if err := json.Unmarshal(r.Result, &list); err != nil {
		t.Fatalf("%v in %+v", err, r)
	}
	var found []int
	for _, u := range list {
		found = append(found, u.ID)
	}
	return found
}

func TestUpdatesStayUntilConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(token, "b")
		var given []int
		for range 3 {
			given = append(given, s.Say(Chat{}, User{ID: 7}, "x"))
		}
		if got := ids(t, call(t, s, "getUpdates")); len(got) != 3 || got[0] != given[0] {
			t.Errorf("%v, given %v", got, given)
		}
		if got := ids(t, call(t, s, "getUpdates", "offset", fmt.Sprint(given[1]), "limit", "1")); len(got) != 1 || got[0] != given[1] {
			t.Errorf("%v", got)
		}
		if s.PendingUpdates() != 2 {
			t.Errorf("%d wait", s.PendingUpdates())
		}
		if got := ids(t, call(t, s, "getUpdates", "offset", "-1")); len(got) != 1 || got[0] != given[2] {
			t.Errorf("%v", got)
		}
	})
}

func TestAskingTheSameAgainIsSlowedDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(token, "b")
		call(t, s, "getUpdates", "offset", "5")
		begin := time.Now()
		call(t, s, "getUpdates", "offset", "5")
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
		time.Sleep(5 * time.Second)
		s.Say(Chat{}, User{ID: 7}, "x")
		s.Say(Chat{}, User{ID: 7}, "x")
		call(t, s, "getUpdates")
		if got := ids(t, call(t, s, "getUpdates")); len(got) != 1 {
			t.Errorf("%v", got)
		}
	})
}

func TestLongPollEndsWithAnUpdateOrItsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(token, "b")
		begin := time.Now()
		if got := ids(t, call(t, s, "getUpdates", "timeout", "90")); len(got) != 0 || time.Since(begin) != 50*time.Second {
			t.Errorf("%v after %v", got, time.Since(begin))
		}
		begin = time.Now()
		go func() {
			time.Sleep(2 * time.Second)
			s.Say(Chat{}, User{ID: 7}, "x")
		}()
		if got := ids(t, call(t, s, "getUpdates", "timeout", "50")); len(got) != 1 || time.Since(begin) != 2*time.Second {
			t.Errorf("%v after %v", got, time.Since(begin))
		}
	})
}

func TestSecondPollerThrowsTheFirstOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(token, "b")
		answers := make(chan string, 3)
		for i := range 3 {
			go func() {
				answers <- call(t, s, "getUpdates", "offset", fmt.Sprint(i+1), "timeout", "20").Description
			}()
			synctest.Wait()
		}
		begin := time.Now()
		want := "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
		if got := <-answers; got != want || time.Since(begin) != 0 {
			t.Errorf("%q after %v", got, time.Since(begin))
		}
		if got := <-answers; got != want || time.Since(begin) != 3*time.Second {
			t.Errorf("the second conflict: %q after %v", got, time.Since(begin))
		}
		if got := <-answers; got != "" || time.Since(begin) != 20*time.Second {
			t.Errorf("the last poller: %q after %v", got, time.Since(begin))
		}
	})
}

func TestAllowedUpdatesLast(t *testing.T) {
	s := world(t)
	member := func() {
		s.SetMember(-1001, User{ID: 70}, Member)
		s.SetMember(-1001, User{ID: 70}, Left)
	}
	before := s.PendingUpdates()
	member()
	if s.PendingUpdates() != before {
		t.Error("chat_member comes by default")
	}
	call(t, s, "getUpdates", "allowed_updates", `["chat_member"]`)
	call(t, s, "getUpdates", "allowed_updates", "null", "offset", "1")
	member()
	if got := s.PendingUpdates() - before; got != 2 {
		t.Errorf("%d updates", got)
	}
	if id := s.Say(Chat{}, User{ID: 7}, "x"); id != 0 {
		t.Error("a message came that nobody asked for")
	}
	call(t, s, "getUpdates", "allowed_updates", "[]", "offset", "2")
	if id := s.Say(Chat{}, User{ID: 7}, "x"); id == 0 {
		t.Error("an empty list does not bring the default back")
	}
}

func TestWhatTheBotIsTold(t *testing.T) {
	s := world(t)
	_, news := s.Messages(7), Chat{ID: -1002}
	last := func() string {
		s.mu.Lock()
		defer s.mu.Unlock()
		raw, _ := json.Marshal(s.updates.pending[len(s.updates.pending)-1].raw)
		return string(raw)
	}
	for _, c := range []struct {
		name string
		do   func()
		want []string
	}{
		{"a post has a sender chat and no sender", func() { s.Post(news, "/list") }, []string{`"channel_post"`, `"sender_chat":{`, `"bot_command"`}},
		{"blocking", func() { s.Block(7) }, []string{`"my_chat_member"`, `"status":"kicked"`, `"id":7`}},
		{"kicking", func() { s.Kick(-5) }, []string{`"my_chat_member"`, `"status":"kicked"`}},
		{"a press", func() { s.Press(Chat{}, User{ID: 7}, s.Messages(7)[0].ID, "d") }, []string{`"callback_query"`, `"data":"d"`, `"text":"/start"`}},
		{"a forged press", func() { s.Press(Chat{ID: -1001}, User{ID: 7}, 99, "d") }, []string{`"date":0`, `"message_id":99`}},
		{"an inline query", func() { s.Inline(User{ID: 7}, "кіно") }, []string{`"inline_query"`, `"query":"кіно"`}},
		{"an anonymous administrator", func() { s.SayAnonymously(Chat{ID: -1001, Type: Supergroup}, "/list") }, []string{`"id":1087968824`, `"sender_chat":{`}},
		{"a forward", func() {
			s.Receive(Incoming{From: &User{ID: 7}, Text: "x", ForwardFrom: &Chat{ID: -1004, Type: Channel, Username: "moz"}, ForwardPostID: 5})
		}, []string{`"forward_origin"`, `"username":"moz"`, `"message_id":5`}},
		{"anything", func() { s.Inject(map[string]any{"poll": map[string]any{"id": "1"}}) }, []string{`"poll":{"id":"1"}`, `"update_id":7300`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.do()
			for _, want := range c.want {
				if got := last(); !strings.Contains(got, want) {
					t.Errorf("%s is missing in %s", want, got)
				}
			}
		})
	}
}

func TestPrivacyModeHidesWhatIsNotForTheBot(t *testing.T) {
	s := world(t)
	group, user := Chat{ID: -1001, Type: Supergroup}, User{ID: 7}
	s.SetPrivacy(true)
	if s.Say(group, user, "hello") != 0 || s.Say(group, user, "/list") != 0 || s.Say(group, user, "/list@other_bot") != 0 {
		t.Error("the bot saw what was not for it")
	}
	if s.Say(group, user, "/list@Visnyk_Bot") == 0 {
		t.Error("the bot did not see its command")
	}
	call(t, s, "sendMessage", "chat_id", "-1001", "text", "x")
	if s.Say(group, user, "/list") == 0 {
		t.Error("the bot wrote last and saw no bare command")
	}
	if s.Receive(Incoming{Chat: group, From: &user, Text: "так", ReplyTo: s.Messages(-1001)[4].ID}) == 0 {
		t.Error("the bot did not see a reply to it")
	}
}

func TestWebhookTakesUpdatesUntilDeleted(t *testing.T) {
	s := world(t)
	var tries atomic.Int32
	got := make(chan string, 9)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		got <- r.Header.Get("X-Telegram-Bot-Api-Secret-Token")
		_, _ = w.Write([]byte(`{"method":"sendMessage","chat_id":7,"text":"from the answer"}`))
	}))
	defer hook.Close()
	for _, bad := range [][]string{
		{"url", "http://gov.ua/x"},
		{"url", "https://gov.ua:9000/x"},
		{"url", hook.URL, "secret_token", "a b"},
	} {
		if r := call(t, s, "setWebhook", bad...); r.Code != 400 {
			t.Errorf("%v: %+v", bad, r)
		}
	}
	if r := call(t, s, "setWebhook", "url", hook.URL, "secret_token", "s3"); !r.OK {
		t.Fatal(r)
	}
	if secret := <-got; secret != "s3" {
		t.Errorf("secret %q", secret)
	}
	if _, err := s.WaitFor(t.Context(), 7, func(m Message) bool { return m.Text == "from the answer" }); err != nil {
		t.Error(err)
	}
	if r := call(t, s, "getUpdates"); r.Code != 409 || !strings.Contains(r.Description, "webhook is active") {
		t.Errorf("%+v", r)
	}
	if r := call(t, s, "getWebhookInfo"); !strings.Contains(string(r.Result), "502 Bad Gateway") {
		t.Errorf("%s", r.Result)
	}
	call(t, s, "deleteWebhook")
	if r := call(t, s, "getUpdates"); !r.OK {
		t.Errorf("%+v", r)
	}
}

func TestSetWebhookEndsAWaitingPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(token, "b")
		answer := make(chan reply)
		go func() { answer <- call(t, s, "getUpdates", "timeout", "50") }()
		synctest.Wait()
		call(t, s, "setWebhook", "url", "https://gov.ua/hook")
		if r := <-answer; r.Description != "Conflict: terminated by setWebhook request" {
			t.Errorf("%+v", r)
		}
		s.Close()
	})
}

func TestClosedServerEndsItsPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(token, "b")
		done := make(chan reply)
		begin := time.Now()
		go func() { done <- call(t, s, "getUpdates", "timeout", "50") }()
		synctest.Wait()
		s.Close()
		s.Close()
		if r := <-done; !r.OK || time.Since(begin) != 0 {
			t.Errorf("%+v after %v", r, time.Since(begin))
		}
	})
}
