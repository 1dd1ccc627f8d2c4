package sources_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"visnyk/internal/sitetest"
	"visnyk/sources"
)

const (
	feedURL    = "https://moz.gov.ua/feed"
	channelURL = "https://t.me/s/mozofficial"
)

func (b *bench) follow(t *testing.T) {
	t.Helper()
	if err := b.Follow(t.Context(), ministry(), nil); err != nil {
		t.Fatal(err)
	}
}

// read reads the source when it is due, and gives the error that was met.
func (b *bench) read(t *testing.T) error {
	t.Helper()
	b.now = b.now.Add(max(b.due(t), 0))
	_, err := b.ReadNow(t.Context(), "moz")
	if failed, ok := errors.AsType[*sources.ReadError](err); ok {
		return failed.Err
	}
	if err != nil {
		t.Fatal(err)
	}
	return nil
}

func (b *bench) fail(err error) {
	for _, e := range ministry().Endpoints {
		b.fetch.failing[e.URL] = err
	}
}

func TestOperatorsAreToldOnceOfAFailureAndOnceOfItsEnd(t *testing.T) {
	b := newBench(t, 0)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.follow(t)
	b.fail(&sources.ProtectedError{Name: "Cloudflare"})
	var begun time.Time
	for i := range 6 {
		if err := b.read(t); !errors.Is(err, sources.ErrProtected) {
			t.Fatal(err)
		}
		if i == 0 {
			begun = b.now
		}
		if want := min(max(i-1, 0), 1); len(b.notices) != want {
			t.Fatalf("after %d failures the operators were told %d times", i+1, len(b.notices))
		}
	}
	n := b.notices[0]
	if n.Kind != sources.NoticeFailing || n.Source.ID != "moz" || !n.Since.Equal(begun) || n.Cause != (sources.Cause{Kind: sources.CauseProtected, Detail: "Cloudflare"}) || n.Next < 10*time.Minute {
		t.Errorf("notice: %+v", n)
	}
	clear(b.fetch.failing)
	for range 2 {
		if err := b.read(t); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.notices) != 2 || b.notices[1].Kind != sources.NoticeRecovered || !b.notices[1].Since.Equal(begun) {
		t.Errorf("notices: %+v", b.notices)
	}
	if s := b.state(t); s.Fails != 0 || !s.Since.IsZero() || s.Cause != (sources.Cause{}) {
		t.Errorf("state: %+v", s)
	}
}

func TestAHiccupIsNotWorthANotice(t *testing.T) {
	b := newBench(t, 0)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.follow(t)
	for range 3 {
		b.fail(sources.ErrTimeout)
		_ = b.read(t)
		_ = b.read(t)
		clear(b.fetch.failing)
		if err := b.read(t); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.notices) != 0 {
		t.Errorf("notices: %+v", b.notices)
	}
}

func TestANoticeThatFailsIsGivenAgain(t *testing.T) {
	b := newBench(t, 0)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.follow(t)
	b.fail(sources.ErrTimeout)
	b.deaf = errors.New("Redis is away")
	for range 4 {
		_ = b.read(t)
	}
	b.deaf = nil
	_ = b.read(t)
	_ = b.read(t)
	if len(b.notices) != 1 {
		t.Errorf("notices: %+v", b.notices)
	}
}

// The preferred endpoint is not asked each time while it fails, and comes back
// by itself.
func TestThePreferredEndpointComesBack(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.fetch.readings[channelURL] = reading("", "https://t.me/mozofficial/1")
	b.follow(t)
	b.fetch.failing[feedURL] = sources.ErrTimeout
	b.fetch.asked = nil
	for range 60 {
		if err := b.read(t); err != nil {
			t.Fatal(err)
		}
	}
	feed, channel := 0, 0
	for _, asked := range b.fetch.asked {
		switch asked {
		case feedURL + " ":
			feed++
		case channelURL + " ":
			channel++
		}
	}
	if channel != 60 || feed < 4 || feed > 7 {
		t.Errorf("in an hour the channel was asked %d times, the failing feed %d times", channel, feed)
	}
	if s := b.state(t); s.Fails != 0 || s.Reading != channelURL || s.Endpoints[feedURL].Cause.Kind != sources.CauseTimeout {
		t.Errorf("state: %+v", s)
	}
	clear(b.fetch.failing)
	b.now = b.now.Add(6 * time.Hour)
	_ = b.read(t)
	b.fetch.asked = nil
	_ = b.read(t)
	if s := b.state(t); s.Reading != feedURL || len(b.fetch.asked) != 1 || s.Endpoints[feedURL].Fails != 0 {
		t.Errorf("asked %v, state %+v", b.fetch.asked, s)
	}
}

// What the channel says again was in the feed before.
func TestWhatAnotherEndpointShowsAtFirstIsNoNews(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.fetch.readings[channelURL] = reading("", "https://t.me/mozofficial/1")
	b.follow(t)
	before := b.state(t).LastRead
	b.fetch.failing[feedURL] = sources.ErrTimeout
	_ = b.read(t)
	_ = b.read(t)
	from := []time.Time{b.sink.intakes[1].NewsFrom, b.sink.intakes[2].NewsFrom}
	if !from[0].Equal(before) || !from[1].IsZero() {
		t.Errorf("news counts from %v, want %v and then no bound", from, before)
	}
}

func TestValidatorsAreKeptForEachEndpointAndSurvive(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings[feedURL] = reading("f", "https://moz.gov.ua/1")
	b.fetch.readings[channelURL] = reading("c", "https://t.me/mozofficial/1")
	b.follow(t)
	b.fetch.failing[feedURL] = sources.ErrTimeout
	_ = b.read(t)
	clear(b.fetch.failing)
	b.Poller = sources.NewPoller(sources.PollerOptions{ // as after a restart
		Fetcher: b.fetch, Registry: b.registry, Sink: b.sink, Interval: time.Minute, Log: slog.New(slog.DiscardHandler),
		Followed: func(context.Context, string) (bool, error) { return true, nil }, Now: func() time.Time { return b.now },
	})
	b.fetch.asked = nil
	b.now = b.now.Add(time.Hour)
	_ = b.read(t)
	if len(b.fetch.asked) != 1 || b.fetch.asked[0] != feedURL+" f" {
		t.Errorf("asked %v", b.fetch.asked)
	}
	clear(b.sink.known)
	b.fetch.asked = nil
	_ = b.read(t)
	if b.fetch.asked[0] != feedURL+" " {
		t.Errorf("the archive was lost, asked %v", b.fetch.asked)
	}
}

func TestAMoveToAnotherDomainWaitsForAPerson(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.fetch.readings["https://example.com/feed"] = reading("", "https://example.com/2")
	b.follow(t)
	b.fail(sources.ErrTimeout)
	b.fetch.failing[feedURL] = &sources.MovedError{To: "https://example.com/feed"}
	for range 5 {
		if err := b.read(t); !errors.Is(err, sources.ErrMoved) && err == nil {
			t.Fatal(err)
		}
	}
	moved := 0
	for _, n := range b.notices {
		if n.Kind == sources.NoticeMoved {
			moved++
		}
	}
	known, err := b.registry.Get(t.Context(), "moz")
	if err != nil || moved != 1 {
		t.Fatalf("told %d times of the move (%v)", moved, err)
	}
	held := known[0].Held()
	if len(held) != 1 || held[0].At != feedURL || held[0].To != "https://example.com/feed" {
		t.Fatalf("held: %+v", held)
	}
	if _, err := b.registry.DecideMove(t.Context(), "nonsense", sources.ReadThere, false, 1); !errors.Is(err, sources.ErrNoMove) {
		t.Errorf("another tag: %v", err)
	}
	if got := b.decide(t, held[0].Tag(), sources.ReadThere, false, 1); got.State != sources.MoveRead || !got.Own {
		t.Errorf("decided: %+v", got)
	}
	if due := b.due(t); due > 0 {
		t.Errorf("after the word the source is due in %v", due)
	}
	if err := b.read(t); err != nil || len(b.sink.taken) != 2 {
		t.Errorf("after the word: %v, took %d", err, len(b.sink.taken))
	}
	if s, ok, err := b.registry.At(t.Context(), "https://example.com/feed"); !ok || s.ID != "moz" || err != nil {
		t.Errorf("the new address leads to %+v (%v)", s, err)
	}
	b.now = b.now.Add(time.Hour)
	b.follow(t) // the catalogue still names the old address
	b.fetch.asked = nil
	if err := b.read(t); err != nil || b.fetch.asked[0] != "https://example.com/feed " {
		t.Errorf("%v: %v", b.fetch.asked, err)
	}
}

func TestAFloodIsNoNews(t *testing.T) {
	urls := func(prefix string, n int) []string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("https://moz.gov.ua/%s%d", prefix, i))
		}
		return all
	}
	for name, c := range map[string]struct {
		usual, flood int
		want         bool
	}{
		"over the most":       {0, 501, true},
		"many":                {0, 400, false},
		"ten times the usual": {4, 41, true},
		"a busy day":          {4, 40, false},
		"small numbers":       {1, 29, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, time.Minute)
			b.fetch.readings[feedURL] = reading("", urls("start", 600)...) // a long list at first is none
			b.follow(t)
			for i := range 6 {
				b.fetch.readings[feedURL] = reading("", urls(fmt.Sprintf("day%d-", i), c.usual)...)
				_ = b.read(t)
			}
			b.fetch.fetched = nil
			b.fetch.readings[feedURL] = reading("", urls("flood", c.flood)...)
			_ = b.read(t)
			if last := b.sink.intakes[len(b.sink.intakes)-1]; last.Baseline != c.want || c.want && (len(b.fetch.fetched) > 0 || len(last.Items) != c.flood) {
				t.Errorf("taken in as no news: %v; %d items, %d pages fetched", last.Baseline, len(last.Items), len(b.fetch.fetched))
			}
			if told := len(b.notices) == 1 && b.notices[0].Kind == sources.NoticeFlood && b.notices[0].Count == c.flood && b.notices[0].Usual == c.usual; told != c.want || !c.want && len(b.notices) > 0 {
				t.Errorf("notices: %+v", b.notices)
			}
		})
	}
}

func TestABusyHostIsNoFailure(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.follow(t)
	b.fail(&sources.BusyError{Wait: 10 * time.Second, Asked: true})
	if err := b.read(t); err != nil {
		t.Fatal(err)
	}
	if s, due := b.state(t), b.due(t); s.Fails != 0 || due < 10*time.Second || due > 15*time.Second {
		t.Errorf("due in %v, state %+v", due, s)
	}
}

func TestRetryAfterLengthensTheBackOff(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.follow(t)
	b.fail(&sources.StatusError{Code: 503, RetryAfter: 2 * time.Hour})
	_ = b.read(t)
	if due := b.due(t); due != 2*time.Hour {
		t.Errorf("due in %v", due)
	}
}

// A source that lets us wait moves to the lane of the slow and comes back when
// it answers at once.
func TestTheDeadDoNotStandInTheWay(t *testing.T) {
	b := newBench(t, time.Minute)
	quick := &fetcher{readings: map[string]sources.Reading{}, failing: map[string]error{}, pages: map[string]error{}}
	b.Poller = sources.NewPoller(sources.PollerOptions{
		Fetcher: b.fetch, Quick: quick, Registry: b.registry, Sink: b.sink, Queue: asynq.NewClientFromRedisClient(b.db), Interval: time.Minute,
		Followed: func(context.Context, string) (bool, error) { return true, nil }, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return b.now },
	})
	b.fetch.readings[feedURL], quick.readings[feedURL] = reading("", "https://moz.gov.ua/1"), reading("", "https://moz.gov.ua/1")
	b.follow(t)
	b.fetch.wait = func(d time.Duration) { b.now = b.now.Add(d) }
	run := func(kind string) {
		t.Helper()
		b.now = b.now.Add(max(b.due(t), 0))
		if err := b.ProcessTask(t.Context(), asynq.NewTask(kind, []byte("moz"))); err != nil {
			t.Fatal(err)
		}
	}
	queued := func(queue string) int64 {
		t.Helper()
		n, err := b.db.LLen(t.Context(), "asynq:{"+queue+"}:pending").Result()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	quick.failing[feedURL], quick.failing[channelURL] = sources.ErrTimeout, sources.ErrTimeout
	run(sources.TaskFetch)
	if s := b.state(t); !s.Trial || s.Fails != 0 || queued(sources.TaskFailing) != 1 {
		t.Fatalf("state %+v, %d tasks in the lane of the failing", s, queued(sources.TaskFailing))
	}
	b.fetch.takes = 3 * time.Second
	run(sources.TaskFailing)
	if s := b.state(t); s.Fails != 0 || s.Trial || !s.Slow {
		t.Errorf("it answers after a while: %+v", s)
	}
	b.fetch.takes = 0
	run(sources.TaskSlow)
	if s := b.state(t); s.Fails != 0 || s.Slow {
		t.Errorf("it answers at once: %+v", s)
	}
	b.fail(sources.ErrTimeout)
	run(sources.TaskSlow)
	run(sources.TaskFailing)
	asked := len(quick.asked)
	run(sources.TaskFailing)
	if s := b.state(t); s.Fails != 3 || len(quick.asked) == asked {
		t.Errorf("a dead source gets less time: %+v, asked %d times", s, len(quick.asked)-asked)
	}
}

func TestAPanicOfAReaderIsAFailureOfItsSource(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.follow(t)
	b.fetch.readings = nil
	b.sink.known = nil // a nil map cannot be written: the sink panics
	b.sink.notEmpty = true
	b.fetch.readings = map[string]sources.Reading{feedURL: reading("", "https://moz.gov.ua/2")}
	if err := b.ProcessTask(t.Context(), asynq.NewTask(sources.TaskFetch, []byte("moz"))); err != nil {
		t.Fatal(err)
	}
	if s := b.state(t); s.Fails != 1 || s.Cause.Kind != sources.CauseBroken {
		t.Errorf("state %+v", s)
	}
	b.fetch.panics = "cannot read " + feedURL + "?key=s3cret: " + strings.Repeat("текст статті ", 1000)
	if err := b.ProcessTask(t.Context(), asynq.NewTask(sources.TaskFetch, []byte("moz"))); err != nil {
		t.Fatal(err)
	}
	log := b.log.String() + b.state(t).Reason
	if !strings.Contains(log, "assignment to entry in nil map") || !strings.Contains(log, "of type string") || strings.Contains(log, "s3cret") || strings.Contains(log, "текст") || len(log) > 16<<10 {
		t.Errorf("%d bytes in the log: %s", len(log), log)
	}
}

func TestAVanishedArticleIsLookedFor(t *testing.T) {
	b := newBench(t, time.Minute)
	r := reading("", "https://moz.gov.ua/1", "https://moz.gov.ua/2", "https://moz.gov.ua/3")
	for i := range r.Items {
		r.Items[i].Published = b.now.Add(-time.Duration(i+1) * time.Hour)
		b.sink.watched = append(b.sink.watched, sources.Watched{URL: r.Items[i].URL, Published: r.Items[i].Published})
	}
	b.fetch.readings[feedURL] = r
	b.follow(t)
	b.sink.watched = append(b.sink.watched, sources.Watched{URL: "https://mof.gov.ua/1", Published: b.now.Add(-time.Hour)}, // another's
		sources.Watched{URL: "https://moz.gov.ua/old", Published: b.now.Add(-9 * time.Hour)}) // older than the list
	r.Items = append(r.Items[:1:1], r.Items[2:]...)
	b.fetch.readings[feedURL] = r
	b.fetch.pages["https://moz.gov.ua/2"] = &sources.StatusError{Code: 404}
	for range 3 {
		_ = b.read(t)
	}
	if got := fmt.Sprint(b.fetch.checked, b.sink.gone); got != "[https://moz.gov.ua/2] [https://moz.gov.ua/2]" {
		t.Errorf("looked for and gone: %s", got)
	}
	b.sink.watched[1].Missing = b.now
	for range 3 {
		_ = b.read(t)
	}
	if len(b.sink.gone) != 2 {
		t.Errorf("gone: %v", b.sink.gone)
	}
	b.fetch.pages["https://moz.gov.ua/2"] = sources.ErrTimeout
	for range 3 {
		_ = b.read(t)
	}
	delete(b.fetch.pages, "https://moz.gov.ua/2")
	for range 3 {
		_ = b.read(t)
	}
	if len(b.sink.gone) != 2 || len(b.sink.back) != 1 {
		t.Errorf("gone: %v, back: %v", b.sink.gone, b.sink.back)
	}
}

func TestAPageThatRobotsForbidIsNotTakenUp(t *testing.T) {
	s, url := site(t, sitetest.Page, 5)
	s.Misbehave("/robots.txt", sitetest.Fault{Body: "User-agent: *\nDisallow: /news/\n"})
	if _, _, err := local("").Discover(t.Context(), url+"/news/"); !errors.Is(err, sources.ErrRobots) {
		t.Error(err)
	}
}

func TestProtectionsAreNamed(t *testing.T) {
	s, url := site(t, sitetest.Feed, 3)
	for _, kind := range sitetest.Protections() {
		s.Misbehave("/feed.xml", sitetest.Protected(kind))
		_, err := local("").Read(t.Context(), sources.Endpoint{Kind: sources.KindFeed, URL: url + "/feed.xml"}, sources.Validators{})
		if got := sources.CauseOf(err); got != (sources.Cause{Kind: sources.CauseProtected, Detail: kind}) {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
	}
}

// A body that comes byte by byte keeps every single read alive.
func TestASlowBodyEndsWithTheDeadline(t *testing.T) {
	s, url := site(t, sitetest.Feed, 3)
	s.Misbehave("/feed.xml", sitetest.Fault{Drip: 5 * time.Millisecond})
	_, err := local("").Hasty(150*time.Millisecond).Read(t.Context(), sources.Endpoint{Kind: sources.KindFeed, URL: url + "/feed.xml"}, sources.Validators{})
	if !errors.Is(err, sources.ErrTimeout) {
		t.Error(err)
	}
}

func TestACauseIsFoundForEachError(t *testing.T) {
	for err, want := range map[error]sources.CauseKind{
		sources.ErrTimeout: sources.CauseTimeout, sources.ErrUnreachable: sources.CauseUnreachable, sources.ErrRobots: sources.CauseRobots, sources.ErrNoItems: sources.CauseEmpty, sources.ErrLayout: sources.CauseLayout,
		sources.ErrHostile: sources.CauseHostile, sources.ErrTooLarge: sources.CauseTooLarge, sources.ErrForbidden: sources.CauseForbidden, sources.ErrNoChannel: sources.CauseNoChannel,
		sources.ErrNotSource: sources.CauseNotSource, errors.New("x"): sources.CauseBroken, &sources.StatusError{Code: 500}: sources.CauseStatus,
		&sources.MovedError{To: "x"}: sources.CauseMoved, &sources.ProtectedError{Name: "x"}: sources.CauseProtected,
	} {
		if got := sources.CauseOf(fmt.Errorf("feed: %w", errors.Join(err))); got.Kind != want {
			t.Errorf("%v: %s, want %s", err, got.Kind, want)
		}
	}
}

// When our own network is down, a night of it must not send every source into
// a back-off of hours, nor a notice for each to the operators.
func TestOurOwnOutageIsNobodysFailure(t *testing.T) {
	b := newBench(t, time.Minute)
	var ids []string
	for i := range 30 {
		s := sources.Source{ID: fmt.Sprintf("s%d", i), Name: "Рада", Endpoints: []sources.Endpoint{{Kind: sources.KindFeed, URL: fmt.Sprintf("https://s%d.gov.ua/feed", i)}}}
		ids = append(ids, s.ID)
		b.fetch.readings[s.Endpoints[0].URL] = reading("", s.Endpoints[0].URL+"/1")
		if err := b.Follow(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		b.fetch.failing[s.Endpoints[0].URL] = sources.ErrTimeout
	}
	failing := func() (fails, most int) {
		t.Helper()
		known, err := b.registry.Get(t.Context(), ids...)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range known {
			if k.State.Fails > 0 {
				fails++
			}
			most = max(most, k.State.Fails)
		}
		return fails, most
	}
	all := func() {
		b.now = b.now.Add(time.Minute)
		for _, id := range ids {
			_, _ = b.ReadNow(t.Context(), id)
		}
	}
	for range 8 {
		all()
	}
	if fails, most := failing(); fails >= 10 || most > 1 || len(b.notices) > 0 {
		t.Errorf("%d sources count as failing, up to %d times; %d notices", fails, most, len(b.notices))
	}
	delete(b.fetch.failing, "https://s29.gov.ua/feed") // the network is back, and only one of them with it
	for range 4 {
		all()
	}
	if fails, _ := failing(); fails == 0 {
		t.Error("nobody fails though others are reached")
	}
}
