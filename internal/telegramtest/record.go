package telegramtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// subscriberBuffer is how many events a subscriber may be behind.
const subscriberBuffer = 256

type subscriber struct {
	events chan Event
	lost   bool
}

func (s *Server) record(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
	s.wake()
}

// wake lets everything that waits for a change look again.
func (s *Server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// publish tells waiters and subscribers of a change. It never waits for a
// subscriber: one that is behind gets EventLost as soon as it has room.
func (s *Server) publish(e Event) {
	s.wake()
	for sub := range s.subs {
		if sub.lost {
			select {
			case sub.events <- Event{Kind: EventLost}:
				sub.lost = false
			default:
			}
		}
		select {
		case sub.events <- e:
		default:
			sub.lost = true
		}
	}
}

// Subscribe returns the events from now on and a function that ends them; the
// channel is closed then, and when the server is closed.
func (s *Server) Subscribe() (<-chan Event, func()) {
	sub := &subscriber{events: make(chan Event, subscriberBuffer)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subs[sub] = true
	return sub.events, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unsubscribe(sub)
	}
}

func (s *Server) unsubscribe(sub *subscriber) {
	if s.subs[sub] {
		delete(s.subs, sub)
		close(sub.events)
	}
}

// Messages returns what a chat shows now, oldest first.
func (s *Server) Messages(chatID int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messages(chatID)
}

func (s *Server) messages(chatID int64) []Message {
	c := s.chats[chatID]
	if c == nil {
		return nil
	}
	list := make([]Message, 0, len(c.messages))
	for _, st := range c.messages {
		list = append(list, st.Message)
	}
	return list
}

// Calls returns the calls of one method, or of all for "", oldest first.
// A poll is there once it was answered.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.calls), func(c Call) bool {
		return method != "" && !strings.EqualFold(c.Method, method)
	})
}

// Answers returns what was answered to presses of buttons, oldest first.
func (s *Server) Answers() []CallbackAnswer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.answers)
}

// WaitMessages waits until a chat holds at least n messages of the bot and
// returns them; the error lists what the chat holds instead.
func (s *Server) WaitMessages(ctx context.Context, chatID int64, n int) ([]Message, error) {
	var found []Message
	err := s.wait(ctx, func() bool {
		found = slices.DeleteFunc(s.messages(chatID), func(m Message) bool { return !m.FromBot })
		return len(found) >= n
	})
	if err != nil {
		return found, fmt.Errorf("telegramtest: %d of %d messages of the bot in chat %d: %w\n%s", len(found), n, chatID, err, s.transcript(chatID))
	}
	return found, nil
}

// WaitFor waits until a chat holds a message, of either side, that pred
// accepts; edits count too. The error lists what the chat holds.
func (s *Server) WaitFor(ctx context.Context, chatID int64, pred func(Message) bool) (Message, error) {
	var found Message
	err := s.wait(ctx, func() bool {
		list := s.messages(chatID)
		i := slices.IndexFunc(list, pred)
		if i >= 0 {
			found = list[i]
		}
		return i >= 0
	})
	if err != nil {
		return Message{}, fmt.Errorf("telegramtest: no such message in chat %d: %w\n%s", chatID, err, s.transcript(chatID))
	}
	return found, nil
}

// WaitCalls waits until a method was called at least n times.
func (s *Server) WaitCalls(ctx context.Context, method string, n int) ([]Call, error) {
	var found []Call
	err := s.wait(ctx, func() bool {
		found = slices.DeleteFunc(slices.Clone(s.calls), func(c Call) bool { return !strings.EqualFold(c.Method, method) })
		return len(found) >= n
	})
	if err != nil {
		return found, fmt.Errorf("telegramtest: %d of %d calls of %s: %w", len(found), n, method, err)
	}
	return found, nil
}

// wait looks again at every change until done says yes; done runs under the
// lock.
func (s *Server) wait(ctx context.Context, done func() bool) error {
	for {
		s.mu.Lock()
		ok, changed := done(), s.changed
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ended:
			return fmt.Errorf("the server is closed")
		}
	}
}

// transcript is a chat in lines, for errors.
func (s *Server) transcript(chatID int64) string {
	var b strings.Builder
	for _, m := range s.Messages(chatID) {
		who := "user"
		if m.FromBot {
			who = "bot"
		}
		fmt.Fprintf(&b, "  #%d %s: %q\n", m.ID, who, m.Text)
	}
	if b.Len() == 0 {
		return "  (the chat is empty)"
	}
	return b.String()
}
