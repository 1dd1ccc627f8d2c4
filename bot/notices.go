package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/internal/ukrainian"
	"visnyk/sources"
)

// Notify tells every operator something about a source in the private chat,
// through the ledger. The same notice is told once.
func (b *Bot) Notify(ctx context.Context, n sources.Notice) error {
	return b.ask(ctx, b.admins, "n:"+n.ID(), b.noticeText(n), noticeButtons(n))
}

// ask sends a text with buttons to people in their private chats, once for each
// id.
func (b *Bot) ask(ctx context.Context, users []int64, id, html string, buttons [][]button) error {
	for _, user := range users {
		m, err := b.message(ctx, user, html, buttons)
		if err != nil {
			return err
		}
		if err := b.tell(ctx, []int64{user}, id, m); err != nil {
			return err
		}
	}
	return nil
}

// keepers are who answers for a chat: the operators, and who linked it.
func (b *Bot) keepers(c chats.Chat) []int64 {
	if c.Owner == 0 || slices.Contains(b.admins, c.Owner) {
		return b.admins
	}
	return append(slices.Clone(b.admins), c.Owner)
}

// tell sends a message to people in their private chats, once for each id.
func (b *Bot) tell(ctx context.Context, users []int64, id string, m chats.Message) error {
	for _, user := range users {
		if err := b.tellOne(ctx, user, id+":"+strconv.FormatInt(user, 10), m); err != nil {
			return err
		}
	}
	return nil
}

// tellHidden sends a message about a chat to people in their private chats, once
// for each kind and what it is about.
func (b *Bot) tellHidden(ctx context.Context, users []int64, kind, about string, m chats.Message) error {
	for _, user := range users {
		id, err := b.hidden(ctx, user, kind, about, ":"+strconv.FormatInt(user, 10))
		if err != nil {
			return err
		}
		if err := b.tellOne(ctx, user, id, m); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) tellOne(ctx context.Context, user int64, id string, m chats.Message) error {
	m.Params = maps.Clone(m.Params)
	d := chats.Delivery{ID: id, Class: chats.Notice, Parts: []chats.Message{m}}
	address(&d, user, 0)
	return b.ledger.Add(ctx, d)
}

// hidden names a notice about a chat among the deliveries of other people, where
// the chat's id would stay when it is forgotten. One that an earlier version gave
// its name in the clear keeps that.
func (b *Bot) hidden(ctx context.Context, user int64, kind, about, rest string) (string, error) {
	open := kind + ":" + about + rest
	if _, known, err := b.ledger.Row(ctx, user, open, 0); known || err != nil {
		return open, err
	}
	key, err := b.signKey(ctx)
	return kind + ":" + mac(key, kind, about) + rest, err
}

// weight is what a change is to the other admins of its chat.
type weight int

const (
	light weight = iota // of no matter to them
	heavy               // they are told when it was made out of their sight
	grave               // they are told wherever it was made
)

// toldFor is for how long the same person's changes of one kind are told once: who
// sets up a channel makes many in a row.
const toldFor = 10 * time.Minute

// tellOthers tells the other admins of a chat in private, as far as they wrote to
// the bot, that one of them changed something: so a hijacked account, or one who
// is no admin any more, does not stay unnoticed. That they cannot be told does not
// undo the change.
func (b *Bot) tellOthers(ctx context.Context, r request, chat int64, what string, w weight) {
	if err := b.tryTellOthers(ctx, r, chat, what, w); err != nil {
		b.log.Warn("handle: the other admins were not told of a change", "chat", chat, "error", err)
	}
}

func (b *Bot) tryTellOthers(ctx context.Context, r request, chat int64, what string, w weight) error {
	c, err := b.chats.Get(ctx, chat)
	if err != nil || c.Kind == "" || c.Kind == chats.Private || w == light || w == heavy && r.place.id == c.Group() {
		return err
	}
	admins, err := b.reviewers(ctx, c)
	if err != nil {
		return err
	}
	admins = slices.DeleteFunc(admins, func(user int64) bool { return user == r.asker() })
	if len(admins) == 0 {
		return nil
	}
	if w == heavy {
		kind, _, _ := strings.Cut(what, ":")
		key, err := b.signKey(ctx)
		if err != nil {
			return err
		}
		name := "told:" + mac(key, strconv.FormatInt(chat, 10), strconv.FormatInt(r.asker(), 10), kind)
		if first, err := b.chats.Use(ctx, name, r.update, toldFor); err != nil || !first {
			return err
		}
	}
	who := textSomebody
	if r.asker() != 0 {
		who = b.nameOf(ctx, c.Group(), r.asker())
	}
	return b.tell(ctx, admins, "ch:"+strconv.FormatInt(r.update, 10), plainMessage(textChanged(c, who, what, w == heavy)))
}

func (b *Bot) noticeText(n sources.Notice) string {
	name := "<b>" + escape(digest.Shorten(n.Source.Name, nameLimit)) + "</b>"
	switch n.Kind {
	case sources.NoticeFailing:
		return "⚠️ " + name + ": не вдається прочитати " + b.sinceText(n.Since) + ".\nПричина: " + escape(causeText(n.Cause)) + ".\n" +
			nextStep(n.Cause) + "Наступна спроба — за " + spanText(n.Next) + ", далі щонайменше раз на 6 годин. Коли вдасться прочитати, я напишу."
	case sources.NoticeRecovered:
		return "✅ " + name + ": знову вдається прочитати. Перерва тривала " + b.sinceText(n.Since) + " (" + escape(causeText(n.Cause)) + ")."
	case sources.NoticeFlood:
		usual := ""
		if n.Usual > 0 {
			usual = fmt.Sprintf(" (зазвичай — %d)", n.Usual)
		}
		return "🌊 " + name + ": одразу " + ukrainian.Count(n.Count, "нова публікація", "нові публікації", "нових публікацій") + usual +
			". Схоже на перенесення сайту або збій, тому я зберіг їх як архів: пошук їх знаходить, у дайджести вони не потраплять."
	case sources.NoticeMoved:
		return moveQuestion(sources.Held{Source: n.Source, At: n.From, To: n.To})
	}
	return name
}

func noticeButtons(n sources.Notice) [][]button {
	if n.Kind != sources.NoticeMoved {
		return nil
	}
	return moveButtons(sources.Held{Source: n.Source, At: n.From, To: n.To})
}

// causeText says in a few words why a source cannot be read.
func causeText(c sources.Cause) string {
	switch c.Kind {
	case sources.CauseTimeout:
		return "сайт не відповідає вчасно"
	case sources.CauseUnreachable:
		return "сайт недоступний"
	case sources.CauseStatus:
		return "сайт відповідає помилкою " + c.Detail
	case sources.CauseProtected:
		return "сайт закрито захистом від роботів: " + c.Detail
	case sources.CauseRobots:
		return "сайт забороняє програмам читати цю сторінку"
	case sources.CauseMoved:
		return "адреса веде на інший домен"
	case sources.CauseEmpty:
		return "на сторінці не видно новин"
	case sources.CauseLayout:
		return "сторінка змінила верстку: новин на ній більше не видно"
	case sources.CauseNotSource:
		return "за адресою немає ні стрічки, ні новин"
	case sources.CauseHostile:
		return "стрічку пошкоджено"
	case sources.CauseTooLarge:
		return "відповідь сайту завелика"
	case sources.CauseForbidden:
		return "адреса веде у внутрішню мережу"
	case sources.CauseNoChannel:
		return "каналу немає або його закрито"
	}
	return "внутрішня помилка"
}

// nextStep says what an operator can do, where there is something.
func nextStep(c sources.Cause) string {
	switch c.Kind {
	case sources.CauseProtected:
		return "Обходити захист я не буду: додайте Telegram-канал органу або попросіть сайт дозволити доступ. "
	case sources.CauseRobots, sources.CauseEmpty, sources.CauseLayout, sources.CauseNotSource, sources.CauseNoChannel:
		return "Перевірте адресу: можливо, сайт змінився. "
	}
	return ""
}

// sinceText says since when, in the program's zone: «з 24 листопада, 09:10».
func (b *Bot) sinceText(at time.Time) string {
	at = at.In(b.builder.Zone())
	return "з " + ukrainian.ShortDate(at) + ", " + at.Format("15:04")
}

// spanText says how long something takes, for «за …».
func spanText(d time.Duration) string {
	switch {
	case d >= 2*time.Hour:
		return ukrainian.Count(int(d.Round(time.Hour).Hours()), "годину", "години", "годин")
	case d >= time.Minute:
		return ukrainian.Count(int(d.Round(time.Minute).Minutes()), "хвилину", "хвилини", "хвилин")
	}
	return ukrainian.Count(max(int(d.Round(time.Second).Seconds()), 1), "секунду", "секунди", "секунд")
}

// healthOf gives the sign of a source and, where something is wrong, what.
func healthOf(k sources.Known) (sign, what string) {
	switch s := k.State; {
	case s.Fails > 0:
		return "⚠️", " — не вдається прочитати: " + causeText(s.Cause)
	case s.LastRead.IsZero():
		return "•", ""
	case len(k.Endpoints) > 0 && s.Reading != "" && s.Reading != k.Endpoints[0].URL:
		return "✅", " (зараз через інше джерело: " + kindName(readNow(k).Kind) + ")"
	}
	return "✅", ""
}

// readNow is the endpoint by which a source is read at present.
func readNow(k sources.Known) sources.Endpoint {
	for _, e := range k.Endpoints {
		if e.URL == k.State.Reading {
			return e
		}
	}
	return k.Endpoints[0]
}

// shownFailing is how many failing sources /status names.
const shownFailing = 20

// failingLines names the sources that cannot be read, with the reason.
func (b *Bot) failingLines(failing []sources.Known) []string {
	var lines []string
	for i, k := range failing {
		if i == shownFailing {
			return append(lines, "…та ще "+strconv.Itoa(len(failing)-i)+".")
		}
		line := "⚠️ " + escape(digest.Shorten(k.Name, nameLimit)) + " — " + escape(causeText(k.State.Cause))
		if !k.State.Since.IsZero() {
			line += ", " + b.sinceText(k.State.Since)
		}
		lines = append(lines, line)
	}
	return lines
}
