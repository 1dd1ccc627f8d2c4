package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

// find gives the button of a message whose text contains something.
func buttonOf(t *testing.T, m telegramtest.Message, text string) telegramtest.Button {
	t.Helper()
	var all []string
	for _, row := range m.Keyboard {
		for _, b := range row {
			if strings.Contains(b.Text, text) {
				return b
			}
			all = append(all, b.Text)
		}
	}
	t.Fatalf("no button %q among %q under:\n%s", text, all, m.Text)
	return telegramtest.Button{}
}

// press presses a button and waits for its answer, which it gives with the
// message as it stands then.
func (w *world) press(chat telegramtest.Chat, from telegramtest.User, m telegramtest.Message, text string) (telegramtest.Message, string) {
	w.t.Helper()
	return w.pressData(chat, from, m.ID, buttonOf(w.t, m, text).Data)
}

func (w *world) pressData(chat telegramtest.Chat, from telegramtest.User, id int, data string) (telegramtest.Message, string) {
	w.t.Helper()
	before, edits := len(w.telegram.Answers()), w.edits()
	w.telegram.Press(chat, from, id, data)
	deadline := time.Now().Add(patience)
	for len(w.telegram.Answers()) == before {
		if time.Now().After(deadline) {
			w.t.Fatalf("the button %q is not answered", data)
		}
		time.Sleep(5 * time.Millisecond)
	}
	for end := time.Now().Add(150 * time.Millisecond); w.edits() == edits && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond) // the edit, if there is one, comes right behind
	}
	answer := w.telegram.Answers()[before].Text
	for _, m := range w.telegram.Messages(chat.ID) {
		if m.ID == id {
			return m, answer
		}
	}
	return telegramtest.Message{}, answer
}

func (w *world) edits() int {
	return len(w.telegram.Calls("editMessageText")) + len(w.telegram.Calls("editMessageReplyMarkup"))
}

func TestSettingsAreChangedByButtonsAndApplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok",
		news("one", "Уряд посилює кібербезпеку державних реєстрів"), news("two", "Енергетики завершили ремонт підстанцій"))
	w.start()
	follow := w.tell("/follow " + url)
	contains(t, follow, "Стежу")
	_, toast := w.press(private(), reader, follow, "Одразу")
	if !strings.Contains(toast, "одразу") {
		t.Errorf("toast %q", toast)
	}
	set := w.tell("/set")
	contains(t, set, "Налаштування", "/settings тиша")
	set, toast = w.press(private(), reader, set, "Обсяг: звичайний")
	if toast != "Збережено" {
		t.Errorf("toast %q", toast)
	}
	buttonOf(t, set, "Обсяг: короткий")
	set, _ = w.press(private(), reader, set, "Звук")
	buttonOf(t, set, "Звук: ні")
	set, _ = w.press(private(), reader, set, "Розділи")
	set, _ = w.press(private(), reader, set, "Енергетика")
	buttonOf(t, set, "🚫 Енергетика")
	set, _ = w.press(private(), reader, set, "Назад")
	set, _ = w.press(private(), reader, set, "Розклад")
	set, _ = w.press(private(), reader, set, "ввечері")
	contains(t, set, "08:30, 18:00")
	set, _ = w.press(private(), reader, set, "Свята")
	buttonOf(t, set, "пропускати: так")
	digest := w.tell("/digest")
	contains(t, digest, "1 новина", "Уряд посилює")
	if strings.Contains(digest.Text, "пресслужба") || strings.Contains(digest.Text, "підстанцій") {
		t.Errorf("not short, or a hidden topic is there:\n%s", digest.Text)
	}
	contains(t, w.tell("/settings тиша 22:00-07:00"), "Тиша: 22:00–07:00")
	contains(t, w.tell("/settings терміново тривога, евакуація"), "Термінові слова: тривога, евакуація")
	contains(t, w.tell("/settings без спорт"), "Без слів: спорт")
	contains(t, w.tell("/settings щось"), "Не знаю такого налаштування")
	contains(t, w.tell("/settings"), "Терміново: тривога", "Без слів: спорт")
	contains(t, w.tell("/list"), "⚡")
}

func TestAnAlertComesAtOnceAndNotAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	w.start()
	w.press(private(), reader, w.tell("/follow "+url), "Одразу")
	p := news("two", "Лікарні отримали нове обладнання для пацієнтів")
	p.Published = time.Now()
	site.Publish(p)
	alert := w.awaitMessage(reader.ID, "Одразу ·")
	contains(t, alert, "Лікарні отримали нове обладнання")
	digest := w.tell("/digest")
	contains(t, digest, "Уряд посилює")
	if strings.Contains(digest.Text, "Лікарні") {
		t.Errorf("what was told at once comes again:\n%s", digest.Text)
	}
	// More than the chat takes in an hour comes gathered or later, never as a flood.
	for i := range 9 {
		p := news(fmt.Sprint("n", i), fmt.Sprintf("Рішення номер %d ухвалили для громади %s області", i, []string{"Львівської", "Одеської", "Сумської", "Київської", "Волинської", "Рівненської", "Житомирської", "Полтавської", "Херсонської"}[i]))
		p.Published = time.Now()
		site.Publish(p)
	}
	w.find("Херсонської", "Херсонської")
	w.telegram.Say(private(), reader, "/help")
	w.awaitMessage(reader.ID, "Команди")
	n := 0
	for _, m := range w.fromBot(reader.ID) {
		if strings.HasPrefix(m.Text, "⚡") {
			n++
		}
	}
	if n > 5 {
		t.Errorf("%d alerts within an hour, the chat takes 5", n)
	}
}

func TestAStoryIsReadOnByButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := news("same", "Уряд розпочинає відбудову мостів у п’яти областях")
	_, feed := w.site(sitetest.Feed, "Міністерство відбудови", "vidbudova", p, news("old", "Міністерство відбудови оновлює мостів реєстр областях"))
	_, other := w.site(sitetest.Feed, "Агентство доріг", "dorohy", p)
	w.start()
	contains(t, w.tell("/follow "+feed), "Стежу")
	contains(t, w.tell("/follow "+other), "Стежу")
	digest := w.tell("/digest")
	open, _ := w.press(private(), reader, digest, "Детальніше")
	if len(open.Keyboard) != 3 || open.Text != digest.Text {
		t.Fatalf("keyboard %+v", open.Keyboard)
	}
	before := len(w.fromBot(reader.ID))
	w.press(private(), reader, open, "Уряд розпочинає")
	card := w.nth(reader.ID, before+1)
	contains(t, card, "Уряд розпочинає відбудову", "громади отримають фінансування")
	card, _ = w.press(private(), reader, card, "Джерела")
	contains(t, card, "2 джерела", "Агентство доріг", "Міністерство відбудови")
	card, _ = w.press(private(), reader, card, "Чому це тут")
	contains(t, card, "Цей чат стежить", "• Міністерство відбудови", "Першим повідомило")
	card, _ = w.press(private(), reader, card, "Схожі")
	contains(t, card, "Схожі новини", "оновлює мостів реєстр")
	_, toast := w.press(private(), reader, card, "👍")
	if !strings.Contains(toast, "більше") {
		t.Errorf("toast %q", toast)
	}
	_, toast = w.press(private(), reader, card, "🚫 Джерело")
	if !strings.Contains(toast, "Приховано") {
		t.Errorf("toast %q", toast)
	}
	set := w.tell("/settings")
	w.press(private(), reader, set, "приховані джерела (1)")
	open, _ = w.press(private(), reader, open, "Згорнути")
	buttonOf(t, open, "Детальніше")
}

func TestButtonsThatWereNotMadeHereAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	m := w.tell("/topics")
	good := m.Keyboard[0][0].Data
	stranger := telegramtest.User{ID: 7007, FirstName: "Чужий"}
	w.telegram.Receive(telegramtest.Incoming{From: &stranger, Text: "/start"})
	w.nth(stranger.ID, 1)
	parts := strings.Split(good, ":")
	for name, data := range map[string]string{
		"old form": "v1:topic:health", "nothing": "x", "no signature": strings.Join(parts[:5], ":"),
		"other argument": strings.Replace(good, parts[2], "health", 1), "longer life": strings.Replace(good, parts[4], "zzzzzz", 1),
		"other target": strings.Join([]string{parts[0], parts[1], parts[2], "-rs", parts[4], parts[5]}, ":"),
	} {
		if _, toast := w.pressData(private(), reader, m.ID, data); !strings.Contains(toast, "застаріла") {
			t.Errorf("%s: %q", name, toast)
		}
	}
	// Data of one chat does nothing in another.
	if _, toast := w.pressData(telegramtest.Chat{ID: stranger.ID, Type: telegramtest.Private}, stranger, 1, good); !strings.Contains(toast, "застаріла") {
		t.Errorf("in another chat: %q", toast)
	}
	contains(t, w.tell("/list"), "ні за чим не стежить")
}

func TestAMisspeltAuthorityIsCorrectedByAButton(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	m := w.tell("/follow Міністерсво освіти і наки")
	contains(t, m, "Можливо, ви мали на увазі")
	buttonOf(t, m, "МОН")
}

func TestASlowSourceSaysThatItIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Feed, "Повільне відомство", "slow", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	site.Misbehave("/", sitetest.Fault{Delay: 4 * time.Second})
	w.start()
	m := w.tell("/follow " + url)
	contains(t, m, "Читаю…")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := w.telegram.WaitFor(ctx, reader.ID, func(m telegramtest.Message) bool { return m.FromBot && strings.Contains(m.Text, "Стежу") })
	if err != nil {
		t.Fatal(err)
	}
	if m.Edited.IsZero() || len(w.fromBot(reader.ID)) != 1 {
		t.Errorf("the answer stands in a message of its own: %+v", w.fromBot(reader.ID))
	}
}

func TestTheWeekComesAsAPicture(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"), news("two", "Енергетики завершили ремонт підстанцій"))
	w.start()
	contains(t, w.tell("/stats"), "ні за чим не стежить")
	contains(t, w.tell("/follow "+url), "Стежу")
	m := w.tell("/stats")
	contains(t, m, "Новини за тиждень: 2 публікації", "Міністерство зразків")
	if m.Document == nil || !m.Document.Photo || !strings.HasPrefix(string(m.Document.Data), "\x89PNG") {
		t.Errorf("%+v", m.Document)
	}
}

func TestAGroupIsSetUpInPrivateByALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := telegramtest.Chat{ID: -1005550001112, Type: telegramtest.Supergroup, Title: "Відділ новин"}
	boss := telegramtest.User{ID: 2002, FirstName: "Адміністратор"}
	own := telegramtest.Chat{ID: boss.ID, Type: telegramtest.Private}
	w.telegram.AddChat(group)
	w.start()
	w.telegram.SetMember(group.ID, w.telegram.Me(), telegramtest.Left)
	w.telegram.SetMember(group.ID, w.telegram.Me(), telegramtest.Member)
	contains(t, w.awaitMessage(group.ID, "Вітаю"), "/follow@visnyk_test_bot")
	w.telegram.SetMember(group.ID, w.telegram.Me(), telegramtest.Administrator) // promoted: no second greeting
	w.telegram.SetMember(group.ID, boss, telegramtest.Administrator)
	link := buttonOf(t, w.ask(group, boss, "/settings"), "в особистих").URL
	_, start, _ := strings.Cut(link, "?start=")
	contains(t, w.ask(own, boss, "/start "+start+"x"), "застаріло")
	set := w.ask(own, boss, "/start "+start)
	contains(t, set, "Відділ новин", "Налаштування")
	contains(t, w.ask(own, boss, "/start "+start), "застаріло") // once
	if _, toast := w.press(own, boss, set, "Обсяг"); toast != "Збережено" {
		t.Errorf("toast %q", toast)
	}
	contains(t, w.ask(group, boss, "/audit"), "Адміністратор: обсяг: короткий")
	greetings := 0
	for _, m := range w.fromBot(group.ID) {
		if strings.Contains(m.Text, "Вітаю") {
			greetings++
		}
	}
	if greetings != 1 {
		t.Errorf("%d greetings", greetings)
	}
	for _, language := range []string{"uk", "en"} {
		menu := fmt.Sprint(w.telegram.Commands(language))
		if uk := strings.Contains(menu, "налаштування"); uk != (language == "uk") || !strings.Contains(menu, "settings") {
			t.Errorf("%s: %s", language, menu)
		}
	}
}
