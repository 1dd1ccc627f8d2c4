// Package telegramtest answers as the Telegram Bot API does, for tests and for
// the demo.
//
// It is strict on purpose: what Telegram refuses, it refuses with the same
// text, and what Telegram drops without a word, it drops and counts. It owns
// the chats, their members and their messages, and knows nothing of the bot.
// Users act through methods such as Say and Press; the bot acts over HTTP.
package telegramtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// handler does the work of one method; it runs with the server's lock held.
type handler func(r *request) (any, *apiError)

// Server is a Bot API for one bot.
type Server struct {
	token    string
	me       User
	now      func() time.Time
	ended    chan struct{}
	endOnce  sync.Once
	working  sync.WaitGroup
	handlers map[string]method
	finders  map[string]*regexp.Regexp

	mu       sync.Mutex
	chats    map[int64]*chat
	privateN int // last message ID of the counter that private chats and basic groups share
	fileN    int
	queryN   int
	files    map[string]*Document
	queries  map[string]*query
	calls    []Call
	answers  []CallbackAnswer
	faults   []*fault
	blocked  map[int64]bool
	privacy  bool
	commands map[string][]Command
	texts    map[string]string // descriptions by method and language
	changed  chan struct{}     // closed and replaced at every change of messages
	subs     map[*subscriber]bool
	limits   limits

	updates updateQueue
	hook    webhook

	http *http.Server
}

// method is a handler with its name as Telegram spells it.
type method struct {
	name string
	do   handler
}

// New returns the Bot API of one bot. The bot's ID is the number before the
// colon of the token.
func New(token, username string) *Server {
	digits, _, _ := strings.Cut(token, ":")
	id, _ := strconv.ParseInt(digits, 10, 64)
	s := &Server{
		token:    token,
		me:       User{ID: id, FirstName: username, Username: username, IsBot: true},
		now:      time.Now,
		ended:    make(chan struct{}),
		chats:    map[int64]*chat{},
		files:    map[string]*Document{},
		queries:  map[string]*query{},
		blocked:  map[int64]bool{},
		commands: map[string][]Command{},
		texts:    map[string]string{},
		changed:  make(chan struct{}),
		subs:     map[*subscriber]bool{},
		updates:  updateQueue{nextID: firstUpdateID, changed: make(chan struct{})},
	}
	s.handlers, s.finders = s.methods(), finders()
	return s
}

// methods lists what the double can do, but for getUpdates and the methods of
// webhooks, which wait and so cannot run under the lock.
func (s *Server) methods() map[string]method {
	named := map[string]handler{
		"getMe": s.getMe,

		"sendMessage":            s.sendMessage,
		"sendDocument":           s.sendDocument,
		"sendPhoto":              s.sendPhoto,
		"forwardMessage":         s.forwardMessage,
		"copyMessage":            s.copyMessage,
		"editMessageText":        s.editMessageText,
		"editMessageReplyMarkup": s.editMessageReplyMarkup,
		"deleteMessage":          s.deleteMessage,
		"sendChatAction":         s.sendChatAction,

		"answerCallbackQuery": s.answerCallbackQuery,
		"answerInlineQuery":   s.answerInlineQuery,

		"getChat":               s.getChat,
		"getChatMember":         s.getChatMember,
		"getChatAdministrators": s.getChatAdministrators,
		"getChatMemberCount":    s.getChatMemberCount,
		"leaveChat":             s.leaveChat,

		"setMyCommands":         s.setMyCommands,
		"getMyCommands":         s.getMyCommands,
		"deleteMyCommands":      s.deleteMyCommands,
		"setMyDescription":      s.setMyDescription,
		"setMyShortDescription": s.setMyShortDescription,
		"getFile":               s.getFile,
		"setWebhook":            s.setWebhook,
		"deleteWebhook":         s.deleteWebhook,
		"getWebhookInfo":        s.getWebhookInfo,
	}
	byLower := make(map[string]method, len(named)+1)
	for name, do := range named {
		byLower[strings.ToLower(name)] = method{name, do}
	}
	byLower["getupdates"] = method{"getUpdates", nil}
	return byLower
}

// Me returns the bot itself.
func (s *Server) Me() User { return s.me }

// Start listens on a loopback address such as "127.0.0.1:0" and returns the
// URL that a bot takes as its API.
func (s *Server) Start(addr string) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("telegramtest: listen: %w", err)
	}
	srv := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.mu.Lock()
	s.http = srv
	s.mu.Unlock()
	s.working.Go(func() { _ = srv.Serve(l) })
	return "http://" + l.Addr().String(), nil
}

// Close ends the listener, waiting polls, deliveries to a webhook and
// subscriptions. Closing twice does nothing.
func (s *Server) Close() {
	s.endOnce.Do(func() {
		close(s.ended)
		s.mu.Lock()
		srv := s.http
		for sub := range s.subs {
			s.unsubscribe(sub)
		}
		s.mu.Unlock()
		if srv != nil {
			_ = srv.Close()
		}
		s.working.Wait()
	})
}

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, isFile := strings.CutPrefix(r.URL.Path, "/file")
	path, isBot := strings.CutPrefix(path, "/bot")
	token, rest, hasRest := strings.Cut(path, "/")
	switch {
	case !isBot || !hasRest:
		writeError(w, &apiError{code: 404, description: "Not Found"})
	case token != s.token:
		writeError(w, &apiError{code: 401, description: "Unauthorized"})
	case isFile:
		s.serveFile(w, rest)
	default:
		s.serveMethod(w, r, rest)
	}
}

// serveMethod reads the parameters, lets faults have their way, does the work
// and records the call.
func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request, name string) {
	m, known := s.handlers[strings.ToLower(name)]
	if !known {
		writeError(w, &apiError{code: 404, description: "Not Found"})
		s.record(Call{Method: name, Code: 404, Description: "Not Found", Started: s.now(), Ended: s.now()})
		return
	}
	req, err := readRequest(r)
	if err != nil {
		writeError(w, badRequest("can't read the request: "+err.Error()))
		return
	}
	req.method = m.name
	call := Call{Method: m.name, Params: req.params, Files: req.contents(), Started: s.now()}
	f := s.takeFault(m.name, req.params["chat_id"])
	call.Fault = f != nil
	if f != nil && s.failBefore(r.Context(), w, f, &call) {
		return
	}
	unanswered := f != nil && f.DropAfter
	result, fail := s.run(r.Context(), m, req, &call, unanswered)
	switch {
	case unanswered:
		reset(w)
	case fail != nil:
		writeError(w, fail)
	default:
		writeJSON(w, http.StatusOK, map[string]any{"ok": true, "result": result})
	}
}

// run does the work of a method, after the limits on sending, and records the
// call at the same moment: whoever sees a message sees the call that sent it.
func (s *Server) run(ctx context.Context, m method, req *request, call *Call, unanswered bool) (result any, fail *apiError) {
	if m.do == nil {
		result, fail = s.getUpdates(ctx, req)
		s.mu.Lock()
		defer s.mu.Unlock()
	} else {
		s.mu.Lock()
		defer s.mu.Unlock()
		result, fail = s.work(m, req)
	}
	call.Ended = s.now()
	switch {
	case unanswered:
	case fail != nil:
		call.Code, call.Description = fail.code, fail.description
	default:
		call.Code = http.StatusOK
	}
	s.calls = append(s.calls, *call)
	s.wake()
	return result, fail
}

func (s *Server) work(m method, req *request) (any, *apiError) {
	if strings.HasPrefix(m.name, "send") && m.name != "sendChatAction" {
		if fail := s.overLimit(req.params["chat_id"]); fail != nil {
			return nil, fail
		}
	}
	return m.do(req)
}

func (s *Server) getMe(*request) (any, *apiError) {
	me := userJSON(s.me)
	me["can_join_groups"] = true
	me["can_read_all_group_messages"] = !s.privacy
	me["supports_inline_queries"] = true
	return me, nil
}

// SetPrivacy turns the group privacy mode on: in groups the bot then sees only
// commands meant for it, replies to it and service messages.
func (s *Server) SetPrivacy(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.privacy = on
}
