package search

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// trialDay is the day of the trial's latest articles.
var trialDay = time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)

// trialArticles are 201 short news: a day of 66 and 135 of two months.
func trialArticles(t *testing.T) archive {
	t.Helper()
	var all archive
	for _, f := range rows(t, "../../digest/testdata/day.tsv", 7) {
		at, err := time.Parse("2006-01-02 15:04", "2026-11-21 "+f[2])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, articles.Article{ID: f[0], Source: f[1], Title: f[5], Text: f[6], Published: at, Seen: at.Add(time.Minute)})
	}
	for _, f := range rows(t, "testdata/relevance/articles.tsv", 5) {
		days, err := strconv.Atoi(f[2])
		if err != nil {
			t.Fatal(err)
		}
		at := trialDay.AddDate(0, 0, -days)
		all = append(all, articles.Article{ID: f[0], Source: f[1], Title: f[3], Text: f[4], Published: at, Seen: at.Add(time.Minute)})
	}
	return all
}

// rows reads a table with so many columns.
func rows(t *testing.T, path string, columns int) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if !strings.HasPrefix(line, "#") && len(f) == columns {
			all = append(all, f)
		}
	}
	return all
}

// trialQuery is a query and how well articles answer it.
type trialQuery struct {
	set, text string
	judged    map[string]int
}

func trialQueries(t *testing.T) []trialQuery {
	t.Helper()
	var all []trialQuery
	for _, f := range rows(t, "testdata/relevance/queries.tsv", 3) {
		q := trialQuery{f[0], f[1], map[string]int{}}
		for j := range strings.FieldsSeq(f[2]) {
			id, grade, _ := strings.Cut(j, "=")
			n, err := strconv.Atoi(grade)
			if err != nil {
				t.Fatal(err)
			}
			q.judged[id] = n
		}
		all = append(all, q)
	}
	return all
}

// ndcg is the discounted gain of the first ten against the best order there is.
func ndcg(found []string, judged map[string]int) float64 {
	gain := func(grades []int) float64 {
		sum := 0.0
		for i, g := range grades[:min(len(grades), 10)] {
			sum += (math.Exp2(float64(g)) - 1) / math.Log2(float64(i)+2)
		}
		return sum
	}
	var have, best []int
	for _, id := range found {
		have = append(have, judged[id])
	}
	for _, g := range judged {
		best = append(best, g)
	}
	slices.SortFunc(best, func(a, b int) int { return cmp.Compare(b, a) })
	return gain(have) / gain(best)
}

func recall(found []string, judged map[string]int) float64 {
	n := 0
	for _, id := range found {
		if judged[id] > 0 {
			n++
		}
	}
	return float64(n) / float64(len(judged))
}

// exactWords finds the articles that have all the words of a query as they are
// written, as a search without Ukrainian does.
func exactWords(all archive, query string) []string {
	var found []string
	for _, a := range all {
		have := map[string]bool{}
		for _, t := range ukrainian.Tokens(a.Title + " " + a.Text) {
			have[form(t)] = true
		}
		fits := true
		for _, t := range ukrainian.Tokens(query) {
			fits = fits && (t.Kind == ukrainian.Mark || have[form(t)])
		}
		if fits {
			found = append(found, a.ID)
		}
	}
	return found
}

func TestSearchesFindWhatAnswersThem(t *testing.T) {
	all := trialArticles(t)
	x, err := Open(t.TempDir(), Labels{Version: "trial"}, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	if _, err := x.CatchUp(t.Context(), all, 0); err != nil {
		t.Fatal(err)
	}
	type sums struct{ n, ndcg, recall, exact, exactNDCG float64 }
	sets := map[string]*sums{"tuned": {}, "held": {}}
	for _, q := range trialQueries(t) {
		found := trialSearch(t, x, q.text)
		exact := exactWords(all, q.text)
		s := sets[q.set]
		s.n++
		s.ndcg += ndcg(found, q.judged)
		s.recall += recall(found, q.judged)
		s.exact += recall(exact, q.judged)
		s.exactNDCG += ndcg(exact, q.judged)
		if q.set == "tuned" && ndcg(found, q.judged) < 0.9 {
			t.Logf("%.2f %s: %v, judged %v", ndcg(found, q.judged), q.text, found[:min(len(found), 10)], q.judged)
		}
	}
	for name, s := range sets {
		line := fmt.Sprintf("%-5s %2.0f queries over %d articles: nDCG@10 %.3f (exact words %.3f), recall %.3f (exact words %.3f)",
			name, s.n, len(all), s.ndcg/s.n, s.exactNDCG/s.n, s.recall/s.n, s.exact/s.n)
		t.Log(line)
		if s.n < 30 || s.ndcg/s.n < leastNDCG || s.recall/s.n < leastRecall {
			t.Error("worse than it was: " + line)
		}
	}
}

// What the search was when these were written, less a little.
const (
	leastNDCG   = 0.88
	leastRecall = 0.8
)

// trialSearch searches as the chat does: strictly, then for what was meant, then
// loosely.
func trialSearch(t *testing.T, x *Index, text string) []string {
	t.Helper()
	ask := func(text string, loose bool) (ids []string) {
		q := ParseQuery(text, trialDay)
		q.Limit, q.Until, q.Loose = 100, trialDay.Add(time.Hour), loose
		r, err := x.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Hits {
			ids = append(ids, h.ID)
		}
		return ids
	}
	if ids := ask(text, false); len(ids) > 0 {
		return ids
	}
	meant, ok, err := x.Correct(t.Context(), text, trialDay)
	if err != nil {
		t.Fatal(err)
	}
	if ids := ask(meant, false); ok && len(ids) > 0 {
		return ids
	}
	return ask(meant, true)
}
