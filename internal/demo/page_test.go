package demo

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// watch opens the page's stream and returns a function that waits for the next
// event of a kind and returns its data.
func watch(t *testing.T, d *Demo) func(kind string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.PageURL+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return func(kind string) string {
		t.Helper()
		found := false
		for lines.Scan() {
			line := lines.Text()
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				found = name == kind
			}
			if data, ok := strings.CutPrefix(line, "data: "); ok && found {
				return data
			}
		}
		t.Fatalf("the stream ended before %q: %v", kind, lines.Err())
		return ""
	}
}

// post sends JSON to the page with more headers, as name, value pairs.
func post(t *testing.T, d *Demo, path, body string, headers ...string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.PageURL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestConversationThroughThePage(t *testing.T) {
	d := open(t)
	event, bot := watch(t, d), stranger(t, d)
	state := decode[struct {
		Messages    []messageView
		Authorities []map[string]string
		News        []headline
		Bot         string
	}](t, event("state"))
	if len(state.Messages) != 0 || len(state.Authorities) != 3 || len(state.News) < 24 || state.Bot != "@"+botName {
		t.Fatalf("%+v", state)
	}

	if code := post(t, d, "/send", `{"text":"  /start "}`); code != http.StatusNoContent {
		t.Fatal(code)
	}
	if m := decode[messageView](t, event("message")); m.Bot || m.Text != "/start" || m.Entities[0].Type != "bot_command" {
		t.Errorf("%+v", m)
	}
	u := next(t, bot, 0)
	if u.Message.Text != "/start" || u.Message.From.ID != UserID || u.Message.From.LanguageCode != "uk" {
		t.Fatalf("%+v", u.Message)
	}

	out := tgbotapi.NewMessage(u.Message.Chat.ID, `<b>Вітаю</b> <a href="https://gov.ua/">тут</a>`)
	out.ParseMode = "HTML"
	keys := tgbotapi.NewInlineKeyboardMarkup(tgbotapi.NewInlineKeyboardRow(tgbotapi.NewInlineKeyboardButtonData("Далі", "next")))
	out.ReplyMarkup = keys
	sent, err := bot.Send(out)
	if err != nil {
		t.Fatal(err)
	}
	m := decode[messageView](t, event("message"))
	if !m.Bot || m.Text != "Вітаю тут" || len(m.Entities) != 2 || m.Entities[1].URL != "https://gov.ua/" || m.Keyboard[0][0].Data != "next" {
		t.Errorf("%+v", m)
	}

	post(t, d, "/press", `{"message_id":2,"data":"next"}`)
	q := next(t, bot, u.UpdateID).CallbackQuery
	if q.Data != "next" || q.Message.MessageID != sent.MessageID {
		t.Fatalf("%+v", q)
	}
	if _, err := bot.Request(tgbotapi.NewCallbackWithAlert(q.ID, "Готово")); err != nil {
		t.Fatal(err)
	}
	if a := event("answer"); !strings.Contains(a, `"alert":true`) || !strings.Contains(a, "Готово") {
		t.Error(a)
	}
	if _, err := bot.Send(tgbotapi.NewEditMessageText(UserID, sent.MessageID, "Нове")); err != nil {
		t.Fatal(err)
	}
	if m := decode[messageView](t, event("message")); m.ID != sent.MessageID || m.Text != "Нове" || !m.Edited || m.Keyboard != nil {
		t.Errorf("%+v", m)
	}
	if _, err := bot.Request(tgbotapi.NewDeleteMessage(UserID, sent.MessageID)); err != nil {
		t.Fatal(err)
	}
	if id := decode[map[string]int](t, event("delete"))["id"]; id != sent.MessageID {
		t.Error(id)
	}
}

func TestPageHearsOfCommandsActionsAndNews(t *testing.T) {
	d := open(t)
	event, bot := watch(t, d), stranger(t, d)
	event("state")
	post(t, d, "/send", `{"text":"x"}`)
	if _, err := bot.Request(tgbotapi.NewChatAction(UserID, tgbotapi.ChatTyping)); err != nil {
		t.Fatal(err)
	}
	if a := event("action"); a != `{"action":"typing"}` {
		t.Error(a)
	}
	if _, err := bot.Request(tgbotapi.NewSetMyCommands(tgbotapi.BotCommand{Command: "list", Description: "Що я читаю"})); err != nil {
		t.Fatal(err)
	}
	if c := event("commands"); c != `[{"command":"list","description":"Що я читаю"}]` {
		t.Error(c)
	}
	d.publish(entry{Sites: []string{ministry}, Slug: "x", Title: "Нове", Text: "Текст"}, d.now())
	if n := decode[[]headline](t, event("news")); n[len(n)-1].Title != "Нове" {
		t.Errorf("%+v", n)
	}
}

func TestStateHoldsWhatWasSaidBefore(t *testing.T) {
	d := open(t)
	post(t, d, "/send", `{"text":"перше"}`)
	for range 2 {
		if s := watch(t, d)("state"); !strings.Contains(s, "перше") {
			t.Error(s)
		}
	}
}

func TestDocumentsCanBeSaved(t *testing.T) {
	d := open(t)
	bot := stranger(t, d)
	post(t, d, "/send", `{"text":"/export"}`)
	sent, err := bot.Send(tgbotapi.NewDocument(UserID, tgbotapi.FileBytes{Name: "Підписки.opml", Bytes: []byte("<opml/>")}))
	if err != nil {
		t.Fatal(err)
	}
	if sent.MessageID != 2 || fetch(t, d.PageURL+"/file/2") != "<opml/>" {
		t.Errorf("message %d", sent.MessageID)
	}
	if body := fetch(t, d.PageURL+"/file/1"); !strings.Contains(body, "404") {
		t.Error(body)
	}
}

func TestOtherPagesAreRefused(t *testing.T) {
	d := open(t)
	text := `{"text":"x"}`
	host := strings.TrimPrefix(d.PageURL, "http://")
	for _, c := range []struct {
		name    string
		headers []string
		want    int
	}{
		{"the page itself", []string{"Origin", d.PageURL, "Sec-Fetch-Site", "same-origin"}, 204},
		{"a program", nil, 204},
		{"localhost", []string{"Host", "localhost:8080"}, 204},
		{"IPv6", []string{"Host", "[::1]:8080"}, 204},
		{"a rebound name", []string{"Host", "evil.example:80"}, 403},
		{"a name that begins well", []string{"Host", "127.0.0.1.evil.example"}, 403},
		{"an outer address", []string{"Host", "192.0.2.1"}, 403},
		{"another origin", []string{"Origin", "http://evil.example"}, 403},
		{"another port", []string{"Origin", "http://127.0.0.1:1"}, 403},
		{"no origin that can be told", []string{"Origin", "null"}, 403},
		{"another scheme", []string{"Origin", "https://" + host}, 403},
		{"another site", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a form", []string{"Content-Type", "text/plain"}, 415},
	} {
		if code := post(t, d, "/send", text, c.headers...); code != c.want {
			t.Errorf("%s: %d, want %d", c.name, code, c.want)
		}
	}
}

func TestBadBodiesAreRefused(t *testing.T) {
	d := open(t)
	for _, body := range []string{"", "{", `{"text":""}`, `{"text":"  "}`, `{"text":"` + strings.Repeat("я", 4097) + `"}`, `{"text":"` + strings.Repeat("a", maxPageBody) + `"}`} {
		if code := post(t, d, "/send", body); code != http.StatusBadRequest {
			t.Errorf("%.20s: %d", body, code)
		}
	}
	if code := post(t, d, "/press", "[]"); code != http.StatusBadRequest {
		t.Errorf("press: %d", code)
	}
	if got := len(d.api.Messages(UserID)); got != 0 {
		t.Errorf("%d messages came through", got)
	}
}

func TestPageLoadsNothingFromElsewhere(t *testing.T) {
	d := open(t)
	resp, err := http.Get(d.PageURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(body, []byte("innerHTML")) || bytes.Contains(body, []byte("{{nonce}}")) || !bytes.Contains(body, []byte(`lang="uk"`)) {
		t.Error("the page is not as it should be")
	}
	if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Error(policy)
	}
}
