package bot

import (
	"context"
	"errors"
	"strconv"
	"time"

	"visnyk/bot/chats"
)

// pausedByRights is why a channel gets no digests whose rights were lost.
const pausedByRights = "rights"

// How often the rights in channels are looked at without a digest to post, and
// how often it is looked which ones are due.
const (
	rightsEvery = 24 * time.Hour
	rightsTick  = 10 * time.Minute
)

// rights says what is missing for posting in a channel, "" when nothing is: the
// bot may post, and who linked the channel is still its admin.
func (b *Bot) rights(ctx context.Context, c chats.Chat) (missing string, err error) {
	id := strconv.FormatInt(c.ID, 10)
	_, mayPost, err := b.api.memberStatus(ctx, id, b.api.Self.ID)
	if err != nil && !refused(err) {
		return "", err
	}
	if err != nil || !mayPost {
		return textBotLost, nil
	}
	if c.Owner == 0 {
		return "", nil
	}
	status, _, err := b.api.memberStatus(ctx, id, c.Owner)
	if err != nil && !refused(err) {
		return "", err
	}
	if err != nil || status != "creator" && status != "administrator" {
		return textOwnerLost, nil
	}
	return "", nil
}

// refused tells whether an error is Telegram's word on a member: not that the bot
// or its token is wrong, that it asks too often, or that nobody answers.
func refused(err error) bool {
	var e *CallError
	return errors.As(err, &e) && e.Code >= 400 && e.Code < 500 && e.Code != 401 && e.Code != 404 && e.Code != 429
}

// tooOften tells whether an error says that the bot asks too often.
func tooOften(err error) bool {
	var e *CallError
	return errors.As(err, &e) && e.Code == 429
}

// checkRights looks at the rights in a channel. Where they are lost it pauses
// the channel and tells who linked it; where they are back it goes on. It gives
// true when the bot may post.
func (b *Bot) checkRights(ctx context.Context, c chats.Chat) (bool, error) {
	if c.Kind != chats.Channel {
		return true, nil
	}
	missing, err := b.rights(ctx, c)
	if err != nil {
		return false, err
	}
	was := c.Paused
	c, err = b.chats.Change(ctx, c.ID, func(c *chats.Chat) error {
		c.Checked = b.now().UTC()
		switch {
		case missing != "" && c.Paused == "":
			c.Paused = pausedByRights
		case missing == "" && c.Paused == pausedByRights:
			c.Paused = ""
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	if missing == "" {
		if was == pausedByRights {
			err = b.tellOwner(ctx, c, "back", "▶️ "+escape(c.Title)+": права повернулися, дайджести надходитимуть знову.")
		}
		return c.Paused == "", err
	}
	return false, b.tellOwner(ctx, c, "lost", "⏸ "+escape(c.Title)+": дайджести призупинено. "+missing+" "+channelRights)
}

// tellOwner tells who linked a channel something in private, once a day.
func (b *Bot) tellOwner(ctx context.Context, c chats.Chat, what, text string) error {
	if c.Owner == 0 {
		return nil
	}
	id, err := b.hidden(ctx, c.Owner, "rt", strconv.FormatInt(c.ID, 10)+":"+what+":"+b.now().UTC().Format(time.DateOnly), "")
	if err != nil {
		return err
	}
	d := chats.Delivery{ID: id, Class: chats.Notice, Parts: []chats.Message{plainMessage(text)}}
	address(&d, c.Owner, 0)
	return b.ledger.Add(ctx, d)
}

// runRights looks at the rights in every channel once a day, until ctx ends.
func (b *Bot) runRights(ctx context.Context) error {
	tick := time.NewTicker(rightsTick)
	defer tick.Stop()
	for {
		if err := b.checkChannels(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("channels: rights not looked at", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (b *Bot) checkChannels(ctx context.Context) error {
	all, err := b.chats.Linked(ctx)
	if err != nil {
		return err
	}
	for _, id := range all {
		c, err := b.chats.Get(ctx, id)
		if err != nil {
			return err
		}
		if b.now().Sub(c.Checked) < rightsEvery {
			continue
		}
		if _, err := b.checkRights(ctx, c); err != nil && ctx.Err() == nil {
			b.log.Warn("channels: rights not looked at", "chat", id, "error", err)
		}
	}
	return nil
}

// reviewers are the admins of a chat who can be asked: those who wrote to the bot.
func (b *Bot) reviewers(ctx context.Context, c chats.Chat) ([]int64, error) {
	all, err := b.api.administrators(ctx, strconv.FormatInt(c.Group(), 10))
	var e *CallError
	if err != nil && !errors.As(err, &e) {
		return nil, err
	}
	var known []int64
	for _, id := range all {
		p, err := b.chats.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		if p.Kind == chats.Private && p.Inactive == "" {
			known = append(known, id)
		}
	}
	return known, nil
}
