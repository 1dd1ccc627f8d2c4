package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"visnyk/internal/redistest"
	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

// askThere says something in a forum thread and waits for the bot's next message
// in the forum.
func (w *world) askThere(forum telegramtest.Chat, thread int, from telegramtest.User, text string) telegramtest.Message {
	w.t.Helper()
	before := len(w.fromBot(forum.ID))
	w.telegram.Receive(telegramtest.Incoming{Chat: forum, From: &from, Text: text, ThreadID: thread})
	return w.nth(forum.ID, before+1)
}

func TestAForumThreadHasItsOwnDigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	forum := telegramtest.Chat{ID: -1005550003334, Type: telegramtest.Supergroup, Title: "Пресслужба", IsForum: true}
	boss, member := telegramtest.User{ID: 2002, FirstName: "Адміністратор"}, telegramtest.User{ID: 2003, FirstName: "Учасник"}
	own := telegramtest.Chat{ID: boss.ID, Type: telegramtest.Private}
	w.telegram.AddChat(forum)
	w.telegram.SetMember(forum.ID, w.telegram.Me(), telegramtest.Administrator)
	w.telegram.SetMember(forum.ID, boss, telegramtest.Administrator)
	w.telegram.SetMember(forum.ID, member, telegramtest.Member)
	thread := w.telegram.AddThread(forum.ID, "Кіберзахист")
	w.start()
	w.awaitMessage(forum.ID, "Вітаю")
	set := w.askThere(forum, thread, boss, "/settings")
	if _, toast := w.tap(forum, member, set, "Окремі налаштування"); !strings.Contains(toast, "лише адміністратори") {
		t.Errorf("a member: %q", toast)
	}
	begun, _ := w.tap(forum, boss, set, "Окремі налаштування")
	contains(t, begun, "Відтепер ця гілка має окремі налаштування")
	contains(t, w.askThere(forum, thread, boss, "/follow "+url), "Стежу: Міністерство зразків")
	contains(t, w.askThere(forum, 0, boss, "/list"), "ще ні за чим не стежить")
	contains(t, w.askThere(forum, thread, member, "/list"), "Ця гілка стежить за", "Міністерство зразків")
	contains(t, w.askThere(forum, 0, boss, "/follow "+url), "Стежу: Міністерство зразків")

	link := buttonOf(t, w.askThere(forum, thread, boss, "/settings"), "в особистих").URL
	_, start, _ := strings.Cut(link, "?start=")
	page := w.ask(own, boss, "/start "+start)
	contains(t, page, "Пресслужба › ", "Налаштування цієї гілки")
	if _, toast := w.tap(own, boss, page, "Обсяг"); toast != "Збережено" {
		t.Errorf("toast %q", toast)
	}

	next := w.nextMinute()
	contains(t, w.askThere(forum, thread, boss, "/time "+next.Format("15:04")), "надходитиме")
	digest := w.awaitMessage(forum.ID, "Дайджест ·")
	contains(t, digest, "кібербезпеку")
	if digest.ThreadID != thread || strings.Contains(digest.Text, "пресслужба відомства") {
		t.Errorf("in thread %d, not short: %s", digest.ThreadID, digest.Text)
	}
	if here := w.askThere(forum, 0, member, "/digest"); here.ThreadID != 0 || !strings.Contains(here.Text, "кібербезпеку") {
		t.Errorf("the chat reads in thread %d: %s", here.ThreadID, here.Text)
	}
}

// nextMinute is a full minute that comes soon, in Kyiv.
func (w *world) nextMinute() time.Time {
	w.t.Helper()
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		w.t.Fatal(err)
	}
	next := time.Now().In(kyiv).Add(time.Minute)
	if next.Second() > 50 {
		next = next.Add(time.Minute)
	}
	return next
}

func TestARestoredBotKnowsItsThreads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	_, elsewhere := w.site(sitetest.Feed, "Агентство доріг", "dorohy", news("two", "Агентство відремонтує мости цього року"))
	forum := telegramtest.Chat{ID: -1005550003335, Type: telegramtest.Supergroup, Title: "Пресслужба", IsForum: true}
	boss := telegramtest.User{ID: 2002, FirstName: "Адміністратор"}
	w.telegram.AddChat(forum)
	w.telegram.SetMember(forum.ID, w.telegram.Me(), telegramtest.Administrator)
	w.telegram.SetMember(forum.ID, boss, telegramtest.Administrator)
	thread := w.telegram.AddThread(forum.ID, "Кіберзахист")
	w.start()
	w.awaitMessage(forum.ID, "Вітаю")
	begun, _ := w.tap(forum, boss, w.askThere(forum, thread, boss, "/settings"), "Окремі налаштування")
	contains(t, begun, "Відтепер ця гілка має окремі налаштування")
	contains(t, w.askThere(forum, thread, boss, "/follow "+url), "Стежу: Міністерство зразків")
	contains(t, w.askThere(forum, 0, boss, "/follow "+elsewhere), "Стежу: Агентство доріг")
	w.stop()
	env := map[string]string{"REDIS_URL": w.env["REDIS_URL"], "VISNYK_DATA_DIR": t.TempDir()}
	s, backup := call(env, "", "export")
	if s != exitOK {
		t.Fatalf("export: status %d\n%s", s, backup)
	}
	other := redistest.Start(t)
	env["REDIS_URL"] = other.URL
	if s, out := call(env, backup, "import"); s != exitOK {
		t.Fatalf("import: status %d\n%s", s, out)
	}
	w.env["REDIS_URL"], w.env["VISNYK_ADMINS"] = other.URL, fmt.Sprint(boss.ID)
	w.start()
	there := w.askThere(forum, thread, boss, "/list")
	contains(t, there, "Ця гілка стежить за", "Міністерство зразків")
	if there.ThreadID != thread || strings.Contains(there.Text, "Агентство доріг") {
		t.Errorf("in thread %d: %s", there.ThreadID, there.Text)
	}
	contains(t, w.askThere(forum, 0, boss, "/list"), "Агентство доріг")
	contains(t, w.ask(telegramtest.Chat{ID: boss.ID, Type: telegramtest.Private}, boss, "/status"), "Чати: 1 і 1 гілка з окремими налаштуваннями")
	w.find("кібербезпека", "кібербезпеку") // the archive is read anew, and what is in it is no news
	site.Publish(sitetest.Publication{Slug: "three", Title: "Лікарні отримали нове обладнання", Published: time.Now(), Paragraphs: []string{"Двадцять лікарень отримали обладнання для реабілітації пацієнтів."}})
	w.find("обладнанням", "Лікарні отримали нове обладнання")
	contains(t, w.askThere(forum, thread, boss, "/time "+w.nextMinute().Format("15:04")), "надходитиме")
	digest := w.awaitMessage(forum.ID, "Дайджест ·")
	contains(t, digest, "Лікарні отримали")
	if digest.ThreadID != thread || strings.Contains(digest.Text, "мости") {
		t.Errorf("in thread %d: %s", digest.ThreadID, digest.Text)
	}
	// Another thread gets a record of its own, not that of the one restored.
	second := w.telegram.AddThread(forum.ID, "Дороги")
	begun, _ = w.tap(forum, boss, w.askThere(forum, second, boss, "/settings"), "Окремі налаштування")
	contains(t, begun, "Відтепер ця гілка має окремі налаштування")
	contains(t, w.askThere(forum, thread, boss, "/list"), "Міністерство зразків")
}
