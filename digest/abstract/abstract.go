// Package abstract has articles retold by a language model, and lets nothing
// through that the article does not say. It knows the model by the address of an
// OpenAI-compatible endpoint only, gives it an article's title and text and
// nothing else, and takes a text back. It knows no stories, no chats and no
// storage.
package abstract

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Secret is a key that must not be shown.
type Secret string

// String hides the secret wherever it is printed.
func (Secret) String() string { return "<secret>" }

// GoString hides the secret in %#v.
func (Secret) GoString() string { return "<secret>" }

// MarshalText hides the secret in JSON and logs.
func (Secret) MarshalText() ([]byte, error) { return []byte("<secret>"), nil }

// Store keeps answers, and what was spent, over restarts and for all replicas.
type Store interface {
	// Answer gives what is kept under a key; false when nothing is.
	Answer(ctx context.Context, key string) (string, bool, error)
	// Keep keeps an answer for a time.
	Keep(ctx context.Context, key, answer string, period time.Duration) error
	// Spend adds one request with so many letters to those of a day, and gives
	// their sums.
	Spend(ctx context.Context, day string, letters int) (requests, total int, err error)
}

// Options is what a Writer works with.
type Options struct {
	URL      string // of the endpoint, with or without /chat/completions
	Model    string
	Key      Secret        // may be empty
	Requests int           // a day at most
	Letters  int           // of articles a day at most
	AtOnce   int           // requests in flight at most
	Limit    time.Duration // one request; 0 is 20 seconds
	Store    Store
	Log      *slog.Logger
	Now      func() time.Time // nil is time.Now
}

// Text is an article as the model is given it.
type Text struct{ Title, Body string }

func (t Text) source() string { return t.Title + "\n" + t.Body }

// Why there is no abstract of an article.
var (
	ErrShort     = errors.New("the article is short enough")
	ErrInstructs = errors.New("the article speaks to a program")
	ErrRefused   = errors.New("the abstract says what the article does not")
	ErrBudget    = errors.New("the day's budget is spent")
	ErrResting   = errors.New("the endpoint failed and is left alone for a while")
	ErrWait      = errors.New("the digest does not wait any longer")
	ErrEndpoint  = errors.New("the endpoint failed")
)

// Bounds of asking for abstracts.
const (
	shortText   = 400                 // letters: what is shorter needs no abstract
	mostText    = 8000                // letters of an article that the model is given
	keepAnswer  = 14 * 24 * time.Hour // as long as a story may come again
	callLimit   = 20 * time.Second    // one request
	waitDigest  = 20 * time.Second    // how long one digest waits for its abstracts
	waitAll     = 60 * time.Second    // how long all digests together wait, of late
	waitRefill  = 10                  // so many seconds give back one of them
	failsToRest = 3
	restFirst   = time.Minute
	restMost    = 30 * time.Minute
)

// Writer gives abstracts of articles. It is safe for concurrent use.
type Writer struct {
	o      Options
	url    string
	client *http.Client
	slots  chan struct{}

	mu      sync.Mutex
	flights map[string]*flight
	checked map[string]string // answers by their key that were checked; "" for those refused
	fails   int
	rest    time.Time // the endpoint is left alone until then
	waited  time.Duration
	since   time.Time // when waited was reckoned last
}

// flight is a request that is under way.
type flight struct {
	done chan struct{}
	text string
	err  error
}

// NewWriter returns a writer that asks nobody before the first text.
func NewWriter(o Options) *Writer {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Limit == 0 {
		o.Limit = callLimit
	}
	return &Writer{
		o: o, url: endpoint(o.URL), client: newClient(), slots: make(chan struct{}, max(1, o.AtOnce)),
		flights: map[string]*flight{}, checked: map[string]string{}, since: o.Now(),
	}
}

// Abstracts gives the abstract of each text, "" where there is none. It waits for
// the model for a bounded time, for each digest and for all of late: a digest is
// never late because of the model. What comes after that is kept for the next.
func (w *Writer) Abstracts(ctx context.Context, texts []Text) []string {
	allowed := w.allow(ctx)
	began := w.o.Now()
	wait, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	all := make([]string, len(texts))
	why := make([]error, len(texts))
	var g sync.WaitGroup
	for i, t := range texts {
		g.Go(func() { all[i], why[i] = w.abstract(ctx, wait, t) })
	}
	g.Wait()
	w.charge(w.o.Now().Sub(began))
	counts := map[string]int{}
	for _, err := range why {
		counts[reason(err)]++
	}
	w.o.Log.Debug("abstracts", "stories", len(texts), "outcomes", fmt.Sprint(counts))
	return all
}

// reason names an outcome for the log.
func reason(err error) string {
	for _, r := range []struct {
		err  error
		name string
	}{
		{ErrShort, "short"},
		{ErrInstructs, "instructs"},
		{ErrRefused, "refused"},
		{ErrBudget, "budget"},
		{ErrResting, "resting"},
		{ErrWait, "wait"},
		{ErrEndpoint, "endpoint"},
	} {
		if errors.Is(err, r.err) {
			return r.name
		}
	}
	if err != nil {
		return "storage"
	}
	return "written"
}

// allow says for how long a digest may wait.
func (w *Writer) allow(ctx context.Context) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.o.Now()
	w.waited = max(0, w.waited-now.Sub(w.since)/waitRefill)
	w.since = now
	wait := min(waitDigest, waitAll-w.waited)
	// A caller whose own time is bounded keeps half of it for the rest.
	if until, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(until)/2)
	}
	return max(0, wait)
}

// charge reckons what a digest waited.
func (w *Writer) charge(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waited += d
}

// Abstract gives the abstract of one text, or why there is none. It waits until
// ctx ends.
func (w *Writer) Abstract(ctx context.Context, t Text) (string, error) {
	return w.abstract(ctx, ctx, t)
}

// abstract looks the answer up within ctx, and waits for the model within wait.
func (w *Writer) abstract(ctx, wait context.Context, t Text) (string, error) {
	source := t.source()
	if utf8.RuneCountInString(t.Body) < shortText {
		return "", ErrShort
	}
	if trusted(source) != source {
		return "", ErrInstructs
	}
	key := w.key(source)
	answer, known, err := w.kept(ctx, key, source)
	switch {
	case err != nil || known:
		return answer, err
	case wait.Err() != nil:
		return "", ErrWait
	}
	f, err := w.fly(wait, key, t)
	if err != nil {
		return "", err
	}
	select {
	case <-f.done:
		return f.text, f.err
	case <-wait.Done():
		return "", ErrWait
	}
}

// mostChecked bounds what is remembered of answers that were checked: a check
// takes milliseconds, and thousands of digests have the same stories.
const mostChecked = 10_000

// kept gives the answer that is kept under a key, checked: false when there is
// none. One that was kept is checked again by each process, for the check may have
// become stricter.
func (w *Writer) kept(ctx context.Context, key, source string) (answer string, known bool, err error) {
	w.mu.Lock()
	answer, known = w.checked[key]
	w.mu.Unlock()
	if known {
		if answer == "" {
			err = ErrRefused
		}
		return answer, true, err
	}
	answer, known, err = w.o.Store.Answer(ctx, key)
	if err != nil || !known {
		return "", false, err
	}
	answer, err = checked(source, answer)
	w.remember(key, answer)
	return answer, true, err
}

func (w *Writer) remember(key, answer string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.checked) >= mostChecked {
		clear(w.checked)
	}
	w.checked[key] = answer
}

// key names the answer to a question: another model, other instructions or another
// text are another question.
func (w *Writer) key(source string) string {
	sum := sha256.Sum256([]byte(w.o.Model + "\x00" + instructions + "\x00" + source))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// checked gives an answer if it says what its source says.
func checked(source, answer string) (string, error) {
	if answer == "" {
		return "", ErrRefused
	}
	if ok, reasons := Verify(source, answer); !ok {
		return "", fmt.Errorf("%w: %s", ErrRefused, strings.Join(reasons, "; "))
	}
	return answer, nil
}

// fly joins the request for a text that is under way, or starts one as soon as
// fewer than so many are.
func (w *Writer) fly(wait context.Context, key string, t Text) (*flight, error) {
	if f := w.flying(key); f != nil {
		return f, nil
	}
	select {
	case w.slots <- struct{}{}:
	case <-wait.Done():
		return nil, ErrWait
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.flights[key]
	resting := w.o.Now().Before(w.rest)
	if f != nil || resting {
		<-w.slots
		if f == nil {
			return nil, ErrResting
		}
		return f, nil
	}
	f = &flight{done: make(chan struct{})}
	w.flights[key] = f
	// The request goes on when this digest does not wait any longer: its answer is
	// kept for the next.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(wait), w.o.Limit)
	go func() {
		defer cancel()
		f.text, f.err = w.request(ctx, key, t)
		w.mu.Lock()
		delete(w.flights, key)
		w.mu.Unlock()
		close(f.done)
		<-w.slots
	}()
	return f, nil
}

func (w *Writer) flying(key string) *flight {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flights[key]
}

// request asks the model, checks what it says and keeps it. What did not pass is
// kept as nothing: the same question has the same answer.
func (w *Writer) request(ctx context.Context, key string, t Text) (string, error) {
	// Another flight may have ended since the answer was looked up.
	if answer, known, err := w.kept(ctx, key, t.source()); known {
		return answer, err
	}
	body := shorten(t.Body, mostText)
	letters := utf8.RuneCountInString(t.Title) + utf8.RuneCountInString(body)
	requests, total, err := w.o.Store.Spend(ctx, w.o.Now().UTC().Format(time.DateOnly), letters)
	if err != nil {
		return "", err
	}
	if requests > w.o.Requests || total > w.o.Letters {
		return "", ErrBudget
	}
	answer, err := w.ask(ctx, Text{t.Title, body})
	w.note(err)
	if err != nil && !errors.Is(err, ErrRefused) {
		return "", err
	}
	if err == nil {
		answer, err = checked(t.source(), answer)
	}
	if err != nil {
		w.o.Log.Debug("abstract: the extract goes out", "error", err)
	}
	w.remember(key, answer)
	if kept := w.o.Store.Keep(ctx, key, answer, keepAnswer); kept != nil {
		w.o.Log.Warn("abstract: not kept", "error", kept)
	}
	return answer, err
}

// note remembers whether the endpoint works; one that fails is left alone for a
// while, longer each time.
func (w *Writer) note(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil || errors.Is(err, ErrRefused) {
		w.fails = 0
		return
	}
	w.fails++
	var s *statusError
	rest := time.Duration(0)
	if w.fails >= failsToRest {
		rest = min(restMost, restFirst<<min(w.fails-failsToRest, 10))
	}
	if errors.As(err, &s) && s.code < http.StatusInternalServerError {
		rest = max(rest, s.after, restFirst) // refused: asking again at once does not help
	}
	if rest > 0 {
		w.rest = w.o.Now().Add(rest)
		w.o.Log.Warn("abstracts: the endpoint fails, extracts go out", "rest", rest, "error", err)
	}
}

// shorten cuts a text at a paragraph or sentence to so many letters.
func shorten(s string, letters int) string {
	if utf8.RuneCountInString(s) <= letters {
		return s
	}
	cut := string([]rune(s)[:letters])
	if i := strings.LastIndexAny(cut, "\n.!?"); i > len(cut)/2 {
		cut = cut[:i+1]
	}
	return cut
}
