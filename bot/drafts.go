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
)

// This file is the approval of digests: a draft goes to the admins, who change
// and publish it, or skip it; at the deadline it is decided without them.

// draftTick is how often it is looked which drafts are due.
const draftTick = time.Second

// propose makes the draft of a slot and shows it to the admins. It fails with
// errNothing when there is nothing new.
func (b *Bot) propose(ctx context.Context, c chats.Chat, slot chats.Slot) error {
	late := b.now().Sub(slot.At) > lateAfter
	if _, err := b.choose(ctx, c, slot.ID()); err != nil {
		return err
	}
	p := c.Settings.Approval
	d := chats.Draft{Slot: slot.ID(), Chat: c.ID, Late: late, Skip: p.Skip, At: b.now().Add(time.Duration(minutesOf(p)) * time.Minute).UTC()}
	if err := b.chats.Propose(ctx, d); err != nil {
		return err
	}
	d, err := b.chats.Draft(ctx, c.ID, slot.ID())
	if err != nil {
		return err
	}
	admins, err := b.reviewers(ctx, c)
	if err != nil {
		return err
	}
	if len(admins) == 0 {
		b.log.Warn("drafts: no admin of the chat wrote to the bot, the deadline decides", "chat", c.ID)
	}
	for _, admin := range admins {
		parts, err := b.preview(ctx, c, d, admin)
		if err != nil {
			return err
		}
		id, err := b.hidden(ctx, admin, "pv", slot.ID(), ":"+strconv.FormatInt(admin, 10))
		if err != nil {
			return err
		}
		del := chats.Delivery{ID: id, Class: chats.Notice, Parts: parts}
		address(&del, admin, 0)
		if err := b.ledger.Add(ctx, del); err != nil {
			return err
		}
	}
	return nil
}

// preview is a draft as its digest would be published, with the buttons of an
// admin.
func (b *Bot) preview(ctx context.Context, c chats.Chat, d chats.Draft, admin int64) ([]chats.Message, error) {
	all, ok, err := b.frozen.Read(ctx, d.Slot)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, chats.ErrNoDraft
	}
	h := b.draftHeader(c, d)
	texts := renderDigest(redacted(all, d), h)
	texts = append(texts, draftText(c.Title, d.At.In(b.chats.Zone(c)), d.Skip))
	var parts []chats.Message
	for i, text := range texts {
		var buttons [][]button
		if i == len(texts)-1 {
			buttons = draftButtons(c.ID, d)
		}
		m, err := b.message(ctx, admin, text, buttons)
		if err != nil {
			return nil, err
		}
		parts = append(parts, m)
	}
	return parts, nil
}

func (b *Bot) draftHeader(c chats.Chat, d chats.Draft) Header {
	h := Header{At: b.now().In(b.chats.Zone(c)), Title: "Дайджест", Late: d.Late, Brief: d.Short || c.Settings.Length == chats.Short}
	h.Title += editionText(c.Schedule, h.At.Hour())
	return h
}

// redacted is a digest as its draft says: without what was left out, what was
// raised first.
func redacted(all digest.Digest, draft chats.Draft) digest.Digest {
	d := all
	d.Sections, d.Stories = nil, nil
	n := 0
	rank := func(i int) int { return slices.Index(draft.Raised, i) + 1 } // 0: not raised
	type placed struct {
		section digest.Section
		top     int
	}
	var sections []placed
	for _, s := range all.Sections {
		type ranked struct {
			story digest.Story
			top   int
		}
		var stories []ranked
		top := 0
		for _, story := range s.Stories {
			if !slices.Contains(draft.Dropped, n) {
				stories = append(stories, ranked{story, rank(n)})
				top = max(top, rank(n))
			}
			n++
		}
		slices.SortStableFunc(stories, func(x, y ranked) int { return y.top - x.top })
		s.Stories = nil
		for _, r := range stories {
			s.Stories = append(s.Stories, r.story)
		}
		if len(s.Stories) > 0 {
			sections = append(sections, placed{s, top})
		}
	}
	slices.SortStableFunc(sections, func(x, y placed) int { return y.top - x.top })
	for _, p := range sections {
		d.Sections, d.Stories = append(d.Sections, p.section), append(d.Stories, p.section.Stories...)
	}
	return d
}

// draftTag names the draft of a slot within callback data of its chat.
func draftTag(slot string) string { return strings.TrimPrefix(digestTag(slot), "s") }

func draftButtons(chat int64, d chats.Draft) [][]button {
	at := draftTag(d.Slot)
	do := func(text, op string) button { return button{Text: text, Data: "v1:draft:" + op + "." + at, to: chat} }
	short := do("✂️ Скоротити", "s")
	if d.Short {
		short = do("✂️ Повні новини", "l")
	}
	return [][]button{
		{do("✅ Опублікувати", "p"), do("🕘 Опублікувати о…", "w")},
		{do("✏️ Змінити новини", "e"), short},
		{do("👁 Показати ще раз", "v"), do("⏭ Пропустити сьогодні", "k")},
	}
}

// pressDraft does what an admin wants with a draft: the argument is
// "operation.slot.number".
func (b *Bot) pressDraft(ctx context.Context, r request, argument string) (answer, error) {
	fields := strings.Split(argument, ".")
	if len(fields) < 2 {
		return answer{toast: textStale}, nil
	}
	op, slot, n := fields[0], frozenID(r.about.id, "s"+fields[1]), 0
	if len(fields) > 2 {
		n, _ = strconv.Atoi(fields[2]) // 0 is a good number too
	}
	switch op {
	case "w":
		return answer{markup: true, buttons: b.laterButtons(r, fields[1])}, nil
	case "v":
		return b.viewDraft(ctx, r, slot)
	case "p", "k":
		return b.decide(ctx, r, slot, op == "p")
	}
	d, err := b.chats.Redraft(ctx, r.about.id, slot, r.update, func(d *chats.Draft) { amend(d, op, n, b.now()) })
	if err != nil {
		return draftError(err)
	}
	a := answer{markup: true, toast: textSaved, about: r.about.id}
	switch op {
	case "x", "u":
		a.buttons, err = b.storyButtons(ctx, r, d, n/draftRows)
		a.note = map[string]string{"x": "чернетка: новину вилучено або повернуто", "u": "чернетка: новину піднято"}[op]
	case "e":
		a.toast = ""
		a.buttons, err = b.storyButtons(ctx, r, d, n)
	case "t":
		at := d.At.In(b.builder.Zone())
		a.toast, a.note = "Опублікую о "+at.Format("15:04")+".", "чернетка: опублікувати о "+at.Format("15:04")
		a.buttons = draftButtons(r.about.id, d)
	default:
		a.buttons = draftButtons(r.about.id, d)
	}
	return a, err
}

// amend makes one change to a draft.
func amend(d *chats.Draft, op string, n int, now time.Time) {
	switch op {
	case "x":
		if i := slices.Index(d.Dropped, n); i >= 0 {
			d.Dropped = slices.Delete(d.Dropped, i, i+1)
		} else {
			d.Dropped = append(d.Dropped, n)
		}
	case "u":
		d.Raised = append(slices.DeleteFunc(d.Raised, func(i int) bool { return i == n }), n)
	case "s", "l":
		d.Short = op == "s"
	case "t":
		d.At, d.Skip = now.Add(time.Duration(min(max(n, 1), 24*60))*time.Minute).UTC(), false
	}
}

func draftError(err error) (answer, error) {
	if errors.Is(err, chats.ErrNoDraft) || errors.Is(err, chats.ErrDecided) {
		return answer{toast: textDraftGone, markup: true}, nil
	}
	return answer{}, err
}

// draftRows is how many stories one page of an editor has.
const draftRows = 8

// storyButtons are the stories of a draft with what can be done to each.
func (b *Bot) storyButtons(ctx context.Context, r request, d chats.Draft, page int) ([][]button, error) {
	all, ok, err := b.frozen.Read(ctx, d.Slot)
	if err != nil || !ok {
		return nil, err
	}
	at := draftTag(d.Slot)
	do := func(text, op string, n int) button {
		return button{Text: text, Data: "v1:draft:" + op + "." + at + "." + strconv.Itoa(n), to: r.about.id}
	}
	var rows [][]button
	for i := page * draftRows; i >= 0 && i < min(len(all.Stories), (page+1)*draftRows); i++ {
		title, sign := digest.Shorten(clean(all.Stories[i].Title), keptLetters), "🗑"
		if slices.Contains(d.Dropped, i) {
			title, sign = "🚫 "+title, "↩️"
		}
		rows = append(rows, []button{do(title, "e", page), do("⬆️", "u", i), do(sign, "x", i)})
	}
	var turn []button
	if page > 0 {
		turn = append(turn, do(textBack, "e", page-1))
	}
	turn = append(turn, do("Готово", "m", 0))
	if (page+1)*draftRows < len(all.Stories) {
		turn = append(turn, do(textNext, "e", page+1))
	}
	return append(rows, turn), nil
}

// laterButtons offer when a draft may be published by itself.
func (b *Bot) laterButtons(r request, at string) [][]button {
	do := func(text string, minutes int) button {
		return button{Text: text, Data: "v1:draft:t." + at + "." + strconv.Itoa(minutes), to: r.about.id}
	}
	rows := [][]button{{do("За 15 хвилин", 15), do("За 30 хвилин", 30)}, {do("За годину", 60), do("За дві години", 120)}}
	now := b.now().In(b.builder.Zone())
	var hours []button
	for _, hour := range []int{9, 12, 15, 18} {
		if then := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, now.Location()); then.After(now) {
			hours = append(hours, do("О "+then.Format("15:04"), int(then.Sub(now)/time.Minute)+1))
		}
	}
	if len(hours) > 0 {
		rows = append(rows, hours)
	}
	return append(rows, []button{{Text: textBack, Data: "v1:draft:m." + at, to: r.about.id}})
}

// viewDraft shows a draft again, as it is now.
func (b *Bot) viewDraft(ctx context.Context, r request, slot string) (answer, error) {
	d, err := b.chats.Draft(ctx, r.about.id, slot)
	if err == nil && d.State != chats.Open {
		err = chats.ErrDecided
	}
	if err != nil {
		return draftError(err)
	}
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	parts, err := b.preview(ctx, c, d, r.place.id)
	if err != nil {
		return draftError(err)
	}
	return answer{to: &chats.Delivery{Class: chats.Reply, Parts: parts}}, nil
}

// decide publishes or skips a draft.
func (b *Bot) decide(ctx context.Context, r request, slot string, publish bool) (answer, error) {
	state := chats.Skipped
	if publish {
		state = chats.Published
	}
	_, err := b.chats.Redraft(ctx, r.about.id, slot, r.update, func(d *chats.Draft) { d.State = state })
	if err != nil {
		return draftError(err)
	}
	if err := b.finishDraft(ctx, slot); err != nil {
		return answer{}, err
	}
	if publish {
		return answer{toast: textPublished, markup: true, note: "дайджест опубліковано", about: r.about.id}, nil
	}
	return answer{toast: textDraftSkipped, markup: true, note: "дайджест пропущено", about: r.about.id}, nil
}

// runDrafts finishes the drafts whose deadline has come, until ctx ends.
func (b *Bot) runDrafts(ctx context.Context) error {
	tick := time.NewTicker(draftTick)
	defer tick.Stop()
	for {
		due, err := b.chats.DueDrafts(ctx)
		for _, slot := range due {
			if err == nil {
				err = b.finishDraft(ctx, slot)
			}
		}
		if err != nil && ctx.Err() == nil {
			b.log.Warn("drafts: they wait", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// finishDraft decides a draft whose deadline has come, and publishes one that is
// to be. It may be run again: the digest goes out under the id of its slot.
func (b *Bot) finishDraft(ctx context.Context, slot string) error {
	parsed, ok := chats.ParseSlot(slot)
	if !ok {
		return b.chats.Finish(ctx, slot)
	}
	d, err := b.chats.Draft(ctx, parsed.Chat, slot)
	if errors.Is(err, chats.ErrNoDraft) {
		return b.chats.Finish(ctx, slot)
	}
	if err != nil {
		return err
	}
	if d.State == chats.Open {
		if b.now().Before(d.At) {
			return nil
		}
		d, err = b.chats.Redraft(ctx, parsed.Chat, slot, 0, func(d *chats.Draft) {
			if d.State = chats.Published; d.Skip {
				d.State = chats.Skipped
			}
		})
		if err != nil {
			return err
		}
	}
	if d.State == chats.Published {
		if err := b.publish(ctx, d); err != nil {
			return err
		}
	}
	return b.chats.Finish(ctx, slot)
}

// publish delivers the digest of a draft. What its admins left out is not news
// to the chat any more.
func (b *Bot) publish(ctx context.Context, draft chats.Draft) error {
	c, err := b.chats.Get(ctx, draft.Chat)
	if err != nil || c.Ended() {
		return err
	}
	if _, queued, err := b.ledger.Row(ctx, c.Group(), draft.Slot, 0); err != nil || queued {
		return err
	}
	if may, err := b.checkRights(ctx, c); err != nil || !may {
		return err
	}
	all, ok, err := b.frozen.Read(ctx, draft.Slot)
	if err != nil || !ok {
		return err
	}
	d := redacted(all, draft)
	if len(d.Stories)+len(d.Withdrawn) == 0 {
		return nil
	}
	if draft.Short {
		c.Settings.Length = chats.Short
	}
	parts, err := b.digestParts(ctx, c, draft.Slot, d, b.draftHeader(c, draft))
	if err != nil {
		return err
	}
	del := chats.Delivery{ID: draft.Slot, Class: chats.Digest, Parts: parts}
	if del.Shown, err = b.shownBy(ctx, c, all); err != nil {
		return err
	}
	destined(&del, c)
	if err := b.ledger.Add(ctx, del); err != nil {
		return err
	}
	return b.live(ctx, c, draft.Slot)
}
