package main

import (
	"cmp"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// countsFile holds how often each word stands in running text.
const countsFile = "counts.tsv.gz"

var wordPattern = regexp.MustCompile(`\p{L}[\p{L}\p{M}]*(?:['’ʼ-]\p{L}[\p{L}\p{M}]*)*`)

// writeCounts counts the words of all texts of a folder; equal texts count
// once.
func writeCounts(dir, texts string) error {
	counts, seen := map[string]int{}, map[string]bool{}
	err := filepath.WalkDir(texts, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".txt" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || seen[string(b)] {
			return err
		}
		seen[string(b)] = true
		for _, w := range wordPattern.FindAllString(string(b), -1) {
			if w = fold(w); encodable(w) {
				counts[w]++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(dir, countsFile))
	if err != nil {
		return err
	}
	defer file.Close()
	z, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	if err != nil {
		return err
	}
	for _, w := range sortedKeys(counts) {
		fmt.Fprintf(z, "%s\t%d\n", w, counts[w])
	}
	return z.Close()
}

func readCounts(path string) (map[string]float64, error) {
	counts := map[string]float64{}
	err := eachLine(path, func(line string) error {
		w, n, _ := strings.Cut(line, "\t")
		count, err := strconv.Atoi(n)
		counts[w] = float64(count)
		return err
	})
	return counts, err
}

// model says how often each lemma is used, and how often each edit is used by
// the lemmas of one ending.
type model struct {
	lemmas []float64
	edits  map[string]float64
}

// What is added to the counts: for a lemma that was never seen, for a name
// that was never seen, for an edit that was never seen.
const (
	lemmaPrior  = 0.2
	properPrior = 0.04
	editPrior   = 0.5
	rounds      = 12
)

// seen is a form of the dictionary that stands in running text.
type seen struct {
	count  float64
	lemmas []int32
	edits  []string
}

// estimate finds the model by expectation and maximisation: each round shares
// the count of a form among its lemmas as the model of the round before says.
func estimate(lex *lexicon, counts map[string]float64) *model {
	forms := observe(lex, counts)
	m := &model{lemmas: make([]float64, len(lex.lemmas)), edits: map[string]float64{}}
	m.reset(lex)
	for range rounds {
		next := &model{lemmas: make([]float64, len(lex.lemmas)), edits: map[string]float64{}}
		next.reset(lex)
		for _, f := range forms {
			scores, total := make([]float64, len(f.lemmas)), 0.0
			for i, l := range f.lemmas {
				scores[i] = m.score(l, f.edits[i])
				total += scores[i]
			}
			for i, l := range f.lemmas {
				share := f.count * scores[i] / total
				next.lemmas[l] += share
				next.edits[f.edits[i]] += share
				next.edits[editClass(f.edits[i])] += share
			}
		}
		m = next
	}
	return m
}

func (m *model) reset(lex *lexicon) {
	for i, proper := range lex.proper {
		m.lemmas[i] = lemmaPrior
		if proper {
			m.lemmas[i] = properPrior
		}
	}
}

// score is proportional to the likelihood of a lemma in a form of it.
func (m *model) score(lemma int32, edit string) float64 {
	return m.lemmas[lemma] * (m.edits[edit] + editPrior) / (m.edits[editClass(edit)] + 20*editPrior)
}

// typedEdit gives the edit of a form with the class of the lemma: its last two
// letters, after which the same edit is the same place of a paradigm.
func typedEdit(form, lemma string) string {
	end := lemma
	endings(lemma, 2, func(e string) { end = e })
	return end + " " + edit(form, lemma)
}

func editClass(edit string) string {
	class, _, _ := strings.Cut(edit, " ")
	return class
}

// observe gives the forms of the dictionary that were counted.
func observe(lex *lexicon, counts map[string]float64) []seen {
	var all []seen
	eachForm(lex, func(form string, pairs []pair) {
		if counts[form] == 0 {
			return
		}
		s := seen{count: counts[form]}
		for _, p := range pairs {
			s.lemmas = append(s.lemmas, p.lemma)
			s.edits = append(s.edits, typedEdit(form, lex.lemmas[p.lemma]))
		}
		all = append(all, s)
	})
	return all
}

// eachForm calls f with each form and its pairs.
func eachForm(lex *lexicon, f func(form string, pairs []pair)) {
	for i := 0; i < len(lex.pairs); {
		j := i
		for j < len(lex.pairs) && lex.pairs[j].form == lex.pairs[i].form {
			j++
		}
		f(lex.pairs[i].form, lex.pairs[i:j])
		i = j
	}
}

// ranking is a form with its lemmas, the likeliest first.
type ranking struct {
	form   string
	lemmas []string
}

// rank orders the lemmas of every form.
func rank(lex *lexicon, m *model, closed *closedClasses) []ranking {
	var all []ranking
	eachForm(lex, func(form string, pairs []pair) {
		type scored struct {
			lemma string
			score float64
		}
		var list []scored
		for _, p := range pairs {
			l := lex.lemmas[p.lemma]
			list = append(list, scored{l, m.score(p.lemma, typedEdit(form, l))})
		}
		slices.SortFunc(list, func(a, b scored) int {
			return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.lemma, b.lemma))
		})
		r := ranking{form: form}
		for _, s := range list {
			r.lemmas = append(r.lemmas, s.lemma)
		}
		r.lemmas = closed.order(form, r.lemmas)
		all = append(all, r)
	})
	return all
}

// letters gives the number of letters of a word.
func letters(w string) int { return utf8.RuneCountInString(w) }
