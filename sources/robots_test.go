package sources

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// robotsSite is a site whose robots.txt is as the test says; it counts how
// often that was asked for.
type robotsSite struct {
	status int
	body   string
	asked  int
	url    string
	client *Client
	now    time.Time
}

func newRobotsSite(t *testing.T) *robotsSite {
	s := &robotsSite{status: http.StatusOK, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	s.url = answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			s.asked++
			w.WriteHeader(s.status)
			_, _ = w.Write([]byte(s.body))
			return
		}
		_, _ = w.Write([]byte("<html><body><p>Сторінка</p></body></html>"))
	})
	s.client = NewClient(ClientOptions{AllowPrivate: true, Now: func() time.Time { return s.now }})
	return s
}

func (s *robotsSite) read(t *testing.T, path string) error {
	t.Helper()
	_, err := s.client.fetch(t.Context(), s.url+path, Validators{}, acceptPage)
	return err
}

func TestRobotsForbidPagesAndNoFeeds(t *testing.T) {
	s := newRobotsSite(t)
	s.body = "User-agent: *\nDisallow: /private\nDisallow: /*?print=\n\nUser-agent: BadBot\nDisallow: /\n"
	for path, want := range map[string]error{"/news": nil, "/private/1": ErrRobots, "/news?print=1": ErrRobots, "/": nil} {
		if err := s.read(t, path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	if _, err := s.client.fetch(t.Context(), s.url+"/private/feed", Validators{}, acceptFeed); err != nil {
		t.Errorf("a feed: %v", err)
	}
	if s.asked != 1 {
		t.Errorf("robots.txt was asked for %d times", s.asked)
	}
	s.body = "User-agent: visnyk\nDisallow: /news\n\nUser-agent: *\nAllow: /\n"
	if err := s.read(t, "/news"); err != nil {
		t.Errorf("what was read is believed for a day: %v", err)
	}
	s.now = s.now.Add(25 * time.Hour)
	if err := s.read(t, "/news"); !errors.Is(err, ErrRobots) {
		t.Errorf("our own rules, a day later: %v", err)
	}
}

func TestWhatARobotsFailureMeans(t *testing.T) {
	for status, want := range map[int]error{404: nil, 403: nil, 401: nil, 500: ErrRobots, 503: ErrRobots, 429: ErrRobots} {
		s := newRobotsSite(t)
		s.status, s.body = status, "User-agent: *\nDisallow: /\n"
		if err := s.read(t, "/news"); !errors.Is(err, want) {
			t.Errorf("status %d: %v, want %v", status, err, want)
		}
	}
	s := newRobotsSite(t)
	s.status = 500
	if err := s.read(t, "/news"); !errors.Is(err, ErrRobots) {
		t.Error(err)
	}
	s.status = 200
	if err := s.read(t, "/news"); !errors.Is(err, ErrRobots) || s.asked != 1 {
		t.Errorf("at once: %v, asked %d times", err, s.asked)
	}
	s.now = s.now.Add(robotsRetry)
	if err := s.read(t, "/news"); err != nil {
		t.Errorf("after a while: %v", err)
	}
	s.status = 500
	s.now = s.now.Add(25 * time.Hour)
	if err := s.read(t, "/news"); err != nil {
		t.Errorf("what was known goes on while the server fails: %v", err)
	}
}

func TestAServerThatFailsForAMonthHasNoRobots(t *testing.T) {
	s := newRobotsSite(t)
	s.status = 500
	if err := s.read(t, "/news"); !errors.Is(err, ErrRobots) {
		t.Error(err)
	}
	s.now = s.now.Add(robotsGiveUp + time.Hour)
	if err := s.read(t, "/news"); err != nil {
		t.Error(err)
	}
}

func TestAServerThatIsAwayIsNotTakenForForbidding(t *testing.T) {
	if _, err := privately().fetch(t.Context(), "http://127.0.0.1:1/news", Validators{}, acceptPage); !errors.Is(err, ErrUnreachable) || errors.Is(err, ErrRobots) {
		t.Error(err)
	}
}

func TestRobotsAreFoundInWhatSitesAnswer(t *testing.T) {
	many := strings.Repeat("Disallow: /*a*b*c$\n", 20_000)
	for name, c := range map[string]struct {
		body    string
		allowed bool // the path /новини/1
	}{
		"a page instead":       {"<!doctype html><html><title>404</title><p>Disallow: /</p></html>", true},
		"Cyrillic rule":        {"User-agent: *\nDisallow: /новини/\n", false},
		"byte order mark":      {"\ufeffUser-Agent: *\r\nDisallow: /\r\n", false},
		"comments":             {"User-agent: * # all\nDisallow: / # nothing\n", false},
		"empty rule":           {"User-agent: *\nDisallow:\n", true},
		"rules before agents":  {"Disallow: /\nUser-agent: *\nAllow: /\n", true},
		"unknown lines":        {"Host: a\nClean-param: x /\nUser-agent: *\nCrawl-delay: soon\nDisallow: /\nSitemap: x\n", false},
		"the longest wins":     {"User-agent: *\nDisallow: /\nAllow: /%D0%BD\n", true},
		"our name and version": {"User-agent: Visnyk/1.0\nAllow: /\n\nUser-agent: *\nDisallow: /\n", true},
		"nothing for us":       {"User-agent: visnyk\nDisallow:\n\nUser-agent: *\nDisallow: /\n", true},
		"two groups for us":    {"User-agent: *\nDisallow: /a\n\nUser-agent: Bot\nAllow: /\n\nUser-agent: *\nDisallow: /\n", false},
		"an agent of no name":  {"User-agent: ???\nDisallow: /\n", true},
		"shared with others":   {"User-agent: Bot\nUser-agent: VISNYK\nUser-agent: Other\nDisallow: /\n", false},
		"a crowd before us":    {strings.Repeat("User-agent: Bot\nDisallow: /x\n", 8000) + "User-agent: *\nDisallow: /\n", false},
		"too many patterns":    {"User-agent: *\n" + many + "Disallow: /\n", false},
	} {
		if got := parseRobots([]byte(c.body)).Test("/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8/1"); got != c.allowed {
			t.Errorf("%s: allowed %v", name, got)
		}
	}
}

func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /a*$\nAllow: /b\n"), "/a")
	f.Add([]byte("User-agent: Visnyk\nDisallow: /(\n"), "/(")
	f.Add([]byte("User-agent: visnyk/2\nuser-agent:*\nDisallow:\nAllow:/x#\nDisallow: /\xff\ufeff\n"), "/x")
	f.Fuzz(func(t *testing.T, body []byte, path string) {
		text := ourRules(body)
		if again := ourRules([]byte(text)); again != text || parseRobots(body).Test(path) != parseRobots([]byte(text)).Test(path) {
			t.Errorf("kept %q, then %q", text, again)
		}
	})
}

func FuzzHeaders(f *testing.F) {
	f.Add("120", "max-age=60", "Thu, 01 Jan 1970 00:00:00 GMT", "5")
	f.Add("Tue, 24 Nov 2026 10:00:00 GMT", "private, max-age=\"99999999999999999999\"", "-1", "")
	f.Fuzz(func(t *testing.T, after, control, expires, age string) {
		h := http.Header{"Retry-After": {after}, "Cache-Control": {control}, "Expires": {expires}, "Age": {age}}
		now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
		if wait := waitOf(h, now); wait < 0 || wait > maxWait {
			t.Errorf("wait %v", wait)
		}
		if wait := retryAfter(h, now); wait < 0 || wait > maxWait {
			t.Errorf("retry after %v", wait)
		}
	})
}

func TestAHostIsAskedByTwoAtMost(t *testing.T) {
	entered, release := make(chan string), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entered <- r.URL.Path
		<-release
		_, _ = w.Write([]byte(smallFeed))
	}))
	defer s.Close()
	c := privately()
	errs := make(chan error, 10)
	for i := range 3 {
		go func() {
			_, err := c.fetch(t.Context(), fmt.Sprintf("%s/%d", s.URL, i), Validators{}, acceptFeed)
			errs <- err
		}()
	}
	<-entered
	<-entered
	_, err := c.Hasty(time.Nanosecond).fetch(t.Context(), s.URL+"/hasty", Validators{}, acceptFeed)
	if busy, ok := errors.AsType[*BusyError](err); !ok || busy.Asked || busy.Wait <= 0 {
		t.Errorf("a third: %v", err)
	}
	select {
	case path := <-entered:
		t.Errorf("%s is asked for beside two others", path)
	default:
	}
	release <- struct{}{}
	<-entered
	close(release)
	for range 3 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// Each answer of a chain of redirects is quick enough; all together are not.
func TestTheDeadlineHoldsOverRedirects(t *testing.T) {
	var hops atomic.Int64
	address := answering(t, func(w http.ResponseWriter, r *http.Request) {
		n := hops.Add(1)
		select {
		case <-time.After(80 * time.Millisecond):
		case <-r.Context().Done():
		}
		http.Redirect(w, r, fmt.Sprintf("/%d", n), http.StatusFound)
	})
	if _, err := privately().Hasty(200*time.Millisecond).fetch(t.Context(), address, Validators{}, acceptFeed); !errors.Is(err, ErrTimeout) || hops.Load() > 3 {
		t.Errorf("%v after %d hops", err, hops.Load())
	}
}

func TestAHostThatAsksForSilenceGetsIt(t *testing.T) {
	asked := 0
	address := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	now := time.Now()
	c := NewClient(ClientOptions{AllowPrivate: true, Now: func() time.Time { return now }})
	_, err := c.fetch(t.Context(), address+"/a", Validators{}, acceptFeed)
	if status, ok := errors.AsType[*StatusError](err); !ok || status.Code != 429 || status.RetryAfter != 2*time.Minute {
		t.Errorf("the first: %v", err)
	}
	_, err = c.fetch(t.Context(), address+"/b", Validators{}, acceptFeed)
	if busy, ok := errors.AsType[*BusyError](err); !ok || !busy.Asked || busy.Wait != 2*time.Minute || asked != 1 {
		t.Errorf("another source of the host: %v, asked %d times", err, asked)
	}
	now = now.Add(2 * time.Minute)
	if _, err := c.fetch(t.Context(), address+"/b", Validators{}, acceptFeed); errors.Is(err, ErrBusy) || asked != 2 {
		t.Errorf("afterwards: %v", err)
	}
}
