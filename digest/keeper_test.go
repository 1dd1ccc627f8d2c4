package digest_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"visnyk/digest"
	"visnyk/internal/redistest"
	"visnyk/sources/articles"
)

func TestAStoryStaysWhatItIsForAllReplicas(t *testing.T) {
	db := redistest.Client(t)
	clock := func() time.Time { return noon }
	all := []articles.Article{
		told("a", "kmu", 0, "Уряд затвердив план підготовки енергосистеми до зими", winter),
		told("b", "mev", 1, "Затверджено план підготовки енергосистеми до зими", winter+" Міністр розповів подробиці."),
		told("c", "moz", 2, "МОЗ розпочинає вакцинацію від грипу", "Вакцинація розпочинається в понеділок у всіх областях."),
	}
	first, err := digest.NewKeeper(db, clock).Assign(t.Context(), all)
	if err != nil || first["a"] == "" || first["a"] != first["b"] || first["a"] == first["c"] {
		t.Fatalf("stories %v: %v", first, err)
	}
	// Another replica, or the same after a start, sees the later report alone.
	other := digest.NewKeeper(db, clock)
	again, err := other.Assign(t.Context(), all[1:])
	if err != nil || again["b"] != first["b"] || again["c"] != first["c"] {
		t.Errorf("stories %v became %v: %v", first, again, err)
	}
	late, err := other.Assign(t.Context(), []articles.Article{told("d", "dsns", 3, "План підготовки енергосистеми до зими затверджено", winter)})
	if err != nil || late["d"] != first["a"] {
		t.Errorf("the late report is of %s, want %s: %v", late["d"], first["a"], err)
	}
}

func TestReplicasThatRaceAgree(t *testing.T) {
	db := redistest.Client(t)
	var all []articles.Article
	for i := range 40 {
		all = append(all, told(fmt.Sprint(i), fmt.Sprint("body", i%4), i/4, fmt.Sprintf("Уряд затвердив план номер %d підготовки до зими", i/4), fmt.Sprintf("%s План %d.", winter, i/4)))
	}
	results := make([]map[string]string, 4)
	var wg sync.WaitGroup
	for r := range results {
		wg.Go(func() {
			k := digest.NewKeeper(db, func() time.Time { return noon })
			assigned, err := k.Assign(t.Context(), all)
			if err != nil {
				t.Error(err)
			}
			results[r] = assigned
		})
	}
	wg.Wait()
	for r := range results {
		for id, story := range results[0] {
			if results[r][id] != story {
				t.Errorf("article %s is of %s and of %s", id, story, results[r][id])
			}
		}
	}
}

func TestWhatIsOldIsDroppedFromTheCluster(t *testing.T) {
	c := digest.NewCluster()
	old := told("old", "kmu", -24*9, "Уряд затвердив план підготовки енергосистеми до зими", winter)
	c.Add(old)
	c.Add(told("a", "moz", 0, "МОЗ розпочинає вакцинацію від грипу", "Вакцинація розпочинається в понеділок у всіх областях."))
	kept, number := c.Since(noon.Add(-7 * 24 * time.Hour))
	if kept.Stories() != 1 || number[0] != -1 || number[1] != 0 {
		t.Fatalf("%d stories, numbers %v", kept.Stories(), number)
	}
	if j := kept.Add(told("b", "mev", 1, old.Title, winter)); j.Reason != digest.BecauseNew {
		t.Errorf("joined what was dropped: %+v", j)
	}
	if j := kept.Add(told("c", "city", 2, "МОЗ розпочинає вакцинацію від грипу", "Вакцинація почнеться в понеділок.")); j.Story != 0 {
		t.Errorf("did not join what was kept: %+v", j)
	}
}

func TestAStoryThatCouldNotBeStoredIsStoredLater(t *testing.T) {
	db := redistest.Client(t)
	clock := func() time.Time { return noon }
	k := digest.NewKeeper(db, clock)
	all := []articles.Article{
		told("a", "kmu", 0, "Уряд затвердив план підготовки енергосистеми до зими", winter),
		told("b", "mev", 1, "Затверджено план підготовки енергосистеми до зими", winter+" Міністр розповів подробиці."),
	}
	if err := db.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Assign(t.Context(), all); err == nil {
		t.Fatal("stories were stored in a Redis that is full")
	}
	if err := db.ConfigSet(t.Context(), "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
	first, err := k.Assign(t.Context(), all)
	if err != nil || first["a"] == "" || first["a"] != first["b"] {
		t.Errorf("stories %v: %v", first, err)
	}
	if again, err := digest.NewKeeper(db, clock).Assign(t.Context(), all[1:]); err != nil || again["b"] != first["b"] {
		t.Errorf("another replica: %v, %v", again, err)
	}
}
