package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"

	"visnyk/bot/chats"
)

// subscriptionTag names a subscription within callback data.
func subscriptionTag(s chats.Subscription) string {
	return hashed(string(s.Follow)+"\x00"+s.Value, 9)
}

// hashed is a short name of a text: so many bytes of its SHA-256 in letters that
// callback data takes.
func hashed(text string, size int) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:size])
}

// pressRoute is what answers one action of buttons.
type pressRoute struct {
	handle   func(b *Bot, ctx context.Context, r request, argument string) (answer, error)
	changes  bool // changes settings: for admins only
	operator bool // for operators only
	operated bool // for operators too
	ends     bool // ends the settings of a thread: it may be handled again when it has none any more
}

// pressRoutes lists the actions of buttons.
func pressRoutes() map[string]pressRoute {
	return map[string]pressRoute{
		"topic": {handle: (*Bot).pressTopic, changes: true}, "drop": {handle: (*Bot).pressDrop, changes: true},
		"move": {handle: (*Bot).pressMove, operator: true}, "find": {handle: (*Bot).pressFind},
		"pick": {handle: (*Bot).pressPick}, "watch": {handle: (*Bot).pressWatch, changes: true},
		"seen": {handle: (*Bot).pressSeen, changes: true, operated: true}, "again": {handle: (*Bot).pressAgain, changes: true, operated: true},
		"set": {handle: (*Bot).pressSet, changes: true}, "page": {handle: (*Bot).pressPage, changes: true},
		"how": {handle: (*Bot).pressHow, changes: true}, "list": {handle: (*Bot).pressList}, "take": {handle: (*Bot).pressTake, changes: true},
		"audit": {handle: (*Bot).pressAudit, changes: true}, "forget": {handle: (*Bot).pressForget, changes: true, ends: true},
		"thread": {handle: (*Bot).pressThread, changes: true, ends: true},
		"cast":   {handle: (*Bot).pressBroadcast, operator: true},
		"leave":  {handle: (*Bot).pressLeave, changes: true},
		"draft":  {handle: (*Bot).pressDraft, changes: true},
		"open":   {handle: (*Bot).pressOpen}, "more": {handle: (*Bot).pressMore}, "story": {handle: (*Bot).pressStory}, "card": {handle: (*Bot).pressCard},
		"hide": {handle: (*Bot).pressHide, changes: true}, "vote": {handle: (*Bot).pressVote, changes: true},
	}
}

// pressed handles a button.
func (b *Bot) pressed(ctx context.Context, r request) error {
	key, err := b.signKey(ctx)
	if err != nil {
		return b.replyError(ctx, r, err)
	}
	data, ok := b.opened(key, r.press.data, r.place.id, r.user)
	route, known := pressRoutes()[data.action]
	if !ok || !known {
		return b.reply(ctx, r, answer{toast: textStale})
	}
	if r.about, err = b.placeOf(ctx, r, data.target); err != nil {
		return b.replyError(ctx, r, err)
	}
	if r.about.ended && !route.ends {
		return b.reply(ctx, r, answer{toast: textThreadGone})
	}
	if route.operator && !b.operates(r) {
		return b.reply(ctx, r, answer{toast: textNotOperator})
	}
	if (route.changes || r.about.chat() != r.place.id) && !(route.operated && b.operates(r)) {
		allowed, err := b.mayChange(ctx, r, r.about)
		if err != nil {
			return b.replyError(ctx, r, err)
		}
		if !allowed {
			return b.reply(ctx, r, answer{toast: textOnlyAdmins})
		}
	}
	a, err := route.handle(b, ctx, r, data.argument)
	if err != nil {
		return b.replyError(ctx, r, err)
	}
	return b.answered(ctx, r, a)
}

// placeOf is the chat that a request is about.
func (b *Bot) placeOf(ctx context.Context, r request, id int64) (place, error) {
	p := r.place
	if id != p.id {
		c, err := b.chats.Get(ctx, id)
		if err != nil {
			return p, err
		}
		p = place{id: id, kind: c.Kind, title: c.Title, username: c.Username, group: c.Of}
		p.ended = chats.IsThread(id) && (c.Of == 0 || c.Ended())
		if c.Of == 0 && p.ended {
			p.group = r.place.id // all of it is deleted; it was signed for a place of this chat
		}
	}
	p.update, p.asker = r.update, r.asker()
	return p, nil
}

// pressTopic follows a topic, or stops following it.
func (b *Bot) pressTopic(ctx context.Context, r request, id string) (answer, error) {
	t, ok := b.topics.Find(id)
	if !ok {
		return answer{toast: textStale}, nil
	}
	p := r.about
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
	return answer{html: textTopicsHead, buttons: b.topicButtons(p.id, c.Values(chats.Topic)), toast: toast, edit: true, note: toast, weight: heavy}, nil
}

// pressDrop stops following one thing and offers the rest.
func (b *Bot) pressDrop(ctx context.Context, r request, tag string) (answer, error) {
	name := ""
	c, err := b.chats.Change(ctx, r.about.id, func(c *chats.Chat) error {
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
		text = r.about.words(textNotFollowing)
	}
	toast := "Більше не стежу: " + name
	return answer{html: text, buttons: unfollowButtons(c), toast: toast, edit: true, note: toast, about: r.about.id, weight: heavy}, nil
}
