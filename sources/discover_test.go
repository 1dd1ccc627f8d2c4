package sources

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"visnyk/internal/sitetest"
)

const newsList = `<html><head><title>Новини | Обласна рада</title></head><body><nav><ul><li><a href="/n/menu-one">Структура та керівництво ради</a></li><li><a href="/n/menu-two">Порядок роботи зі зверненнями</a></li><li><a href="/n/menu-three">Доступ до публічної інформації</a></li><li><a href="/n/menu-four">Очищення влади та запобігання</a></li></ul></nav>
<div class="list"><div class="item"><a href="/n/3?utm_source=main">Рада затвердила бюджет області на рік</a><span>24.11.2025 14:30</span></div>
<div class="item"><a href="/n/2">Депутати підтримали програму розвитку</a><time datetime="2025-11-23T10:00:00+02:00">учора</time></div>
<div class="item"><a href="/n/1">Оголошено конкурс молодіжних проєктів</a></div></div>
<footer><a href="https://other.example/1">Посилання на зовсім інший сайт влади</a></footer></body></html>`

const feedXML = `<?xml version="1.0"?><rss version="2.0"><channel><title>Стрічка ради</title><link>https://rada.example/</link><description>-</description><item><title>Рада затвердила бюджет області на рік</title><link>https://rada.example/n/3</link><guid>3</guid></item></channel></rss>`

func TestReadPage(t *testing.T) {
	site := serve(t, map[string]string{"/news": newsList})
	c := NewClient(ClientOptions{AllowPrivate: true})
	r, err := c.Read(context.Background(), Endpoint{Kind: KindPage, URL: site + "/news"}, Validators{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Items) != 3 || r.Title != "Обласна рада" {
		t.Fatalf("title %q, items %+v", r.Title, r.Items)
	}
	first := r.Items[0]
	if first.URL != site+"/n/3" || first.Title != "Рада затвердила бюджет області на рік" || !first.Thin || first.GUID != "" {
		t.Errorf("first = %+v", first)
	}
	for i, want := range []string{"2025-11-24T14:30:00+02:00", "2025-11-23T10:00:00+02:00", ""} {
		got := ""
		if at := r.Items[i].Published; !at.IsZero() {
			got = at.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("item %d published %q, want %q", i, got, want)
		}
	}
}

func TestReadPageWithoutNews(t *testing.T) {
	site := serve(t, map[string]string{"/": `<html><body><p>Сайт на реконструкції.</p><a href="/a">Два посилання з довгим текстом тут</a><a href="/b">Друге посилання з довгим текстом</a></body></html>`})
	c := NewClient(ClientOptions{AllowPrivate: true})
	if _, err := c.Read(context.Background(), Endpoint{Kind: KindPage, URL: site}, Validators{}); !errors.Is(err, ErrNoItems) {
		t.Errorf("error = %v, want ErrNoItems", err)
	}
}

func TestDiscover(t *testing.T) {
	site := serve(t, map[string]string{
		"/named":    `<html><head><link rel="alternate" type="application/rss+xml" title="Comments" href="/comments.xml"><link rel="alternate" type="application/rss+xml" href="/broken.xml"><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>`,
		"/feed.xml": feedXML, "/comments.xml": feedXML, "/broken.xml": "<?xml version=\"1.0\"?><rss>",
		"/s/rada": preview("Текст допису про роботу ради."),
	})
	pages := serve(t, map[string]string{"/news": newsList, "/": `<html><body><nav><a href="/news">Новини</a></nav></body></html>`})
	empty := serve(t, map[string]string{"/": "<html></html>"})
	c := NewClient(ClientOptions{AllowPrivate: true, TMEURL: site})
	for address, want := range map[string]struct {
		kind EndpointKind
		url  string
		name string
	}{
		site + "/feed.xml": {KindFeed, site + "/feed.xml", "Стрічка ради"},
		site + "/named":    {KindFeed, site + "/feed.xml", "Стрічка ради"},
		pages + "/news":    {KindPage, pages + "/news", "Обласна рада"},
		pages:              {KindPage, pages + "/news", "Обласна рада"},
		"@rada":            {KindChannel, site + "/s/rada", "Міська рада"},
		"t.me/rada":        {KindChannel, site + "/s/rada", "Міська рада"},
	} {
		s, r, err := c.Discover(context.Background(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if len(s.Endpoints) != 1 || s.Endpoints[0].Kind != want.kind || s.Endpoints[0].URL != want.url || s.Name != want.name || len(r.Items) == 0 {
			t.Errorf("%s: source %+v with %d items, want %+v", address, s, len(r.Items), want)
		}
		if !regexp.MustCompile(`^u-[a-z2-7]{16}$`).MatchString(s.ID) {
			t.Errorf("%s: id %q", address, s.ID)
		}
	}
	if _, _, err := c.Discover(context.Background(), empty); !errors.Is(err, ErrNoItems) && !errors.Is(err, ErrNotSource) {
		t.Errorf("a page of nothing: %v", err)
	}
}

func TestABareHostMayBeAnOldSite(t *testing.T) {
	site := serve(t, map[string]string{"/": newsList})
	c := NewClient(ClientOptions{AllowPrivate: true})
	transport, ok := c.http.Transport.(*http.Transport)
	if !ok {
		t.Fatal("the client has no transport of its own")
	}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if !strings.HasSuffix(address, ":80") {
			return nil, errors.New("connection refused")
		}
		return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(site, "http://"))
	}
	s, _, err := c.Discover(t.Context(), "rada.example")
	if err != nil || s.Endpoints[0].URL != "http://rada.example" {
		t.Errorf("%+v, %v", s, err)
	}
	if _, _, err := c.Discover(t.Context(), "https://rada.example"); !errors.Is(err, ErrUnreachable) {
		t.Errorf("who says https gets %v", err)
	}
}

func TestDiscoverSitesOfEachStyle(t *testing.T) {
	const paragraph = "Обласна рада на черговій сесії підтримала програму відновлення шкіл та укриттів у громадах області."
	for style, kind := range map[sitetest.Style]EndpointKind{sitetest.Feed: KindFeed, sitetest.Page: KindPage, sitetest.Channel: KindChannel} {
		site := sitetest.NewSite(style, "Обласна рада", "rada")
		for i, title := range []string{"Рада затвердила бюджет області на рік", "Депутати підтримали програму розвитку", "Оголошено конкурс молодіжних проєктів"} {
			site.Publish(sitetest.Publication{Slug: string(rune('a' + i)), Title: title, Paragraphs: []string{paragraph, paragraph + " Кошти виділять з бюджету."}, Published: time.Date(2025, 11, 20+i, 9, 0, 0, 0, time.UTC)})
		}
		home, err := site.Start("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(site.Close)
		c := NewClient(ClientOptions{AllowPrivate: true, TMEURL: home})
		if kind == KindChannel {
			home = "@rada"
		}
		s, r, err := c.Discover(context.Background(), home)
		if err != nil || s.Endpoints[0].Kind != kind || len(r.Items) != 3 || r.Items[0].Title != "Оголошено конкурс молодіжних проєктів" {
			t.Errorf("%s: source %+v, items %+v, error %v", kind, s, r.Items, err)
			continue
		}
		if kind == KindChannel {
			continue
		}
		p, err := c.Article(context.Background(), r.Items[0].URL)
		if err != nil || p.Title != r.Items[0].Title || !strings.HasPrefix(p.Text, paragraph) || p.Published.Day() != 22 {
			t.Errorf("%s: article %+v, error %v", kind, p, err)
		}
	}
}

// serve answers each path with a page; "type path" keys are not needed, for the
// content tells its type.
func serve(t *testing.T, pages map[string]string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if strings.HasPrefix(page, "<?xml") {
			w.Header().Set("Content-Type", "application/rss+xml")
		}
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const shelterPage = `<html><head><title>Рада</title></head><body><h1>У Рівному відкрили притулок для родин переселенців</h1>
<p>У Рівному відкрили притулок на сорок родин, які були змушені залишити свої домівки через бойові дії.</p></body></html>`

func TestArticle(t *testing.T) {
	site := serve(t, map[string]string{"/news/shelter": shelterPage})
	c := NewClient(ClientOptions{AllowPrivate: true})
	p, err := c.Article(context.Background(), site+"/news/shelter#comments")
	if err != nil {
		t.Fatal(err)
	}
	if p.URL != site+"/news/shelter" || p.Title != "У Рівному відкрили притулок для родин переселенців" {
		t.Errorf("article = %+v", p)
	}
	var status *StatusError
	if _, err := c.Article(context.Background(), site+"/absent"); !errors.As(err, &status) || status.Code != http.StatusNotFound {
		t.Errorf("absent article: %v", err)
	}
}
