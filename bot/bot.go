// Package bot is all that speaks Telegram: updates, commands and buttons,
// rendering and splitting, sending within the limits, and what each of
// Telegram's errors means. It knows neither Redis keys nor the forms of feeds.
package bot

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/sources"
	"visnyk/sources/articles"
	"visnyk/sources/search"
)

// Follower takes up sources that chats want.
type Follower interface {
	// Follow makes sure that a source is read from now on, and reads it now
	// unless that was done a moment ago. reading may be nil.
	Follow(ctx context.Context, s sources.Source, reading *sources.Reading) error
}

// Discoverer finds the source behind an address that a user gave.
type Discoverer interface {
	Discover(ctx context.Context, address string) (sources.Source, sources.Reading, error)
}

// Assigner says to which story each article belongs, by the article's id: the
// same for all chats and at every time.
type Assigner interface {
	Assign(ctx context.Context, all []articles.Article) (map[string]string, error)
}

// Searcher finds articles by words.
type Searcher interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
	// Correct gives the query that was meant by one that finds nothing.
	Correct(ctx context.Context, text string, now time.Time) (meant string, ok bool, err error)
	// Facets gives the most frequent sources and topics of what a query finds.
	Facets(ctx context.Context, q search.Query) (sources, topics []search.Facet, err error)
}

// Options is what a Bot works with. All but LogName, Now, Retold and Standing are needed.
type Options struct {
	API      *API
	Chats    *chats.Store
	Ledger   *chats.Ledger
	Limit    *chats.Limiter
	Inbox    *chats.Inbox
	Lead     *chats.Lead
	Registry *sources.Registry
	Follower Follower
	Discover Discoverer
	Archive  *articles.Store
	Search   Searcher
	Standing *search.Standing
	Builder  *digest.Builder
	Stories  Assigner
	Frozen   *digest.Store
	Retold   Abstracter // nil: extracts only
	Topics   *digest.Taxonomy
	Queue    Queue
	Tasks    Tasks   // nil: the queue's tasks are not forgotten with their chat
	Admins   []int64 // user ids of the operators
	Allowed  []int64 // ids of the users and chats that are answered; none: all
	Version  string
	Log      *slog.Logger
	LogName  func(id int64, at time.Time) string // how the log names a user or chat in a month; nil: not told
	Now      func() time.Time
}

// Bot answers users and delivers digests.
type Bot struct {
	api      *API
	chats    *chats.Store
	ledger   *chats.Ledger
	inbox    *chats.Inbox
	lead     *chats.Lead
	registry *sources.Registry
	follower Follower
	discover Discoverer
	archive  *articles.Store
	recent   *digest.Recent
	search   Searcher
	builder  *digest.Builder
	stories  Assigner
	frozen   *digest.Store
	retold   Abstracter
	topics   *digest.Taxonomy
	queue    Queue
	tasks    Tasks
	admins   []int64
	allow    []int64
	version  string
	log      *slog.Logger
	logName  func(id int64, at time.Time) string
	now      func() time.Time
	started  time.Time
	limit    *chats.Limiter
	quiet    atomic.Int64 // unix ns before which this process sends nothing
	refused  atomic.Int64 // unix ns until which the bot itself counts as refused
	members  memberCache
	signer   signer
	gate     gate
	standing *search.Standing // the queries that chats follow
	allowed  allowances       // of searches

	looking, lookingPrompt sync.Mutex // held by the sender that looks for a part

	mu    sync.Mutex
	busy  map[int64][]chats.Update // updates by chat that wait for the one being handled
	taken map[int64]bool           // updates that wait so or are being handled

	sorry map[int64]bool // chats that know of an outage; the poller's own
}

// New returns a bot that does nothing before Run.
func New(o Options) *Bot {
	if o.Standing == nil {
		o.Standing = search.NewStanding(search.Labels{})
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Bot{
		api: o.API, chats: o.Chats, ledger: o.Ledger, inbox: o.Inbox, registry: o.Registry, follower: o.Follower,
		discover: o.Discover, archive: o.Archive, recent: digest.NewRecent(o.Archive, o.Now), search: o.Search, standing: o.Standing, allowed: newAllowances(), builder: o.Builder, stories: o.Stories, frozen: o.Frozen, retold: o.Retold, topics: o.Topics,
		queue: o.Queue, tasks: o.Tasks, admins: o.Admins, allow: o.Allowed, version: o.Version, log: o.Log, logName: o.LogName, now: o.Now, started: o.Now(),
		limit: o.Limit, members: memberCache{known: map[memberKey]memberEntry{}}, busy: map[int64][]chats.Update{}, taken: map[int64]bool{}, sorry: map[int64]bool{}, lead: o.Lead,
	}
}

// Run works until ctx ends: it takes updates in, handles them, queues the
// digests that are due and sends what waits. poll is false where updates come
// by webhook.
func (b *Bot) Run(ctx context.Context, poll bool) error {
	if err := b.inbox.Open(ctx); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { b.setMenus(ctx); return nil })
	g.Go(func() error { return b.runLead(ctx, poll) })
	g.Go(func() error { return b.runSlots(ctx) })
	g.Go(func() error { return b.runAlerts(ctx) })
	g.Go(func() error { return b.runDrafts(ctx) })
	g.Go(func() error { return b.runLiving(ctx) })
	g.Go(func() error { return b.runRights(ctx) })
	g.Go(func() error { return b.runSenders(ctx) })
	return g.Wait()
}
