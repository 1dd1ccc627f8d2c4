package demo

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// open starts a demo whose seconds take a millisecond.
func open(t *testing.T) *Demo {
	t.Helper()
	d, err := Start(t.Context(), Options{Addr: "127.0.0.1:0", Second: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// fetch returns the body of an address.
func fetch(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestSampleNewsAreWellMade(t *testing.T) {
	list, err := loadNews()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 28 {
		t.Errorf("%d entries", len(list))
	}
	slugs, days := map[string]bool{}, map[int]int{}
	live, shared, edits := 0, 0, 0
	for _, e := range list {
		if slugs[e.Slug] {
			t.Errorf("%s stands twice", e.Slug)
		}
		slugs[e.Slug] = true
		switch {
		case e.Live > 0:
			live++
		default:
			days[e.Day]++
		}
		if len(e.Sites) == 3 {
			shared++
		}
		if e.EditAfter > 0 {
			edits++
			if strings.Count(e.Text, e.Replace) != 1 || e.edited().Text == e.Text || e.edited().Title == e.Title {
				t.Errorf("%s: the correction changes not exactly one number", e.Slug)
			}
		}
		checkText(t, e)
	}
	if live < 4 || shared != 1 || edits != 1 || len(days) != 3 || days[-2] < 5 || days[-1] < 5 || days[0] < 5 {
		t.Errorf("live %d, shared %d, edits %d, days %v", live, shared, edits, days)
	}
}

// checkText holds the style of the texts: length, Ukrainian letters, signs.
func checkText(t *testing.T, e entry) {
	t.Helper()
	paragraphs := e.paragraphs()
	if len(paragraphs) < 3 || len(paragraphs) > 6 {
		t.Errorf("%s: %d paragraphs", e.Slug, len(paragraphs))
	}
	for _, p := range paragraphs {
		if n := len(strings.Fields(p)); n < 38 || n > 90 {
			t.Errorf("%s: %d words in %q", e.Slug, n, p)
		}
		if strings.Count(p, "«") != strings.Count(p, "»") {
			t.Errorf("%s: quotes in %q", e.Slug, p)
		}
	}
	for _, r := range e.Title + e.Text {
		latin := unicode.Is(unicode.Latin, r) && !strings.ContainsRune("XVI", r)
		if latin || strings.ContainsRune("'\"ыэъё–", r) {
			t.Errorf("%s: %q is no sign of Ukrainian texts", e.Slug, r)
		}
	}
}

func TestSearchedWordComesInSeveralForms(t *testing.T) {
	list, err := loadNews()
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"кібербезпеки", "кібербезпеці", "кібербезпеку"} {
		if !slices.ContainsFunc(list, func(e entry) bool { return strings.Contains(e.Text, form) }) {
			t.Errorf("no text has %s", form)
		}
	}
}

func TestHistoryIsNeverInTheFuture(t *testing.T) {
	list, err := loadNews()
	if err != nil {
		t.Fatal(err)
	}
	for _, clock := range []string{"00:01", "09:30", "23:59"} {
		now, err := time.Parse("2006-01-02 15:04", "2026-03-10 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		last := time.Time{}
		for _, e := range history(list, now) {
			at := e.published(now)
			if at.After(now) || at.Before(last) || now.YearDay()-at.YearDay() != -e.Day {
				t.Errorf("at %s: %s came at %s", clock, e.Slug, at)
			}
			last = at
		}
	}
}

func TestSitesPublishHistoryAndThenLive(t *testing.T) {
	d := open(t)
	kinds := make([]string, 0, 3)
	for _, a := range d.Sites {
		kinds = append(kinds, a.Endpoints[0].Kind)
		if !strings.Contains(a.Name, "(зразок)") {
			t.Errorf("%s does not say that it is a sample", a.Name)
		}
	}
	if got := strings.Join(kinds, " "); got != "feed page channel" {
		t.Error(got)
	}
	const shared = "Держава запускає єдину програму захисту електронних реєстрів громад"
	for _, url := range []string{d.Sites[0].Endpoints[0].URL, d.Sites[1].Endpoints[0].URL, d.TMEURL + "/s/" + channelHandle} {
		if body := fetch(t, url); !strings.Contains(body, shared) {
			t.Errorf("%s has not the common announcement: %s", url, body)
		}
	}
	before, _ := d.news.since(0)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- d.Run(ctx) }()
	list := before
	for !slices.ContainsFunc(list, func(h headline) bool { return strings.Contains(h.Title, "громадського бюджету") }) {
		var changed <-chan struct{}
		if list, changed = d.news.since(0); len(list) < len(before)+6 {
			<-changed
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !slices.ContainsFunc(list, func(h headline) bool { return h.Edited && strings.Contains(h.Title, "74") }) {
		t.Error("nothing was corrected")
	}
	if body := fetch(t, d.Sites[1].Endpoints[0].URL); !strings.Contains(body, "у 74 лікарнях") {
		t.Errorf("the page is as before: %s", body)
	}
}

func TestTakenAddressSaysWhatToDo(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, err = Start(t.Context(), Options{Addr: l.Addr().String()})
	if err == nil || !strings.Contains(err.Error(), "--addr") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
}

// stranger is the bot of these tests: it answers with what the test says.
func stranger(t *testing.T, d *Demo) *tgbotapi.BotAPI {
	t.Helper()
	bot, err := tgbotapi.NewBotAPIWithAPIEndpoint(d.Token, d.APIURL+"/bot%s/%s")
	if err != nil {
		t.Fatal(err)
	}
	return bot
}

// next returns the one update that waits.
func next(t *testing.T, bot *tgbotapi.BotAPI, after int) tgbotapi.Update {
	t.Helper()
	list, err := bot.GetUpdates(tgbotapi.UpdateConfig{Offset: after + 1, Timeout: 10})
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	return list[0]
}

// decode reads a JSON event.
func decode[T any](t *testing.T, data string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return v
}
