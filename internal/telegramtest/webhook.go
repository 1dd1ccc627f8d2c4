package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Waits between attempts to deliver an update: the first one, doubled each
// time, up to the last.
const (
	firstRedelivery = 200 * time.Millisecond
	lastRedelivery  = 10 * time.Second
	deliveryLimit   = 60 * time.Second
)

// webhook is where updates are delivered to instead of polls.
type webhook struct {
	url, secret string
	lastError   string
	lastErrorAt time.Time
	cancel      context.CancelFunc
}

func (s *Server) setWebhook(r *request) (any, *apiError) {
	address := r.params["url"]
	if address == "" {
		return s.deleteWebhook(r)
	}
	if fail := checkWebhook(address, r.params["secret_token"]); fail != nil {
		return nil, fail
	}
	s.updates.allow(r)
	if r.flag("drop_pending_updates") {
		s.updates.pending = nil
	}
	s.endHook()
	ctx, cancel := context.WithCancel(contextUntil(s.ended))
	s.hook = webhook{url: address, secret: r.params["secret_token"], cancel: cancel}
	if s.updates.expel != nil {
		close(s.updates.expel)
		s.updates.expel = nil
	}
	s.working.Go(func() { s.deliver(ctx, address, r.params["secret_token"]) })
	return true, nil
}

// checkWebhook allows what Telegram allows, and plain HTTP on loopback, as a
// Bot API server of one's own does.
func checkWebhook(address, secret string) *apiError {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return badRequest("invalid webhook URL specified")
	}
	local := strings.HasPrefix(u.Hostname(), "127.") || u.Hostname() == "::1" || u.Hostname() == "localhost"
	switch port := u.Port(); {
	case u.Scheme != "https" && !(u.Scheme == "http" && local):
		return badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	case !local && port != "" && port != "443" && port != "80" && port != "88" && port != "8443":
		return badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	case len(secret) > 256:
		return badRequest("secret token is too long")
	case !regexp.MustCompile(`^[A-Za-z0-9_-]*$`).MatchString(secret):
		return badRequest("secret token contains unallowed characters")
	}
	return nil
}

func (s *Server) endHook() {
	if s.hook.cancel != nil {
		s.hook.cancel()
	}
	s.hook = webhook{}
}

func (s *Server) deleteWebhook(r *request) (any, *apiError) {
	if r.flag("drop_pending_updates") {
		s.updates.pending = nil
	}
	s.endHook()
	return true, nil
}

func (s *Server) getWebhookInfo(*request) (any, *apiError) {
	m := map[string]any{
		"url": s.hook.url, "has_custom_certificate": false, "pending_update_count": len(s.updates.pending),
	}
	if s.updates.allowed != nil {
		m["allowed_updates"] = s.updates.allowed
	}
	if s.hook.lastError != "" {
		m["last_error_date"], m["last_error_message"] = s.hook.lastErrorAt.Unix(), s.hook.lastError
	}
	return m, nil
}

// deliver sends updates one after the other until the webhook ends. An update
// is confirmed by a status of 2xx and repeated otherwise.
func (s *Server) deliver(ctx context.Context, address, secret string) {
	client := &http.Client{Timeout: deliveryLimit}
	defer client.CloseIdleConnections()
	pause := firstRedelivery
	for ctx.Err() == nil {
		s.mu.Lock()
		changed := s.updates.changed
		pending := s.updates.first(1)
		s.mu.Unlock()
		if len(pending) == 0 {
			select {
			case <-changed:
			case <-ctx.Done():
			}
			continue
		}
		answer, wait, failure := s.postUpdate(ctx, client, address, secret, pending[0])
		if ctx.Err() != nil {
			return
		}
		if failure != "" {
			s.mu.Lock()
			s.hook.lastError, s.hook.lastErrorAt = failure, s.now()
			s.mu.Unlock()
			s.pause(ctx, max(pause, wait))
			pause = min(pause*2, lastRedelivery)
			continue
		}
		pause = firstRedelivery
		s.mu.Lock()
		s.updates.confirm(pending[0]["update_id"].(int) + 1)
		s.mu.Unlock()
		s.perform(ctx, answer)
	}
}

// postUpdate makes one attempt and returns the body of the answer, the wait
// that the bot asks for, and what went wrong.
func (s *Server) postUpdate(ctx context.Context, client *http.Client, address, secret string, update map[string]any) (answer []byte, wait time.Duration, failure string) {
	raw, _ := json.Marshal(update)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(raw))
	if err != nil {
		return nil, 0, err.Error()
	}
	req.Header.Set("Content-Type", "application/json")
	if secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, 0, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	answer, _ = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if resp.StatusCode/100 == 2 {
		return answer, 0, ""
	}
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return nil, time.Duration(seconds) * time.Second, "Wrong response from the webhook: " + resp.Status
}

// perform makes the call that a bot may put into its answer to a delivery.
func (s *Server) perform(ctx context.Context, answer []byte) {
	req := &request{params: map[string]string{}}
	if req.readJSON(bytes.NewReader(answer)) != nil {
		return
	}
	m, known := s.handlers[strings.ToLower(req.params["method"])]
	if !known || m.do == nil {
		return
	}
	call := Call{Method: m.name, Params: req.params, Started: s.now()}
	_, _ = s.run(ctx, m, req, &call, false) // the bot does not see the result; the record does
}

// untilClosed is a context that ends with a channel.
type untilClosed struct{ done <-chan struct{} }

// contextUntil makes the context of work that lives as long as the server.
func contextUntil(done <-chan struct{}) context.Context { return untilClosed{done} }

func (untilClosed) Deadline() (time.Time, bool) { return time.Time{}, false }
func (u untilClosed) Done() <-chan struct{}     { return u.done }
func (untilClosed) Value(any) any               { return nil }

func (u untilClosed) Err() error {
	select {
	case <-u.done:
		return context.Canceled
	default:
		return nil
	}
}
