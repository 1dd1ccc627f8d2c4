// Package benchsearch measures the search beside SQLite's FTS5 on a generated
// corpus. It is a module of its own, so that SQLite never reaches the product's.
package benchsearch

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"visnyk/sources/articles"
)

// Measures of the corpus: its words are those of Ukrainian texts by their
// frequency and then of the dictionary, distributed as Zipf found, over a
// quarter of a year.
const (
	vocabulary = 200_000
	perText    = 250
	perTitle   = 9
	exponent   = 1.1
	offset     = 4
	batch      = 1000

	counted = "../ukrainian/dictionary/counts.tsv.gz"
	listed  = "../ukrainian/dictionary/uk_UA.dic.gz"
)

var end = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// corpus is an archive of so many articles, made anew at each reading.
type corpus struct {
	size  int
	words []string
}

func newCorpus(size int) (*corpus, error) {
	known, err := lines(counted)
	if err != nil {
		return nil, err
	}
	often := func(line string) int {
		fields := strings.Split(line+"\t", "\t")
		n, _ := strconv.Atoi(fields[1]) // what has no number is rare
		return n
	}
	slices.SortStableFunc(known, func(a, b string) int { return often(b) - often(a) })
	rare, err := lines(listed)
	if err != nil {
		return nil, err
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(rare), func(i, j int) { rare[i], rare[j] = rare[j], rare[i] })
	c := &corpus{size: size}
	have := map[string]bool{}
	for _, line := range append(known, rare...) {
		word, _, _ := strings.Cut(strings.ReplaceAll(line, "/", "\t"), "\t")
		if word != "" && !have[word] && len(c.words) < vocabulary {
			have[word] = true
			c.words = append(c.words, word)
		}
	}
	return c, nil
}

func lines(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(z)
	return strings.Split(string(data), "\n"), err
}

// article makes the article of a number.
func (c *corpus) article(i int) articles.Article {
	chance := rand.New(rand.NewPCG(2, uint64(i)))
	zipf := rand.NewZipf(chance, exponent, offset, vocabulary-1)
	some := func(n int) string {
		var b strings.Builder
		for j := range n {
			if j > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(c.words[zipf.Uint64()])
			if j%14 == 13 {
				b.WriteByte('.')
			}
		}
		return b.String()
	}
	at := end.Add(-time.Duration(c.size-i) * 88 * 24 * time.Hour / time.Duration(c.size))
	return articles.Article{
		ID: fmt.Sprintf("a%08d", i), Title: some(perTitle), Text: some(perText),
		Source: fmt.Sprint("s", chance.IntN(200)), Seen: at, Published: at.Add(-time.Minute),
	}
}

// The corpus is the archive that an index follows.

func (c *corpus) Log(_ context.Context, after string, limit int, _ time.Duration) ([]articles.Change, error) {
	var from int
	if _, err := fmt.Sscanf(after, "%d", &from); err != nil {
		return nil, err
	}
	var all []articles.Change
	for i := from; i < c.size && len(all) < limit; i++ {
		all = append(all, articles.Change{Position: fmt.Sprint(i + 1), ID: fmt.Sprintf("a%08d", i), Kind: articles.New})
	}
	return all, nil
}

func (c *corpus) Last(context.Context) (string, error) { return fmt.Sprint(c.size), nil }

func (c *corpus) Count(context.Context) (int, error) { return c.size, nil }

func (c *corpus) Listed(_ context.Context, since time.Time, limit int) (ids []string, last time.Time, err error) {
	from := 0
	if !since.IsZero() {
		from = int(since.UnixMilli())
	}
	for i := from; i < c.size && len(ids) < limit; i++ {
		ids, last = append(ids, fmt.Sprintf("a%08d", i)), time.UnixMilli(int64(i))
	}
	return ids, last, nil
}

func (c *corpus) Get(_ context.Context, ids ...string) ([]articles.Article, error) {
	var all []articles.Article
	for _, id := range ids {
		var i int
		if _, err := fmt.Sscanf(id, "a%d", &i); err != nil {
			return nil, err
		}
		all = append(all, c.article(i))
	}
	return all, nil
}
