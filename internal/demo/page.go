package demo

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"visnyk/internal/telegramtest"
)

//go:embed page.html
var pageHTML string

// Limits of what the page may send, and how often a silent stream says that it
// is alive.
const (
	maxPageBody = 64 << 10
	maxTyped    = 4096
	heartbeat   = 20 * time.Second
)

// page is the chat page and what it talks to.
type page struct {
	demo *Demo
	user telegramtest.User
	mux  *http.ServeMux
}

func newPage(d *Demo) *page {
	p := &page{
		demo: d,
		user: telegramtest.User{ID: UserID, FirstName: "Ви", LanguageCode: "uk"},
		mux:  http.NewServeMux(),
	}
	p.mux.HandleFunc("GET /{$}", p.index)
	p.mux.HandleFunc("GET /events", p.events)
	p.mux.HandleFunc("GET /file/{message}", p.file)
	p.mux.HandleFunc("POST /send", p.send)
	p.mux.HandleFunc("POST /press", p.press)
	return p
}

// ServeHTTP lets only the page itself in: the name in the request must be a
// loopback one, which stops DNS rebinding, and what changes something must
// come from the page, not from another one in the same browser.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !loopback(r.Host) {
		http.Error(w, "відкрийте сторінку за адресою 127.0.0.1 або localhost", http.StatusForbidden)
		return
	}
	if !sameOrigin(r) {
		http.Error(w, "запит надійшов з іншої сторінки", http.StatusForbidden)
		return
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method == http.MethodPost && kind != "application/json" {
		http.Error(w, "потрібен application/json", http.StatusUnsupportedMediaType)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// loopback says that a Host header names this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// sameOrigin says that a browser sends the request for the page itself.
// Programs that are no browsers send neither header.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return r.Method == http.MethodGet && r.URL.Path == "/" // a link to the page
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "http" && u.Host == r.Host
}

func (p *page) index(w http.ResponseWriter, _ *http.Request) {
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'nonce-"+nonce+"'; style-src 'nonce-"+nonce+"'")
	_, _ = io.WriteString(w, strings.ReplaceAll(pageHTML, "{{nonce}}", nonce))
}

// readBody decodes a small JSON body; a failure is answered here.
func readBody(w http.ResponseWriter, r *http.Request, into any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxPageBody))
	if err := dec.Decode(into); err != nil {
		http.Error(w, "не вдалося прочитати запит", http.StatusBadRequest)
		return false
	}
	return true
}

func (p *page) send(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Text string `json:"text"`
	}
	if !readBody(w, r, &body) {
		return
	}
	text := strings.TrimSpace(body.Text)
	if text == "" || utf8.RuneCountInString(text) > maxTyped {
		http.Error(w, "повідомлення має містити від 1 до 4096 символів", http.StatusBadRequest)
		return
	}
	p.demo.api.Say(telegramtest.Chat{}, p.user, text)
	w.WriteHeader(http.StatusNoContent)
}

func (p *page) press(w http.ResponseWriter, r *http.Request) {
	var body struct {
		MessageID int    `json:"message_id"`
		Data      string `json:"data"`
	}
	if !readBody(w, r, &body) {
		return
	}
	p.demo.api.Press(telegramtest.Chat{}, p.user, body.MessageID, body.Data)
	w.WriteHeader(http.StatusNoContent)
}

// file gives a document of the chat to the browser as a download, a picture to
// be shown.
func (p *page) file(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("message"))
	for _, m := range p.demo.api.Messages(UserID) {
		if m.ID == id && m.Document != nil {
			w.Header().Set("X-Content-Type-Options", "nosniff")
			if m.Document.Photo && m.Document.MIME == "image/png" {
				w.Header().Set("Content-Type", "image/png")
				_, _ = w.Write(m.Document.Data)
				return
			}
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": m.Document.Name}))
			_, _ = w.Write(m.Document.Data)
			return
		}
	}
	http.NotFound(w, r)
}

// events streams the whole state and then every change of it.
func (p *page) events(w http.ResponseWriter, r *http.Request) {
	changes, stop := p.demo.api.Subscribe()
	defer stop()
	s := &stream{w: w, flush: http.NewResponseController(w).Flush}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	_, more := p.demo.news.since(0)
	s.known = s.state(p)
	for s.err == nil {
		s.wait(r.Context(), p, changes, &more)
	}
}

// stream is one open page. known is how many headlines it has.
type stream struct {
	w     io.Writer
	flush func() error
	known int
	err   error
}

// wait sends what comes next.
func (s *stream) wait(ctx context.Context, p *page, changes <-chan telegramtest.Event, more *<-chan struct{}) {
	timer := time.NewTimer(heartbeat)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		s.err = ctx.Err()
	case <-timer.C:
		s.raw(": alive\n\n")
	case <-*more:
		var fresh []headline
		fresh, *more = p.demo.news.since(s.known)
		s.known += len(fresh)
		s.send("news", fresh)
	case e, open := <-changes:
		if !open {
			s.err = io.EOF
			return
		}
		s.change(p, e)
	}
}

func (s *stream) raw(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.w, text)
	}
	if s.err == nil {
		s.err = s.flush()
	}
}

func (s *stream) send(kind string, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		s.err = fmt.Errorf("encode event: %w", err)
		return
	}
	s.raw("event: " + kind + "\ndata: " + string(data) + "\n\n")
}

// change sends one event of the chat.
func (s *stream) change(p *page, e telegramtest.Event) {
	switch {
	case e.Kind == telegramtest.EventCommands:
		s.send("commands", p.demo.api.Commands(p.user.LanguageCode))
	case e.Kind == telegramtest.EventLost:
		s.known = s.state(p)
	case e.ChatID != UserID:
	case e.Kind == telegramtest.EventMessage, e.Kind == telegramtest.EventEdit:
		s.send("message", view(e.Message))
	case e.Kind == telegramtest.EventDelete:
		s.send("delete", map[string]int{"id": e.MessageID})
	case e.Kind == telegramtest.EventAnswer:
		s.send("answer", map[string]any{"text": e.Answer.Text, "alert": e.Answer.Alert, "data": e.Answer.Data})
	case e.Kind == telegramtest.EventAction:
		s.send("action", map[string]string{"action": e.Action})
	}
}

// state sends everything that the page shows and returns how many headlines
// were in it.
func (s *stream) state(p *page) int {
	messages := []messageView{}
	for _, m := range p.demo.api.Messages(UserID) {
		messages = append(messages, view(m))
	}
	var authorities []map[string]string
	for _, a := range p.demo.Sites {
		authorities = append(authorities, map[string]string{
			"name": a.Name, "home": a.Home, "address": a.Address(), "kind": a.Endpoints[0].Kind,
		})
	}
	news, _ := p.demo.news.since(0)
	s.send("state", map[string]any{
		"bot": "@" + botName, "messages": messages, "authorities": authorities, "news": news,
		"commands": p.demo.api.Commands(p.user.LanguageCode),
	})
	return len(news)
}

// messageView is a message as the page draws it: a plain text with entities,
// so that the page never has to trust markup.
type messageView struct {
	ID       int                     `json:"id"`
	Bot      bool                    `json:"bot"`
	Text     string                  `json:"text"`
	Entities []telegramtest.Entity   `json:"entities"`
	Keyboard [][]telegramtest.Button `json:"keyboard"`
	Time     time.Time               `json:"time"`
	Edited   bool                    `json:"edited"`
	Silent   bool                    `json:"silent"`
	File     string                  `json:"file,omitempty"`
	Photo    bool                    `json:"photo,omitempty"`
}

func view(m telegramtest.Message) messageView {
	v := messageView{
		ID: m.ID, Bot: m.FromBot, Text: m.Text, Entities: m.Entities, Keyboard: m.Keyboard,
		Time: m.Date, Edited: !m.Edited.IsZero(), Silent: m.Silent,
	}
	if m.Document != nil {
		v.File, v.Photo = m.Document.Name, m.Document.Photo
	}
	return v
}
