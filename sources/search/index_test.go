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

func (a archive) Last(context.Context) (string, error) {
	if len(a) == 0 {
		return "", nil
	}
	return fmt.Sprintf("%04d", len(a)-1), nil
}

func (a archive) Count(context.Context) (int, error) {
	ids := map[string]bool{}
	for _, x := range a {
		ids[x.ID] = true
	}
	return len(ids), nil
}

// Listed has one millisecond for each change.
func (a archive) Listed(_ context.Context, since time.Time, limit int) (ids []string, last time.Time, err error) {
	for i, x := range a {
		at := time.UnixMilli(int64(i) + 1)
		if !at.Before(since) && len(ids) < limit {
			ids, last = append(ids, x.ID), at
		}
	}
	return ids, last, nil
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

// labels give the topics that the words of a test name.
var labels = Labels{Version: "test", Topics: func(title, text string) []string {
	var ids []string
	for word, id := range map[string]string{"кібербезпек": "cyber", "зим": "energy"} {
		if strings.Contains(strings.ToLower(title+text), word) {
			ids = append(ids, id)
		}
	}
	return ids
}}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func news() archive {
	return archive{
		{ID: "cyber", Title: "Посилено захист реєстрів", Text: "Фахівці з кібербезпеки перевірили об'єднані реєстри громад.", Source: "cip", Seen: noon},
		{ID: "energy", Title: "Енергетика: план на зиму", Text: "Уряд затвердив план підготовки до зими. Кібербезпеці енергооб’єктів приділили увагу.", Seen: noon.Add(time.Hour)},
		{ID: "title", Title: "Кібербезпека державних установ", Text: "Нову стратегію розроблено.", Seen: noon.Add(-time.Hour)},
		{ID: "urban", Title: "Е-урядування в громадах", Text: "Віце-прем’єр-міністр відвідав ЦНАП.", Seen: noon},
	}
}

func filled(t *testing.T, a archive) *Index {
	t.Helper()
	x, err := Open(t.TempDir(), labels, slog.Default())
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
	q := ParseQuery(query, noon)
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
		`"плану підготовки"`:       "",
		`"план на зиму"`:           "energy",
		`"план зиму"`:              "",
		`"реєстрів фахівці"`:       "",
		`"ПІДГОТОВКИ до зими"`:     "energy",
		`"об'єднані реєстри"`:      "cyber",
		`"прем’єр"`:                "urban",
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

func TestASearchIsNarrowed(t *testing.T) {
	a := news()
	a[3].Seen = noon.AddDate(0, 0, -1)
	x := filled(t, a)
	for query, want := range map[string]string{
		"кібербезпека з:2026-11-22":          "title,cyber,energy",
		"кібербезпека з:23.11.2026":          "",
		"урядування по:2026-11-21":           "urban",
		"урядування до:2026-11-20":           "",
		"за вчора":                           "urban",
		"громади за сьогодні":                "cyber",
		"у листопаді 2026":                   "energy,cyber,title,urban",
		"from:2026-11-22 to:2026-11":         "energy,cyber,title",
		"кібербезпека за 22 листопада":       "title,cyber,energy",
		"-кібербезпека":                      "",
		"-кібербезпека цього тижня":          "urban",
		"-\"кібербезпеки\" за тиждень":       "energy,title,urban",
		"-\"план підготовки\" кібербезпека":  "title,cyber",
		`кібербезпека"план підготовки"`:      "energy",
		"Джерело: cip":                       "cyber",
		"source:cip реєстр":                  "cyber",
		"source:cip план":                    "",
		"тема:energy":                        "energy",
		"тема:energy тема:cyber":             "energy,cyber,title",
		"topic:cyber стратегія":              "title",
		"кібербезпека минулого року":         "",
		"кібербезпека з:2026-11-22 з:колись": "title,cyber,energy",
		"https://moz.gov.ua":                 "",
		"кібербезпека з:9999-01-01":          "title,cyber,energy",
		"кібербезпека за 1 січня 9999 року":  "",
		"кібербезпека джерело:":              "title,cyber,energy",
		"в один рік":                         "",
	} {
		if got := strings.Join(search(t, x, query), ","); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestPeriodsAreReadOnTheReadersClock(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 30, 0, 30, 0, 0, kyiv) // a Monday, the day after the clocks changed
	for query, want := range map[string]string{
		"за сьогодні":                "2026-03-30 00:00 2026-03-31 00:00",
		"за вчора":                   "2026-03-29 00:00 2026-03-30 00:00",
		"за тиждень":                 "2026-03-24 00:00 2026-03-31 00:00",
		"цього тижня":                "2026-03-30 00:00 2026-04-06 00:00",
		"минулого тижня":             "2026-03-23 00:00 2026-03-30 00:00",
		"цього місяця":               "2026-03-01 00:00 2026-04-01 00:00",
		"минулого місяця":            "2026-02-01 00:00 2026-03-01 00:00",
		"за місяць":                  "2026-03-01 00:00 2026-03-31 00:00",
		"у квітні":                   "2025-04-01 00:00 2025-05-01 00:00",
		"в березні 2026 року":        "2026-03-01 00:00 2026-04-01 00:00",
		"за 28–29 березня":           "2026-03-28 00:00 2026-03-30 00:00",
		"у 2025 році":                "2025-01-01 00:00 2026-01-01 00:00",
		"з:2026-03-01 по:31.03.2026": "2026-03-01 00:00 2026-04-01 00:00",
		"від:2025 до:2025-02":        "2025-01-01 00:00 2025-03-01 00:00",
		"since:yesterday":            "2026-03-29 00:00 -",
	} {
		q := ParseQuery(query, now)
		got := []string{"-", "-"}
		for i, at := range []time.Time{q.From, q.To} {
			if !at.IsZero() {
				got[i] = at.In(kyiv).Format("2006-01-02 15:04")
			}
		}
		if s := strings.Join(got, " "); s != want || len(q.Words) > 0 {
			t.Errorf("%q: %s %v, want %s", query, s, q.Words, want)
		}
	}
}

func TestWhatCannotBeUsedIsSaid(t *testing.T) {
	for query, want := range map[string]string{
		"кібербезпека з:колись":  "з:колись",
		"по:32.13.2026 план":     "по:32.13.2026",
		"джерело: ":              "джерело:",
		"план \"":                "",
		"один, два: три — а б в": "",
		"перше друге третє четверте п’яте шосте сьоме восьме дев’яте": "дев’яте",
	} {
		if got := strings.Join(ParseQuery(query, noon).Ignored, ","); got != want {
			t.Errorf("%q: %q is ignored, want %q", query, got, want)
		}
	}
}

func TestAQueryThatFindsNothingIsCorrected(t *testing.T) {
	x := filled(t, news())
	for query, want := range map[string]string{
		"кібербезпкеа":            "кібербезпека",
		"кибербезпека тема:cyber": "кібербезпека тема:cyber",
		"страегія з:2026-11-01":   "стратегія з:2026-11-01",
		"rs,th,tpgtrf":            "кібербезпека",
		"rsdthptgtrf":             "кібербезпека", // two keys missed as well
		"kiberbezpeka":            "кібербезпека",
		"kiberbezpeky reiestry":   "кібербезпеки реєстри",
		"obyednani hromady":       "об’єднані громади",
		"premier":                 "прем’єр",
		"stratehia":               "стратегія",
		"enerhetyka тема:energy":  "енергетика тема:energy",
		"кібербезпека енергооб’єкти": "",
		"зовсіминшеслово":            "",
		strings.Repeat("абвгґ", 30):  "", // too long to be looked for with its slips
		"зми":                        "",
		"\"страегія\"":               "",
		"":                           "",
	} {
		got, ok, err := x.Correct(t.Context(), query, noon)
		if !ok {
			got = ""
		}
		if err != nil || got != want {
			t.Errorf("%q means %q (%v), want %q", query, got, err, want)
		}
	}
}

func TestAnIndexOfOtherTopicsIsBuiltAnew(t *testing.T) {
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "index-v3-one"), 0o755); err != nil {
		t.Fatal(err) // as an earlier version kept it
	}
	for _, version := range []string{"one", "one", "two"} {
		x, err := Open(folder, Labels{Version: version}, slog.Default())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.CatchUp(t.Context(), news(), 0); err != nil {
			t.Fatal(err)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadDir(folder)
	if err != nil || len(kept) != 2 || !strings.HasPrefix(kept[1].Name(), family(Labels{Version: "two"})) {
		t.Errorf("kept %v (%v)", kept, err)
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
		x, err := Open(folder, labels, slog.Default())
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
	x, err := Open(folder, labels, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	if _, err := Open(folder, labels, slog.Default()); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opening it twice: %v", err)
	}
}

func TestADamagedIndexIsBuiltAnew(t *testing.T) {
	folder := t.TempDir()
	x, err := Open(folder, labels, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	name, err := current(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name, metaFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	x, err = Open(folder, labels, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	if n, err := x.CatchUp(t.Context(), news(), 0); err != nil || n != 4 {
		t.Errorf("took in %d (%v)", n, err)
	}
}

func TestSnippetsMarkTheWordsFound(t *testing.T) {
	q := ParseQuery("кібербезпека енергооб'єкт", noon)
	s, spans := q.Snippet("Уряд затвердив план. Кібербезпеці енергооб’єктів приділили увагу.")
	var words []string
	for _, sp := range spans {
		words = append(words, s[sp[0]:sp[1]])
	}
	if strings.Join(words, ",") != "Кібербезпеці,енергооб’єктів" {
		t.Errorf("snippet %q marks %v", s, words)
	}
	s, spans = ParseQuery("стати прем’єр", noon).Snippet("Я стану поруч. До стану віце-прем’єра байдуже.")
	if len(spans) != 2 || s[spans[0][0]:spans[0][1]] != "стану" || s[spans[1][0]:spans[1][1]] != "віце-прем’єра" {
		t.Errorf("snippet %q marks %v: a second meaning and a part of a word are not found", s, spans)
	}
	long := strings.Repeat("слово за словом ", 60) + "кібербезпека " + strings.Repeat("і далі ", 60)
	s, spans = q.Snippet(long)
	if len(s) > snippetLimit+8 || len(spans) != 1 || s[spans[0][0]:spans[0][1]] != "кібербезпека" {
		t.Errorf("clipped to %d bytes, marks %v", len(s), spans)
	}
	q.Snippet(strings.Repeat("\x80", 3000)) // no letter begins anywhere
	s, _ = q.Snippet("Перше речення про енергооб’єкти. Друге ні про що. Третє про кібербезпеку.")
	if s != "Перше речення про енергооб’єкти. … Третє про кібербезпеку." {
		t.Errorf("two sentences: %q", s)
	}
	if s, spans = ParseQuery(`"до зими"`, noon).Snippet("До зими далеко? План до весни. План на зиму."); s != "До зими далеко?" || len(spans) != 2 {
		t.Errorf("a phrase: %q %v", s, spans)
	}
}

func FuzzQuery(f *testing.F) {
	f.Add(`кібербезпека "точна фраза" -слово «лапки»`, "Кібербезпеці енергооб’єктів.")
	f.Fuzz(func(t *testing.T, query, text string) {
		q := ParseQuery(query, noon)
		if q.size() > maxTerms {
			t.Fatalf("%d terms", q.size())
		}
		for _, side := range []Refinement{Period, OfSource, OfTopic} {
			refined, _ := Refine(query, side, "", noon)
			if again, _ := Refine(refined, side, "", noon); side != Period && again != refined {
				t.Fatalf("%q is refined to %q and that to %q", query, refined, again)
			}
		}
		a := articles.Article{ID: "a", Title: query, Text: text, Seen: noon}
		standing := NewStanding(labels)
		standing.Add("q", q)
		standing.Fits("q", &a)
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

func TestALooseSearchFindsWordsOfTheSameFamily(t *testing.T) {
	x := filled(t, news())
	for query, want := range map[string]string{
		"підготувати зима":      "energy",
		"віцепремʼєрство ЦНАПи": "urban", // one of the words
		"стратегічний":          "title",
		"реєстратура стратег":   "title",
		"зим":                   "energy",
		"зовсіминшеслово":       "",
	} {
		q := ParseQuery(query, noon)
		q.Limit, q.Loose = 10, true
		r, err := x.Search(t.Context(), q)
		var ids []string
		for _, h := range r.Hits {
			ids = append(ids, h.ID)
		}
		if got := strings.Join(ids, ","); err != nil || got != want {
			t.Errorf("%q finds %q (%v), want %q", query, got, err, want)
		}
	}
	q := ParseQuery("стратегічний", noon)
	q.Loose = true
	if s, spans := q.Snippet("Нову стратегію розроблено."); len(spans) != 1 || s[spans[0][0]:spans[0][1]] != "стратегію" {
		t.Errorf("the snippet %q marks %v", s, spans)
	}
}

func FuzzSearch(f *testing.F) {
	f.Add(`кібербезпека "план на зиму" -слово джерело:cip за вчора`)
	f.Add(`rs,th,tpgtrf kiberbezpeka -"реєстрів громад" тема:energy`)
	x, err := Open(f.TempDir(), labels, slog.Default())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = x.Close() })
	a := news()
	if _, err := x.CatchUp(f.Context(), a, 0); err != nil {
		f.Fatal(err)
	}
	standing := NewStanding(labels)
	f.Fuzz(func(t *testing.T, text string) {
		q := ParseQuery(text, noon)
		q.Limit = 10
		r, err := x.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		q.Loose = true
		if loose, err := x.Search(t.Context(), q); err != nil || loose.Total < r.Total {
			t.Fatalf("%q finds %d, loosely %d (%v)", text, r.Total, loose.Total, err)
		}
		q.Loose = false
		standing.Add(text, q)
		n := 0
		for i := range a {
			if standing.Fits(text, &a[i]) {
				n++
			}
		}
		if n != r.Total && !r.Cut {
			t.Fatalf("%q finds %d, standing %d", text, r.Total, n)
		}
		if _, _, err := x.Facets(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		if _, _, err := x.Correct(t.Context(), text, noon); err != nil {
			t.Fatal(err)
		}
	})
}
