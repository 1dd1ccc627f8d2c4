package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"visnyk/bot/chats"
	"visnyk/internal/ukrainian"
)

// Why a chat gets no digests.
const (
	pausedByAdmin = "admin"
	pausedByBlock = "blocked" // an operator blocked its user
)

// cmdPause stops the digests and alerts of a chat; an operator's in private
// those of all chats.
func (b *Bot) cmdPause(ctx context.Context, r request, args string) (answer, error) {
	return b.pause(ctx, r, args, true)
}

// cmdResume lets them go on.
func (b *Bot) cmdResume(ctx context.Context, r request, args string) (answer, error) {
	return b.pause(ctx, r, args, false)
}

func (b *Bot) pause(ctx context.Context, r request, args string, stop bool) (answer, error) {
	if b.operates(r) && r.place.kind == chats.Private && args == "" {
		if err := b.chats.Hold(ctx, stop); err != nil {
			return answer{}, err
		}
		return say(map[bool]string{true: textAllPaused, false: textAllResumed}[stop]), nil
	}
	_, err := b.chats.Change(ctx, r.about.id, func(c *chats.Chat) error {
		if err := b.greet(r.about)(c); err != nil {
			return err
		}
		if c.Paused = ""; stop {
			c.Paused = pausedByAdmin
		}
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	if stop {
		return answer{html: r.about.words(textPaused), note: "дайджести призупинено", about: r.about.id, weight: heavy}, nil
	}
	return answer{html: textResumed, note: "дайджести відновлено", about: r.about.id, weight: heavy}, nil
}

// broadcastLife is how long a notice to all may be confirmed.
const broadcastLife = 15 * time.Minute

// cmdBroadcast shows a notice as it would be sent to all chats, and asks.
func (b *Bot) cmdBroadcast(ctx context.Context, r request, args string) (answer, error) {
	if args == "" {
		return say(textBroadcastHow), nil
	}
	if len([]rune(args)) > broadcastLetters {
		return answer{}, errUser(textBroadcastLong)
	}
	n, err := b.chats.Count(ctx)
	if err != nil {
		return answer{}, err
	}
	ask := button{Text: "📢 Надіслати: " + ukrainian.Count(n, "чат", "чати", "чатів"), Data: "v1:cast:yes", user: r.user, life: broadcastLife}
	return answer{html: broadcastMark + escape(args), buttons: [][]button{{ask}, {{Text: "Ні", Data: "v1:cast:no", user: r.user, life: broadcastLife}}}}, nil
}

// broadcastLetters bounds a notice to all; broadcastMark stands before it.
const (
	broadcastLetters = 2000
	broadcastMark    = "📢 "
)

// pressBroadcast sends a notice to every chat, once.
func (b *Bot) pressBroadcast(ctx context.Context, r request, argument string) (answer, error) {
	text, ok := strings.CutPrefix(r.press.text, broadcastMark)
	if argument != "yes" || !ok {
		return answer{html: textBroadcastNot, edit: true}, nil
	}
	// The message names the notice: pressed again it is the same one.
	about := strconv.FormatInt(r.place.id, 10) + "." + strconv.Itoa(r.press.message)
	all, err := b.chats.All(ctx)
	if err != nil {
		return answer{}, err
	}
	sent := 0
	for _, chat := range all {
		c, err := b.chats.Get(ctx, chat)
		if err != nil {
			return answer{}, err
		}
		if c.Inactive != "" || c.Kind == chats.Channel || c.Kind == "" {
			continue
		}
		id, err := b.hidden(ctx, chat, "bc", about, ":"+strconv.FormatInt(chat, 10))
		if err != nil {
			return answer{}, err
		}
		d := chats.Delivery{ID: id, Class: chats.Notice, Parts: []chats.Message{plainMessage(broadcastMark + escape(strings.ReplaceAll(text, "\u2060", "")))}}
		address(&d, chat, c.Settings.Thread)
		if err := b.ledger.Add(ctx, d); err != nil {
			return answer{}, err
		}
		sent++
	}
	return answer{html: broadcastMark + "Надсилаю: " + ukrainian.Count(sent, "чат", "чати", "чатів") + ".", edit: true}, nil
}

// cmdBlock bars a user from the bot; cmdUnblock lets him in again.
func (b *Bot) cmdBlock(ctx context.Context, _ request, args string) (answer, error) {
	return b.block(ctx, args, true)
}

func (b *Bot) cmdUnblock(ctx context.Context, _ request, args string) (answer, error) {
	return b.block(ctx, args, false)
}

func (b *Bot) block(ctx context.Context, args string, bar bool) (answer, error) {
	id, err := strconv.ParseInt(strings.TrimSpace(args), 10, 64)
	if err != nil || id <= 0 {
		return answer{}, errUser(textBlockWho)
	}
	if bar && slices.Contains(b.admins, id) {
		return answer{}, errUser(textBlockSelf)
	}
	if err := b.chats.Block(ctx, id, bar); err != nil {
		return answer{}, err
	}
	_, err = b.chats.Change(ctx, id, func(c *chats.Chat) error {
		switch {
		case c.Kind == "":
			return errNothing // nobody to stop
		case bar:
			c.Paused = pausedByBlock
		case c.Paused == pausedByBlock:
			c.Paused = ""
		}
		return nil
	})
	if err != nil && !errors.Is(err, errNothing) {
		return answer{}, err
	}
	if !bar {
		return say("✅ Користувачеві " + strconv.FormatInt(id, 10) + " знову відповідаю."), nil
	}
	return say("⛔ Користувачеві " + strconv.FormatInt(id, 10) + " більше не відповідаю. Повернути: <code>/unblock " + strconv.FormatInt(id, 10) + "</code>"), nil
}

// cmdLeave asks whether the bot is to leave a group or channel.
func (b *Bot) cmdLeave(_ context.Context, r request, _ string) (answer, error) {
	if r.about.kind == chats.Private {
		return say(textLeavePrivate), nil
	}
	return answer{html: textLeave, buttons: [][]button{{
		{Text: "Так, вийти", Data: "v1:leave:yes", to: r.about.chat(), user: r.user, life: forgetLife}, {Text: "Ні", Data: "v1:leave:no", to: r.about.chat(), user: r.user, life: forgetLife},
	}}}, nil
}

// pressLeave says goodbye in the pressed message and leaves.
func (b *Bot) pressLeave(ctx context.Context, r request, argument string) (answer, error) {
	if argument != "yes" || r.about.kind == chats.Private {
		return answer{html: textLeaveNot, edit: true}, nil
	}
	if err := b.answerPress(ctx, r, answer{html: textLeft, edit: true}); err != nil {
		return answer{}, err
	}
	b.tellOthers(ctx, r, r.about.id, noteLeft, heavy)
	b.leaveChat(ctx, r.about.id)
	return answer{}, b.deactivate(ctx, r.about.id, "left")
}

// leaveChat leaves a group or channel. Where Telegram does not let it, the bot is
// not there any more.
func (b *Bot) leaveChat(ctx context.Context, chat int64) {
	if _, err := b.api.Call(ctx, "leaveChat", map[string]string{"chat_id": strconv.FormatInt(chat, 10)}); err != nil {
		b.log.Warn("handle: the chat was not left", "chat", chat, "error", err)
	}
}
