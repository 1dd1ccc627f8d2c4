package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

var operator = telegramtest.User{ID: 9001, FirstName: "Оператор"}

func TestOperatorsHearOfAFailureAndItsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env["VISNYK_ADMINS"] = "9001"
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	w.start()
	op := telegramtest.Chat{ID: operator.ID, Type: telegramtest.Private}
	w.ask(op, operator, "/start")
	contains(t, w.tell("/follow "+url), "Стежу")
	contains(t, w.tell("/digest"), "1 новина")
	site.Misbehave("/feed.xml", sitetest.Fault{Status: http.StatusBadGateway})
	contains(t, w.awaitMessage(operator.ID, "не вдається прочитати"), "Міністерство зразків", "помилкою 502", "Наступна спроба")
	contains(t, w.tell("/list"), "помилкою 502")
	contains(t, w.ask(op, operator, "/status"), "з помилками 1", "помилкою 502, з ")
	site.Misbehave("/feed.xml", sitetest.Fault{})
	contains(t, w.awaitMessage(operator.ID, "знову вдається прочитати"), "Міністерство зразків")
	told := 0
	for _, m := range w.fromBot(operator.ID) {
		if strings.Contains(m.Text, "не вдається прочитати") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

func TestAMoveToAnotherDomainIsConfirmedByAButton(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env["VISNYK_ADMINS"] = "9001"
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	fresh, elsewhere := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("two", "Енергетики завершили ремонт підстанцій"))
	elsewhere = strings.Replace(elsewhere, "127.0.0.1", "localhost", 1)
	w.start()
	op := telegramtest.Chat{ID: operator.ID, Type: telegramtest.Private}
	w.ask(op, operator, "/start")
	contains(t, w.tell("/follow "+url), "Стежу")
	site.Misbehave("/feed.xml", sitetest.Fault{Status: http.StatusMovedPermanently, RedirectTo: elsewhere + "/feed.xml"})
	m := w.awaitMessage(operator.ID, "тепер веде на інший домен")
	if len(m.Keyboard) != 2 || fresh.Hits("/feed.xml") != 0 {
		t.Fatalf("buttons %v, the new site was asked %d times", m.Keyboard, fresh.Hits("/feed.xml"))
	}
	refused, toast := w.tap(op, operator, m, "Не читати там")
	contains(t, refused, "не читаю", "Хто вирішив: Оператор.")
	if toast != "За новою адресою не читатиму." || len(refused.Keyboard) != 0 {
		t.Errorf("refused: %q, buttons %v", toast, refused.Keyboard)
	}
	// What was asked of one operator was asked of the other: his buttons are old.
	if _, toast := w.pressData(op, operator, m.ID, m.Keyboard[0][0].Data); !strings.Contains(toast, "вже вирішено: за новою адресою не читаю") {
		t.Errorf("an old button: %q", toast)
	}
	if s, out := call(w.env, "", "sources", "moves"); s != exitOK || !strings.Contains(out, "refused") || !strings.Contains(out, elsewhere) {
		t.Errorf("status %d\n%s", s, out)
	}
	asked := site.Hits("/feed.xml")
	for deadline := time.Now().Add(patience); site.Hits("/feed.xml") == asked; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the old address is not asked any more")
		}
	}
	if fresh.Hits("/feed.xml") != 0 {
		t.Error("the refused address was read")
	}
	status := w.ask(op, operator, "/status")
	contains(t, status, "Читати там відмовлено.")
	before := len(w.fromBot(op.ID))
	w.tap(op, operator, status, "Міністерство зразків")
	w.tap(op, operator, w.nth(op.ID, before+1), "Усе ж читати за новою адресою")
	w.find("підстанцій", "Енергетики завершили ремонт підстанцій")
	questions := 0
	for _, m := range w.fromBot(op.ID) {
		if strings.Contains(m.Text, "Без вашого підтвердження") {
			questions++
		}
	}
	if questions > 0 { // the one that there was says now what was decided
		t.Errorf("asked %d times more", questions)
	}
}

func TestAnOldQuestionAboutAMoveSaysHowThingsStand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env["VISNYK_ADMINS"] = "9001"
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	w.start()
	op := telegramtest.Chat{ID: operator.ID, Type: telegramtest.Private}
	w.ask(op, operator, "/start")
	contains(t, w.tell("/follow "+url), "Стежу")
	var asked []telegramtest.Message
	for _, to := range []string{"http://first.example/feed", "http://second.example/feed"} {
		site.Misbehave("/feed.xml", sitetest.Fault{Status: http.StatusMovedPermanently, RedirectTo: to})
		asked = append(asked, w.awaitMessage(operator.ID, to))
	}
	first, second := asked[0], asked[1]
	// The notice goes out before the reading is over that noted the move.
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, out := call(w.env, "", "sources", "moves"); strings.Contains(out, "second.example") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the second move is not noted")
		}
	}
	edited, toast := w.tap(op, operator, first, "Читати за новою адресою")
	if !strings.Contains(toast, "переїхала ще раз") || len(edited.Keyboard) != 0 {
		t.Errorf("moved again: %q, buttons %v", toast, edited.Keyboard)
	}
	contains(t, edited, "переїхала ще раз")
	site.Misbehave("/feed.xml", sitetest.Fault{})
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, out := call(w.env, "", "sources", "moves"); !strings.Contains(out, "second.example") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the source does not come back")
		}
	}
	edited, toast = w.tap(op, operator, second, "Не читати там")
	if !strings.Contains(toast, "знову читається") || len(edited.Keyboard) != 0 {
		t.Errorf("came back: %q, buttons %v", toast, edited.Keyboard)
	}
	contains(t, edited, "знову читається за адресою "+url)
}

func TestAMoveIsDecidedOnTheCommandLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	_, elsewhere := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("two", "Енергетики завершили ремонт підстанцій"))
	elsewhere = strings.Replace(elsewhere, "127.0.0.1", "localhost", 1) + "/feed.xml"
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	site.Misbehave("/feed.xml", sitetest.Fault{Status: http.StatusMovedPermanently, RedirectTo: elsewhere})
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, out := call(w.env, "", "sources", "moves"); strings.Contains(out, "waits") && strings.Contains(out, elsewhere) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the move is not listed")
		}
	}
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"sources", "accept"}, exitUsage, "ADDRESS"},
		{[]string{"sources", "refuse", "https://example.com/"}, exitError, "no source moved there"},
		{[]string{"sources", "refuse", elsewhere}, exitOK, "is not read at " + elsewhere},
		{[]string{"sources", "refuse", elsewhere}, exitOK, "is not read at " + elsewhere},
		{[]string{"sources", "accept", elsewhere}, exitOK, "is read at " + elsewhere},
		{[]string{"sources", "refuse", elsewhere}, exitError, "no source moved there"},
		{[]string{"sources", "nothing"}, exitUsage, "moves, accept or refuse"},
	} {
		if s, out := call(w.env, "", c.args...); s != c.status || !strings.Contains(out, c.want) {
			t.Errorf("%v: status %d\n%s", c.args, s, out)
		}
	}
	w.find("підстанцій", "Енергетики завершили ремонт підстанцій")
}

func TestAWithdrawnArticleIsToldOfOnce(t *testing.T) {
	t.Parallel()
	for name, style := range map[string]sitetest.Style{"feed": sitetest.Feed, "page": sitetest.Page} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withdraw(t, style)
		})
	}
}

func withdraw(t *testing.T, style sitetest.Style) {
	w := newWorld(t)
	site, url := w.site(style, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"),
		news("two", "Енергетики завершили ремонт підстанцій"), news("three", "Енергетики оголосили тендер на ремонт"), news("four", "Уряд схвалив звіт про роботу за місяць"))
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	contains(t, w.tell("/digest"), "4 новини")
	site.Delete("one")
	for deadline := time.Now().Add(patience); ; {
		if time.Now().After(deadline) {
			t.Fatal("no digest tells of it")
		}
		if m := w.tell("/digest"); !strings.Contains(m.Text, "Нових повідомлень немає") {
			contains(t, m, "Вилучено з сайту: «Уряд посилює кібербезпеку державних реєстрів» (Міністерство зразків)")
			break
		}
	}
	contains(t, w.tell("/digest"), "Нових повідомлень немає")
}

func TestADeletedPostIsToldOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, tme := w.site(sitetest.Channel, "Канал уряду", "uriad", news("p3", "Уряд розпочинає відбудову мостів у п’яти областях"),
		news("p2", "Уряд схвалив хибну постанову про канікули"), news("p1", "Уряд збільшив видатки на ремонт доріг"))
	w.env["VISNYK_TME_URL"] = tme
	w.start()
	contains(t, w.tell("/follow @uriad"), "Стежу")
	contains(t, w.tell("/digest"), "3 новини")
	site.Delete("p2")
	deadline := time.Now().Add(patience)
	for {
		if m := w.tell("/digest"); strings.Contains(m.Text, "Вилучено") {
			contains(t, m, "хибну постанову")
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a deleted post is not told of")
		}
	}
}

func TestRobotsAreNotAskedForAgainAfterARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Page, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"),
		news("two", "Енергетики завершили ремонт підстанцій"), news("three", "Лікарні отримали нове обладнання"), news("four", "Школи готуються до зими"))
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	w.stop()
	asked, before := site.Hits("/robots.txt"), len(site.Requests())
	w.start()
	for deadline := time.Now().Add(patience); len(site.Requests()) < before+2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the page is not read after the restart")
		}
	}
	if again := site.Hits("/robots.txt"); asked == 0 || again != asked {
		t.Errorf("robots.txt was asked for %d times, after the restart %d", asked, again)
	}
	if _, backup := call(w.env, "", "export"); strings.Contains(backup, "robots:") {
		t.Error("the backup holds robots.txt")
	}
}
