package bot

import (
	"context"
	"errors"
	"html"
	"strconv"
	"strings"
	"time"

	"visnyk/bot/chats"
)

// Times of an answer that is long in coming.
const (
	slowAfter = 3 * time.Second // the user is told that it is being worked on
	waitFor   = 5 * time.Second // how long that message may take to be sent
	waitTick  = 100 * time.Millisecond
)

// waitID names the message that says that an answer is being worked on.
func waitID(r request) string { return "w:" + strconv.FormatInt(r.update, 10) }

// slowly works on an answer; when that takes a while, the user is told so. The
// answer then stands in the place of that message.
func (b *Bot) slowly(ctx context.Context, r request, work func(ctx context.Context) (answer, error)) answer {
	done, told := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(told)
		select {
		case <-done:
			return
		case <-time.After(slowAfter):
		}
		d := chats.Delivery{ID: waitID(r), Class: chats.Reply, Prompt: true, Parts: []chats.Message{plainMessage(textReading)}}
		address(&d, r.place.id, r.thread)
		if err := b.ledger.Add(ctx, d); err != nil {
			b.log.Warn("handle: the user is not told to wait", "error", err)
		}
	}()
	a, err := work(ctx)
	close(done)
	<-told
	if err != nil {
		text, users := sentence(err)
		if !users {
			b.log.Error("handle: command failed", "chat", r.place.id, "error", err)
		}
		a = say(html.EscapeString(text))
	}
	a.waited = true
	return a
}

// replaced puts an answer in the place of the message that said to wait. It
// gives false when there is none, or it cannot be edited: then the answer is
// sent as any other.
func (b *Bot) replaced(ctx context.Context, r request, a answer) (bool, error) {
	row, ok, err := b.ledger.Row(ctx, r.place.id, waitID(r), 0)
	if err != nil || !ok {
		return false, err
	}
	for end := time.Now().Add(waitFor); row.State != chats.Sent && row.State != chats.Failed && time.Now().Before(end); {
		rest(ctx, nil, waitTick)
		if row, _, err = b.ledger.Row(ctx, r.place.id, waitID(r), 0); err != nil {
			return false, err
		}
	}
	if row.State != chats.Sent || len(splitLines(a.html)) > 1 {
		return false, nil
	}
	m, err := b.message(ctx, r.place.id, a.html, a.buttons)
	if err != nil {
		return false, err
	}
	m.Params["chat_id"] = strconv.FormatInt(r.place.id, 10)
	m.Params["message_id"] = strconv.Itoa(row.MessageID)
	_, err = b.api.Call(ctx, "editMessageText", m.Params)
	var e *CallError
	return err == nil || errors.As(err, &e) && strings.Contains(e.Text, "not modified"), nil
}
