package bot

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"visnyk/bot/chats"
	"visnyk/internal/telegramtest"
)

const (
	testToken = "123456789:AAtesttokentesttokentesttokentest"
	testUser  = int64(1001)
)

var ivan = telegramtest.User{ID: testUser, FirstName: "Користувач"}

func privateChat(id int64) telegramtest.Chat {
	return telegramtest.Chat{ID: id, Type: telegramtest.Private}
}

// double starts a Bot API and returns it with an API that speaks to it.
func double(t *testing.T) (*telegramtest.Server, *API) {
	t.Helper()
	s := telegramtest.New(testToken, "visnyk_test_bot")
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.Say(privateChat(testUser), ivan, "привіт")
	return s, NewAPI(testToken, url)
}

func hello() map[string]string {
	return map[string]string{"chat_id": "1001", "text": "вітаю", "parse_mode": "HTML"}
}

func aFile() *chats.File {
	return &chats.File{Field: "document", Name: "Дайджест \"1\".docx", MIME: typeDocx, Data: []byte("PK\x03\x04\x00зміст")}
}

func TestAFileArrivesAsItIs(t *testing.T) {
	s, api := double(t)
	raw, err := api.send(t.Context(), "sendDocument", map[string]string{"chat_id": "1001", "caption": "Дайджест · 1 < 2"}, aFile(), nil)
	if err != nil || classify(err).State != chats.Sent || messageID(raw) == 0 {
		t.Fatalf("%s, %v", raw, err)
	}
	m := s.Messages(testUser)
	got := m[len(m)-1]
	if got.Document == nil || got.Document.Name != aFile().Name || got.Document.MIME != typeDocx || !bytes.Equal(got.Document.Data, aFile().Data) || got.Text != "Дайджест · 1 < 2" {
		t.Errorf("%+v %+v", got, got.Document)
	}
}

// The whole table of what a server can answer to a send, and what becomes of
// the message.
func TestEveryAnswerIsClassified(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault telegramtest.Fault
		want  chats.State
		after time.Duration
		gone  bool
	}{
		{"too many requests", telegramtest.Fault{Code: 429, RetryAfter: 17}, chats.Pending, 17 * time.Second, false},
		{"blocked", telegramtest.Fault{Code: 403, Description: "Forbidden: bot was blocked by the user"}, chats.Failed, 0, true},
		{"deactivated", telegramtest.Fault{Code: 403, Description: "Forbidden: user is deactivated"}, chats.Failed, 0, true},
		{"kicked", telegramtest.Fault{Code: 403, Description: "Forbidden: bot was kicked from the group chat"}, chats.Failed, 0, true},
		{"no such chat", telegramtest.Fault{Code: 400, Description: "Bad Request: chat not found"}, chats.Failed, 0, true},
		{"no rights", telegramtest.Fault{Code: 400, Description: "Bad Request: not enough rights to send text messages to the chat"}, chats.Failed, 0, true},
		{"bad markup", telegramtest.Fault{Code: 400, Description: "Bad Request: can't parse entities: Unsupported start tag \"p\" at byte offset 0"}, chats.Failed, 0, false},
		{"too long", telegramtest.Fault{Code: 400, Description: "Bad Request: message is too long"}, chats.Failed, 0, false},
		{"not a member", telegramtest.Fault{Code: 403, Description: "Forbidden: bot is not a member of the channel chat"}, chats.Failed, 0, true},
		{"cannot begin", telegramtest.Fault{Code: 403, Description: "Forbidden: bot can't initiate conversation with a user"}, chats.Failed, 0, true},
		{"no administrator", telegramtest.Fault{Code: 400, Description: "Bad Request: need administrator rights in the channel chat"}, chats.Failed, 0, true},
		{"may not write", telegramtest.Fault{Code: 400, Description: "Bad Request: CHAT_WRITE_FORBIDDEN"}, chats.Failed, 0, true},
		{"no thread", telegramtest.Fault{Code: 400, Description: "Bad Request: message thread not found"}, chats.Failed, 0, false},
		{"another poller", telegramtest.Fault{Code: 409, Description: "Conflict: terminated by other getUpdates request"}, chats.Pending, 5 * time.Second, false},
		{"too large", telegramtest.Fault{Code: 413, Description: "Request Entity Too Large"}, chats.Failed, 0, false},
		{"redirect", telegramtest.Fault{Code: 302, HTML: true}, chats.Unknown, 0, false},
		{"a page in place of an answer", telegramtest.Fault{Code: 200, HTML: true}, chats.Unknown, 0, false},
		{"gateway time-out, JSON", telegramtest.Fault{Code: 504, Description: "Gateway Timeout"}, chats.Unknown, 0, false},
		{"no such method", telegramtest.Fault{Code: 404}, chats.Pending, time.Minute, false},
		{"unauthorised", telegramtest.Fault{Code: 401}, chats.Pending, time.Minute, false},
		{"server error", telegramtest.Fault{Code: 500, Description: "Internal Server Error"}, chats.Unknown, 0, false},
		{"bad gateway, a page", telegramtest.Fault{Code: 502, HTML: true}, chats.Unknown, 0, false},
		{"reset before", telegramtest.Fault{DropBefore: true}, chats.Unknown, 0, false},
		{"reset after", telegramtest.Fault{DropAfter: true}, chats.Unknown, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, api := double(t)
			for method, f := range map[string]*chats.File{"sendMessage": nil, "sendDocument": aFile()} {
				s.Fail(method, 1, c.fault)
				_, err := api.send(t.Context(), method, hello(), f, nil)
				o := classify(err)
				if o.State != c.want || o.After != c.after || gone(err) != c.gone {
					t.Errorf("%v: state %s after %s gone %v; want %s after %s gone %v", err, o.State, o.After, gone(err), c.want, c.after, c.gone)
				}
				if err == nil || strings.Contains(err.Error(), testToken) {
					t.Errorf("error: %v", err)
				}
			}
		})
	}
}

func TestASuccessIsSent(t *testing.T) {
	_, api := double(t)
	raw, err := api.Call(t.Context(), "sendMessage", hello())
	if err != nil || classify(err).State != chats.Sent || messageID(raw) == 0 {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestAServerThatIsNotThereNeverGotTheMessage(t *testing.T) {
	s, api := double(t)
	s.Close()
	for method, f := range map[string]*chats.File{"sendMessage": nil, "sendDocument": aFile()} {
		_, err := api.send(t.Context(), method, hello(), f, nil)
		if o := classify(err); o.State != chats.Pending || o.After == 0 {
			t.Errorf("%v: %+v", err, o)
		}
		if strings.Contains(err.Error(), testToken) {
			t.Errorf("the token is in the error: %v", err)
		}
	}
}

func TestATimeOutIsUnknown(t *testing.T) {
	s, api := double(t)
	for method, f := range map[string]*chats.File{"sendMessage": nil, "sendDocument": aFile()} {
		s.Fail(method, 1, telegramtest.Fault{Hang: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, err := api.send(ctx, method, hello(), f, nil)
		cancel()
		if o := classify(err); o.State != chats.Unknown || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v: %+v", err, o)
		}
	}
}

func TestAMigrationCarriesTheNewID(t *testing.T) {
	s, api := double(t)
	s.Fail("sendMessage", 1, telegramtest.Fault{Code: 400, MigrateTo: -1001234567890})
	_, err := api.Call(t.Context(), "sendMessage", hello())
	var e *CallError
	if !errors.As(err, &e) || e.MigrateTo != -1001234567890 || classify(err).State != chats.Moved {
		t.Errorf("%v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"update_id":1,"message":{"message_id":1,"chat":{"id":1,"type":"private"},"text":"/start"}}`))
	f.Add([]byte(`{"update_id":2,"callback_query":{"id":"1","from":null,"message":{"chat":{}},"data":"v1:"}}`))
	f.Add([]byte(`{"update_id":3,"my_chat_member":{"chat":{"id":-5},"from":{"id":1},"new_chat_member":{}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, ok, err := decode(1, body)
		if err == nil && ok {
			_, _, _ = command(r.text, "visnyk_test_bot")
		}
	})
}
