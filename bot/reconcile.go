package bot

import (
	"context"
	"errors"
	"strconv"
	"time"

	"visnyk/bot/chats"
)

// Bounds of asking what became of a message.
const (
	probes     = 60 // message ids that are asked about
	missing    = 3  // so many ids in a row that are not there are the end of the chat
	maxProbing = 5  // claims after which a part stays undecided
	reconciled = 8 * time.Second
)

// reconcile finds out what became of an attempt at a part whose outcome is
// unknown. known is true when the outcome stands; otherwise the part is to be
// sent now, and the outcome's Absent says whether it is proved that the earlier
// attempt did not arrive.
func (b *Bot) reconcile(ctx context.Context, p chats.Part) (o chats.Outcome, known bool) {
	found, err := b.probe(ctx, p)
	switch {
	case !chats.Numbered(p.Chat) && found == 0:
		return chats.Outcome{}, false // it may stand where nobody looked
	case err != nil && p.Tries < maxProbing:
		b.log.Info("send: what became of a part is not known yet", "delivery", p.Delivery, "chat", p.Chat, "error", err)
		return chats.Outcome{State: chats.Unknown, Reason: err.Error()}, true
	case err == nil && found > 0:
		b.log.Info("send: a part of unknown outcome has arrived", "delivery", p.Delivery, "chat", p.Chat, "message", found)
		return chats.Outcome{State: chats.Sent, MessageID: found, After: pace(p.Chat), Reason: "found"}, true
	case err == nil:
		b.log.Info("send: a part of unknown outcome has not arrived", "delivery", p.Delivery, "chat", p.Chat)
		return chats.Outcome{Absent: true}, false
	}
	if p.Class != chats.Digest || !b.isChannel(ctx, p.Chat) {
		return chats.Outcome{}, false
	}
	// Twice in a channel is worse than not at all, and nothing says which it is.
	b.log.Warn("send: outcome stays unknown, its admins are asked", "delivery", p.Delivery, "chat", p.Chat, "error", err)
	if err := b.askAdmins(ctx, p); err != nil {
		b.log.Error("send: admins not asked", "error", err)
	}
	return chats.Outcome{State: chats.Undecided, Reason: err.Error(), After: pace(p.Chat)}, true
}

// errNoPlace says that nothing is known of what stood in the chat before, so
// that there is no place to look at.
var errNoPlace = errors.New("no message of the chat is known")

// errTwo says that another part of the chat may stand where this one is looked
// for, and nothing tells them apart.
var errTwo = errors.New("another part stayed undecided")

// probe looks for a part behind the messages that stood in the chat before its
// attempt: it gives the message's id, or 0 when it is not there.
//
// The probe changes nothing: it asks to edit the buttons of a message into what
// they are. Telegram says of the part itself that it is not modified, of a
// message of others that it can't be edited, and of an id that is not there that
// it is not found. As all that the bot sends goes through the ledger, one at a
// time for each chat, its other messages are known and not asked about.
func (b *Bot) probe(ctx context.Context, p chats.Part) (int, error) {
	if p.Before == 0 {
		return 0, errNoPlace
	}
	ctx, cancel := context.WithTimeout(ctx, reconciled)
	defer cancel()
	own, whole, err := b.ledger.Own(ctx, p.Chat, p.Before)
	if err != nil {
		return 0, err
	}
	if !whole && p.Message.Params["reply_markup"] == "" {
		return 0, errTwo
	}
	params := map[string]string{"chat_id": strconv.FormatInt(p.Chat, 10)}
	if buttons := p.Message.Params["reply_markup"]; buttons != "" {
		params["reply_markup"] = buttons
	}
	absent := 0
	for id := p.Before + 1; id <= lastProbe(p); id++ {
		if own[id] {
			absent = 0
			continue
		}
		params["message_id"] = strconv.Itoa(id)
		switch here, err := b.standsAt(ctx, params); {
		case err != nil:
			return 0, err
		case here == ours:
			return id, nil
		case here == others || id <= p.Last || !chats.Numbered(p.Chat):
			absent = 0
		default:
			absent++
		}
		if absent == missing {
			return 0, nil
		}
	}
	return 0, errors.New("too many messages came after it")
}

// lastProbe is the last id that is asked about. Where all private chats share
// one count, those of other chats are not there, so that nothing tells the end.
func lastProbe(p chats.Part) int {
	if chats.Numbered(p.Chat) {
		return p.Before + probes
	}
	return min(p.Before+probes, max(p.Last, p.Before+senders)+senders)
}

// standing is what stands at a message id.
type standing int

const (
	nothing standing = iota
	ours
	others
)

// standsAt asks what stands at the message id in params.
func (b *Bot) standsAt(ctx context.Context, params map[string]string) (standing, error) {
	_, err := b.api.Call(ctx, "editMessageReplyMarkup", params)
	var e *CallError
	switch {
	case err == nil:
		// One of our messages that is not known: a part that stayed undecided.
		b.log.Error("send: buttons of another message were replaced", "chat", params["chat_id"], "message", params["message_id"])
		return others, nil
	case !errors.As(err, &e):
		return nothing, err
	case e.says(sayNotModified):
		return ours, nil
	case e.says(sayNotOurs):
		return others, nil
	case e.says(sayNotFound):
		return nothing, nil
	}
	return nothing, err
}

// noteMessage notes how far the messages of a chat go, so that there is a place
// to look at when an outcome is unknown.
func (b *Bot) noteMessage(ctx context.Context, r request) error {
	id := r.message
	if r.press != nil {
		id = r.press.message
	}
	if id == 0 {
		return nil
	}
	return b.ledger.Saw(ctx, r.place.id, id)
}

// isChannel tells whether a chat is a channel as far as is known.
func (b *Bot) isChannel(ctx context.Context, chat int64) bool {
	c, err := b.chats.Get(ctx, chat)
	return err != nil || c.Kind == chats.Channel
}

// askAdmins asks the operators, and who linked the chat, what became of a part that stays undecided.
func (b *Bot) askAdmins(ctx context.Context, p chats.Part) error {
	c, err := b.chats.Get(ctx, p.Chat)
	if err != nil {
		return err
	}
	name := c.Title
	if c.Username != "" {
		name = "@" + c.Username
	}
	return b.ask(ctx, b.keepers(c), "u:"+p.Tag(), textUndecided(name), [][]button{
		{{Text: "✅ Опубліковано", Data: "v1:seen:" + p.Tag(), to: p.Chat}},
		{{Text: "🔁 Надіслати ще раз", Data: "v1:again:" + p.Tag(), to: p.Chat}},
	})
}

// pressDecide settles a part of which nobody knew whether it arrived. Operators
// and admins of the chat may.
func (b *Bot) pressDecide(ctx context.Context, r request, tag string, again bool) (answer, error) {
	settled, err := b.ledger.Decide(ctx, r.about.id, tag, again)
	switch {
	case err != nil:
		return answer{}, err
	case !settled:
		return answer{toast: textStale}, nil
	case again:
		return answer{html: "🔁 Надсилаю ще раз.", toast: "Надсилаю ще раз", edit: true}, nil
	}
	return answer{html: "✅ Дайджест опубліковано, повторювати не буду.", toast: "Записано", edit: true}, nil
}

func (b *Bot) pressSeen(ctx context.Context, r request, tag string) (answer, error) {
	return b.pressDecide(ctx, r, tag, false)
}

func (b *Bot) pressAgain(ctx context.Context, r request, tag string) (answer, error) {
	return b.pressDecide(ctx, r, tag, true)
}
