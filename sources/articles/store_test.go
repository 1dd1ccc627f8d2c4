package articles

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"visnyk/internal/redistest"
	"visnyk/sources"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// archive returns a store over a private Redis whose clock the test moves.
func archive(t *testing.T) (*Store, *time.Time) {
	t.Helper()
	now := noon
	return NewStore(redistest.Client(t), func() time.Time { return now }), &now
}

func item(url, title, text string) sources.Item {
	return sources.Item{URL: url, Title: title, Text: text, Published: noon.Add(-time.Hour)}
}

func takeIn(t *testing.T, s *Store, b Batch) []Kind {
	t.Helper()
	verdicts, err := s.TakeIn(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []Kind
	for _, v := range verdicts {
		kinds = append(kinds, v.Kind)
	}
	return kinds
}

func wantKinds(t *testing.T, what string, got []Kind, want ...Kind) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestAnItemIsStoredOnce(t *testing.T) {
	s, _ := archive(t)
	b := Batch{Source: "kmu", Items: []sources.Item{item("https://kmu.gov.ua/news/1?utm_source=tg", "Уряд ухвалив", "Текст.")}}
	wantKinds(t, "first", takeIn(t, s, b), New)
	wantKinds(t, "again", takeIn(t, s, b), Known)
	b.Items[0].URL = "https://kmu.gov.ua/news/1#top"
	wantKinds(t, "same address with a fragment", takeIn(t, s, b), Known)
	if n, _ := s.Count(t.Context()); n != 1 {
		t.Errorf("%d articles are kept, want 1", n)
	}
}

func TestGUIDNamesAnItemWhoseAddressMoved(t *testing.T) {
	s, _ := archive(t)
	a := item("https://kmu.gov.ua/a", "Уряд ухвалив", "Текст.")
	a.GUID = "7"
	wantKinds(t, "first", takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{a}}), New)
	a.URL = "https://kmu.gov.ua/b"
	wantKinds(t, "moved", takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{a}}), Joined)
	other := item("https://mof.gov.ua/x", "Інше", "Інший текст.")
	other.GUID = "7"
	wantKinds(t, "the same GUID of another source", takeIn(t, s, Batch{Source: "mof", Items: []sources.Item{other}}), New)
}

func TestAGUIDThatAllItemsShareNamesNone(t *testing.T) {
	s, _ := archive(t)
	var items []sources.Item
	for i := range 3 {
		it := item(fmt.Sprintf("https://kmu.gov.ua/%d", i), fmt.Sprintf("Новина %d", i), "Текст.")
		it.GUID = "news"
		items = append(items, it)
	}
	wantKinds(t, "first", takeIn(t, s, Batch{Source: "kmu", Items: items}), New, New, New)
	wantKinds(t, "again", takeIn(t, s, Batch{Source: "kmu", Items: items}), Known, Known, Known)
}

func TestItemsWithoutAnAddressOfTheirOwnAreToldApart(t *testing.T) {
	s, now := archive(t)
	var items []sources.Item
	for i := range 3 {
		it := item("https://kmu.gov.ua/news", fmt.Sprintf("Новина %d", i), fmt.Sprintf("Текст новини %d.", i))
		it.Shared, it.GUID = true, fmt.Sprintf("first-%d", i)
		items = append(items, it)
	}
	b := Batch{Source: "kmu", Items: items}
	wantKinds(t, "first", takeIn(t, s, b), New, New, New)
	wantKinds(t, "again", takeIn(t, s, b), Known, Known, Known)
	for i := range items {
		items[i].GUID = fmt.Sprintf("second-%d", i)
	}
	wantKinds(t, "with other GUIDs", takeIn(t, s, b), Known, Known, Known)
	*now = noon.Add(time.Hour)
	items[1].Text, items[1].GUID = "Текст новини 1 виправлено.", "first-1"
	wantKinds(t, "one edited", takeIn(t, s, b), Known, Edited, Known)
	if n, _ := s.Count(t.Context()); n != 3 {
		t.Errorf("%d articles are kept, want 3", n)
	}
}

func TestAnEditKeepsTheArticleAndIsMarked(t *testing.T) {
	s, now := archive(t)
	b := Batch{Source: "kmu", Items: []sources.Item{item("https://kmu.gov.ua/1", "Уряд виділив 5 млн", "Сума 5 млн.")}}
	takeIn(t, s, b)
	*now = noon.Add(time.Hour)
	b.Items[0].Text = "Сума 7 млн."
	wantKinds(t, "edit", takeIn(t, s, b), Edited)
	all, err := s.Changed(t.Context(), noon.Add(30*time.Minute), 10, "kmu")
	if err != nil || len(all) != 1 {
		t.Fatalf("changed: %v, %v", all, err)
	}
	a := all[0]
	if a.Text != "Сума 7 млн." || !a.Edited.Equal(*now) || !a.Seen.Equal(noon) {
		t.Errorf("after the edit: text %q, edited %v, seen %v", a.Text, a.Edited, a.Seen)
	}
	thin := b.Items[0]
	thin.Text, thin.Thin = "", true
	wantKinds(t, "a teaser is no edit", takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{thin}}), Known)
}

func TestASecondSourceJoinsByAddress(t *testing.T) {
	s, _ := archive(t)
	it := item("https://moz.gov.ua/1", "МОЗ повідомляє", "Текст.")
	takeIn(t, s, Batch{Source: "moz", Items: []sources.Item{it}})
	wantKinds(t, "second source", takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{it}}), Joined)
	all, err := s.Changed(t.Context(), noon.Add(-time.Minute), 10, "kmu")
	if err != nil || len(all) != 1 || len(all[0].Links) != 2 || all[0].Source != "moz" {
		t.Fatalf("after joining: %+v, %v", all, err)
	}
}

func TestWhatWasThereBeforeIsBaseline(t *testing.T) {
	s, _ := archive(t)
	old := item("https://kmu.gov.ua/old", "Давня новина", "Текст.")
	old.Published = noon.Add(-72 * time.Hour)
	items := []sources.Item{item("https://kmu.gov.ua/new", "Свіжа новина", "Текст."), old}
	for i := range 8 {
		it := item(fmt.Sprintf("https://kmu.gov.ua/u%d", i), fmt.Sprintf("Без дати %d", i), "Текст.")
		it.Published = time.Time{}
		items = append(items, it)
	}
	takeIn(t, s, Batch{Source: "kmu", Items: items, NewsSince: noon.Add(-24 * time.Hour), First: true})
	all, err := s.Changed(t.Context(), noon.Add(-time.Minute), 100, "kmu")
	if err != nil {
		t.Fatal(err)
	}
	undated := 0
	for _, a := range all {
		switch {
		case a.Title == "Свіжа новина" && a.Baseline:
			t.Error("fresh news is baseline")
		case a.Title == "Давня новина" && !a.Baseline:
			t.Error("old news counts as news")
		case a.Published.IsZero() && !a.Baseline:
			undated++
		}
	}
	if undated != undatedNews {
		t.Errorf("%d undated items are news at the first reading, want %d", undated, undatedNews)
	}
}

func TestParallelWorkersStoreAnArticleOnce(t *testing.T) {
	s, _ := archive(t)
	var wg sync.WaitGroup
	verdicts := make(chan Kind, 200)
	for range 20 {
		wg.Go(func() {
			var items []sources.Item
			for i := range 10 {
				items = append(items, item(fmt.Sprintf("https://kmu.gov.ua/%d", i), "Новина", "Текст."))
			}
			vs, err := s.TakeIn(t.Context(), Batch{Source: "kmu", Items: items})
			if err != nil {
				t.Error(err)
			}
			for _, v := range vs {
				verdicts <- v.Kind
			}
		})
	}
	wg.Wait()
	close(verdicts)
	news := 0
	for k := range verdicts {
		if k == New {
			news++
		}
	}
	if news != 10 {
		t.Errorf("%d verdicts say new, want 10", news)
	}
	changes, err := s.Log(t.Context(), "", 100, time.Millisecond)
	if err != nil || len(changes) != 10 {
		t.Errorf("the log has %d entries (%v), want 10", len(changes), err)
	}
}

func TestTheLogGoesOnAfterAPosition(t *testing.T) {
	s, _ := archive(t)
	for i := range 3 {
		takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{item(fmt.Sprintf("https://kmu.gov.ua/%d", i), "Новина", "Текст.")}})
	}
	first, err := s.Log(t.Context(), "", 2, time.Millisecond)
	if err != nil || len(first) != 2 {
		t.Fatalf("%v %v", first, err)
	}
	rest, err := s.Log(t.Context(), first[1].Position, 10, time.Millisecond)
	if err != nil || len(rest) != 1 {
		t.Fatalf("%v %v", rest, err)
	}
	none, err := s.Log(t.Context(), rest[0].Position, 10, time.Millisecond)
	if err != nil || len(none) != 0 {
		t.Fatalf("at the end: %v %v", none, err)
	}
}

func TestAnIdentityOfAnEarlierMonthStaysKnown(t *testing.T) {
	s, now := archive(t)
	b := Batch{Source: "kmu", Items: []sources.Item{item("https://kmu.gov.ua/1", "Новина", "Текст.")}}
	takeIn(t, s, b)
	for range 6 { // far beyond the months that are looked through at once
		*now = now.AddDate(0, 1, 0)
		wantKinds(t, now.Format("2006-01"), takeIn(t, s, b), Known)
	}
}

func TestEmptyItemsAreNotStored(t *testing.T) {
	s, _ := archive(t)
	wantKinds(t, "empty", takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{{URL: "https://kmu.gov.ua/1"}}}), Empty)
}

func TestTitleKeyIgnoresMarksAndApostrophes(t *testing.T) {
	a, b := Article{Title: "Уряд: «Об'єднання»  громад!"}, Article{Title: "уряд Об’єднання громад"}
	if a.TitleKey() != b.TitleKey() || strings.Contains(a.TitleKey(), ":") {
		t.Errorf("%q and %q", a.TitleKey(), b.TitleKey())
	}
}

func TestStandings(t *testing.T) {
	s, _ := archive(t)
	old := item("https://kmu.gov.ua/1", "Уряд виділив 62 млн", "Текст.")
	takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{old}})
	renamed, fresh := old, item("https://kmu.gov.ua/2", "Інша новина", "")
	renamed.Title = "Уряд виділив 74 млн"
	for _, c := range []struct {
		it   sources.Item
		want sources.Standing
	}{{old, sources.StandingKnown}, {renamed, sources.StandingRenamed}, {fresh, sources.StandingNew}} {
		got, err := s.Standings(t.Context(), "kmu", []sources.Item{c.it})
		if err != nil || got[0] != c.want {
			t.Errorf("%s: %v (%v), want %v", c.it.Title, got, err, c.want)
		}
	}
}

// announcement is a post of a channel that leads to an article.
func announcement(about string) sources.Item {
	i := item("https://t.me/kmu/7", "Уряд ухвалив", "Уряд ухвалив. Подробиці на сайті.")
	i.GUID, i.About = "kmu/7", about
	return i
}

func TestAPostThatAnnouncesAnArticleIsOneWithIt(t *testing.T) {
	const address = "https://kmu.gov.ua/news/1"
	whole := item(address, "Уряд ухвалив програму відновлення", "Повний текст новини про програму.")
	post := announcement(address + "?utm_source=tg")
	for name, order := range map[string][]sources.Item{"the article comes first": {whole, post}, "the post comes first": {post, whole}} {
		t.Run(name, func(t *testing.T) {
			s, _ := archive(t)
			for i, one := range append(order, order...) {
				want := [...]Kind{New, Joined, Known, Known}[i]
				wantKinds(t, fmt.Sprint("item ", i), takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{one}}), want)
			}
			all, err := s.Changed(t.Context(), time.Time{}, 10)
			if err != nil || len(all) != 1 {
				t.Fatalf("%+v, %v", all, err)
			}
			a := all[0]
			if a.URL != address || a.Title != whole.Title || a.Text != whole.Text || len(a.Links) != 2 || !a.Edited.IsZero() || len(a.History) != 0 {
				t.Errorf("%+v", a)
			}
		})
	}
}

func TestAPostThatIsEditedBeforeItsArticleIsThereIsEdited(t *testing.T) {
	s, _ := archive(t)
	post := announcement("https://kmu.gov.ua/news/1")
	takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{post}})
	post.Text = "Уряд ухвалив інше. Подробиці на сайті."
	wantKinds(t, "edited", takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{post}}), Edited)
}

func TestDocumentsAndForwardsAreKept(t *testing.T) {
	s, _ := archive(t)
	i := item("https://kmu.gov.ua/news/1", "Уряд ухвалив постанову", "Текст.")
	i.From = "Міністерство  фінансів"
	i.Complete(sources.Page{Documents: []sources.Document{{Type: "постанова", Number: "1234", URL: "https://zakon.rada.gov.ua/laws/1234"}}})
	takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{i}})
	all, err := s.Changed(t.Context(), time.Time{}, 10)
	if err != nil || len(all) != 1 || all[0].From != "Міністерство фінансів" || len(all[0].Documents) != 1 || all[0].Documents[0].Number != "1234" {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestABatchThatHoldsAnArticleTwiceStoresItOnce(t *testing.T) {
	s := NewStore(redistest.Client(t), nil)
	item := sources.Item{URL: "https://kmu.gov.ua/1", GUID: "1", Title: "Уряд схвалив програму", Text: "Програму схвалено."}
	other := item
	other.URL, other.GUID = "https://kmu.gov.ua/2", "2"
	got, err := s.TakeIn(t.Context(), Batch{Source: "kmu", Items: []sources.Item{item, other, item}})
	if err != nil || got[0].Kind != New || got[1].Kind != New || got[2].Kind != Known || got[2].ID != got[0].ID {
		t.Errorf("%+v %v", got, err)
	}
	if n, err := s.Count(t.Context()); err != nil || n != 2 {
		t.Errorf("%d articles, %v", n, err)
	}
}

func TestATextWithoutAPageOfItsOwnNamesItsDocuments(t *testing.T) {
	s := NewStore(redistest.Client(t), nil)
	post := sources.Item{
		URL: "https://t.me/kmu/5", Title: "Уряд ухвалив постанову", Text: "Уряд ухвалив постанову від 24 листопада 2026 року № 1410 «Про підтримку громад».",
		Links: []string{"https://kmu.gov.ua/files/1410.pdf", "https://kmu.gov.ua/news"},
	}
	got, err := s.TakeIn(t.Context(), Batch{Source: "kmu", Items: []sources.Item{post}})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Get(t.Context(), got[0].ID)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v %v", all, err)
	}
	d := all[0].Documents
	if len(d) != 2 || d[0].Number != "1410" || d[0].Title != "Про підтримку громад" || d[1].URL != post.Links[0] || d[1].Title != "1410.pdf" {
		t.Errorf("%+v", d)
	}
}

func TestTheArchiveIsListedByChange(t *testing.T) {
	s, now := archive(t)
	if last, err := s.Last(t.Context()); err != nil || last != "" {
		t.Errorf("the last change of nothing is %q (%v)", last, err)
	}
	for i := range 5 {
		takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{item(fmt.Sprint("https://kmu.gov.ua/", i), fmt.Sprint("Новина ", i), "Текст.")}})
		*now = now.Add(time.Minute)
	}
	takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{item("https://kmu.gov.ua/0", "Новина 0", "Інший текст.")}})
	var ids []string
	since := time.Time{}
	for len(ids) < 9 { // each page begins with the last of the one before
		page, last, err := s.Listed(t.Context(), since, 2)
		if err != nil {
			t.Fatal(err)
		}
		ids, since = append(ids, page...), last
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != 5 || !since.Equal(*now) {
		t.Errorf("listed %v until %v", ids, since)
	}
	last, err := s.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if changes, err := s.Log(t.Context(), last, 10, -1); err != nil || len(changes) != 0 {
		t.Errorf("after the last change: %v (%v)", changes, err)
	}
}

func TestAnItemThatDidNotChangeIsKnownWithoutItsText(t *testing.T) {
	s, _ := archive(t)
	whole := item("https://kmu.gov.ua/1", "Уряд ухвалив", "Текст.")
	short := sources.Item{URL: whole.URL, Title: "Інший заголовок", Published: whole.Published, Unchanged: true}
	standing := func() sources.Standing {
		t.Helper()
		all, err := s.Standings(t.Context(), "kmu", []sources.Item{short})
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}
	if _, err := s.TakeIn(t.Context(), Batch{Source: "kmu", Items: []sources.Item{short}}); !errors.Is(err, ErrUnread) || standing() != sources.StandingNew {
		t.Errorf("unknown: %v, standing %v", err, standing())
	}
	wantKinds(t, "whole", takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{whole}}), New)
	wantKinds(t, "unchanged", takeIn(t, s, Batch{Source: "kmu", Items: []sources.Item{short}}), Known)
	if standing() != sources.StandingKnown {
		t.Errorf("standing %v", standing())
	}
	verdicts, err := s.TakeIn(t.Context(), Batch{Source: "kmu", Items: []sources.Item{short}})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := s.Get(t.Context(), verdicts[0].ID)
	if err != nil || len(kept) != 1 || kept[0].Text != "Текст." || kept[0].Title != whole.Title || !kept[0].Edited.IsZero() {
		t.Errorf("kept %+v, %v", kept, err)
	}
	if err := s.db.Del(t.Context(), recordP+verdicts[0].ID).Err(); err != nil {
		t.Fatal(err)
	}
	if standing() != sources.StandingNew {
		t.Error("one whose record is gone is to be read as a whole")
	}
}

func TestManyNewArticlesAreStoredOnce(t *testing.T) {
	s, _ := archive(t)
	b := Batch{Source: "kmu"}
	for i := range 2*storedAtOnce + 7 {
		b.Items = append(b.Items, item(fmt.Sprintf("https://kmu.gov.ua/%d", i), fmt.Sprintf("Новина %d", i), "Текст."))
	}
	b.Items = append(b.Items, b.Items[3])
	for round, want := range []Kind{New, Known} {
		kinds := takeIn(t, s, b)
		if slices.ContainsFunc(kinds[:len(kinds)-1], func(k Kind) bool { return k != want }) || kinds[len(kinds)-1] != Known {
			t.Errorf("round %d: %v", round, kinds)
		}
		if err := s.db.ScriptFlush(t.Context()).Err(); err != nil { // as a server that was started anew
			t.Fatal(err)
		}
	}
	if n, err := s.Count(t.Context()); err != nil || n != len(b.Items)-1 {
		t.Errorf("%d articles are kept (%v)", n, err)
	}
}
