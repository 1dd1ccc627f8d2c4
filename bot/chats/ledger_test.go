package chats

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"visnyk/internal/redistest"
)

// ledgerAt returns a ledger over a private Redis whose clock the test moves.
func ledgerAt(t *testing.T) (*Ledger, *time.Time) {
	t.Helper()
	now := time.Date(2026, 11, 22, 6, 30, 0, 0, time.UTC)
	return NewLedger(redistest.Client(t), func() time.Time { return now }), &now
}

func delivery(id string, chat int64, class Class, texts ...string) Delivery {
	d := Delivery{ID: id, Chat: chat, Class: class}
	for _, text := range texts {
		d.Parts = append(d.Parts, Message{Method: "sendMessage", Params: map[string]string{"text": text}})
	}
	return d
}

func add2(t *testing.T, l *Ledger, ds ...Delivery) {
	t.Helper()
	for _, d := range ds {
		if err := l.Add(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
}

func claimOne(t *testing.T, l *Ledger) Part {
	t.Helper()
	p, ok, err := l.Claim(t.Context(), false)
	if err != nil || !ok {
		t.Fatalf("claim: %v %v", ok, err)
	}
	return p
}

func claimNone(t *testing.T, l *Ledger, when string) {
	t.Helper()
	if p, ok, err := l.Claim(t.Context(), false); ok || err != nil {
		t.Fatalf("%s: claimed %+v (%v), want nothing", when, p, err)
	}
}

func endAs(t *testing.T, l *Ledger, p Part, o Outcome) {
	t.Helper()
	if ok, err := l.End(t.Context(), p, o); err != nil || !ok {
		t.Fatalf("end as %s: %v %v", o.State, ok, err)
	}
}

func TestADeliveryIsSentOnceInOrder(t *testing.T) {
	l, now := ledgerAt(t)
	d := delivery("a", 7, Digest, "перша", "друга")
	add2(t, l, d, d, delivery("b", 7, Digest, "третя"))
	for i, want := range []string{"перша", "друга", "третя"} {
		p := claimOne(t, l)
		if p.Message.Params["text"] != want || p.Chat != 7 || p.Again {
			t.Fatalf("part %d: %+v, want %s", i, p, want)
		}
		claimNone(t, l, "while one is in flight")
		endAs(t, l, p, Outcome{State: Sent, MessageID: 10 + i, After: time.Second})
		claimNone(t, l, "within the second that the chat rests")
		*now = now.Add(time.Second)
	}
	claimNone(t, l, "at the end")
	add2(t, l, d)
	claimNone(t, l, "after adding it again")
	row, ok, err := l.Row(t.Context(), 7, "a", 1)
	if err != nil || !ok || row.State != Sent || row.MessageID != 11 {
		t.Errorf("row: %+v %v %v", row, ok, err)
	}
	if n, err := l.Waiting(t.Context()); err != nil || n != 0 {
		t.Errorf("%d chats wait (%v)", n, err)
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	l, now := ledgerAt(t)
	add2(t, l, delivery("a", 7, Digest, "перша"))
	endAs(t, l, claimOne(t, l), Outcome{State: Pending, Reason: "429", After: 30 * time.Second})
	*now = now.Add(29 * time.Second)
	claimNone(t, l, "before retry_after")
	*now = now.Add(time.Second)
	if p := claimOne(t, l); p.Again {
		t.Error("a refused part is marked as a possible repeat")
	}
}

func TestTheRestOfAChatSurvivesAnEmptyQueue(t *testing.T) {
	l, now := ledgerAt(t)
	add2(t, l, delivery("a", 7, Reply, "перша"))
	endAs(t, l, claimOne(t, l), Outcome{State: Sent, MessageID: 1, After: time.Second})
	add2(t, l, delivery("b", 7, Reply, "друга"))
	claimNone(t, l, "at once after the first")
	*now = now.Add(time.Second)
	claimOne(t, l)
}

func TestADeadWorkersPartBecomesUnknownAndIsMarked(t *testing.T) {
	l, now := ledgerAt(t)
	add2(t, l, delivery("a", 7, Digest, "перша"))
	dead := claimOne(t, l)
	*now = now.Add(Lease)
	claimNone(t, l, "right after the lease")
	if row, _, _ := l.Row(t.Context(), 7, "a", 0); row.State != Unknown {
		t.Fatalf("after the lease the part is %s", row.State)
	}
	*now = now.Add(grace)
	p := claimOne(t, l)
	if !p.Again {
		t.Error("the second attempt is not marked as a possible repeat")
	}
	if ok, err := l.End(t.Context(), dead, Outcome{State: Sent, MessageID: 1}); ok || err != nil {
		t.Errorf("a worker without the fence recorded an outcome (%v)", err)
	}
	endAs(t, l, p, Outcome{State: Pending, After: time.Second})
	*now = now.Add(time.Second)
	if p := claimOne(t, l); !p.Again {
		t.Error("a refusal in between takes the mark away")
	}
}

func TestAnUnknownOutcomeRestsForTheGrace(t *testing.T) {
	l, now := ledgerAt(t)
	add2(t, l, delivery("a", 7, Digest, "перша", "друга"))
	endAs(t, l, claimOne(t, l), Outcome{State: Unknown, Reason: "502"})
	*now = now.Add(grace - time.Second)
	claimNone(t, l, "within the grace")
	*now = now.Add(time.Second)
	p := claimOne(t, l)
	endAs(t, l, p, Outcome{State: Undecided})
	if next := claimOne(t, l); next.Message.Params["text"] != "друга" {
		t.Errorf("after a held part comes %+v", next)
	}
}

func TestAReplyIsNotLeftWaiting(t *testing.T) {
	l, now := ledgerAt(t)
	add2(t, l, delivery("a", 7, Reply, "відповідь"))
	endAs(t, l, claimOne(t, l), Outcome{State: Unknown, Reason: "502"})
	*now = now.Add(replyGrace)
	if p := claimOne(t, l); !p.Again {
		t.Error("the second attempt is not marked")
	}
	*now = now.Add(Lease) // its worker died
	if p := claimOne(t, l); !p.Again {
		t.Error("the third attempt is not marked")
	}
}

func TestAStoryIsShownOnceUnlessItsDeliveryFailed(t *testing.T) {
	l, now := ledgerAt(t)
	first := delivery("a", 7, Digest, "перша")
	first.Shown = []string{"s1", "s2"}
	add2(t, l, first)
	second := delivery("b", 7, Digest, "друга")
	second.Shown = []string{"s2", "s3"}
	if err := l.Add(t.Context(), second); !errors.Is(err, ErrOverlap) {
		t.Fatalf("a story on its way is added again: %v", err)
	}
	if shown, err := l.Shown(t.Context(), 7, 0, []string{"s1", "s3"}); err != nil || !shown["s1"] || shown["s3"] {
		t.Errorf("shown: %v %v", shown, err)
	}
	endAs(t, l, claimOne(t, l), Outcome{State: Failed, Reason: "400"})
	add2(t, l, second)
	*now = now.Add(keepShown + time.Hour)
	if shown, err := l.Shown(t.Context(), 7, 0, []string{"s2"}); err != nil || len(shown) != 0 {
		t.Errorf("after two weeks: %v %v", shown, err)
	}
}

func TestAbandonGivesUpWhatWaits(t *testing.T) {
	l, _ := ledgerAt(t)
	d := delivery("b", 7, Digest, "друга", "третя")
	d.Shown = []string{"s1"}
	add2(t, l, delivery("a", 7, Reply, "перша"), d, delivery("c", 8, Reply, "інший чат"))
	p := claimOne(t, l)
	if p.Chat == 8 {
		endAs(t, l, p, Outcome{State: Sent})
		p = claimOne(t, l)
	}
	endAs(t, l, p, Outcome{State: Failed, Reason: "blocked"})
	if err := l.Abandon(t.Context(), 7, "blocked"); err != nil {
		t.Fatal(err)
	}
	if row, _, _ := l.Row(t.Context(), 7, "b", 1); row.State != Failed || row.Reason != "blocked" {
		t.Errorf("row: %+v", row)
	}
	if shown, _ := l.Shown(t.Context(), 7, 0, []string{"s1"}); shown["s1"] {
		t.Error("an abandoned story counts as shown")
	}
}

func TestParallelWorkersNeverShareAChat(t *testing.T) {
	db := redistest.Client(t)
	l := NewLedger(db, nil)
	const perChat, nChats = 10, 8
	for chat := range int64(nChats) {
		for i := range perChat {
			add2(t, l, delivery(fmt.Sprintf("%d-%d", chat, i), chat, Reply, fmt.Sprint(i)))
		}
	}
	var mu sync.Mutex
	inFlight, next, total := map[int64]bool{}, map[int64]int{}, 0
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for {
				p, ok, err := NewLedger(db, nil).Claim(t.Context(), false)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if total == perChat*nChats {
					mu.Unlock()
					return
				}
				if ok {
					if inFlight[p.Chat] || p.Message.Params["text"] != fmt.Sprint(next[p.Chat]) {
						t.Errorf("chat %d: part %s while %d is next, in flight %v", p.Chat, p.Message.Params["text"], next[p.Chat], inFlight[p.Chat])
					}
					inFlight[p.Chat] = true
				}
				mu.Unlock()
				if !ok {
					continue
				}
				mu.Lock()
				inFlight[p.Chat], next[p.Chat], total = false, next[p.Chat]+1, total+1
				mu.Unlock()
				if _, err := l.End(t.Context(), p, Outcome{State: Sent}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestAnAnswerGoesBeforeABroadcast(t *testing.T) {
	l, now := ledgerAt(t)
	for chat := range int64(40) {
		add2(t, l, delivery(fmt.Sprint("dg:", chat), 100+chat, Digest, "дайджест"))
	}
	add2(t, l, delivery("dg", 7, Digest, "перша", "друга"))
	endAs(t, l, claimOne(t, l), Outcome{State: Sent, MessageID: 1})
	*now = now.Add(time.Minute)
	asked := delivery("r:2", 7, Digest, "нове зараз")
	asked.Prompt = true
	add2(t, l, delivery("r:1", 8, Reply, "відповідь"), asked)
	one, two := claimOne(t, l), claimOne(t, l)
	if got := []string{one.Delivery, two.Delivery}; !slices.Contains(got, "r:1") || !slices.Contains(got, "r:2") {
		t.Errorf("before the answers came %v", got)
	}
	if p, ok, err := l.Claim(t.Context(), true); ok || err != nil {
		t.Errorf("for answers only: %+v %v", p, err)
	}
	// The chat whose answer is in flight gets nothing else meanwhile.
	for range 41 {
		if p, ok, _ := l.Claim(t.Context(), false); ok && p.Chat == 7 {
			t.Fatalf("two parts of one chat are in flight: %+v", p)
		}
	}
	endAs(t, l, one, Outcome{State: Sent, MessageID: 2})
	endAs(t, l, two, Outcome{State: Sent, MessageID: 3})
}

func TestAnAttemptKnowsWhatStoodInTheChatBefore(t *testing.T) {
	l, now := ledgerAt(t)
	const channel = -1001234567890
	for _, id := range []int{40, 41, 39} {
		if err := l.Saw(t.Context(), channel, id); err != nil {
			t.Fatal(err)
		}
	}
	add2(t, l, delivery("a", channel, Digest, "перша", "друга"))
	endAs(t, l, claimOne(t, l), Outcome{State: Sent, MessageID: 45})
	if err := l.Saw(t.Context(), channel, 43); err != nil { // an update that comes late
		t.Fatal(err)
	}
	p := claimOne(t, l)
	if p.Before != 45 {
		t.Errorf("before %d, want the bot's own message 45", p.Before)
	}
	endAs(t, l, p, Outcome{State: Unknown, Reason: "502"})
	if err := l.Saw(t.Context(), channel, 50); err != nil {
		t.Fatal(err)
	}
	*now = now.Add(grace)
	p = claimOne(t, l)
	if p.Before != 45 || p.Last != 50 || p.Tries != 1 || !p.Again {
		t.Errorf("%+v", p)
	}
	own, whole, err := l.Own(t.Context(), channel, 40)
	if err != nil || !whole || len(own) != 1 || !own[45] {
		t.Errorf("own messages: %v %v", own, err)
	}
	endAs(t, l, p, Outcome{State: Pending, Absent: true})
	if p := claimOne(t, l); p.Again || p.Before != 50 {
		t.Errorf("after the proof that it did not arrive: %+v", p)
	}
}

func TestAPersonDecidesWhatStaysUnknown(t *testing.T) {
	l, now := ledgerAt(t)
	add2(t, l, delivery("a", -1001, Digest, "перша", "друга"))
	first := claimOne(t, l)
	endAs(t, l, first, Outcome{State: Undecided})
	second := claimOne(t, l)
	endAs(t, l, second, Outcome{State: Undecided})
	for _, c := range []struct {
		p     Part
		again bool
		want  State
	}{{first, true, Pending}, {second, false, Sent}} {
		for _, want := range []bool{true, false} {
			if ok, err := l.Decide(t.Context(), -1001, c.p.Tag(), c.again); err != nil || ok != want {
				t.Errorf("decide: %v %v, want %v", ok, err, want)
			}
		}
		if row, _, _ := l.Row(t.Context(), -1001, "a", c.p.Index); row.State != c.want {
			t.Errorf("part %d is %s, want %s", c.p.Index, row.State, c.want)
		}
	}
	*now = now.Add(time.Second)
	if p := claimOne(t, l); p.Index != 0 || p.Again {
		t.Errorf("sent again: %+v", p)
	}
}

func TestAnIntentWithoutAReplicaIsNotSent(t *testing.T) {
	l, now := ledgerAt(t)
	add2(t, l, delivery("a", 7, Digest, "перша"))
	if _, ok, err := l.Confirmed(1).Claim(t.Context(), false); ok || !errors.Is(err, ErrNoReplica) {
		t.Fatalf("claimed %v, %v", ok, err)
	}
	*now = now.Add(time.Second)
	if p := claimOne(t, l); p.Again {
		t.Error("what was not sent is marked as a possible repeat")
	}
}

// What a dead worker left is settled before anything else goes to its chat.
func TestNothingIsSentBehindADeadWorkersPart(t *testing.T) {
	l, now := ledgerAt(t)
	add2(t, l, delivery("d", 7, Digest, "дайджест"))
	claimOne(t, l)
	add2(t, l, delivery("r", 7, Reply, "відповідь"))
	*now = now.Add(Lease)
	claimNone(t, l, "within the grace")
	*now = now.Add(grace)
	if p := claimOne(t, l); p.Delivery != "d" || !p.Again {
		t.Errorf("first comes %+v", p)
	}
}

// Two parts of unknown outcome could not be told apart in the chat.
func TestNothingIsSentBehindAnUnknownPartOfAnyLane(t *testing.T) {
	l, now := ledgerAt(t)
	const chat = -1001234567890
	for _, first := range []Class{Reply, Digest} {
		add2(t, l, delivery("g:"+string(first), chat, first, "перша"))
		unknown := claimOne(t, l)
		endAs(t, l, unknown, Outcome{State: Unknown, Reason: "502"})
		add2(t, l, delivery("r:"+string(first), chat, Reply, "відповідь"), delivery("d:"+string(first), chat, Digest, "дайджест"))
		*now = now.Add(grace)
		for _, way := range lanes {
			p, ok, err := l.claimIn(t.Context(), way, shardOf(chat), *now, "0")
			if err != nil || !ok || p.Delivery != unknown.Delivery || !p.Again {
				t.Fatalf("%s before it is known what became of %s: %+v %v %v", way.list, unknown.Delivery, p, ok, err)
			}
			endAs(t, l, p, Outcome{State: Unknown, Reason: "502"})
			*now = now.Add(grace)
		}
		for i := range 3 {
			p := claimOne(t, l)
			if i == 0 && p.Delivery != unknown.Delivery {
				t.Errorf("first comes %s", p.Delivery)
			}
			endAs(t, l, p, Outcome{State: Sent, MessageID: 9})
		}
		claimNone(t, l, "at the end")
	}
}
