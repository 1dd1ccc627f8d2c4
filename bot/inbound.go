package bot

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"visnyk/bot/chats"
	"visnyk/internal/crash"
	"visnyk/internal/failpoint"
)

// Bounds of handling updates.
const (
	handlers     = 32               // chats that are answered at a time
	handleLimit  = 60 * time.Second // one update
	leftIdle     = 5 * time.Second  // an update that is not being handled was left so long ago
	sweepEvery   = 3 * time.Second
	stopGrace    = 4 * time.Second // what is handled may go on so long after the signal to stop
	maxWebhook   = 1 << 20
	longestPause = 30 * time.Second
	storagePause = 2 * time.Second // between two polls while updates cannot be stored
)

// runLead handles updates while this replica leads, until ctx ends: of several
// replicas one does, and another goes on when it dies.
func (b *Bot) runLead(ctx context.Context, poll bool) error {
	end := func() {}
	defer func() {
		end()
		if err := b.lead.Release(context.WithoutCancel(ctx)); err != nil {
			b.log.Warn("lead: not released", "error", err)
		}
	}()
	tick := time.NewTicker(chats.LeadRenewal)
	defer tick.Stop()
	for leads := false; ; {
		held, err := b.lead.Hold(ctx)
		if err == nil && held != leads { // while Redis is away nobody else can lead either
			leads = held
			if leads {
				if err := b.finishMoves(ctx); err != nil {
					b.log.Warn("lead: groups are not moved yet", "error", err)
				}
				end = b.takeUpdates(ctx, poll)
			} else {
				b.log.Warn("lead: another replica handles updates now")
				end()
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// takeUpdates begins to take updates in and to handle them. It returns how to
// end that and wait for the end.
func (b *Bot) takeUpdates(ctx context.Context, poll bool) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var g errgroup.Group
	if poll {
		g.Go(func() error { return b.runPoller(ctx) })
	}
	g.Go(func() error { return b.runHandlers(ctx) })
	return func() {
		cancel()
		_ = g.Wait() // no function returns an error
	}
}

// runPoller asks for updates until ctx ends. The offset moves only behind
// updates that are stored. It is not kept over restarts: Telegram gives again
// what was not confirmed, the inbox knows what it has, and an old offset would
// hide the new ids that Telegram begins with after a week of silence.
func (b *Bot) runPoller(ctx context.Context) error {
	pause, offset := time.Second, int64(0)
	for ctx.Err() == nil {
		next, err := b.pollOnce(ctx, offset)
		if err == nil {
			offset, pause = next, time.Second
			continue
		}
		if ctx.Err() != nil {
			return nil
		}
		wait := pause
		var e *CallError
		switch {
		case errors.Is(err, errNotStored):
			b.log.Warn("poll: updates wait at Telegram", "error", err)
			wait, pause = storagePause, time.Second
		case errors.As(err, &e) && e.RetryAfter > 0:
			wait = e.RetryAfter
		case errors.As(err, &e) && e.Code == http.StatusUnauthorized:
			b.log.Error("poll: Telegram refuses the token", "error", err)
		case errors.As(err, &e) && e.Code == http.StatusConflict:
			b.log.Warn("poll: another program asks for this bot's updates", "error", err)
		default:
			b.log.Warn("poll: no updates", "error", err)
		}
		rest(ctx, nil, wait)
		pause = min(pause*2, longestPause)
	}
	return nil
}

// pollOnce stores the updates from offset on and gives the next offset: 0, the
// earliest that is not confirmed, after an answer without updates.
func (b *Bot) pollOnce(ctx context.Context, offset int64) (int64, error) {
	got, err := b.api.updates(ctx, offset)
	if err != nil {
		return offset, err
	}
	next := int64(0)
	for i, u := range got {
		if err := b.inbox.Put(ctx, u.id, u.body); err != nil {
			b.apologise(ctx, got[i:])
			return offset, fmt.Errorf("%w: %w", errNotStored, err)
		}
		failpoint.Hit("stored")
		next = max(next, u.id+1)
	}
	if len(got) > 0 {
		clear(b.sorry)
	}
	return next, nil
}

// errNotStored says that updates came and could not be stored.
var errNotStored = errors.New("updates not stored")

// apologise tells those whose commands wait that they do, each chat once until
// updates can be stored again. It is the only message that leaves without an
// intent: there is nowhere to record one.
func (b *Bot) apologise(ctx context.Context, waiting []rawUpdate) {
	for _, u := range waiting {
		r, ok, err := decode(u.id, u.body)
		if err != nil || !ok || b.sorry[r.place.id] || r.press != nil || r.inline != nil || len(b.sorry) > maxSorry {
			continue
		}
		if _, _, ok := command(r.text, b.api.Self.Username); !ok {
			continue
		}
		b.sorry[r.place.id] = true
		_, err = b.api.Call(ctx, "sendMessage", map[string]string{"chat_id": strconv.FormatInt(r.place.id, 10), "text": textStorageAway})
		if err != nil {
			b.log.Info("poll: apology not sent", "chat", r.place.id, "error", err)
		}
	}
}

// maxSorry bounds how many chats are told of one outage.
const maxSorry = 200

// Webhook takes updates in by HTTP. It answers after the update is stored, so
// that Telegram repeats one that was not.
func (b *Bot) Webhook(secret string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := r.Header.Get("X-Telegram-Bot-Api-Secret-Token")
		if r.Method != http.MethodPost || subtle.ConstantTimeCompare([]byte(given), []byte(secret)) != 1 {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
		var head struct {
			ID int64 `json:"update_id"`
		}
		if err != nil || json.Unmarshal(body, &head) != nil || head.ID <= 0 {
			http.Error(w, "not an update", http.StatusBadRequest)
			return
		}
		if err := b.inbox.Put(r.Context(), head.ID, body); err != nil {
			b.log.Warn("webhook: update not stored", "error", err)
			http.Error(w, "try again", http.StatusServiceUnavailable)
		}
	})
}

// SetWebhook tells Telegram to send updates to an address, or, when it is
// empty, not to.
func (b *Bot) SetWebhook(ctx context.Context, address, secret string) error {
	if address == "" {
		_, err := b.api.Call(ctx, "deleteWebhook", nil)
		return err
	}
	_, err := b.api.Call(ctx, "setWebhook", map[string]string{"url": address, "secret_token": secret, "allowed_updates": allowedUpdates})
	return err
}

// runHandlers handles stored updates until ctx ends: those of one chat in
// order, those of different chats side by side. First come those that were
// begun before, here or by a replica that died.
func (b *Bot) runHandlers(ctx context.Context) error {
	var g errgroup.Group
	g.SetLimit(handlers)
	defer func() { _ = g.Wait() }() // no function returns an error
	idle, swept := time.Duration(0), time.Time{}
	for ctx.Err() == nil {
		var got []chats.Update
		var err error
		if time.Since(swept) > sweepEvery {
			if got, err = b.inbox.Unfinished(ctx, idle); err == nil {
				idle, swept = leftIdle, time.Now()
			}
		} else {
			got, err = b.inbox.Next(ctx, 100, time.Second)
		}
		if err != nil {
			if ctx.Err() == nil {
				b.log.Warn("handle: the inbox cannot be read", "error", err)
			}
			rest(ctx, nil, time.Second)
			continue
		}
		for _, u := range got {
			b.dispatch(ctx, &g, u)
		}
	}
	return nil
}

// dispatch gives an update to the worker of its chat, starting one if the chat
// has none. An update that has a worker already is left to it.
func (b *Bot) dispatch(ctx context.Context, g *errgroup.Group, u chats.Update) {
	r, ok, err := decode(u.ID, u.Body)
	if err != nil || !ok {
		if err != nil {
			b.log.Warn("handle: update passed over", "error", err)
		}
		b.done(ctx, u)
		return
	}
	b.mu.Lock()
	if b.taken[u.ID] {
		b.mu.Unlock()
		return
	}
	b.taken[u.ID] = true
	queue, working := b.busy[r.place.id]
	b.busy[r.place.id] = append(queue, u)
	b.mu.Unlock()
	if working {
		return
	}
	g.Go(func() error {
		b.work(ctx, r.place.id)
		return nil
	})
}

// work handles the updates of one chat until none waits.
func (b *Bot) work(ctx context.Context, chat int64) {
	for {
		b.mu.Lock()
		queue := b.busy[chat]
		if len(queue) == 0 || ctx.Err() != nil {
			for _, left := range queue { // it is begun again after the restart
				delete(b.taken, left.ID)
			}
			delete(b.busy, chat)
			b.mu.Unlock()
			return
		}
		u := queue[0]
		b.busy[chat] = queue[1:]
		b.mu.Unlock()
		b.handleUpdate(ctx, u)
		b.mu.Lock()
		delete(b.taken, u.ID)
		b.mu.Unlock()
	}
}

// handleUpdate handles one update. It goes on for a moment after ctx ended, so
// that most answers are whole; what is cut off is begun again.
func (b *Bot) handleUpdate(ctx context.Context, u chats.Update) {
	stopping := ctx
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleLimit)
	defer cancel()
	defer context.AfterFunc(stopping, func() { time.AfterFunc(stopGrace, cancel) })()
	r, _, err := decode(u.ID, u.Body)
	if err == nil {
		err = b.handleSafely(ctx, r)
	}
	if err != nil {
		b.log.Error("handle: update failed", "update", u.ID, "error", err)
		var e *CallError
		if !errors.As(err, &e) {
			return // the storage failed: the update stays and is handled again
		}
	}
	b.done(ctx, u)
}

// handleSafely keeps a defect in one handler from ending the program.
func (b *Bot) handleSafely(ctx context.Context, r request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Error("handle: panic", "update", r.update, "panic", crash.What(p), "stack", crash.Where())
			err = nil
		}
	}()
	return b.handle(ctx, r)
}

func (b *Bot) done(ctx context.Context, u chats.Update) {
	if err := b.inbox.Done(context.WithoutCancel(ctx), u); err != nil {
		b.log.Warn("handle: update not finished, it comes again", "error", err)
	}
}
