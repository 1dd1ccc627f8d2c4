package sources

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/net/html/charset"
)

func at(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse("https://rada.gov.ua/news/feed.xml")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func encoded(t *testing.T, label, s string) []byte {
	t.Helper()
	e, _ := charset.Lookup(label)
	body, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestEveryFormatOfFeedIsRead(t *testing.T) {
	published := time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC)
	for name, body := range map[string]string{
		"RSS":  `<rss version="2.0"><channel><title>Рада</title><link>/</link><item><title>Перша &lt;b&gt;новина&lt;/b&gt;</title><link>a?b=1&amp;c=2</link><guid>7</guid><pubDate>Sun, 22 Nov 2026 10:30:00 +0200</pubDate><description>Текст</description></item></channel></rss>`,
		"Atom": `<feed xmlns="http://www.w3.org/2005/Atom"><title>Рада</title><link href="https://rada.gov.ua/"/><entry><id>7</id><title type="html">Перша &lt;b&gt;новина&lt;/b&gt;</title><link href="a?b=1&amp;c=2"/><published>2026-11-22T10:30:00+02:00</published><summary>Текст</summary></entry></feed>`,
		"RDF":  `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Рада</title><link>/</link></channel><item><title>Перша новина</title><link>a?b=1&amp;c=2</link><dc:date>2026-11-22T10:30:00+02:00</dc:date><description>Текст</description></item></rdf:RDF>`,
		"JSON": `{"version":"https://jsonfeed.org/version/1.1","title":"Рада","home_page_url":"https://rada.gov.ua/","items":[{"id":"7","title":"Перша новина","url":"a?b=1&c=2","date_published":"2026-11-22T10:30:00+02:00","content_text":"Текст"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			r, err := parseFeed([]byte(body), "", at(t))
			if err != nil || len(r.Items) != 1 || r.Title != "Рада" || r.Home != "https://rada.gov.ua/" {
				t.Fatalf("%+v, %v", r, err)
			}
			i := r.Items[0]
			if i.Title != "Перша новина" || i.URL != "https://rada.gov.ua/news/a?b=1&c=2" || i.Text != "Текст" || !i.Published.Equal(published) || !i.Thin {
				t.Errorf("%+v", i)
			}
		})
	}
}

func TestTheCharsetOfAFeedIsFoundWhateverItsLabelsSay(t *testing.T) {
	feed := func(declared string) string {
		return `<?xml version="1.0"` + declared + `?><rss version="2.0"><channel><title>Їжак і ґанок</title></channel></rss>`
	}
	long := strings.Replace(feed(""), "</channel>", "<description>Стрічка новин обласної ради та її виконавчого апарату</description></channel>", 1)
	says := func(label string) string { return ` encoding="` + label + `"` }
	words := utf16.Encode([]rune("\ufeff" + feed(says("utf-16"))))
	little, big := make([]byte, 0, 2*len(words)), make([]byte, 0, 2*len(words))
	for _, w := range words {
		little, big = append(little, byte(w), byte(w>>8)), append(big, byte(w>>8), byte(w))
	}
	for name, c := range map[string]struct {
		body   []byte
		header string
	}{
		"declared":                     {encoded(t, "windows-1251", feed(says("windows-1251"))), ""},
		"declared by the header":       {encoded(t, "windows-1251", feed("")), "text/xml; charset=windows-1251"},
		"not declared":                 {encoded(t, "windows-1251", feed("")), "text/xml"},
		"declared UTF-8":               {encoded(t, "windows-1251", feed(says("UTF-8"))), ""},
		"declared Latin-1":             {encoded(t, "windows-1251", feed(says("ISO-8859-1"))), ""},
		"header says UTF-8":            {encoded(t, "windows-1251", feed(says("windows-1251"))), "text/xml; charset=utf-8"},
		"UTF-8 declared windows-1251":  {[]byte(feed(says("windows-1251"))), ""},
		"UTF-8 of a lying header":      {[]byte(feed("")), "text/xml; charset=windows-1251"},
		"UTF-8 with a byte order mark": {[]byte("\ufeff" + feed(says("utf-8"))), ""},
		"KOI8-U":                       {encoded(t, "koi8-u", feed(says("koi8-u"))), ""},
		"KOI8-U by the header":         {encoded(t, "koi8-u", feed(says("utf-8"))), "text/xml; charset=koi8-u"},
		"UTF-16, little":               {little, ""},
		"UTF-16, big":                  {big, ""},
		"KOI8-U without a label":       {encoded(t, "koi8-u", long), ""},
		"KOI8-U as windows-1251":       {encoded(t, "koi8-u", long), "text/xml; charset=windows-1251"},
		"windows-1251 as KOI8-R":       {encoded(t, "windows-1251", long), "text/xml; charset=koi8-r"},
		"UTF-8 with a damaged byte":    {[]byte(long + "\xd0"), "text/xml; charset=windows-1251"},
		"nobody knows the label":       {encoded(t, "windows-1251", feed(says("x-kyiv"))), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if r, err := parseFeed(c.body, c.header, at(t)); err != nil || r.Title != "Їжак і ґанок" {
				t.Errorf("%q, %v", r.Title, err)
			}
		})
	}
	latin := encoded(t, "windows-1252", `<?xml version="1.0" encoding="ISO-8859-1"?><rss version="2.0"><channel><title>Café à Genève, résumé</title></channel></rss>`)
	if r, err := parseFeed(latin, "", at(t)); err != nil || r.Title != "Café à Genève, résumé" {
		t.Errorf("Latin-1: %q, %v", r.Title, err)
	}
}

func TestAFeedsItemsAreMadeSane(t *testing.T) {
	long := strings.Repeat("Уряд ухвалив рішення про підтримку громад. ", 10)
	item := func(s string) Item {
		t.Helper()
		r, err := parseFeed([]byte(`<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item>`+s+`</item></channel></rss>`), "", at(t))
		if err != nil || len(r.Items) != 1 {
			t.Fatalf("%d items, %v", len(r.Items), err)
		}
		return r.Items[0]
	}
	if i := item(`<title>t</title><pubDate>Mon, 01 Jan 1990 00:00:00 GMT</pubDate>`); !i.Published.IsZero() {
		t.Errorf("before the web: %v", i.Published)
	}
	if i := item(`<title>t</title><pubDate>` + time.Now().Add(48*time.Hour).Format(time.RFC1123Z) + `</pubDate>`); !i.Published.IsZero() {
		t.Errorf("in the future: %v", i.Published)
	}
	if i := item(`<title>t</title><pubDate>22 листопада 2025 року о 10:30</pubDate>`); !i.Published.Equal(time.Date(2025, 11, 22, 8, 30, 0, 0, time.UTC)) {
		t.Errorf("as people write it: %v", i.Published)
	}
	if i := item(`<title>t</title><guid>` + strings.Repeat("ї", 600) + `</guid>`); len(i.GUID) > maxGUID || !strings.HasPrefix(i.GUID, "її") {
		t.Errorf("guid of %d bytes", len(i.GUID))
	}
	if i := item(`<title>t</title><description>Коротко […]</description><content:encoded>&lt;p&gt;` + long + `&lt;/p&gt;&lt;p&gt;Далі &lt;a href="/x"&gt;тут&lt;/a&gt;&lt;/p&gt;&lt;p&gt;The post t appeared first on Рада.&lt;/p&gt;</content:encoded>`); i.Thin ||
		!strings.HasSuffix(i.Text, "громад.\nДалі тут") || !slices.Equal(i.Links, []string{"https://rada.gov.ua/x"}) {
		t.Errorf("whole text: %+v", i)
	}
	for _, end := range []string{"…", "[…]", "[...]", "..."} {
		if i := item(`<title>t</title><description>` + long + end + `</description>`); !i.Thin {
			t.Errorf("cut with %s is taken for the whole text", end)
		}
	}
	if i := item(`<title>t</title><description>` + long + `&lt;br&gt;Читати далі »</description>`); strings.Contains(i.Text, "Читати") {
		t.Errorf("tail: %q", i.Text)
	}
	if i := item(`<title>t</title><description>Вступ&lt;br&gt;Детальніше про це розповіли на засіданні. ` + long + `</description>`); !strings.Contains(i.Text, "Детальніше про це") {
		t.Errorf("a paragraph is taken for a tail: %q", i.Text)
	}
}

func TestAFeedWithoutItemsIsAFeedAndEmptyItemsAreNone(t *testing.T) {
	r, err := parseFeed([]byte(`<rss version="2.0"><channel><title>Рада</title><ttl>90</ttl><item><guid>1</guid></item><item/></channel></rss>`), "", at(t))
	if err != nil || len(r.Items) != 0 || r.Wait != 90*time.Minute {
		t.Errorf("%+v, %v", r, err)
	}
	for name, body := range map[string]string{"nothing": "", "a page": "<!doctype html><title>Рада</title>", "another XML": "<svg/>", "another JSON": "[1]", "binary": string(bytes.Repeat([]byte{0xff, 0, 7}, 500))} {
		if _, err := parseFeed([]byte(body), "", at(t)); !errors.Is(err, ErrNotSource) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func rss(items string) string {
	return `<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:yandex="http://news.yandex.ru" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>Рада</title>` + items + `</channel></rss>`
}

func TestALinkThatAllItemsShareNamesNone(t *testing.T) {
	item := func(n int, link string) string {
		return fmt.Sprintf("<item><title>Новина %d</title><link>%s</link><description>Коротко</description></item>", n, link)
	}
	for name, c := range map[string]struct {
		items  string
		shared string
	}{
		"all":           {item(1, "/news") + item(2, "/news") + item(3, "/news"), "true true true"},
		"some":          {item(1, "/news") + item(2, "/news") + item(3, "/news") + item(4, "/4"), "true true true false"},
		"a new title":   {item(1, "/1") + item(2, "/1"), "false false"},
		"one thrice":    {item(1, "/1") + item(1, "/1") + item(1, "/1"), "false false false"},
		"without links": {item(1, "") + item(2, "") + item(3, ""), "false false false"},
	} {
		r, err := parseFeed([]byte(`<rss version="2.0"><channel><title>Рада</title>`+c.items+`</channel></rss>`), "", at(t))
		var got []string
		for _, i := range r.Items {
			got = append(got, fmt.Sprint(i.Shared))
			if i.Shared && i.Thin {
				t.Errorf("%s: the shared page is read for the text of %q", name, i.Title)
			}
		}
		if s := strings.Join(got, " "); s != c.shared || err != nil {
			t.Errorf("%s: %s, want %s (%v)", name, s, c.shared, err)
		}
	}
}

func TestFeedsAsTheyAreFoundAreRead(t *testing.T) {
	const one = `<item><title>Перша новина</title><link>/1</link></item>`
	for name, c := range map[string]struct {
		body  string
		items []Item // only what is compared: address, title, text
	}{
		"RSS 0.90":              {`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>Рада</title></channel>` + one + `</rdf:RDF>`, []Item{{URL: "https://rada.gov.ua/1", Title: "Перша новина"}}},
		"RSS 0.91":              {`<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>Рада</title>` + one + `</channel></rss>`, []Item{{URL: "https://rada.gov.ua/1", Title: "Перша новина"}}},
		"RSS 0.92, no headline": {`<rss version="0.92"><channel><item><description>Рада &lt;a href="/x"&gt;засідає&lt;/a&gt;</description></item></channel></rss>`, []Item{{Text: "Рада засідає"}}},
		"Atom 0.3":              {`<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>t</title><link rel="alternate" href="/1"/><content type="text/html" mode="escaped">&lt;p&gt;Текст&lt;/p&gt;</content></entry></feed>`, []Item{{URL: "https://rada.gov.ua/1", Title: "t", Text: "Текст"}}},
		"Atom, XHTML and files": {`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">За <b>освіту</b></div></title><link rel="enclosure" href="/f.pdf"/><link rel="alternate" href="/1"/></entry></feed>`, []Item{{URL: "https://rada.gov.ua/1", Title: "За освіту"}}},
		"JSON, a number as id":  {`{"version":"https://jsonfeed.org/version/1","items":[{"id":2,"url":"https://a.gov.ua/2","content_html":"<p>Перша</p><p>друга</p>"}]}`, []Item{{URL: "https://a.gov.ua/2", Text: "Перша\nдруга"}}},
		"xml:base":              {`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.gov.ua/blog/"><entry xml:base="2026/"><title>t</title><link href="a"/></entry></feed>`, []Item{{URL: "https://base.gov.ua/blog/2026/a", Title: "t"}}},
		"kept by another":       {rss(`<link>https://www.kmu.gov.ua/</link>` + one), []Item{{URL: "https://www.kmu.gov.ua/1", Title: "Перша новина"}}},
		"by FeedBurner":         {rss(`<item><title>t</title><link>http://feedproxy.google.com/~r/1</link><feedburner:origLink>https://rada.gov.ua/1</feedburner:origLink></item>`), []Item{{URL: "https://rada.gov.ua/1", Title: "t"}}},
		"escaped twice":         {rss(`<item><title>Закон &amp;amp;laquo;Про освіту&amp;amp;raquo; &amp;lt;b&amp;gt;ухвалено&amp;lt;/b&amp;gt; &amp;#8211; R&amp;amp;D</title><description>&amp;lt;p&amp;gt;Перше&amp;lt;/p&amp;gt;&amp;lt;p&amp;gt;Друге&amp;lt;/p&amp;gt;</description></item>`), []Item{{Title: "Закон «Про освіту» ухвалено – R&D", Text: "Перше\nДруге"}}},
		"signs in headlines":    {rss(`<item><title><![CDATA[Ціна < 5 & більше]]></title></item><item><title>Якщо a &lt; b та c &gt; d</title></item><item><title>Наука & освіта</title></item>`), []Item{{Title: "Ціна < 5 & більше"}, {Title: "Якщо a < b та c > d"}, {Title: "Наука & освіта"}}},
		"media alone":           {rss(`<item><link>/1</link><enclosure url="https://a/b.jpg" type="image/jpeg" length="5"/></item><item><link>/2</link><media:content url="https://a/b.mp4"><media:title>Відео</media:title><media:description>Опис</media:description></media:content></item><item><link>/3</link><media:group><media:title>Фото</media:title></media:group></item>`), []Item{{URL: "https://rada.gov.ua/1"}, {URL: "https://rada.gov.ua/2", Title: "Відео", Text: "Опис"}, {URL: "https://rada.gov.ua/3", Title: "Фото"}}},
		"full text elsewhere":   {rss(`<item><title>t</title><description>Коротко</description><yandex:full-text>Повний текст новини.</yandex:full-text></item>`), []Item{{Title: "t", Text: "Повний текст новини."}}},
		"repeated GUIDs":        {rss(`<item><title>А</title><link>/1</link><guid>0</guid></item><item><title>Б</title><link>/2</link><guid>0</guid></item>`), []Item{{URL: "https://rada.gov.ua/1", Title: "А"}, {URL: "https://rada.gov.ua/2", Title: "Б"}}},
		"GUIDs as addresses":    {rss(`<item><title>А</title><guid isPermaLink="true">https://rada.gov.ua/1</guid></item><item><title>Б</title><guid>/2</guid></item>`), []Item{{URL: "https://rada.gov.ua/1", Title: "А"}, {URL: "https://rada.gov.ua/2", Title: "Б"}}},
		"after warnings":        {"<b>Warning</b>: mysql_connect() on line 5<br />\n<?xml version=\"1.0\"?>" + rss(one), []Item{{URL: "https://rada.gov.ua/1", Title: "Перша новина"}}},
		"cut off":               {`<rss version="2.0"><channel><title>Рада</title>` + one + `<item><title>Друга нов`, []Item{{URL: "https://rada.gov.ua/1", Title: "Перша новина"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := parseFeed([]byte(c.body), "", at(t))
			if err != nil || len(r.Items) != len(c.items) {
				t.Fatalf("%+v, %v", r, err)
			}
			for i, want := range c.items {
				if got := r.Items[i]; got.URL != want.URL || got.Title != want.Title || got.Text != want.Text || !got.Published.IsZero() {
					t.Errorf("%d: %+v, want %+v", i, got, want)
				}
			}
		})
	}
}

func TestTheSameBytesOfAFeedWithWholeTextsAreNoNews(t *testing.T) {
	text := strings.Repeat("Уряд схвалив програму підтримки громад. ", 10)
	for name, c := range map[string]struct {
		first, second string
		unchanged     bool
	}{
		"the same":       {rss("<ttl>90</ttl><item><title>А</title><description>" + text + "</description></item>"), "", true},
		"another letter": {rss("<item><title>А</title><description>" + text + "</description></item>"), rss("<item><title>А</title><description>" + text + "!</description></item>"), false},
		"a teaser":       {rss("<item><title>А</title><link>/1</link><description>Коротко</description></item>"), "", false},
	} {
		body := c.first
		site := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
		e := Endpoint{Kind: KindFeed, URL: site}
		r, err := privately().Read(t.Context(), e, Validators{})
		if err != nil || r.NotModified {
			t.Fatalf("%s: %+v, %v", name, r, err)
		}
		if c.second != "" {
			body = c.second
		}
		again, err := privately().Read(t.Context(), e, r.Validators)
		if err != nil || again.NotModified != c.unchanged || again.Wait != r.Wait {
			t.Errorf("%s: unchanged %v, wait %v (%v)", name, again.NotModified, again.Wait, err)
		}
	}
}
