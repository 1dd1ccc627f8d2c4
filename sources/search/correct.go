package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	bindex "github.com/blevesearch/bleve_index_api"

	"visnyk/internal/ukrainian"
)

// Letters that a word needs before so many edits are undone: in shorter ones an
// edit makes another word. Three are undone only where the beginning is right.
const (
	oneEdit    = 4
	twoEdits   = 8
	threeEdits = 10
	sureStart  = 2  // letters
	mostEdited = 32 // longer is no word, and too much to look for
)

// Correct gives the query that was meant by one that finds nothing: typed with
// the other keyboard layout, written in Latin letters, or with a slip in words
// that no article has. ok tells whether there is one.
func (x *Index) Correct(ctx context.Context, text string, now time.Time) (meant string, ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	words := parts(quotes.Replace(text))
	x.mu.RLock()
	defer x.mu.RUnlock()
	x.live.mu.RLock()
	defer x.live.mu.RUnlock()
	v, closeAll, err := openVocabulary(ctx, x.live.newestFirst(time.Time{}))
	if err != nil {
		return "", false, err
	}
	defer closeAll()
	if fixed, layout := fixLayout(words); layout {
		again := parts(quotes.Replace(fixed))
		if _, err := v.correct(again); err != nil {
			return "", false, err
		}
		if known, err := v.knowsAll(again); err != nil || known {
			return written(again), err == nil, err
		}
	}
	changed, err := v.correct(words)
	return written(words), changed && err == nil, err
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

// vocabulary is the words of all months.
type vocabulary struct {
	ctx     context.Context // of the one correction for which it is opened
	readers []bindex.IndexReader
}

func openVocabulary(ctx context.Context, months []*month) (v *vocabulary, closeAll func(), err error) {
	v = &vocabulary{ctx: ctx}
	var closers []func()
	closeAll = func() {
		for _, c := range closers {
			c()
		}
	}
	for _, m := range months {
		reader, closeReader, err := m.reader()
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		v.readers, closers = append(v.readers, reader), append(closers, closeReader)
	}
	return v, closeAll, nil
}

func (m *month) reader() (reader bindex.IndexReader, closeReader func(), err error) {
	advanced, err := m.bleve.Advanced()
	if err == nil {
		reader, err = advanced.Reader()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("search index: %w", err)
	}
	return reader, func() { _ = reader.Close() }, nil
}

// correct puts the words that were meant in the place of those that no article
// has, and tells whether there were any.
func (v *vocabulary) correct(words []part) (changed bool, err error) {
	for i, p := range words {
		if p.operator != "" || p.not || p.quoted {
			continue
		}
		if words[i].written, err = v.nearest(p.written); err != nil {
			return false, err
		}
		changed = changed || words[i].written != p.written
	}
	return changed, nil
}

// knowsAll tells whether there is a word to look for, and articles have each.
func (v *vocabulary) knowsAll(words []part) (bool, error) {
	any := false
	for _, p := range words {
		if p.operator != "" || p.not || p.quoted {
			continue
		}
		for _, k := range keys(p.written) {
			n, err := v.count(k)
			if err != nil || n == 0 {
				return false, err
			}
			any = true
		}
	}
	return any, nil
}

// nearest gives the indexed word that was meant by one that is not indexed: what
// it is in Ukrainian letters, or the word that is the fewest edits away, of
// several the most frequent. It gives the word itself when it is indexed, or
// nothing is near.
func (v *vocabulary) nearest(word string) (string, error) {
	all := keys(word)
	if len(all) != 1 {
		return word, nil
	}
	if n, err := v.count(all[0]); err != nil || n > 0 {
		return word, err
	}
	key := all[0]
	if spellings := ukrainian.FromLatin(word); len(spellings) > 0 {
		best, most := "", uint64(0)
		for _, s := range spellings {
			n, err := v.count(ukrainian.Key(s))
			if err != nil {
				return word, err
			}
			if n > most {
				best, most = s, n
			}
		}
		if best != "" {
			return best, nil
		}
		key = ukrainian.Key(spellings[0])
	}
	near, err := v.near(key)
	return cmp.Or(near, word), err
}

// near gives the indexed key that is the fewest edits away from one that is not
// indexed, "" where nothing is near.
func (v *vocabulary) near(key string) (string, error) {
	letters := utf8.RuneCountInString(key)
	edits := 0
	switch {
	case letters > mostEdited:
		return "", nil
	case letters >= twoEdits:
		edits = 2
	case letters >= oneEdit:
		edits = 1
	}
	for distance := 1; distance <= edits; distance++ {
		if best, err := v.mostFrequent(func(r bindex.IndexReader) (bindex.FieldDict, error) {
			fuzzy, able := r.(bindex.IndexReaderFuzzy)
			if !able {
				return nil, nil
			}
			return fuzzy.FieldDictFuzzy(fieldText, key, distance, "")
		}, nil); err != nil || best != "" {
			return best, err
		}
	}
	if letters < threeEdits {
		return "", nil
	}
	wanted := []rune(key)
	start := string(wanted[:sureStart])
	return v.mostFrequent(func(r bindex.IndexReader) (bindex.FieldDict, error) {
		return r.FieldDictPrefix(fieldText, []byte(start))
	}, func(term string) bool {
		return utf8.RuneCountInString(term) >= threeEdits && ukrainian.Distance(wanted, []rune(term)) <= 3
	})
}

// mostFrequent gives the most frequent key of those that a look into the words
// of each month gives and that fit.
func (v *vocabulary) mostFrequent(look func(bindex.IndexReader) (bindex.FieldDict, error), fits func(string) bool) (string, error) {
	found := map[string]bool{}
	for _, r := range v.readers {
		if err := v.ctx.Err(); err != nil {
			return "", fmt.Errorf("search index: %w", err)
		}
		dict, err := look(r)
		if err != nil {
			return "", fmt.Errorf("search index: %w", err)
		}
		if dict == nil {
			continue
		}
		for {
			entry, err := dict.Next()
			if err != nil {
				_ = dict.Close()
				return "", fmt.Errorf("search index: %w", err)
			}
			if entry == nil {
				break
			}
			if fits == nil || fits(entry.Term) {
				found[entry.Term] = true
			}
		}
		_ = dict.Close()
	}
	best, most := "", uint64(0)
	for term := range found {
		n, err := v.count(term)
		if err != nil {
			return "", err
		}
		if n > most || n == most && term < best {
			best, most = term, n
		}
	}
	return best, nil
}

// count is in how many articles a key is.
func (v *vocabulary) count(key string) (uint64, error) {
	total := uint64(0)
	for _, r := range v.readers {
		n, err := frequency(v.ctx, r, fieldText, key)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// frequency is in how many articles of a month a field has a term.
func frequency(ctx context.Context, reader bindex.IndexReader, field, term string) (uint64, error) {
	terms, err := reader.TermFieldReader(ctx, []byte(term), field, false, false, false)
	if err != nil {
		return 0, fmt.Errorf("search index: %w", err)
	}
	defer func() { _ = terms.Close() }()
	return terms.Count(), nil
}
