package list

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"visnyk/sources/extract"
)

func parse(t testing.TB, page string) *goquery.Document {
	t.Helper()
	doc, err := extract.Parse([]byte(page), "")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func at(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

const home = "https://rada.example/news/"

// news makes items of a list from a form with the number of each in it.
func news(form string, from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		b.WriteString(strings.ReplaceAll(form, "%d", strconv.Itoa(i)))
	}
	return b.String()
}

const (
	item    = `<div class="item n-%d"><span class="date">1%d листопада 2026</span><h3 class="head"><a href="/news/%d-rada">Рада ухвалила рішення номер %d про бюджет</a></h3></div>`
	popular = `<div class="item"><h3><a href="/news/old-%d">Найпопулярніша новина року під номером %d</a></h3></div>`
)

func TestAListIsLearntAndFoundAgainByItsRule(t *testing.T) {
	l, err := Learn(parse(t, `<div class="news list">`+news(item, 0, 4)+`</div><div class="popular">`+news(popular, 0, 3)+`</div>`), at(t, home))
	if err != nil || len(l.Entries) != 4 || l.Dated() != 1 {
		t.Fatalf("%+v, %v", l, err)
	}
	want := Rule{Form: "/news", Path: "a<h3.head<div.item<div.list.news", In: "div.list.news", Date: "span.date"}
	if l.Rule != want {
		t.Errorf("rule %+v, want %+v", l.Rule, want)
	}
	stored, err := json.Marshal(l.Rule)
	if err != nil {
		t.Fatal(err)
	}
	var rule Rule
	if err := json.Unmarshal(stored, &rule); err != nil || rule != want {
		t.Errorf("stored as %s, %v", stored, err)
	}
	// A larger list beside it is not taken in its place, and one entry is enough.
	page := `<div class="popular">` + news(popular, 0, 30) + `</div><div class="list news wide">` + news(item, 5, 6) + `</div>`
	l, learnt, err := Read(parse(t, page), at(t, home), rule)
	if err != nil || learnt || len(l.Entries) != 1 || l.Entries[0].URL != home+"5-rada" || l.Entries[0].Published.Day() != 15 {
		t.Errorf("%+v, learnt %v, %v", l, learnt, err)
	}
}

func TestALayoutThatChangedIsLearntAnew(t *testing.T) {
	old, err := Learn(parse(t, `<div class="news">`+news(item, 0, 4)+`</div>`), at(t, home))
	if err != nil {
		t.Fatal(err)
	}
	changed := `<ul class="feed">` + news(`<li><a href="/news/%d-rada">Рада ухвалила рішення номер %d про бюджет</a> <time datetime="2026-11-1%dT10:00:00+02:00">щойно</time></li>`, 0, 4) + `</ul>`
	l, learnt, err := Read(parse(t, changed), at(t, home), old.Rule)
	if err != nil || !learnt || len(l.Entries) != 4 || l.Rule.Path != "a<li<ul.feed<body" || l.Rule.Date != "time" || l.Dated() != 1 {
		t.Errorf("%+v, learnt %v, %v", l, learnt, err)
	}
	if _, _, err := Read(parse(t, `<p>Сайт на реконструкції</p>`), at(t, home), old.Rule); !errors.Is(err, ErrNone) {
		t.Errorf("a page of nothing: %v", err)
	}
}

func TestListsOfEveryKindAreLearnt(t *testing.T) {
	for name, c := range map[string]struct {
		page  string
		title string
		dated float64
	}{
		"a menu is longer, without dates": {`<div class="m">` + news(`<p><a href="/about/%d">Сторінка про структуру міської ради %d</a></p>`, 0, 7) + `</div>` + news(item, 0, 4), "Рада ухвалила рішення номер 0 про бюджет", 1},
		"odd and even":                    {`<table>` + news(`<tr class="odd"><td><a href="/news/a%d">Рада ухвалила рішення номер %d</a></td></tr><tr class="even"><td><a href="/news/b%d">Рада скасувала рішення номер %d</a></td></tr>`, 0, 2) + `</table>`, "Рада ухвалила рішення номер 0", 0},
		"whole cards are links":           {news(`<a class="card" href="/n/%d"><img><div><span>1%d.11.2026</span><h4>Рада ухвалила рішення номер %d</h4><p>Вступ до новини, довший за заголовок.</p></div></a>`, 0, 4), "Рада ухвалила рішення номер 0", 1},
		"headlines stand beside links":    {news(`<div><h3>Рада ухвалила рішення номер %d</h3><i>1%d.11.2026</i><p>Вступ</p><a href="/n?id=%d">Детальніше</a></div>`, 0, 4), "Рада ухвалила рішення номер 0", 1},
		"headlines of one word":           {news(`<p><a href="/n/%d">Самоврядування-%d-в-Україні</a></p>`, 0, 4), "Самоврядування-0-в-Україні", 0},
		"addresses of days":               {news(`<li><a href="/2026/11/1%d/slug-%d/">Рада ухвалила рішення номер %d</a></li>`, 0, 4), "Рада ухвалила рішення номер 0", 0},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := Learn(parse(t, c.page), at(t, home))
			if err != nil || len(l.Entries) != 4 || l.Entries[0].Title != c.title || l.Dated() != c.dated {
				t.Fatalf("%+v, %v", l, err)
			}
			again, learnt, err := Read(parse(t, c.page), at(t, home), l.Rule)
			if err != nil || learnt || fmt.Sprint(again.Entries) != fmt.Sprint(l.Entries) {
				t.Errorf("again: %+v, learnt %v, %v", again, learnt, err)
			}
		})
	}
}

func TestWhereAListGoesOn(t *testing.T) {
	for name, c := range map[string]struct{ at, page, want string }{
		"rel=next":              {home, `<link rel="next" href="?page=2"><a href="?page=9">Остання</a>`, home + "?page=2"},
		"a word":                {home, `<a href="/news/?page=2">Наступна »</a>`, home + "?page=2"},
		"a word in a label":     {home, `<a href="/news/page/2/" aria-label="Наступна сторінка"><svg></svg></a>`, home + "page/2/"},
		"a number":              {home, `<b>1</b> <a href="?p=2">2</a> <a href="?p=3">3</a> <a href="?p=9">9</a>`, home + "?p=2"},
		"pages count from zero": {home + "?page=1", `<a href="?page=0">1</a> <b>2</b> <a href="?page=2">3</a> <a href="?page=3">4</a>`, home + "?page=2"},
		"in the middle":         {home + "page/4/", `<a href="/news/">1</a> … <a href="/news/page/3/">3</a> <b>4</b> <a href="/news/page/5/">5</a>`, home + "page/5/"},
		"an arrow":              {home, `<a href="?s=10">2</a> <a href="?s=10">›</a>`, home + "?s=10"},
		"another list":          {home, `<a href="/events/?page=2">Наступна</a> <a href="https://other.example/news/?page=2">2</a>`, ""},
		"the next article":      {home + "7-rada", `<a href="/news/8-rada">Наступна новина</a>`, ""},
		"the last page":         {home + "?page=3", `<a href="?page=1">1</a> <a href="?page=2">2</a> <b>3</b>`, ""},
	} {
		if got := olderOf(parse(t, c.page), at(t, c.at)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func FuzzList(f *testing.F) {
	f.Add([]byte(news(item, 0, 4)), []byte(news(item, 2, 5)))
	f.Add([]byte(strings.Repeat(`<a href="?p=1">Довгий заголовок новини тут</a>`, 4)), []byte(`<a href=?page=2>2</a>`))
	base := at(f, home)
	f.Fuzz(func(t *testing.T, first, second []byte) {
		doc, err := extract.Parse(first, "")
		if err != nil {
			return
		}
		l, err := Learn(doc, base)
		if err == nil && len(l.Entries) < MinEntries {
			t.Errorf("%d entries are no list", len(l.Entries))
		}
		if err != nil {
			return
		}
		again, learnt, err := Read(doc, base, l.Rule)
		if err != nil || learnt || len(again.Entries) < min(len(l.Entries), MinEntries) {
			t.Errorf("the rule %+v finds %d of %d entries again (%v)", l.Rule, len(again.Entries), len(l.Entries), err)
		}
		if doc, err = extract.Parse(second, ""); err != nil {
			return
		}
		other, _, _ := Read(doc, base, l.Rule)
		for _, e := range append(again.Entries, other.Entries...) {
			if e.Title == "" || !strings.HasPrefix(e.URL, "http") {
				t.Errorf("entry %+v", e)
			}
		}
	})
}

// What is done for each link of a page must not grow with the page.
func TestALinkCostsTheSameOnALongPage(t *testing.T) {
	link := `<li><a href="/news/%d">Уряд ухвалив рішення про громади</a></li>`
	for name, item := range map[string]string{"links": link, "one link again": strings.ReplaceAll(link, "%d", "1"), "short links": `<a href="/%d">слово</a>`, "no links": "<i>слово</i>"} {
		var page strings.Builder
		for i := range 5000 {
			page.WriteString(strings.ReplaceAll(item, "%d", strconv.Itoa(i)))
		}
		doc := parse(t, page.String())
		body := doc.Find("body").Get(0)
		if n := testing.AllocsPerRun(1, func() {
			if !holdsOthers(body) {
				t.Errorf("%s: the page is taken for one item of a list", name)
			}
		}); n > 20*maxEntry {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkList(b *testing.B) {
	page := `<div class="menu">` + news(`<p><a href="/about/%d">Сторінка про структуру міської ради %d</a></p>`, 0, 60) + `</div><div class="news list">` + news(item, 0, 30) + `</div>`
	doc, base := parse(b, page), at(b, home)
	l, err := Learn(doc, base)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("learn", func(b *testing.B) {
		for b.Loop() {
			_, _ = Learn(doc, base)
		}
	})
	b.Run("rule", func(b *testing.B) {
		for b.Loop() {
			_, _, _ = Read(doc, base, l.Rule)
		}
	})
}
