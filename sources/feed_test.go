package sources

import (
	"bytes"
	"errors"
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
