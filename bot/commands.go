package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"visnyk/bot/chats"
	"visnyk/internal/ukrainian"
	"visnyk/sources"
)

func (b *Bot) cmdStart(ctx context.Context, r request, args string) (answer, error) {
	if args == "search" {
		return say(textSearchStart), nil
	}
	if strings.Count(args, "_") >= 2 && r.place.kind == chats.Private {
		return b.startLink(ctx, r, args)
	}
	if _, err := b.chats.Change(ctx, r.about.id, b.greet(r.about)); err != nil {
		return answer{}, err
	}
	return answer{html: textStart, buttons: b.topicButtons(r.about.id, nil)}, nil
}

// startLink does what a deep link says: it opens the settings of a group in
// private.
func (b *Bot) startLink(ctx context.Context, r request, text string) (answer, error) {
	payload, err := b.openLink(ctx, text, r.update)
	if errors.Is(err, errLink) {
		return answer{}, errUser(textLinkOld)
	}
	if err != nil {
		return answer{}, err
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(payload, "s"), 36, 64)
	if err != nil {
		return answer{}, errUser(textLinkOld)
	}
	if r.about, err = b.placeOf(ctx, r, id); err != nil {
		return answer{}, err
	}
	if r.about.ended {
		return answer{}, errUser(textThreadGone)
	}
	allowed, err := b.mayChange(ctx, request{place: r.about, user: r.user, press: &press{}}, r.about)
	if err != nil {
		return answer{}, err
	}
	if !allowed {
		return say(textOnlyAdmins), nil
	}
	return b.cmdSettings(ctx, r, "")
}

// defaultTimes is when the digest comes to a chat that has not said.
func defaultTimes() []chats.Clock { return []chats.Clock{{Hour: 8, Minute: 30}} }

// greet notes who a chat is, with the default schedule when it is new.
func (b *Bot) greet(p place) func(*chats.Chat) error {
	return func(c *chats.Chat) error {
		if chats.IsThread(p.id) && (c.Of == 0 || c.Ended()) {
			return errUser(textThreadGone) // meanwhile its settings were given up
		}
		if c.Kind == "" {
			c.Schedule.Times = defaultTimes()
		}
		c.Kind, c.Title, c.Username, c.Inactive = p.kind, p.title, p.username, ""
		if p.linker != 0 {
			c.Owner, c.Paused = p.linker, ""
		}
		return nil
	}
}

func (b *Bot) cmdHelp(_ context.Context, r request, _ string) (answer, error) {
	text := textHelp
	if r.place.isGroup() {
		// In a group that keeps bots from reading all, only addressed commands arrive.
		text = b.addressed(text)
	}
	return say(text), nil
}

// namedCommand finds the commands in a text, not the ends of its tags.
var namedCommand = regexp.MustCompile(`(^|[\s>])/([a-z]+)`)

// addressed names the bot behind each command of a text.
func (b *Bot) addressed(text string) string {
	return namedCommand.ReplaceAllString(text, "${1}/${2}@"+escape(b.api.Self.Username))
}

func (b *Bot) cmdTopics(ctx context.Context, r request, _ string) (answer, error) {
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	return answer{html: textTopicsHead, buttons: b.topicButtons(r.about.id, c.Values(chats.Topic))}, nil
}

// topicButtons lists the topics two in a row, with a mark on those followed.
func (b *Bot) topicButtons(to int64, followed []string) [][]button {
	var rows [][]button
	for i, t := range b.topics.Topics() {
		label := t.Sign + " " + t.Name
		data := "v1:topic:" + t.ID
		if slices.Contains(followed, t.ID) {
			label = "✅ " + t.Name
		}
		if i%2 == 0 {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], button{Text: label, Data: data, to: to})
	}
	return rows
}

func (b *Bot) cmdList(ctx context.Context, r request, _ string) (answer, error) {
	return b.listPage(ctx, r, 0)
}

// listRows is how many subscriptions a page of the list has.
const listRows = 15

// pressList turns to another page of the list.
func (b *Bot) pressList(ctx context.Context, r request, argument string) (answer, error) {
	page, err := strconv.Atoi(argument)
	if err != nil || page < 0 {
		return answer{toast: textStale}, nil
	}
	a, err := b.listPage(ctx, r, page)
	a.edit = true
	return a, err
}

// sourcesOf gives the sources that a chat follows, by their ids.
func (b *Bot) sourcesOf(ctx context.Context, c chats.Chat) (map[string]sources.Known, error) {
	known, err := b.registry.Get(ctx, c.Values(chats.Source)...)
	byID := make(map[string]sources.Known, len(known))
	for _, k := range known {
		byID[k.ID] = k
	}
	return byID, err
}

func (b *Bot) listPage(ctx context.Context, r request, page int) (answer, error) {
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	if len(c.Subscriptions) == 0 {
		return say(r.about.words(textNotFollowing)), nil
	}
	health, err := b.sourcesOf(ctx, c)
	if err != nil {
		return answer{}, err
	}
	pages := (len(c.Subscriptions) + listRows - 1) / listRows
	page = min(page, pages-1)
	head := r.about.words("<b>Цей чат стежить за:</b>")
	if pages > 1 {
		head += fmt.Sprintf(" (%d, сторінка %d з %d)", len(c.Subscriptions), page+1, pages)
	}
	lines := []string{head}
	for _, s := range c.Subscriptions[page*listRows : min(len(c.Subscriptions), (page+1)*listRows)] {
		line := b.describe(s, health)
		if s.Alert {
			line += " ⚡"
		}
		lines = append(lines, line+filterText(s))
	}
	lines = append(lines, "", "Дайджест: "+scheduleText(c.Schedule, b.chats.Zone(c).String())+". Змінити — /time")
	if c.Paused != "" {
		lines = append(lines, textPausedHere)
	}
	var turn []button
	if page > 0 {
		turn = append(turn, button{Text: textBack, Data: "v1:list:" + strconv.Itoa(page-1), to: r.about.id})
	}
	if page+1 < pages {
		turn = append(turn, button{Text: textNext, Data: "v1:list:" + strconv.Itoa(page+1), to: r.about.id})
	}
	a := say(strings.Join(lines, "\n"))
	if len(turn) > 0 {
		a.buttons = [][]button{turn}
	}
	return a, nil
}

func (b *Bot) describe(s chats.Subscription, health map[string]sources.Known) string {
	switch s.Follow {
	case chats.Topic:
		if t, ok := b.topics.Find(s.Value); ok {
			return escape(t.Sign + " " + t.Name + " (тема)")
		}
	case chats.Words:
		return "🔎 " + escape(s.Name)
	case chats.Source:
		k, ok := health[s.Value]
		switch {
		case !ok:
		case k.State.Fails > 0:
			return "⚠️ " + escape(k.Name) + " — зараз не вдається прочитати: " + escape(causeText(k.State.Cause))
		case len(k.Endpoints) > 0:
			e := readNow(k)
			return "🏛 " + link(e.URL, k.Name) + " (" + kindName(e.Kind) + ")"
		}
	}
	return "• " + escape(s.Name)
}

// shownSources is how many sources a message lists.
const shownSources = 60

func (b *Bot) cmdSources(ctx context.Context, _ request, _ string) (answer, error) {
	all, err := b.registry.All(ctx)
	if err != nil {
		return answer{}, err
	}
	state := map[string]sources.Known{}
	for _, k := range all {
		state[k.ID] = k
	}
	lines := []string{"<b>Органи, які можна назвати після /follow:</b>"}
	for i, s := range b.registry.Catalogue() {
		if i == shownSources {
			lines = append(lines, fmt.Sprintf("…та ще %d.", len(b.registry.Catalogue())-i))
			break
		}
		mark, health := healthOf(state[s.ID])
		name := s.Name
		if len(s.Aliases) > 0 {
			name = s.Aliases[0] + " — " + s.Name
		}
		lines = append(lines, mark+" "+escape(name+health))
	}
	return say(strings.Join(lines, "\n")), nil
}

func (b *Bot) cmdTime(ctx context.Context, r request, args string) (answer, error) {
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	if args == "" {
		return say("Дайджест: " + scheduleText(c.Schedule, b.chats.Zone(c).String()) + ". Змінити: <code>/time 08:30</code>"), nil
	}
	schedule, err := parseSchedule(args, c.Schedule)
	if err != nil {
		return answer{}, err
	}
	c, err = b.chats.Change(ctx, r.about.id, func(c *chats.Chat) error {
		if err := b.greet(r.about)(c); err != nil {
			return err
		}
		c.Schedule = schedule
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	if len(schedule.Times) == 0 {
		return answer{html: textTimeOff, note: "розклад: вимкнено", about: r.about.id}, nil
	}
	times := scheduleText(schedule, b.chats.Zone(c).String())
	text := "Дайджест надходитиме " + times + "."
	if len(c.Subscriptions) == 0 {
		text += "\n" + r.about.words(textNotFollowing)
	}
	return answer{html: text, note: "розклад: " + times, about: r.about.id}, nil
}

// maxTimes is how many digests a day a chat may have.
const maxTimes = 6

// parseSchedule reads «08:30 18:00 пн-пт Europe/Kyiv» or «вимк». The zone stays
// as it was when none is given.
func parseSchedule(args string, old chats.Schedule) (chats.Schedule, error) {
	s := chats.Schedule{Zone: old.Zone}
	for _, field := range strings.FieldsFunc(args, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
		folded := ukrainian.Fold(field)
		if clock, ok := parseClock(field); ok {
			if !slices.Contains(s.Times, clock) {
				s.Times = append(s.Times, clock)
			}
		} else if days, ok := parseDays(folded); ok {
			s.Days = append(s.Days, days...)
		} else if folded == "вимк" || folded == "вимкнути" || folded == "off" {
			return chats.Schedule{Zone: old.Zone}, nil
		} else if folded == "щодня" || folded == "о" || folded == "об" {
			continue
		} else if _, err := time.LoadLocation(field); err == nil && strings.Contains(field, "/") {
			s.Zone = field
		} else {
			return s, errUser(plainText(textTimeWhat))
		}
	}
	if len(s.Times) == 0 || len(s.Times) > maxTimes {
		return s, errUser(plainText(textTimeWhat))
	}
	slices.SortFunc(s.Times, func(a, b chats.Clock) int { return (a.Hour-b.Hour)*60 + a.Minute - b.Minute })
	slices.Sort(s.Days)
	s.Days = slices.Compact(s.Days)
	if len(s.Days) == 7 {
		s.Days = nil
	}
	return s, nil
}

func parseClock(s string) (chats.Clock, bool) {
	h, m, ok := strings.Cut(strings.ReplaceAll(s, ".", ":"), ":")
	hour, err1 := strconv.ParseUint(h, 10, 8)
	minute, err2 := strconv.ParseUint(m, 10, 8)
	if !ok || err1 != nil || err2 != nil || len(m) != 2 || hour > 23 || minute > 59 {
		return chats.Clock{}, false
	}
	return chats.Clock{Hour: int(hour), Minute: int(minute)}, true
}

// parseDays reads «пн» or «пн-пт» or «будні» or «вихідні».
func parseDays(s string) ([]time.Weekday, bool) {
	switch s {
	case "будні":
		s = "пн-пт"
	case "вихідні":
		s = "сб-нд"
	}
	from, to, span := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	first := slices.Index(dayNames[:], from)
	if first < 0 {
		return nil, false
	}
	if !span {
		return []time.Weekday{time.Weekday(first)}, true
	}
	last := slices.Index(dayNames[:], to)
	if last < 0 {
		return nil, false
	}
	var days []time.Weekday
	for d := first; ; d = (d + 1) % 7 {
		days = append(days, time.Weekday(d))
		if d == last {
			return days, true
		}
	}
}

func (b *Bot) cmdStatus(ctx context.Context, r request, args string) (answer, error) {
	if len(b.admins) > 0 && !slices.Contains(b.admins, r.user) {
		return answer{}, errUser(textNotOperator)
	}
	if args != "" {
		return b.inTheLog(args)
	}
	all, err := b.registry.All(ctx)
	if err != nil {
		return answer{}, err
	}
	healthy, failing := 0, []sources.Known{}
	for _, k := range all {
		if k.State.Fails > 0 {
			failing = append(failing, k)
		} else if !k.State.LastRead.IsZero() {
			healthy++
		}
	}
	nArticles, err := b.archive.Count(ctx)
	if err != nil {
		return answer{}, err
	}
	nChats, err := b.chats.Count(ctx)
	if err != nil {
		return answer{}, err
	}
	nThreads, err := b.chats.CountThreads(ctx)
	if err != nil {
		return answer{}, err
	}
	waiting, err := b.ledger.Waiting(ctx)
	if err != nil {
		return answer{}, err
	}
	lines := []string{
		"<b>Вісник</b> " + escape(b.version),
		fmt.Sprintf("Працює: %s", uptime(b.now().Sub(b.started))),
		fmt.Sprintf("Джерела: %d, читаються %d, з помилками %d", len(all), healthy, len(failing)),
		fmt.Sprintf("Статті: %d", nArticles),
		fmt.Sprintf("Чати: %d%s, очікують надсилання: %d", nChats, threadsText(nThreads), waiting),
	}
	more, err := b.statusMore(ctx)
	if err != nil {
		return answer{}, err
	}
	lines = append(append(lines, more...), b.failingLines(failing)...)
	held, buttons := heldLines(all)
	if lines = append(lines, held...); !slices.Contains(b.admins, r.user) {
		buttons = nil
	}
	if b.logName != nil && slices.Contains(b.admins, r.user) {
		lines = append(lines, textLogName(b.logName(r.place.id, b.now())))
	}
	return answer{html: strings.Join(lines, "\n"), buttons: buttons}, nil
}

// threadsText counts the forum threads with settings of their own, where there are
// any.
func threadsText(n int) string {
	if n == 0 {
		return ""
	}
	return " і " + ukrainian.Count(n, "гілка", "гілки", "гілок") + " з окремими налаштуваннями"
}

// inTheLog tells an operator how the log names a user or chat. Who has no log has
// no use for it.
func (b *Bot) inTheLog(args string) (answer, error) {
	id, err := strconv.ParseInt(args, 10, 64)
	if err != nil || b.logName == nil || len(b.admins) == 0 {
		return answer{}, errUser(textStatusWhat)
	}
	now := b.now()
	return say(fmt.Sprintf(textLogNames, escape(args), b.logName(id, now), b.logName(id, now.AddDate(0, 0, -now.Day())))), nil
}

// statusMore says what operators ask next: whether digests are on hold, how many
// chats are of which kind, stopped, or wait for their admins.
func (b *Bot) statusMore(ctx context.Context) ([]string, error) {
	held, err := b.chats.OnHold(ctx)
	if err != nil {
		return nil, err
	}
	alerting, err := b.chats.Alerting(ctx)
	if err != nil {
		return nil, err
	}
	linked, err := b.chats.Linked(ctx)
	if err != nil {
		return nil, err
	}
	drafts, err := b.chats.Drafts(ctx)
	if err != nil {
		return nil, err
	}
	lines := []string{fmt.Sprintf("Канали: %d, чати зі сповіщеннями одразу: %d, чернетки на погодженні: %d", len(linked), len(alerting), drafts)}
	if slices.ContainsFunc(alerting, chats.IsThread) {
		lines[0] = strings.Replace(lines[0], "чати зі", "чати й гілки зі", 1)
	}
	if held {
		lines = append(lines, textAllPaused)
	}
	return lines, nil
}

func uptime(d time.Duration) string {
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0:
		return ukrainian.Count(days, "день", "дні", "днів")
	case hours > 0:
		return ukrainian.Count(hours, "година", "години", "годин")
	default:
		return ukrainian.Count(minutes, "хвилина", "хвилини", "хвилин")
	}
}
