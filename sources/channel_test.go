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

func FuzzParseChannel(f *testing.F) {
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
