package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	bindex "github.com/blevesearch/bleve_index_api"

	"visnyk/internal/ukrainian"
)

// Letters that a word needs before one edit or two are undone: in shorter ones
// an edit makes another word.
const (
	oneEdit  = 4
	twoEdits = 8
)

// Correct gives the query that was meant by one that finds nothing: typed with
// the other keyboard layout, or with a slip in words that no article has. ok
// tells whether there is one.
func (x *Index) Correct(ctx context.Context, text string, now time.Time) (meant string, ok bool, err error) {
	words := parts(quotes.Replace(text))
	if fixed, ok := fixLayout(words); ok {
		q := ParseQuery(fixed, now)
		q.Sources, q.Topics = nil, nil
		if found, err := x.Search(ctx, q); err != nil || found.Total > 0 {
			return fixed, err == nil, err
		}
	}
	advanced, err := x.bleve.Advanced()
	if err != nil {
		return "", false, fmt.Errorf("search index: %w", err)
	}
	reader, err := advanced.Reader()
	if err != nil {
		return "", false, fmt.Errorf("search index: %w", err)
	}
	defer func() { _ = reader.Close() }()
	fuzzy, able := reader.(bindex.IndexReaderFuzzy)
	if !able {
		return "", false, nil
	}
	for i, p := range words {
		if p.operator != "" || p.not || p.quoted {
			continue
		}
		words[i].written, err = nearest(ctx, reader, fuzzy, p.written)
		if err != nil {
			return "", false, fmt.Errorf("search index: %w", err)
		}
		ok = ok || words[i].written != p.written
	}
	return written(words), ok, nil
}

func written(all []part) string {
	var words []string
	for _, p := range all {
		words = append(words, p.written)
	}
	return strings.Join(words, " ")
}

// fixLayout undoes the keyboard layout of the words that are looked for.
func fixLayout(all []part) (string, bool) {
	all = slices.Clone(all)
	changed := false
	for i, p := range all {
		if p.operator == "" {
			fixed, ok := ukrainian.FixLayout(p.written)
			all[i].written, changed = fixed, changed || ok
		}
	}
	return written(all), changed
}

// nearest gives the indexed word that is the fewest edits away from one that is
// not indexed; of several, the most frequent. It gives the word itself when it
// is indexed, or nothing is near.
func nearest(ctx context.Context, reader bindex.IndexReader, fuzzy bindex.IndexReaderFuzzy, word string) (string, error) {
	all := keys(word)
	if len(all) != 1 {
		return word, nil
	}
	key := all[0]
	for _, field := range []string{"title", "text"} {
		n, err := frequency(ctx, reader, field, key)
		if err != nil || n > 0 {
			return word, err
		}
	}
	edits := 0
	switch n := utf8.RuneCountInString(key); {
	case n >= twoEdits:
		edits = 2
	case n >= oneEdit:
		edits = 1
	}
	for distance := 1; distance <= edits; distance++ {
		best, most := "", uint64(0)
		for _, field := range []string{"title", "text"} {
			near, err := within(fuzzy, field, key, distance)
			if err != nil {
				return word, err
			}
			for _, term := range near {
				n, err := frequency(ctx, reader, field, term)
				if err != nil {
					return word, err
				}
				if n > most || n == most && term < best {
					best, most = term, n
				}
			}
		}
		if best != "" {
			return best, nil
		}
	}
	return word, nil
}

// within gives the keys of a field at most so many edits away from one.
func within(fuzzy bindex.IndexReaderFuzzy, field, key string, distance int) ([]string, error) {
	dict, err := fuzzy.FieldDictFuzzy(field, key, distance, "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = dict.Close() }()
	var near []string
	for {
		entry, err := dict.Next()
		if err != nil || entry == nil {
			return near, err
		}
		near = append(near, entry.Term)
	}
}

// frequency is in how many articles a field has a key.
func frequency(ctx context.Context, reader bindex.IndexReader, field, key string) (uint64, error) {
	terms, err := reader.TermFieldReader(ctx, []byte(key), field, false, false, false)
	if err != nil {
		return 0, err
	}
	defer func() { _ = terms.Close() }()
	return terms.Count(), nil
}
