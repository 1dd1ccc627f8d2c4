package sources

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"visnyk/sources/extract"
)

// preview makes the page of a channel of posts given by their markup, the
// oldest first; one that begins with «!» is written as it stands.
func preview(posts ...string) string {
	var b strings.Builder
	b.WriteString(`<html><body><div class="tgme_channel_info"><div class="tgme_channel_info_header_title"><span dir="auto">Міська рада</span></div><div class="tgme_channel_info_description">Підписатися</div></div>`)
	for i, p := range posts {
		if raw, ok := strings.CutPrefix(p, "!"); ok {
			b.WriteString(raw)
			continue
		}
		fmt.Fprintf(&b, `<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" data-post="rada/%d"><div class="tgme_widget_message_text js-message_text">%s</div>
<a class="tgme_widget_message_date" href="https://t.me/rada/%d"><time datetime="2025-11-2%dT08:30:00+00:00">10:30</time></a></div></div>`, i+1, p, i+1, i+1)
	}
	return b.String() + "</body></html>"
}

func TestReadChannel(t *testing.T) {
	const tail = `<br><br><a href="https://t.me/rada">Підписатися</a> | <a href="https://rada.example">Сайт</a> | Facebook`
	site := serve(t, map[string]string{"/s/rada": preview(
		`<b>Перекриття руху на вулиці Соборній</b><br><br>Завтра рух транспорту буде обмежено через ремонт.<br/>Об’їзд – вулицею <a href="https://map.example/1">Шевченка</a>.`+tail,
		`!<div class="tgme_widget_message service_message" data-post="rada/2"><div class="tgme_widget_message_text">Channel photo updated</div></div>`,
		`!<div class="tgme_widget_message" data-post="rada/3"><a class="tgme_widget_message_photo_wrap"></a></div>`,
		`⚡️ Оголошено повітряну тривогу!`+tail,
	)})
	c := NewClient(ClientOptions{AllowPrivate: true, TMEURL: site})
	for _, address := range []string{"https://t.me/rada", "https://t.me/s/rada", site + "/s/rada"} {
		r, err := c.Read(context.Background(), Endpoint{Kind: KindChannel, URL: address}, Validators{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Items) != 2 || r.Title != "Міська рада" {
			t.Fatalf("%s: title %q, items %+v", address, r.Title, r.Items)
		}
		newest, oldest := r.Items[0], r.Items[1]
		if newest.GUID != "rada/4" || newest.URL != site+"/rada/4" || !strings.Contains(newest.Text, "повітряну тривогу") || strings.Contains(newest.Text, "Підписатися") {
			t.Errorf("newest = %+v", newest)
		}
		if oldest.Title != "Перекриття руху на вулиці Соборній" || oldest.Text != "Завтра рух транспорту буде обмежено через ремонт.\nОб’їзд – вулицею Шевченка." {
			t.Errorf("oldest = %+v", oldest)
		}
		if want := time.Date(2025, 11, 21, 8, 30, 0, 0, time.UTC); !oldest.Published.Equal(want) || oldest.Links[0] != "https://map.example/1" {
			t.Errorf("oldest: published %v, links %q", oldest.Published, oldest.Links)
		}
	}
}

func TestChannelHeadlines(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("дуже довге речення без жодної крапки ", 8))
	site := serve(t, map[string]string{"/s/rada": preview(long, "Перше речення дня. Друге: "+long+".")})
	c := NewClient(ClientOptions{AllowPrivate: true, TMEURL: site})
	r, err := c.Read(context.Background(), Endpoint{Kind: KindChannel, URL: "https://t.me/rada"}, Validators{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Items[0].Title != "Перше речення дня." || !strings.HasPrefix(r.Items[0].Text, "Перше речення дня. Друге: дуже") {
		t.Errorf("first sentence: %+v", r.Items[0])
	}
	cut, _ := strings.CutSuffix(r.Items[1].Title, "…")
	if n := len([]rune(r.Items[1].Title)); n > 121 || n < 100 || !strings.HasPrefix(long, cut+" ") || r.Items[1].Text != long {
		t.Errorf("long sentence: %+v", r.Items[1])
	}
}

func TestNoChannel(t *testing.T) {
	site := serve(t, map[string]string{"/s/someone": `<html><body><div class="tgme_page"><div class="tgme_page_title">Someone</div></div></body></html>`})
	c := NewClient(ClientOptions{AllowPrivate: true, TMEURL: site})
	for _, address := range []string{"https://t.me/someone", "https://t.me/", "https://rada.example/rada"} {
		if _, err := c.Read(context.Background(), Endpoint{Kind: KindChannel, URL: address}, Validators{}); !errors.Is(err, ErrNoChannel) {
			t.Errorf("%s: %v, want ErrNoChannel", address, err)
		}
	}
}

func readPreview(t *testing.T, posts ...string) Reading {
	t.Helper()
	site := serve(t, map[string]string{"/s/rada": preview(posts...)})
	r, err := NewClient(ClientOptions{AllowPrivate: true, TMEURL: site}).Read(t.Context(), Endpoint{Kind: KindChannel, URL: "https://t.me/rada"}, Validators{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPostsOfEveryKindAreRead(t *testing.T) {
	const meta = `<span class="tgme_widget_message_meta">%s<a class="tgme_widget_message_date" href="https://t.me/rada/9"><time datetime="2025-11-24T08:30:00+00:00">10:30</time></a></span>`
	message := func(n int, edited, content string) string {
		return fmt.Sprintf(`!<div class="tgme_widget_message" data-post="rada/%d">%s%s</div>`, n, content, fmt.Sprintf(meta, edited))
	}
	r := readPreview(t,
		message(9, "", `<div class="tgme_widget_message_forwarded_from">Forwarded from <a class="tgme_widget_message_forwarded_from_name" href="https://t.me/mon/5"><span>МОН  України</span></a></div><div class="tgme_widget_message_text">Змінено правила вступу до закладів освіти.</div>`),
		message(10, "edited&nbsp;&nbsp;", `<div class="tgme_widget_message_grouped_wrap"><a href="https://t.me/rada/10?single"></a><a href="https://t.me/rada/11?single"></a></div><div class="tgme_widget_message_text">Фото з відкриття нової лікарні в області.</div>`),
		message(12, "", `<a class="tgme_widget_message_reply" href="https://t.me/rada/9"><div class="tgme_widget_message_text js-message_reply_text">Змінено правила вступу</div></a><div class="tgme_widget_message_text js-message_text">Уточнення до попереднього допису ради.</div>`),
		message(13, "", `<div class="tgme_widget_message_poll"><div class="tgme_widget_message_poll_question">Чи підтримуєте ви перейменування вулиці?</div></div>`),
		message(14, "", `<div class="tgme_widget_message_video_player"></div>`),
	)
	if len(r.Items) != 4 || !strings.HasSuffix(r.Older, "/s/rada?before=9") {
		t.Fatalf("older %q, items %+v", r.Older, r.Items)
	}
	poll, reply, album, forward := r.Items[0], r.Items[1], r.Items[2], r.Items[3]
	if forward.From != "МОН України" || len(forward.Links) != 1 || forward.Links[0] != "https://t.me/mon/5" {
		t.Errorf("forward: %+v", forward)
	}
	if album.GUID != "rada/10" || album.From != "" {
		t.Errorf("album: %+v", album)
	}
	if reply.Text != "Уточнення до попереднього допису ради." || !strings.HasPrefix(poll.Text, "Чи підтримуєте") {
		t.Errorf("reply %q, poll %q", reply.Text, poll.Text)
	}
}

func TestAChannelsDecorationIsLearnt(t *testing.T) {
	var posts []string
	for _, text := range []string{"Відкрито рух мостом через річку", "Почалася реєстрація учасників конкурсу", "Завершено ремонт школи у громаді"} {
		posts = append(posts, `🏛 Рада повідомляє<br>`+text+`. Подробиці – на <a href="https://rada.example/news/`+fmt.Sprint(len(text))+`1">сайті</a>.<br>Гаряча лінія ради – 15-45<br>🔹 <a href="https://rada.example">Сайт</a> • <a href="https://facebook.com/rada">Facebook</a> • Viber<br>⚡️⚡️`)
	}
	for _, i := range readPreview(t, posts...).Items {
		if !strings.HasSuffix(i.Text, "Подробиці – на сайті.") || strings.Contains(i.Title+i.Text, "повідомляє") || len(i.Links) != 1 {
			t.Errorf("%+v", i)
		}
	}
	// What only a few posts share is theirs.
	posts[1] = "Перша подія дня у громаді<br>Гаряча лінія ради – 15-45"
	posts[2] = "Друга подія дня у громаді<br>Триває"
	if i := readPreview(t, posts...).Items[1]; !strings.Contains(i.Text, "15-45") {
		t.Errorf("%+v", i)
	}
}

func TestAPostIsJoinedToTheArticleThatItAnnounces(t *testing.T) {
	s := Source{Home: "https://rada.example/", Endpoints: []Endpoint{{Kind: KindFeed, URL: "https://news.rada.example/feed"}, {Kind: KindChannel, URL: "https://t.me/s/rada"}}}
	for name, c := range map[string]struct {
		site, text string
		links      []string
		want       string
	}{
		"one article":         {"", "Коротко.", []string{"https://www.rada.example/news/rada-uhvalyla-byudzhet/?utm_source=tg", "https://t.me/rada", "https://rada.example/"}, "https://www.rada.example/news/rada-uhvalyla-byudzhet"},
		"by its number":       {"", "Коротко.", []string{"https://rada.example/n?id=1234"}, "https://rada.example/n?id=1234"},
		"twice":               {"", "Коротко.", []string{"https://rada.example/n/1234", "https://rada.example/n/1234/"}, "https://rada.example/n/1234"},
		"two articles":        {"", "Коротко.", []string{"https://rada.example/n/1234", "https://rada.example/n/1235"}, ""},
		"a page for all":      {"", "Коротко.", []string{"https://rada.example/vaccination"}, ""},
		"another site":        {"", "Коротко.", []string{"https://other.example.org/news/1234"}, ""},
		"the channel's words": {"https://other.example.org/", "Коротко.", []string{"https://other.example.org/news/1234"}, "https://other.example.org/news/1234"},
		"a long text":         {"", strings.Repeat("Довгий допис. ", 60), []string{"https://rada.example/n/1234"}, ""},
	} {
		items := []Item{{Text: c.text, Links: c.links}}
		if s.announces(c.site, items); items[0].About != c.want {
			t.Errorf("%s: %q, want %q", name, items[0].About, c.want)
		}
	}
	same := []string{"https://rada.example/n/1234"}
	items := []Item{{Text: "Коротко.", Links: same}, {Text: "Інше.", Links: same}}
	if s.announces("", items); items[0].About+items[1].About != "" {
		t.Errorf("two posts are one article: %+v", items)
	}
}

func TestADeadNameIsNoChannel(t *testing.T) {
	site := serve(t, map[string]string{})
	if _, err := NewClient(ClientOptions{AllowPrivate: true, TMEURL: site}).Read(t.Context(), Endpoint{Kind: KindChannel, URL: "https://t.me/rada"}, Validators{}); !errors.Is(err, ErrNoChannel) {
		t.Errorf("%v, want ErrNoChannel", err)
	}
}

func FuzzChannel(f *testing.F) {
	f.Add([]byte(preview("Текст<br>допису", "!<div class=tgme_widget_message data-post=a/1>")))
	c := NewClient(ClientOptions{})
	f.Fuzz(func(t *testing.T, body []byte) {
		doc, err := extract.Parse(body, "")
		if err != nil {
			return
		}
		r, err := c.parseChannel(doc, "rada")
		for _, i := range r.Items {
			if i.Title == "" || i.Text == "" || err != nil {
				t.Errorf("item %+v, error %v", i, err)
			}
		}
	})
}
