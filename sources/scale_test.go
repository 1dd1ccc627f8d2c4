package sources_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"visnyk/internal/redistest"
	"visnyk/internal/sitetest"
	"visnyk/sources"
	"visnyk/sources/articles"
)

// The benchmark of many sources runs on a clock that goes so many times faster:
// ten minutes between two readings are thirty seconds, four seconds of patience
// a fifth of one.
const (
	scaleClock    = 20
	scaleSources  = 5000
	scaleInterval = 10 * time.Minute / scaleClock
	scaleQuick    = sources.QuickPatience / scaleClock
	scaleTotal    = 20 * time.Second / scaleClock
	scaleWarm     = 50 * time.Second
	scaleFor      = 65 * time.Second
)

// mood is how a site behaves.
type mood int

const (
	healthy  mood = iota
	slow          // answers after eight seconds
	hanging       // takes the connection and never answers
	refusing      // nobody listens
	rubbish
)

// moodOf makes thirty of a hundred sites bad.
func moodOf(i int) mood {
	switch n := i % 100; {
	case n < 10:
		return slow
	case n < 20:
		return hanging
	case n < 25:
		return refusing
	case n < 30:
		return rubbish
	}
	return healthy
}

// farm is thousands of sites, each at an address of this machine of its own.
type farm struct {
	sites map[string]*sitetest.Site
	port  string
	mu    sync.Mutex
	asked map[string][]time.Time // by host, since the warming up
	busy  map[mood]time.Duration // of workers, likewise
	lanes map[string]time.Duration
	tasks map[mood]int
	since time.Time
}

func hostOf(i int) string { return fmt.Sprintf("127.%d.%d.%d", 1+i/40_000, i/200%200, 1+i%200) }

func newFarm(b *testing.B) *farm {
	b.Helper()
	f := &farm{sites: map[string]*sitetest.Site{}, asked: map[string][]time.Time{}, busy: map[mood]time.Duration{}, lanes: map[string]time.Duration{}, tasks: map[mood]int{}}
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		b.Fatal(err)
	}
	_, f.port, _ = net.SplitHostPort(l.Addr().String())
	for i := range scaleSources {
		s := sitetest.NewSite(sitetest.Feed, fmt.Sprintf("Громада %d", i), "")
		for n, p := range publications(5) {
			p.Title = fmt.Sprintf("Громада %d: %s", i, p.Title)
			p.Paragraphs = append(p.Paragraphs, p.Paragraphs...) // a whole text, no teaser
			p.Slug = fmt.Sprintf("%d-%d", i, n)
			s.Publish(p)
		}
		fault := sitetest.Fault{NoValidators: i%2 == 0}
		switch moodOf(i) {
		case slow:
			fault.Delay = 8 * time.Second / scaleClock
		case hanging:
			fault.Hang = true
		case rubbish:
			fault = sitetest.Rubbish()
		}
		s.Misbehave("/feed.xml", fault)
		f.sites[hostOf(i)] = s
	}
	server := &http.Server{Handler: f, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(l) }()
	b.Cleanup(func() { _ = server.Close() })
	return f
}

func (f *farm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, _ := strings.Cut(r.Host, ":")
	if r.URL.Path == "/feed.xml" {
		f.mu.Lock()
		f.asked[host] = append(f.asked[host], time.Now())
		f.mu.Unlock()
	}
	f.sites[host].ServeHTTP(w, r)
}

func (f *farm) source(i int) sources.Source {
	port := f.port
	if moodOf(i) == refusing {
		port = "1"
	}
	return sources.Source{ID: fmt.Sprintf("s%04d", i), Name: fmt.Sprintf("Громада %d", i), Endpoints: []sources.Endpoint{{Kind: sources.KindFeed, URL: "http://" + hostOf(i) + ":" + port + "/feed.xml"}}}
}

// timed counts the time of the workers.
func (f *farm) timed(lane string, h asynq.Handler) asynq.Handler {
	return asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		begun := time.Now()
		err := h.ProcessTask(ctx, task)
		var i int
		_, _ = fmt.Sscanf(string(task.Payload()), "s%d", &i)
		f.mu.Lock()
		defer f.mu.Unlock()
		if m := moodOf(i); begun.After(f.since) {
			f.busy[m] += time.Since(begun)
			f.tasks[m]++
			if m != healthy && m != slow {
				f.lanes[lane] += time.Since(begun)
			}
		}
		return err
	})
}

// start runs a poller over all sources. settled gives the bad ones the state
// that they have after a day; without it all are new at once.
func (f *farm) start(b *testing.B, ctx context.Context, settled bool) {
	b.Helper()
	db := redistest.Client(b)
	registry := sources.NewRegistry(db, nil, nil)
	client := sources.NewClient(sources.ClientOptions{AllowPrivate: true})
	poller := sources.NewPoller(sources.PollerOptions{
		Fetcher: client.Hasty(scaleTotal), Quick: client.Hasty(scaleQuick), Patience: scaleQuick, Registry: registry, Sink: archived{articles.NewStore(db, nil)},
		Queue: asynq.NewClientFromRedisClient(db), Interval: scaleInterval, Log: slog.New(slog.DiscardHandler),
		Followed: func(context.Context, string) (bool, error) { return true, nil },
	})
	now := time.Now()
	for i := range scaleSources {
		s, state := f.source(i), sources.State{FirstRead: now.Add(-24 * time.Hour), LastRead: now.Add(-time.Hour)}
		next := now.Add(time.Duration(i) * scaleInterval / scaleSources)
		if m := moodOf(i); settled && m == slow {
			state.Slow = true
		} else if settled && m != healthy {
			state.Fails, state.Since = 7, now.Add(-24*time.Hour)
			next = now.Add(time.Duration(i) * 6 * time.Hour / scaleClock / scaleSources)
		}
		if err := registry.Put(ctx, s, next); err != nil {
			b.Fatal(err)
		}
		if err := registry.Record(ctx, s.ID, state, next); err != nil {
			b.Fatal(err)
		}
	}
	for _, lane := range sources.Lanes() {
		server := asynq.NewServerFromRedisClient(db, asynq.Config{Concurrency: lane.Workers, Queues: map[string]int{lane.Queue: 1}, TaskCheckInterval: 200 * time.Millisecond, LogLevel: asynq.FatalLevel})
		if err := server.Start(f.timed(lane.Queue, poller)); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(server.Shutdown)
	}
	go func() { _ = poller.Run(ctx) }()
}

// archived is the real archive as a sink.
type archived struct{ *articles.Store }

func (a archived) Known(ctx context.Context, source string, items []sources.Item) ([]sources.Standing, error) {
	return a.Standings(ctx, source, items)
}

func (a archived) TakeIn(ctx context.Context, in sources.Intake) (int, error) {
	verdicts, err := a.Store.TakeIn(ctx, articles.Batch{Source: in.Source, Items: in.Items, Baseline: in.Baseline, NewsSince: in.NewsFrom})
	news := 0
	for _, v := range verdicts {
		if v.Kind == articles.New {
			news++
		}
	}
	return news, err
}

// report prints how punctually the healthy were asked and what the bad took, of
// whose share most is the bound in percent.
func (f *farm) report(b *testing.B, took time.Duration, most float64) {
	b.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	var off []float64
	gaps, punctual, unasked := 0, 0, 0
	for i := range scaleSources {
		if moodOf(i) != healthy {
			continue
		}
		asked := f.asked[hostOf(i)]
		if len(asked) < 2 {
			unasked++
		}
		for j := 1; j < len(asked); j++ {
			d := float64(asked[j].Sub(asked[j-1])-scaleInterval) / float64(scaleInterval)
			off = append(off, max(d, -d))
			if gaps++; max(d, -d) <= .1 {
				punctual++
			}
		}
	}
	slices.Sort(off)
	workers := 0
	for _, l := range sources.Lanes() {
		workers += l.Workers
	}
	share := func(d time.Duration, workers int) float64 {
		return 100 * d.Seconds() / (took.Seconds() * float64(workers))
	}
	dead := f.busy[hanging] + f.busy[refusing] + f.busy[rubbish]
	b.ReportMetric(100*float64(punctual)/float64(gaps), "%on-time")
	b.ReportMetric(100*off[len(off)/2], "%off-median")
	b.ReportMetric(100*off[len(off)*99/100], "%off-p99")
	b.ReportMetric(100*off[len(off)-1], "%off-most")
	b.ReportMetric(float64(unasked), "unasked")
	b.ReportMetric(share(dead, workers), "%workers-dead")
	b.ReportMetric(share(f.lanes[sources.TaskFetch], sources.Lanes()[0].Workers), "%quick-dead")
	b.ReportMetric(share(f.busy[slow], workers), "%workers-slow")
	b.ReportMetric(share(f.busy[healthy], workers), "%workers-healthy")
	b.ReportMetric(float64(gaps)/took.Seconds(), "readings/s")
	b.ReportMetric(0, "ns/op")
	if unasked > 0 || float64(punctual) < .999*float64(gaps) || share(dead, workers) > most {
		b.Logf("off by %.1f %% in the median, %.1f %% at most in 9 of 10, %.1f %% in 99 of 100", 100*off[len(off)/2], 100*off[len(off)*9/10], 100*off[len(off)*99/100])
		b.Logf("workers' time: %v in %v, tasks %v", f.busy, took, f.tasks)
		b.Errorf("%d of %d readings on time, %d sources not asked, the dead took %.1f %% of the workers' time", punctual, gaps, unasked, share(dead, workers))
	}
}

func BenchmarkFiveThousandSources(b *testing.B) {
	// When all are new at once each of the dead is met once in the quick lane.
	for name, most := range map[string]float64{"settled": 5, "all-new-at-once": 10} {
		settled := name == "settled"
		b.Run(name, func(b *testing.B) {
			for range b.N {
				ctx, cancel := context.WithCancel(b.Context())
				f := newFarm(b)
				f.since = time.Now()
				f.start(b, ctx, settled)
				time.Sleep(scaleWarm)
				f.mu.Lock()
				clear(f.asked)
				if settled {
					clear(f.busy)
					clear(f.lanes)
					f.since = time.Now()
				}
				f.mu.Unlock()
				begun := f.since
				time.Sleep(scaleFor)
				f.report(b, time.Since(begun), most)
				cancel()
			}
		})
	}
}
