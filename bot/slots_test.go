package bot

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"visnyk/bot/chats"
	"visnyk/internal/redistest"
	"visnyk/internal/telegramtest"
	"visnyk/sources"
)

// slotWorld is Redis with chats that have schedules, and a clock.
type slotWorld struct {
	t   *testing.T
	db  *redis.Client
	now time.Time
	mu  sync.Mutex
}

func (w *slotWorld) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *slotWorld) set(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = at
}

func kyivZone(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// replica is one running program, as far as slots go.
func (w *slotWorld) replica() *Bot {
	return New(Options{
		Chats: chats.NewStore(w.db, kyivZone(w.t), w.clock), Ledger: chats.NewLedger(w.db, w.clock), Queue: asynq.NewClientFromRedisClient(w.db),
		Registry: sources.NewRegistry(w.db, nil, w.clock), Admins: []int64{anOperator}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: w.clock,
	})
}

func (w *slotWorld) chat(id int64, kind chats.Kind, times ...chats.Clock) {
	w.t.Helper()
	_, err := w.replica().chats.Change(w.t.Context(), id, func(c *chats.Chat) error {
		c.Kind, c.Schedule, c.Title, c.Subscriptions = kind, chats.Schedule{Times: times}, "Відділ", nil
		return c.Add(chats.Subscription{Follow: chats.Words, Value: "мости", Name: "мости"})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// queued lists the slots that were made into tasks.
func (w *slotWorld) queued() []string {
	w.t.Helper()
	tasks, err := asynq.NewInspectorFromRedisClient(w.db).ListPendingTasks(QueueBuild, asynq.PageSize(20_000))
	if err != nil && !errors.Is(err, asynq.ErrQueueNotFound) {
		w.t.Fatal(err)
	}
	ids := make([]string, 0, len(tasks))
	for _, task := range tasks {
		ids = append(ids, task.ID)
	}
	slices.Sort(ids)
	return ids
}

// step lets all replicas look at once for what is due.
func (w *slotWorld) step(replicas []*Bot) {
	var wg sync.WaitGroup
	for _, b := range replicas {
		wg.Go(func() {
			if err := b.queueDue(w.t.Context()); err != nil {
				w.t.Error(err)
			}
		})
	}
	wg.Wait()
}

// window is days in a row.
type window struct {
	start time.Time // at noon before the first one
	days  int
}

func TestAnyNumberOfReplicasMakesTheSameSlots(t *testing.T) {
	loc := kyivZone(t)
	const count = 10
	var want []string
	for n := 1; n <= 3; n++ {
		t.Run(fmt.Sprint(n, " replicas"), func(t *testing.T) {
			w := &slotWorld{t: t, db: redistest.Client(t)}
			expected := 0
			for _, span := range windows(loc) {
				w.set(span.start)
				for chat := range int64(count) {
					w.chat(chat+1, chats.Private, chats.Clock{Hour: []int{3, 8}[chat%2], Minute: 30})
				}
				w.days(span, n)
				expected += span.days * count
			}
			got := w.queued()
			if len(got) != expected {
				t.Fatalf("%d slots, want %d", len(got), expected)
			}
			if n == 1 {
				want = got
				for _, id := range []string{"dg:1:2026-10-25:0", "dg:1:2027-03-28:0", "dg:2:2028-02-29:0"} {
					if !slices.Contains(got, id) {
						t.Errorf("%s is missing", id)
					}
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d replicas make other slots than one", n)
			}
		})
	}
}

// days lets n replicas look three times on each of the days.
func (w *slotWorld) days(span window, n int) {
	var replicas []*Bot
	for range n {
		replicas = append(replicas, w.replica())
	}
	start := span.start
	for day := range span.days {
		for _, hour := range []int{0, 5, 10} {
			w.set(time.Date(start.Year(), start.Month(), start.Day()+1+day, hour, 0, 0, 0, start.Location()))
			w.step(replicas)
		}
	}
}

func TestAProgramThatKeepsRestartingMakesEverySlotOnce(t *testing.T) {
	loc := kyivZone(t)
	w := &slotWorld{t: t, db: redistest.Client(t), now: time.Date(2026, 11, 24, 0, 0, 0, 0, loc)}
	for chat := range int64(20) {
		w.chat(chat+1, chats.Private, chats.Clock{Hour: 8, Minute: 30}, chats.Clock{Hour: 13}, chats.Clock{Hour: 18, Minute: 30})
	}
	for range 24 * 60 * 3 {
		w.set(w.clock().Add(20 * time.Second))
		w.step([]*Bot{w.replica()})
	}
	if got := w.queued(); len(got) != 60 {
		t.Errorf("%d slots, want 60", len(got))
	}
}

// run does the task of one slot.
func (w *slotWorld) run(b *Bot, slot chats.Slot) {
	w.t.Helper()
	payload := fmt.Sprintf("%d %s %d %d", slot.Chat, slot.Date, slot.Index, slot.At.Unix())
	if err := b.ProcessTask(w.t.Context(), asynq.NewTask(TaskBuild, []byte(payload))); err != nil {
		w.t.Fatal(err)
	}
}

func TestASlotMissedForHoursIsSkippedAndTold(t *testing.T) {
	loc := kyivZone(t)
	w := &slotWorld{t: t, db: redistest.Client(t), now: time.Date(2026, 11, 24, 8, 0, 0, 0, loc)}
	w.chat(testUser, chats.Private, chats.Clock{Hour: 8, Minute: 30})
	w.chat(aSupergroup, chats.Supergroup, chats.Clock{Hour: 8, Minute: 30})
	w.set(time.Date(2026, 11, 24, 11, 31, 0, 0, loc))
	s, api := double(t)
	s.Say(privateChat(anOperator), telegramtest.User{ID: anOperator}, "/start")
	b := w.replica()
	b.api, b.limit = api, chats.NewLimiter(w.db, 1000)
	b.ledger = chats.NewLedger(w.db, nil)
	for _, chat := range []int64{testUser, aSupergroup} {
		slot := chats.Slot{Chat: chat, Date: "2026-11-24", At: time.Date(2026, 11, 24, 8, 30, 0, 0, loc)}
		w.run(b, slot)
		w.run(b, slot)
	}
	for range 4 {
		b.sendNext(t.Context(), false)
	}
	for user, want := range map[int64]string{testUser: "/digest", anOperator: "Відділ"} {
		all := s.Messages(user)
		if last := all[len(all)-1]; len(all) != 2 || !strings.Contains(last.Text, "24 листопада, 08:30") || !strings.Contains(last.Text, want) {
			t.Errorf("%d reads %+v", user, all[1:])
		}
	}
}

func TestASlotOfAnOldScheduleDoesNothing(t *testing.T) {
	loc := kyivZone(t)
	w := &slotWorld{t: t, db: redistest.Client(t), now: time.Date(2026, 11, 24, 8, 31, 0, 0, loc)}
	w.chat(testUser, chats.Private, chats.Clock{Hour: 9})
	// At this time the chat had its digest before its schedule was changed: the
	// builder, which is missing here, is not asked.
	w.run(w.replica(), chats.Slot{Chat: testUser, Date: "2026-11-24", At: time.Date(2026, 11, 24, 8, 30, 0, 0, loc)})
}
