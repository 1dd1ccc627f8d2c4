package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/sources/articles"
)

// This file keeps published digests up to date for a while, where their chat
// wants it: a story that gains sources or was edited is written anew in its
// place.

// For how long that is done, and how often it is looked.
const (
	liveFor  = 3 * time.Hour
	liveTick = time.Minute
)

// runLiving works until ctx ends.
func (b *Bot) runLiving(ctx context.Context) error {
	tick := time.NewTicker(liveTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := b.refreshAll(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("living: posts are not kept up to date", "error", err)
		}
	}
}

func (b *Bot) refreshAll(ctx context.Context) error {
	all, err := b.chats.Living(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	now, err := b.storiesNow(ctx)
	if err != nil {
		return err
	}
	for _, slot := range all {
		if err := b.refresh(ctx, slot, now); err != nil && ctx.Err() == nil {
			b.log.Warn("living: a post is not kept up to date", "digest", slot, "error", err)
		}
	}
	return nil
}

// storiesNow groups the news of the last day as it is now, by the marks of its
// stories.
func (b *Bot) storiesNow(ctx context.Context) (map[string]digest.Story, error) {
	oldest := b.now().Add(-24 * time.Hour)
	all, err := b.recent.Sift(ctx, 0, func(a *articles.Article) bool {
		return a.Withdrawn.IsZero() && !a.Baseline && (a.Time().After(oldest) || a.Edited.After(oldest))
	})
	if err != nil {
		return nil, err
	}
	stories, _, err := b.group(ctx, all)
	if err != nil {
		return nil, err
	}
	byArticle := map[string]digest.Story{}
	for _, s := range stories {
		for _, id := range s.Articles {
			byArticle[id] = s
		}
	}
	return byArticle, nil
}

// refresh edits the parts of a published digest whose stories changed.
func (b *Bot) refresh(ctx context.Context, slot string, now map[string]digest.Story) error {
	parsed, ok := chats.ParseSlot(slot)
	if !ok {
		return nil
	}
	d, ok, err := b.frozen.Read(ctx, slot)
	if err != nil || !ok {
		return err
	}
	c, err := b.chats.Get(ctx, parsed.Chat)
	if err != nil || !c.Settings.Update || c.Paused != "" {
		return err
	}
	if reached, err := b.reached(ctx, c); !reached || err != nil {
		return err
	}
	var changed [][2]string
	for _, s := range d.Stories {
		fresh, ok := now[s.Articles[0]]
		if !ok || fresh.Sources() <= s.Sources() && !(fresh.Edited && !s.Edited) {
			continue
		}
		fresh.Summary, fresh.Abstract = s.Summary, s.Abstract
		changed = append(changed, [2]string{renderStory(s), renderStory(fresh)})
	}
	for part := 0; len(changed) > 0; part++ {
		m, id, ok, err := b.ledger.Message(ctx, c.Group(), slot, part)
		if err != nil || !ok {
			return err
		}
		if err := b.rewrite(ctx, c, slot+":"+strconv.Itoa(part), id, m, changed); err != nil {
			return err
		}
	}
	return nil
}

// rewrite edits one message of a digest, when that changes what it reads and
// still fits.
func (b *Bot) rewrite(ctx context.Context, c chats.Chat, part string, id int, m chats.Message, changed [][2]string) error {
	text := m.Params["text"]
	for _, pair := range changed {
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	if text == m.Params["text"] || len(splitLines(text)) > 1 {
		return nil
	}
	last, err := b.chats.Reads(ctx, c.ID, part)
	if err != nil || last == text {
		return err
	}
	params := map[string]string{"chat_id": m.Params["chat_id"], "message_id": strconv.Itoa(id), "text": text}
	for _, name := range []string{"parse_mode", "link_preview_options", "reply_markup"} {
		if v := m.Params[name]; v != "" {
			params[name] = v
		}
	}
	if _, err := b.api.Call(ctx, "editMessageText", params); err != nil {
		b.log.Debug("living: message not edited", "error", err)
	}
	return b.chats.Wrote(ctx, c.ID, part, text, liveFor)
}

// live has what was just published kept up to date, where the chat wants it.
func (b *Bot) live(ctx context.Context, c chats.Chat, id string) error {
	if !c.Settings.Update || !scheduled(id) {
		return nil
	}
	return b.chats.Live(ctx, id, b.now().Add(liveFor))
}
