package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/bot/chats"
	"visnyk/config"
	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

// storm is the program in several processes that are killed while they send, a
// Redis, and a Bot API that loses answers. What the Bot API shows in the end is
// the judge.
type storm struct {
	*world
	chance   *rand.Rand
	replicas []*process
	envs     []map[string]string
	ledger   *chats.Ledger
	core     redis.UniversalClient
	chats    []int64
	expected map[int64][]string // the texts that each chat must show
	faults   atomic.Int64
	kills    int
	bad      map[int64]bool // chats in which something was lost or repeated
}

// stormSeed makes a run that failed repeatable as far as its plan goes.
func stormSeed(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// newStorm prepares so many chats: of ten, six are private, two supergroups and
// two channels.
func newStorm(t *testing.T, nChats int, redisURL string) *storm {
	t.Helper()
	s := &storm{world: newWorld(t), chance: stormSeed(t), expected: map[int64][]string{}, bad: map[int64]bool{}}
	if redisURL == "" {
		redisURL = s.redis.URL
	}
	s.env["REDIS_URL"], s.env["VISNYK_SEND_RATE"] = redisURL, "300"
	address, err := config.ParseRedis(config.Secret(redisURL))
	if err != nil {
		t.Fatal(err)
	}
	s.core = open(address)
	t.Cleanup(func() { _ = s.core.Close() })
	s.ledger = chats.NewLedger(s.core, nil)
	store := chats.NewStore(s.core, time.UTC, nil)
	for i := range nChats {
		id, kind := int64(10_000+i), chats.Private
		switch i % 10 {
		case 6, 7:
			id, kind = -1_001_000_000_000-int64(i), chats.Supergroup
		case 8, 9:
			id, kind = -1_002_000_000_000-int64(i), chats.Channel
		}
		s.join(id, kind)
		if _, err := store.Change(t.Context(), id, func(c *chats.Chat) error { c.Kind = kind; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// join lets the bot into a chat in which something was said before.
func (s *storm) join(id int64, kind chats.Kind) {
	s.t.Helper()
	c := telegramtest.Chat{ID: id, Type: string(kind), Title: "Чат"}
	s.telegram.AddChat(c)
	if kind == chats.Private {
		s.telegram.Say(c, telegramtest.User{ID: id, FirstName: "Читач"}, "привіт")
	} else {
		s.telegram.SetMember(id, s.telegram.Me(), telegramtest.Administrator)
		s.telegram.Post(c, "допис")
	}
	all := s.telegram.Messages(id)
	if err := s.ledger.Saw(s.t.Context(), id, all[len(all)-1].ID); err != nil {
		s.t.Fatal(err)
	}
	s.chats = append(s.chats, id)
}

// queue queues so many messages for every chat: answers in private chats, one
// digest of several parts in the others.
func (s *storm) queue(each int) {
	s.t.Helper()
	for _, id := range s.chats {
		d := chats.Delivery{ID: fmt.Sprintf("storm:%d:%d", id, len(s.expected[id])), Chat: id, Class: chats.Digest}
		for i := range each {
			text := fmt.Sprintf("Повідомлення %d для %d", len(s.expected[id]), id)
			s.expected[id] = append(s.expected[id], text)
			d.Parts = append(d.Parts, chats.Message{Method: "sendMessage", Params: map[string]string{"chat_id": strconv.FormatInt(id, 10), "text": text, "parse_mode": "HTML"}})
			if id > 0 && i%3 == 2 {
				s.add(d)
				d.ID, d.Parts, d.Class = fmt.Sprintf("storm:%d:%d", id, i+1), nil, []chats.Class{chats.Digest, chats.Reply}[i/3%2]
			}
		}
		if len(d.Parts) > 0 {
			s.add(d)
		}
	}
}

func (s *storm) add(d chats.Delivery) {
	s.t.Helper()
	if err := s.ledger.Add(s.t.Context(), d); err != nil {
		s.t.Fatal(err)
	}
}

// begin starts so many replicas, each with a folder of its own.
func (s *storm) begin(n int) {
	s.t.Helper()
	for range n {
		env := maps.Clone(s.env)
		env["VISNYK_DATA_DIR"] = s.t.TempDir()
		s.envs = append(s.envs, env)
		s.replicas = append(s.replicas, nil)
		s.revive(len(s.envs) - 1)
	}
}

func (s *storm) revive(i int) {
	w := *s.world
	w.env = s.envs[i]
	s.replicas[i] = w.spawn()
}

// kill ends a replica in the middle of its work and starts it again.
func (s *storm) kill() {
	s.t.Helper()
	i := s.chance.IntN(len(s.replicas))
	select {
	case <-s.replicas[i].done: // it began while Redis was away, and said so
		s.revive(i)
	default:
	}
	if err := s.replicas[i].end(s.t, syscall.SIGKILL, patience); err == nil {
		s.t.Fatal("it was not killed")
	}
	s.kills++
	s.revive(i)
}

// lose makes every twentieth call of sendMessage one without a clear answer,
// until the test ends: half of them have arrived.
func (s *storm) lose(ctx context.Context) {
	kinds := []telegramtest.Fault{{DropAfter: true}, {DropBefore: true}, {DropAfter: true}, {Code: 502, HTML: true}}
	last := 0
	for ctx.Err() == nil {
		if n := len(s.telegram.Calls("sendMessage")); n >= last+20 {
			last = n
			s.telegram.Fail("sendMessage", 1, kinds[int(s.faults.Add(1))%len(kinds)])
		}
		pause(ctx, 20*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// drained waits until nothing waits to be sent.
func (s *storm) drained(limit time.Duration) {
	s.t.Helper()
	for deadline := time.Now().Add(limit); ; {
		n, err := s.ledger.Waiting(s.t.Context())
		if err == nil && n == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("after %v %d chats wait (%v)", limit, n, err)
		}
		pause(s.t.Context(), 200*time.Millisecond)
	}
}

// verdict is what became of all that was queued.
type verdict struct {
	sent, lost, repeated, marked, unmarked int
}

// judge compares what the chats show with what was queued. In private chats a
// repeat may stand, marked unless it is an answer.
func (s *storm) judge() verdict {
	s.t.Helper()
	const mark = "Можливий повтор"
	var v verdict
	for id, texts := range s.expected {
		count, marked := map[string]int{}, map[string]bool{}
		for _, m := range s.fromBot(id) {
			text := m.Text
			if strings.HasPrefix(text, mark) {
				text = text[strings.LastIndexByte(text, '\n')+1:]
				marked[text] = true
			}
			count[text]++
		}
		for _, text := range texts {
			if n := count[text]; n == 0 || n > 1 && id < 0 {
				s.bad[id] = true
			}
			switch n := count[text]; {
			case n == 0:
				v.lost++
				s.t.Logf("lost: %s", text)
			case n > 1 && id < 0:
				v.repeated++
				s.t.Logf("%d times: %s", n, text)
			case n > 1 && marked[text]:
				v.marked++
			case n > 1:
				v.unmarked++
			}
		}
		v.sent += len(texts)
	}
	return v
}

// expect fails unless nothing was lost, and repeated only in private and no more
// than was in flight.
func (s *storm) expect(name string) {
	s.t.Helper()
	v := s.judge()
	inFlight := 8*s.kills + int(s.faults.Load())
	s.t.Logf("%s: %d messages, %d kills, %d ambiguous answers: %d lost, %d repeated in channels and groups, in private %d repeated with a mark and %d answers",
		name, v.sent, s.kills, s.faults.Load(), v.lost, v.repeated, v.marked, v.unmarked)
	if v.lost > 0 || v.repeated > 0 || v.marked+v.unmarked > inFlight {
		s.t.Errorf("%+v", v)
		s.tellBad()
	}
}

// tellBad prints what was logged of the chats in which something is wrong, and
// every call for them.
func (s *storm) tellBad() {
	for id := range s.bad {
		for line := range strings.Lines(s.log.String()) {
			if strings.Contains(line, strconv.FormatInt(id, 10)) {
				s.t.Log(strings.TrimSpace(line))
			}
		}
		for _, c := range s.telegram.Calls("") {
			if c.Params["chat_id"] == strconv.FormatInt(id, 10) {
				s.t.Logf("%s %s %d %s, message %s: %q", c.Started.Format("15:04:05.000"), c.Method, c.Code, c.Description, c.Params["message_id"], c.Params["text"])
			}
		}
	}
}

// The short form of what `make chaos` does at length.
func TestKilledProcessesLoseAndRepeatNothing(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 60, "")
	s.queue(4)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go s.lose(ctx)
	s.begin(2)
	for range 3 {
		n := len(s.telegram.Calls("sendMessage"))
		wait, stop := context.WithTimeout(ctx, 3*patience)
		if _, err := s.telegram.WaitCalls(wait, "sendMessage", n+10); err != nil {
			t.Fatal(err)
		}
		stop()
		s.kill()
	}
	s.drained(6 * time.Minute)
	s.expect("killed")
}

func TestAnotherReplicaAnswersWhenOneIsFrozen(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 0, "")
	_, url := s.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	s.begin(2)
	contains(t, s.tell("/follow "+url), "Стежу")
	leader := s.core.Get(t.Context(), "lead:{u}").Val()
	frozen := slices.IndexFunc(s.envs, func(env map[string]string) bool { return leader != "" && replicaOf(env["VISNYK_DATA_DIR"]) == leader })
	if frozen < 0 {
		t.Fatalf("no replica is called %q", leader)
	}
	if err := s.replicas[frozen].cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	s.telegram.Say(private(), reader, "/list")
	ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second)
	defer cancel()
	if _, err := s.telegram.WaitMessages(ctx, reader.ID, 2); err != nil {
		t.Fatal(err)
	}
	if err := s.replicas[frozen].cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	contains(t, s.tell("/help"), "/follow")
	if n := len(s.fromBot(reader.ID)); n != 3 {
		t.Errorf("%d answers to 3 commands", n)
	}
}
