package telegramtest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// fault is a Fault that waits for its calls.
type fault struct {
	Fault
	method string
	left   int // negative: always
}

// Fail makes the next n calls of a method fail in this way; "" means every
// method, and n below 0 all calls until ClearFaults. Of several faults for a
// call the one set first counts.
func (s *Server) Fail(method string, n int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{Fault: f, method: method, left: n})
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault uses up one call of the first fault that fits.
func (s *Server) takeFault(method, chatID string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _ := strconv.ParseInt(chatID, 10, 64)
	for _, f := range s.faults {
		fits := f.method == "" || strings.EqualFold(f.method, method)
		if !fits || f.left == 0 || (f.ChatID != 0 && f.ChatID != id) {
			continue
		}
		if f.left > 0 {
			f.left--
		}
		return &f.Fault
	}
	return nil
}

// failBefore does what a fault does before any work; true means that this was
// the answer, or that there is none.
func (s *Server) failBefore(ctx context.Context, w http.ResponseWriter, f *Fault, call *Call) bool {
	if f.Delay > 0 {
		s.pause(ctx, f.Delay)
	}
	switch {
	case f.Hang > 0:
		s.pause(ctx, f.Hang)
		s.note(call, 0, "hang")
		reset(w)
	case f.DropBefore:
		s.note(call, 0, "dropped before")
		reset(w)
	case f.HTML:
		s.note(call, f.Code, "HTML page")
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Code)
		_, _ = w.Write([]byte("<html>\r\n<head><title>" + http.StatusText(f.Code) + "</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"))
	case f.Code != 0:
		e := f.apiError()
		s.note(call, e.code, e.description)
		writeError(w, e)
	default:
		return false
	}
	return true
}

// note records a call that a fault ended.
func (s *Server) note(call *Call, code int, description string) {
	call.Code, call.Description, call.Ended = code, description, s.now()
	s.record(*call)
}

// apiError is the JSON error of a fault.
func (f *Fault) apiError() *apiError {
	e := &apiError{code: f.Code, description: f.Description, parameters: map[string]any{}}
	if f.RetryAfter > 0 {
		e.parameters["retry_after"] = f.RetryAfter
	}
	if f.MigrateTo != 0 {
		e.parameters["migrate_to_chat_id"] = f.MigrateTo
	}
	if e.description != "" {
		return e
	}
	switch {
	case f.RetryAfter > 0:
		e.description = tooMany(f.RetryAfter).description
	case f.MigrateTo != 0:
		e.description = "Bad Request: group chat was upgraded to a supergroup chat"
	case f.Code == http.StatusInternalServerError:
		e.description = "Internal Server Error"
	default:
		e.description = http.StatusText(f.Code)
	}
	return e
}

// reset ends a connection so that the client sees no answer: by a TCP reset
// where there is a connection to take over.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	var tcp *net.TCPConn
	if t, ok := conn.(*net.TCPConn); ok {
		tcp = t
		err = tcp.SetLinger(0)
	}
	_ = errors.Join(err, conn.Close())
}

// limits are the rates above which Telegram answers 429; zero means none.
type limits struct {
	perChat, perGroup, overall int
	sent                       map[int64][]time.Time
}

// LimitRates makes the server refuse messages above these rates with 429, as
// Telegram does at about 1, 20 and 30. Zero switches a limit off.
func (s *Server) LimitRates(perChatPerSecond, groupPerMinute, overallPerSecond int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = limits{perChatPerSecond, groupPerMinute, overallPerSecond, map[int64][]time.Time{}}
}

// overLimit counts one message to a chat and says when it is one too many.
func (s *Server) overLimit(chatID string) *apiError {
	l := &s.limits
	if l.sent == nil {
		return nil
	}
	c, fail := s.lookup(chatID)
	if fail != nil {
		return nil
	}
	now := s.now()
	const everyone = 0
	wait := max(l.wait(now, c.ID, l.perChat, time.Second), l.wait(now, everyone, l.overall, time.Second))
	if c.Type != Private {
		wait = max(wait, l.wait(now, c.ID, l.perGroup, time.Minute))
	}
	if wait > 0 {
		return tooMany(int(wait/time.Second) + 1)
	}
	l.sent[c.ID] = append(l.sent[c.ID], now)
	l.sent[everyone] = append(l.sent[everyone], now)
	return nil
}

// wait returns how long it takes until fewer than n messages are in the span.
func (l *limits) wait(now time.Time, id int64, n int, span time.Duration) time.Duration {
	sent := l.sent[id]
	if n == 0 || len(sent) < n {
		return 0
	}
	return max(span-now.Sub(sent[len(sent)-n]), 0)
}
