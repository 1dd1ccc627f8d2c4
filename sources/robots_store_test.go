package sources

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/internal/redistest"
	"visnyk/internal/sitetest"
)

// restart gives the site another client, as after a restart or in another process.
func (s *robotsSite) restart(db *redis.Client) {
	s.client = NewClient(ClientOptions{AllowPrivate: true, Robots: NewRobotsStore(db), Now: func() time.Time { return s.now }})
}

func (s *robotsSite) expect(t *testing.T, what string, want error, asked int) {
	t.Helper()
	if err := s.read(t, "/news"); !errors.Is(err, want) || s.asked != asked {
		t.Errorf("%s: %v, want %v; asked %d times, want %d", what, err, want, s.asked, asked)
	}
}

func TestRobotsAreKeptOverARestart(t *testing.T) {
	db := redistest.Client(t)
	s := newRobotsSite(t)
	s.body = "User-agent: *\nDisallow: /news\n\nUser-agent: BadBot\nDisallow: /secret\n"
	s.restart(db)
	s.expect(t, "at first", ErrRobots, 1)
	for range 3 {
		s.now = s.now.Add(7 * time.Hour)
		s.restart(db)
		s.expect(t, "after a restart", ErrRobots, 1)
	}
	text := db.Get(t.Context(), robotsKey(s.url)).Val()
	if !strings.Contains(text, "disallow: /news") || strings.Contains(text, "secret") {
		t.Errorf("kept: %s", text)
	}
	if ttl := db.TTL(t.Context(), robotsKey(s.url)).Val(); ttl <= robotsGiveUp || ttl > robotsGiveUp+robotsKeep {
		t.Errorf("kept for %v", ttl)
	}
	s.body, s.now = "", s.now.Add(4*time.Hour)
	s.restart(db)
	s.expect(t, "a day later", nil, 2)
	s.status, s.now = 503, s.now.Add(25*time.Hour)
	s.restart(db)
	s.expect(t, "what it said goes on while it fails", nil, 3)
	s.restart(db)
	s.expect(t, "it is left alone over a restart", nil, 3)
}

func TestHowLongAServerFailsIsKeptOverARestart(t *testing.T) {
	db := redistest.Client(t)
	s := newRobotsSite(t)
	s.status = 500
	asked := 0
	for since := time.Duration(0); since < robotsGiveUp; since += 5 * 24 * time.Hour {
		s.restart(db)
		asked++
		s.expect(t, fmt.Sprint("failing for ", since), ErrRobots, asked)
		s.now = s.now.Add(5 * 24 * time.Hour)
	}
	s.now = s.now.Add(time.Hour)
	s.restart(db)
	s.expect(t, "after a month", nil, asked+1)
}

func TestTwoProcessesShareWhatRobotsSay(t *testing.T) {
	db := redistest.Client(t)
	site := sitetest.NewSite(sitetest.Page, "Міністерство зразків", "")
	site.Publish(sitetest.Publication{Slug: "one", Title: "Уряд посилює кібербезпеку", Published: time.Now(), Paragraphs: []string{"Текст."}})
	address, err := site.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	for range 3 {
		c := NewClient(ClientOptions{AllowPrivate: true, Robots: NewRobotsStore(db)})
		for range 2 {
			if _, err := c.fetch(t.Context(), address+"/news", Validators{}, acceptPage); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.fetch(t.Context(), address+"/admin/", Validators{}, acceptPage); !errors.Is(err, ErrRobots) {
			t.Error(err)
		}
	}
	if n := site.Hits("/robots.txt"); n != 1 {
		t.Errorf("robots.txt is asked for %d times", n)
	}
}

func TestWhatTheStoreHoldsOfRobotsIsNotTrusted(t *testing.T) {
	s := newRobotsSite(t)
	s.body = "User-agent: *\nDisallow: /private\n"
	forbidding := "Disallow: /\n"
	long := "User-agent: *\n" + strings.Repeat("Disallow: /*a*b*c$\n", 20_000) + forbidding
	record := func(text string, until time.Time) string {
		data, err := json.Marshal(robotsRecord{Rules: &text, Until: until})
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for name, c := range map[string]struct {
		stored string
		want   error
		asked  int
	}{
		"broken":                 {"{", nil, 1},
		"of no form":             {`{"rules":7}`, nil, 1},
		"no rules":               {record(forbidding, s.now.Add(time.Hour)), nil, 0},
		"many":                   {record(long, s.now.Add(time.Hour)), ErrRobots, 0},
		"over":                   {record("User-agent: *\n"+forbidding, s.now.Add(-time.Hour)), nil, 1},
		"written by a bad clock": {record("User-agent: *\n"+forbidding, s.now.Add(1000*time.Hour)), nil, 1},
	} {
		db := redistest.Client(t)
		if err := db.Set(t.Context(), robotsKey(s.url), c.stored, 0).Err(); err != nil {
			t.Fatal(err)
		}
		s.asked = 0
		s.restart(db)
		s.expect(t, name, c.want, c.asked)
	}
}

func TestLittleIsKeptOfRobots(t *testing.T) {
	db := redistest.Client(t)
	s := newRobotsSite(t)
	var long strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&long, "Disallow: /rule/%d\n", i)
	}
	s.body = "User-agent: Bot\n" + long.String() + "User-agent: *\nDisallow: /news\nDisallow: /news\n"
	s.restart(db)
	s.expect(t, "a long one for others", ErrRobots, 1)
	if n := db.StrLen(t.Context(), robotsKey(s.url)).Val(); n == 0 || n > 200 {
		t.Errorf("%d bytes are kept", n)
	}
	s.body, s.now = "User-agent: *\nDisallow: /news\n"+long.String(), s.now.Add(25*time.Hour)
	s.expect(t, "a long one for us", ErrRobots, 2)
	if n := db.Exists(t.Context(), robotsKey(s.url)).Val(); n != 0 {
		t.Error("a long one is kept")
	}
	s.expect(t, "it holds in this process", ErrRobots, 2)
}

func TestRobotsWithoutAStoreThatAnswers(t *testing.T) {
	server := redistest.Start(t)
	db := server.Client(t)
	server.Kill()
	s := newRobotsSite(t)
	s.restart(db)
	s.expect(t, "Redis is away", nil, 1)
	s.expect(t, "again", nil, 1)
}
