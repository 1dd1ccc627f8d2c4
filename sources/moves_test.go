package sources_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"visnyk/sources"
)

const newFeed = "https://example.com/feed"

func (b *bench) decide(t *testing.T, tag string, v sources.Verdict, over bool, by int64) sources.Decision {
	t.Helper()
	d, err := b.registry.DecideMove(t.Context(), tag, v, over, by)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// asked is about how many moves to each address the operators were asked.
func (b *bench) askedOf() map[string]int {
	all := map[string]int{}
	for _, n := range b.notices {
		if n.Kind == sources.NoticeMoved {
			all[n.To]++
		}
	}
	return all
}

func (b *bench) held(t *testing.T) []sources.Held {
	t.Helper()
	known, err := b.registry.Get(t.Context(), "moz")
	if err != nil || len(known) != 1 {
		t.Fatalf("%d sources, %v", len(known), err)
	}
	return known[0].Held()
}

// moving is a bench whose feed moved to newFeed, and whose channel goes on.
func moving(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, time.Minute)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.fetch.readings[channelURL] = reading("", "https://t.me/mozofficial/1")
	b.fetch.readings[newFeed] = reading("", "https://example.com/2")
	b.follow(t)
	b.moved(newFeed)
	b.readFeed(t)
	return b
}

func (b *bench) moved(to string) { b.fetch.failing[feedURL] = &sources.MovedError{To: to} }

// readFeed reads the source until its feed was asked again.
func (b *bench) readFeed(t *testing.T) {
	t.Helper()
	b.now = b.now.Add(7 * time.Hour)
	if _, err := b.ReadNow(t.Context(), "moz"); err != nil {
		t.Fatal(err) // the channel answers
	}
}

func TestARefusedMoveIsNotAskedAboutAgain(t *testing.T) {
	b := moving(t)
	tag := b.held(t)[0].Tag()
	if got := b.decide(t, tag, sources.Refused, false, 7); got.State != sources.MoveRefused || !got.Own || got.To != newFeed || got.Source.ID != "moz" {
		t.Fatalf("%+v", got)
	}
	for i := range 6 {
		b.moved(newFeed)
		if i == 3 {
			b.fetch.failing[feedURL] = sources.ErrTimeout // in between it fails in another way
		}
		b.readFeed(t)
	}
	if all := b.askedOf(); all[newFeed] != 1 {
		t.Errorf("asked %v", all)
	}
	held := b.held(t)
	if len(held) != 1 || !held[0].Refused || b.state(t).Endpoints[feedURL].Cause.Kind != sources.CauseMoved {
		t.Errorf("held: %+v, %+v", held, b.state(t).Endpoints)
	}
	if last := b.fetch.asked[len(b.fetch.asked)-1]; last != channelURL+" " {
		t.Errorf("the other endpoint is not read: %q", last)
	}
	for _, asked := range b.fetch.asked {
		if strings.HasPrefix(asked, newFeed) {
			t.Error("the refused address was read")
		}
	}
	b.moved("https://example.org/other")
	b.readFeed(t)
	b.moved(newFeed)
	b.readFeed(t)
	if all := b.askedOf(); all[newFeed] != 1 || all["https://example.org/other"] != 1 {
		t.Errorf("after another address: asked %v", all)
	}
}

func TestWhoComesLaterIsToldWhatWasDecided(t *testing.T) {
	b := moving(t)
	tag := b.held(t)[0].Tag()
	b.decide(t, tag, sources.Refused, false, 7)
	if got := b.decide(t, tag, sources.Refused, false, 7); !got.Own || got.State != sources.MoveRefused {
		t.Errorf("the same update again: %+v", got)
	}
	for _, v := range []sources.Verdict{sources.Refused, sources.ReadThere} {
		if got := b.decide(t, tag, v, false, 8); got.Own || got.State != sources.MoveRefused {
			t.Errorf("%q by another: %+v", v, got)
		}
	}
	if got := b.decide(t, tag, sources.ReadThere, true, 9); !got.Own || got.State != sources.MoveRead || got.Refused {
		t.Errorf("taken back: %+v", got)
	}
	if got := b.decide(t, tag, sources.Refused, false, 10); got.Own || got.State != sources.MoveRead {
		t.Errorf("an old button: %+v", got)
	}
	b.fetch.asked = nil
	b.readFeed(t)
	if len(b.fetch.asked) != 1 || b.fetch.asked[0] != newFeed+" " {
		t.Errorf("asked %v", b.fetch.asked)
	}
}

func TestAnOldQuestionAboutAMove(t *testing.T) {
	b := moving(t)
	first := b.held(t)[0].Tag()
	b.moved("https://example.org/other")
	b.readFeed(t)
	if got := b.decide(t, first, sources.ReadThere, false, 1); got.State != sources.MoveAgain || got.Own {
		t.Errorf("moved again: %+v", got)
	}
	b.fetch.failing[feedURL] = sources.ErrTimeout
	b.readFeed(t)
	second := sources.MoveTag("moz", feedURL, "https://example.org/other")
	if got, err := b.registry.MoveOf(t.Context(), second); err != nil || got.State != sources.MoveWaits {
		t.Errorf("it fails in another way just now: %+v %v", got, err)
	}
	clear(b.fetch.failing)
	b.readFeed(t)
	if got := b.decide(t, second, sources.Refused, false, 1); got.State != sources.MoveBack {
		t.Errorf("came back: %+v", got)
	}
	if held := b.held(t); len(held) != 0 {
		t.Errorf("held: %+v", held)
	}
}

// A decision made in another process while the source is being read holds.
func TestADecisionOutlivesAReadingThatIsUnderWay(t *testing.T) {
	b := moving(t)
	tag := b.held(t)[0].Tag()
	b.fetch.takes, b.fetch.wait = time.Second, func(time.Duration) {
		b.fetch.takes = 0
		b.decide(t, tag, sources.ReadThere, false, 1)
	}
	b.readFeed(t)
	if held := b.held(t); len(held) != 0 || b.state(t).Endpoints[feedURL].Address != newFeed {
		t.Errorf("held: %+v, %+v", held, b.state(t).Endpoints)
	}
	if len(b.sink.taken) < 2 || b.sink.taken[len(b.sink.taken)-1].URL != "https://example.com/2" {
		t.Errorf("taken: %+v", b.sink.taken)
	}
}

// The notice goes out while the source's other endpoints are still being read.
func TestADecisionComesBeforeTheReadingEnds(t *testing.T) {
	b := newBench(t, time.Minute)
	b.fetch.readings[feedURL] = reading("", "https://moz.gov.ua/1")
	b.fetch.readings[channelURL] = reading("", "https://t.me/mozofficial/1")
	b.fetch.readings[newFeed] = reading("", "https://example.com/2")
	b.follow(t)
	b.moved(newFeed)
	b.fetch.takes, b.fetch.wait = time.Second, func(d time.Duration) {
		b.now = b.now.Add(d)
		if len(b.notices) == 0 {
			return
		}
		b.fetch.takes = 0
		if d := b.decide(t, sources.MoveTag("moz", feedURL, newFeed), sources.ReadThere, false, 1); d.State != sources.MoveRead || !d.Own {
			t.Errorf("decided: %+v", d)
		}
	}
	b.readFeed(t)
	if b.fetch.takes != 0 {
		t.Fatal("nothing was decided")
	}
	b.fetch.asked = nil
	b.readFeed(t)
	if held := b.held(t); len(held) != 0 || len(b.fetch.asked) != 1 || b.fetch.asked[0] != newFeed+" " {
		t.Errorf("held: %+v, asked %v", held, b.fetch.asked)
	}
}

func TestOfTwoDecisionsAtOnceOneCounts(t *testing.T) {
	b := moving(t)
	tag := b.held(t)[0].Tag()
	var g sync.WaitGroup
	var mu sync.Mutex
	own, states := 0, map[sources.MoveState]int{}
	for i := range 8 {
		g.Go(func() {
			d, err := b.registry.DecideMove(t.Context(), tag, []sources.Verdict{sources.ReadThere, sources.Refused}[i%2], false, int64(100+i))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if states[d.State]++; d.Own {
				own++
			}
		})
	}
	g.Wait()
	if own != 1 || len(states) != 1 {
		t.Errorf("%d decisions count, they say %v", own, states)
	}
}

func TestASiteThatLeadsElsewhereEachTimeAsksLittle(t *testing.T) {
	b := moving(t)
	b.decide(t, b.held(t)[0].Tag(), sources.Refused, false, 1)
	for i := range 60 {
		b.moved(fmt.Sprintf("https://example%d.org/feed", i))
		b.now = b.now.Add(10 * time.Minute)
		b.readHour(t)
	}
	known, err := b.registry.Get(t.Context(), "moz")
	if err != nil || len(known[0].Moves) > 20 || known[0].Moves[0].Verdict != sources.Refused {
		t.Errorf("%d moves are kept, the first %+v (%v)", len(known[0].Moves), known[0].Moves[0], err)
	}
	total := 0
	for _, n := range b.askedOf() {
		total += n
	}
	if total > 1+3*20 {
		t.Errorf("asked %d times", total)
	}
}

func (b *bench) readHour(t *testing.T) {
	t.Helper()
	b.now = b.now.Add(6 * time.Hour)
	if _, err := b.ReadNow(t.Context(), "moz"); err != nil {
		t.Fatal(err)
	}
}

// What was stored by an earlier version knows only where an endpoint moved.
func TestAMoveOfAnEarlierVersionIsDecided(t *testing.T) {
	b := moving(t)
	if err := b.db.HDel(t.Context(), "src:{sources}:s:moz", "m").Err(); err != nil {
		t.Fatal(err)
	}
	held := b.held(t)
	if len(held) != 1 {
		t.Fatalf("held: %+v", held)
	}
	if got := b.decide(t, held[0].Tag(), sources.Refused, false, 1); got.State != sources.MoveRefused || !got.Own {
		t.Errorf("%+v", got)
	}
	if err := b.db.HSet(t.Context(), "src:{sources}:s:moz", "m", "{").Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.registry.Get(t.Context(), "moz"); err == nil || errors.Is(err, sources.ErrNoMove) {
		t.Errorf("broken: %v", err)
	}
}
