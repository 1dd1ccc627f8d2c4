package telegramtest

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Facts about getUpdates.
const (
	firstUpdateID  = 730000001
	maxPoll        = 50 // seconds
	repeatWait     = 3 * time.Second
	repeatOneLimit = 500 * time.Millisecond
	conflictPause  = 3 * time.Second
)

// update is one entry of the queue, kept as it goes over the wire.
type update struct {
	id   int
	kind string
	raw  map[string]any
}

// updateQueue holds what the bot has not confirmed, and who waits for it.
type updateQueue struct {
	nextID  int
	pending []update
	// allowed is nil while Telegram's default holds.
	allowed []string
	changed chan struct{} // closed and replaced when an update comes
	// expel ends the poll that waits now.
	expel        chan struct{}
	lastOffset   int
	lastStart    time.Time
	nextConflict time.Time
}

// enqueue adds an update if the bot asked for its kind.
func (s *Server) enqueue(kind string, body any) int {
	q := &s.updates
	if !q.wants(kind) {
		return 0
	}
	id := q.nextID
	q.nextID++
	q.pending = append(q.pending, update{id, kind, map[string]any{"update_id": id, kind: body}})
	close(q.changed)
	q.changed = make(chan struct{})
	return id
}

// wants tells whether the bot asked for a kind of updates. By default
// Telegram leaves out changes of other members and reactions.
func (q *updateQueue) wants(kind string) bool {
	if q.allowed != nil {
		return slices.Contains(q.allowed, kind)
	}
	return kind != "chat_member" && kind != "message_reaction" && kind != "message_reaction_count"
}

// allow reads allowed_updates, which stays in force until the next call that
// has it. An empty list brings the default back.
func (q *updateQueue) allow(r *request) {
	if !r.has("allowed_updates") {
		return
	}
	var kinds []string
	if json.Unmarshal([]byte(r.params["allowed_updates"]), &kinds) != nil {
		return
	}
	q.allowed = nil
	if len(kinds) > 0 {
		q.allowed = kinds
	}
}

// confirm forgets updates below a positive offset; a negative one keeps only
// the newest ones.
func (q *updateQueue) confirm(offset int) {
	switch {
	case offset > 0:
		q.pending = slices.DeleteFunc(q.pending, func(u update) bool { return u.id < offset })
	case offset < 0 && -offset < len(q.pending):
		q.pending = slices.Clone(q.pending[len(q.pending)+offset:])
	}
}

func (q *updateQueue) first(limit int) []map[string]any {
	list := []map[string]any{}
	for _, u := range q.pending[:min(limit, len(q.pending))] {
		list = append(list, u.raw)
	}
	return list
}

// pace applies what Telegram does to bots that ask the same again too soon.
func (q *updateQueue) pace(now time.Time, offset int, limit *int, timeout *time.Duration) {
	since := now.Sub(q.lastStart)
	if offset == q.lastOffset && since < repeatWait {
		*timeout = max(*timeout, repeatWait)
	}
	if offset == q.lastOffset && since < repeatOneLimit {
		*limit = 1
	}
	q.lastOffset, q.lastStart = offset, now
}

// getUpdates answers at once or waits for an update. A poll that has to wait
// throws out the one that waits already.
func (s *Server) getUpdates(ctx context.Context, r *request) (any, *apiError) {
	s.mu.Lock()
	q := &s.updates
	if s.hook.url != "" {
		s.mu.Unlock()
		return nil, conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	offset := r.number("offset", 0, -1<<31, 1<<31-1)
	limit := r.number("limit", 100, 1, 100)
	timeout := time.Duration(r.number("timeout", 0, 0, maxPoll)) * time.Second
	q.allow(r)
	q.pace(s.now(), offset, &limit, &timeout)
	q.confirm(offset)
	if len(q.pending) > 0 || timeout == 0 {
		defer s.mu.Unlock()
		return q.first(limit), nil
	}
	if q.expel != nil {
		close(q.expel)
	}
	expel := make(chan struct{})
	q.expel = expel
	s.mu.Unlock()
	return s.waitForUpdates(ctx, expel, limit, timeout)
}

// waitForUpdates is the long part of a long poll.
func (s *Server) waitForUpdates(ctx context.Context, expel chan struct{}, limit int, timeout time.Duration) (any, *apiError) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		s.mu.Lock()
		q := &s.updates
		changed := q.changed
		if q.expel == expel && len(q.pending) > 0 {
			q.expel = nil
			defer s.mu.Unlock()
			return q.first(limit), nil
		}
		s.mu.Unlock()
		select {
		case <-changed:
			continue
		case <-expel:
			return nil, s.expelled(ctx)
		case <-timer.C:
		case <-ctx.Done():
		case <-s.ended:
		}
		s.mu.Lock()
		if q.expel == expel {
			q.expel = nil
		}
		s.mu.Unlock()
		return []map[string]any{}, nil
	}
}

// expelled is the answer to a poll that was thrown out. Repeated conflicts are
// told late, so that two pollers do not spin.
func (s *Server) expelled(ctx context.Context) *apiError {
	s.mu.Lock()
	now, hooked := s.now(), s.hook.url != ""
	late := now.Before(s.updates.nextConflict)
	if !late {
		s.updates.nextConflict = now.Add(conflictPause)
	}
	s.mu.Unlock()
	if late {
		s.pause(ctx, conflictPause)
	}
	if hooked {
		return conflict("terminated by setWebhook request")
	}
	return conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
}

func conflict(description string) *apiError {
	return &apiError{code: 409, description: "Conflict: " + description}
}

// pause waits, unless the client goes away or the server ends.
func (s *Server) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-s.ended:
	}
}

// PendingUpdates counts the updates that the bot has not confirmed.
func (s *Server) PendingUpdates() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.updates.pending)
}
