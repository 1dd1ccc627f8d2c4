package extract

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const articlePage = `<!doctype html><html lang="uk"><head><meta charset="utf-8">
<title>У Рівному відкрили притулок – Рівненська міська рада</title>
<meta property="og:site_name" content="Рівненська міська рада">
<meta property="og:title" content="У Рівному відкрили притулок для родин переселенців">
<link rel="canonical" href="/news/shelter?utm_source=x">
<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebSite"},{"@type":"NewsArticle","headline":"У Рівному відкрили притулок для родин переселенців","datePublished":"2025-09-16T10:05:00+03:00"}]}</script>
</head><body class="has-sidebar">
<header><nav><ul><li><a href="/">Головна</a></li><li><a href="/news">Новини</a></li></ul></nav></header>
<main><article><h1>У Рівному відкрили притулок для родин переселенців</h1>
<div class="entry-content"><p>У Рівному відкрили притулок на сорок родин, які були змушені залишити свої домівки через бойові дії.</p>
<p>У будівлі є <a href="https://fund.example/project">спільна кухня</a>, дитяча кімната та кабінет психолога. Заплановано:</p>
<ol><li>облаштувати укриття у підвалі будівлі;</li><li>встановити сонячні панелі на даху.</li></ol>
<blockquote>«Тут люди зможуть жити стільки, скільки буде потрібно», – сказав міський голова.</blockquote>
<p>Читайте також: <a href="/news/other">Інша новина міста про ремонт мосту</a></p>
<p>Кошти на ремонт надали міжнародні партнери громади, роботи тривали вісім місяців.</p></div>
<div class="share">Поділитися: Facebook Telegram</div>
<div>Переглядів: 128</div></article></main>
<aside><h3>Останні новини</h3><p>Рятувальники ліквідували наслідки негоди у трьох районах області, постраждалих немає.</p></aside>
<footer><p>© Рівненська міська рада. Усі права захищено, гаряча лінія працює цілодобово для мешканців.</p></footer>
<div class="cookie-banner"><p>Ми використовуємо файли cookie, щоб сайт працював краще для кожного відвідувача.</p></div>
</body></html>`

func read(t *testing.T, body []byte, contentType, address string) Page {
	t.Helper()
	p, err := HTML(body, contentType, address)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestHTML(t *testing.T) {
	p := read(t, []byte(articlePage), "text/html; charset=utf-8", "https://rivne.example/news/shelter?utm_medium=y")
	if want := "У Рівному відкрили притулок для родин переселенців"; p.Title != want {
		t.Errorf("title = %q", p.Title)
	}
	if want := "https://rivne.example/news/shelter"; p.URL != want {
		t.Errorf("url = %q", p.URL)
	}
	if want := time.Date(2025, 9, 16, 7, 5, 0, 0, time.UTC); !p.Published.Equal(want) {
		t.Errorf("published = %v", p.Published)
	}
	if p.SiteName != "Рівненська міська рада" || p.Language != "uk" {
		t.Errorf("site %q, language %q", p.SiteName, p.Language)
	}
	if !slices.Contains(p.Links, "https://fund.example/project") || slices.Contains(p.Links, "https://rivne.example/news") {
		t.Errorf("links = %q", p.Links)
	}
	lines := strings.Split(p.Text, "\n")
	if len(lines) != 6 || !strings.HasPrefix(lines[0], "У Рівному відкрили притулок на сорок") || !strings.HasPrefix(lines[5], "Кошти на ремонт") {
		t.Errorf("text:\n%s", p.Text)
	}
	for _, want := range []string{"облаштувати укриття", "встановити сонячні панелі", "«Тут люди зможуть"} {
		if !strings.Contains(p.Text, want) {
			t.Errorf("text lacks %q", want)
		}
	}
	for _, frame := range []string{"Головна", "Читайте також", "Поділитися", "Переглядів", "Останні новини", "Рятувальники", "©", "cookie"} {
		if strings.Contains(p.Text, frame) {
			t.Errorf("text has %q of the page's frame", frame)
		}
	}
}

func TestHTMLOfTablesAndBreaks(t *testing.T) {
	page := `<html><head><title>Новини :: Сайт громади</title></head><body><table><tr><td><a href="/a">Про громаду</a><br><a href="/b">Документи</a><br><a href="/c">Контакти</a></td>
<td><h2>У громаді запрацював новий водогін для трьох сіл</h2>Дата: 24 листопада 2025 р., 14:30<br>Переглядів: 128<br><br>
У Баришівській громаді запрацював новий водогін, який забезпечує водою мешканців трьох сіл.<br><br>Будівництво тривало два роки, загальна довжина мережі становить сорок кілометрів.<br>
Роботи коштували двадцять мільйонів гривень, кошти виділили з обласного бюджету.</td></tr></table></body></html>`
	p := read(t, []byte(page), "", "https://gromada.example/n.php?id=7")
	if p.Title != "У громаді запрацював новий водогін для трьох сіл" {
		t.Errorf("title = %q", p.Title)
	}
	if got := p.Published.Format(time.RFC3339); got != "2025-11-24T14:30:00+02:00" {
		t.Errorf("published = %s", got)
	}
	want := `У Баришівській громаді запрацював новий водогін, який забезпечує водою мешканців трьох сіл.
Будівництво тривало два роки, загальна довжина мережі становить сорок кілометрів.
Роботи коштували двадцять мільйонів гривень, кошти виділили з обласного бюджету.`
	if p.Text != want {
		t.Errorf("text:\n%s", p.Text)
	}
}

func TestHTMLDecodes(t *testing.T) {
	page := `<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><title>Рада</title></head><body><h1>Їжа, ґанок і п’ять є тут перевіркою</h1>
<p>Депутати на черговій сесії ухвалили бюджет громади на наступний рік, передбачивши кошти на ремонт доріг.</p><p>За рішення проголосувала більшість складу ради, документ уже оприлюднили на сайті.</p></body></html>`
	old, err := charmap.Windows1251.NewEncoder().Bytes([]byte(page))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		body        []byte
		contentType string
	}{
		"by the header":                        {old, "text/html; charset=windows-1251"},
		"by the page":                          {old, "text/html"},
		"by nothing":                           {slices.Concat(old[:12], old[82:]), ""},
		"UTF-8 wins over a label that lies":    {[]byte(page), "text/html; charset=windows-1251"},
		"a label of UTF-8 that the page lacks": {old, "text/html; charset=utf-8"},
	} {
		if p := read(t, c.body, c.contentType, ""); !strings.HasPrefix(p.Text, "Депутати на черговій сесії") {
			t.Errorf("%s: text = %q", name, p.Text)
		}
	}
}

func TestHTMLTitlesAndDates(t *testing.T) {
	const text = `<p>Обласна рада розглянула звіт про виконання програми розвитку освіти та затвердила новий перелік заходів.</p><p>Програма діятиме три роки, її фінансуватимуть з обласного бюджету та коштів партнерів.</p>`
	for name, c := range map[string]struct{ head, before, title, date string }{
		"title of the document":    {`<title>Рада затвердила програму розвитку освіти | Обласна рада</title>`, "", "Рада затвердила програму розвитку освіти", ""},
		"og:title":                 {`<title>Обласна рада</title><meta property="og:title" content="Рада затвердила програму розвитку освіти">`, "", "Рада затвердила програму розвитку освіти", ""},
		"meta published_time":      {`<meta property="article:published_time" content="2025-02-03T08:00:00+02:00">`, "", "", "2025-02-03T08:00:00+02:00"},
		"itemprop":                 {`<meta itemprop="datePublished" content="2025-02-03">`, "", "", "2025-02-03T00:00:00+02:00"},
		"time element":             {"", `<h1>Рада затвердила програму розвитку освіти</h1><time datetime="2025-07-03T08:00">3 липня</time>`, "Рада затвердила програму розвитку освіти", "2025-07-03T08:00:00+03:00"},
		"shown date":               {"", `<h1>Рада затвердила програму розвитку освіти</h1><div>03.07.2025 08:00</div>`, "Рада затвердила програму розвитку освіти", "2025-07-03T08:00:00+03:00"},
		"a default, not a date":    {`<meta property="article:published_time" content="1970-01-01T00:00:00Z">`, "", "", ""},
		"a date far in the future": {`<meta property="article:published_time" content="2999-01-01T00:00:00Z">`, "", "", ""},
	} {
		p := read(t, []byte("<html><head>"+c.head+"</head><body>"+c.before+text+"</body></html>"), "text/html; charset=utf-8", "https://rada.example/1")
		date := ""
		if !p.Published.IsZero() {
			date = p.Published.In(Kyiv()).Format(time.RFC3339)
		}
		if p.Title != c.title || date != c.date {
			t.Errorf("%s: title %q, date %q; want %q, %q", name, p.Title, date, c.title, c.date)
		}
	}
}

func TestHTMLKeepsToItsSite(t *testing.T) {
	for canonical, want := range map[string]string{
		"https://other.example/news/1": "https://rada.example/news/1",
		"/":                            "https://rada.example/news/1",
		"javascript:alert(1)":          "https://rada.example/news/1",
		"/news/one?fbclid=2#top":       "https://rada.example/news/one",
	} {
		page := `<html><head><link rel="canonical" href="` + canonical + `"></head><body><p>Текст.</p></body></html>`
		if p := read(t, []byte(page), "", "https://rada.example/news/1"); p.URL != want {
			t.Errorf("canonical %q: url = %q, want %q", canonical, p.URL, want)
		}
	}
}

func TestHTMLRefusesWhatExhausts(t *testing.T) {
	deep := strings.Repeat("<div>", 200_000)
	if _, err := HTML([]byte(deep), "text/html", "https://a.example/"); err != nil && !errors.Is(err, ErrTooLarge) {
		t.Errorf("deep page: %v", err)
	}
	if _, err := HTML(make([]byte, maxPage+1), "text/html", ""); !errors.Is(err, ErrTooLarge) {
		t.Errorf("large page: %v", err)
	}
	if _, err := HTML(nil, "", "https://a.example/%zz"); !errors.Is(err, ErrAddress) {
		t.Errorf("bad address: %v", err)
	}
}

func FuzzHTML(f *testing.F) {
	f.Add([]byte(articlePage), "text/html; charset=utf-8", "https://a.example/1")
	f.Add([]byte("<h1>\xd0</h1><p>\xff"), "text/html; charset=koi8-u", "")
	f.Add([]byte(`<script type="application/ld+json">{"@graph":[{}]}</script><time datetime="x">`), "", "//")
	for _, g := range goldens(f, "pages.txt") {
		f.Add([]byte(g.html), "", "https://a.example/1")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType, address string) {
		start := time.Now()
		p, err := HTML(body, contentType, address)
		if spent := time.Since(start); spent > 5*time.Second {
			t.Errorf("%v", spent)
		}
		if err != nil {
			return
		}
		for _, s := range []string{p.Text, p.Title, p.SiteName, p.URL} {
			if !utf8.ValidString(s) {
				t.Errorf("%q is no UTF-8", s)
			}
		}
		for _, l := range p.Links {
			if !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "https://") {
				t.Errorf("link %q is no web address", l)
			}
		}
		if !p.Published.IsZero() && p.Published.Year() < 1994 {
			t.Errorf("published %v", p.Published)
		}
	})
}

func TestATitleIsTheHeadlineAlone(t *testing.T) {
	text := strings.Repeat("<p>У лікарні відкрили нове відділення реабілітації для поранених військових і цивільних.</p>", 5)
	for name, c := range map[string]struct{ head, body, want string }{
		"sections of the site":        {"<title>У лікарні відкрили відділення | Здоров’я | Новини | Портал</title>", "", "У лікарні відкрили відділення"},
		"a date after it":             {"", "<h1>У лікарні відкрили нове відділення, 6 січня 2026 13:44</h1>", "У лікарні відкрили нове відділення"},
		"a date that belongs to it":   {"", "<h1>Стан доріг області станом на 06.01.2026 13:44</h1>", "Стан доріг області станом на 06.01.2026 13:44"},
		"a subtitle in the same h1":   {"", "<h1>У лікарні відкрили нове відділення<br><small>Воно прийме сто пацієнтів на місяць</small></h1>", "У лікарні відкрили нове відділення"},
		"an abbreviation before date": {"", "<h1>Підсумки засідання колегії МОЗ 06.01.26 13:44</h1>", "Підсумки засідання колегії МОЗ"},
	} {
		p := read(t, []byte("<html><head>"+c.head+"</head><body>"+c.body+"<article>"+text+"</article></body></html>"), "text/html; charset=utf-8", "https://moz.example/news/1")
		if p.Title != c.want {
			t.Errorf("%s: %q", name, p.Title)
		}
	}
}

func TestWhatStandsBeneathAnArticleIsNotItsText(t *testing.T) {
	own := "<p>Міністерство відкрило сервіс для бізнесу, який замінить десять паперових довідок.</p><p>Послугою вже скористалися сто підприємців.</p>"
	others := strings.Repeat("<p>Інша новина розповідає про зовсім інші події в області, і вона довша за ту, що стоїть угорі сторінки.</p>", 6)
	for _, ask := range []string{"Оцініть матеріал", "Чи була ця інформація корисною?", "Дякуємо! Ваша думка врахована.", "Оцените, пожалуйста, статью. Нам важно Ваше мнение."} {
		p := read(t, []byte("<html><body><h1>Міністерство відкрило сервіс для бізнесу</h1><div>"+own+"<p>"+ask+"</p>"+others+"</div></body></html>"), "text/html; charset=utf-8", "https://me.example/news/1")
		if !strings.HasPrefix(p.Text, "Міністерство відкрило сервіс") || strings.Contains(p.Text, "Інша новина") || strings.Contains(p.Text, ask) {
			t.Errorf("%s: %q", ask, p.Text)
		}
	}
}

func TestWhatASiteSaysOfItsTextsIsNoArticle(t *testing.T) {
	own := "<p>У Рівному відремонтували приймальне відділення лікарні за кошти міського бюджету.</p><p>Роботи тривали три місяці, у відділенні обладнали шість боксів і окремий вхід для карет швидкої допомоги.</p>"
	notice := strings.Repeat("<p>Редакція не несе відповідальності за достовірність відомостей, які містяться в рекламних оголошеннях на сайті, і не надає довідок.</p>", 2) +
		"<p>Правовласник дозволяє цитувати матеріали без погодження в обсязі, який не перевищує половини тексту, з посиланням на першоджерело.</p>"
	p := read(t, []byte("<html><body><h1>У Рівному відремонтували приймальне відділення</h1><table><tr><td>"+own+"</td></tr></table>"+strings.Repeat(`<p><a href="/2">08:07 Інша новина про роботу закладів міста</a></p>`, 8)+"<div><div>"+notice+"</div></div></body></html>"), "text/html; charset=utf-8", "https://rivne.example/news/1")
	if !strings.HasPrefix(p.Text, "У Рівному відремонтували") || strings.Contains(p.Text, "Редакція") {
		t.Errorf("%q", p.Text)
	}
}

func TestCommentsEndAnArticleAndAProgrammeDoesNot(t *testing.T) {
	own := "<p>У Черкасах відкрили новий центр для підлітків, де працюють психологи та тренери з дев’ятої години ранку.</p><p>Заняття безоплатні для всіх дітей громади.</p>"
	said := ""
	for i := range 4 {
		said += fmt.Sprintf("<p>Читач 0%d.11.2026 1%d:20</p><p>Дуже потрібна справа, дякуємо всім, хто долучився до цього центру, нехай таких буде більше в місті.</p>", i+1, i)
	}
	for heading, want := range map[string]bool{"Коментарі читачів": false, "Розклад занять": true} {
		p := read(t, []byte("<html><body><h1>У Черкасах відкрили новий центр для підлітків</h1><article>"+own+"<h3>"+heading+"</h3>"+said+"</article></body></html>"), "text/html; charset=utf-8", "https://ck.example/news/1")
		if !strings.HasPrefix(p.Text, "У Черкасах відкрили") || strings.Contains(p.Text, "Дуже потрібна справа") != want {
			t.Errorf("%s: %q", heading, p.Text)
		}
	}
}
