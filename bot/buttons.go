package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"visnyk/bot/chats"
)

// Callback data is "v1:action:argument", within Telegram's 64 bytes. A client
// can send anything in it, so it is only ever a command that its sender may
// give in this chat himself: the rights are checked at each press.

// subscriptionTag names a subscription within callback data.
func subscriptionTag(s chats.Subscription) string {
	sum := sha256.Sum256([]byte(string(s.Follow) + "\x00" + s.Value))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// pressed handles a button.
func (b *Bot) pressed(ctx context.Context, r request) error {
	version, rest, _ := strings.Cut(r.press.data, ":")
	action, argument, _ := strings.Cut(rest, ":")
	if version != "v1" {
		return b.reply(ctx, r, answer{toast: textStale})
	}
	if action == "topic" || action == "drop" {
		allowed, err := b.mayChange(ctx, r, r.place)
		if err != nil {
			return b.replyError(ctx, r, err)
		}
		if !allowed {
			return b.reply(ctx, r, answer{toast: textOnlyAdmins})
		}
	}
	a, err := b.press(ctx, r, action, argument)
	if err != nil {
		return b.replyError(ctx, r, err)
	}
	return b.reply(ctx, r, a)
}

func (b *Bot) press(ctx context.Context, r request, action, argument string) (answer, error) {
	switch action {
	case "topic":
		return b.pressTopic(ctx, r, argument)
	case "drop":
		return b.pressDrop(ctx, r, argument)
	case "seen", "again":
		return b.pressDecide(ctx, r, argument, action == "again")
	case "move":
		return b.pressMove(ctx, r, argument)
	case "find":
		return b.pressFind(ctx, r, argument)
	case "pick":
		return b.pressPick(ctx, r, argument)
	case "watch":
		return b.pressWatch(ctx, r)
	}
	return answer{toast: textStale}, nil
}

// pressTopic follows a topic, or stops following it.
func (b *Bot) pressTopic(ctx context.Context, r request, id string) (answer, error) {
	t, ok := b.topics.Find(id)
	if !ok {
		return answer{toast: textStale}, nil
	}
	p := r.place
	p.update = r.update
	c, err := b.chats.Change(ctx, p.id, func(c *chats.Chat) error {
		if err := b.greet(p)(c); err != nil || c.Did(r.update) {
			return err
		}
		err := c.Add(b.topicSubscription(t, p))
		if errors.Is(err, chats.ErrKnown) {
			return c.Remove(chats.Topic, t.ID, r.update)
		}
		return err
	})
	if err != nil {
		return answer{}, err
	}
	toast := "Стежу: " + t.Name
	if !slices.Contains(c.Values(chats.Topic), t.ID) {
		toast = "Більше не стежу: " + t.Name
	}
	return answer{html: textTopicsHead, buttons: b.topicButtons(c.Values(chats.Topic)), toast: toast, edit: true}, nil
}

// pressDrop stops following one thing and offers the rest.
func (b *Bot) pressDrop(ctx context.Context, r request, tag string) (answer, error) {
	name := ""
	c, err := b.chats.Change(ctx, r.place.id, func(c *chats.Chat) error {
		if c.Did(r.update) {
			name = c.Dropped.Name
			return nil
		}
		for _, s := range c.Subscriptions {
			if subscriptionTag(s) == tag {
				name = s.Name
				return c.Remove(s.Follow, s.Value, r.update)
			}
		}
		return chats.ErrNotFollowed
	})
	if err != nil {
		return answer{}, err
	}
	text := textUnfollowWhat
	if len(c.Subscriptions) == 0 {
		text = textNotFollowing
	}
	return answer{html: text, buttons: unfollowButtons(c), toast: "Більше не стежу: " + name, edit: true}, nil
}
