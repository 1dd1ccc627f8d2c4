package telegramtest

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHTMLFaultsAreToldAsTelegramTellsThem(t *testing.T) {
	for in, want := range map[string]string{
		"<p>a</p>":                            `Unsupported start tag "p" at byte offset 0`,
		"я<br>":                               `Unsupported start tag "br" at byte offset 2`,
		"<br/>":                               `Unsupported start tag "br/" at byte offset 0`,
		"<b>a":                                `Can't find end tag corresponding to start tag "b"`,
		"<b>a</i>":                            `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`,
		"<b><i>a</b></i>":                     `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`,
		"a</b>":                               `Unexpected end tag at byte offset 1`,
		"a < b":                               `Unsupported start tag "" at byte offset 2`,
		"a <":                                 `Unclosed start tag at byte offset 2`,
		"<b":                                  `Unclosed start tag at byte offset 0`,
		"<b>a</b":                             `Unclosed end tag at byte offset 4`,
		"<span>a</span>":                      `Tag "span" must have class "tg-spoiler" at byte offset 0`,
		`<a href=http://gov.ua>a</a>`:         `Unexpected end of name token at byte offset 8`,
		`<a ="x">a</a>`:                       `Empty attribute name in the tag "a" at byte offset 0`,
		`<a href="x`:                          `Unclosed start tag at byte offset 0`,
		`<a href`:                             `Unclosed start tag "a" at byte offset 0`,
		`<a href=`:                            `Unclosed start tag "a" at byte offset 0`,
		`<tg-emoji emoji-id="x">a</tg-emoji>`: `Invalid custom emoji identifier specified`,
		"&#xd800;":                            `Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units`,
	} {
		if _, _, _, err := parseHTML(in); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

func TestHTMLBecomesTextAndEntities(t *testing.T) {
	for _, c := range []struct {
		name, in, text string
		entities       []Entity
		dropped        int
	}{
		{"offsets count UTF-16 units", "🇺🇦 <b>Я</b>", "🇺🇦 Я", []Entity{{Type: "bold", Offset: 5, Length: 1}}, 0},
		{"four names and numbers are decoded", "&lt;&gt;&amp;&quot;&#39;&#x2014;", "<>&\"'—", nil, 0},
		{"other names stay as they are", "&nbsp;&laquo;&apos;", "&nbsp;&laquo;&apos;", nil, 0},
		{"a semicolon may be missing", "a&amp b", "a& b", nil, 0},
		{"an ampersand alone stays", "R&D & co", "R&D & co", nil, 0},
		{"tags in any case", "<B>a</b><Strong>c</STRONG>", "ac", []Entity{{Type: "bold", Length: 1}, {Type: "bold", Offset: 1, Length: 1}}, 0},
		{"an empty tag makes no entity", "a<b></b>", "a", nil, 0},
		{"an empty end tag ends the last", "<i>a</>", "a", []Entity{{Type: "italic", Length: 1}}, 0},
		{"a link", `<a href='https://GOV.ua?a=1&amp;b=2'>x</a>`, "x", []Entity{{Type: "text_link", Length: 1, URL: "https://gov.ua/?a=1&b=2"}}, 0},
		{"a link may be its own text", "<a>gov.ua/x</a>", "gov.ua/x", []Entity{{Type: "text_link", Length: 8, URL: "http://gov.ua/x"}}, 0},
		{"a relative link is dropped", `<a href="/news">x</a>`, "x", nil, 1},
		{"another scheme is dropped", `<a href="javascript:alert(1)">x</a><a href="ftp://gov.ua">y</a>`, "xy", nil, 2},
		{"a host without a dot is dropped", `<a href="http://localhost:80/a">x</a>`, "x", nil, 1},
		{"an address of loopback is kept", `<a href="http://127.0.0.1:8081/x">x</a>`, "x", []Entity{{Type: "text_link", Length: 1, URL: "http://127.0.0.1:8081/x"}}, 0},
		{"a mention of a user without a name", `<a href="tg://user?id=9">x</a>`, "x", []Entity{{Type: "text_mention", Length: 1, User: &User{ID: 9}}}, 0},
		{"a spoiler in both forms", `<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>`, "ab", []Entity{{Type: "spoiler", Length: 1}, {Type: "spoiler", Offset: 1, Length: 1}}, 0},
		{"an expandable quote", "<blockquote expandable>a</blockquote>", "a", []Entity{{Type: "expandable_blockquote", Length: 1}}, 0},
		{"a language of code", `<pre><code class="language-go">a</code></pre>`, "a", []Entity{{Type: "pre", Length: 1, Language: "go"}}, 0},
		{"strikes", "<s>a</s><strike>b</strike><del>c</del><u>d</u><ins>e</ins>", "abcde", []Entity{
			{Type: "strikethrough", Length: 1},
			{Type: "strikethrough", Offset: 1, Length: 1},
			{Type: "strikethrough", Offset: 2, Length: 1},
			{Type: "underline", Offset: 3, Length: 1},
			{Type: "underline", Offset: 4, Length: 1},
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, entities, dropped, err := parseHTML(c.in)
			if err != nil || text != c.text || !reflect.DeepEqual(entities, c.entities) || dropped != c.dropped {
				t.Errorf("%q %+v dropped %d, %v", text, entities, dropped, err)
			}
		})
	}
}

func TestEntitiesThatTelegramFindsItself(t *testing.T) {
	s := New(token, "visnyk_bot")
	for text, want := range map[string]string{
		"/start":              "bot_command",
		"див. /list@bot_name": "bot_command",
		"a/b":                 "",
		"https://gov.ua/a":    "url",
		"на gov.ua.":          "url",
		"@moz_ua пише":        "mention",
		"пошта a@moz.gov.ua":  "url",
		"#кібербезпека":       "hashtag",
		"/старт":              "",
		"2026/11":             "",
	} {
		found, _ := finished(s.find(text))
		kinds := make([]string, len(found))
		for i, e := range found {
			kinds[i] = e.Type
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestEntitiesExcludeEachOther(t *testing.T) {
	kept, dropped := finished([]Entity{
		{Type: "bold", Offset: 2, Length: 3},
		{Type: "code", Offset: 0, Length: 10},
		{Type: "text_link", Offset: 20, Length: 10},
		{Type: "bold", Offset: 20, Length: 10},
		{Type: "bold", Offset: 22, Length: 2},
	})
	want := []Entity{
		{Type: "code", Offset: 0, Length: 10},
		{Type: "text_link", Offset: 20, Length: 10},
		{Type: "bold", Offset: 20, Length: 10},
	}
	if !reflect.DeepEqual(kept, want) || dropped != 0 {
		t.Errorf("%+v, dropped %d", kept, dropped)
	}
}

func FuzzHTML(f *testing.F) {
	for _, seed := range []string{
		"<b>a</b>", `<a href="https://gov.ua">є</a>`, "&#x1F1FA;&amp;&", "<pre><code class='language-go'>x</code></pre>",
		"<", "</", "<a href=", "<blockquote expandable>🇺🇦</blockquote>", "<i>a<b>b</b>c</i>", "<a b c='",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		text, entities, _, err := parseHTML(in)
		if err != nil {
			return
		}
		if !utf8.ValidString(text) {
			t.Fatalf("invalid text %q", text)
		}
		kept, _ := finished(entities)
		_, kept = trimmed(text, kept)
		for _, e := range append(kept, entities...) {
			if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > units(text) {
				t.Fatalf("%+v is outside of %q", e, text)
			}
		}
	})
}
