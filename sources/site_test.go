package sources

import (
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// today writes a day so many days ago as sites do.
func today(ago int) string {
	return time.Now().AddDate(0, 0, -ago).Format("02.01.2006")
}

// teasers is a list of news of the last days.
func teasers(folder string) string {
	var b strings.Builder
	b.WriteString(`<div class="list">`)
	for i := range 4 {
		fmt.Fprintf(&b, `<div class="item"><i>%s</i><a href="%s/novyna-pro-radu-%d">Рада ухвалила рішення під номером %d</a></div>`, today(i), folder, i, i)
	}
	return b.String() + `</div>`
}

// feedOf is a feed of articles, the newest so many days old.
func feedOf(folder string, ago int) string {
	at := time.Now().AddDate(0, 0, -ago).UTC().Format(time.RFC1123Z)
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>Стрічка</title><item><title>Новина стрічки</title><link>` + folder + `/novyna-pro-radu-0</link><pubDate>` + at + `</pubDate></item></channel></rss>`
}

const frame = `<html><head><title>%s | Рада</title>%s</head><body><header><a href="/">Рада</a><a href="/news/">Новини</a></header>%s<footer><a href="https://t.me/rada_official">Telegram</a><a href="https://t.me/share/url?url=x">Поділитися</a><a href="https://t.me/rada_bot">Бот</a></footer></body></html>`

func page(title, head, content string) string { return fmt.Sprintf(frame, title, head, content) }

// endpoints says in a line what discovery found.
func endpoints(all []Endpoint, site string) string {
	var found []string
	for _, e := range all {
		found = append(found, fmt.Sprintf("%s %s %.2f", e.Why, strings.TrimPrefix(e.URL, site), e.Sure))
	}
	return strings.Join(found, ", ")
}

func TestAllEndpointsOfASiteAreFound(t *testing.T) {
	const named = `<link rel="alternate" type="application/rss+xml" href="/all.xml">`
	channel := strings.Replace(preview("Текст допису ради"), ">Підписатися<", `>Сайт: <a href="SITE">сайт</a> <a href="https://facebook.com/rada">fb</a><`, 1)
	channel = strings.ReplaceAll(channel, "2025-11-21", time.Now().Format(time.DateOnly))
	article := page("Стаття", `<meta property="article:published_time" content="2026-11-20T10:00:00+02:00">`, `<ul class="breadcrumbs"><li><a href="/">Головна</a></li><li><a href="/podiyi/">Події</a></li></ul><h1>Стаття</h1>`+teasers("/podiyi"))
	for name, c := range map[string]struct {
		address string
		pages   map[string]string
		want    string
	}{
		"all of them": {
			"/",
			map[string]string{"/": page("Рада", named, teasers("/news")), "/news/": page("Новини", "", teasers("/news")), "/all.xml": feedOf("/news", 1), "/s/rada_official": channel},
			"named /all.xml 0.98, list /news/ 0.90, linked /s/rada_official 0.95",
		},
		"a feed at a usual address": {
			"/news/",
			map[string]string{"/news/": page("Новини", "", teasers("/news")), "/rss.xml": feedOf("/news", 1)},
			"path /rss.xml 0.98, list /news/ 0.90",
		},
		"a feed of other things": {
			"/news/",
			map[string]string{"/news/": page("Новини", "", teasers("/news")), "/rss.xml": strings.ReplaceAll(feedOf("/tenders", 1), "radu-0", "inshe")},
			"list /news/ 0.90, path /rss.xml 0.50",
		},
		"a feed that publishes no more": {
			"/news/",
			map[string]string{"/news/": page("Новини", named, teasers("/news")), "/all.xml": strings.ReplaceAll(feedOf("/news", 400), "radu-0", "stare")},
			"list /news/ 0.90, named /all.xml 0.25",
		},
		"a channel that is closed":     {"/news/", map[string]string{"/news/": page("Новини", "", teasers("/news")), "/s/rada_official": `<div class="tgme_page"></div>`}, "list /news/ 0.90"},
		"a news page without dates":    {"/", map[string]string{"/": page("Рада", "", teasers("/news")), "/news/": page("Новини", "", strings.ReplaceAll(teasers("/about"), "<i>", "<i hidden>x"))}, "list /news/ 0.90"},
		"an article":                   {"/podiyi/novyna-pro-radu-9", map[string]string{"/podiyi/novyna-pro-radu-9": article, "/podiyi/": page("Події", "", teasers("/podiyi")), "/news/": page("Новини", "", teasers("/news"))}, "list /podiyi/ 0.90"},
		"an article of a site's front": {"/podiyi/novyna-pro-radu-9", map[string]string{"/podiyi/novyna-pro-radu-9": article, "/": page("Рада", named, teasers("/podiyi")), "/all.xml": feedOf("/podiyi", 0)}, "named /all.xml 0.98, list / 0.80"},
		"a part of the news":           {"/news/region", map[string]string{"/news/region": page("Новини області", "", teasers("/news")+strings.ReplaceAll(teasers("/news"), "radu", "misto"))}, "list /news/region 0.90"},
		"a feed":                       {"/all.xml", map[string]string{"/all.xml": feedOf("/news", 1), "/": page("Рада", "", teasers("/news")), "/s/rada_official": channel}, "given /all.xml 1.00, list / 0.80, linked /s/rada_official 0.95"},
		"the channel alone":            {"/", map[string]string{"/": page("Рада", "", ""), "/s/rada_official": channel}, "linked /s/rada_official 0.95"},
	} {
		t.Run(name, func(t *testing.T) {
			pages := map[string]string{}
			site := serve(t, pages)
			for path, body := range c.pages {
				pages[path] = strings.ReplaceAll(body, "SITE", site)
				if strings.HasSuffix(path, ".gz") {
					var packed strings.Builder
					z := gzip.NewWriter(&packed)
					_, _ = z.Write([]byte(pages[path]))
					_ = z.Close()
					pages[path] = packed.String()
				}
			}
			s, r, err := NewClient(ClientOptions{AllowPrivate: true, TMEURL: site}).Discover(t.Context(), site+c.address)
			if got := endpoints(s.Endpoints, site); got != c.want || err != nil {
				t.Fatalf("found %s, want %s (%v)", got, c.want, err)
			}
			if len(r.Items) == 0 || r.Endpoint.URL != s.Endpoints[0].URL {
				t.Errorf("read %d items of %s", len(r.Items), r.Endpoint.URL)
			}
		})
	}
}

func sitemap(kind, entries string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><` + kind + ` xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">` + entries + `</` + kind + `>`
}

// mappedNews are entries of a sitemap by a form with the number in it.
func mappedNews(form string) string {
	var b strings.Builder
	for i := range 4 {
		b.WriteString(strings.ReplaceAll(form, "%d", fmt.Sprint(i)))
	}
	return b.String()
}

func TestASitemapIsReadWhereThereIsNothingElse(t *testing.T) {
	const news = `<url><loc>SITE/n/%d</loc><image:image><image:loc>SITE/i.jpg</image:loc><image:title>Фото</image:title></image:image><news:news><news:publication_date>2026-11-1%dT10:00:00+02:00</news:publication_date><news:title>Новина &amp; подія %d</news:title></news:news></url>`
	const plain = `<url><loc>SITE/novyny/%d</loc><lastmod>2026-11-1%d</lastmod></url>`
	blank := "<html><body>Увімкніть JavaScript</body></html>"
	for name, c := range map[string]struct {
		pages map[string]string
		want  string
		first Item
	}{
		"of news, by robots.txt": {
			map[string]string{"/robots.txt": "User-agent: *\nSitemap: SITE/all.xml\nsitemap: /news-map.xml\n", "/news-map.xml": sitemap("urlset", mappedNews(news))},
			"sitemap /news-map.xml 0.60",
			Item{URL: "/n/3", Title: "Новина & подія 3", Published: time.Date(2026, 11, 13, 8, 0, 0, 0, time.UTC)},
		},
		"of all pages": {
			map[string]string{"/sitemap.xml": sitemap("urlset", `<url><loc>SITE/contacts</loc></url><url><loc>SITE/about/us</loc><lastmod>2026-11-20</lastmod></url>`+mappedNews(plain))},
			"sitemap /sitemap.xml 0.40",
			Item{URL: "/novyny/3"},
		},
		"an index": {
			map[string]string{"/sitemap.xml": sitemap("sitemapindex", `<sitemap><loc>SITE/pages.xml</loc><lastmod>2026-11-20</lastmod></sitemap><sitemap><loc>SITE/posts.xml</loc><lastmod>2026-11-21</lastmod></sitemap><sitemap><loc>https://evil.example/x.xml</loc><lastmod>2026-11-23</lastmod></sitemap>`), "/posts.xml": sitemap("urlset", mappedNews(plain))},
			"sitemap /sitemap.xml 0.40",
			Item{URL: "/novyny/3"},
		},
		"an index of packed files": {
			map[string]string{"/sitemap.xml": sitemap("sitemapindex", `<sitemap><loc>SITE/posts.xml.gz</loc></sitemap>`), "/posts.xml.gz": sitemap("urlset", mappedNews(plain))},
			"sitemap /sitemap.xml 0.40",
			Item{URL: "/novyny/3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			pages := map[string]string{"/": blank}
			site := serve(t, pages)
			for path, body := range c.pages {
				pages[path] = strings.ReplaceAll(body, "SITE", site)
				if strings.HasSuffix(path, ".gz") {
					var packed strings.Builder
					z := gzip.NewWriter(&packed)
					_, _ = z.Write([]byte(pages[path]))
					_ = z.Close()
					pages[path] = packed.String()
				}
			}
			s, r, err := NewClient(ClientOptions{AllowPrivate: true}).Discover(t.Context(), site)
			if got := endpoints(s.Endpoints, site); got != c.want || err != nil || len(r.Items) != 4 {
				t.Fatalf("found %s, want %s, %d items (%v)", got, c.want, len(r.Items), err)
			}
			if i := r.Items[0]; i.URL != site+c.first.URL || i.Title != c.first.Title || !i.Published.Equal(c.first.Published) || !i.Thin {
				t.Errorf("first: %+v, want %+v", i, c.first)
			}
		})
	}
}

func TestASitemapOfHostileSizeIsRefused(t *testing.T) {
	site := serve(t, map[string]string{"/m.xml": sitemap("urlset", strings.Repeat("<a>", 100))})
	c := NewClient(ClientOptions{AllowPrivate: true})
	if _, err := c.Read(t.Context(), Endpoint{Kind: KindPage, URL: site + "/m.xml"}, Validators{}); !errors.Is(err, ErrHostile) {
		t.Error(err)
	}
	if _, _, err := c.Discover(t.Context(), site+"/m.xml"); err == nil {
		t.Error("found something")
	}
}

func FuzzSitemap(f *testing.F) {
	f.Add([]byte(sitemap("urlset", mappedNews(`<url><loc>https://a.gov.ua/n/%d</loc><lastmod>2026-11-1%d</lastmod></url>`))))
	f.Fuzz(func(t *testing.T, body []byte) {
		entries, _, err := parseSitemap(body)
		if err != nil && !errors.Is(err, ErrHostile) && !errors.Is(err, ErrNotSource) {
			t.Errorf("an error of no kind: %v", err)
		}
		if items := itemsOf(entries, at(t)); len(items) > maxMapped {
			t.Errorf("%d items", len(items))
		}
	})
}
