package sources

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"golang.org/x/sync/errgroup"
)

// TaskFetch is the type of the task that reads one source; its payload is the
// source's id.
const TaskFetch = "fetch"

// QueueFetch is the queue of those tasks.
const QueueFetch = "fetch"

// Bounds of the adaptive interval, and where it starts.
const (
	minInterval   = 5 * time.Minute
	startInterval = 15 * time.Minute
	maxInterval   = 6 * time.Hour
)

const (
	fetchLimit   = 60 * time.Second // one reading of a source with all its articles
	fetchLease   = 90 * time.Second // a source that was taken and not read is due again after it
	articleLimit = 30               // article pages fetched in one reading
	articleTries = 3                // readings that try a page before its teaser is taken as it is
	takeAtOnce   = 200
)

// Fetcher reads from the servers of strangers.
type Fetcher interface {
	Read(ctx context.Context, e Endpoint, v Validators) (Reading, error)
	Article(ctx context.Context, url string) (Page, error)
}

// Standing is how an item stands to what was taken in before.
type Standing int

// The standings of an item.
const (
	StandingNew     Standing = iota
	StandingKnown            // taken in, with this title
	StandingRenamed          // taken in, with another title
)

// Sink takes in what was read. It is safe to give it the same items again.
type Sink interface {
	// Known tells for each item how it stands to what was taken in before.
	Known(ctx context.Context, source string, items []Item) ([]Standing, error)
	// TakeIn stores items and tells how many were new or edited.
	TakeIn(ctx context.Context, source string, state State, items []Item) (int, error)
}

// Poller reads every followed source at its time, once for all chats.
type Poller struct {
	fetch    Fetcher
	registry *Registry
	sink     Sink
	queue    *asynq.Client
	followed func(ctx context.Context, source string) (bool, error)
	interval time.Duration
	log      *slog.Logger
	now      func() time.Time

	mu      sync.Mutex
	reading map[string]*sync.Mutex // by source: one reading at a time in this process
	tries   map[string]int         // by article address: failed fetches of its page
	checked map[string]time.Time   // by article address: when its page was last looked at
}

// PollerOptions is what a Poller works with.
type PollerOptions struct {
	Fetcher  Fetcher
	Registry *Registry
	Sink     Sink
	Queue    *asynq.Client
	// Followed tells whether anybody wants a source. Others are not read.
	Followed func(ctx context.Context, source string) (bool, error)
	// Interval, when set, is taken literally for healthy sources; 0 adapts.
	Interval time.Duration
	Log      *slog.Logger
	Now      func() time.Time
}

// NewPoller returns a poller that does nothing before Run.
func NewPoller(o PollerOptions) *Poller {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Poller{
		fetch: o.Fetcher, registry: o.Registry, sink: o.Sink, queue: o.Queue, followed: o.Followed,
		interval: o.Interval, log: o.Log, now: o.Now, reading: map[string]*sync.Mutex{}, tries: map[string]int{}, checked: map[string]time.Time{},
	}
}

// Run puts the sources that are due into the queue until ctx ends.
func (p *Poller) Run(ctx context.Context) error {
	tick := time.NewTicker(p.tick())
	defer tick.Stop()
	for {
		if err := p.enqueueDue(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("poll: due sources wait", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (p *Poller) tick() time.Duration {
	if p.interval > 0 {
		return min(time.Second, max(p.interval/4, 50*time.Millisecond))
	}
	return time.Second
}

func (p *Poller) enqueueDue(ctx context.Context) error {
	due, err := p.registry.takeDue(ctx, fetchLease, takeAtOnce)
	if err != nil {
		return err
	}
	for _, d := range due {
		task := asynq.NewTask(TaskFetch, []byte(d.id))
		_, err := p.queue.EnqueueContext(ctx, task, asynq.TaskID("fetch:"+d.id+":"+d.at),
			asynq.Queue(QueueFetch), asynq.MaxRetry(2), asynq.Timeout(fetchLimit))
		if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
			return fmt.Errorf("queue source %s: %w", d.id, err)
		}
	}
	return nil
}

// ProcessTask reads the source of a task. A source that cannot be read is
// recorded and is no failure of the task.
func (p *Poller) ProcessTask(ctx context.Context, task *asynq.Task) error {
	_, err := p.ReadNow(ctx, string(task.Payload()))
	var failed *ReadError
	if errors.As(err, &failed) {
		return nil
	}
	return err
}

// ReadError says that a source could not be read; what it wraps says why.
type ReadError struct {
	Source string
	Err    error
}

func (e *ReadError) Error() string { return "read source " + e.Source + ": " + e.Err.Error() }

func (e *ReadError) Unwrap() error { return e.Err }

// ReadNow reads a source and takes in what is new, and tells how many
// articles were. It fails with a ReadError when no endpoint could be read.
func (p *Poller) ReadNow(ctx context.Context, id string) (int, error) {
	lock := p.lockOf(id)
	lock.Lock()
	defer lock.Unlock()
	known, err := p.registry.Get(ctx, id)
	if err != nil || len(known) == 0 {
		return 0, err
	}
	k := known[0]
	if wanted, err := p.followed(ctx, id); err != nil || !wanted {
		if err == nil {
			err = p.registry.Record(ctx, id, k.State, p.now().Add(maxInterval))
		}
		return 0, err
	}
	k.State.LastTried = p.now()
	reading, err := p.readAny(ctx, &k)
	if err != nil {
		return 0, p.failed(ctx, k, err)
	}
	return p.Take(ctx, k, reading)
}

func (p *Poller) lockOf(id string) *sync.Mutex {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reading[id] == nil {
		p.reading[id] = &sync.Mutex{}
	}
	return p.reading[id]
}

// readAny reads the first endpoint that answers, in the order of preference.
func (p *Poller) readAny(ctx context.Context, k *Known) (Reading, error) {
	var errs []error
	for _, e := range k.Endpoints {
		reading, err := p.fetch.Read(ctx, e, k.State.Validators[e.URL])
		if err == nil {
			return reading, nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	if len(errs) == 0 {
		return Reading{}, ErrNotSource
	}
	return Reading{}, errors.Join(errs...)
}

func (p *Poller) failed(ctx context.Context, k Known, cause error) error {
	k.State.Fails++
	k.State.Reason = cause.Error()
	wait := maxInterval
	base := max(p.interval, time.Second)
	if p.interval == 0 {
		base = minInterval
	}
	if k.State.Fails < 16 {
		wait = min(base<<k.State.Fails, maxInterval)
	}
	p.log.Info("poll: source failed", "source", k.ID, "fails", k.State.Fails, "wait", wait, "error", cause)
	if err := p.registry.Record(ctx, k.ID, k.State, p.now().Add(wait)); err != nil {
		return err
	}
	return &ReadError{Source: k.ID, Err: cause}
}

// Take takes in a reading of a known source and records its state.
func (p *Poller) Take(ctx context.Context, k Known, reading Reading) (int, error) {
	news := 0
	if !reading.NotModified {
		items, complete, err := p.fill(ctx, k.ID, reading.Items)
		if err != nil {
			return 0, err
		}
		if news, err = p.sink.TakeIn(ctx, k.ID, k.State, items); err != nil {
			return 0, err
		}
		if !complete {
			// What is missing is asked for again, so nobody may say "not modified".
			reading.Validators = Validators{}
		}
	}
	s := &k.State
	now := p.now()
	s.LastTried, s.LastRead, s.Fails, s.Reason = now, now, 0, ""
	if s.FirstRead.IsZero() {
		s.FirstRead = now
	}
	if !reading.NotModified {
		s.Validators = map[string]Validators{reading.Endpoint.URL: reading.Validators}
	}
	s.Interval = p.next(s.Interval, news, reading.Wait)
	return news, p.registry.Record(ctx, k.ID, k.State, now.Add(p.jitter(s.Interval)))
}

// next adapts the interval: sooner when there was news, later when there was
// none, never sooner than the server asks.
func (p *Poller) next(last time.Duration, news int, asked time.Duration) time.Duration {
	if p.interval > 0 {
		return p.interval
	}
	switch {
	case last == 0:
		last = startInterval
	case news > 0:
		last /= 2
	default:
		last += last / 4
	}
	return min(max(last, minInterval, asked), maxInterval)
}

func (p *Poller) jitter(d time.Duration) time.Duration {
	if p.interval > 0 {
		return d
	}
	return d + time.Duration((rand.Float64()-.5)*.2*float64(d))
}

// fill fetches the pages of new items that are only teasers, and leaves out
// those whose page cannot be had now; complete tells whether none was.
func (p *Poller) fill(ctx context.Context, source string, items []Item) (filled []Item, complete bool, err error) {
	known, err := p.sink.Known(ctx, source, items)
	if err != nil {
		return nil, false, err
	}
	items = slices.Clone(items)
	missing := make([]bool, len(items))
	var g errgroup.Group
	g.SetLimit(2)
	fetched := 0
	for i := range items {
		if !items[i].Thin || items[i].URL == "" || !p.wantsPage(known[i], items[i], i) {
			continue
		}
		if fetched++; fetched > articleLimit {
			missing[i] = true
			continue
		}
		g.Go(func() error {
			missing[i] = !p.fillOne(ctx, &items[i])
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	complete = true
	for i, item := range items {
		if missing[i] {
			complete = false
			continue
		}
		filled = append(filled, item)
	}
	// The newest stand first; they are taken in in the order of publication.
	slices.Reverse(filled)
	return filled, complete, nil
}

// Which pages of known articles are looked at again for edits: those of so many
// items at the top, published so short a time ago, so often.
const (
	editedTop   = 10
	editedSince = 24 * time.Hour
	editedEvery = 30 * time.Minute
)

// wantsPage tells whether an item's page is to be fetched: of a new or renamed
// one, and now and then of a recent one, whose text may have been edited.
func (p *Poller) wantsPage(s Standing, item Item, place int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	last, seen := p.checked[item.URL]
	every := editedEvery
	if p.interval > 0 {
		every = min(every, 10*p.interval)
	}
	recent := place < editedTop && now.Sub(item.Published) < editedSince
	switch {
	case s != StandingKnown, recent && seen && now.Sub(last) >= every:
	case recent && !seen: // looked at before the program started, perhaps just now
		p.checked[item.URL] = now
		return false
	default:
		return false
	}
	if len(p.checked) > 50_000 {
		clear(p.checked)
	}
	p.checked[item.URL] = now
	return true
}

// fillOne completes an item from its page. It gives false when the page is to
// be tried again at the next reading.
func (p *Poller) fillOne(ctx context.Context, item *Item) bool {
	page, err := p.fetch.Article(ctx, item.URL)
	if err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.tries) > 10_000 {
			clear(p.tries)
		}
		p.tries[item.URL]++
		if p.tries[item.URL] < articleTries {
			return false
		}
		delete(p.tries, item.URL)
		p.log.Info("poll: article taken without its page", "article", item.URL, "error", err)
		return true
	}
	item.Complete(page)
	return true
}

// recent is how long a reading counts as one made now.
const recent = time.Minute

// Follow makes sure that a source is read from now on. It takes in the reading
// that was made of it, or reads it now unless that was done a moment ago. A
// source that cannot be read is not taken up: the error says why.
func (p *Poller) Follow(ctx context.Context, s Source, reading *Reading) error {
	lock := p.lockOf(s.ID)
	lock.Lock()
	defer lock.Unlock()
	k := Known{Source: s}
	known, err := p.registry.Get(ctx, s.ID)
	if err != nil {
		return err
	}
	if len(known) > 0 {
		k.State = known[0].State
	}
	if reading == nil && k.State.Fails == 0 && p.now().Sub(k.State.LastRead) < recent {
		return nil
	}
	if reading == nil {
		k.State.Validators = nil // a first reader needs the items, not "not modified"
		r, err := p.readAny(ctx, &k)
		if err != nil {
			return err
		}
		reading = &r
	}
	if err := p.registry.Put(ctx, s, p.now().Add(fetchLease)); err != nil {
		return err
	}
	_, err = p.Take(ctx, k, *reading)
	return err
}
