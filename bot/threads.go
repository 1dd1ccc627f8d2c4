package bot

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"visnyk/bot/chats"
	"visnyk/digest"
)

// This file is the forum threads that have settings of their own: how they begin
// and end, and what becomes of one that takes no messages any more.

// pausedByThread is why a thread gets no digests that takes no messages.
const pausedByThread = "thread"

// here is what a request is about that names nothing else: the chat that it came
// from, or in a forum thread with settings of its own that thread.
func (b *Bot) here(ctx context.Context, r request) (place, error) {
	p := r.place
	p.update, p.asker = r.update, r.asker()
	if r.thread == 0 || !p.isGroup() {
		return p, nil
	}
	id, own, err := b.chats.ThreadOf(ctx, p.id, r.thread)
	if err != nil || !own {
		return p, err
	}
	there, err := b.placeOf(ctx, r, id)
	if err != nil || !there.ended {
		return there, err
	}
	return p, nil // its beginning or its end was broken off
}

// words puts a text that speaks of a chat into words that fit the place.
func (p place) words(text string) string {
	if p.group == 0 {
		return text
	}
	return strings.NewReplacer("Цей чат", "Ця гілка", "цей чат", "ця гілка", "цього чату", "цієї гілки").Replace(text)
}

// destined says where a delivery goes that comes by itself to a chat, and whose
// memory it is kept in.
func destined(d *chats.Delivery, c chats.Chat) {
	chat, thread := c.Target()
	address(d, chat, thread)
	d.Reader = c.ID
}

// reached tells whether what comes by itself can reach a chat: a thread is as
// reachable as its group.
func (b *Bot) reached(ctx context.Context, c chats.Chat) (bool, error) {
	if c.Inactive != "" || c.Of == 0 {
		return c.Inactive == "", nil
	}
	group, err := b.chats.Get(ctx, c.Of)
	return group.Inactive == "", err
}

// readerOf is the thread with settings of its own to which a delivery came by
// itself, 0 for all others.
func readerOf(delivery string) int64 {
	fields := strings.Split(strings.TrimPrefix(delivery, "moved:"), ":")
	if len(fields) < 3 || fields[0] != "dg" && fields[0] != "al" {
		return 0
	}
	id, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil || !chats.IsThread(id) {
		return 0
	}
	return id
}

// pressThread gives the thread that the argument "on.thread" names settings of its
// own, or ends those of the thread that the button is about: "end" asks how,
// "back" gives the chat what it followed, "drop" drops it.
func (b *Bot) pressThread(ctx context.Context, r request, argument string) (answer, error) {
	op, number, _ := strings.Cut(argument, ".")
	switch {
	case op == "on":
		thread, err := strconv.Atoi(number)
		if err != nil || thread <= 0 || r.about.group != 0 || r.about.kind != chats.Supergroup {
			return answer{toast: textThreadNotHere}, nil
		}
		return b.beginThread(ctx, r, thread)
	case r.about.group == 0:
		return answer{toast: textStale}, nil
	case op == "back" || op == "drop":
		return b.endThread(ctx, r, op == "back")
	case r.about.ended:
		return answer{toast: textThreadGone}, nil
	}
	do := func(text, data string) []button {
		return []button{{Text: text, Data: data, to: r.about.id, user: r.user, life: forgetLife}}
	}
	return answer{html: textThreadEnd, edit: true, buttons: [][]button{
		do(textThreadBack, "v1:thread:back"), do(textThreadDrop, "v1:thread:drop"), do(textThreadKeep, "v1:page:main"),
	}}, nil
}

// beginThread gives a thread settings of its own. It begins with the schedule of
// its group and follows nothing.
func (b *Bot) beginThread(ctx context.Context, r request, thread int) (answer, error) {
	var group chats.Chat
	name := digest.Shorten(clean(r.threadName), nameLimit)
	if name == "" {
		name = "гілка № " + strconv.Itoa(thread)
	}
	if _, err := b.chats.Change(ctx, r.about.id, func(c *chats.Chat) error {
		group = *c
		return b.greet(r.about)(c)
	}); err != nil {
		return answer{}, err
	}
	c, err := b.chats.OpenThread(ctx, r.about.id, thread, func(group chats.Chat, c *chats.Chat) {
		c.Title += " › " + name
		c.Schedule, c.Settings.Calendar = group.Schedule, group.Settings.Calendar
	})
	if errors.Is(err, chats.ErrLimit) {
		return answer{toast: textThreadsMany}, nil
	}
	if err != nil {
		return answer{}, err
	}
	text := b.addressed(textThreadBegun)
	if group.Settings.Thread == thread || slices.Contains(slices.Collect(maps.Values(group.Settings.Threads)), thread) {
		text += "\n" + b.addressed(textThreadBegunToo)
	}
	return answer{
		html: text, edit: true, buttons: [][]button{{{Text: textThreadSettings, Data: "v1:page:main", to: c.ID}}},
		toast: textSaved, note: "окремі налаштування гілки: " + name, about: r.about.id, weight: heavy,
	}, nil
}

// endThread gives up the settings of a thread. What it followed its chat follows
// from now on, or nobody.
func (b *Bot) endThread(ctx context.Context, r request, back bool) (answer, error) {
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	if c.Ended() && c.Settled != r.update || c.Of == 0 {
		return answer{toast: textThreadGone}, nil
	}
	text := textThreadDropped
	if back {
		text = textThreadGaveBack
		full, err := b.giveBack(ctx, c)
		if err != nil {
			return answer{}, err
		}
		if full {
			text = textThreadNoRoom
		}
	}
	if err := b.chats.EndThread(ctx, c.ID, r.update); err != nil {
		return answer{}, err
	}
	return answer{html: b.addressed(text), edit: true, toast: textSaved, note: "прибрано окремі налаштування: " + c.Title, about: c.Of, weight: heavy}, nil
}

// giveBack has the group of a thread follow what the thread follows. full is true
// when the group cannot follow all of it.
func (b *Bot) giveBack(ctx context.Context, thread chats.Chat) (full bool, err error) {
	_, err = b.chats.Change(ctx, thread.Of, func(c *chats.Chat) error {
		full = false
		for _, s := range thread.Subscriptions {
			err := c.Add(s)
			full = full || errors.Is(err, chats.ErrLimit)
			if err != nil && !errors.Is(err, chats.ErrLimit) && !errors.Is(err, chats.ErrKnown) {
				return err
			}
		}
		return nil
	})
	return full, err
}

// threadClosed pauses what comes by itself to the thread that a delivery could not
// be sent to, and tells its chat. The notice goes first: once the thread is paused nothing
// would ask for it again.
func (b *Bot) threadClosed(ctx context.Context, delivery string) error {
	id := readerOf(delivery)
	if id == 0 {
		return nil
	}
	c, err := b.chats.Get(ctx, id)
	if err != nil || c.Of == 0 || c.Ended() || c.Paused != "" {
		return err
	}
	m, err := b.message(ctx, c.Of, b.addressed(textThreadClosed(c.Title)), [][]button{{{Text: textThreadEndButton, Data: "v1:thread:end", to: c.ID}}})
	if err != nil {
		return err
	}
	d := chats.Delivery{ID: "th:" + delivery, Class: chats.Notice, Parts: []chats.Message{m}}
	address(&d, c.Of, 0)
	if err := b.ledger.Add(ctx, d); err != nil {
		return err
	}
	_, err = b.chats.Change(ctx, id, func(c *chats.Chat) error {
		if c.Paused == "" {
			c.Paused = pausedByThread
		}
		return nil
	})
	return err
}
