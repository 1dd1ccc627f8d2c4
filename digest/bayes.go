package digest

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
)

// Labelled is a text whose topics people gave.
type Labelled struct {
	Title  string   `json:"title"`
	Text   string   `json:"text"`
	Topics []string `json:"topics"` // ids, the first is the section
}

// Bayes tells topics by texts that people labelled: a complement naive Bayes
// classifier (Rennie and others, "Tackling the poor assumptions of naive Bayes
// text classifiers", 2003) over the first five letters of words, which beat whole
// words on small Ukrainian and Russian sets. It does not change once made.
type Bayes struct {
	// Weights of each topic's complement by term: the smaller, the likelier the
	// topic. Absent terms say nothing.
	Weights map[string]map[string]float32 `json:"weights"`
}

// What the classifier works with.
const (
	titleCounts  = 2 // a word of the title stands for so many more
	leastLabels  = 2 // topics
	maxBayesFile = 64 << 20
	// certain is by how much of the second's score the first has to lead.
	certain = .02
)

// ErrFewLabels says that there is too little to learn from.
var ErrFewLabels = errors.New("at least two topics with texts are needed")

// TrainBayes learns from labelled texts; the first topic of each counts.
func TrainBayes(all []Labelled) (*Bayes, error) {
	in, topics, total := map[string]float64{}, map[string]map[string]float64{}, map[string]float64{}
	counts := make([]map[string]float64, len(all))
	for i, l := range all {
		counts[i] = countsOf(l.Title, l.Text)
		for t := range counts[i] {
			in[t]++
		}
	}
	for i, l := range all {
		if len(l.Topics) == 0 {
			continue
		}
		topic := topics[l.Topics[0]]
		if topic == nil {
			topic = map[string]float64{}
			topics[l.Topics[0]] = topic
		}
		for t, w := range weighed(counts[i], in, float64(len(all))) {
			topic[t] += w
			total[t] += w
		}
	}
	if len(topics) < leastLabels {
		return nil, ErrFewLabels
	}
	b := &Bayes{Weights: map[string]map[string]float32{}}
	for id, own := range topics {
		b.Weights[id] = complement(own, total)
	}
	return b, nil
}

// priors are what is added to each count. Few long texts want little, many short
// ones more, and a choice by trial on so few texts is chance; so the classifier
// is the mean of three.
func priors() []float64 { return []float64{.03, .1, .3} }

// weighed gives the counts of a text by tf-idf, to a length of one.
func weighed(counts, in map[string]float64, texts float64) map[string]float64 {
	v, length := map[string]float64{}, 0.0
	for _, t := range slices.Sorted(maps.Keys(counts)) {
		v[t] = math.Log(1+counts[t]) * (math.Log((texts+1)/(in[t]+1)) + 1)
		length += v[t] * v[t]
	}
	length = math.Sqrt(length)
	for t := range v {
		v[t] /= length
	}
	return v
}

// complement gives the weights of all topics but one, normalised so that a topic
// with many texts does not win by that.
func complement(own, total map[string]float64) map[string]float32 {
	terms := slices.Sorted(maps.Keys(total))
	rest := 0.0
	for _, t := range terms {
		rest += total[t] - own[t]
	}
	mean := make([]float64, len(terms))
	for _, prior := range priors() {
		sum, length := rest+prior*float64(len(terms)), 0.0
		logs := make([]float64, len(terms))
		for i, t := range terms {
			logs[i] = math.Log((total[t] - own[t] + prior) / sum)
			length += math.Abs(logs[i])
		}
		for i, l := range logs {
			mean[i] += l / length
		}
	}
	weights := make(map[string]float32, len(terms))
	for i, t := range terms {
		weights[t] = float32(mean[i] / float64(len(priors())))
	}
	return weights
}

// countsOf counts the terms of a text.
func countsOf(title, text string) map[string]float64 {
	counts := map[string]float64{}
	add := func(s string, n float64) {
		for _, t := range ukrainian.Tokens(s) {
			if t.Kind == ukrainian.Mark || t.Kind == ukrainian.Link || ukrainian.IsStop(t.Text) || utf8.RuneCountInString(t.Text) < 2 {
				continue
			}
			term, _ := firstLetters(ukrainian.Fold(t.Text), prefixFinal)
			counts[term] += n
		}
	}
	add(text, 1)
	add(title, titleCounts)
	return counts
}

// Classify gives the topics of a text, the best first, with how much better each
// is than the last; none for a text without a known term.
func (b *Bayes) Classify(title, text string) []Score {
	counts := countsOf(title, text)
	terms := slices.Sorted(maps.Keys(counts))
	var scores []Score
	known := false
	for _, id := range slices.Sorted(maps.Keys(b.Weights)) {
		sum := 0.0
		for _, t := range terms {
			if w, ok := b.Weights[id][t]; ok {
				known = true
				sum -= math.Log(1+counts[t]) * float64(w)
			}
		}
		scores = append(scores, Score{ID: id, Score: sum})
	}
	if !known {
		return nil
	}
	slices.SortStableFunc(scores, func(x, y Score) int { return cmp.Compare(y.Score, x.Score) })
	return scores
}

// opinion gives the topic that labelled texts speak for, when they do so clearly.
func (b *Bayes) opinion(title, text string) (Score, bool) {
	scores := b.Classify(title, text)
	if len(scores) < leastLabels || scores[0].Score-scores[1].Score < certain*math.Abs(scores[1].Score) {
		return Score{}, false
	}
	return Score{ID: scores[0].ID, Score: .5, Evidence: []string{"за розміченими текстами"}}, true
}

// Write writes what was learnt.
func (b *Bayes) Write(w io.Writer) error {
	z := gzip.NewWriter(w)
	if err := json.NewEncoder(z).Encode(b); err != nil {
		return fmt.Errorf("write the learnt topics: %w", err)
	}
	return z.Close()
}

// ReadBayes reads what Write wrote.
func ReadBayes(r io.Reader) (*Bayes, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("read the learnt topics: %w", err)
	}
	var b Bayes
	if err := json.NewDecoder(io.LimitReader(z, maxBayesFile)).Decode(&b); err != nil {
		return nil, fmt.Errorf("read the learnt topics: %w", err)
	}
	return &b, nil
}
