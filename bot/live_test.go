//go:build live

package bot

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"visnyk/bot/chats"
)

// These tests speak to Telegram itself with a bot made for them, and write into
// its chats: LIVE_TOKEN is its token, LIVE_CHATS are ids of chats that it may
// write to, at best a private one, a supergroup and a channel. They show
// whether Telegram still says what the program acts on.

func live(t *testing.T) (*API, []string) {
	t.Helper()
	token, ids := os.Getenv("LIVE_TOKEN"), os.Getenv("LIVE_CHATS")
	if token == "" || ids == "" {
		t.Fatal("set LIVE_TOKEN and LIVE_CHATS")
	}
	api := NewAPI(token, "https://api.telegram.org")
	if err := api.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	return api, strings.Split(ids, ",")
}

// put sends a message with a button and gives its id.
func put(t *testing.T, api *API, chat, data string) (id int, params map[string]string) {
	t.Helper()
	m, err := message("Перевірка", [][]button{{{Text: "кнопка", Data: data}}})
	if err != nil {
		t.Fatal(err)
	}
	m.Params["chat_id"] = chat
	raw, err := api.Call(t.Context(), "sendMessage", m.Params)
	if err != nil {
		t.Fatal(err)
	}
	id = messageID(raw)
	return id, map[string]string{"chat_id": chat, "reply_markup": m.Params["reply_markup"], "message_id": strconv.Itoa(id)}
}

func TestLiveWhatEditsSay(t *testing.T) {
	api, ids := live(t)
	b := &Bot{api: api}
	for _, chat := range ids {
		first, _ := put(t, api, chat, "v1:live:1")
		id, params := put(t, api, chat, "v1:live:2")
		number, err := strconv.ParseInt(chat, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if chats.Numbered(number) && id != first+1 {
			t.Errorf("%s: after message %d comes %d", chat, first, id)
		}
		if got, err := b.standsAt(t.Context(), params); err != nil || got != ours {
			t.Errorf("%s: of our own message it says %v (%v)", chat, got, err)
		}
		for _, far := range []int{id + 1, id + 100_000} {
			params["message_id"] = strconv.Itoa(far)
			if got, err := b.standsAt(t.Context(), params); err != nil || got != nothing {
				t.Errorf("%s: of message %d that is not there it says %v (%v)", chat, far, got, err)
			}
		}
		if _, err := api.Call(t.Context(), "deleteMessage", map[string]string{"chat_id": chat, "message_id": strconv.Itoa(id)}); err != nil {
			t.Error(err)
		}
		params["message_id"] = strconv.Itoa(id)
		if got, err := b.standsAt(t.Context(), params); err != nil || got != nothing {
			t.Errorf("%s: of a deleted message it says %v (%v)", chat, got, err)
		}
	}
}

// The message of another in LIVE_FOREIGN, written as chat:message.
func TestLiveWhatItSaysOfAMessageOfOthers(t *testing.T) {
	api, _ := live(t)
	chat, id, ok := strings.Cut(os.Getenv("LIVE_FOREIGN"), ":")
	if !ok {
		t.Fatal("set LIVE_FOREIGN to chat:message, a message that the bot did not write")
	}
	b := &Bot{api: api}
	if got, err := b.standsAt(t.Context(), map[string]string{"chat_id": chat, "message_id": id}); err != nil || got != others {
		t.Errorf("it says %v (%v)", got, err)
	}
}

func TestLiveRefusalOfABurst(t *testing.T) {
	api, ids := live(t)
	for range 60 {
		_, err := api.Call(t.Context(), "sendMessage", map[string]string{"chat_id": ids[0], "text": "Перевірка"})
		var e *CallError
		if errors.As(err, &e) {
			if e.Code != 429 || e.RetryAfter == 0 {
				t.Errorf("%v, to wait %v", err, e.RetryAfter)
			}
			return
		}
	}
	t.Error("60 messages at once are not refused")
}

func TestLiveTwoPollers(t *testing.T) {
	api, _ := live(t)
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_, err := api.updates(ctx, 0)
		ended <- err
	}()
	_, second := api.Call(t.Context(), "getUpdates", map[string]string{"timeout": "5"})
	var e *CallError
	if first := <-ended; !errors.As(errors.Join(first, second), &e) || e.Code != 409 {
		t.Errorf("two pollers: %v, %v", first, second)
	}
}
