// Package sitetest serves sites of public authorities that answer on the wire
// as real ones do: a feed, a news page without a feed, the public preview of a
// Telegram channel, with the menus, notices and teasers around them. A site
// can misbehave in many ways. Tests and the demo use it.
package sitetest

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/encoding/htmlindex"
)

// Style is how a site publishes.
type Style int

// The styles of sites.
const (
	Feed    Style = iota // an RSS feed at /feed.xml, named by the home page
	Page                 // a list at /news/ without a feed
	Channel              // the preview of a Telegram channel at /s/<handle>
)

// Publication is one thing that a site publishes.
type Publication struct {
	Slug       string // names it within the site
	Title      string
	Paragraphs []string
	Published  time.Time
	Links      []string // named at the end of the text
}

// Fault is a way to misbehave. The zero Fault heals.
type Fault struct {
	Status         int               // answered instead of 200
	Delay          time.Duration     // before the answer
	Drip           time.Duration     // between two bytes of the body
	NoValidators   bool              // the answer has neither ETag nor Last-Modified, and is never 304
	Hang           bool              // never answers
	CutBody        bool              // the connection ends in the middle of the body
	RedirectTo     string            // with Status, or 302
	Charset        string            // the body is encoded so: windows-1251, koi8-u
	DeclareCharset string            // what the header says of it
	GzipBomb       bool              // a little that unpacks to hundreds of megabytes
	Huge           int64             // a body of so many bytes
	Body           string            // answered instead of the page
	Header         map[string]string // added to the answer
}

// Site is one site. It is an http.Handler, safe for concurrent use.
type Site struct {
	style  Style
	name   string
	handle string

	mu       sync.Mutex
	posts    []post // in the order of publication
	faults   map[string]Fault
	hits     map[string]int
	requests []*http.Request
	url      string
	server   *http.Server
	served   chan error
}

// post is a publication in its present state.
type post struct {
	Publication
	id        int
	withdrawn bool
	deleted   bool // withdrawn without a trace
	changed   time.Time
}

// NewSite returns a site of an authority; name stands in its furniture, and
// handle is that of its channel.
func NewSite(style Style, name, handle string) *Site {
	return &Site{style: style, name: name, handle: handle, faults: map[string]Fault{}, hits: map[string]int{}}
}

// Publish adds a publication. One without a time is published now.
func (s *Site) Publish(p Publication) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Published.IsZero() {
		p.Published = time.Now()
	}
	s.posts = append(s.posts, post{Publication: p, id: len(s.posts) + 1, changed: time.Now()})
	slices.SortStableFunc(s.posts, func(a, b post) int { return a.Published.Compare(b.Published) })
}

// Edit replaces what was published under a slug. Its time stays.
func (s *Site) Edit(slug string, p Publication) {
	s.change(slug, func(old *post) {
		p.Slug, p.Published = slug, old.Published
		old.Publication = p
	})
}

// Withdraw takes a publication away: its page answers 410 from now on.
func (s *Site) Withdraw(slug string) {
	s.change(slug, func(old *post) { old.withdrawn = true })
}

// Delete takes a publication away without a trace: its page answers 404.
func (s *Site) Delete(slug string) {
	s.change(slug, func(old *post) { old.withdrawn, old.deleted = true, true })
}

// Flood publishes so many things at once.
func (s *Site) Flood(n int) {
	for i := range n {
		s.Publish(Publication{Slug: fmt.Sprintf("flood-%d", i), Title: fmt.Sprintf("Перенесена публікація номер %d з архіву", i), Paragraphs: []string{"Архівний матеріал."}})
	}
}

func (s *Site) change(slug string, do func(*post)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.posts {
		if s.posts[i].Slug == slug {
			do(&s.posts[i])
			s.posts[i].changed = time.Now()
		}
	}
}

// Misbehave makes a path answer with a fault until it is healed.
func (s *Site) Misbehave(path string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[path] = f
}

// Hits is how often a path was asked for.
func (s *Site) Hits(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits[path]
}

// Requests are all requests so far.
func (s *Site) Requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Start serves the site at an address such as 127.0.0.1:0 and returns its URL.
func (s *Site) Start(addr string) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("start site: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.url = "http://" + l.Addr().String()
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.served = make(chan error, 1)
	server, served := s.server, s.served
	go func() { served <- server.Serve(l) }()
	return s.url, nil
}

// URL is the address of the site's home page after Start.
func (s *Site) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Close ends a started site and all its connections.
// It may be called again.
func (s *Site) Close() {
	s.mu.Lock()
	server := s.server
	s.server = nil
	s.mu.Unlock()
	if server == nil {
		return
	}
	_ = server.Close() // what it can tell is that the listener was closed before
	<-s.served
}

// ServeHTTP answers as the site does now.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.hits[r.URL.Path]++
	s.requests = append(s.requests, r.Clone(context.WithoutCancel(r.Context())))
	fault := s.faults[r.URL.Path]
	answer := s.answer(r)
	s.mu.Unlock()
	fault.serve(w, r, answer)
}

// answer is what a path holds.
type answer struct {
	status      int
	contentType string
	body        string
	modified    time.Time
	location    string
}

func (s *Site) answer(r *http.Request) answer {
	path := strings.TrimSuffix(r.URL.Path, "/")
	page, _ := strconv.Atoi(r.URL.Query().Get("page")) // none: the first
	switch {
	case path == "/robots.txt":
		return answer{status: http.StatusOK, contentType: "text/plain; charset=utf-8", body: "User-agent: *\nDisallow: /admin/\n"}
	case s.style == Channel && path == "/s/"+s.handle:
		before, _ := strconv.Atoi(r.URL.Query().Get("before")) // none: the newest
		return s.html(s.preview(before))
	case s.style == Channel && strings.HasPrefix(path, "/s/"):
		return answer{status: http.StatusFound, location: strings.TrimPrefix(path, "/s")} // no such channel
	case s.style == Channel && path != "":
		return s.html(contact(strings.TrimPrefix(path, "/")))
	case s.style == Channel:
	case path == "":
		return s.html(s.home())
	case s.style == Feed && path == "/feed.xml":
		return answer{status: http.StatusOK, contentType: "application/rss+xml; charset=utf-8", body: s.feed(), modified: s.modified()}
	case s.style == Page && path == "/news":
		return s.html(s.list(max(page, 1)))
	case strings.HasPrefix(path, "/news/"):
		return s.article(strings.TrimPrefix(path, "/news/"))
	}
	return answer{status: http.StatusNotFound, contentType: "text/html; charset=utf-8", body: "<!doctype html><title>404</title><h1>Сторінку не знайдено</h1>"}
}

func (s *Site) html(body string) answer {
	return answer{status: http.StatusOK, contentType: "text/html; charset=utf-8", body: body, modified: s.modified()}
}

func (s *Site) modified() time.Time {
	var last time.Time
	for _, p := range s.posts {
		if p.changed.After(last) {
			last = p.changed
		}
	}
	return last
}

// shown are the publications that were not withdrawn, the newest first.
func (s *Site) shown() []post {
	var all []post
	for _, p := range slices.Backward(s.posts) {
		if !p.withdrawn {
			all = append(all, p)
		}
	}
	return all
}

// bombSize is what a gzip bomb unpacks to.
const bombSize = 300 << 20

func (f Fault) serve(w http.ResponseWriter, r *http.Request, a answer) {
	if !f.wait(r.Context()) {
		return
	}
	for name, value := range f.Header {
		w.Header().Set(name, value)
	}
	if a.location != "" && f.RedirectTo == "" && f.Status == 0 {
		f.RedirectTo = a.location
	}
	switch {
	case f.RedirectTo != "":
		status := f.Status
		if status == 0 {
			status = http.StatusFound
		}
		http.Redirect(w, r, f.RedirectTo, status)
		return
	case f.GzipBomb:
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", a.contentType)
		z := gzip.NewWriter(w)
		fill(z, bombSize)
		_ = z.Close()
		return
	case f.Huge > 0:
		w.Header().Set("Content-Type", "text/html")
		fill(w, f.Huge)
		return
	}
	if f.Body != "" {
		a.body = f.Body
	}
	if f.Status != 0 {
		a.status = f.Status
	}
	f.write(w, r, a)
}

// wait tells whether the reader is still there when the answer may begin.
func (f Fault) wait(ctx context.Context) bool {
	if f.Hang {
		<-ctx.Done()
		return false
	}
	t := time.NewTimer(f.Delay)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// fill writes so many bytes, or as many as the reader takes.
func fill(w interface{ Write([]byte) (int, error) }, n int64) {
	chunk := bytes.Repeat([]byte{' '}, 64<<10)
	for n > 0 {
		m, err := w.Write(chunk[:min(n, int64(len(chunk)))])
		if err != nil {
			return
		}
		n -= int64(m)
	}
}

// validate names the state of the answer and tells whether the reader has it
// already.
func validate(r *http.Request, h http.Header, a answer, body []byte) bool {
	sum := sha256.Sum256(body)
	h.Set("ETag", fmt.Sprintf(`"%x"`, sum[:8]))
	if !a.modified.IsZero() {
		h.Set("Last-Modified", a.modified.UTC().Format(http.TimeFormat))
	}
	return a.status == http.StatusOK && unchanged(r, h)
}

// unchanged tells whether the reader has this answer already. Only where it
// names no ETag does the date decide.
func unchanged(r *http.Request, h http.Header) bool {
	if tag := r.Header.Get("If-None-Match"); tag != "" {
		return tag == h.Get("ETag")
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	modified, bad := http.ParseTime(h.Get("Last-Modified"))
	return err == nil && bad == nil && !modified.After(since)
}

func (f Fault) write(w http.ResponseWriter, r *http.Request, a answer) {
	body := []byte(a.body)
	if f.Charset != "" {
		if e, err := htmlindex.Get(f.Charset); err == nil {
			if encoded, err := e.NewEncoder().Bytes(body); err == nil {
				body = encoded
			}
		}
		a.contentType, _, _ = strings.Cut(a.contentType, ";")
	}
	if f.DeclareCharset != "" {
		kind, _, _ := strings.Cut(a.contentType, ";")
		a.contentType = kind + "; charset=" + f.DeclareCharset
	}
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	if !f.NoValidators && validate(r, h, a, body) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if f.Drip > 0 {
		w.WriteHeader(a.status)
		drip(r.Context(), w, body, f.Drip)
		return
	}
	if f.CutBody {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(a.status)
		_, _ = w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler) // ends the connection as a crash would
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		w.WriteHeader(a.status)
		z := gzip.NewWriter(w)
		_, err := z.Write(body)
		if err = errors.Join(err, z.Close()); err != nil {
			panic(http.ErrAbortHandler)
		}
		return
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body)
}
