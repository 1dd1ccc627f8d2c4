package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/sources/articles"
)

// Times of the alerts.
const (
	alertTick  = time.Second
	alertSweep = 20 * time.Second // what waits for an hour to end is looked at so often
	alertAge   = 24 * time.Hour   // what waited longer comes with the digest
)

// runAlerts tells chats at once of what they asked to be told so, until ctx
// ends. Every replica does it: what one told, the ledger knows.
func (b *Bot) runAlerts(ctx context.Context) error {
	tick := time.NewTicker(alertTick)
	defer tick.Stop()
	position, swept := "", time.Time{}
	for {
		end, err := b.archive.End(ctx)
		if err == nil && (end != position || b.now().Sub(swept) > alertSweep) {
			position, swept = end, b.now()
			err = b.alertAll(ctx)
		}
		if err != nil && ctx.Err() == nil {
			b.log.Warn("alerts: they wait", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (b *Bot) alertAll(ctx context.Context) error {
	if held, err := b.chats.OnHold(ctx); held || err != nil {
		return err
	}
	ids, err := b.chats.Alerting(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := b.alert(ctx, id); err != nil && ctx.Err() == nil {
			b.log.Warn("alerts: a chat waits", "chat", id, "error", err)
		}
	}
	return nil
}

// alert tells one chat what it wants to know at once: as many stories as it
// takes in an hour, each alone; more of them gathered. Urgent ones wait for
// nothing.
func (b *Bot) alert(ctx context.Context, id int64) error {
	c, err := b.chats.Get(ctx, id)
	if err != nil || !c.Alerting() || c.Settings.Approval.On {
		return err
	}
	if reached, err := b.reached(ctx, c); !reached || err != nil {
		return err
	}
	stories, urgent, err := b.alertsFor(ctx, c)
	if err != nil || len(stories)+len(urgent) == 0 {
		return err
	}
	if may, err := b.checkRights(ctx, c); err != nil || !may {
		return err
	}
	for _, s := range urgent {
		if err := b.tellStories(ctx, c, []digest.Story{s}); err != nil {
			return err
		}
	}
	if len(stories) == 0 || c.Settings.Quiet.On() && c.Settings.Quiet.Holds(b.now().In(b.chats.Zone(c))) {
		return nil
	}
	used, err := b.chats.Paced(ctx, c.ID)
	if err != nil || used >= c.Settings.Pace() {
		return err
	}
	if len(stories) > c.Settings.Pace()-used {
		return b.tellStories(ctx, c, stories)
	}
	for _, s := range stories {
		if err := b.tellStories(ctx, c, []digest.Story{s}); err != nil {
			return err
		}
	}
	return nil
}

// alertsFor finds what a chat is to be told at once, and what of it is urgent.
func (b *Bot) alertsFor(ctx context.Context, c chats.Chat) (plain, urgent []digest.Story, err error) {
	wanted, err := b.interests(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	burning, err := b.passing(ctx, c.Settings.Urgent, c.Settings.Without)
	if err != nil {
		return nil, nil, err
	}
	var asked []digest.Interest
	since := map[int]time.Time{}
	for i, s := range c.Subscriptions {
		if s.Alert {
			since[len(asked)] = s.From
			asked = append(asked, wanted[i])
		}
		if len(c.Settings.Urgent) > 0 {
			hot := wanted[i]
			hot.Pass = burning
			since[len(asked)] = c.Settings.Hot
			asked = append(asked, hot)
		}
	}
	all, err := b.builder.Select(ctx, b.recent, asked, b.now())
	if err != nil {
		return nil, nil, err
	}
	oldest := b.now().Add(-alertAge)
	all = slices.DeleteFunc(all, func(a articles.Article) bool {
		for i, want := range asked {
			if a.Seen.After(since[i]) && a.Seen.After(oldest) && b.builder.Fits(&a, want) {
				return !a.Withdrawn.IsZero()
			}
		}
		return true
	})
	if len(all) == 0 {
		return nil, nil, nil
	}
	stories, _, err := b.group(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	if stories, err = b.notShown(ctx, c, welcome(c, stories)); err != nil {
		return nil, nil, err
	}
	hot := map[string]bool{}
	for _, a := range all {
		hot[a.ID] = slices.ContainsFunc(c.Settings.Urgent, func(w string) bool { return b.standing.Fits(w, &a) })
	}
	for _, s := range stories {
		switch {
		case s.Again: // what changed comes with the digest
		case slices.ContainsFunc(s.Articles, func(id string) bool { return hot[id] }):
			urgent = append(urgent, s)
		default:
			plain = append(plain, s)
		}
	}
	return plain, urgent, nil
}

// tellStories sends stories at once, one alone or several gathered.
func (b *Bot) tellStories(ctx context.Context, c chats.Chat, stories []digest.Story) error {
	var marks []string
	for _, s := range stories {
		marks = append(marks, s.Marks()...)
	}
	id := "al:" + strconv.FormatInt(c.ID, 10) + ":" + hashed(strings.Join(marks, "\n"), 9)
	d, err := b.frozen.Freeze(ctx, id, b.builder.Arrange(stories, nil, wishes(c, 0)))
	if err != nil {
		return err
	}
	title := textAlert
	if len(stories) > 1 {
		title = textAlerts
	}
	parts, err := b.digestParts(ctx, c, id, d, Header{At: b.now().In(b.chats.Zone(c)), Title: title})
	if err != nil {
		return err
	}
	del, err := b.delivery(ctx, c, id, parts, d)
	if err == nil {
		del.Prompt = true
		destined(&del, c)
		err = b.ledger.Add(ctx, del)
	}
	if errors.Is(err, chats.ErrOverlap) {
		return nil // another replica was quicker
	}
	if err != nil {
		return err
	}
	return b.chats.Pace(ctx, c.ID, id)
}
