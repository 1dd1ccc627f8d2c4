package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

func TestTheWholeWayInAPrivateChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok",
		news("one", "Уряд посилює кібербезпеку державних реєстрів"), news("two", "Енергетики завершили ремонт підстанцій"))
	w.start()

	start := w.tell("/start")
	contains(t, start, "Вісник", "/follow")
	if len(start.Keyboard) < 8 {
		t.Errorf("%d rows of topic buttons", len(start.Keyboard))
	}
	contains(t, w.tell("/list"), "ні за чим не стежить")
	contains(t, w.tell("/follow "+url), "Стежу", "Міністерство зразків", "Знайшов: стрічка RSS (названа сайтом).", "Уряд посилює кібербезпеку")
	contains(t, w.tell("/follow "+url), "уже стежить")
	contains(t, w.tell("/list"), "Міністерство зразків")

	digest := w.tell("/digest")
	contains(t, digest, "Дайджест", "2 новини", "Кібербезпека", "Енергетика", "Енергетики завершили ремонт")
	contains(t, w.tell("/digest"), "Нових повідомлень немає")

	site.Publish(sitetest.Publication{Slug: "three", Title: "Лікарні отримали нове обладнання", Published: time.Now(), Paragraphs: []string{
		"Двадцять лікарень отримали обладнання для реабілітації пацієнтів, повідомили в Міністерстві охорони здоров’я.",
	}})
	w.find("обладнанням", "Лікарні отримали нове обладнання")
	fresh := w.tell("/digest")
	contains(t, fresh, "1 новина", "Лікарні отримали")
	if strings.Contains(fresh.Text, "Енергетики") {
		t.Errorf("what was shown comes again:\n%s", fresh.Text)
	}
	contains(t, w.tell("/search кібербезпека"), "Уряд посилює кібербезпеку")
	contains(t, w.tell("/search немаєтакогослова"), "Нічого не знайдено")
	contains(t, w.tell("/search кібербезпкеа"), "показую найближчий", "Уряд посилює кібербезпеку")
	contains(t, w.tell("/search тема:кібербезпека за сьогодні"), "Знайдено: 1 новина", "Уряд посилює кібербезпеку")
	contains(t, w.tell(`/search джерело:"Міністерство зразків" енергетики`), "Енергетики завершили ремонт")
	contains(t, w.tell("/search джерело:немає кібербезпека"), "Не знаю джерела «немає»", "Уряд посилює кібербезпеку")
	contains(t, w.tell("/search тема:немає"), "Не знаю теми «немає»", "немає слів")
	contains(t, w.tell("/search з:колись кібербезпека"), "Пропущено: з:колись", "Уряд посилює кібербезпеку")
	contains(t, w.tell("/digest сьогодні"), "Сьогодні")
	contains(t, w.tell("/time 07:15 пн-пт"), "07:15", "пн")
	contains(t, w.tell("/topics"), "Теми")
	contains(t, w.tell("/status"), "Джерела: 1")
	contains(t, w.tell("/nosuchcommand"), "Не знаю такої команди")
	contains(t, w.tell("/unfollow "+url), "Більше не стежу")
	contains(t, w.tell("/list"), "ні за чим не стежить")
	if s := w.stop(); s != exitOK {
		t.Errorf("exit status %d", s)
	}
}

func TestAnInlineQueryIsAnsweredInAnyChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "inline")
	publish := func(i int) {
		site.Publish(sitetest.Publication{Slug: fmt.Sprint(i), Title: fmt.Sprintf("Рішення уряду № %d <про> енергетику", i), Published: time.Now().Add(-time.Hour), Paragraphs: []string{
			fmt.Sprintf("Уряд ухвалив рішення № %d щодо енергетики та відбудови.", i),
		}})
	}
	for i := range 30 { // as many as a feed holds
		publish(i)
	}
	w.start()
	w.tell("/follow " + url)
	for i := range 30 {
		publish(30 + i)
	}
	w.find("59", "№ 59")
	type result struct {
		ID, Title, Description string
		Content                struct {
			Text string `json:"message_text"`
		} `json:"input_message_content"`
	}
	ask := func(query string) (results []result, button string) {
		before := len(w.telegram.Calls("answerInlineQuery"))
		w.telegram.Inline(reader, query)
		deadline := time.Now().Add(patience)
		for len(w.telegram.Calls("answerInlineQuery")) == before {
			if time.Now().After(deadline) {
				t.Fatalf("%q is not answered", query)
			}
			time.Sleep(10 * time.Millisecond)
		}
		c := w.telegram.Calls("answerInlineQuery")[before]
		if err := json.Unmarshal([]byte(c.Params["results"]), &results); err != nil || c.Code != 200 {
			t.Fatalf("%q: %d %s %v", query, c.Code, c.Description, err)
		}
		return results, c.Params["button"]
	}
	results, _ := ask("енергетика")
	if len(results) != 50 || !strings.Contains(results[0].Content.Text, "&lt;про&gt; енергетику</a>") || !strings.Contains(results[0].Description, "Міністерство зразків") {
		t.Errorf("%d results, the first %+v", len(results), results[0])
	}
	for query, want := range map[string]string{"": "Наберіть слова", "джерело:немає": "Наберіть слова", "немаєтакогослова": "Нічого не знайдено"} {
		if results, button := ask(query); len(results) != 0 || !strings.Contains(button, want) {
			t.Errorf("%q: %d results, %s", query, len(results), button)
		}
	}
	// What was chosen comes back as a message, which asks for nothing.
	w.telegram.Inject(map[string]any{"message": map[string]any{
		"message_id": 900, "date": time.Now().Unix(), "text": "https://www.kmu.gov.ua", "via_bot": map[string]any{"id": w.telegram.Me().ID, "is_bot": true, "first_name": "Вісник"},
		"chat": map[string]any{"id": reader.ID, "type": "private"}, "from": map[string]any{"id": reader.ID, "first_name": "Reader"},
	}})
	contains(t, w.tell("/list"), "Міністерство зразків")
}

// find searches until an article is found, as readers would who know that it
// was just published: each of them searches once.
func (w *world) find(query, title string) {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		w.finders++
		other := telegramtest.User{ID: 5000 + w.finders, FirstName: "Шукач"}
		chat := telegramtest.Chat{ID: other.ID, Type: telegramtest.Private}
		if m := w.ask(chat, other, "/search "+query); strings.Contains(m.Text, title) {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s is not found", title)
		}
	}
}

func TestOneAnnouncementInThreePlacesIsOneStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := news("same", "Уряд розпочинає відбудову мостів у п’яти областях")
	_, feed := w.site(sitetest.Feed, "Міністерство відбудови", "vidbudova", p)
	_, page := w.site(sitetest.Page, "Агентство доріг", "dorohy", p, news("p2", "Агентство доріг оголосило тендер на ремонт"), news("p3", "Агентство доріг звітує про ремонт мостів"))
	_, tme := w.site(sitetest.Channel, "Канал уряду", "uriad", p)
	w.env["VISNYK_TME_URL"] = tme
	w.start()
	contains(t, w.tell("/follow "+feed), "Стежу")
	contains(t, w.tell("/follow "+page), "Стежу", "сторінка новин")
	contains(t, w.tell("/follow @uriad"), "Стежу", "Telegram-канал")
	digest := w.tell("/digest")
	contains(t, digest, "3 джерела", "Уряд розпочинає відбудову")
	if n := strings.Count(digest.Text, "▪️ Уряд розпочинає відбудову"); n != 1 {
		t.Errorf("the announcement stands %d times:\n%s", n, digest.Text)
	}
}

func TestAnEditedArticleComesOnceMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Page, "Агентство доріг", "dorohy", news("one", "Агентство відремонтує 62 мости цього року"),
		news("two", "Агентство оголосило тендер на ремонт доріг"), news("three", "Агентство звітує про роботу за місяць"))
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	contains(t, w.tell("/digest"), "62 мости", "3 новини")
	site.Edit("one", news("one", "Агентство відремонтує 74 мости цього року"))
	w.find("74", "74 мости")
	contains(t, w.tell("/digest"), "1 новина", "74 мости", "оновлено")
	contains(t, w.tell("/digest"), "Нових повідомлень немає")
}

func TestNothingIsLostOrRepeatedOverARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	contains(t, w.tell("/digest"), "1 новина")
	if s := w.stop(); s != exitOK {
		t.Fatalf("exit status %d", s)
	}
	before := len(w.fromBot(reader.ID))
	site.Publish(sitetest.Publication{Slug: "late", Title: "Нова постанова про цифрові послуги", Published: time.Now(), Paragraphs: []string{
		"Кабінет Міністрів ухвалив постанову, яка дозволяє отримати довідку через портал електронних послуг.",
	}})
	w.telegram.Say(private(), reader, "/list")
	w.start()
	contains(t, w.nth(reader.ID, before+1), "Міністерство зразків")
	w.find("постанова", "Нова постанова про цифрові послуги")
	digest := w.tell("/digest")
	contains(t, digest, "1 новина", "Нова постанова")
	n := 0
	for _, c := range w.telegram.Calls("sendMessage") {
		if c.Params["chat_id"] == fmt.Sprint(reader.ID) {
			n++
		}
	}
	if n != len(w.fromBot(reader.ID)) {
		t.Errorf("%d sends for %d messages", n, len(w.fromBot(reader.ID)))
	}
}

func TestADigestComesAtItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	next := time.Now().In(kyiv).Add(time.Minute)
	if next.Second() > 50 { // the command must be handled before its minute begins
		next = next.Add(time.Minute)
	}
	contains(t, w.tell("/time "+next.Format("15:04")), next.Format("15:04"))
	contains(t, w.awaitMessage(reader.ID, "Дайджест ·"), "1 новина", "Уряд посилює")
	contains(t, w.tell("/digest"), "Нових повідомлень немає")
}

func TestOnlyAdminsChangeAGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	group := telegramtest.Chat{ID: -500, Type: telegramtest.Group, Title: "Відділ"}
	boss := telegramtest.User{ID: 2002, FirstName: "Адміністратор"}
	w.telegram.AddChat(group)
	w.telegram.SetMember(group.ID, w.telegram.Me(), telegramtest.Member)
	w.telegram.SetMember(group.ID, reader, telegramtest.Member)
	w.telegram.SetMember(group.ID, boss, telegramtest.Administrator)
	w.start()
	contains(t, w.ask(group, reader, "/follow "+url), "лише адміністратори")
	contains(t, w.ask(group, boss, "/follow@visnyk_test_bot "+url), "Стежу")
	contains(t, w.ask(group, reader, "/digest"), "1 новина")
	w.telegram.Say(group, reader, "/list@otherbot")
	w.telegram.Say(group, reader, "/nosuchcommand")
	contains(t, w.ask(group, reader, "/list"), "Міністерство зразків")
}

func TestAChannelIsSubscribedFromPrivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	channel := telegramtest.Chat{ID: -1001234567890, Type: telegramtest.Channel, Title: "Новини області", Username: "oblast_news"}
	w.telegram.AddChat(channel)
	w.start()
	contains(t, w.tell("/follow "+url+" @oblast_news"), "адміністратором")
	w.telegram.SetMember(channel.ID, w.telegram.Me(), telegramtest.Administrator)
	contains(t, w.tell("/follow "+url+" @oblast_news"), "адміністратори")
	w.telegram.SetMember(channel.ID, telegramtest.User{ID: 3003, FirstName: "Головний"}, telegramtest.Creator)
	boss := telegramtest.User{ID: 3003, FirstName: "Головний"}
	contains(t, w.ask(telegramtest.Chat{ID: boss.ID, Type: telegramtest.Private}, boss, "/follow "+url+" @oblast_news"), "Стежу")
	w.telegram.Post(channel, "/digest")
	contains(t, w.nth(channel.ID, 1), "1 новина")
}

func TestWrongAddressesGetOneSentence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, url := w.site(sitetest.Page, "Порожнє відомство", "pusto")
	s.Misbehave("/broken", sitetest.Fault{Status: 500})
	w.start()
	for what, want := range map[string]string{
		"/follow ftp://kmu.gov.ua":      "",
		"/follow http://127.0.0.1:1/":   "недоступний",
		"/follow " + url + "/broken":    "помилкою 500",
		"/follow " + url + "/news/none": "помилкою 404",
		"/follow " + url:                "не видно новин",
		"/follow щось незрозуміле":      "Не знаю такого органу",
		"/follow":       "Що додати?",
		"/time колись":  "Не зрозумів час",
		"/search":       "Що шукати?",
		"/search і та":  "немає слів",
		"/unfollow МОЗ": "ні за чим не стежить",
		"/digest рік":   "ні за чим не стежить",
	} {
		m := w.tell(what)
		if !strings.Contains(m.Text, want) || strings.Contains(m.Text, "Щось пішло не так") {
			t.Errorf("%s: %s (want %q)", what, m.Text, want)
		}
	}
}

func TestAButtonFollowsATopic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	m := w.tell("/topics")
	b := m.Keyboard[0][0]
	w.telegram.Press(private(), reader, m.ID, b.Data)
	w.telegram.Press(private(), reader, m.ID, "v1:topic:немає")
	w.telegram.Press(private(), reader, m.ID, "forged")
	contains(t, w.tell("/list"), "тема")
	w.telegram.Press(private(), reader, m.ID, b.Data)
	contains(t, w.tell("/list"), "ні за чим не стежить")
}

func TestBlockingStopsAndStartResumes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	w.telegram.Block(reader.ID)
	w.telegram.Unblock(reader.ID)
	contains(t, w.tell("/start"), "Вісник")
	contains(t, w.tell("/list"), "Міністерство зразків")
}

func TestATelegramThatRefusesForAWhileGetsTheMessageOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.telegram.Fail("sendMessage", 2, telegramtest.Fault{Code: 429, RetryAfter: 1})
	contains(t, w.tell("/help"), "/follow")
	if n := len(w.fromBot(reader.ID)); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func status(env map[string]string, args ...string) (int, string) {
	var out bytes.Buffer
	s := run(contextOf(), args, func(n string) string { return env[n] }, strings.NewReader(""), &out, &out)
	return s, out.String()
}

func TestFaultsOfSettingsAreOneLineEach(t *testing.T) {
	s, out := status(map[string]string{"VISNYK_TIMEZONE": "Nowhere", "VISNYK_HTTP_ADDR": "x"}, "run")
	if s != exitUsage || strings.Count(out, "\n") != 3 {
		t.Errorf("status %d\n%s", s, out)
	}
	for _, c := range []struct {
		want int
		args []string
	}{
		{exitUsage, []string{"nosuch"}},
		{exitUsage, []string{"run", "x"}},
		{exitUsage, []string{"preview"}},
		{exitUsage, []string{"preview", "--format", "pdf", "x"}},
		{exitUsage, []string{"analyze", "--only", "colour"}},
		{exitUsage, []string{"sources"}},
		{exitUsage, []string{"run", "--nosuch"}},
		{exitOK, []string{}},
		{exitOK, []string{"--help"}},
		{exitOK, []string{"run", "--help"}},
		{exitOK, []string{"version"}},
	} {
		s, out := status(nil, c.args...)
		if s != c.want || out == "" || strings.Contains(out, "goroutine") {
			t.Errorf("%v: status %d\n%s", c.args, s, out)
		}
	}
	if _, out := status(nil, "run", "--help"); !strings.Contains(out, "TELEGRAM_TOKEN") || !strings.Contains(out, "VISNYK_POLL_INTERVAL") {
		t.Errorf("help: %s", out)
	}
}

func TestWhatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"no Redis":       {map[string]string{"REDIS_URL": "redis://127.0.0.1:1"}, "REDIS_URL"},
		"refused token":  {map[string]string{"TELEGRAM_TOKEN": "987654321:AAothertokenothertokenothertoken"}, "TELEGRAM_TOKEN"},
		"no topics file": {map[string]string{"VISNYK_TOPICS": "/nonexistent"}, "VISNYK_TOPICS"},
		"taken port":     {map[string]string{"VISNYK_HTTP_ADDR": strings.TrimPrefix(w.env["TELEGRAM_API_URL"], "http://")}, "VISNYK_HTTP_ADDR"},
	} {
		env := map[string]string{}
		for k, v := range w.env {
			env[k] = v
		}
		for k, v := range c.env {
			env[k] = v
		}
		s, out := status(env, "run")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if last := lines[len(lines)-1]; s == exitOK || !strings.Contains(last, c.want) || strings.Contains(out, "AAothertoken") {
			t.Errorf("%s: status %d: %s", name, s, out)
		}
	}
}

func TestASecondProgramInTheSameFolderIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	contains(t, w.tell("/help"), "/follow")
	if s, out := status(w.env, "run"); s != exitError || !strings.Contains(out, "VISNYK_DATA_DIR") {
		t.Errorf("status %d: %s", s, out)
	}
}

func TestItsOwnRedisKeepsWhatWasSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	delete(w.env, "REDIS_URL")
	w.env["VISNYK_DATA_DIR"] = shortDir(t)
	for round := range 2 {
		w.start()
		if round == 0 {
			contains(t, w.tell("/follow «кібербезпека»"), "Стежу за словами")
		} else {
			contains(t, w.tell("/list"), "кібербезпека")
		}
		if s := w.stop(); s != exitOK {
			t.Fatalf("exit status %d\n%s", s, w.log)
		}
	}
}

func TestSettingsTableOfTheReadmeIsThatOfTheCode(t *testing.T) {
	if !strings.Contains(readme(t), settingsMarkdown()) {
		t.Errorf("README.md does not hold the settings table:\n%s", settingsMarkdown())
	}
}

func TestARedisThatDropsKeysIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.redis.Client(t)
	if err := db.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	getenv := func(name string) string { return w.env[name] }
	if s := run(t.Context(), []string{"run"}, getenv, strings.NewReader(""), &out, &out); s == exitOK || !strings.Contains(out.String(), "REDIS_URL: this Redis drops keys") {
		t.Errorf("status %d: %s", s, out.String())
	}
	if err := db.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err(); err != nil {
		t.Fatal(err)
	}
	if err := db.Set(t.Context(), "schema:{core}", "99", 0).Err(); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if s := run(t.Context(), []string{"run"}, getenv, strings.NewReader(""), &out, &out); s == exitOK || !strings.Contains(out.String(), "newer version") {
		t.Errorf("status %d: %s", s, out.String())
	}
}
