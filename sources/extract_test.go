package sources

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	leadText = "Сьогодні в обласному центрі відбулося засідання координаційної ради з питань підготовки громад до опалювального сезону."
	nextText = "За словами голови ради, у 2026 році відремонтовано 84 котельні, а запас палива становить 12,5 тис. тонн."
	lastText = "Наступне засідання заплановано на грудень; його матеріали оприлюднять у відкритих даних."
	headText = "Громади області підготували до зими вісімдесят чотири котельні"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestExtractText(t *testing.T) {
	body := leadText + "\n" + nextText + "\n" + lastText
	teasers := "\nОстанні новини\n\nПоліція затримала підозрюваного у шахрайстві з земельними ділянками 15:28\nПравоохоронці викрили схему, за якою громадяни втратили понад два мільйони гривень.\n16 січня 2025\nУ громаді відкрили новий дитячий садок на двісті місць..."
	for _, c := range []struct {
		name, raw, title string
		published        time.Time
	}{
		{"title and body", headText + "\n\n" + body, headText, time.Time{}},
		{"menus before, teasers after", "A- A+\nУкраїнською\nEnglish\nГоловна » Новини » Область\n" + headText + "\n" + body + teasers, headText, time.Time{}},
		{"a date in words", headText + "\nОпубліковано 16 жовтня 2018 року о 17:07\n\n" + body, headText, at("2018-10-16T17:07:00+03:00")},
		{"a date on two lines", headText + "\n\nБерезень 11\n21:00 2025\n\n" + body, headText, at("2025-03-11T21:00:00+02:00")},
		{"a dotted date before the title", "24.11.2025 14:30\n" + headText + "\n" + body, headText, at("2025-11-24T14:30:00+02:00")},
		{"an hour before the date", headText + "\n14:30, 24 листопада 2025\n" + body, headText, at("2025-11-24T14:30:00+02:00")},
		{"a date without an hour", headText + "\n24 листопада 2025\n" + body, headText, at("2025-11-24T00:00:00+02:00")},
		{"a date at the end", headText + "\n" + body + "\nДата публікації: 05.03.2025 09:15", headText, at("2025-03-05T09:15:00+02:00")},
		{"no year is no date", headText + "\n14 квітня\n" + body, headText, time.Time{}},
		{"a date in the future is none", headText + "\n01.01.2190\n" + body, headText, time.Time{}},
		{"no title", body + "\nТеги:\nзима опалення\nДжерело:\nПрес-служба" + teasers, "", time.Time{}},
		{"notices after", headText + "\n" + body + "\nПоділитися\nНапишіть коментар\nВаша електронна адреса не буде опублікована, тож пишіть вільно й від душі.\nМи використовуємо cookies", headText, time.Time{}},
		{"a licence after", "A+ A A-\n\n" + headText + "\n\n" + body + "\n\nВесь контент доступний за ліцензією Creative Commons Attribution 4.0 International license, якщо не зазначено інше.", headText, time.Time{}},
	} {
		p := ExtractText(c.raw)
		if p.Title != c.title || !p.Published.Equal(c.published) || p.Text != body {
			t.Errorf("%s:\ntitle %q, published %v\n%s", c.name, p.Title, p.Published, p.Text)
		}
	}
}

func TestExtractTextKeepsLists(t *testing.T) {
	list := "Рада вирішила, що програма включатиме такі заходи на наступний рік:\n1.ремонт мереж;\n2. закупівлю палива;\nа) для лікарень."
	p := ExtractText(headText + "\n" + leadText + "\n" + list + "\n" + lastText)
	if p.Text != leadText+"\n"+list+"\n"+lastText {
		t.Errorf("text:\n%s", p.Text)
	}
}

func TestExtractTextOfNothing(t *testing.T) {
	for _, raw := range []string{"", "\n\n", "Головна\nНовини\nКонтакти", strings.Repeat("слово ", 5)} {
		if p := ExtractText(raw); p.Text != "" || p.Title != "" || !p.Published.IsZero() {
			t.Errorf("%q: %+v", raw, p)
		}
	}
}

func page(head, content string) string {
	return `<!doctype html><html lang="uk"><head><title>` + headText + ` | Обласна рада</title>` + head + `</head><body class="has-sidebar">
<nav><a href="/">Головна сторінка обласної ради та її органів.</a></nav>` + content + `<aside><p>` + nextText + ` Це реклама.</p></aside>
<footer><p>Урядова гаряча лінія працює щодня без вихідних та перерви на обід.</p></footer></body></html>`
}

func TestExtractHTML(t *testing.T) {
	paragraphs := "<p>" + leadText + "</p><p>" + nextText + "</p><p>" + lastText + "</p>"
	body := leadText + "\n" + nextText + "\n" + lastText
	for _, c := range []struct {
		name, html, text string
		published        time.Time
	}{
		{"h1 and paragraphs", page("", "<h1>"+headText+"</h1>"+paragraphs), body, time.Time{}},
		{"br instead of paragraphs", page("", "<h1>"+headText+"</h1><table><tr><td>"+leadText+"<br><br>"+nextText+"<br>"+lastText+"</td></tr></table>"), body, time.Time{}},
		{"a visible date", page("", "<h1>"+headText+"</h1><div class=date>24.11.2025, 14:30</div>"+paragraphs), body, at("2025-11-24T14:30:00+02:00")},
		{"a machine's date", page(`<meta property="article:published_time" content="2025-11-24T14:30:00+02:00">`, "<h1>"+headText+"</h1>"+paragraphs), body, at("2025-11-24T14:30:00+02:00")},
		{"linked data", page(`<script type="application/ld+json">{"@graph":[{"headline":"x","datePublished":"2025-11-24T12:30:00Z"}]}</script>`, "<h1>"+headText+"</h1>"+paragraphs), body, at("2025-11-24T14:30:00+02:00")},
		{"time element", page("", "<article><h1>"+headText+"</h1><time datetime='2025-11-24T14:30:00+02:00'>учора</time>"+paragraphs+"</article>"), body, at("2025-11-24T14:30:00+02:00")},
		{"title from og", page(`<meta property="og:title" content="`+headText+`">`, "<article>"+paragraphs+"</article>"), body, time.Time{}},
		{"title from title", page("", "<div>"+paragraphs+"</div>"), body, time.Time{}},
		{"read also inside", page("", "<h1>"+headText+"</h1><p>"+leadText+"</p><p>Читайте також: <a href=/x>Зовсім інша новина про погоду в області</a></p><p>"+nextText+"</p><p>"+lastText+"</p><div class=share>Поділитися: Facebook</div>"), body, time.Time{}},
	} {
		p, err := ExtractHTML([]byte(c.html), "text/html", "https://oblrada.gov.ua/news/1")
		if err != nil || p.Title != headText || !p.Published.Equal(c.published) || p.Text != c.text {
			t.Errorf("%s: %v\ntitle %q, published %v\n%s", c.name, err, p.Title, p.Published, p.Text)
		}
	}
}

func TestExtractHTMLKeepsListsAndLinks(t *testing.T) {
	p, err := ExtractHTML([]byte(page("", "<h1>"+headText+"</h1><p>"+leadText+"</p><ol><li>ремонт мереж;</li><li>закупівля палива.</li></ol><p>"+lastText+` <a href="/docs/1">матеріали</a></p>`)), "", "https://oblrada.gov.ua/news/1?utm_source=x")
	if err != nil || !strings.Contains(p.Text, "1. ремонт мереж;\n2. закупівля палива.") || p.URL != "https://oblrada.gov.ua/news/1" {
		t.Errorf("%v %s\n%s", err, p.URL, p.Text)
	}
	if len(p.Links) != 1 || p.Links[0] != "https://oblrada.gov.ua/docs/1" {
		t.Errorf("links: %v", p.Links)
	}
}

func TestCanonicalIsBelievedWithinTheSiteOnly(t *testing.T) {
	for link, want := range map[string]string{
		"https://www.oblrada.gov.ua/n/1": "https://www.oblrada.gov.ua/n/1", "https://evil.example/n/1": "https://oblrada.gov.ua/news/1", "/": "https://oblrada.gov.ua/news/1",
	} {
		p, err := ExtractHTML([]byte(page(`<link rel="canonical" href="`+link+`">`, "<p>"+leadText+"</p>")), "", "https://oblrada.gov.ua/news/1")
		if err != nil || p.URL != want {
			t.Errorf("%s: %s (%v), want %s", link, p.URL, err, want)
		}
	}
}

func TestADeepPageIsRefused(t *testing.T) {
	if _, err := ExtractHTML([]byte(strings.Repeat("<div>", 400)+leadText), "", ""); err == nil {
		t.Error("a tree of 400 levels is walked")
	}
}

func FuzzExtract(f *testing.F) {
	f.Add("Заголовок\n24.11.2025\n" + leadText + "\n" + nextText)
	f.Add(page("", "<h1>"+headText+"</h1><p>"+leadText+"</p>"))
	f.Add(`<div class="tgme_channel_info"></div><div class="tgme_widget_message" data-post="a/1"><div class="tgme_widget_message_text">x<br>y</div></div>`)
	f.Fuzz(func(t *testing.T, raw string) {
		_ = ExtractText(raw)
		_, _ = ExtractHTML([]byte(raw), "", "https://oblrada.gov.ua/news/1")
		doc, err := parseHTML([]byte(raw), "")
		if err != nil {
			return
		}
		c := NewClient(ClientOptions{})
		_, _ = c.parseChannel(doc, "name")
		u, err := url.Parse("https://oblrada.gov.ua/")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = parseList(doc, u)
	})
}
