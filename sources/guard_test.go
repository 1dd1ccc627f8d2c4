package sources

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// rssOf puts a content into the channel of a feed.
func rssOf(content string) string {
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>Новини</title>` + content + `</channel></rss>`
}

// fill repeats a piece until it has about so many bytes.
func fill(size int, piece func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(piece(i))
	}
	return b.String()
}

func always(s string) func(int) string { return func(int) string { return s } }

// nested closes what it opens.
func nested(size int, open, shut string) string {
	n := size / (len(open) + len(shut))
	return strings.Repeat(open, n) + strings.Repeat(shut, n)
}

// nsLevels declares another namespace at each level.
func nsLevels(size int, closed bool) string {
	n := size / 40
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<x%d:a xmlns:x%d="u:%d">`, i, i, i)
	}
	for i := n - 1; i >= 0 && closed; i-- {
		fmt.Fprintf(&b, `</x%d:a>`, i)
	}
	return b.String()
}

// bombs are feeds that exhaust memory or time in a parser without a guard, by
// name.
func bombs(size int) map[string]string {
	prefixes := fill(size/2, func(i int) string { return fmt.Sprintf(` xmlns:p%d="u:%d"`, i, i) })
	atom := func(s string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><title>t</title>` + s + `</entry></feed>`
	}
	deep := nested(size, "<div>", "</div>")
	return map[string]string{
		"billion":      `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>` + rssOf("<item><title>&b;</title></item>"),
		"xxe":          `<!DOCTYPE r [<!entity x SYSTEM "file:///etc/passwd">]>` + rssOf("<item><title>&x;</title></item>"),
		"deep":         rssOf(nested(size, "<a>", "</a>")),
		"unterminated": `<rss><channel>` + fill(size, always("<a>")),
		"deepext":      rssOf(`<item xmlns:e="u:e">` + nested(size, "<e:a>", "</e:a>") + `</item>`),
		"deepextu":     `<rss><channel><item xmlns:e="u:e">` + fill(size, always("<e:a>")),
		"nsquad":       rssOf(`<item>` + nsLevels(size, true) + `</item>`),
		"nsquad2":      `<rss><channel><item>` + nsLevels(size, false),
		"nsflat":       `<rss><channel` + prefixes + `>` + fill(size/2, func(i int) string { return fmt.Sprintf(`<item xmlns:q%d="u:q"/>`, i) }) + `</channel></rss>`,
		"nsflat2":      `<rss><channel` + prefixes + `>` + fill(size/2, always(`<item xmlns:q="u:q"/>`)) + `</channel></rss>`,
		"attrs":        rssOf(`<item` + fill(size, func(i int) string { return fmt.Sprintf(` a%d=""`, i) }) + `/>`),
		"items":        rssOf(fill(size, always("<item/>"))),
		"cdata":        rssOf(`<item><title>` + fill(size, always("<![CDATA[a]]>")) + `</title></item>`),
		"extcdata":     rssOf(`<item xmlns:e="u:e"><e:a>` + fill(size, always("<![CDATA[a]]>")) + `</e:a></item>`),
		"xhtml":        atom(`<content type="xhtml">` + deep + `</content>`),
		"jsondeep":     `{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1","x":` + nested(size, "[", "]") + `}]}`,
		"billionlong":  `<!DOCTYPE lolz [<!ENTITY a "` + strings.Repeat("x", size) + `">]>` + rssOf("<item><title>&a;</title></item>"),
		"deepextsame":  rssOf(`<item>` + fill(size, always(`<x:a xmlns:x='u'>`))),
		"namespaces":   rssOf(fill(size, func(i int) string { return "<a xmlns:p" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + "='u'>" })),
		"attrssame":    rssOf(`<item ` + fill(size, always("a='1' ")) + `/>`),
		"cdatalong":    rssOf(`<item><description>` + fill(size, always("<![CDATA[x]]>")) + `</description></item>`),
		"jsonopen":     `{"version":"https://jsonfeed.org/version/1","items":` + strings.Repeat("[", size),

		// What these hold is only much of it: the parser copes.
		"cats":     rssOf(`<item><title>t</title>` + fill(size, always("<category>a</category>")) + `</item>`),
		"htmlbase": atom(`<content type="html" xml:base="http://a.example/">` + strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(nested(size/3, `<a href="x">`, "</a>")) + `</content>`),
		"entities": rssOf(`<item><title>` + fill(size, always("&#65;")) + `</title></item>`),
		"extwide":  rssOf(`<item xmlns:e="u:e"><title>t</title>` + fill(size, always("<e:a/>")) + `</item>`),
	}
}

// harmless are the bombs that may be parsed.
func harmless(name string) bool {
	return name == "cats" || name == "htmlbase" || name == "entities" || name == "extwide"
}

// The parser drops control characters and follows a change of encoding. What
// the guard reads must be what the parser reads.
func TestNothingHidesABombFromTheGuard(t *testing.T) {
	deep := nested(200<<10, "<a>", "</a>")
	utf16 := func(s string) string {
		var b strings.Builder
		for _, r := range []byte(s) {
			b.WriteByte(0x20) // high bytes that make the text look harmless
			b.WriteByte(r)
		}
		return b.String()
	}
	for name, feed := range map[string]string{
		"control character before": rssOf("<item><title>\x01a</title>" + deep + "</item>"),
		"control character in tag": rssOf("<item><title>a</title><\x02b/>" + deep + "</item>"),
		"byte order marks":         "\ufeff\ufeff{\"version\":\"https://jsonfeed.org/version/1\",\"items\":" + nested(200<<10, "[", "]") + "}",
		"encoding in the middle":   rssOf(`<item><?xml version="1.0" encoding="utf-16be"?>` + utf16(deep) + `</item>`),
		"second declaration":       `<?xml version="1.0"?><?xml version="1.0" encoding="koi8-r"?>` + rssOf("<item>"+deep+"</item>"),
		"mismatched ends":          rssOf("<item>" + strings.Repeat("<a><b></c>", 20_000) + "</item>" + deep),
		"comments between":         rssOf("<item>" + strings.Repeat("<a><!-- -->", 20_000) + "</item>"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseFeed([]byte(feed), "", &url.URL{})
			if name == "mismatched ends" && errors.Is(err, ErrNotSource) {
				return // the parser stops at the first of them
			}
			if !errors.Is(err, ErrHostile) {
				t.Errorf("got %v, want %v", err, ErrHostile)
			}
		})
	}
}

func TestGuardLetsOrdinaryFeedsPass(t *testing.T) {
	xhtml := `<entry><title>t</title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Текст</p></div></content></entry>`
	for name, feed := range map[string]string{
		"unknown entities":          rssOf(`<item><title>а&nbsp;б &mdash; в &laquo;г&raquo;</title></item>`),
		"unescaped ampersand":       rssOf(`<item><title>А & Б</title><link>https://a.example/?a=1&b=2</link></item>`),
		"doctype without entities":  `<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">` + rssOf(`<item><title>t</title></item>`),
		"a namespace in each entry": `<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>` + strings.Repeat(xhtml, 300) + `</feed>`,
		"the most items":            rssOf(strings.Repeat(`<item><title>t</title></item>`, maxItems)),
		"unclosed":                  `<rss><channel><title>t</title><item><title>t</title></item>`,
		"json":                      `{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1","content_text":"a"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			if err := guard([]byte(feed)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestGuardRefusesEachExcess(t *testing.T) {
	for name, feed := range map[string]string{
		"tag":         "<a b='" + strings.Repeat("x", maxTag) + "'/>",
		"based":       "<a xml:base='http://a/'>" + strings.Repeat("x", maxBased+1),
		"bytes":       rssOf(strings.Repeat(" ", maxBody)),
		"depth":       strings.Repeat("<a>", maxDepth+1),
		"attributes":  "<a" + fill((maxAttrs+1)*11, func(i int) string { return fmt.Sprintf(" a%06d=''", i) }) + "/>",
		"namespaces":  fill(maxPrefixes*30, func(i int) string { return fmt.Sprintf("<a xmlns:p%d='u'></a>", i) }),
		"items":       strings.Repeat("<entry/>", maxItems+1),
		"tokens":      strings.Repeat("<a/>", maxTokens/2+1),
		"fragments":   "<a>" + strings.Repeat("<![CDATA[a]]>", maxFragments+1),
		"json depth":  strings.Repeat("[", maxJSONDepth+1),
		"json tokens": "[" + strings.Repeat("1,", maxTokens),
	} {
		t.Run(name, func(t *testing.T) {
			if err := guard([]byte(feed)); !errors.Is(err, ErrHostile) {
				t.Errorf("got %v, want %v", err, ErrHostile)
			}
		})
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
	for _, bomb := range bombs(2 << 10) {
		f.Add([]byte(bomb))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := ParseFeed(body, "", "http://a.gov.ua/")
		if err != nil && !errors.Is(err, ErrHostile) && !errors.Is(err, ErrNotSource) {
			t.Errorf("an error of no kind: %v", err)
		}
		for _, i := range r.Items {
			if i.Title == "" && i.Text == "" && i.URL == "" || len(i.GUID) > maxGUID || !utf8.ValidString(i.Title+i.Text) || i.URL != "" && !strings.HasPrefix(i.URL, "http") {
				t.Errorf("item %+v", i)
			}
		}
	})
}
