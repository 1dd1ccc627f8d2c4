package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/internal/failpoint"
	"visnyk/internal/ukrainian"
	"visnyk/sources"
	"visnyk/sources/articles"
)

// storiesLimit is how many stories one digest has; the rest come with the next.
const storiesLimit = 50

// withdrawnLimit is how many withdrawals one digest tells of; the rest come
// with the next.
const withdrawnLimit = 10

// errNothing says that there is nothing new for a chat.
var errNothing = errors.New("nothing new")

// cmdDigest shows what is new since the last digest, or with a period what was
// published in it.
func (b *Bot) cmdDigest(ctx context.Context, r request, args string) (answer, error) {
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	if len(c.Subscriptions) == 0 {
		return say(r.about.words(textNotFollowing)), nil
	}
	if args != "" {
		return b.periodDigest(ctx, r, c, args)
	}
	err = b.deliverNews(ctx, c, replyID(r), r.thread, false)
	if errors.Is(err, errNothing) {
		return say(textNothingNew), nil
	}
	return answer{}, err
}

// deliverNews queues the delivery of what is new to a chat, once for each id.
// It fails with errNothing when nothing is.
func (b *Bot) deliverNews(ctx context.Context, c chats.Chat, id string, thread int, late bool) error {
	if _, queued, err := b.ledger.Row(ctx, c.Group(), id, 0); err != nil || queued {
		return err
	}
	var err error
	for range 3 {
		var d chats.Delivery
		if d, err = b.newsFor(ctx, c, id, late); err == nil {
			if scheduled(id) {
				_, thread = c.Target()
			}
			address(&d, c.Group(), thread)
			d.Prompt = strings.HasPrefix(id, replyPrefix)
			failpoint.Hit("frozen")
			if err = b.ledger.Add(ctx, d); err == nil {
				err = b.live(ctx, c, id)
			}
		}
		if !errors.Is(err, chats.ErrOverlap) {
			return err
		}
		// Meanwhile another digest showed some of it: choose anew.
		if err := b.frozen.Forget(ctx, id); err != nil {
			return err
		}
	}
	return err
}

func newestFirst(all []articles.Article) {
	slices.SortStableFunc(all, func(x, y articles.Article) int { return y.Time().Compare(x.Time()) })
}

// choose stores what is new to a chat as its digest. What it chose under this id
// once, it gives again. It fails with errNothing when nothing is.
func (b *Bot) choose(ctx context.Context, c chats.Chat, id string) (digest.Digest, error) {
	wanted, err := b.interests(ctx, c)
	if err != nil {
		return digest.Digest{}, err
	}
	all, err := b.builder.Select(ctx, b.recent, wanted, b.now())
	if err != nil {
		return digest.Digest{}, err
	}
	all, gone := b.builder.Withdrawn(all)
	stories, dropped, err := b.group(ctx, all)
	if err != nil {
		return digest.Digest{}, err
	}
	if stories, err = b.notShown(ctx, c, welcome(c, stories)); err != nil {
		return digest.Digest{}, err
	}
	if gone, err = b.notTold(ctx, c, gone); err != nil {
		return digest.Digest{}, err
	}
	if len(stories)+len(gone) == 0 {
		return digest.Digest{}, errNothing
	}
	built := b.builder.Arrange(stories, dropped, wishes(c, storiesLimit))
	b.fit(ctx, c, all, built)
	built.Withdrawn = gone
	return b.frozen.Freeze(ctx, id, built)
}

// newsFor makes the delivery of what is new to a chat.
func (b *Bot) newsFor(ctx context.Context, c chats.Chat, id string, late bool) (chats.Delivery, error) {
	d, err := b.choose(ctx, c, id)
	if err != nil {
		return chats.Delivery{}, err
	}
	unread, err := b.unread(ctx, c)
	if err != nil {
		return chats.Delivery{}, err
	}
	h := Header{At: b.now().In(b.chats.Zone(c)), Title: "Дайджест", Unread: unread, Late: late, More: "/digest"}
	if scheduled(id) {
		h.Title += editionText(c.Schedule, h.At.Hour())
	}
	parts, err := b.digestParts(ctx, c, id, d, h)
	if err != nil {
		return chats.Delivery{}, err
	}
	return b.delivery(ctx, c, id, parts, d)
}

// delivery freezes the texts of a digest. It fails with chats.ErrOverlap when
// one of its stories was shown meanwhile.
func (b *Bot) delivery(ctx context.Context, c chats.Chat, id string, parts []chats.Message, d digest.Digest) (chats.Delivery, error) {
	del := chats.Delivery{ID: id, Chat: c.Group(), Reader: c.ID, Class: chats.Digest, Parts: parts}
	fresh, err := b.notShown(ctx, c, d.Stories)
	if err != nil {
		return del, err
	}
	untold, err := b.notTold(ctx, c, d.Withdrawn)
	if err != nil {
		return del, err
	}
	if len(fresh) < len(d.Stories) || len(untold) < len(d.Withdrawn) {
		return del, chats.ErrOverlap
	}
	del.Shown, err = b.shownBy(ctx, c, d)
	return del, err
}

// shownBy gives the marks of what a digest shows a chat for the first time.
func (b *Bot) shownBy(ctx context.Context, c chats.Chat, d digest.Digest) ([]string, error) {
	marks, err := b.newMarks(ctx, c, d.Stories)
	for _, w := range d.Withdrawn {
		marks = append(marks, w.Mark())
	}
	return marks, err
}

// notTold leaves the withdrawals that the chat was not told of, the latest so
// many.
func (b *Bot) notTold(ctx context.Context, c chats.Chat, all []digest.Withdrawal) ([]digest.Withdrawal, error) {
	var marks []string
	for _, w := range all {
		marks = append(marks, w.Mark())
	}
	shown, err := b.ledger.Shown(ctx, c.Group(), c.ID, marks)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(w digest.Withdrawal) bool { return shown[w.Mark()] })
	return all[:min(len(all), withdrawnLimit)], nil
}

// newMarks gives the marks of stories that the chat was not shown: of a story
// that was edited since, only the mark of its edit.
func (b *Bot) newMarks(ctx context.Context, c chats.Chat, stories []digest.Story) ([]string, error) {
	var marks []string
	for _, s := range stories {
		marks = append(marks, s.Marks()...)
	}
	slices.Sort(marks)
	marks = slices.Compact(marks)
	shown, err := b.ledger.Shown(ctx, c.Group(), c.ID, marks)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(marks, func(m string) bool { return shown[m] }), nil
}

// notShown leaves the stories that have something the chat did not see.
func (b *Bot) notShown(ctx context.Context, c chats.Chat, stories []digest.Story) ([]digest.Story, error) {
	fresh, err := b.newMarks(ctx, c, stories)
	if err != nil {
		return nil, err
	}
	var news []digest.Story
	for _, s := range stories {
		unseen := 0
		for _, m := range s.Marks() {
			if slices.Contains(fresh, m) {
				unseen++
			}
		}
		if unseen > 0 {
			s.Again = unseen < len(s.Marks())
			news = append(news, s)
		}
	}
	return news, nil
}

// group joins articles into their stories.
func (b *Bot) group(ctx context.Context, all []articles.Article) ([]digest.Story, []digest.Dropped, error) {
	assigned, err := b.stories.Assign(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	stories, dropped := b.builder.Group(all, assigned)
	return stories, dropped, nil
}

// unread names the followed sources that cannot be read now.
func (b *Bot) unread(ctx context.Context, c chats.Chat) ([]string, error) {
	known, err := b.registry.Get(ctx, c.Values(chats.Source)...)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, k := range known {
		if k.State.Fails > 0 {
			names = append(names, k.Name+" ("+causeText(k.State.Cause)+")")
		}
	}
	return names, nil
}

// periodDigest shows what was published in a period, whether shown before or
// not, and marks nothing.
func (b *Bot) periodDigest(ctx context.Context, r request, c chats.Chat, args string) (answer, error) {
	args, toPrint := printing(args)
	now := b.now().In(b.chats.Zone(c))
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	from, to, title := today, now.Add(time.Hour), "Сьогодні"
	switch ukrainian.Fold(strings.TrimSpace(args)) {
	case "сьогодні", "today":
	case "вчора", "yesterday":
		from, to, title = today.AddDate(0, 0, -1), today, "Вчора"
	case "тиждень", "week":
		from, title = today.AddDate(0, 0, -6), "Тиждень"
	default:
		return answer{}, errUser("Не знаю такого періоду. Напишіть /digest сьогодні, /digest вчора або /digest тиждень; щоб отримати файл для друку, додайте docx.")
	}
	d, err := b.published(ctx, c, from, to, 0)
	if err != nil {
		return answer{}, err
	}
	if len(d.Stories)+len(d.Withdrawn) == 0 {
		return say(textNoNewsPeriod), nil
	}
	at := from
	if title != "Вчора" {
		at = now
	}
	h := Header{At: at, Title: title}
	var parts []chats.Message
	if toPrint {
		parts, err = document(d, h)
	} else if d, err = b.frozen.Freeze(ctx, replyID(r), d); err == nil {
		parts, err = b.digestParts(ctx, c, replyID(r), d, h)
	}
	return answer{to: &chats.Delivery{Class: chats.Digest, Parts: parts}}, err
}

// published makes the digest of what a chat follows that was published in a
// period, of at most limit stories.
func (b *Bot) published(ctx context.Context, c chats.Chat, from, to time.Time, limit int) (digest.Digest, error) {
	wanted, err := b.interests(ctx, c)
	if err != nil {
		return digest.Digest{}, err
	}
	for i := range wanted {
		wanted[i].Since = from
	}
	all, err := b.builder.Select(ctx, b.recent, wanted, b.now())
	if err != nil {
		return digest.Digest{}, err
	}
	all = slices.DeleteFunc(all, func(a articles.Article) bool { return a.Time().Before(from) || !a.Time().Before(to) })
	all, gone := b.builder.Withdrawn(all)
	stories, dropped := b.builder.Stories(all)
	d := b.builder.Arrange(welcome(c, stories), dropped, wishes(c, limit))
	b.fit(ctx, c, all, d)
	d.Withdrawn = gone[:min(len(gone), withdrawnLimit)]
	return d, nil
}

// TaskBuild is the type of the task that builds one digest; its payload names
// the slot.
const TaskBuild = "build"

// QueueBuild is the queue of those tasks.
const QueueBuild = "build"

// Queue takes tasks that may be repeated.
type Queue interface {
	EnqueueContext(ctx context.Context, task *asynq.Task, opts ...asynq.Option) (*asynq.TaskInfo, error)
}

// Times around a slot.
const (
	slotTick  = 200 * time.Millisecond
	completed = 60 * time.Second   // how long a digest waits for its sources to be asked
	lateAfter = 10 * time.Minute   // a digest says that it is late
	skipAfter = 3 * time.Hour      // a digest is skipped: what it had comes with the next
	keepTask  = 3 * 24 * time.Hour // how long a slot's task is remembered
	slotMin   = 1 * time.Second    // between two looks at whether the sources were asked
	buildFor  = 30 * time.Second   // one build
	taskRetry = 1000               // more than a slot ever needs
)

// runSlots queues the digests whose time has come, until ctx ends. Every
// replica does it: the id of the task makes it one.
func (b *Bot) runSlots(ctx context.Context) error {
	tick := time.NewTicker(slotTick)
	defer tick.Stop()
	for {
		if err := b.queueDue(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("slots: due digests wait", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (b *Bot) queueDue(ctx context.Context) error {
	due, err := b.chats.Due(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	if held, err := b.chats.OnHold(ctx); held || err != nil {
		return err
	}
	for _, slot := range due {
		if slot.Date != "" {
			payload := fmt.Sprintf("%d %s %d %d", slot.Chat, slot.Date, slot.Index, slot.At.Unix())
			_, err := b.queue.EnqueueContext(ctx, asynq.NewTask(TaskBuild, []byte(payload)), asynq.TaskID(slot.ID()),
				asynq.Queue(QueueBuild), asynq.Retention(keepTask), asynq.Timeout(buildFor), asynq.MaxRetry(taskRetry))
			if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) && !errors.Is(err, asynq.ErrDuplicateTask) {
				return fmt.Errorf("queue %s: %w", slot.ID(), err)
			}
			failpoint.Hit("queued")
		}
		if err := b.chats.Advance(ctx, slot); err != nil {
			return err
		}
	}
	return nil
}

// ErrNotYet says that a digest waits for its sources; the task is to be run
// again in a second and has not failed.
var ErrNotYet = errors.New("sources are still being asked")

// ProcessTask builds the digest of a slot and queues its delivery.
func (b *Bot) ProcessTask(ctx context.Context, task *asynq.Task) error {
	slot, err := parseSlot(string(task.Payload()))
	if err != nil {
		return fmt.Errorf("%w: %w", err, asynq.SkipRetry)
	}
	c, err := b.chats.Get(ctx, slot.Chat)
	if err != nil || c.Paused != "" || len(c.Subscriptions) == 0 {
		return err
	}
	if reached, err := b.reached(ctx, c); !reached || err != nil {
		return err
	}
	if !b.chats.Planned(c, slot) {
		b.log.Info("slots: the schedule was changed, no digest", "digest", slot.ID())
		return nil
	}
	if b.now().Sub(slot.At) > skipAfter {
		return b.skipSlot(ctx, c, slot)
	}
	if err := b.ready(ctx, c, slot); err != nil {
		return err
	}
	if done, err := b.special(ctx, c, slot); done || err != nil {
		return err
	}
	err = b.deliverNews(ctx, c, slot.ID(), 0, b.now().Sub(slot.At) > lateAfter)
	if errors.Is(err, errNothing) {
		return b.emptySlot(ctx, c, slot)
	}
	return err
}

func parseSlot(payload string) (chats.Slot, error) {
	var s chats.Slot
	var at int64
	if _, err := fmt.Sscanf(payload, "%d %s %d %d", &s.Chat, &s.Date, &s.Index, &at); err != nil {
		return s, fmt.Errorf("read a slot: %w", err)
	}
	s.At = time.Unix(at, 0)
	return s, nil
}

// ready waits until every source of the chat was asked after the slot's time,
// or for so long at most.
func (b *Bot) ready(ctx context.Context, c chats.Chat, slot chats.Slot) error {
	if b.now().Sub(slot.At) > lateAfter+completed {
		slot.At = b.started
	}
	if b.now().Sub(slot.At) > completed {
		return nil
	}
	ids := c.Values(chats.Source)
	known, err := b.registry.Get(ctx, ids...)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(known, func(k sources.Known) bool { return k.State.LastTried.Before(slot.At) }) {
		return nil
	}
	if err := b.registry.Hasten(ctx, slot.At, ids...); err != nil {
		return err
	}
	return ErrNotYet
}

// skipSlot tells that a digest was missed for so long that it would be
// yesterday's news: a private chat itself, else the operators and who linked it.
func (b *Bot) skipSlot(ctx context.Context, c chats.Chat, slot chats.Slot) error {
	b.log.Warn("slots: a digest was missed and is skipped", "digest", slot.ID(), "chat", c.ID)
	users, name := b.keepers(c), c.Title
	if c.Kind == chats.Private {
		users, name = []int64{c.ID}, ""
	}
	return b.tellHidden(ctx, users, "skip", slot.ID(), plainMessage(textSkipped(slot.At.In(b.chats.Zone(c)), name)))
}

// emptySlot tells a chat that its digest is empty, so that silence is not
// taken for a failure. A channel is spared the line.
func (b *Bot) emptySlot(ctx context.Context, c chats.Chat, slot chats.Slot) error {
	if c.Settings.Empty == chats.EmptySilent || c.Settings.Empty == chats.EmptyUsual && c.Kind == chats.Channel {
		return nil
	}
	d := chats.Delivery{ID: slot.ID(), Class: chats.Digest, Parts: []chats.Message{plainMessage(textEmptySlot)}}
	b.soften(c, d.Parts)
	destined(&d, c)
	return b.ledger.Add(ctx, d)
}
