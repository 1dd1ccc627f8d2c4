package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"visnyk/digest"
)

// sendable sends texts to a strict Bot API and fails when it refuses or drops
// anything.
func sendable(t *testing.T, texts ...string) {
	t.Helper()
	s, api := double(t)
	for _, text := range texts {
		params := hello()
		params["text"] = text
		if _, err := api.Call(t.Context(), "sendMessage", params); err != nil {
			t.Fatalf("refused: %v\n%s", err, text)
		}
	}
	for _, m := range s.Messages(testUser) {
		if m.DroppedEntities > 0 {
			t.Errorf("%d entities were dropped from %q", m.DroppedEntities, m.HTML)
		}
	}
}

func story(n int, title string) digest.Story {
	return digest.Story{
		Articles: []string{fmt.Sprint(n)}, Topic: "energy", Title: title,
		Summary: []string{strings.Repeat("Уряд затвердив план підготовки до зими. ", 4)},
		Links: []digest.Link{
			{Source: "kmu", Name: "Кабінет Міністрів України", URL: fmt.Sprintf("https://kmu.gov.ua/%d", n)},
			{Source: "moz", Name: "МОЗ", URL: fmt.Sprintf("https://moz.gov.ua/%d", n)},
		},
	}
}

func digestOf(stories ...digest.Story) digest.Digest {
	return digest.Digest{Stories: stories, Sections: []digest.Section{{Topic: "energy", Name: "Енергетика", Sign: "⚡️", Stories: stories}}}
}

var header = Header{Title: "Дайджест", At: time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC), More: "/digest"}

func TestADigestSaysWhatItIs(t *testing.T) {
	d := digestOf(story(1, "План на зиму"))
	d.Stories[0].Edited = true
	d.Sections[0].Stories = d.Stories
	h := header
	h.Unread = []string{"МЗС"}
	texts := renderDigest(d, h)
	for _, want := range []string{
		"22 листопада 2026 року, неділя", "1 новина", "⚡️ Енергетика", `<a href="https://kmu.gov.ua/1">План на зиму</a>`,
		"Кабінет Міністрів України", "оновлено", "2 джерела", "Не вдалося прочитати: МЗС",
	} {
		if !strings.Contains(texts[0], want) {
			t.Errorf("%q is not in\n%s", want, texts[0])
		}
	}
	sendable(t, texts...)
}

func TestARewrittenSummaryIsMarked(t *testing.T) {
	d := digestOf(story(1, "План на зиму"), story(2, "План на весну"))
	if texts := renderDigest(d, header); strings.Contains(texts[0], textAbstract) || strings.Contains(texts[0], textRetold) {
		t.Errorf("extracts are marked as rewritten:\n%s", texts[0])
	}
	d.Stories[1].Abstract = true // the section holds the same stories
	texts := renderDigest(d, header)
	if strings.Count(texts[0], textAbstract) != 1 || strings.Count(texts[0], textRetold) != 1 {
		t.Errorf("one story of two is rewritten:\n%s", texts[0])
	}
	if page := RenderText(d, header); strings.Count(page, textAbstract) != 1 || strings.Count(page, textRetold) != 1 {
		t.Errorf("as text:\n%s", page)
	}
	sendable(t, texts...)
}

func TestALongDigestIsSplitBetweenStories(t *testing.T) {
	var stories []digest.Story
	for i := range 60 {
		stories = append(stories, story(i, fmt.Sprintf("Новина номер %d", i)))
	}
	texts := renderDigest(digestOf(stories...), header)
	if len(texts) < 2 {
		t.Fatalf("%d messages", len(texts))
	}
	for i, text := range texts {
		if n := len(utf16.Encode([]rune(plainText(text)))); n > maxUnits {
			t.Errorf("message %d has %d units", i, n)
		}
		if strings.Count(text, "▪️") != strings.Count(text, "2 джерела") {
			t.Errorf("message %d cuts a story", i)
		}
	}
	for i := range 60 {
		if n := strings.Count(strings.Join(texts, "\n"), fmt.Sprintf(">Новина номер %d<", i)); n != 1 {
			t.Errorf("story %d stands %d times", i, n)
		}
	}
	sendable(t, texts...)
}

func TestManyShortStoriesKeepTheirLinks(t *testing.T) {
	var stories []digest.Story
	for i := range 90 {
		s := story(i, "Рішення")
		s.Summary = nil
		stories = append(stories, s)
	}
	sendable(t, renderDigest(digestOf(stories...), header)...)
}

func TestALongAnswerIsSplitBetweenLines(t *testing.T) {
	var lines []string
	for i := range 300 {
		lines = append(lines, fmt.Sprintf(`%d. <a href="https://kmu.gov.ua/%d">Орган державної влади номер %d</a>`, i, i, i))
	}
	texts := splitLines(strings.Join(lines, "\n"))
	if len(texts) < 3 || strings.Join(texts, "\n") != strings.Join(lines, "\n") {
		t.Errorf("%d messages", len(texts))
	}
	sendable(t, texts...)
}

func TestStrangersTextIsOnlyText(t *testing.T) {
	for _, title := range []string{
		`<b>жирний</b> <script>alert(1)</script>`, `" onclick="x`, `a & b &amp; c &lt;`, "рядок\nдругий\x00\x1b[31m",
		"\u202Eобернений", "нуль\u200Bширини", "@everyone /follow x", "<a href='tg://user?id=1'>x</a>", strings.Repeat("я", 5000),
		"🇺🇦🛡😀", "</a></b></i>", "%s%d{{.}}", "\xff\xfe",
	} {
		s := story(1, title)
		s.Summary, s.Links[0].Name = []string{title}, title
		texts := renderDigest(digestOf(s), header)
		sendable(t, texts...)
		if strings.ContainsAny(texts[0], "\u202E\u200B\x00\x1b") {
			t.Errorf("%q leaves characters that are not seen", title)
		}
	}
	for _, address := range []string{"javascript:alert(1)", "tg://user?id=1", "http://x", `https://a.b/"><b>`, "", "http://[::1"} {
		text := link(address, "назва")
		if strings.Contains(text, "<a") && !strings.HasPrefix(address, "https://a.b/") {
			t.Errorf("%s became %s", address, text)
		}
		sendable(t, text)
	}
}

func FuzzRender(f *testing.F) {
	f.Add("назва <b>", "https://kmu.gov.ua/1?a=1&b=\"", "Текст & ще. @x /y")
	f.Add("Сум’яття «тут» —\u00ad\u200b", "https://kmu.gov.ua/", "🇺🇦 &amp; &lt; 'а' \xff")
	f.Fuzz(func(t *testing.T, title, address, text string) {
		if plain := !strings.ContainsFunc(title, func(r rune) bool { return r == '@' || r == '/' || r < ' ' || unseen(r) }); plain == hasSuspect(title) {
			t.Fatalf("characters that are not left as they are: %v in %q", !plain, title)
		}
		s := story(1, title)
		s.Links[0].URL, s.Summary = address, []string{text}
		for _, part := range renderDigest(digestOf(s), header) {
			if strings.Count(part, "<") != strings.Count(part, ">") {
				t.Fatalf("markup is not whole: %q", part)
			}
			if got, want := unitsShown(part), len(utf16.Encode([]rune(plainText(part)))); got != want {
				t.Fatalf("%d units, want %d: %q", got, want, part)
			}
		}
	})
}
