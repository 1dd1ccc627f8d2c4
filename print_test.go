package main

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

// documentText reads the text part of a document.
func documentText(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestADigestIsSentAsADocumentToPrint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	w.start()
	w.tell("/follow " + url)
	for _, c := range []struct{ ask, title string }{
		{"/digest тиждень docx", "Дайджест повідомлень органів влади: тиждень"},
		{"/digest друк тиждень", "Дайджест повідомлень органів влади: тиждень"},
	} {
		m := w.tell(c.ask)
		if m.Document == nil || !strings.HasSuffix(m.Document.Name, ".docx") {
			t.Fatalf("%s: %+v", c.ask, m)
		}
		contains(t, m, "1 новина")
		for _, want := range []string{c.title, "Уряд посилює кібербезпеку державних реєстрів", url} {
			if text := documentText(t, m.Document.Data); !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in\n%s", c.ask, want, text)
			}
		}
	}
	contains(t, w.tell("/digest завтра docx"), "Не знаю такого періоду")
	// What was printed is marked as nothing, and periods may be asked for again.
	for range 2 {
		contains(t, w.tell("/digest тиждень"), "Уряд посилює кібербезпеку державних реєстрів")
	}
	contains(t, w.tell("/digest"), "Уряд посилює кібербезпеку державних реєстрів")
}

// A document that Telegram refuses for a while is sent when it takes it, the same
// bytes once.
func TestADocumentIsSentOnceOverFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	w.start()
	w.tell("/follow " + url)
	w.telegram.Fail("sendDocument", 2, telegramtest.Fault{Code: 429, RetryAfter: 1})
	m := w.tell("/digest тиждень docx")
	if m.Document == nil {
		t.Fatalf("%+v", m)
	}
	contains(t, w.tell("/list"), "Міністерство зразків")
	n := 0
	for _, m := range w.fromBot(reader.ID) {
		if m.Document != nil {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d documents, want one", n)
	}
}

func TestPreviewWritesADocument(t *testing.T) {
	t.Parallel()
	var out, faults bytes.Buffer
	in := strings.NewReader(`{"id":"1","source":"kmu.gov.ua","url":"https://kmu.gov.ua/1","title":"Уряд затвердив план на зиму","text":"Уряд затвердив план підготовки енергосистеми до зими. Документ передбачає ремонт 120 підстанцій."}`)
	if s := run(t.Context(), []string{"preview", "--format", "docx", "-"}, func(string) string { return "" }, in, &out, &faults); s != exitOK {
		t.Fatalf("exit status %d: %s", s, faults.String())
	}
	if text := documentText(t, out.Bytes()); !strings.Contains(text, "Уряд затвердив план на зиму") || !strings.Contains(text, "https://kmu.gov.ua/1") {
		t.Errorf("it says\n%s", text)
	}
}
