package benchsearch

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // registers the driver

	"visnyk/internal/ukrainian"
	"visnyk/sources/search"
)

// window is how many articles one page of the bot is made of.
const window = 100

// kind is a kind of query: as it is asked of our index and of FTS5.
type kind struct {
	name  string
	ours  func(c *corpus, chance *rand.Rand) search.Query
	match func(q search.Query) (where, order string) // "" where there is no such query
}

func kinds() []kind {
	words := func(n int) func(*corpus, *rand.Rand) search.Query {
		return func(c *corpus, chance *rand.Rand) search.Query {
			return search.ParseQuery(strings.Join(someWords(c, chance, n), " "), end)
		}
	}
	and := func(order string) func(search.Query) (string, string) {
		return func(q search.Query) (string, string) { return `"` + strings.Join(q.Words, `" AND "`) + `"`, order }
	}
	with := func(of func(*corpus, *rand.Rand) search.Query, change func(*search.Query)) func(*corpus, *rand.Rand) search.Query {
		return func(c *corpus, chance *rand.Rand) search.Query {
			q := of(c, chance)
			change(&q)
			return q
		}
	}
	newest := func(q *search.Query) { q.Newest = true }
	none := func(search.Query) (string, string) { return "", "" }
	return []kind{
		{"1_word", words(1), and("rank")},
		{"2_and", words(2), and("rank")},
		{"3_and", words(3), and("rank")},
		{"2_and_dates", with(words(2), func(q *search.Query) { q.From, q.To = end.AddDate(0, 0, -40), end.AddDate(0, 0, -10) }), none},
		{"1_newest", with(words(1), newest), and("rowid DESC")},
		{"2_and_newest", with(words(2), newest), and("rowid DESC")},
		{"word_not_word", func(c *corpus, chance *rand.Rand) search.Query {
			w := someWords(c, chance, 2)
			return search.ParseQuery(w[0]+" -"+w[1], end)
		}, func(q search.Query) (string, string) {
			if len(q.Not) == 0 || len(q.Words) == 0 {
				return "", ""
			}
			return `"` + q.Words[0] + `" NOT "` + q.Not[0] + `"`, "rank"
		}},
		{"phrase", func(c *corpus, chance *rand.Rand) search.Query {
			w := strings.Fields(strings.ReplaceAll(c.article(chance.IntN(c.size)).Text, ".", ""))
			for {
				i := chance.IntN(len(w) - 2)
				if q := search.ParseQuery(`"`+strings.Join(w[i:i+2], " ")+`"`, end); !q.Empty() {
					return q
				}
			}
		}, none},
		{"source_newest", func(_ *corpus, chance *rand.Rand) search.Query {
			return search.Query{Sources: []string{fmt.Sprint("s", chance.IntN(200))}, From: end.AddDate(0, 0, -30)}
		}, none},
	}
}

// someWords takes words as they occur, the frequent ones often.
func someWords(c *corpus, chance *rand.Rand, n int) []string {
	text := strings.Fields(strings.ReplaceAll(c.article(chance.IntN(c.size)).Text, ".", ""))
	var all []string
	for len(all) < n {
		if w := text[chance.IntN(len(text))]; !slices.Contains(all, w) && !ukrainian.IsStop(w) {
			all = append(all, w)
		}
	}
	return all
}

// BenchmarkSearch indexes a generated corpus and measures each kind of query, in
// ours and in SQLite's FTS5. VISNYK_BENCH_DOCS says of how many articles.
func BenchmarkSearch(b *testing.B) {
	size := 100_000
	if s := os.Getenv("VISNYK_BENCH_DOCS"); s != "" {
		var err error
		if size, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	c, err := newCorpus(size)
	if err != nil {
		b.Fatal(err)
	}
	folder := b.TempDir()
	x := buildOurs(b, c, filepath.Join(folder, "visnyk"))
	db := buildFTS5(b, c, filepath.Join(folder, "fts5"))
	b.Cleanup(func() { _, _ = x.Close(), db.Close() })
	for _, k := range kinds() {
		b.Run("visnyk/"+k.name, func(b *testing.B) {
			measure(b, c, k, func(q search.Query) bool {
				q.Limit = window
				r, err := x.Search(b.Context(), q)
				if err != nil {
					b.Fatal(err)
				}
				return !r.Cut
			})
		})
		if where, _ := k.match(search.Query{Words: []string{"а"}, Not: []string{"б"}}); where != "" {
			b.Run("fts5/"+k.name, func(b *testing.B) {
				measure(b, c, k, func(q search.Query) bool {
					where, order := k.match(q)
					return where == "" || askFTS5(b, db, where, order)
				})
			})
		}
	}
	b.Run("visnyk/new_article_found", func(b *testing.B) { findNew(b, c, x) })
}

// measure asks b.N queries of a kind and reports how long they took.
func measure(b *testing.B, c *corpus, k kind, ask func(search.Query) bool) {
	chance := rand.New(rand.NewPCG(3, 3))
	queries := make([]search.Query, b.N)
	for i := range queries {
		queries[i] = k.ours(c, chance)
	}
	took := make([]time.Duration, b.N)
	cut := 0
	b.ResetTimer()
	for i, q := range queries {
		began := time.Now()
		if !ask(q) {
			cut++
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	ms := func(share float64) float64 { return took[min(int(share*float64(b.N)), b.N-1)].Seconds() * 1000 }
	b.ReportMetric(ms(.5), "p50-ms")
	b.ReportMetric(ms(.99), "p99-ms")
	b.ReportMetric(float64(cut), "cut")
	b.ReportMetric(0, "ns/op")
}

func buildOurs(b *testing.B, c *corpus, folder string) *search.Index {
	x, err := search.Open(folder, search.Labels{Version: "bench"}, slog.Default())
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	for {
		n, err := x.CatchUp(b.Context(), c, 0)
		if err != nil {
			b.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	report(b, "visnyk/index", c, began, folder)
	return x
}

// report says how fast an index was built, and how large it is.
func report(b *testing.B, name string, c *corpus, began time.Time, folder string) {
	speed, size := float64(c.size)/time.Since(began).Seconds(), megabytes(b, folder)
	b.Run(name, func(b *testing.B) {
		b.ReportMetric(speed, "docs/s")
		b.ReportMetric(size, "MB")
		b.ReportMetric(0, "ns/op")
	})
}

func megabytes(b *testing.B, folder string) float64 {
	total := int64(0)
	err := filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return nil // a file that was merged away meanwhile
	})
	if err != nil {
		b.Fatal(err)
	}
	return float64(total) / 1e6
}

// buildFTS5 gives SQLite the same keys of words that our index has.
func buildFTS5(b *testing.B, c *corpus, folder string) *sql.DB {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(folder, "fts5.db"))
	if err != nil {
		b.Fatal(err)
	}
	exec := func(statement string) {
		if _, err := db.Exec(statement); err != nil {
			b.Fatal(err)
		}
	}
	exec(`PRAGMA journal_mode=WAL`)
	exec(`CREATE VIRTUAL TABLE docs USING fts5(title, text, content='', tokenize='unicode61')`)
	began := time.Now()
	for from := 0; from < c.size; from += batch {
		tx, err := db.Begin()
		if err != nil {
			b.Fatal(err)
		}
		for i := from; i < min(from+batch, c.size); i++ {
			a := c.article(i)
			if _, err := tx.Exec(`INSERT INTO docs(rowid, title, text) VALUES(?, ?, ?)`, i+1, keysOf(a.Title), keysOf(a.Text)); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	report(b, "fts5/index", c, began, folder)
	return db
}

func keysOf(text string) string { return strings.Join(ukrainian.Terms(text), " ") }

func askFTS5(b *testing.B, db *sql.DB, where, order string) bool {
	rows, err := db.Query(`SELECT rowid FROM docs WHERE docs MATCH ? ORDER BY `+order+` LIMIT `+fmt.Sprint(window), where)
	if err != nil {
		b.Fatal(where, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return true
}

// findNew measures how long a new article takes from the archive's log until it
// is found.
func findNew(b *testing.B, c *corpus, x *search.Index) {
	b.ReportMetric(0, "ns/op")
	rounds := min(b.N, 100)
	var longest, all time.Duration
	for range rounds {
		c.size++
		a := c.article(c.size - 1)
		began := time.Now()
		if _, err := x.CatchUp(context.WithoutCancel(b.Context()), c, 0); err != nil {
			b.Fatal(err)
		}
		q := search.ParseQuery(`"`+strings.Join(strings.Fields(strings.ReplaceAll(a.Text, ".", ""))[:6], " ")+`"`, end)
		q.Limit = window
		r, err := x.Search(b.Context(), q)
		if err != nil || !slices.ContainsFunc(r.Hits, func(h search.Hit) bool { return h.ID == a.ID }) {
			b.Fatalf("%s is not found (%v)", a.ID, err)
		}
		took := time.Since(began)
		longest, all = max(longest, took), all+took
	}
	b.ReportMetric(longest.Seconds()*1000, "longest-ms")
	b.ReportMetric((all/time.Duration(rounds)).Seconds()*1000, "mean-ms")
}
