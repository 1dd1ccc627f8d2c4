package digest_test

import (
	"testing"
	"time"

	"visnyk/digest"
	"visnyk/sources/articles"
)

func TestAWithdrawnArticleIsNoStoryButToldOf(t *testing.T) {
	a, b, c := article("a", "kmu", "Уряд затвердив план підготовки до зими", winter), article("b", "moz", "МОЗ розпочинає вакцинацію", winter), article("c", "mon", "МОН оголосило конкурс", winter)
	a.Withdrawn, c.Withdrawn = noon.Add(time.Hour), noon.Add(2*time.Hour)
	there, gone := builder(t).Withdrawn([]articles.Article{a, b, c})
	if len(there) != 1 || there[0].ID != "b" || len(gone) != 2 {
		t.Fatalf("%d there, %+v gone", len(there), gone)
	}
	want := digest.Withdrawal{Article: "c", Title: "МОН оголосило конкурс", Name: "MON", At: c.Withdrawn}
	if gone[0] != want || gone[0].Mark() == gone[1].Mark() {
		t.Errorf("%+v", gone)
	}
	again := want
	again.At = noon.Add(48 * time.Hour)
	if again.Mark() == want.Mark() {
		t.Error("gone for a second time it is not told of")
	}
}

// A withdrawal is news though its article is old, unless that never was news.
func TestAWithdrawalIsSelectedByItsOwnTime(t *testing.T) {
	old, never := article("a", "kmu", "Уряд затвердив план підготовки до зими", winter), article("b", "kmu", "Давня новина про план", winter)
	old.Published, never.Published = noon.Add(-6*24*time.Hour), noon.Add(-6*24*time.Hour)
	old.Withdrawn, never.Withdrawn, never.Baseline = noon, noon, true
	got, err := builder(t).Select(t.Context(), archive{old, never}, []digest.Interest{{Source: "kmu", Since: noon.Add(-time.Hour)}}, noon)
	if err != nil || len(got) != 1 || got[0].ID != "a" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAStoryRemembersItsFormerTitle(t *testing.T) {
	a := article("a", "kmu", "Уряд виділив 7 млн грн", winter)
	a.Edited, a.History = noon, []articles.Revision{{At: noon, Title: "Уряд виділив 5 млн грн"}}
	stories, _ := builder(t).Stories([]articles.Article{a})
	if stories[0].Was != "Уряд виділив 5 млн грн" || !stories[0].Edited {
		t.Errorf("%+v", stories[0])
	}
}
