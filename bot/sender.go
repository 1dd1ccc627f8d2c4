package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"visnyk/bot/chats"
)

// senders is how many messages are in flight at a time. Every process that
// dies leaves at most so many unknown.
const senders = 8

// Pacing by Telegram's rules for bots: about one message a second to a chat,
// twenty a minute to a group or channel, thirty a second overall.
const (
	paceChat    = time.Second
	paceGroup   = 3 * time.Second
	perSecond   = 28.5
	pollLedger  = 100 * time.Millisecond
	pauseOnFail = time.Second
)

// runSenders sends what waits in the ledger until ctx ends. Attempts that are
// under way then are finished.
func (b *Bot) runSenders(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for range senders {
		g.Go(func() error {
			for ctx.Err() == nil {
				b.sendNext(ctx)
			}
			return nil
		})
	}
	return g.Wait()
}

func (b *Bot) sendNext(ctx context.Context) {
	p, ok, err := b.ledger.Claim(ctx)
	switch {
	case err != nil:
		if ctx.Err() == nil {
			b.log.Warn("send: the ledger cannot be read", "error", err)
		}
		rest(ctx, nil, pauseOnFail)
		return
	case !ok:
		rest(ctx, b.ledger.Wake(), pollLedger)
		return
	}
	// What was claimed is finished even when the program is told to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), chats.SendLimit)
	defer cancel()
	if err := b.limit.Wait(ctx); err != nil {
		b.record(ctx, p, chats.Outcome{State: chats.Pending, Reason: "limit"})
		return
	}
	b.send(ctx, p)
}

// rest waits for a while, or for a wake-up, or for the end.
func rest(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-t.C:
	}
}

// send makes one attempt at a claimed part and records what became of it.
func (b *Bot) send(ctx context.Context, p chats.Part) {
	if p.Again && p.Class == chats.Digest && p.Chat < 0 && b.isChannel(ctx, p.Chat) {
		// Twice in a channel is worse than not at all, and nothing says which it is.
		b.log.Warn("send: outcome stays unknown, held", "delivery", p.Delivery, "chat", p.Chat)
		b.record(ctx, p, chats.Outcome{State: chats.Held})
		return
	}
	params := p.Message.Params
	if p.Again && p.Class != chats.Reply {
		params = maps.Clone(params)
		switch p.Message.Method {
		case "sendMessage":
			params["text"] = textAgain + params["text"]
		case "sendDocument":
			params["caption"] = plainText(textAgain) + params["caption"]
		}
	}
	if p.Expired(time.Now()) {
		return
	}
	raw, err := b.api.send(ctx, p.Message.Method, params, p.Message.File)
	if badMarkup(err) {
		b.log.Error("send: Telegram refuses the markup", "delivery", p.Delivery, "error", err)
		params = maps.Clone(params)
		delete(params, "parse_mode")
		params["text"] = plainText(params["text"])
		raw, err = b.api.Call(ctx, p.Message.Method, params)
	}
	o := classify(err)
	o.After = max(o.After, pace(p.Chat))
	o.MessageID = messageID(raw)
	b.record(context.WithoutCancel(ctx), p, o)
	if err != nil {
		b.log.Info("send: not delivered", "delivery", p.Delivery, "chat", p.Chat, "state", o.State, "error", err)
		b.afterFailure(context.WithoutCancel(ctx), p, err)
	}
}

// pace is how long a chat rests after a message.
func pace(chat int64) time.Duration {
	if chat < 0 {
		return paceGroup
	}
	return paceChat
}

func (b *Bot) record(ctx context.Context, p chats.Part, o chats.Outcome) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ok, err := b.ledger.End(ctx, p, o)
	switch {
	case err != nil:
		b.log.Error("send: outcome not recorded, the part becomes unknown", "delivery", p.Delivery, "error", err)
	case !ok:
		b.log.Warn("send: another worker took the part over", "delivery", p.Delivery)
	}
}

// afterFailure changes what an error says about the chat.
func (b *Bot) afterFailure(ctx context.Context, p chats.Part, err error) {
	var e *CallError
	if errors.As(err, &e) && e.MigrateTo != 0 {
		if err := b.migrate(ctx, p, e.MigrateTo); err != nil {
			b.log.Error("send: the chat could not be moved", "chat", p.Chat, "error", err)
		}
		return
	}
	if !gone(err) {
		return
	}
	if err := b.deactivate(ctx, p.Chat, e.Text); err != nil {
		b.log.Error("send: the chat could not be set inactive", "chat", p.Chat, "error", err)
	}
}

// deactivate stops all that goes to a chat, keeping what it follows.
func (b *Bot) deactivate(ctx context.Context, chat int64, reason string) error {
	_, err := b.chats.Change(ctx, chat, func(c *chats.Chat) error { c.Inactive = reason; return nil })
	if err != nil {
		return err
	}
	return b.ledger.Abandon(ctx, chat, reason)
}

// migrate moves a group that became a supergroup, and sends there what it did
// not get.
func (b *Bot) migrate(ctx context.Context, p chats.Part, to int64) error {
	if err := b.moveChat(ctx, p.Chat, to); err != nil {
		return err
	}
	m := chats.Message{Method: p.Message.Method, Params: maps.Clone(p.Message.Params), File: p.Message.File}
	m.Params["chat_id"] = strconv.FormatInt(to, 10)
	return b.ledger.Add(ctx, chats.Delivery{
		ID: fmt.Sprintf("%s:%d", p.Delivery, p.Index), Chat: to, Class: p.Class, Parts: []chats.Message{m},
	})
}

// moveChat gives a supergroup all that its group had. It may be run again.
func (b *Bot) moveChat(ctx context.Context, from, to int64) error {
	old, err := b.chats.Get(ctx, from)
	if err != nil {
		return err
	}
	if len(old.Subscriptions) == 0 {
		return nil
	}
	_, err = b.chats.Change(ctx, to, func(c *chats.Chat) error {
		c.Kind, c.Title, c.Schedule, c.Inactive = chats.Supergroup, old.Title, old.Schedule, ""
		for _, s := range old.Subscriptions {
			if err := c.Add(s); err != nil && !errors.Is(err, chats.ErrKnown) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = b.chats.Change(ctx, from, func(c *chats.Chat) error {
		c.Inactive, c.Subscriptions = "became a supergroup", nil
		return nil
	})
	return err
}

// isChannel tells whether a chat is a channel as far as is known.
func (b *Bot) isChannel(ctx context.Context, chat int64) bool {
	c, err := b.chats.Get(ctx, chat)
	return err != nil || c.Kind == chats.Channel
}
