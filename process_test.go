package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"visnyk/internal/sitetest"
)

// asProgram makes the test binary behave as the program, so that tests can
// kill a real process.
const asProgram = "VISNYK_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// process is the program in a process of its own.
type process struct {
	cmd  *exec.Cmd
	done chan error
}

// spawn starts `visnyk run` in a process of its own.
func (w *world) spawn() *process {
	w.t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(w.t.Context()), os.Args[0], "run")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	for name, value := range w.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stdout, cmd.Stderr = w.log, w.log
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	p := &process{cmd, make(chan error, 1)}
	go func() { p.done <- cmd.Wait() }()
	w.t.Cleanup(func() { _ = cmd.Process.Kill() })
	return p
}

// end sends a signal and waits until the process has ended.
func (p *process) end(t *testing.T, s syscall.Signal, limit time.Duration) error {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.done:
		return err
	case <-time.After(limit):
		t.Fatalf("still running %v after %v", limit, s)
		return nil
	}
}

func TestATerminatedProgramEndsInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	delete(w.env, "REDIS_URL")
	w.env["VISNYK_DATA_DIR"] = shortDir(t)
	p := w.spawn()
	contains(t, w.tell("/help"), "/follow")
	// It ends in time also while it reads a site that does not answer.
	s.Misbehave("/feed.xml", sitetest.Fault{Hang: true})
	w.telegram.Say(private(), reader, "/follow "+url+"/feed.xml")
	for s.Hits("/feed.xml") == 0 {
		select {
		case <-t.Context().Done():
			t.Fatal("the site is not asked")
		case <-time.After(10 * time.Millisecond):
		}
	}
	if err := p.end(t, syscall.SIGTERM, 10*time.Second); err != nil {
		t.Errorf("it ends with %v", err)
	}
	// What it had begun it does after the start.
	s.Misbehave("/feed.xml", sitetest.Fault{})
	q := w.spawn()
	w.awaitMessage(reader.ID, "Стежу")
	if err := q.end(t, syscall.SIGINT, 10*time.Second); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

func TestCommandsAreAnsweredOnceOverKills(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	delete(w.env, "REDIS_URL") // the redis-server dies and comes back with it
	w.env["VISNYK_DATA_DIR"] = shortDir(t)
	p := w.spawn()
	contains(t, w.tell("/help"), "/follow")
	const rounds = 4
	for i := range rounds {
		w.telegram.Say(private(), reader, fmt.Sprintf("/follow «слово%d»", i))
		w.telegram.Say(private(), reader, fmt.Sprintf("/unfollow «слово%d»", i))
		// A different moment of taking in and answering each time.
		wait := time.NewTimer(time.Duration(i) * 150 * time.Millisecond)
		<-wait.C
		if err := p.end(t, syscall.SIGKILL, patience); err == nil {
			t.Fatal("it was not killed")
		}
		p = w.spawn()
	}
	for i := range rounds {
		w.awaitMessage(reader.ID, fmt.Sprintf("Стежу за словами «слово%d»", i))
		w.awaitMessage(reader.ID, fmt.Sprintf("Більше не стежу: «слово%d»", i))
	}
	contains(t, w.tell("/list"), "ні за чим не стежить")
	seen := map[string]int{}
	for _, m := range w.fromBot(reader.ID) {
		seen[m.Text]++
		if strings.Contains(m.Text, "уже стежить") || strings.Contains(m.Text, "не стежить. Повний") {
			t.Errorf("a command handled again is answered as if it were given twice: %s", m.Text)
		}
	}
	for text, n := range seen {
		// A send that was in flight when the process died cannot be known to
		// have arrived; an answer is then given again.
		if n > 2 {
			t.Errorf("%d times: %s", n, text)
		}
	}
	if err := p.end(t, syscall.SIGTERM, 10*time.Second); err != nil {
		t.Errorf("it ends with %v", errors.Join(err))
	}
}
