package search

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"visnyk/sources/articles"
)

// archive is a log of articles, as the real one gives it.
type archive []articles.Article

func (a archive) Log(_ context.Context, after string, limit int, _ time.Duration) ([]articles.Change, error) {
	var changes []articles.Change
	for i, x := range a {
		if at := fmt.Sprintf("%04d", i); at > after && len(changes) < limit {
			changes = append(changes, articles.Change{Position: at, ID: x.ID})
		}
	}
	return changes, nil
}

func (a archive) Get(_ context.Context, ids ...string) ([]articles.Article, error) {
	var all []articles.Article
	for _, x := range a {
		if slices.Contains(ids, x.ID) {
			all = append(all, x)
		}
	}
	return all, nil
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func news() archive {
	return archive{
		{ID: "cyber", Title: "Посилено захист реєстрів", Text: "Фахівці з кібербезпеки перевірили об'єднані реєстри громад.", Seen: noon},
		{ID: "energy", Title: "Енергетика: план на зиму", Text: "Уряд затвердив план підготовки до зими. Кібербезпеці енергооб’єктів приділили увагу.", Seen: noon.Add(time.Hour)},
		{ID: "title", Title: "Кібербезпека державних установ", Text: "Нову стратегію розроблено.", Seen: noon.Add(-time.Hour)},
		{ID: "urban", Title: "Е-урядування в громадах", Text: "Віце-прем’єр-міністр відвідав ЦНАП.", Seen: noon},
	}
}

func filled(t *testing.T, a archive) *Index {
	t.Helper()
	x, err := Memory(slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	if _, err := x.CatchUp(t.Context(), a, 0); err != nil {
		t.Fatal(err)
	}
	return x
}

func search(t *testing.T, x *Index, query string) []string {
	t.Helper()
	q := ParseQuery(query)
	q.Limit = 10
	r, err := x.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, h := range r.Hits {
		ids = append(ids, h.ID)
	}
	return ids
}

func TestAWordFindsAllItsForms(t *testing.T) {
	x := filled(t, news())
	for query, want := range map[string]string{
		"кібербезпека":             "title,cyber,energy",
		"КІБЕРБЕЗПЕКОЮ реєстр":     "cyber",
		"обʼєднання":               "",
		"об’єднані":                "cyber",
		`"план підготовки"`:        "energy",
		`"підготовки план"`:        "",
		"«захист реєстрів» громад": "cyber",
		"кібербезпека -реєстр":     "title,energy",
		"урядування":               "urban",
		"е-урядування":             "urban",
		"прем’єр":                  "urban",
		"цнап":                     "urban",
		"розробити":                "title",
		"і та":                     "",
		"":                         "",
	} {
		if got := strings.Join(search(t, x, query), ","); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestAnEditedArticleIsFoundByItsNewText(t *testing.T) {
	a := news()
	x := filled(t, a)
	a[3].Text = "Віце-прем’єр-міністр відвідав лікарню."
	a = append(a, a[3])
	if n, err := x.CatchUp(t.Context(), a, 0); err != nil || n != 1 {
		t.Fatalf("caught up %d, %v", n, err)
	}
	if got := search(t, x, "лікарня"); !slices.Equal(got, []string{"urban"}) {
		t.Errorf("new text: %v", got)
	}
	if got := search(t, x, "ЦНАП"); len(got) != 0 {
		t.Errorf("old text is still found: %v", got)
	}
	if n, err := x.Count(); err != nil || n != 4 {
		t.Errorf("%d articles (%v), want 4", n, err)
	}
}

func TestTheIndexGoesOnAfterAReopening(t *testing.T) {
	folder := t.TempDir()
	a := news()
	for round := range 2 {
		x, err := Open(folder, slog.Default())
		if err != nil {
			t.Fatal(err)
		}
		n, err := x.CatchUp(t.Context(), a[:2+round], 0)
		if err != nil || n != 2-round {
			t.Errorf("round %d: took in %d (%v), want %d", round, n, err, 2-round)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASecondProcessIsToldThatTheIndexIsOpen(t *testing.T) {
	folder := t.TempDir()
	x, err := Open(folder, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	if _, err := Open(folder, slog.Default()); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opening it twice: %v", err)
	}
}

func TestADamagedIndexIsBuiltAnew(t *testing.T) {
	folder := t.TempDir()
	x, err := Open(folder, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	meta := filepath.Join(folder, "index-v"+version, "index_meta.json")
	if err := os.WriteFile(meta, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	x, err = Open(folder, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	if n, err := x.CatchUp(t.Context(), news(), 0); err != nil || n != 4 {
		t.Errorf("took in %d (%v)", n, err)
	}
}

func TestSnippetsMarkTheWordsFound(t *testing.T) {
	q := ParseQuery("кібербезпека енергооб'єкт")
	s, spans := q.Snippet("Уряд затвердив план. Кібербезпеці енергооб’єктів приділили увагу.")
	var words []string
	for _, sp := range spans {
		words = append(words, s[sp[0]:sp[1]])
	}
	if strings.Join(words, ",") != "Кібербезпеці,енергооб’єктів" {
		t.Errorf("snippet %q marks %v", s, words)
	}
	s, spans = ParseQuery("стати прем’єр").Snippet("Я стану поруч. До стану віце-прем’єра байдуже.")
	if len(spans) != 2 || s[spans[0][0]:spans[0][1]] != "стану" || s[spans[1][0]:spans[1][1]] != "віце-прем’єра" {
		t.Errorf("snippet %q marks %v: a second meaning and a part of a word are not found", s, spans)
	}
	long := strings.Repeat("слово за словом ", 60) + "кібербезпека " + strings.Repeat("і далі ", 60)
	s, spans = q.Snippet(long)
	if len(s) > snippetLimit+8 || len(spans) != 1 || s[spans[0][0]:spans[0][1]] != "кібербезпека" {
		t.Errorf("clipped to %d bytes, marks %v", len(s), spans)
	}
}

func FuzzQuery(f *testing.F) {
	f.Add(`кібербезпека "точна фраза" -слово «лапки»`, "Кібербезпеці енергооб’єктів.")
	f.Fuzz(func(t *testing.T, query, text string) {
		q := ParseQuery(query)
		if q.size() > maxTerms {
			t.Fatalf("%d terms", q.size())
		}
		s, spans := q.Snippet(text)
		last := 0
		for _, sp := range spans {
			if sp[0] < last || sp[1] < sp[0] || sp[1] > len(s) {
				t.Fatalf("span %v of %q", sp, s)
			}
			last = sp[1]
		}
	})
}
