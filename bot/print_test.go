package bot

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"visnyk/digest"
)

// printed gives the text of one part of a document.
func printed(t *testing.T, document []byte, part string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(document), int64(len(document)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(part)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAPrintedDigestHasAllThatTheMessageHas(t *testing.T) {
	d := digestOf(story(1, "План на зиму <1>"), story(2, "План \u202Eна весну"))
	d.Stories[1].Abstract, d.Stories[0].Edited, d.Stories[0].Was = true, true, "План на осінь"
	d.Withdrawn = []digest.Withdrawal{{Title: "Хибне повідомлення", Name: "МЗС"}}
	h := header
	h.Unread = []string{"МВС"}
	document, err := RenderDocument(d, h)
	if err != nil {
		t.Fatal(err)
	}
	body := printed(t, document, "word/document.xml")
	for _, want := range []string{
		"Дайджест повідомлень органів влади", "22 листопада 2026 року, неділя", "2 новини", "Енергетика", `w:anchor="section1"`, "План на зиму &lt;1&gt;", "План на весну",
		"Кабінет Міністрів України", "оновлено", "Раніше: «План на осінь»", textAbstract, textRetold, "https://kmu.gov.ua/1", "https://moz.gov.ua/2",
		"Вилучено з сайту: «Хибне повідомлення» (МЗС)", "Не вдалося прочитати: МВС",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not in\n%s", want, body)
		}
	}
	if rels := printed(t, document, "word/_rels/document.xml.rels"); strings.Count(rels, `Target="https://kmu.gov.ua/1"`) != 2 {
		t.Errorf("links:\n%s", rels)
	}
	// Nothing between a story's heading and its text ends a page.
	for _, p := range regexp.MustCompile(`(?s)"Heading2"/>.*?"BodyText"`).FindAllString(body, -1) {
		for _, style := range regexp.MustCompile(`pStyle w:val="(\w+)"`).FindAllStringSubmatch(p, -1) {
			if style[1] != "BodyText" && !regexp.MustCompile(`styleId="`+style[1]+`"[^\n]*<w:keepNext/>`).MatchString(printed(t, document, "word/styles.xml")) {
				t.Errorf("a page may end after a %s", style[1])
			}
		}
	}
	again, err := RenderDocument(d, h)
	if err != nil || !bytes.Equal(document, again) {
		t.Errorf("printed again it differs: %v", err)
	}
}
