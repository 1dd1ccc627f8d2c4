package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"visnyk/bot/chats"
	"visnyk/internal/telegramtest"
	"visnyk/sources"
	"visnyk/sources/articles"
)

// posted is a message that the bot wants to send.
type posted struct {
	chat    int64
	thread  string
	silent  bool
	text    string
	buttons map[string]string // data by text
}

// rowsOf reads the buttons of a message.
func rowsOf(t *testing.T, keyboard string) [][]button {
	t.Helper()
	var markup struct {
		Rows [][]button `json:"inline_keyboard"`
	}
	if keyboard == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(keyboard), &markup); err != nil {
		t.Fatal(err)
	}
	return markup.Rows
}

// sent takes what waits in the ledger.
func (d *desk) sent() []posted {
	d.t.Helper()
	var all []posted
	for {
		p, ok, err := d.bot.ledger.Claim(d.t.Context(), false)
		if err != nil {
			d.t.Fatal(err)
		}
		if !ok {
			return all
		}
		m := posted{chat: p.Chat, thread: p.Message.Params["message_thread_id"], silent: p.Message.Params["disable_notification"] == "true", text: plainText(p.Message.Params["text"]), buttons: map[string]string{}}
		for _, row := range rowsOf(d.t, p.Message.Params["reply_markup"]) {
			for _, b := range row {
				m.buttons[b.Text] = b.Data
			}
		}
		all = append(all, m)
		if _, err := d.bot.ledger.End(d.t.Context(), p, chats.Outcome{State: chats.Sent, MessageID: 1}); err != nil {
			d.t.Fatal(err)
		}
	}
}

// publish puts an article on energy into the archive.
func (d *desk) publish(n int, title string) {
	d.t.Helper()
	item := sources.Item{
		URL: fmt.Sprintf("https://body%d.gov.ua/%d", n, n), Title: title, Published: time.Now().Add(-time.Minute),
		Text: title + ". Енергетики відновили електропостачання, повідомили в Міністерстві енергетики. Роботи завершать до кінця тижня.",
	}
	if _, err := d.bot.archive.TakeIn(d.t.Context(), articles.Batch{Source: fmt.Sprint("body", n), Items: []sources.Item{item}}); err != nil {
		d.t.Fatal(err)
	}
}

// slot runs the task of one of the slots of a chat that were just due, and gives
// the slot's id.
func (d *desk) slot(chat int64, index int) string {
	d.t.Helper()
	zone := "UTC"
	if d.bot.now().UTC().Hour() < 12 {
		zone = "Etc/GMT-6" // away from midnight
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		d.t.Fatal(err)
	}
	now := d.bot.now().In(loc).Truncate(time.Minute)
	schedule := chats.Schedule{Zone: zone}
	for i := range 3 {
		at := now.Add(time.Duration(i-2) * time.Minute)
		schedule.Times = append(schedule.Times, chats.Clock{Hour: at.Hour(), Minute: at.Minute()})
	}
	if _, err := d.bot.chats.Change(d.t.Context(), chat, func(c *chats.Chat) error { c.Schedule = schedule; return nil }); err != nil {
		d.t.Fatal(err)
	}
	slot := chats.Slot{Chat: chat, Date: now.Format(time.DateOnly), Index: index, At: now.Add(time.Duration(index-2) * time.Minute)}
	payload := fmt.Sprintf("%d %s %d %d", chat, slot.Date, index, slot.At.Unix())
	if err := d.bot.ProcessTask(d.t.Context(), asynq.NewTask(TaskBuild, []byte(payload))); err != nil {
		d.t.Fatal(err)
	}
	return slot.ID()
}

var (
	channelOf = telegramtest.Chat{ID: -1001234567890, Type: telegramtest.Channel, Title: "Новини області", Username: "oblast_news"}
	boss      = telegramtest.User{ID: 3003, FirstName: "Головний"}
)

// channel sets up a channel with an admin who wrote to the bot.
func (d *desk) channel(settings chats.Settings) {
	d.t.Helper()
	d.telegram.AddChat(channelOf)
	d.telegram.SetMember(channelOf.ID, d.telegram.Me(), telegramtest.Administrator)
	d.telegram.SetMember(channelOf.ID, boss, telegramtest.Administrator)
	d.telegram.Receive(telegramtest.Incoming{From: &boss, Text: "x"})
	for id, kind := range map[int64]chats.Kind{channelOf.ID: chats.Channel, boss.ID: chats.Private} {
		_, err := d.bot.chats.Change(d.t.Context(), id, func(c *chats.Chat) error {
			c.Kind, c.Title, c.Settings = kind, channelOf.Title, settings
			if kind == chats.Private {
				return nil
			}
			c.Owner = boss.ID
			return c.Add(chats.Subscription{Follow: chats.Topic, Value: "energy", Name: "Енергетика"})
		})
		if err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *desk) pressed(m posted, from telegramtest.User, text string) string {
	d.t.Helper()
	data := ""
	for t, v := range m.buttons {
		if strings.Contains(t, text) {
			data = v
		}
	}
	if data == "" {
		d.t.Fatalf("no button %q among %v", text, m.buttons)
	}
	before := len(d.telegram.Calls("answerCallbackQuery"))
	d.give("callback_query", pressOf(telegramtest.Chat{ID: m.chat, Type: "private"}, from, data))
	return d.telegram.Calls("answerCallbackQuery")[before].Params["text"]
}

// edited is the keyboard that was put under a message last, by text.
func (d *desk) edited(chat int64) posted {
	d.t.Helper()
	calls := d.telegram.Calls("editMessageReplyMarkup")
	m := posted{chat: chat, buttons: map[string]string{}}
	for i, row := range rowsOf(d.t, calls[len(calls)-1].Params["reply_markup"]) {
		for _, b := range row {
			m.buttons[fmt.Sprint(i, b.Text)] = b.Data
		}
	}
	return m
}

func TestADigestIsPublishedByAnAdminAsHeChangedIt(t *testing.T) {
	d := newDesk(t, Options{})
	d.channel(chats.Settings{Approval: chats.Approval{On: true}})
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	d.publish(2, "Нову підстанцію відкрили на Волині для трьох громад")
	d.publish(3, "Тарифи на передачу електроенергії переглянуть навесні")
	d.slot(channelOf.ID, 0)
	d.slot(channelOf.ID, 0) // handled again after its process died
	preview := d.sent()
	if len(preview) != 2 || preview[0].chat != boss.ID || !strings.Contains(preview[0].text, "3 новини") || !strings.Contains(preview[1].text, "Чернетка для «Новини області»") {
		t.Fatalf("%+v", preview)
	}
	d.pressed(preview[1], boss, "Змінити новини")
	editor := d.edited(boss.ID)
	victim := ""
	for text := range editor.buttons {
		if strings.Contains(text, "Тарифи") {
			victim = text[:1]
		}
	}
	if toast := d.pressed(editor, boss, victim+"🗑"); toast != textSaved {
		t.Errorf("toast %q", toast)
	}
	// A stranger's press does nothing, though he has the data.
	stranger := telegramtest.User{ID: 4004, FirstName: "Чужий"}
	if toast := d.pressed(preview[1], stranger, "Опублікувати"); toast != textOnlyAdmins {
		t.Errorf("a stranger: %q", toast)
	}
	d.pressed(preview[1], boss, "Скоротити")
	if toast := d.pressed(preview[1], boss, "✅ Опублікувати"); toast != textPublished {
		t.Errorf("toast %q", toast)
	}
	post := d.sent()
	if len(post) != 1 || post[0].chat != channelOf.ID || !strings.Contains(post[0].text, "2 новини") || strings.Contains(post[0].text, "Тарифи") || strings.Contains(post[0].text, "Роботи завершать") || len(post[0].buttons) > 0 {
		t.Fatalf("%+v", post)
	}
	if toast := d.pressed(preview[1], boss, "✅ Опублікувати"); toast != textDraftGone {
		t.Errorf("pressed again: %q", toast)
	}
	d.slot(channelOf.ID, 1) // what was left out is not news any more
	if again := d.sent(); len(again) != 0 {
		t.Errorf("%+v", again)
	}
}

func TestTheDeadlineDecidesADraft(t *testing.T) {
	for _, skip := range []bool{false, true} {
		now := time.Now()
		d := newDesk(t, Options{Now: func() time.Time { return now }})
		d.channel(chats.Settings{Approval: chats.Approval{On: true, Skip: skip, Minutes: 30}})
		d.publish(1, "Відновлено світло в Сумській області після негоди")
		slot := d.slot(channelOf.ID, 0)
		d.sent()
		if err := d.bot.finishDraft(t.Context(), slot); err != nil {
			t.Fatal(err)
		}
		if early := d.sent(); len(early) != 0 {
			t.Errorf("before the deadline: %+v", early)
		}
		now = now.Add(31 * time.Minute)
		for range 2 {
			if err := d.bot.finishDraft(t.Context(), slot); err != nil {
				t.Fatal(err)
			}
		}
		if post := d.sent(); len(post) != map[bool]int{false: 1, true: 0}[skip] {
			t.Errorf("skip %v: %+v", skip, post)
		}
	}
}

func TestLostRightsPauseAChannelAndTellWhoLinkedIt(t *testing.T) {
	now := time.Now()
	for name, lose := range map[string]func(d *desk){
		"the bot":    func(d *desk) { d.telegram.SetRights(channelOf.ID, d.telegram.Me().ID, telegramtest.Rights{}) },
		"the person": func(d *desk) { d.telegram.SetMember(channelOf.ID, boss, telegramtest.Member) },
	} {
		d := newDesk(t, Options{Now: func() time.Time { return now }})
		d.channel(chats.Settings{})
		d.publish(1, "Відновлено світло в Сумській області після негоди")
		lose(d)
		d.slot(channelOf.ID, 0)
		said := d.sent()
		if len(said) != 1 || said[0].chat != boss.ID || !strings.Contains(said[0].text, "призупинено") {
			t.Errorf("%s: %+v", name, said)
		}
		d.slot(channelOf.ID, 1)
		if said := d.sent(); len(said) != 0 {
			t.Errorf("%s: a paused channel: %+v", name, said)
		}
		d.telegram.SetMember(channelOf.ID, boss, telegramtest.Administrator)
		d.telegram.SetMember(channelOf.ID, d.telegram.Me(), telegramtest.Administrator)
		now = now.Add(25 * time.Hour)
		if err := d.bot.checkChannels(t.Context()); err != nil {
			t.Fatal(err)
		}
		if said := d.sent(); len(said) != 1 || !strings.Contains(said[0].text, "права повернулися") {
			t.Errorf("%s: back: %+v", name, said)
		}
		d.slot(channelOf.ID, 2)
		if said := d.sent(); len(said) != 1 || said[0].chat != channelOf.ID {
			t.Errorf("%s: goes on: %+v", name, said)
		}
	}
}

func TestATopicGoesToItsForumThread(t *testing.T) {
	d := newDesk(t, Options{})
	group := telegramtest.Chat{ID: -1007777777777, Type: telegramtest.Supergroup, Title: "Форум", IsForum: true}
	_, err := d.bot.chats.Change(t.Context(), group.ID, func(c *chats.Chat) error {
		c.Kind, c.Settings.Thread, c.Settings.Silent = chats.Supergroup, 5, true
		c.Settings.Route("energy", 9)
		for _, topic := range []string{"energy", "culture"} {
			if err := c.Add(chats.Subscription{Follow: chats.Topic, Value: topic, Name: topic}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	if _, err := d.bot.archive.TakeIn(t.Context(), articles.Batch{Source: "museum", Items: []sources.Item{{
		URL: "https://museum.gov.ua/1", Title: "Музей мистецтв відкрив виставку", Published: time.Now(), Text: "Національний музей відкрив виставку живопису. Театри й бібліотеки підготували програму.",
	}}}); err != nil {
		t.Fatal(err)
	}
	d.slot(group.ID, 0)
	said := d.sent()
	if len(said) != 2 || said[0].thread != "5" || said[1].thread != "9" || !strings.Contains(said[1].text, "Сумській") || strings.Contains(said[0].text, "Сумській") || !said[0].silent {
		t.Errorf("%+v", said)
	}
}

func TestUrgentWordsComeInQuietHoursOthersWait(t *testing.T) {
	at := time.Now().UTC()
	quiet := chats.Span{From: chats.Clock{Hour: at.Hour()}, To: chats.Clock{Hour: (at.Hour() + 2) % 24}}
	d := newDesk(t, Options{Now: func() time.Time { return at }})
	_, err := d.bot.chats.Change(t.Context(), 7, func(c *chats.Chat) error {
		c.Kind = chats.Private
		c.Settings = chats.Settings{Quiet: quiet, Urgent: []string{"аварія"}, Hot: at.Add(-24 * time.Hour)}
		return c.Add(chats.Subscription{Follow: chats.Topic, Value: "energy", Name: "Енергетика", Alert: true, From: at.Add(-24 * time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	d.publish(2, "Сталася аварія на підстанції у Львові")
	if err := d.bot.alertAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if said := d.sent(); len(said) != 1 || !strings.Contains(said[0].text, "аварія") {
		t.Errorf("%+v", said)
	}
	at = at.Add(3 * time.Hour)
	for range 2 {
		if err := d.bot.alertAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if said := d.sent(); len(said) != 1 || !strings.Contains(said[0].text, "Сумській") {
		t.Errorf("in the morning: %+v", said)
	}
}

func TestAPublishedPostGrowsInItsPlace(t *testing.T) {
	d := newDesk(t, Options{})
	d.channel(chats.Settings{Update: true})
	same := "Уряд розпочинає відновлення електростанцій у п’яти областях країни"
	d.publish(1, same)
	d.slot(channelOf.ID, 0)
	post := d.sent()
	if len(post) != 1 || strings.Contains(post[0].text, "джерела") {
		t.Fatalf("%+v", post)
	}
	d.publish(2, same)
	for range 2 { // what it reads already is not written again
		if err := d.bot.refreshAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	edits := d.telegram.Calls("editMessageText")
	if len(edits) != 1 || !strings.Contains(edits[0].Params["text"], "2 джерела") || edits[0].Params["message_id"] != "1" {
		t.Errorf("%+v", edits)
	}
	if again := d.sent(); len(again) != 0 {
		t.Errorf("%+v", again)
	}
}

func TestAPartOfWhatSomethingPublishesIsFollowed(t *testing.T) {
	bare, only, without := filters("МОЗ України -вітання +вакцинація -спорт,")
	if bare != "МОЗ України" || fmt.Sprint(only, without) != "[вакцинація] [вітання спорт]" {
		t.Errorf("%q %q %q", bare, only, without)
	}
	for _, whole := range []string{"МОЗ", "-слово", "Івано-Франківська ОВА", "https://a.gov.ua"} {
		if bare, only, without := filters(whole); bare != whole || len(only)+len(without) > 0 {
			t.Errorf("%q: %q %q %q", whole, bare, only, without)
		}
	}
	d := newDesk(t, Options{})
	say := func(text string) string {
		return d.handle("message", map[string]any{"message_id": 1, "date": 1, "text": text, "chat": map[string]any{"id": 7, "type": "private"}, "from": map[string]any{"id": 7}})
	}
	if said := say("/follow енергетика -вітання"); !strings.Contains(said, "Без новин зі словами: вітання") {
		t.Errorf("%q", said)
	}
	if said := say("/follow енергетика +аварія"); !strings.Contains(said, "Лише новини зі словами: аварія") {
		t.Errorf("%q", said)
	}
	d.publish(1, "Відновлено світло в Сумській області після негоди")
	d.publish(2, "Сталася аварія на підстанції у Львові")
	if said := say("/digest"); !strings.Contains(said, "аварія") || strings.Contains(said, "Сумській") {
		t.Errorf("%q", said)
	}
}

func TestAForwardedPostIsFollowed(t *testing.T) {
	r, ok, err := decode(1, []byte(`{"update_id":1,"message":{"message_id":1,"date":1,"text":"новина","chat":{"id":7,"type":"private"},"from":{"id":7},"forward_origin":{"type":"channel","date":1,"message_id":5,"chat":{"id":-1001,"type":"channel","title":"МОЗ","username":"mozofficial"}}}}`))
	if err != nil || !ok || r.forwarded != "mozofficial" {
		t.Errorf("%+v %v %v", r, ok, err)
	}
}

func TestOperatorsHoldBroadcastAndBlock(t *testing.T) {
	d := newDesk(t, Options{Admins: []int64{9}})
	say := func(user int64, text string) string {
		return d.handle("message", map[string]any{"message_id": 1, "date": 1, "text": text, "chat": map[string]any{"id": user, "type": "private"}, "from": map[string]any{"id": user}})
	}
	for _, text := range []string{"/broadcast x", "/block 8", "/unblock 8"} {
		if said := say(7, text); said != textNotOperator {
			t.Errorf("%s: %q", text, said)
		}
	}
	say(7, "/start")
	say(8, "/start")
	if said := say(9, "/pause"); !strings.Contains(said, "в усіх чатах") {
		t.Errorf("%q", said)
	}
	if held, err := d.bot.chats.OnHold(t.Context()); !held || err != nil {
		t.Errorf("%v %v", held, err)
	}
	if said := say(9, "/status"); !strings.Contains(said, "призупинено в усіх чатах") {
		t.Errorf("%q", said)
	}
	say(9, "/resume")
	if said := say(9, "/block 8"); !strings.Contains(said, "більше не відповідаю") {
		t.Errorf("%q", said)
	}
	if said := say(8, "/help"); said != "" {
		t.Errorf("a blocked user: %q", said)
	}
	say(9, "/unblock 8")
	if said := say(8, "/help"); said == "" {
		t.Error("a user who was let in again is not answered")
	}
	if said := say(9, "/block 9"); !strings.Contains(said, "оператор") {
		t.Errorf("%q", said)
	}
	said := say(9, "/broadcast Завтра о 10:00 оновлення")
	if !strings.Contains(said, "оновлення") {
		t.Fatalf("%q", said)
	}
	data := d.data(9, button{Data: "v1:cast:yes", user: 9, life: broadcastLife})
	body := map[string]any{"id": "1", "data": data, "from": map[string]any{"id": 9}, "message": map[string]any{"message_id": 5, "date": 1, "text": said, "chat": map[string]any{"id": 9, "type": "private"}}}
	if sent := d.handle("callback_query", body); strings.Count(sent, "Завтра о 10:00 оновлення") != 2 { // 7 and 8: the operator did not press /start
		t.Errorf("%q", sent)
	}
	if sent := d.handle("callback_query", body); strings.Contains(sent, "Завтра") {
		t.Errorf("pressed again: %q", sent)
	}
}
