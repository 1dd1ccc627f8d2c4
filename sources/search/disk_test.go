package search

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"visnyk/sources/articles"
)

// asIndexer makes the test binary index a generated archive into the folder
// that it names, so that a test can kill a real process.
const asIndexer = "VISNYK_TEST_INDEX_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(asIndexer); folder != "" {
		if err := indexAll(folder); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const generated = 6000

// generatedArchive is an archive over four months, half of it changed later.
func generatedArchive() archive {
	var a archive
	for i := range generated {
		at := noon.Add(-time.Duration(generated-i) * 20 * time.Minute)
		a = append(a, articles.Article{ID: fmt.Sprint("a", i), Title: fmt.Sprint("Новина слово", i), Text: "Звичайний текст про кібербезпеку та енергетику громад.", Seen: at})
	}
	for i := range generated / 2 {
		x := a[i]
		x.Title, x.Edited = fmt.Sprint("Змінена слово", i), noon.Add(-time.Duration(generated/2-i)*time.Minute)
		a[i] = x // as the archive gives it from now on
		a = append(a, x)
	}
	return a
}

// telling says each reading of the archive on the standard output.
type telling struct{ archive }

func (t telling) Get(ctx context.Context, ids ...string) ([]articles.Article, error) {
	fmt.Println("batch")
	all := make([]articles.Article, 0, len(ids))
	for _, id := range ids {
		var i int
		if _, err := fmt.Sscanf(id, "a%d", &i); err != nil {
			return nil, err
		}
		all = append(all, t.archive[i])
	}
	return all, nil
}

func indexAll(folder string) error {
	x, err := Open(folder, labels, slog.Default())
	if err != nil {
		return err
	}
	whole := generatedArchive()
	for _, a := range []archive{whole[:generated/2], whole} {
		for {
			n, err := x.CatchUp(context.Background(), telling{a}, 0)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
		}
	}
	return x.Close()
}

func TestAnIndexSurvivesKills(t *testing.T) {
	folder := t.TempDir()
	for _, batches := range []int{1, 4, 9, 17, 30} {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), asIndexer+"="+folder)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range batches {
			lines.Scan()
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
	}
	x, err := Open(folder, labels, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	whole := generatedArchive()
	for {
		n, err := x.CatchUp(t.Context(), telling{whole}, 0)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	if n, err := x.Count(); err != nil || n != generated {
		t.Errorf("%d articles (%v), want %d", n, err, generated)
	}
	for _, i := range []int{0, 1, 777, 2999, 3000, 5999} {
		if got := search(t, x, fmt.Sprint("слово", i)); !slices.Equal(got, []string{fmt.Sprint("a", i)}) {
			t.Errorf("article %d: %v", i, got)
		}
	}
	q := ParseQuery("кібербезпека", noon)
	q.Newest, q.Limit = true, 150
	r, err := x.Search(t.Context(), q)
	if err != nil || len(r.Hits) != 150 || !r.More || r.Total >= generated {
		t.Fatalf("%d of the newest, of %d (%v)", len(r.Hits), r.Total, err)
	}
	for i, h := range r.Hits { // each is by its publication, whichever changed last
		if want := fmt.Sprint("a", generated-1-i); h.ID != want {
			t.Fatalf("the newest but %d is %s, want %s", i, h.ID, want)
		}
	}
	if got := search(t, x, "змінена слово5"); len(got) != 1 {
		t.Errorf("an edit is not found: %v", got)
	}
}

func TestMonthsAreSearchedFromTheNewestAndDropped(t *testing.T) {
	var a archive
	for i, days := range []int{0, 1, 2, 40, 41, 80, 81, 110} {
		a = append(a, articles.Article{ID: fmt.Sprint("a", i), Title: "Кібербезпека", Seen: noon.AddDate(0, 0, -days)})
	}
	a[0].Published = noon.AddDate(0, 0, -60) // what is taken in late is not newer than what was published since
	x := filled(t, a)
	q := ParseQuery("кібербезпека", noon)
	q.Newest, q.Limit = true, 2
	r, err := x.Search(t.Context(), q)
	if err != nil || len(r.Hits) != 2 || r.Hits[0].ID != "a1" || r.Hits[1].ID != "a2" || !r.More || r.Total != 3 {
		t.Errorf("the newest are %+v (%v)", r, err)
	}
	q.Limit = 10
	r, err = x.Search(t.Context(), q)
	var ids []string
	for _, h := range r.Hits {
		ids = append(ids, h.ID)
	}
	if s := strings.Join(ids, ","); err != nil || s != "a1,a2,a3,a4,a0,a5,a6,a7" || r.More {
		t.Errorf("by time: %s (%v)", s, err)
	}
	if got := search(t, x, "кібербезпека з:2026-10-01"); len(got) != 4 {
		t.Errorf("since October: %v", got)
	}
	// An edit moves an article into the month of the edit.
	a[7].Edited = noon.Add(time.Hour)
	a = append(a, a[7])
	if _, err := x.CatchUp(t.Context(), a, 0); err != nil {
		t.Fatal(err)
	}
	if n, err := x.Count(); err != nil || n != 8 {
		t.Errorf("%d articles (%v) after an edit", n, err)
	}
	if err := x.live.drop(noon.AddDate(0, 0, 45)); err != nil { // at the beginning of January: September and before
		t.Fatal(err)
	}
	if got := search(t, x, "кібербезпека"); len(got) != 6 || !slices.Contains(got, "a7") {
		t.Errorf("after the drop: %v", got)
	}
}

func TestPagesEndAtTheirMoment(t *testing.T) {
	a := news()
	x := filled(t, a)
	q := ParseQuery("кібербезпека", noon)
	q.Limit, q.Until = 10, noon.Add(2*time.Hour)
	a = append(a, articles.Article{ID: "late", Title: "Кібербезпека, кібербезпека", Seen: noon.Add(3 * time.Hour)})
	if _, err := x.CatchUp(t.Context(), a, 0); err != nil {
		t.Fatal(err)
	}
	if r, err := x.Search(t.Context(), q); err != nil || r.Total != 3 {
		t.Errorf("%+v (%v)", r, err)
	}
	q.Until = time.Time{}
	if r, err := x.Search(t.Context(), q); err != nil || r.Total != 4 || r.Hits[0].ID != "late" {
		t.Errorf("without a moment: %+v (%v)", r, err)
	}
	q.Newest, q.Until = true, noon.Add(2*time.Hour)
	if r, err := x.Search(t.Context(), q); err != nil || r.Total != 3 {
		t.Errorf("the newest: %+v (%v)", r, err)
	}
}

func TestAnIndexIsRebuiltBesideTheLiveOne(t *testing.T) {
	folder := t.TempDir()
	x, err := Open(folder, labels, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	a := news()
	if _, err := x.CatchUp(t.Context(), a[:2], 0); err != nil {
		t.Fatal(err)
	}
	var told []int
	name, err := Rebuild(t.Context(), folder, labels, a, slog.Default(), func(done, total int) { told = append(told, done, total) })
	if err != nil || !slices.Equal(told, []int{4, 4}) {
		t.Fatalf("%v, progress %v", err, told)
	}
	if got := search(t, x, "урядування"); len(got) != 0 {
		t.Errorf("the live one changed: %v", got)
	}
	if err := x.tend(); err != nil {
		t.Fatal(err)
	}
	if got := search(t, x, "урядування"); !slices.Equal(got, []string{"urban"}) {
		t.Errorf("the new one is not in use: %v", got)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 2 || x.name != name {
		t.Errorf("left %v (%v)", entries, err)
	}
	if n, err := x.CatchUp(t.Context(), append(a, a[0]), 0); err != nil || n != 1 {
		t.Errorf("it goes on with %d changes (%v)", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Rebuild(ctx, folder, labels, telling{generatedArchive()}, slog.Default(), func(int, int) {}); err == nil {
		t.Error("a rebuilding that was broken off is no error")
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 2 {
		t.Errorf("a broken rebuilding left %v (%v)", entries, err)
	}
}

func TestAnIndexThatLacksArticlesIsRebuilt(t *testing.T) {
	a := generatedArchive()
	x := filled(t, a[:10])
	x.log = slog.New(slog.DiscardHandler)
	if err := x.check(t.Context(), a[:10]); err != nil || !x.checked {
		t.Errorf("the index of ten agrees with ten: %v", err)
	}
	x.checked = false
	if err := x.check(t.Context(), telling{a[:generated]}); err != nil {
		t.Fatal(err)
	}
	if n, err := x.Count(); err != nil || n != generated {
		t.Errorf("%d articles (%v)", n, err)
	}
	for _, c := range []struct {
		have, want int
		agree      bool
	}{{0, 0, true}, {100_000, 100_050, true}, {100_000, 103_000, false}, {150_000, 100_000, true}, {5000, 10, false}} {
		if agree(c.have, c.want) != c.agree {
			t.Errorf("%d of %d: %v", c.have, c.want, !c.agree)
		}
	}
}

func TestALeftRebuildingIsSweptAway(t *testing.T) {
	folder := t.TempDir()
	other := filepath.Join(folder, family(labels)+"other")
	g, err := openGeneration(other, noon, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{3, 2} { // as long as somebody has it open it is somebody's work
		x, err := Open(folder, labels, slog.Default())
		if err != nil {
			t.Fatal(err)
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != want {
			t.Errorf("%v (%v), want %d", entries, err, want)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		if want == 3 {
			if err := g.close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestASearchWithoutTimeSaysSo(t *testing.T) {
	x := filled(t, news())
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	q := ParseQuery("кібербезпека", noon)
	if _, err := x.Search(ctx, q); err == nil {
		t.Error("a caller who has left is given a result")
	}
	r, err := x.search(t.Context(), q, -time.Second)
	if err != nil || !r.Cut || len(r.Hits) != 0 {
		t.Errorf("%+v (%v)", r, err)
	}
	q.Newest = true
	if r, err := x.search(t.Context(), q, -time.Second); err != nil || !r.Cut {
		t.Errorf("the newest: %+v (%v)", r, err)
	}
}
