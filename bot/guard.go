package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"visnyk/bot/chats"
	"visnyk/internal/ukrainian"
)

// How many commands a minute one person and one chat may give, and how many at
// once: answers go out one a second, so that a burst harms nobody else. One who
// waits for each answer is slowed by that pace, and his commands weigh less.
const (
	atOnce = 300.0

	perUser  = 20.0
	perGroup = 40.0
	patient  = 900 * time.Millisecond
	weightOf = 1.0 / 3
	maxKnown = 50_000 // people and chats that are remembered
)

// gate counts commands of people and chats.
type gate struct {
	mu    sync.Mutex
	known map[int64]*bucket
}

// bucket fills with time and empties with commands.
type bucket struct {
	left float64
	seen time.Time
	told time.Time // when its owner was told to slow down
}

// verdict is what becomes of a command.
type verdict int

const (
	pass verdict = iota
	tell         // refused, and the user is told
	drop         // refused without a word
)

// admit counts a command of a user in a chat, or a press of a button, which
// weighs as one that waits. In private both are one.
func (g *gate) admit(user, chat int64, press bool, now time.Time) verdict {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known == nil || len(g.known) > maxKnown {
		g.known = map[int64]*bucket{}
	}
	result := pass
	for id, limit := range map[int64]float64{user: perUser, chat: perGroup} {
		if id == 0 || id == chat && chat > 0 && user != chat {
			continue
		}
		if id == user {
			limit = perUser
		}
		b := g.known[id]
		if b == nil {
			b = &bucket{left: atOnce}
			g.known[id] = b
		}
		since := now.Sub(b.seen)
		b.left = min(atOnce, b.left+since.Minutes()*limit)
		weight := 1.0
		if press || since >= patient {
			weight = weightOf
		}
		b.seen = now
		if b.left >= weight {
			b.left -= weight
			continue
		}
		if now.Sub(b.told) >= time.Minute {
			b.told = now
			result = max(result, tell)
			if result == tell {
				continue
			}
		}
		if result == pass {
			result = drop
		}
	}
	return result
}

// admitted tells whether a request is to be answered at all: not one of a person
// who is blocked, is not on the list of the allowed where there is one, or asks
// too often.
func (b *Bot) admitted(ctx context.Context, r request) (bool, error) {
	if b.operates(r) {
		return true, nil
	}
	if r.user != 0 {
		if blocked, err := b.chats.Blocked(ctx, r.user); blocked || err != nil {
			return false, err
		}
	}
	if !b.listed(r) {
		if r.press != nil {
			return false, b.reply(ctx, r, answer{toast: textNotAllowed})
		}
		if r.place.kind == chats.Private && r.inline == nil {
			return false, b.reply(ctx, r, say(textNotAllowed))
		}
		return false, nil
	}
	if r.inline != nil {
		return true, nil
	}
	switch b.gate.admit(r.user, r.place.id, r.press != nil, b.now()) {
	case pass:
		return true, nil
	case tell:
		if r.press != nil {
			return false, b.reply(ctx, r, answer{toast: textTooOften})
		}
		return false, b.reply(ctx, r, say(textTooOften))
	}
	return false, nil
}

// listed tells whether a request is of a person or chat that the bot works for.
func (b *Bot) listed(r request) bool {
	return len(b.allow) == 0 || slices.Contains(b.allow, r.user) || slices.Contains(b.allow, r.place.id) || b.operates(r)
}

// auditRows is how many changes one page of the audit has.
const auditRows = 15

// cmdAudit shows who changed what in a chat.
func (b *Bot) cmdAudit(ctx context.Context, r request, _ string) (answer, error) {
	return b.auditPage(ctx, r, 0)
}

// pressAudit turns to another page of the audit.
func (b *Bot) pressAudit(ctx context.Context, r request, argument string) (answer, error) {
	page, err := strconv.Atoi(argument)
	if err != nil || page < 0 {
		return answer{toast: textStale}, nil
	}
	a, err := b.auditPage(ctx, r, page)
	a.edit = true
	return a, err
}

func (b *Bot) auditPage(ctx context.Context, r request, page int) (answer, error) {
	all, err := b.chats.Audit(ctx, r.about.id, page*auditRows, auditRows+1)
	if err != nil {
		return answer{}, err
	}
	if len(all) == 0 {
		return say(textNoAudit), nil
	}
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	names := map[int64]string{0: textSomebody}
	lines := []string{textAudit}
	for _, e := range all[:min(len(all), auditRows)] {
		if names[e.User] == "" {
			names[e.User] = b.nameOf(ctx, r.about.chat(), e.User)
		}
		at := e.At.In(b.chats.Zone(c))
		lines = append(lines, "• "+ukrainian.ShortDate(at)+", "+at.Format("15:04")+" — "+escape(names[e.User])+": "+escape(e.What))
	}
	var turn []button
	if page > 0 {
		turn = append(turn, button{Text: textBack, Data: "v1:audit:" + strconv.Itoa(page-1), to: r.about.id})
	}
	if len(all) > auditRows {
		turn = append(turn, button{Text: textNext, Data: "v1:audit:" + strconv.Itoa(page+1), to: r.about.id})
	}
	a := say(strings.Join(lines, "\n"))
	if len(turn) > 0 {
		a.buttons = [][]button{turn}
	}
	return a, nil
}

// nameOf asks Telegram for a person's name: it is not stored.
func (b *Bot) nameOf(ctx context.Context, chat, user int64) string {
	name, err := b.api.memberName(ctx, strconv.FormatInt(chat, 10), user)
	if err != nil || name == "" {
		return textSomebody + " " + strconv.FormatInt(user, 10)
	}
	return name
}
