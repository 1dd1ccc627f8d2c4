package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/internal/ukrainian"
)

// cmdSettings shows the settings of a chat with buttons. With words behind it
// changes what buttons cannot.
func (b *Bot) cmdSettings(ctx context.Context, r request, args string) (answer, error) {
	if args != "" {
		return b.setWords(ctx, r, args)
	}
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	a := b.settingsPage(c, r)
	if r.place.isGroup() {
		address, err := b.deepLink(ctx, "s"+strconv.FormatInt(r.about.id, 36))
		if err != nil {
			return answer{}, err
		}
		a.buttons = append(a.buttons, []button{{Text: textSetPrivate, URL: address}})
	}
	if title := r.about.title; title != "" && r.about.chat() != r.place.id {
		a.html = "<b>" + escape(title) + "</b>\n" + a.html
	}
	return a, nil
}

// settingsPage is the first page of the settings.
func (b *Bot) settingsPage(c chats.Chat, r request) answer {
	if c.Kind == "" {
		c.Kind = r.about.kind
	}
	s := c.Settings
	set := func(text, data string) button { return button{Text: text, Data: "v1:set:" + data, to: r.about.id} }
	page := func(text, name string) button { return button{Text: text, Data: "v1:page:" + name, to: r.about.id} }
	rows := [][]button{
		{set("📏 Обсяг: "+lengthText(s.Length), "len."+string(nextOf(lengths(), s.Length))), page("🗂 Розділи", "sections")},
		{set("🔔 Звук: "+yesText(!s.Silent), "silent."+onOff(s.Silent)), set("📭 Порожній день: "+emptyText(emptyOf(c)), "empty."+string(nextOf([]chats.Empty{chats.EmptyLine, chats.EmptySilent}, emptyOf(c))))},
		{page("🕘 Розклад", "schedule"), set("🌙 Тиша: "+quietText(s.Quiet), "quiet."+nextQuiet(s.Quiet))},
		{set("⚡ Одразу: до "+strconv.Itoa(s.Pace())+" на годину", "pace."+strconv.Itoa(nextOf([]int{1, 3, 5, 10, 20}, s.Pace())))},
	}
	if c.Kind != chats.Private {
		rows = append(rows, []button{page("✅ Погодження: "+yesText(s.Approval.On), "approval")})
	}
	if c.Kind == chats.Channel {
		rows = append(rows, []button{set("♻️ Оновлювати дописи: "+yesText(s.Update), "upd."+onOff(s.Update))})
	}
	lines := []string{textSettings}
	for _, w := range []struct {
		name  string
		words []string
	}{{"Терміново", s.Urgent}, {"Лише зі словами", s.Only}, {"Без слів", s.Without}} {
		if len(w.words) > 0 {
			lines = append(lines, w.name+": "+escape(strings.Join(w.words, ", ")))
		}
	}
	if n := len(s.Muted); n > 0 {
		rows = append(rows, []button{set("👁 Показувати приховані джерела ("+strconv.Itoa(n)+")", "unmute.1")})
	}
	if s.Thread != 0 || len(s.Threads) > 0 {
		lines = append(lines, textThreads)
	}
	lines = append(lines, "", textSettingsMore)
	switch {
	case r.about.group != 0:
		lines[0] = textSettingsThread
		rows = append(rows, []button{{Text: textThreadEndButton, Data: "v1:thread:end", to: r.about.id}})
	case c.Kind == chats.Supergroup:
		lines = append(lines, textSettingsForum)
		if r.thread != 0 && r.place.id == r.about.id {
			rows = append(rows, []button{{Text: textThreadOwnButton, Data: "v1:thread:on." + strconv.Itoa(r.thread), to: r.about.id}})
		}
	}
	html := strings.Join(lines, "\n")
	if r.place.isGroup() {
		html = b.addressed(html)
	}
	return answer{html: html, buttons: rows, edit: r.press != nil, about: r.about.id}
}

func lengths() []chats.Length { return []chats.Length{chats.Usual, chats.Short, chats.Full} }

// nextOf is the value behind one, the first behind the last.
func nextOf[T comparable](all []T, now T) T { return all[(slices.Index(all, now)+1)%len(all)] }

func onOff(on bool) string {
	if on {
		return "0"
	}
	return "1"
}

// emptyOf is what the chat gets on an empty day, as it is now.
func emptyOf(c chats.Chat) chats.Empty {
	switch {
	case c.Settings.Empty != chats.EmptyUsual:
		return c.Settings.Empty
	case c.Kind == chats.Channel:
		return chats.EmptySilent
	}
	return chats.EmptyLine
}

// quietChoices are the quiet hours that buttons offer.
func quietChoices() []string { return []string{"off", "22-07", "23-08", "20-07"} }

func nextQuiet(s chats.Span) string {
	now := "off"
	if s.On() {
		now = s.From.String()[:2] + "-" + s.To.String()[:2]
	}
	return nextOf(quietChoices(), now)
}

// pressPage shows a page of the settings.
func (b *Bot) pressPage(ctx context.Context, r request, name string) (answer, error) {
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	return b.page(c, r, name), nil
}

func (b *Bot) page(c chats.Chat, r request, name string) answer {
	set := func(text, data string) button { return button{Text: text, Data: "v1:set:" + data, to: r.about.id} }
	back := []button{{Text: textBack, Data: "v1:page:main", to: r.about.id}}
	a := answer{edit: true}
	switch name {
	case "sections":
		a.html = textSections
		for _, t := range b.orderedTopics(c.Settings) {
			tag := topicTag(t.ID)
			shown := !slices.Contains(c.Settings.Hidden, t.ID)
			mark, act := "✅ ", "hide."
			if !shown {
				mark, act = "🚫 ", "show."
			}
			a.buttons = append(a.buttons, []button{set(mark+t.Name, act+tag), set("⬆️", "up."+tag)})
		}
	case "schedule":
		s, days := c.Schedule, c.Settings.Calendar
		a.html = "<b>Розклад.</b> Дайджест: " + escape(scheduleText(s, b.chats.Zone(c).String())) + ".\n" + textScheduleMore
		a.buttons = [][]button{
			{set("Зранку о 08:30", "times.one"), set("Зранку і ввечері", "times.two")},
			{set("Щодня", "days.all"), set("У будні", "days.work")},
			{set("Свята пропускати: "+yesText(days.SkipHolidays), "hol."+onOff(days.SkipHolidays))},
			{set("Огляд тижня щопонеділка: "+yesText(days.Weekly), "week."+onOff(days.Weekly))},
		}
	case "approval":
		p := c.Settings.Approval
		a.html = textApproval
		a.buttons = [][]button{
			{set("Погоджувати: "+yesText(p.On), "appr."+onOff(p.On))},
			{set("Чекати: "+ukrainian.Count(minutesOf(p), "хвилину", "хвилини", "хвилин"), "appm."+strconv.Itoa(nextOf([]int{15, 30, 60, 120}, minutesOf(p))))},
			{set("Без відповіді: "+map[bool]string{true: "пропустити", false: "опублікувати"}[p.Skip], "apps."+onOff(p.Skip))},
		}
	default:
		return b.settingsPage(c, r)
	}
	a.buttons = append(a.buttons, back)
	return a
}

func minutesOf(p chats.Approval) int {
	if p.Minutes == 0 {
		return chats.DefaultApproval
	}
	return p.Minutes
}

// topicTag names a topic within callback data.
func topicTag(id string) string { return hashed("topic "+id, 4) }

// pressSet changes one setting to the value that the button named.
func (b *Bot) pressSet(ctx context.Context, r request, argument string) (answer, error) {
	name, value, _ := strings.Cut(argument, ".")
	topic := ""
	for _, t := range b.topics.Topics() {
		if topicTag(t.ID) == value {
			topic = t.ID
		}
	}
	page, note, known := "main", "", true
	c, err := b.chats.Change(ctx, r.about.id, func(c *chats.Chat) error {
		if c.Kind == "" {
			if err := b.greet(r.about)(c); err != nil {
				return err
			}
		}
		c.Settle(r.update, func(s *chats.Settings) {
			if page, note, known = setSchedule(&c.Schedule, &s.Calendar, name, value); known {
				return
			}
			if page, note, known = setTopic(s, name, topic); known {
				return
			}
			page, note, known = setOne(s, name, value)
		})
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	if !known {
		return answer{toast: textStale}, nil
	}
	a := b.page(c, r, page)
	if t, ok := b.topics.Find(topic); ok && note != "" {
		note += " «" + t.Name + "»"
	}
	a.note, a.about, a.toast = note, r.about.id, textSaved
	if argument == "appr.0" {
		a.weight = grave
	}
	return a, nil
}

// setSchedule changes when digests come.
func setSchedule(s *chats.Schedule, days *chats.Calendar, name, value string) (page, note string, known bool) {
	page, on := "schedule", value == "1"
	switch name {
	case "times":
		s.Times, note = defaultTimes(), "розклад: зранку"
		if value == "two" {
			s.Times, note = append(s.Times, chats.Clock{Hour: 18}), "розклад: зранку і ввечері"
		}
	case "days":
		s.Days, note = nil, "розклад: щодня"
		if value == "work" {
			s.Days, note = []time.Weekday{1, 2, 3, 4, 5}, "розклад: у будні"
		}
	case "hol":
		days.SkipHolidays, note = on, "пропускати свята: "+yesText(on)
	case "week":
		days.Weekly, note = on, "огляд тижня: "+yesText(on)
	default:
		return "", "", false
	}
	return page, note, true
}

// setTopic changes how a topic stands in digests.
func setTopic(s *chats.Settings, name, topic string) (page, note string, known bool) {
	if topic == "" {
		return "", "", false
	}
	switch name {
	case "hide", "show":
		s.Show(topic, name == "show")
		note = map[bool]string{true: "показувати тему", false: "приховати тему"}[name == "show"]
	case "up":
		s.Raise(topic)
		note = "першою стоїть тема"
	default:
		return "", "", false
	}
	return "sections", note, true
}

// setOne changes one of the other settings.
func setOne(s *chats.Settings, name, value string) (page, note string, known bool) {
	on := value == "1"
	number, _ := strconv.Atoi(value) // 0 stands for what is no number
	switch name {
	case "len":
		if s.Length = chats.Length(value); !slices.Contains(lengths(), s.Length) {
			s.Length = chats.Usual
		}
		return "main", "обсяг: " + lengthText(s.Length), true
	case "silent":
		s.Silent = on
		return "main", "звук: " + yesText(!on), true
	case "empty":
		s.Empty = chats.EmptyLine
		if value == string(chats.EmptySilent) {
			s.Empty = chats.EmptySilent
		}
		return "main", "порожній день: " + emptyText(s.Empty), true
	case "quiet":
		s.Quiet = chats.Span{}
		if from, to, ok := strings.Cut(value, "-"); ok {
			s.Quiet = spanOf(from+":00", to+":00")
		}
		return "main", "тиша: " + quietText(s.Quiet), true
	case "pace":
		s.PerHour = number
		return "main", "одразу: до " + strconv.Itoa(s.Pace()) + " на годину", true
	case "appr":
		s.Approval.On = on
		return "approval", "погодження: " + yesText(on), true
	case "appm":
		s.Approval.Minutes = max(5, min(number, 24*60))
		return "approval", "погодження: чекати " + ukrainian.Count(s.Approval.Minutes, "хвилину", "хвилини", "хвилин"), true
	case "apps":
		s.Approval.Skip = on
		return "approval", "без відповіді пропустити: " + yesText(on), true
	case "upd":
		s.Update = on
		return "main", "оновлювати дописи: " + yesText(on), true
	case "unmute":
		s.Muted = nil
		return "main", "показувати приховані джерела", true
	}
	return "", "", false
}

// spanOf reads a part of the day; an empty one when it is none.
func spanOf(from, to string) chats.Span {
	a, ok1 := parseClock(from)
	z, ok2 := parseClock(to)
	if !ok1 || !ok2 {
		return chats.Span{}
	}
	return chats.Span{From: a, To: z}
}

// setWords changes what is said in words: quiet hours, lists of words, forum
// threads.
func (b *Bot) setWords(ctx context.Context, r request, args string) (answer, error) {
	what, rest, _ := strings.Cut(args, " ")
	rest = strings.TrimSpace(rest)
	off := rest == "" || slices.Contains([]string{"вимк", "вимкнути", "ні", "off"}, ukrainian.Fold(rest))
	var change func(*chats.Settings)
	note := ""
	switch ukrainian.Fold(strings.TrimSuffix(what, ":")) {
	case "тиша", "тихо", "quiet":
		span := chats.Span{}
		if from, to, ok := strings.Cut(strings.ReplaceAll(rest, "–", "-"), "-"); ok {
			span = spanOf(strings.TrimSpace(from), strings.TrimSpace(to))
		}
		if !off && !span.On() {
			return answer{}, errUser(plainText(textQuietWhat))
		}
		change, note = func(s *chats.Settings) { s.Quiet = span }, "тиша: "+quietText(span)
	case "терміново", "термінові", "urgent":
		words := wordList(rest, off)
		change, note = func(s *chats.Settings) { s.Urgent, s.Hot = words, b.now().UTC() }, "термінові слова: "+listText(words)
	case "лише", "тільки", "only":
		words := wordList(rest, off)
		change, note = func(s *chats.Settings) { s.Only = words }, "лише зі словами: "+listText(words)
	case "без", "крім", "without":
		words := wordList(rest, off)
		change, note = func(s *chats.Settings) { s.Without = words }, "без слів: "+listText(words)
	case "гілка", "тред", "thread":
		return b.setThread(ctx, r, rest)
	default:
		return answer{}, errUser(plainText(textSettingsWhat))
	}
	if _, err := b.settle(ctx, r, r.about, change); err != nil {
		return answer{}, err
	}
	return answer{html: "✅ " + escape(capital(note)) + ".", note: note, about: r.about.id}, nil
}

// setThread routes the digest, or one topic of it, to the forum thread in which
// this is said.
func (b *Bot) setThread(ctx context.Context, r request, what string) (answer, error) {
	thread := r.thread
	if r.about.group != 0 {
		return answer{}, errUser(plainText(textThreadOwn))
	}
	switch ukrainian.Fold(what) {
	case "вимк", "вимкнути", "off":
		what, thread = "", 0
		if _, err := b.settle(ctx, r, r.about, func(s *chats.Settings) { s.Thread, s.Threads = 0, nil }); err != nil {
			return answer{}, err
		}
		return answer{html: textThreadOff, note: "гілки: вимкнено"}, nil
	case "":
		if thread == 0 {
			return answer{}, errUser(plainText(textThreadWhere))
		}
		if _, err := b.settle(ctx, r, r.about, func(s *chats.Settings) { s.Thread = thread }); err != nil {
			return answer{}, err
		}
		return answer{html: textThreadHere, note: "дайджест надходить до гілки"}, nil
	}
	t, ok := b.topics.Find(what)
	if !ok {
		return answer{}, errUser("Не знаю теми «" + what + "»: перелік — /topics.")
	}
	if _, err := b.settle(ctx, r, r.about, func(s *chats.Settings) { s.Route(t.ID, thread) }); err != nil {
		return answer{}, err
	}
	return answer{html: "✅ Тема «" + escape(t.Name) + "» надходитиме сюди.", note: "тема «" + t.Name + "» має свою гілку"}, nil
}

// wordList reads words parted by commas.
func wordList(text string, off bool) []string {
	if off {
		return nil
	}
	var words []string
	for w := range strings.SplitSeq(text, ",") {
		w = strings.Trim(strings.TrimSpace(w), `«»"“”`)
		if len(ukrainian.Terms(w)) > 0 && len(words) < chats.MaxWords && len([]rune(w)) <= 60 {
			words = append(words, w)
		}
	}
	return words
}

func capital(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// orderedTopics lists the topics as they stand in the chat's digests.
func (b *Bot) orderedTopics(s chats.Settings) []digest.Topic {
	all := slices.Clone(b.topics.Topics())
	rank := func(t digest.Topic) int {
		if i := slices.Index(s.First, t.ID); i >= 0 {
			return i
		}
		return len(s.First)
	}
	slices.SortStableFunc(all, func(x, y digest.Topic) int { return rank(x) - rank(y) })
	return all
}
