package sources_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"visnyk/internal/sitetest"
	"visnyk/sources"
)

// pages makes the fetcher answer with pages of ten items, the newest first;
// all but the last name the one after.
func (b *bench) pages(newest int) {
	for page := range 8 {
		r := reading("")
		for i := range 10 {
			url := fmt.Sprintf("https://moz.gov.ua/n%d", newest-10*page-i)
			r.Items = append(r.Items, sources.Item{URL: url, Title: "Новина " + url})
		}
		r.Older = fmt.Sprintf("%s?page=%d", feedURL, page+2)
		at := feedURL
		if page > 0 {
			at = fmt.Sprintf("%s?page=%d", feedURL, page+1)
		}
		b.fetch.readings[at] = r
	}
}

// asked are the endpoints read since the last call.
func (b *bench) asked() string {
	all := strings.ReplaceAll(strings.Join(b.fetch.asked, ""), feedURL, "")
	b.fetch.asked = nil
	return all
}

func TestABusyDayIsReadBackToWhatIsKnown(t *testing.T) {
	b := newBench(t, 0)
	b.pages(100)
	b.follow(t)
	if got := b.asked(); got != " " || len(b.sink.taken) != 10 {
		t.Fatalf("the first reading asked for %q and took %d", got, len(b.sink.taken))
	}
	b.pages(125)
	if err := b.read(t); err != nil {
		t.Fatal(err)
	}
	if got := b.asked(); got != " ?page=2 ?page=3 " || len(b.sink.taken) != 35 {
		t.Errorf("asked for %q and took %d", got, len(b.sink.taken))
	}
	last := b.sink.intakes[len(b.sink.intakes)-1].Items
	if last[0].URL != "https://moz.gov.ua/n96" || last[len(last)-1].URL != "https://moz.gov.ua/n125" {
		t.Errorf("taken in from %s to %s: not in the order of publication", last[0].URL, last[len(last)-1].URL)
	}
	b.pages(125)
	pinned := b.fetch.readings[feedURL]
	b.pages(140)
	r := b.fetch.readings[feedURL]
	r.Items = append(slices.Clone(pinned.Items[:2]), r.Items...)
	b.fetch.readings[feedURL] = r
	if err := b.read(t); err != nil {
		t.Fatal(err)
	}
	if got := b.asked(); got != " ?page=2 " || len(b.sink.taken) != 50 {
		t.Errorf("with known news pinned to the top: asked for %q and took %d", got, len(b.sink.taken))
	}
	b.pages(999)
	if err := b.read(t); err != nil {
		t.Fatal(err)
	}
	if got := b.asked(); got != " ?page=2 ?page=3 ?page=4 ?page=5 " {
		t.Errorf("without end: asked for %q", got)
	}
}

func TestAnOlderPageThatFailsIsReadNextTime(t *testing.T) {
	b := newBench(t, 0)
	b.pages(100)
	b.follow(t)
	b.pages(125)
	b.fetch.failing[feedURL+"?page=3"] = sources.ErrTimeout
	if err := b.read(t); err != nil {
		t.Fatal(err)
	}
	if s := b.state(t); s.Endpoints[feedURL].Behind != 3 || len(b.sink.taken) != 30 {
		t.Errorf("state %+v, took %d", s.Endpoints[feedURL], len(b.sink.taken))
	}
	b.asked()
	delete(b.fetch.failing, feedURL+"?page=3")
	b.Poller = b.over(b.fetch, 0)
	if err := b.read(t); err != nil {
		t.Fatal(err)
	}
	if got := b.asked(); got != " ?page=2 ?page=3 " || len(b.sink.taken) != 35 || b.state(t).Endpoints[feedURL].Behind != 0 {
		t.Errorf("asked for %q, took %d, behind %d", got, len(b.sink.taken), b.state(t).Endpoints[feedURL].Behind)
	}
}

func TestAnEndOfTheListIsNoFailure(t *testing.T) {
	b := newBench(t, 0)
	b.pages(100)
	b.follow(t)
	b.pages(125)
	b.fetch.failing[feedURL+"?page=2"] = sources.ErrLayout
	if err := b.read(t); err != nil || b.state(t).Endpoints[feedURL].Behind != 0 || len(b.sink.taken) != 20 {
		t.Errorf("%v, state %+v, took %d", err, b.state(t).Endpoints[feedURL], len(b.sink.taken))
	}
}

func TestWhatMovesUpOnAListIsNoReasonToReadOn(t *testing.T) {
	b := newBench(t, 0)
	b.pages(100)
	b.follow(t)
	b.asked()
	r := b.fetch.readings[feedURL]
	r.Items = slices.Clone(r.Items)
	for i := range 3 {
		r.Items[7+i] = sources.Item{URL: fmt.Sprintf("https://moz.gov.ua/old%d", i), Title: "Торішня новина", Published: b.now.AddDate(0, -3, 0)}
	}
	b.fetch.readings[feedURL] = r
	if err := b.read(t); err != nil {
		t.Fatal(err)
	}
	if got := b.asked(); got != " " {
		t.Errorf("asked for %q", got)
	}
}

func live(t *testing.T, b *bench, style sitetest.Style, path string) *sitetest.Site {
	t.Helper()
	s, url := site(t, style, 12)
	b.Poller = b.over(local(url), time.Minute)
	kind := sources.KindPage
	if style == sitetest.Channel {
		kind = sources.KindChannel
	}
	if err := b.Follow(t.Context(), sources.Source{ID: "moz", Name: "МОЗ", Endpoints: []sources.Endpoint{{Kind: kind, URL: url + path}}}, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestABusyDayOfASiteIsReadWhole(t *testing.T) {
	for style, path := range map[sitetest.Style]string{sitetest.Page: "/news/", sitetest.Channel: "/s/zrazok"} {
		b := newBench(t, time.Minute)
		s := live(t, b, style, path)
		before := len(b.sink.taken)
		for i := range 45 {
			s.Publish(sitetest.Publication{
				Slug: fmt.Sprintf("busy%d", i), Title: fmt.Sprintf("Уряд ухвалив рішення дня під номером %d", i),
				Paragraphs: []string{"Рішення набирає чинності з дня його опублікування."}, Published: time.Now().Add(time.Duration(i) * time.Second),
			})
		}
		for range 3 { // so many pages of articles are fetched in one reading
			if err := b.read(t); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(b.sink.taken) - before; got != 45 {
			t.Errorf("%s: %d of 45 publications taken in", path, got)
		}
	}
}

const repaired = `<!doctype html><title>Ремонт</title><div>%s</div>`

func TestALayoutThatChangesIsAnAlarm(t *testing.T) {
	b := newBench(t, time.Minute)
	s := live(t, b, sitetest.Page, "/news/")
	url := s.URL() + "/news/"
	rule := b.state(t).Endpoints[url].Rule
	if rule.Form != "/news" || rule.In != "div.news-list" || rule.Date != "span.date" {
		t.Fatalf("rule %+v is not stored", rule)
	}
	menu := ""
	for i := range 9 {
		menu += fmt.Sprintf(`<p><a href="/about/%d">Розділ номер %d про роботу міністерства</a></p>`, i, i)
	}
	s.Misbehave("/news/", sitetest.Fault{Body: fmt.Sprintf(repaired, menu)})
	before := len(b.sink.taken)
	for range 3 {
		if err := b.read(t); !errors.Is(err, sources.ErrLayout) {
			t.Fatalf("a page whose list is gone: %v", err)
		}
	}
	if len(b.sink.taken) != before || len(b.notices) != 1 || b.notices[0].Cause.Kind != sources.CauseLayout {
		t.Errorf("took %d, notices %+v", len(b.sink.taken)-before, b.notices)
	}
	changed := ""
	for i := range 5 {
		changed += fmt.Sprintf(`<li><a href="/news/n%d">Громада отримала обладнання для лікарні номер %d</a> <time datetime="2026-11-1%dT10:00:00+02:00"></time></li>`, 7+i, 7+i, i)
	}
	s.Misbehave("/news/", sitetest.Fault{Body: fmt.Sprintf(repaired, menu+"<ul>"+changed+"</ul>")})
	if err := b.read(t); err != nil {
		t.Fatal(err)
	}
	if got := b.state(t).Endpoints[url].Rule; got.Path != "a<li<ul<div" || len(b.notices) != 2 {
		t.Errorf("learnt anew: %+v, notices %+v", got, b.notices)
	}
}

func TestAListThatIsLongGoneMayBeAnyOther(t *testing.T) {
	b := newBench(t, time.Minute)
	s := live(t, b, sitetest.Page, "/news/")
	other := ""
	for i := range 4 {
		other += fmt.Sprintf(`<p><a href="/podiyi/%d">Подія без дати під номером %d у громаді</a></p>`, i, i)
	}
	s.Misbehave("/news/", sitetest.Fault{Body: fmt.Sprintf(repaired, other)})
	fails := 0
	for b.read(t) != nil && fails < 20 {
		fails++
	}
	if fails != 6 {
		t.Errorf("taken after %d failures", fails)
	}
}
