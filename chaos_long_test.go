//go:build chaos

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/bot/chats"
	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

// The long forms, run by `make chaos`. Each prints one line.

// killAtRandom kills replicas so many times, while messages go out.
func (s *storm) killAtRandom(kills int, between time.Duration) {
	for range kills {
		pause(s.t.Context(), between/2+time.Duration(s.chance.Int64N(int64(between))))
		s.kill()
	}
}

func TestChaosThirtyKills(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 500, "")
	s.queue(18)
	go s.lose(t.Context())
	s.begin(2)
	s.killAtRandom(30, 2*time.Second)
	s.drained(8 * time.Minute)
	s.expect("30 kills")
}

func TestChaosRedisKills(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 500, "")
	s.queue(8)
	go s.lose(t.Context())
	s.begin(2)
	for range 3 {
		s.killAtRandom(3, 2*time.Second)
		s.redis.Kill()
		pause(t.Context(), 12*time.Second)
		s.redis.Restart(t)
		s.killAtRandom(3, 2*time.Second)
	}
	s.drained(6 * time.Minute)
	s.expect("3 kills of Redis for 12 s, 18 kills")
}

// node is one redis-server of a cluster.
type node struct {
	port int
	dir  string
	cmd  *exec.Cmd
}

func (n *node) start(t *testing.T) {
	t.Helper()
	n.run(t, "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", "", "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
}

func (n *node) run(t *testing.T, args ...string) {
	t.Helper()
	n.cmd = exec.Command("redis-server", append([]string{"--port", strconv.Itoa(n.port), "--bind", "127.0.0.1", "--dir", n.dir}, args...)...)
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

func (n *node) kill() {
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
}

// cluster starts three masters with a replica each.
func cluster(t *testing.T) []*node {
	t.Helper()
	var nodes []*node
	args := []string{"--cluster", "create"}
	for i := range 6 {
		n := &node{port: 21100 + i, dir: t.TempDir()}
		n.start(t)
		t.Cleanup(func() { n.kill() })
		nodes = append(nodes, n)
		args = append(args, fmt.Sprint("127.0.0.1:", n.port))
	}
	pause(t.Context(), time.Second)
	if out, err := exec.Command("redis-cli", append(args, "--cluster-replicas", "1", "--cluster-yes")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pause(t.Context(), 3*time.Second)
	return nodes
}

func TestChaosClusterMasterKills(t *testing.T) {
	t.Parallel()
	nodes := cluster(t)
	s := newStorm(t, 300, "redis-cluster://127.0.0.1:21100,127.0.0.1:21101,127.0.0.1:21102")
	s.env["VISNYK_REDIS_REPLICAS"] = "1"
	s.queue(18)
	go s.lose(t.Context())
	s.begin(2)
	for range 5 {
		pause(t.Context(), 5*time.Second)
		s.master(nodes, func(n *node) {
			n.kill()
			pause(t.Context(), 8*time.Second)
			n.start(t)
		})
		s.kill()
		pause(t.Context(), 5*time.Second)
	}
	s.drained(8 * time.Minute)
	s.expect("5 kills of masters of a 3+3 cluster, 5 kills")
}

// master does something with one of the cluster's masters.
func (s *storm) master(nodes []*node, do func(*node)) {
	s.t.Helper()
	for _, i := range s.chance.Perm(len(nodes)) {
		c := redis.NewClient(&redis.Options{Addr: fmt.Sprint("127.0.0.1:", nodes[i].port)})
		role, err := c.Do(s.t.Context(), "ROLE").Slice()
		_ = c.Close()
		if err == nil && role[0] == "master" {
			do(nodes[i])
			return
		}
	}
	s.t.Error("no master answers")
}

func TestChaosPollerKills(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 0, "")
	s.begin(2)
	const users, each = 30, 10
	for n := range each {
		for u := range users {
			who := telegramtest.User{ID: int64(5000 + u), FirstName: "Читач"}
			s.telegram.Say(telegramtest.Chat{ID: who.ID, Type: telegramtest.Private}, who, fmt.Sprintf("/follow «слово%d»", n))
		}
		pause(t.Context(), time.Duration(s.chance.IntN(3000))*time.Millisecond)
		leader := s.core.Get(t.Context(), "lead:{u}").Val()
		if i := slices.IndexFunc(s.envs, func(env map[string]string) bool { return leader != "" && replicaOf(env["VISNYK_DATA_DIR"]) == leader }); i >= 0 {
			_ = s.replicas[i].end(t, syscall.SIGKILL, patience)
			s.kills++
			s.revive(i)
		}
	}
	unanswered, twice := 0, 0
	deadline := time.Now().Add(3 * time.Minute)
	for ; ; pause(t.Context(), time.Second) {
		unanswered, twice = 0, 0
		for u := range users {
			count := map[string]int{}
			for _, m := range s.fromBot(int64(5000 + u)) {
				count[regexp.MustCompile(`слово\d+`).FindString(m.Text)]++
			}
			for n := range each {
				switch count[fmt.Sprintf("слово%d", n)] {
				case 0:
					unanswered++
				case 1:
				default:
					twice++
				}
			}
		}
		if unanswered == 0 || time.Now().After(deadline) {
			break
		}
	}
	s.drained(time.Minute)
	t.Logf("%d kills of the poller: %d commands, %d unanswered, %d answered twice", s.kills, users*each, unanswered, twice)
	if unanswered > 0 || twice > 0 {
		t.Fail()
	}
}

func TestChaosRedisAway(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 20, "")
	s.start() // in this process: its goroutines are counted
	contains(t, s.tell("/help"), "/follow")
	s.drained(time.Minute)
	already := len(s.telegram.Calls("sendMessage"))
	before := goroutines(t)
	s.redis.Kill()
	s.telegram.Say(private(), reader, "/list")
	s.awaitMessage(reader.ID, "Сховище тимчасово недоступне")
	pause(t.Context(), 60*time.Second)
	sends := len(s.telegram.Calls("sendMessage")) - already - 1 // the apology
	s.redis.Restart(t)
	back := time.Now()
	s.awaitMessage(reader.ID, "ні за чим не стежить")
	first := time.Since(back)
	s.queue(2)
	s.drained(time.Minute)
	v := s.judge()
	after := goroutines(t)
	for deadline := time.Now().Add(30 * time.Second); after > before+5 && time.Now().Before(deadline); after = goroutines(t) {
		pause(t.Context(), time.Second)
	}
	t.Logf("Redis away for 60 s: the first answer %.1f s after it was back, %d sends meanwhile besides the apology, %d lost, goroutines %d, then %d", first.Seconds(), sends, v.lost, before, after)
	if first > 5*time.Second || sends != 0 || v.lost > 0 || after > before+5 {
		t.Fail()
	}
}

// goroutines counts those of the program: its servers' and clients' connections
// come and go.
func goroutines(t *testing.T) int {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 2); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, g := range strings.Split(b.String(), "\n\n") {
		if strings.Contains(g, "visnyk/bot.") || strings.Contains(g, "visnyk/sources.") || strings.Contains(g, "hibiken/asynq") {
			n++
		}
	}
	return n
}

func TestChaosFloodOfRefusals(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 100, "")
	s.env["VISNYK_SEND_RATE"] = "28.5"
	s.telegram.LimitRates(1, 20, 30)
	s.queue(3)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			s.telegram.Fail("sendMessage", 1, telegramtest.Fault{Code: 429, RetryAfter: 1 + s.chance.IntN(5)})
			pause(ctx, 150*time.Millisecond)
		}
	}()
	s.begin(2)
	s.drained(5 * time.Minute)
	early, most := s.punctual()
	v := s.judge()
	t.Logf("429 in a storm: %d messages, %d lost, %d before retry_after, at most %d in any second", v.sent, v.lost, early, most)
	if v.lost+v.repeated+early > 0 || most > 30 {
		t.Fail()
	}
}

// punctual counts the sends to a chat before the time that a refusal named, and
// the most sends in any second.
func (s *storm) punctual() (early, most int) {
	until := map[string]time.Time{}
	var sent []time.Time
	for _, c := range s.telegram.Calls("sendMessage") {
		chat := c.Params["chat_id"]
		if c.Started.Before(until[chat]) {
			early++
		}
		if c.Code == 429 {
			if seconds, err := strconv.Atoi(c.Description[strings.LastIndexByte(c.Description, ' ')+1:]); err == nil {
				until[chat] = c.Started.Add(time.Duration(seconds) * time.Second)
			}
		}
		sent = append(sent, c.Started)
		for len(sent) > 0 && c.Started.Sub(sent[0]) >= time.Second {
			sent = sent[1:]
		}
		most = max(most, len(sent))
	}
	return early, most
}

func TestChaosFrozen(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 20, "")
	s.env["FP"] = "begun:stop:4"
	s.begin(1)
	delete(s.env, "FP")
	s.queue(2)
	pause(t.Context(), 10*time.Second) // it stands still right before a write
	s.begin(1)
	pause(t.Context(), 140*time.Second)
	before := len(s.telegram.Calls("sendMessage"))
	if err := s.replicas[0].cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	s.drained(2 * time.Minute)
	pause(t.Context(), 10*time.Second)
	late := len(s.telegram.Calls("sendMessage")) - before
	v := s.judge()
	t.Logf("frozen for 150 s right before a write: %d messages, %d late sends, %d lost, %d repeated", v.sent, late, v.lost, v.repeated+v.marked+v.unmarked)
	if late+v.lost+v.repeated+v.marked+v.unmarked > 0 {
		t.Fail()
	}
}

func TestChaosTerminated(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 100, "")
	s.queue(4)
	longest, unknown := time.Duration(0), 0
	for range 20 {
		s.replicas, s.envs = nil, nil
		s.begin(1)
		n := len(s.telegram.Calls("sendMessage"))
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, _ = s.telegram.WaitCalls(ctx, "sendMessage", n+5) // nothing is left in the end
		cancel()
		begun := time.Now()
		if err := s.replicas[0].end(t, syscall.SIGTERM, 25*time.Second); err != nil {
			t.Error(err)
		}
		longest = max(longest, time.Since(begun))
		unknown += s.unclear()
	}
	s.begin(1)
	s.drained(2 * time.Minute)
	v := s.judge()
	t.Logf("20 × SIGTERM under load: out within %.1f s, %d unknown, %d lost, %d repeated", longest.Seconds(), unknown, v.lost, v.repeated+v.marked+v.unmarked)
	if longest > 20*time.Second || unknown+v.lost+v.repeated+v.marked+v.unmarked > 0 {
		t.Fail()
	}
}

// unclear counts the parts that are in flight or unknown.
func (s *storm) unclear() int {
	n := 0
	for id, texts := range s.expected {
		for i := range texts {
			for _, name := range []string{fmt.Sprintf("storm:%d:0", id), fmt.Sprintf("storm:%d:%d", id, i)} {
				for part := range 4 {
					row, ok, err := s.ledger.Row(s.t.Context(), id, name, part)
					if err == nil && ok && (row.State == chats.Sending || row.State == chats.Unknown) {
						n++
					}
				}
			}
		}
	}
	return n
}

func TestChaosFailpoints(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"begun", "written", "answered", "recorded"} {
		t.Run(name, func(t *testing.T) {
			s := newStorm(t, 20, "")
			s.queue(3)
			s.env["VISNYK_SEND_RATE"] = "100"
			for hit := range 10 {
				s.env["FP"] = fmt.Sprintf("%s:kill:%d", name, 1+hit%3)
				s.begin(1)
			}
			delete(s.env, "FP")
			var wg sync.WaitGroup
			for _, p := range s.replicas {
				wg.Go(func() {
					select {
					case <-p.done:
						s.faults.Add(1)
					case <-time.After(60 * time.Second):
					}
				})
			}
			wg.Wait()
			s.begin(1)
			s.drained(3 * time.Minute)
			s.kills = int(s.faults.Load())
			s.faults.Store(0)
			s.expect("killed at " + name)
		})
	}
}

func TestChaosBroadcastRate(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 0, "")
	s.env["VISNYK_SEND_RATE"] = "28.5"
	const nChats = 10_000
	for i := range nChats {
		id := int64(100_000 + i)
		s.telegram.AddChat(telegramtest.Chat{ID: id, Type: telegramtest.Private, Title: "Читач"})
		s.chats = append(s.chats, id)
	}
	s.queue(1)
	s.telegram.LimitRates(0, 0, 30)
	s.telegram.Fail("sendMessage", -1, telegramtest.Fault{Delay: 50 * time.Millisecond})
	begun := time.Now()
	s.begin(2)
	pause(t.Context(), 2*time.Minute)
	asked := time.Now()
	contains(t, s.tell("/help"), "/follow") // a broadcast delays no answer
	answered := time.Since(asked)
	s.drained(9 * time.Minute)
	calls := s.telegram.Calls("sendMessage")
	span := calls[len(calls)-1].Ended.Sub(calls[0].Started)
	refused := len(calls) - len(slices.DeleteFunc(calls, func(c telegramtest.Call) bool { return c.Code == 429 }))
	rate := float64(nChats) / span.Seconds()
	t.Logf("%d chats due at once: %.1f a second, %d × 429, an answer meanwhile after %.1f s (start %.1f s)", nChats, rate, refused, answered.Seconds(), calls[0].Started.Sub(begun).Seconds())
	if rate < 27 || refused > 0 || answered > 5*time.Second {
		t.Fail()
	}
}

func TestChaosSentinelFailover(t *testing.T) {
	t.Parallel()
	var servers []*node
	for i := range 2 {
		n := &node{port: 21200 + i, dir: t.TempDir()}
		args := []string{"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", ""}
		if i > 0 {
			args = append(args, "--replicaof", "127.0.0.1 21200")
		}
		n.run(t, args...)
		t.Cleanup(func() { n.kill() })
		servers = append(servers, n)
	}
	for i := range 3 {
		n := &node{port: 21210 + i, dir: t.TempDir()}
		conf := filepath.Join(n.dir, "sentinel.conf")
		text := "sentinel monitor core 127.0.0.1 21200 2\nsentinel down-after-milliseconds core 2000\nsentinel failover-timeout core 10000\n"
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		n.cmd = exec.Command("redis-server", conf, "--sentinel", "--port", strconv.Itoa(n.port), "--bind", "127.0.0.1", "--dir", n.dir)
		if err := n.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { n.kill() })
	}
	pause(t.Context(), 5*time.Second)
	s := newStorm(t, 100, "redis-sentinel://127.0.0.1:21210,127.0.0.1:21211,127.0.0.1:21212/core")
	s.env["VISNYK_REDIS_REPLICAS"] = "0"
	s.queue(12)
	go s.lose(t.Context())
	s.begin(2)
	pause(t.Context(), 5*time.Second)
	servers[0].kill()
	killed := time.Now()
	for s.core.Set(t.Context(), "probe", "1", time.Minute).Err() != nil {
		pause(t.Context(), 100*time.Millisecond)
	}
	resumed := time.Since(killed)
	s.drained(4 * time.Minute)
	s.expect(fmt.Sprintf("the master of a Sentinel group killed, written again after %.1f s", resumed.Seconds()))
	if resumed > 15*time.Second {
		t.Fail()
	}
}

// dies starts the program so that it dies at a failpoint, and then without one.
func (s *storm) dies(name string, meanwhile func()) {
	s.t.Helper()
	s.env["FP"] = name + ":kill"
	s.begin(1)
	delete(s.env, "FP")
	delete(s.envs[len(s.envs)-1], "FP")
	meanwhile()
	p := s.replicas[len(s.replicas)-1]
	select {
	case <-p.done:
		s.kills++
	case <-time.After(3 * time.Minute):
		s.t.Fatalf("it did not reach %s", name)
	}
	s.revive(len(s.replicas) - 1)
}

func TestChaosFailpointsOfADigest(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"queued", "frozen"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStorm(t, 0, "")
			_, url := s.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
			kyiv, err := time.LoadLocation("Europe/Kyiv")
			if err != nil {
				t.Fatal(err)
			}
			s.dies(name, func() {
				contains(t, s.tell("/follow "+url), "Стежу")
				next := time.Now().In(kyiv).Add(time.Minute)
				if next.Second() > 45 {
					next = next.Add(time.Minute)
				}
				contains(t, s.tell("/time "+next.Format("15:04")+" Europe/Kyiv"), next.Format("15:04"))
			})
			s.awaitMessage(reader.ID, "Дайджест ·")
			contains(t, s.tell("/digest"), "Нових повідомлень немає")
			n := 0
			for _, m := range s.fromBot(reader.ID) {
				if strings.Contains(m.Text, "Дайджест ·") {
					n++
				}
			}
			t.Logf("killed at %s: %d digests", name, n)
			if n != 1 {
				t.Fail()
			}
		})
	}
}

func TestChaosFailpointsOfUpdates(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 0, "")
	s.dies("stored", func() {
		for i := range 5 {
			s.telegram.Say(private(), reader, fmt.Sprintf("/follow «слово%d»", i))
		}
	})
	for i := range 5 {
		s.awaitMessage(reader.ID, fmt.Sprintf("«слово%d»", i))
	}
	s.drained(time.Minute)
	if n := len(s.fromBot(reader.ID)); n != 5 {
		t.Errorf("%d answers to 5 commands", n)
	}
	t.Logf("killed at stored: 5 commands, %d answers", len(s.fromBot(reader.ID)))
}

func TestChaosFailpointsOfAMove(t *testing.T) {
	t.Parallel()
	s := newStorm(t, 0, "")
	const from, to = -777, -1_000_000_000_777
	s.join(from, chats.Group)
	if _, err := chats.NewStore(s.core, time.UTC, nil).Change(t.Context(), from, func(c *chats.Chat) error { c.Kind = chats.Group; return nil }); err != nil {
		t.Fatal(err)
	}
	s.queue(4)
	s.telegram.Migrate(from, to)
	s.expected = map[int64][]string{to: s.expected[from]}
	s.dies("moved", func() {})
	s.drained(3 * time.Minute)
	s.expect("killed in the move of a group")
}
