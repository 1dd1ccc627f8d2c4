package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

// press presses a button of the reader's message by its label and waits until
// the message says something.
func (w *world) press(id int, label, want string) telegramtest.Message {
	w.t.Helper()
	m := w.message(id)
	for _, row := range m.Keyboard {
		for _, b := range row {
			if strings.HasPrefix(b.Text, label) {
				w.telegram.Press(private(), reader, id, b.Data)
				return w.await(id, want)
			}
		}
	}
	w.t.Fatalf("no button %q under:\n%s\n%v", label, m.Text, m.Keyboard)
	return m
}

func (w *world) message(id int) telegramtest.Message {
	all := w.telegram.Messages(reader.ID)
	return all[slices.IndexFunc(all, func(m telegramtest.Message) bool { return m.ID == id })]
}

// await waits until a message or its buttons say something.
func (w *world) await(id int, want string) telegramtest.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	m, err := w.telegram.WaitFor(ctx, reader.ID, func(m telegramtest.Message) bool {
		return m.ID == id && (strings.Contains(m.Text, want) || strings.Contains(fmt.Sprint(m.Keyboard), want))
	})
	if err != nil {
		w.t.Fatalf("%q does not come: %v\n%s\n%v", want, err, w.message(id).Text, w.message(id).Keyboard)
	}
	return m
}

// budgets are news on different events with a word in common.
func budgets() []sitetest.Publication {
	var all []sitetest.Publication
	for i, s := range []struct{ title, text string }{
		{"Громади Полтавщини отримають кошти на ремонт шкіл", "Полтавська обласна рада розподілила видатки бюджету між тридцятьма школами області."},
		{"Запоріжжя закуповує двадцять тролейбусів", "Міська рада передбачила в бюджеті закупівлю тролейбусів для двох маршрутів."},
		{"Держаудит знайшов порушення на митниці", "Аудитори встановили, що бюджет недоотримав сорок мільйонів гривень митних платежів."},
		{"У Карпатах відкрили новий заповідник", "Утримання заповідника коштуватиме бюджету шість мільйонів гривень щороку."},
		{"Музей Шевченка чекає на реставрацію", "Гроші на реставрацію фасаду музею закладено до бюджету наступного року."},
		{"Лікарні Одеси перейшли на електронні рецепти", "Електронні рецепти зекономили бюджету лікарень три мільйони гривень за квартал."},
		{"Фермери Херсонщини висадили озиму пшеницю", "На насіння пшениці з бюджету виділили дотації сотні фермерських господарств."},
	} {
		all = append(all, sitetest.Publication{Slug: fmt.Sprint("b", i), Title: s.title, Paragraphs: []string{s.text}})
	}
	return all
}

func TestPagesStayAsTheyAreWhileNewsArrives(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", budgets()...)
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	w.find("бюджет", "Знайдено: 7 новин")
	first := w.tell("/search бюджет")
	contains(t, first, "🔎 бюджет", "Знайдено: 7 новин")
	second := w.press(first.ID, "Далі", "Назад")
	site.Publish(sitetest.Publication{Slug: "late", Title: "Бюджет, бюджет і ще раз бюджет", Published: time.Now(), Paragraphs: []string{"Бюджет ухвалено: бюджет збалансований."}})
	w.find("збалансований", "ще раз бюджет")
	again := w.press(first.ID, "⬅️", "Далі")
	if again.Text != first.Text {
		t.Errorf("the first page is now\n%s\nand was\n%s", again.Text, first.Text)
	}
	if next := w.press(first.ID, "Далі", "Назад"); next.Text != second.Text {
		t.Errorf("the second page is now\n%s\nand was\n%s", next.Text, second.Text)
	}
	newest := w.press(first.ID, "🕒", "Спершу влучні")
	contains(t, newest, "Знайдено: 7 новин")
	contains(t, w.tell("/search бюджет"), "Знайдено: 8 новин", "ще раз бюджет")
	for _, forged := range []string{"v1:find:-1", "v1:find:x:b:0:", "v1:find:0:b:zzzzzzzzzzzzzzzz:", "v1:find:0:b:1:зайве", "v1:pick:b:", "v1:pick:b:p99", "v1:pick:b:sнемає", "v1:pick", "v1:find:0:b:0:x:y"} {
		w.telegram.Press(private(), reader, first.ID, forged)
	}
	w.telegram.Press(private(), reader, 99_999, "v1:watch")
	contains(t, w.tell("/list"), "Міністерство зразків")
}

func TestASearchIsNarrowedByButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство «зразків»", "zrazok", budgets()...)
	_, other := w.site(sitetest.Feed, "Агентство доріг", "dorohy",
		news("roads", "Агентство доріг відкрило міст через Десну", "Бюджет будівництва мосту зріс удвічі, міст має чотири смуги."))
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	contains(t, w.tell("/follow "+other), "Стежу")
	w.find("бюджет", "Знайдено: 8 новин")
	m := w.tell("/search бюджет")
	contains(t, m, "Знайдено: 8 новин")
	contains(t, w.tell("/search budzhet"), "нічого немає, показую найближчий", "Знайдено: 8 новин")
	contains(t, w.tell("/search,l;tn"), "Не знаю такої команди")
	contains(t, w.tell("/search тролейбусний"), "показую близьке за словами", "двадцять тролейбусів")
	menu := w.press(m.ID, "🏛", "Усі джерела")
	if !strings.Contains(fmt.Sprint(menu.Keyboard), "Агентство доріг (1)") {
		t.Errorf("the sources are %v", menu.Keyboard)
	}
	narrow := w.press(m.ID, "Агентство доріг", "Знайдено: 1 новина")
	contains(t, narrow, `бюджет джерело:"Агентство доріг"`, "міст через Десну")
	w.press(m.ID, "🏛", "Усі джерела")
	w.press(m.ID, "Міністерство", "Знайдено: 7 новин") // a name with quotes in it
	w.press(m.ID, "🏛", "Усі джерела")
	w.press(m.ID, "Усі джерела", "Знайдено: 8 новин")
	w.press(m.ID, "🗓", "Будь-коли")
	none := w.press(m.ID, "Учора", "за вчора")
	_ = none // what was published in the last hours may be of yesterday
	w.press(m.ID, "🗓", "Будь-коли")
	if all := w.press(m.ID, "Будь-коли", "Знайдено: 8 новин"); strings.Contains(all.Text, "за вчора") {
		t.Errorf("the period stays:\n%s", all.Text)
	}
	menu = w.press(m.ID, "🏷", "Усі теми")
	w.press(m.ID, "↩️", "Період")
}

func TestAQueryIsFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", budgets()...)
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	w.find("бюджет", "Знайдено: 7 новин")
	m := w.tell(`/search "видатки бюджету" -тролейбус за тиждень`)
	contains(t, m, "Знайдено: 1 новина", "ремонт шкіл")
	w.tap(private(), reader, m, "🔔")
	contains(t, w.tell("/list"), "видатки бюджету", "-тролейбус")
	w.tap(private(), reader, m, "🔔")
	contains(t, w.tell("/unfollow "+url), "Більше не стежу")
	contains(t, w.tell(`/follow "озиму пшеницю" -ячмінь`), "Стежу за словами «\"озиму пшеницю\" -ячмінь»")
	contains(t, w.tell(`/follow митниця джерело:немає`), "Не знаю джерела «немає»")
	contains(t, w.tell(`/follow «і та»`), "немає чого шукати")
	digest := w.tell("/digest")
	contains(t, digest, "3 новини", "ремонт шкіл", "озиму пшеницю", "на митниці")
	contains(t, w.tell("/digest"), "Нових повідомлень немає")
	site.Publish(sitetest.Publication{Slug: "n1", Title: "Аграрії висадили озиму пшеницю та ячмінь", Published: time.Now(), Paragraphs: []string{"Площі під ячменем зросли на десяту частину."}})
	site.Publish(sitetest.Publication{Slug: "n2", Title: "Видатки бюджету на оборону зросли", Published: time.Now(), Paragraphs: []string{"Верховна Рада збільшила видатки на закупівлю безпілотників."}})
	w.find("ячменем", "пшеницю та ячмінь")
	w.find("безпілотників", "на оборону зросли")
	fresh := w.tell("/digest")
	contains(t, fresh, "1 новина", "на оборону зросли")
}

func TestOneReportOfSeveralBodiesIsOneEntry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := news("same", "Уряд розпочинає відбудову мостів у п’яти областях")
	_, feed := w.site(sitetest.Feed, "Міністерство відбудови", "vidbudova", p)
	_, page := w.site(sitetest.Feed, "Агентство доріг", "dorohy", p)
	w.start()
	contains(t, w.tell("/follow "+feed), "Стежу")
	contains(t, w.tell("/follow "+page), "Стежу")
	w.find(`джерело:"Міністерство відбудови" мости`, "відбудову мостів")
	w.find(`джерело:"Агентство доріг" мости`, "відбудову мостів")
	m := w.tell("/search відбудова")
	contains(t, m, "Також: ")
	if n := strings.Count(m.Text, "▪️"); n != 1 {
		t.Errorf("%d entries:\n%s", n, m.Text)
	}
}

func TestSearchesOfAMinuteAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env["VISNYK_ADMINS"] = "77"
	w.start()
	w.tell("/help")
	for range 26 {
		w.telegram.Say(private(), reader, "/search кібербезпека")
	}
	contains(t, w.awaitMessage(reader.ID, "Забагато пошуків"), "за хвилину")
	last := telegramtest.Message{}
	operator := telegramtest.User{ID: 77, FirstName: "Оператор"}
	for range 3 {
		last = w.ask(telegramtest.Chat{ID: 77, Type: telegramtest.Private}, operator, "/search кібербезпека")
	}
	contains(t, last, "Нічого не знайдено")
	contains(t, w.ask(telegramtest.Chat{ID: 78, Type: telegramtest.Private}, telegramtest.User{ID: 78, FirstName: "Інший"}, "/search kiberbezpeka"), "Нічого не знайдено")
}

func TestTheIndexIsRebuiltUnderARunningBot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", budgets()...)
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	w.find("бюджет", "Знайдено: 7 новин")
	if s, out := call(w.env, "", "reindex", "зайве"); s != exitUsage {
		t.Errorf("with an argument: %d\n%s", s, out)
	}
	s, out := call(w.env, "", "reindex")
	if s != exitOK || !strings.Contains(out, "7 articles are indexed") {
		t.Fatalf("reindex: %d\n%s", s, out)
	}
	deadline := time.Now().Add(patience)
	for !strings.Contains(w.log.String(), "built anew and is in use") {
		if time.Now().After(deadline) {
			t.Fatal("the bot does not change over")
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.find("пшениця", "озиму пшеницю")
	site.Publish(sitetest.Publication{Slug: "new", Title: "Лікарні отримали обладнання", Published: time.Now(), Paragraphs: []string{"Двадцять лікарень отримали томографи."}})
	w.find("томограф", "Лікарні отримали обладнання")
	w.stop()
	w.start() // with the index that was built
	w.find("пшениця", "озиму пшеницю")
	w.find("томограф", "Лікарні отримали обладнання")
}
