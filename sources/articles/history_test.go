package articles

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"visnyk/sources"
)

func one(t *testing.T, s *Store, source string) Article {
	t.Helper()
	all, err := s.Changed(t.Context(), time.Time{}, 10, source)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d articles, %v", len(all), err)
	}
	return all[0]
}

func TestAnEditKeepsWhatItReplaced(t *testing.T) {
	s, now := archive(t)
	b := Batch{Source: "kmu", Items: []sources.Item{item("https://kmu.gov.ua/1", "Уряд виділив 5 млн", "Перший.\nСума 5 млн.\nОстанній.")}}
	takeIn(t, s, b)
	*now = noon.Add(time.Hour)
	b.Items[0].Title, b.Items[0].Text = "Уряд виділив 7 млн", "Перший.\nСума 7 млн.\nУточнено.\nОстанній."
	wantKinds(t, "edit", takeIn(t, s, b), Edited)
	want := Revision{At: *now, Title: "Уряд виділив 5 млн", Was: "Сума 5 млн.", Became: "Сума 7 млн.\nУточнено."}
	if a := one(t, s, "kmu"); len(a.History) != 1 || a.History[0] != want {
		t.Errorf("history: %+v", a.History)
	}
	*now = noon.Add(2 * time.Hour)
	b.Items[0].Text = "Перший.\nОстанній."
	wantKinds(t, "second edit", takeIn(t, s, b), Edited)
	if a := one(t, s, "kmu"); len(a.History) != 2 || a.History[1].Title != "" || a.History[1].Became != "" || a.History[1].Was != "Сума 7 млн.\nУточнено." {
		t.Errorf("history: %+v", a.History)
	}
}

func TestTheHistoryIsBounded(t *testing.T) {
	s, now := archive(t)
	b := Batch{Source: "kmu", Items: []sources.Item{item("https://kmu.gov.ua/1", "Новина 0", strings.Repeat("я", 50_000))}}
	takeIn(t, s, b)
	for i := range 40 {
		*now = now.Add(time.Minute)
		b.Items[0].Title, b.Items[0].Text = fmt.Sprintf("Новина %d", i+1), fmt.Sprintf("%d %s", i, strings.Repeat("ю", 50_000))
		takeIn(t, s, b)
	}
	a := one(t, s, "kmu")
	record, err := json.Marshal(a.History)
	if err != nil || len(record) > maxRevisions*(2*maxChanged+1000) || len(a.History) != maxRevisions || !a.History[0].Cut {
		t.Errorf("%d revisions in %d bytes, %v", len(a.History), len(record), err)
	}
	if a.History[0].Title != "Новина 0" || a.History[maxRevisions-1].Title != "Новина 39" {
		t.Errorf("the first is %q, the last %q", a.History[0].Title, a.History[maxRevisions-1].Title)
	}
}

func TestAnArticleIsWithdrawnWhenItIsGoneTwice(t *testing.T) {
	s, now := archive(t)
	takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{item("https://kmu.gov.ua/1", "Новина", "Текст.")}})
	gone := func() {
		t.Helper()
		if err := s.Gone(t.Context(), "kmu", "https://kmu.gov.ua/1", 30*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	gone()
	gone()
	if a := one(t, s, "kmu"); !a.Withdrawn.IsZero() || !a.Missing.Equal(noon) {
		t.Errorf("after a hiccup: %+v", a)
	}
	if err := s.Back(t.Context(), "kmu", "https://kmu.gov.ua/1"); err != nil {
		t.Fatal(err)
	}
	*now = noon.Add(time.Hour)
	gone()
	*now = noon.Add(2 * time.Hour)
	gone()
	if a := one(t, s, "kmu"); !a.Withdrawn.Equal(*now) || a.Text != "Текст." {
		t.Errorf("gone for good: %+v", a)
	}
	watched, err := s.Watched(t.Context(), "kmu", noon.Add(-3*time.Hour))
	if err != nil || len(watched) != 1 || watched[0].URL != "https://kmu.gov.ua/1" || !watched[0].Missing.Equal(noon.Add(time.Hour)) {
		t.Errorf("watched: %+v, %v", watched, err)
	}
	gone()
	if err := s.Back(t.Context(), "kmu", "https://kmu.gov.ua/1"); err != nil {
		t.Fatal(err)
	}
	if a := one(t, s, "kmu"); !a.Withdrawn.IsZero() || !a.Missing.IsZero() {
		t.Errorf("it came back: %+v", a)
	}
	changes, err := s.Log(t.Context(), "", 10, time.Millisecond)
	if err != nil || len(changes) != 3 || changes[1].Kind != Withdrawn || changes[2].Kind != Restored {
		t.Errorf("log: %+v, %v", changes, err)
	}
}

func TestOnlyItsOwnSourceWithdrawsAnArticle(t *testing.T) {
	s, now := archive(t)
	it := item("https://kmu.gov.ua/1", "Новина", "Текст.")
	takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{it}})
	takeIn(t, s, Batch{Source: "moz", Items: []sources.Item{it}})
	for range 2 {
		*now = now.Add(time.Hour)
		for _, url := range []string{it.URL, "https://kmu.gov.ua/unknown"} {
			if err := s.Gone(t.Context(), "moz", url, time.Minute); err != nil {
				t.Fatal(err)
			}
		}
	}
	if a := one(t, s, "kmu"); !a.Missing.IsZero() {
		t.Errorf("%+v", a)
	}
}

func TestRecordsOfEarlierVersionsAreRead(t *testing.T) {
	s, now := archive(t)
	it := item("https://kmu.gov.ua/1", "Новина", "Текст.")
	id := FromItem("kmu", it, noon).ID
	takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{it}})
	old := `{"id":"` + id + `","source":"kmu","url":"https://kmu.gov.ua/1","title":"Новина","text":"Текст.","published":"2026-11-22T11:00:00Z","seen":"2026-11-22T12:00:00Z","links":[{"source":"kmu","url":"https://kmu.gov.ua/1"}]}`
	if err := s.db.HSet(t.Context(), recordP+id, "j", old).Err(); err != nil {
		t.Fatal(err)
	}
	if a := one(t, s, "kmu"); a.Title != "Новина" || a.Schema != 0 {
		t.Errorf("read: %+v", a)
	}
	*now = noon.Add(time.Hour)
	it.Text = "Інший текст."
	wantKinds(t, "edit", takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{it}}), Edited)
	if a := one(t, s, "kmu"); a.Schema != schema || len(a.History) != 1 {
		t.Errorf("written anew: %+v", a)
	}
}

func TestAFloodIsStoredAndNoNews(t *testing.T) {
	s, _ := archive(t)
	takeIn(t, s, Batch{Source: "kmu", Baseline: true, Items: []sources.Item{item("https://kmu.gov.ua/1", "Новина", "Текст.")}})
	if a := one(t, s, "kmu"); !a.Baseline {
		t.Errorf("%+v", a)
	}
}
