package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/sources/articles"
)

// This file cuts a digest to the settings of its chat.

// scheduled tells whether a delivery comes by itself, at its slot.
func scheduled(id string) bool { return strings.HasPrefix(id, "dg:") }

// welcome leaves the stories that the chat did not hide.
func welcome(c chats.Chat, stories []digest.Story) []digest.Story {
	s := c.Settings
	if len(s.Hidden)+len(s.Muted) == 0 {
		return stories
	}
	return slices.DeleteFunc(slices.Clone(stories), func(story digest.Story) bool {
		muted := len(story.Links) > 0 && !slices.ContainsFunc(story.Links, func(l digest.Link) bool { return !slices.Contains(s.Muted, l.Source) })
		return muted || slices.Contains(s.Hidden, story.Topic)
	})
}

// wishes are how a chat wants its digests arranged.
func wishes(c chats.Chat, limit int) digest.Wishes {
	w := digest.Wishes{Limit: limit, First: c.Settings.First}
	if len(c.Settings.Votes) > 0 {
		w.Worth = func(s digest.Story) float64 {
			source := ""
			if len(s.Links) > 0 {
				source = s.Links[0].Source
			}
			return c.Settings.Taste(source, s.Topic)
		}
	}
	return w
}

// fullSentences is how many sentences a long digest has of each story.
const fullSentences = 4

// fit gives the summaries of a digest the length that the chat wants.
func (b *Bot) fit(ctx context.Context, c chats.Chat, all []articles.Article, d digest.Digest) {
	b.lengthen(c, all, d)
	if c.Settings.Length != chats.Short {
		b.retell(ctx, all, d)
	}
}

// lengthen makes the summaries of a digest longer where the chat wants that.
func (b *Bot) lengthen(c chats.Chat, all []articles.Article, d digest.Digest) {
	if c.Settings.Length != chats.Full {
		return
	}
	byID := map[string]articles.Article{}
	for _, a := range all {
		byID[a.ID] = a
	}
	n := 0
	for _, section := range d.Sections { // in the order of the digest's stories
		for i := range section.Stories {
			s := &section.Stories[i]
			if a := byID[s.Articles[0]]; a.Text != "" {
				s.Summary = digest.Summarise(a.Title, a.Text, fullSentences)
				d.Stories[n].Summary = s.Summary
			}
			n++
		}
	}
}

// digestParts writes a digest as messages: first what goes where the digest
// goes, then the sections that have a forum thread of their own. Under the last
// one of the first are the buttons to read on with.
func (b *Bot) digestParts(ctx context.Context, c chats.Chat, id string, d digest.Digest, h Header) ([]chats.Message, error) {
	h.Brief = c.Settings.Length == chats.Short
	here, routed := d, map[int]digest.Digest{}
	if scheduled(id) {
		here, routed = byThread(c.Settings.Threads, d)
	}
	var parts []chats.Message
	add := func(d digest.Digest, h Header, thread int) error {
		texts := renderDigest(d, h)
		for i, text := range texts {
			var buttons [][]button
			if i == len(texts)-1 && c.Kind != chats.Channel {
				buttons = readButtons(c.ID, id, d)
			}
			m, err := b.message(ctx, c.Group(), text, buttons)
			if err != nil {
				return err
			}
			if thread != 0 {
				m.Params["message_thread_id"] = strconv.Itoa(thread)
			}
			parts = append(parts, m)
		}
		return nil
	}
	if len(here.Stories)+len(here.Withdrawn) > 0 {
		if err := add(here, h, 0); err != nil {
			return nil, err
		}
	}
	threads := make([]int, 0, len(routed))
	for thread := range routed {
		threads = append(threads, thread)
	}
	slices.Sort(threads)
	for _, thread := range threads {
		if err := add(routed[thread], Header{At: h.At, Title: h.Title, Late: h.Late, Brief: h.Brief}, thread); err != nil {
			return nil, err
		}
	}
	if scheduled(id) {
		b.soften(c, parts)
	}
	return parts, nil
}

// byThread parts a digest by the forum threads of its topics.
func byThread(threads map[string]int, d digest.Digest) (here digest.Digest, routed map[int]digest.Digest) {
	routed = map[int]digest.Digest{}
	if len(threads) == 0 {
		return d, routed
	}
	here = d
	here.Sections, here.Stories = nil, nil
	for _, s := range d.Sections {
		thread := threads[s.Topic]
		if thread == 0 {
			here.Sections, here.Stories = append(here.Sections, s), append(here.Stories, s.Stories...)
			continue
		}
		own := routed[thread]
		own.Sections, own.Stories = append(own.Sections, s), append(own.Stories, s.Stories...)
		routed[thread] = own
	}
	return here, routed
}

// soften takes the sound from messages that come by themselves, where the chat
// wants it so or in its quiet hours.
func (b *Bot) soften(c chats.Chat, parts []chats.Message) {
	quiet := c.Settings.Quiet.On() && c.Settings.Quiet.Holds(b.now().In(b.chats.Zone(c)))
	if !c.Settings.Silent && !quiet {
		return
	}
	for _, m := range parts {
		m.Params["disable_notification"] = "true"
	}
}

// special makes the editions that are no daily digest. It gives true when the
// slot is done with.
func (b *Bot) special(ctx context.Context, c chats.Chat, slot chats.Slot) (bool, error) {
	if may, err := b.checkRights(ctx, c); err != nil || !may {
		return true, err
	}
	switch {
	case slot.Index == chats.WeeklyIndex:
		return true, b.weekly(ctx, c, slot)
	case c.Settings.Approval.On:
		err := b.propose(ctx, c, slot)
		return !errors.Is(err, errNothing), ignore(err, errNothing)
	}
	return false, nil
}

// ignore makes one error none.
func ignore(err, one error) error {
	if errors.Is(err, one) {
		return nil
	}
	return err
}

// weeklyStories is how many stories the review of a week has.
const weeklyStories = 15

// weekly delivers the review of the last week. It marks nothing as shown: its
// stories were, or come with their own digest.
func (b *Bot) weekly(ctx context.Context, c chats.Chat, slot chats.Slot) error {
	if _, queued, err := b.ledger.Row(ctx, c.Group(), slot.ID(), 0); err != nil || queued {
		return err
	}
	at := slot.At.In(b.chats.Zone(c))
	today := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	d, err := b.published(ctx, c, today.AddDate(0, 0, -7), today, weeklyStories)
	if err != nil || len(d.Stories) == 0 {
		return err
	}
	d.More, d.Withdrawn = 0, nil
	for i := range d.Sections {
		d.Sections[i].More = 0
	}
	if d, err = b.frozen.Freeze(ctx, slot.ID(), d); err != nil {
		return err
	}
	parts, err := b.digestParts(ctx, c, slot.ID(), d, Header{At: at, Title: textWeekly})
	if err != nil {
		return err
	}
	del := chats.Delivery{ID: slot.ID(), Class: chats.Digest, Parts: parts}
	destined(&del, c)
	return b.ledger.Add(ctx, del)
}
