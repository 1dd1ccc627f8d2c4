package sources

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"visnyk/internal/crash"
	"visnyk/sources/extract"

	"github.com/hibiken/asynq"
)

// The tasks that read one source; their payload is the source's id. Each is the
// name of its queue too. A source that answers at once is read in the quick
// lane. One that does not moves to the lane of the failing, and from there to
// the slow lane if it answers at all, so that the dead never stand in the way
// of the living.
const (
	TaskFetch   = "fetch"
	TaskSlow    = "fetch-slow"
	TaskFailing = "fetch-failing"
)

// Lane is a queue with workers of its own.
type Lane struct {
	Queue   string
	Workers int
}

// Lanes are the queues of the tasks that read sources. The failing have one
// worker of twenty-one: they take less than a twentieth of the time, however
// many there are.
func Lanes() []Lane { return []Lane{{TaskFetch, 16}, {TaskSlow, 4}, {TaskFailing, 1}} }

// QuickPatience is how long the quick lane waits for an answer.
const QuickPatience = 1500 * time.Millisecond

const (
	fetchLimit   = 60 * time.Second // one reading of a source with all its articles
	fetchLease   = 90 * time.Second // a source that was taken and not read is due again after it
	slowLimit    = 3 * time.Minute  // the same in the slow lane
	slowLease    = 4 * time.Minute
	articleLimit = 30      // article pages fetched in one reading
	articleTries = 3       // readings that try a page before its teaser is taken as it is
	neverDead    = 1 << 20 // tries of a task: a source is never given up
	takeAtOnce   = 500
)

// Fetcher reads from the servers of strangers.
type Fetcher interface {
	Read(ctx context.Context, e Endpoint, v Validators) (Reading, error)
	Article(ctx context.Context, url string) (Page, error)
	// Check tells by its error whether a page is there.
	Check(ctx context.Context, url string) error
}

// Standing is how an item stands to what was taken in before.
type Standing int

// The standings of an item.
const (
	StandingNew     Standing = iota
	StandingKnown            // taken in, with this title
	StandingRenamed          // taken in, with another title
)

// Intake is what one reading of a source brings.
type Intake struct {
	Source   string
	State    State // before the reading
	Items    []Item
	NewsFrom time.Time // when set, nothing published before is news: the endpoint was not read before
	Baseline bool      // nothing in it is news: a flood
}

// Watched is an article whose page is looked at now and then.
type Watched struct {
	URL       string
	Published time.Time
	Missing   time.Time // when its page was first found to be gone; zero while it is there
}

// Sink takes in what was read. It is safe to give it the same items again.
type Sink interface {
	// Known tells for each item how it stands to what was taken in before.
	Known(ctx context.Context, source string, items []Item) ([]Standing, error)
	// TakeIn stores items and tells how many were new or edited.
	TakeIn(ctx context.Context, in Intake) (int, error)
	// Empty tells whether nothing of a source is stored: it is to be read anew.
	Empty(ctx context.Context, source string) (bool, error)
	// Watched lists what a source published since a moment, the newest first.
	Watched(ctx context.Context, source string, since time.Time) ([]Watched, error)
	// Gone notes that the page of an article does not exist. It counts as
	// withdrawn when that is so for the time confirm.
	Gone(ctx context.Context, source, url string, confirm time.Duration) error
	// Back notes that the page of an article is there after all.
	Back(ctx context.Context, source, url string) error
}

// Poller reads every followed source at its time, once for all chats.
type Poller struct {
	fetch    Fetcher
	quick    Fetcher // fetch with little patience; nil: there is none
	patience time.Duration
	registry *Registry
	sink     Sink
	queue    *asynq.Client
	followed func(ctx context.Context, source string) (bool, error)
	interval time.Duration
	notify   func(ctx context.Context, n Notice) error
	zone     *time.Location
	log      *slog.Logger
	now      func() time.Time

	outage *outage

	mu      sync.Mutex
	reading map[string]*sync.Mutex // by source: one reading at a time in this process
	tries   map[string]int         // by article address: failed fetches of its page
	checked map[string]time.Time   // by what had its turn, as the look at an article's page: when
	lists   map[string]uint64      // by source: a hash of what it listed last
	posts   map[string][]string    // by source: the posts that its channel showed last
}

// PollerOptions is what a Poller works with.
type PollerOptions struct {
	Fetcher Fetcher
	// Quick is Fetcher with little patience, for the quick lane; nil means
	// that there is none.
	Quick Fetcher
	// Patience is that of Quick; 0 means QuickPatience.
	Patience time.Duration
	Registry *Registry
	Sink     Sink
	Queue    *asynq.Client
	// Followed tells whether anybody wants a source. Others are not read.
	Followed func(ctx context.Context, source string) (bool, error)
	// Interval, when set, is taken literally for healthy sources; 0 adapts.
	Interval time.Duration
	// Notify tells the operators something, once for each Notice.ID; nil
	// tells nobody.
	Notify func(ctx context.Context, n Notice) error
	// Zone is where authorities have their day; nil means Europe/Kyiv.
	Zone *time.Location
	Log  *slog.Logger
	Now  func() time.Time
}

// NewPoller returns a poller that does nothing before Run.
func NewPoller(o PollerOptions) *Poller {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Patience == 0 {
		o.Patience = QuickPatience
	}
	if o.Zone == nil {
		o.Zone = extract.Kyiv()
	}
	return &Poller{
		fetch: o.Fetcher, quick: o.Quick, patience: o.Patience, notify: o.Notify, zone: o.Zone, registry: o.Registry, sink: o.Sink, queue: o.Queue, followed: o.Followed,
		interval: o.Interval, log: o.Log, now: o.Now, reading: map[string]*sync.Mutex{}, tries: map[string]int{}, checked: map[string]time.Time{}, lists: map[string]uint64{}, posts: map[string][]string{},
		outage: &outage{failing: map[string]bool{}},
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
	for {
		due, err := p.registry.takeDue(ctx, fetchLease, takeAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		known, err := p.registry.Get(ctx, due...)
		if err != nil {
			return err
		}
		for _, k := range known {
			if err := p.enqueue(ctx, k); err != nil {
				return err
			}
		}
		if len(due) < takeAtOnce {
			return nil
		}
	}
}

// enqueue puts a source into its lane, unless it waits there already.
func (p *Poller) enqueue(ctx context.Context, k Known) error {
	id, kind, limit := k.ID, TaskFetch, fetchLimit
	switch {
	case k.State.Fails > 0, k.State.Trial:
		kind, limit = TaskFailing, slowLimit
	case k.State.Slow:
		kind, limit = TaskSlow, slowLimit
	}
	_, err := p.queue.EnqueueContext(ctx, asynq.NewTask(kind, []byte(id)), asynq.TaskID("fetch:"+id),
		asynq.Queue(kind), asynq.MaxRetry(neverDead), asynq.Timeout(limit))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("queue source %s: %w", id, err)
	}
	return nil
}

// lane is how a source is read.
type lane struct {
	fetch Fetcher
	hasty bool // an answer that does not come at once is no failure yet
}

// patiently is the lane of the slow and the failing: whoever failed again and again gets a
// shorter time, but not always, or he would never be found to have recovered.
func (p *Poller) patiently(s State) lane {
	if p.quick != nil && s.Fails >= 2 && s.Fails%4 != 0 {
		return lane{fetch: p.quick}
	}
	return lane{fetch: p.fetch}
}

// ProcessTask reads the source of a task. A source that cannot be read is
// recorded and is no failure of the task.
func (p *Poller) ProcessTask(ctx context.Context, task *asynq.Task) (err error) {
	id := string(task.Payload())
	lock := p.lockOf(id)
	if !lock.TryLock() {
		return nil // it is being read
	}
	defer lock.Unlock()
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("poll: panic", "source", id, "panic", crash.What(r), "stack", crash.Where())
			err = p.broken(ctx, id, errors.New("panic: "+crash.What(r)))
		}
	}()
	known, err := p.registry.Get(ctx, id)
	if err != nil || len(known) == 0 {
		return err
	}
	k := known[0]
	l := p.patiently(k.State)
	if task.Type() == TaskFetch && p.quick != nil {
		l = lane{fetch: p.quick, hasty: true}
	}
	_, err = p.read(ctx, k, l)
	if l.hasty && errors.Is(err, ErrTimeout) {
		return p.try(ctx, k)
	}
	if failed, ok := errors.AsType[*ReadError](err); ok && failed != nil {
		return nil
	}
	return err
}

// try moves a source that did not answer at once to the lane of the failing,
// where it is asked again with all patience.
func (p *Poller) try(ctx context.Context, k Known) error {
	k.State.Trial = true
	if err := p.registry.Record(ctx, k.ID, k.State, p.now().Add(slowLease)); err != nil {
		return err
	}
	return p.enqueue(ctx, k)
}

// broken records a failure of our own.
func (p *Poller) broken(ctx context.Context, id string, cause error) error {
	known, err := p.registry.Get(ctx, id)
	if err != nil || len(known) == 0 {
		return err
	}
	known[0].State.LastTried = p.now()
	if err := p.failed(ctx, known[0], cause); err != nil {
		if _, ok := errors.AsType[*ReadError](err); !ok {
			return err
		}
	}
	return nil
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
	return p.read(ctx, known[0], lane{fetch: p.fetch})
}

// read reads a source in a lane. Its lock is held.
func (p *Poller) read(ctx context.Context, k Known, l lane) (int, error) {
	if wanted, err := p.followed(ctx, k.ID); err != nil || !wanted {
		if err == nil {
			err = p.registry.Record(ctx, k.ID, k.State, p.now().Add(maxInterval))
		}
		return 0, err
	}
	empty, err := p.sink.Empty(ctx, k.ID)
	if err != nil {
		return 0, err
	}
	if empty {
		k.State.Validators = nil // the archive was lost: "not modified" would leave it empty
	}
	k.State.LastTried = p.now()
	r, err := p.readAny(ctx, l, &k, false)
	r.anew = empty
	switch {
	case err == nil:
		p.outage.note(k.ID, nil, p.now())
		return p.take(ctx, k, r, l)
	case errors.Is(ctx.Err(), context.Canceled), l.hasty && errors.Is(err, ErrTimeout):
		return 0, err
	}
	if busy, ok := errors.AsType[*BusyError](err); ok {
		return 0, p.registry.Record(ctx, k.ID, k.State, p.now().Add(busy.Wait+time.Duration(phaseOf(k.ID)*float64(busyWait))))
	}
	// The task's own time may be over; what was found is recorded all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	if p.outage.note(k.ID, err, p.now()) {
		return 0, p.offline(ctx, k, err)
	}
	return 0, p.failed(ctx, k, err)
}

// offline leaves a source as it stands and asks it again soon: many at once
// cannot be reached, so that the fault is ours.
func (p *Poller) offline(ctx context.Context, k Known, cause error) error {
	p.log.Warn("poll: nobody can be reached, the network seems to be down", "source", k.ID, "error", cause)
	before, err := p.registry.Get(ctx, k.ID)
	if err != nil || len(before) == 0 {
		return err
	}
	state := before[0].State
	state.LastTried = k.State.LastTried
	if err := p.registry.Record(ctx, k.ID, state, p.now().Add(p.backOff(0))); err != nil {
		return err
	}
	return &ReadError{Source: k.ID, Err: cause}
}

// recordLimit bounds the writing of a failure.
const recordLimit = 5 * time.Second

func (p *Poller) lockOf(id string) *sync.Mutex {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reading[id] == nil {
		p.reading[id] = &sync.Mutex{}
	}
	return p.reading[id]
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
		k.State, k.Moves, k.moves = known[0].State, known[0].Moves, known[0].moves
	}
	if reading == nil && k.State.Fails == 0 && p.now().Sub(k.State.LastRead) < recent {
		return nil
	}
	var first found
	if reading == nil {
		k.State.Validators = nil // a first reader needs the items, not "not modified"
		r, err := p.readAny(ctx, lane{fetch: p.fetch}, &k, true)
		if err != nil {
			return err
		}
		first = r
	} else {
		first = found{Reading: *reading, endpoint: reading.Endpoint}
	}
	k.State.LastTried, first.anew = p.now(), k.State.FirstRead.IsZero()
	if err := p.registry.Put(ctx, s, p.now().Add(fetchLease)); err != nil {
		return err
	}
	_, err = p.take(ctx, k, first, lane{fetch: p.fetch})
	return err
}
