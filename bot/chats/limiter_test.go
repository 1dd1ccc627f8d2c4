package chats

import (
	"testing"
	"time"

	"visnyk/internal/redistest"
)

func TestTurnsOfAllReplicasAreSpreadEvenly(t *testing.T) {
	db := redistest.Client(t)
	const rate = 50.0
	var last time.Duration
	given := 0
	start := time.Now()
	for range 40 { // two replicas in turn
		for _, l := range []*Limiter{NewLimiter(db, rate), NewLimiter(db, rate)} {
			wait, ok, err := l.Turn(t.Context(), Part{Class: Reply})
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				continue
			}
			at := time.Since(start) + wait
			if given > 0 && at-last < 15*time.Millisecond {
				t.Errorf("turn %d comes %v after the one before", given, at-last)
			}
			last, given = at, given+1
		}
	}
	if given != 80 || last < 78*time.Second/50 {
		t.Errorf("%d turns within %v", given, last)
	}
}

func TestADigestTakesNoTurnFarAhead(t *testing.T) {
	l := NewLimiter(redistest.Client(t), 10)
	digest, reply := Part{Class: Digest}, Part{Class: Digest, Prompt: true}
	given := 0
	for range 10 {
		wait, ok, err := l.Turn(t.Context(), digest)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			given++
		} else if wait <= 0 {
			t.Errorf("to be asked again after %v", wait)
		}
	}
	if given > 3 {
		t.Errorf("a broadcast took %d turns ahead", given)
	}
	if wait, ok, err := l.Turn(t.Context(), reply); !ok || err != nil || wait > 400*time.Millisecond {
		t.Errorf("an answer waits %v (%v, %v)", wait, ok, err)
	}
}

func TestRefusalsOfSeveralChatsPauseEverything(t *testing.T) {
	l := NewLimiter(redistest.Client(t), SendRate)
	for chat := range int64(refusedChats) {
		if _, ok, err := l.Turn(t.Context(), Part{Class: Reply}); !ok || err != nil {
			t.Fatalf("before refusal %d: %v %v", chat, ok, err)
		}
		for range 2 { // the same chat twice is one chat
			if err := l.Refused(t.Context(), chat, 30*time.Second); err != nil {
				t.Fatal(err)
			}
		}
	}
	if wait, ok, err := l.Turn(t.Context(), Part{Class: Reply}); ok || err != nil || wait < 29*time.Second || wait > 30*time.Second {
		t.Errorf("%v %v %v, want a pause of 30 s", wait, ok, err)
	}
	rate, err := l.db.HGet(t.Context(), rateKey, "rate").Float64()
	if err != nil || rate < SendRate*slower-0.01 || rate > SendRate*slower+0.01 {
		t.Errorf("the rate is %v (%v)", rate, err)
	}
}
