package sources

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

// bombs are feeds of about size bytes that exhaust a parser without a guard.
func bombs(size int) map[string]string {
	times := func(s string, per int) string { return strings.Repeat(s, size/per) }
	rss := func(s string) string { return "<rss version='2.0'><channel><title>x</title>" + s + "</channel></rss>" }
	var prefixes strings.Builder
	for i := range size / 24 {
		prefixes.WriteString("<a xmlns:p" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + "='u'>")
	}
	return map[string]string{
		"billion":      `<!DOCTYPE lolz [<!ENTITY a "` + times("x", 1) + `">]>` + rss("<item><title>&a;</title></item>"),
		"xxe":          `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + rss("<item><title>&x;</title></item>"),
		"deep":         rss(times("<a>", 7) + times("</a>", 7)),
		"unterminated": "<rss version='2.0'><channel>" + times("<a>", 3),
		"deepext":      rss("<item>" + times("<x:a xmlns:x='u'>", 17) + "</item>"),
		"namespaces":   rss(prefixes.String()),
		"attrs":        rss("<item " + times("a='1' ", 6) + "/>"),
		"items":        rss(times("<item/>", 7)),
		"cdata":        rss("<item><description>" + times("<![CDATA[x]]>", 13) + "</description></item>"),
		"jsondeep":     `{"version":"https://jsonfeed.org/version/1","items":` + times("[", 1),
	}
}

func TestFeedBombsAreRefused(t *testing.T) {
	for _, size := range []int{200_000, 1_000_000} {
		for name, body := range bombs(size) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := ParseFeed([]byte(body), "", "http://a.gov.ua/feed")
			runtime.ReadMemStats(&after)
			if !errors.Is(err, ErrHostile) {
				t.Errorf("%s of %d bytes: %v", name, size, err)
			}
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 256 {
				t.Errorf("%s of %d bytes took %d MB", name, size, used)
			}
		}
	}
}

func TestAnHonestFeedPassesTheGuard(t *testing.T) {
	item := "<item><title>Новина про роботу громади</title><link>/news/1</link><description>" + strings.Repeat("Текст. ", 300) + "</description></item>"
	r, err := ParseFeed([]byte("<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Рада &amp; громада</title><ttl>45</ttl>"+strings.Repeat(item, 100)+"</channel></rss>"), "", "https://rada.gov.ua/feed/")
	if err != nil || len(r.Items) != 100 || r.Title != "Рада & громада" || r.Items[0].URL != "https://rada.gov.ua/news/1" || r.Wait.Minutes() != 45 {
		t.Errorf("%d items, %q, wait %v, %v", len(r.Items), r.Title, r.Wait, err)
	}
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte("<rss version='2.0'><channel><title>x</title><item><title>a</title><link>/b</link></item></channel></rss>"))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">&lt;b&gt;</title></entry></feed>`))
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","content_text":"x"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = ParseFeed(body, "", "http://a.gov.ua/")
	})
}
