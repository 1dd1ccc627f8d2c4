package sources_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"visnyk/internal/redistest"
	"visnyk/sources"
)

// fetcher answers readings as a test says.
type fetcher struct {
	mu       sync.Mutex
	readings map[string]sources.Reading // by endpoint address
	failing  map[string]error
	asked    []string
	pages    map[string]error // by article address; absent: answers
	fetched  []string         // articles' addresses
	checked  []string         // likewise, only looked for
	takes    time.Duration    // one reading, by wait
	wait     func(time.Duration)
	panics   any // a reading panics so
}

func (f *fetcher) Read(_ context.Context, e sources.Endpoint, v sources.Validators) (sources.Reading, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, e.URL+" "+v.ETag)
	if f.takes > 0 {
		f.wait(f.takes)
	}
	if err := f.failing[e.URL]; err != nil {
		return sources.Reading{}, err
	}
	if f.panics != nil {
		panic(f.panics)
	}
	r := f.readings[e.URL]
	r.Endpoint = e
	return r, nil
}

func (f *fetcher) Article(_ context.Context, url string) (sources.Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fetched = append(f.fetched, url)
	if err := f.pages[url]; err != nil {
		return sources.Page{}, err
	}
	return sources.Page{URL: url, Text: "Повний текст сторінки."}, nil
}

func (f *fetcher) Check(_ context.Context, url string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.checked = append(f.checked, url)
	return f.pages[url]
}

// sink keeps what it was given.
type sink struct {
	taken    []sources.Item
	intakes  []sources.Intake
	known    map[string]bool
	renamed  map[string]bool
	watched  []sources.Watched
	gone     []string
	back     []string
	notEmpty bool
}

func (s *sink) Empty(context.Context, string) (bool, error) {
	return len(s.known) == 0 && !s.notEmpty, nil
}

func (s *sink) Watched(context.Context, string, time.Time) ([]sources.Watched, error) {
	return s.watched, nil
}

func (s *sink) Gone(_ context.Context, _, url string, _ time.Duration) error {
	s.gone = append(s.gone, url)
	return nil
}

func (s *sink) Back(_ context.Context, _, url string) error {
	s.back = append(s.back, url)
	return nil
}

func (s *sink) Known(_ context.Context, _ string, items []sources.Item) ([]sources.Standing, error) {
	known := make([]sources.Standing, len(items))
	for i, item := range items {
		if s.known[item.URL] {
			known[i] = sources.StandingKnown
		}
		if s.renamed[item.URL] {
			known[i] = sources.StandingRenamed
		}
	}
	return known, nil
}

func (s *sink) TakeIn(_ context.Context, in sources.Intake) (int, error) {
	news := 0
	s.intakes = append(s.intakes, in)
	for _, item := range in.Items {
		if !s.known[item.URL] {
			s.known[item.URL] = true
			s.taken = append(s.taken, item)
			news++
		}
	}
	return news, nil
}

// bench is a poller over a private Redis whose clock the test moves.
type bench struct {
	*sources.Poller
	registry *sources.Registry
	fetch    *fetcher
	sink     *sink
	now      time.Time
	followed bool
	notices  []sources.Notice
	deaf     error // telling the operators fails so
	db       *redis.Client
	log      strings.Builder
}

func newBench(t *testing.T, interval time.Duration) *bench {
	t.Helper()
	b := &bench{
		now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), followed: true, db: redistest.Client(t),
		fetch: &fetcher{readings: map[string]sources.Reading{}, failing: map[string]error{}, pages: map[string]error{}},
		sink:  &sink{known: map[string]bool{}, renamed: map[string]bool{}},
	}
	b.registry = sources.NewRegistry(b.db, []sources.Source{ministry()}, func() time.Time { return b.now })
	b.Poller = b.over(b.fetch, interval)
	return b
}

// over is a new poller of the bench over a fetcher: the program was started
// anew.
func (b *bench) over(f sources.Fetcher, interval time.Duration) *sources.Poller {
	clock := func() time.Time { return b.now }
	return sources.NewPoller(sources.PollerOptions{
		Fetcher: f, Registry: b.registry, Sink: b.sink, Queue: asynq.NewClientFromRedisClient(b.db), Interval: interval,
		Followed: func(context.Context, string) (bool, error) { return b.followed, nil }, Log: slog.New(slog.NewTextHandler(&b.log, nil)), Now: clock,
		Notify: func(_ context.Context, n sources.Notice) error {
			if b.deaf == nil {
				b.notices = append(b.notices, n)
			}
			return b.deaf
		},
	})
}

func ministry() sources.Source {
	return sources.Source{ID: "moz", Name: "Міністерство охорони здоров’я", Aliases: []string{"МОЗ"}, Home: "https://moz.gov.ua", Endpoints: []sources.Endpoint{
		{Kind: sources.KindFeed, URL: "https://moz.gov.ua/feed"}, {Kind: sources.KindChannel, URL: "https://t.me/s/mozofficial"},
	}}
}

func (b *bench) state(t *testing.T) sources.State {
	t.Helper()
	known, err := b.registry.Get(t.Context(), "moz")
	if err != nil || len(known) != 1 {
		t.Fatalf("registry: %v %v", known, err)
	}
	return known[0].State
}

// due is when the source is to be read next.
func (b *bench) due(t *testing.T) time.Duration {
	t.Helper()
	score, err := b.db.ZScore(t.Context(), "src:{sources}:due", "moz").Result()
	if err != nil {
		t.Fatal(err)
	}
	return time.UnixMilli(int64(score)).Sub(b.now)
}

func reading(etag string, urls ...string) sources.Reading {
	r := sources.Reading{Validators: sources.Validators{ETag: etag}}
	for _, u := range urls {
		r.Items = append(r.Items, sources.Item{URL: u, Title: "Новина " + u, Thin: true})
	}
	return r
}

func TestASourceFailsOverToItsNextEndpoint(t *testing.T) {
	b := newBench(t, 0)
	b.fetch.failing["https://moz.gov.ua/feed"] = sources.ErrProtected
	b.fetch.readings["https://t.me/s/mozofficial"] = reading("", "https://moz.gov.ua/1")
	if err := b.Follow(t.Context(), ministry(), nil); err != nil {
		t.Fatal(err)
	}
	if s := b.state(t); s.Fails != 0 || s.FirstRead.IsZero() || len(b.sink.taken) != 1 {
		t.Errorf("state %+v, took %d", s, len(b.sink.taken))
	}
}

func TestASourceThatCannotBeReadIsNotTakenUp(t *testing.T) {
	b := newBench(t, 0)
	for _, e := range ministry().Endpoints {
		b.fetch.failing[e.URL] = sources.ErrTimeout
	}
	if err := b.Follow(t.Context(), ministry(), nil); !errors.Is(err, sources.ErrTimeout) {
		t.Errorf("error: %v", err)
	}
	if known, err := b.registry.All(t.Context()); err != nil || len(known) != 0 {
		t.Errorf("registry: %v %v", known, err)
	}
}

func TestFailuresBackOffAndNeverStop(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings["https://moz.gov.ua/feed"] = reading("", "https://moz.gov.ua/1")
	if err := b.Follow(t.Context(), ministry(), nil); err != nil {
		t.Fatal(err)
	}
	if got := b.due(t); got != time.Minute {
		t.Errorf("a healthy source is due in %v", got)
	}
	for _, e := range ministry().Endpoints {
		b.fetch.failing[e.URL] = &sources.StatusError{Code: 503}
	}
	last := time.Duration(0)
	for i := range 30 {
		b.now = b.now.Add(6 * time.Hour)
		_, err := b.ReadNow(t.Context(), "moz")
		if _, ok := errors.AsType[*sources.ReadError](err); !ok {
			t.Fatal(err)
		}
		got := b.due(t)
		if got < last || got > 6*time.Hour || i < 5 && got <= last {
			t.Fatalf("after %d failures it is due in %v, before in %v", i+1, got, last)
		}
		last = got
	}
	if s := b.state(t); s.Fails != 30 || s.Reason == "" {
		t.Errorf("state: %+v", s)
	}
	clear(b.fetch.failing)
	if _, err := b.ReadNow(t.Context(), "moz"); err != nil {
		t.Fatal(err)
	}
	if s := b.state(t); s.Fails != 0 || s.Reason != "" || b.due(t) != time.Minute {
		t.Errorf("after recovery: %+v, due in %v", s, b.due(t))
	}
}

func TestTheIntervalAdapts(t *testing.T) {
	b := newBench(t, 0)
	b.fetch.readings["https://moz.gov.ua/feed"] = reading("", "https://moz.gov.ua/1")
	if err := b.Follow(t.Context(), ministry(), nil); err != nil {
		t.Fatal(err)
	}
	start := b.state(t).Interval
	for i := range 40 {
		b.now = b.now.Add(6 * time.Hour)
		if _, err := b.ReadNow(t.Context(), "moz"); err != nil {
			t.Fatal(i, err)
		}
	}
	if got := b.state(t).Interval; got != 6*time.Hour {
		t.Errorf("a source that is silent is asked every %v", got)
	}
	for i := range 10 {
		b.fetch.readings["https://moz.gov.ua/feed"] = reading("", fmt.Sprintf("https://moz.gov.ua/new%d", i))
		if _, err := b.ReadNow(t.Context(), "moz"); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.state(t).Interval; got != 5*time.Minute || start <= got {
		t.Errorf("a busy source is asked every %v, at the start every %v", got, start)
	}
	r := reading("", "https://moz.gov.ua/wait")
	r.Wait = time.Hour
	b.fetch.readings["https://moz.gov.ua/feed"] = r
	if _, err := b.ReadNow(t.Context(), "moz"); err != nil || b.state(t).Interval != time.Hour {
		t.Errorf("the server asks for an hour, it gets %v (%v)", b.state(t).Interval, err)
	}
}

func TestNobodyAsksForWhatNobodyFollows(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings["https://moz.gov.ua/feed"] = reading("", "https://moz.gov.ua/1")
	if err := b.Follow(t.Context(), ministry(), nil); err != nil {
		t.Fatal(err)
	}
	asked := len(b.fetch.asked)
	b.followed = false
	if n, err := b.ReadNow(t.Context(), "moz"); n != 0 || err != nil || len(b.fetch.asked) != asked {
		t.Errorf("asked %d times more (%v)", len(b.fetch.asked)-asked, err)
	}
}

func TestAnArticleWhosePageFailsIsTriedAgainAndThenTakenAsItIs(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings["https://moz.gov.ua/feed"] = reading("tag", "https://moz.gov.ua/1", "https://moz.gov.ua/2")
	b.fetch.pages["https://moz.gov.ua/2"] = sources.ErrTimeout
	if err := b.Follow(t.Context(), ministry(), nil); err != nil {
		t.Fatal(err)
	}
	if len(b.sink.taken) != 1 || b.sink.taken[0].Text == "" {
		t.Fatalf("took %+v", b.sink.taken)
	}
	for range 2 {
		if _, err := b.ReadNow(t.Context(), "moz"); err != nil {
			t.Fatal(err)
		}
		if last := b.fetch.asked[len(b.fetch.asked)-1]; last != "https://moz.gov.ua/feed " {
			t.Errorf("an incomplete reading is asked for as if complete: %q", last)
		}
	}
	if len(b.sink.taken) != 2 || b.sink.taken[1].URL != "https://moz.gov.ua/2" || b.sink.taken[1].Text != "" {
		t.Errorf("took %+v", b.sink.taken)
	}
	if _, err := b.ReadNow(t.Context(), "moz"); err != nil {
		t.Fatal(err)
	}
	if last := b.fetch.asked[len(b.fetch.asked)-1]; last != "https://moz.gov.ua/feed tag" {
		t.Errorf("a complete reading is asked for anew: %q", last)
	}
}

func TestPagesOfRecentAndRenamedArticlesAreLookedAtAgain(t *testing.T) {
	b := newBench(t, time.Minute)
	r := reading("", "https://moz.gov.ua/new", "https://moz.gov.ua/old")
	r.Items[0].Published, r.Items[1].Published = b.now.Add(-time.Hour), b.now.Add(-72*time.Hour)
	b.fetch.readings["https://moz.gov.ua/feed"] = r
	if err := b.Follow(t.Context(), ministry(), nil); err != nil {
		t.Fatal(err)
	}
	again := func() []string {
		t.Helper()
		b.fetch.fetched = nil
		if _, err := b.ReadNow(t.Context(), "moz"); err != nil {
			t.Fatal(err)
		}
		return b.fetch.fetched
	}
	if got := again(); len(got) != 0 {
		t.Errorf("at once: %v", got)
	}
	b.now = b.now.Add(10 * time.Minute)
	if got := again(); len(got) != 1 || got[0] != "https://moz.gov.ua/new" {
		t.Errorf("after a while: %v", got)
	}
	b.sink.renamed["https://moz.gov.ua/old"] = true
	if got := again(); len(got) != 1 || got[0] != "https://moz.gov.ua/old" {
		t.Errorf("renamed: %v", got)
	}
}

func TestDueSourcesBecomeTasksOnce(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings["https://moz.gov.ua/feed"] = reading("", "https://moz.gov.ua/1")
	if err := b.Follow(t.Context(), ministry(), nil); err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(2 * time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if err := b.Run(ctx); err != nil {
		t.Fatal(err)
	}
	n, err := b.db.LLen(t.Context(), "asynq:{fetch}:pending").Result()
	if err != nil || n != 1 {
		t.Errorf("%d tasks wait (%v), want 1", n, err)
	}
	if err := b.ProcessTask(t.Context(), asynq.NewTask(sources.TaskFetch, []byte("moz"))); err != nil {
		t.Error(err)
	}
}

func TestTheRegistryFindsASourceByNameAndAddress(t *testing.T) {
	b := newBench(t, 0)
	for _, name := range []string{"МОЗ", "моз", "Міністерство охорони здоров'я", "moz"} {
		if s, ok := b.registry.Named(name); !ok || s.ID != "moz" {
			t.Errorf("%s: %+v %v", name, s, ok)
		}
	}
	if _, ok := b.registry.Named("Міністерство магії"); ok {
		t.Error("a ministry that does not exist is found")
	}
	for _, address := range []string{"https://moz.gov.ua/feed", "https://MOZ.gov.ua/feed/?utm_source=x", "https://moz.gov.ua"} {
		if s, ok, err := b.registry.At(t.Context(), address); err != nil || !ok || s.ID != "moz" {
			t.Errorf("%s: %+v %v %v", address, s, ok, err)
		}
	}
	own := sources.Source{ID: "u-1", Name: "Рада", Endpoints: []sources.Endpoint{{Kind: sources.KindFeed, URL: "https://rada.example/feed"}}}
	if err := b.registry.Put(t.Context(), own, b.now); err != nil {
		t.Fatal(err)
	}
	if s, ok, err := b.registry.At(t.Context(), "https://rada.example/feed#x"); err != nil || !ok || s.ID != "u-1" {
		t.Errorf("%+v %v %v", s, ok, err)
	}
	if _, ok, err := b.registry.At(t.Context(), "не адреса"); ok || err != nil {
		t.Errorf("what is no address is found (%v)", err)
	}
}

func TestAChannelThatMayBeAnothersIsNotTheSourcesAddress(t *testing.T) {
	b := newBench(t, 0)
	s := ministry()
	s.Endpoints = append(s.Endpoints,
		sources.Endpoint{Kind: sources.KindChannel, URL: "https://t.me/s/own", Why: sources.WhyLinked, Sure: 0.95},
		sources.Endpoint{Kind: sources.KindChannel, URL: "https://t.me/s/others", Why: sources.WhyLinked, Sure: 0.6})
	if err := b.registry.Put(t.Context(), s, b.now); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{"https://t.me/s/own": true, "https://t.me/s/others": false, feedURL: true} {
		if _, ok, err := b.registry.At(t.Context(), address); ok != want || err != nil {
			t.Errorf("%s: %v, %v", address, ok, err)
		}
	}
}

// rebuilt is a feed of whole texts that says when it was built, so that no two
// answers are the same bytes.
func rebuilt(t *testing.T, texts ...string) (address string, edit func(i int, text string)) {
	t.Helper()
	var mu sync.Mutex
	built := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		built++
		_, _ = fmt.Fprintf(w, `<rss version="2.0"><channel><title>МОЗ</title><generator>%d</generator>`, built)
		for i, text := range texts {
			_, _ = fmt.Fprintf(w, "<item><title>Новина %d</title><link>/news/%d</link><description><![CDATA[%s]]></description></item>", i, i, text)
		}
		_, _ = fmt.Fprint(w, "</channel></rss>")
	}))
	t.Cleanup(s.Close)
	return s.URL, func(i int, text string) {
		mu.Lock()
		defer mu.Unlock()
		texts[i] = text
	}
}

func TestOnlyTheEntriesThatChangedAreReadAgain(t *testing.T) {
	text := strings.Repeat("Міністерство розширює програму медичних гарантій. ", 10)
	address, edit := rebuilt(t, text+"1", text+"2", text+"3")
	b := newBench(t, time.Minute)
	b.Poller = b.over(local(""), time.Minute)
	moz := sources.Source{ID: "moz", Name: "МОЗ", Endpoints: []sources.Endpoint{{Kind: sources.KindFeed, URL: address}}}
	read := func(what string, unchanged ...bool) {
		t.Helper()
		b.sink.intakes = nil
		if _, err := b.ReadNow(t.Context(), "moz"); err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, item := range b.sink.intakes[0].Items {
			got = append(got, item.Unchanged)
			if item.Unchanged != (item.Text == "") {
				t.Errorf("%s: %s came with the text %.40q", what, item.URL, item.Text)
			}
		}
		if !slices.Equal(got, unchanged) {
			t.Errorf("%s: unchanged %v, want %v", what, got, unchanged)
		}
	}
	if err := b.Follow(t.Context(), moz, nil); err != nil {
		t.Fatal(err)
	}
	read("nothing new", true, true, true)
	edit(0, text+"Змінено.")
	read("the newest edited", true, true, false)
	read("nothing new after it", true, true, true)
	b.Poller = b.over(local(""), time.Minute)
	read("after a restart", true, true, true)
	delete(b.sink.known, address+"/news/1") // as where the archive lost one
	read("one that is not known", false, false, false)
}
