package bot

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"visnyk/bot/chats"
	"visnyk/internal/failpoint"
)

// senders is how many messages are in flight at a time, of which some are for
// answers and alerts alone. Every process that dies leaves at most so many
// unknown.
const (
	senders       = 8
	sendersPrompt = 2
)

// Pacing of one chat by Telegram's rules for bots: about one message a second,
// twenty a minute to a group or channel.
const (
	paceChat    = time.Second
	paceGroup   = 3 * time.Second
	pollLedger  = 100 * time.Millisecond
	pauseOnFail = time.Second
	turnLimit   = 5 * time.Second       // how long a claimed part waits for its turn
	turnLate    = 25 * time.Millisecond // a turn missed by so much is none
	turnsAsked  = 8                     // turns that one attempt may miss
)

// runSenders sends what waits in the ledger until ctx ends. Attempts that are
// under way then are finished.
func (b *Bot) runSenders(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for i := range senders {
		g.Go(func() error {
			for ctx.Err() == nil {
				b.sendNext(ctx, i < sendersPrompt)
			}
			return nil
		})
	}
	return g.Wait()
}

// sendNext sends one part, or rests when none is due. Of the senders of a kind
// one at a time looks for a part: what there is for one is no more for eight.
func (b *Bot) sendNext(ctx context.Context, promptOnly bool) {
	looking := &b.looking
	if promptOnly {
		looking = &b.lookingPrompt
	}
	looking.Lock()
	p, ok := b.nextPart(ctx, promptOnly)
	looking.Unlock()
	if !ok {
		return
	}
	// What was claimed is finished even when the program is told to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), chats.SendLimit)
	defer cancel()
	b.send(ctx, p)
}

// nextPart claims a part; when there is none, it rests and gives false.
func (b *Bot) nextPart(ctx context.Context, promptOnly bool) (chats.Part, bool) {
	if wait := time.Until(time.Unix(0, b.quiet.Load())); wait > 0 {
		rest(ctx, nil, wait)
		return chats.Part{}, false
	}
	p, ok, err := b.ledger.Claim(ctx, promptOnly)
	switch {
	case err != nil:
		if ctx.Err() == nil {
			b.log.Warn("send: no intent can be recorded, nothing is sent", "error", err)
		}
		rest(ctx, nil, pauseOnFail)
	case !ok:
		rest(ctx, b.ledger.Wake(), pollLedger)
	}
	return p, ok && err == nil
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

// hush lets this process send nothing for so long.
func (b *Bot) hush(d time.Duration) { b.quiet.Store(time.Now().Add(d).UnixNano()) }

// Refused tells whether Telegram refused the bot itself a moment ago, so that it
// is no use.
func (b *Bot) Refused() bool { return time.Now().UnixNano() < b.refused.Load() }

// turn waits until a part may be sent by the limit of all replicas and gives
// that moment. false means that its turn is too far off.
func (b *Bot) turn(ctx context.Context, p chats.Part) (time.Time, bool) {
	for deadline := time.Now().Add(turnLimit); ; {
		wait, ok, err := b.limit.Turn(ctx, p)
		switch {
		case err != nil:
			b.log.Warn("send: no turn", "error", err)
			return time.Time{}, false
		case !ok && time.Now().Add(wait).After(deadline):
			b.hush(wait)
			return time.Time{}, false
		}
		due := time.Now().Add(wait)
		rest(ctx, nil, wait)
		if ok || ctx.Err() != nil {
			return due, ok && ctx.Err() == nil
		}
	}
}

// call makes an attempt at a part in its turn. A turn that was missed on a busy
// machine is no turn: those that come late come together. given is false when
// there was none.
func (b *Bot) call(ctx context.Context, p chats.Part, marked bool) (raw json.RawMessage, given bool, err error) {
	for asked := range turnsAsked {
		due, ok := b.turn(ctx, p)
		if !ok {
			return nil, false, nil
		}
		last := asked == turnsAsked-1
		late := func() bool { return p.Expired(time.Now()) || !last && time.Since(due) > turnLate }
		raw, err = b.attempt(ctx, p, marked, late)
		if !errors.Is(err, errLate) || p.Expired(time.Now()) {
			break
		}
	}
	return raw, true, err
}

// send makes one attempt at a claimed part and records what became of it.
func (b *Bot) send(ctx context.Context, p chats.Part) {
	absent, repeat := false, false
	if p.Again {
		o, known := b.reconcile(ctx, p)
		if known {
			b.record(ctx, p, o)
			return
		}
		absent, repeat = o.Absent, !o.Absent
	}
	raw, given, err := b.call(ctx, p, repeat && p.Class != chats.Reply)
	if !given {
		b.record(ctx, p, chats.Outcome{State: chats.Pending, Reason: "limit", Absent: absent})
		return
	}
	failpoint.Hit("answered")
	o := classify(err)
	o.After = max(o.After, pace(p.Chat))
	o.MessageID, o.Absent = messageID(raw), absent
	if to := migratedTo(err); to != 0 {
		// Before the outcome is recorded: what waits there moves with the chat.
		if err := b.moveChat(context.WithoutCancel(ctx), p.Chat, to); err != nil {
			b.log.Error("send: the chat could not be moved, it is tried again", "chat", p.Chat, "error", err)
			o.State, o.After = chats.Pending, pauseOnFail
		}
		failpoint.Hit("moved")
	}
	b.record(ctx, p, o)
	failpoint.Hit("recorded")
	if err != nil {
		b.log.Info("send: not delivered", "delivery", p.Delivery, "chat", p.Chat, "state", o.State, "error", err)
		b.afterFailure(context.WithoutCancel(ctx), p, err)
	}
}

// attempt makes the call, and makes it once more without what Telegram refuses
// to show: markup that it cannot read, a thread that takes no messages.
func (b *Bot) attempt(ctx context.Context, p chats.Part, marked bool, late func() bool) (json.RawMessage, error) {
	params := p.Message.Params
	if marked {
		params = maps.Clone(params)
		switch p.Message.Method {
		case "sendMessage":
			params["text"] = textAgain + params["text"]
		case "sendDocument", "sendPhoto":
			params["caption"] = plainText(textAgain) + params["caption"]
		}
	}
	raw, err := b.api.send(ctx, p.Message.Method, params, p.Message.File, late)
	switch {
	case noThread(err) && readerOf(p.Delivery) != 0:
		return raw, err // its readers are in that thread alone
	case noThread(err) && params["message_thread_id"] != "":
		b.log.Info("send: the thread takes no messages, sent to the chat itself", "delivery", p.Delivery, "error", err)
		params = maps.Clone(params)
		delete(params, "message_thread_id")
	case badMarkup(err):
		b.log.Error("send: Telegram refuses the markup", "delivery", p.Delivery, "error", err)
		params = maps.Clone(params)
		delete(params, "parse_mode")
		params["text"] = plainText(params["text"])
	default:
		return raw, err
	}
	return b.api.send(ctx, p.Message.Method, params, p.Message.File, late)
}

// pace is how long a chat rests after a message.
func pace(chat int64) time.Duration {
	if chat < 0 {
		return paceGroup
	}
	return paceChat
}

func (b *Bot) record(ctx context.Context, p chats.Part, o chats.Outcome) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	ok, err := b.ledger.End(ctx, p, o)
	switch {
	case err != nil:
		b.log.Error("send: outcome not recorded, the part becomes unknown", "delivery", p.Delivery, "error", err)
	case !ok:
		b.log.Warn("send: another worker took the part over", "delivery", p.Delivery)
	}
}

// afterFailure changes what an error says about the chat, or about all of them.
func (b *Bot) afterFailure(ctx context.Context, p chats.Part, err error) {
	var e *CallError
	switch {
	case !errors.As(err, &e):
	case e.RetryAfter > 0:
		if err := b.limit.Refused(ctx, p.Chat, e.RetryAfter); err != nil {
			b.log.Warn("send: refusal not noted", "error", err)
		}
	case refusesBot(err):
		b.log.Error("send: Telegram refuses the bot itself, nothing is sent for a minute", "error", err)
		b.hush(time.Minute)
		b.refused.Store(time.Now().Add(2 * time.Minute).UnixNano())
	case noThread(err):
		if err := b.threadClosed(ctx, p.Delivery); err != nil {
			b.log.Error("send: the digests of a thread could not be paused", "chat", p.Chat, "error", err)
		}
	case gone(err):
		if err := b.deactivate(ctx, p.Chat, e.Text); err != nil {
			b.log.Error("send: the chat could not be set inactive", "chat", p.Chat, "error", err)
		}
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

// readdress sends a message to another chat, into the same thread: one that is
// not there takes no messages, which is seen when it is sent.
func readdress(to int64) func(chats.Message) chats.Message {
	return func(m chats.Message) chats.Message {
		m.Params = maps.Clone(m.Params)
		m.Params["chat_id"] = strconv.FormatInt(to, 10)
		return m
	}
}

// moveChat gives a supergroup all that its group had. It may be run again.
func (b *Bot) moveChat(ctx context.Context, from, to int64) error {
	return b.ledger.Move(ctx, b.chats, from, to, readdress(to))
}

// finishMoves goes on with moves that were broken off.
func (b *Bot) finishMoves(ctx context.Context) error {
	moves, err := b.ledger.Moves(ctx)
	for from, to := range moves {
		err = errors.Join(err, b.moveChat(ctx, from, to))
	}
	return err
}
