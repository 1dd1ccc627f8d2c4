package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"visnyk/internal/redistest"
	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

const (
	testToken = "123456789:AAtesttokentesttokentesttokentest"
	patience  = 20 * time.Second // for an answer on a busy machine
)

var reader = telegramtest.User{ID: 1001, FirstName: "Читач"}

// world is the program and all that it speaks to, on this machine.
type world struct {
	t        *testing.T
	telegram *telegramtest.Server
	redis    *redistest.Server
	env      map[string]string
	log      *syncBuffer
	stop     func() int // ends the program and gives its exit status
	finders  int64      // how many readers searched
}

// syncBuffer is a buffer that the program writes while a test reads.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newWorld starts all but the program.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, telegram: telegramtest.New(testToken, "visnyk_test_bot"), redis: redistest.Start(t), log: &syncBuffer{}}
	api, err := w.telegram.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.telegram.Close)
	w.env = map[string]string{
		"TELEGRAM_TOKEN": testToken, "TELEGRAM_API_URL": api, "REDIS_URL": w.redis.URL,
		"VISNYK_DATA_DIR": t.TempDir(), "VISNYK_HTTP_ADDR": "127.0.0.1:0", "VISNYK_ALLOW_PRIVATE_NETWORKS": "true",
		"VISNYK_POLL_INTERVAL": "1s",
	}
	return w
}

// start runs the program until stop or the end of the test.
func (w *world) start() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	status := make(chan int, 1)
	getenv := func(name string) string { return w.env[name] }
	go func() { status <- run(ctx, []string{"run"}, getenv, strings.NewReader(""), w.log, w.log) }()
	once := sync.OnceValue(func() int {
		cancel()
		select {
		case s := <-status:
			return s
		case <-time.After(patience):
			w.t.Errorf("the program does not end\n%s", w.log)
			return -1
		}
	})
	w.stop = once
	w.t.Cleanup(func() {
		once()
		if w.t.Failed() {
			w.t.Logf("log:\n%s", w.log)
		}
		if strings.Contains(w.log.String(), testToken) {
			w.t.Error("the token is in the log")
		}
	})
}

// site starts a site with some news, the newest an hour old.
func (w *world) site(style sitetest.Style, name, handle string, news ...sitetest.Publication) (*sitetest.Site, string) {
	w.t.Helper()
	s := sitetest.NewSite(style, name, handle)
	for i, p := range news {
		if p.Published.IsZero() {
			p.Published = time.Now().Add(-time.Hour - time.Duration(i)*time.Minute)
		}
		s.Publish(p)
	}
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(s.Close)
	return s, url
}

func private() telegramtest.Chat {
	return telegramtest.Chat{ID: reader.ID, Type: telegramtest.Private}
}

// ask says something in a chat and waits for the next message of the bot.
func (w *world) ask(chat telegramtest.Chat, from telegramtest.User, text string) telegramtest.Message {
	w.t.Helper()
	before := len(w.fromBot(chat.ID))
	w.telegram.Say(chat, from, text)
	return w.nth(chat.ID, before+1)
}

// tell asks in the reader's private chat.
func (w *world) tell(text string) telegramtest.Message {
	w.t.Helper()
	return w.ask(private(), reader, text)
}

// nth waits for the nth message of the bot in a chat.
func (w *world) nth(chat int64, n int) telegramtest.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if _, err := w.telegram.WaitMessages(ctx, chat, n); err != nil {
		w.t.Fatal(err)
	}
	return w.fromBot(chat)[n-1]
}

// awaitMessage waits for a message of the bot with a text.
func (w *world) awaitMessage(chat int64, text string) telegramtest.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 90*time.Second)
	defer cancel()
	m, err := w.telegram.WaitFor(ctx, chat, func(m telegramtest.Message) bool { return m.FromBot && strings.Contains(m.Text, text) })
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *world) fromBot(chat int64) []telegramtest.Message {
	var all []telegramtest.Message
	for _, m := range w.telegram.Messages(chat) {
		if m.FromBot {
			all = append(all, m)
		}
	}
	return all
}

func contains(t *testing.T, m telegramtest.Message, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(m.Text, want) {
			t.Errorf("%q is not in:\n%s", want, m.Text)
		}
	}
}

func news(slug, title string, paragraphs ...string) sitetest.Publication {
	if len(paragraphs) == 0 {
		paragraphs = []string{
			title + " — про це повідомила пресслужба відомства за підсумками наради, яка відбулася сьогодні в Києві.",
			"Документ передбачає, що громади отримають фінансування до кінця року, а звіт про виконання оприлюднять у відкритих даних.",
		}
	}
	return sitetest.Publication{Slug: slug, Title: title, Paragraphs: paragraphs}
}
