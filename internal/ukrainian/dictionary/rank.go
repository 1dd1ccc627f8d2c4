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
	"unicode"
	"unicode/utf8"
)

// countsFile holds how often each word stands in running text.
const countsFile = "counts.tsv.gz"

var wordPattern = regexp.MustCompile(`\p{L}[\p{L}\p{M}]*(?:['’ʼ-]\p{L}[\p{L}\p{M}]*)*`)

// writeCounts counts the words of all texts of a folder; equal texts count
// once.
func writeCounts(dir, texts string) error {
	counts, seen := map[string][2]int{}, map[string]bool{}
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
			first, _ := utf8.DecodeRuneInString(w)
			if w = fold(w); encodable(w) {
				c := counts[w]
				c[0]++
				if unicode.IsUpper(first) {
					c[1]++
				}
				counts[w] = c
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
		fmt.Fprintf(z, "%s\t%d\t%d\n", w, counts[w][0], counts[w][1])
	}
	return z.Close()
}

// count is how often a form stands in running text, and how often with a
// capital.
type count struct{ all, capital float64 }

func readCounts(path string) (map[string]count, error) {
	counts := map[string]count{}
	err := eachLine(path, func(line string) error {
		var w string
		var c count
		_, err := fmt.Sscanf(line, "%s\t%g\t%g", &w, &c.all, &c.capital)
		counts[w] = c
		return err
	})
	return counts, err
}

// model says how often each lemma is used, and how often each place of a
// paradigm is used by the lemmas of one ending.
type model struct {
	lemmas []float64
	edits  map[string]float64
}

// What is added to the counts: for a lemma, and for the places of a paradigm
// by the last letter and by the last two letters of the lemma.
const (
	lemmaPrior = 0.2
	oneLetter  = 20
	twoLetters = 100
	places     = 60.0 // of a paradigm, about
	rounds     = 15
)

// How much less likely a lemma is than another one: a name in a form that is
// written small, a name, a rare word.
const (
	smallName = 0.01
	anyName   = 0.3
	rarity    = 0.05
)

// leastLikely is how likely a lemma of a form is at least, against the
// likeliest: what is rarer would only be found by mistake.
const leastLikely = 0.0005

// seen is a form of the dictionary that stands in running text.
type seen struct {
	count
	lemmas []int32
	edits  []place
}

// estimate finds the model by expectation and maximisation: each round shares
// the count of a form among its lemmas as the model of the round before says.
func estimate(lex *lexicon, counts map[string]count) *model {
	forms := observe(lex, counts)
	m := newModel(len(lex.lemmas))
	for range rounds {
		next := newModel(len(lex.lemmas))
		for _, f := range forms {
			scores, total := make([]float64, len(f.lemmas)), 0.0
			for i, l := range f.lemmas {
				scores[i] = m.score(l, f.edits[i]) * lex.weight(l, f.count)
				total += scores[i]
			}
			for i, l := range f.lemmas {
				share := f.all * scores[i] / total
				next.lemmas[l] += share
				next.see(f.edits[i], share)
			}
		}
		m = next
	}
	return m
}

func newModel(lemmas int) *model {
	m := &model{lemmas: make([]float64, lemmas), edits: map[string]float64{}}
	for i := range m.lemmas {
		m.lemmas[i] = lemmaPrior
	}
	return m
}

// see counts a place of a paradigm.
func (m *model) see(p place, share float64) {
	for _, k := range [...]string{p.one, p.two, p.one + p.edit, p.two + p.edit} {
		m.edits[k] += share
	}
}

// score is proportional to the likelihood of a lemma in a form of it.
func (m *model) score(lemma int32, p place) float64 {
	return m.lemmas[lemma] * m.usage(p)
}

// usage gives how much of the use of a paradigm is a place of it.
func (m *model) usage(p place) float64 {
	one := (m.edits[p.one+p.edit] + oneLetter/places) / (m.edits[p.one] + oneLetter)
	return (m.edits[p.two+p.edit] + twoLetters*one) / (m.edits[p.two] + twoLetters)
}

// weight gives how likely a lemma is by how a form is written.
func (l *lexicon) weight(lemma int32, c count) float64 {
	w := 1.0
	if l.proper[lemma] {
		w = anyName
		if c.all > 0 {
			w *= smallName + (1-smallName)*c.capital/c.all
		}
	}
	if l.rare[lemma] {
		w *= rarity
	}
	return w
}

// place is a place of a paradigm: the last letter and the last two letters of
// the lemma, and the endings that the form and the lemma do not share.
type place struct{ one, two, edit string }

func placeOf(form, lemma string) place {
	var p place
	endings(lemma, 1, func(e string) { p.one = e })
	endings(lemma, 2, func(e string) { p.two = e + "," })
	n := shared(form, lemma)
	p.edit = " " + form[n:] + ">" + lemma[n:]
	return p
}

// observe gives the forms of the dictionary that were counted.
func observe(lex *lexicon, counts map[string]count) []seen {
	var all []seen
	eachForm(lex, func(form string, pairs []pair) {
		if counts[form].all == 0 {
			return
		}
		s := seen{count: counts[form]}
		for _, p := range pairs {
			s.lemmas = append(s.lemmas, p.lemma)
			s.edits = append(s.edits, placeOf(form, lex.lemmas[p.lemma]))
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
func rank(lex *lexicon, m *model, counts map[string]count, closed *closedClasses) []ranking {
	var all []ranking
	eachForm(lex, func(form string, pairs []pair) {
		scores := map[string]float64{}
		for _, p := range pairs {
			l := lex.lemmas[p.lemma]
			scores[l] = m.score(p.lemma, placeOf(form, l)) * lex.weight(p.lemma, counts[form])
		}
		lemmas := sortedKeys(scores)
		slices.SortStableFunc(lemmas, func(a, b string) int { return cmp.Compare(scores[b], scores[a]) })
		lemmas = slices.DeleteFunc(lemmas, func(l string) bool { return scores[l] < leastLikely*scores[lemmas[0]] })
		all = append(all, ranking{form, closed.order(form, lemmas)})
	})
	return all
}

// letters gives the number of letters of a word.
func letters(w string) int { return utf8.RuneCountInString(w) }
