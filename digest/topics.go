package digest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"visnyk/internal/ukrainian"
)

// Topic is a subject by which a digest is divided.
type Topic struct {
	ID      string
	Name    string
	Sign    string // an emoji before the section's name
	Aliases []string
	Strong  []string // terms that name the topic by themselves
	Terms   []string // terms that count together with others
	Never   []string // terms that exclude a text
}

// Score is how well a text fits a topic. Evidence lists the terms found.
type Score struct {
	ID       string   `json:"id"`
	Score    float64  `json:"score"` // above 0, under 1
	Evidence []string `json:"-"`
}

// Weights of a term by its list and by where it stands: what a headline names
// is the subject, what the lead names usually is.
const (
	strongWeight = 3.0
	termWeight   = 1.0
	titleFactor  = 3.0
	leadFactor   = 1.5
	enough       = 3.0 // a topic needs so much weight
	share        = .6  // and so much of the first topic's weight,
	strongEnough = 4.5 // or a strong term, so much
	strongShare  = .4  // and so much of the first's
)

// term is one compiled term: a sequence of words.
type term struct {
	text   string
	topic  int
	weight float64 // 0 excludes the text from the topic
	words  []pattern
}

// pattern matches one word: by key, by beginning, or exactly as an acronym.
type pattern struct {
	key    string
	prefix string
	exact  string
}

// Taxonomy assigns topics to texts. It is safe for concurrent use.
type Taxonomy struct {
	topics   []Topic
	byKey    map[string][]*term // first word by key or exact form
	byPrefix map[string][]*term // first word by its first prefixLetters letters
	other    []*term            // first word is a shorter beginning
	learnt   *Bayes             // asked where no term decides; nil when nothing was learnt
}

// prefixLetters is how many letters of a beginning the index looks at.
const prefixLetters = 3

// NewTaxonomy compiles topics. It fails on a term without words.
func NewTaxonomy(topics []Topic) (*Taxonomy, error) {
	t := &Taxonomy{topics: topics, byKey: map[string][]*term{}, byPrefix: map[string][]*term{}}
	for i, topic := range topics {
		for _, list := range []struct {
			terms  []string
			weight float64
		}{{topic.Strong, strongWeight}, {topic.Terms, termWeight}, {topic.Never, 0}} {
			for _, text := range list.terms {
				words := compile(text)
				if len(words) == 0 {
					return nil, fmt.Errorf("topic %s: term %q has no words", topic.ID, text)
				}
				t.add(&term{text: text, topic: i, weight: list.weight, words: words})
			}
		}
	}
	return t, nil
}

func (t *Taxonomy) add(n *term) {
	first := n.words[0]
	switch {
	case first.exact != "":
		t.byKey[first.exact] = append(t.byKey[first.exact], n)
	case first.key != "":
		t.byKey[first.key] = append(t.byKey[first.key], n)
	default:
		if head, ok := firstLetters(first.prefix, prefixLetters); ok {
			t.byPrefix[head] = append(t.byPrefix[head], n)
		} else {
			t.other = append(t.other, n)
		}
	}
}

// compile turns a term's text into the patterns of its words.
func compile(text string) []pattern {
	var words []pattern
	for field := range strings.FieldsSeq(text) {
		if prefix, ok := strings.CutSuffix(field, "*"); ok {
			words = append(words, pattern{prefix: ukrainian.Fold(prefix)})
		} else if isAcronym(field) {
			words = append(words, pattern{exact: field})
		} else {
			words = append(words, pattern{key: ukrainian.Key(field)})
		}
	}
	return words
}

// isAcronym tells whether a word is written in capitals: МОЗ is a ministry,
// but «моз» is nothing.
func isAcronym(word string) bool {
	letters := 0
	for _, r := range word {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters >= 2
}

func firstLetters(s string, n int) (string, bool) {
	for i := range s {
		if n == 0 {
			return s[:i], true
		}
		n--
	}
	return s, n == 0
}

// word is a token of a text in the forms that patterns look at.
type word struct {
	text, folded, key string
	factor            float64
}

func (p pattern) matches(w word) bool {
	switch {
	case p.exact != "":
		return w.text == p.exact
	case p.prefix != "":
		return strings.HasPrefix(w.folded, p.prefix)
	default:
		return w.key == p.key
	}
}

// words gives the words of a text. A sentence of the text ends with an empty
// word, so that no phrase reaches over it.
func wordsOf(title, text string) []word {
	var all []word
	add := func(s string, factor float64) {
		for _, tok := range ukrainian.Tokens(s) {
			if tok.Kind == ukrainian.Mark || tok.Kind == ukrainian.Link {
				continue
			}
			all = append(all, word{tok.Text, ukrainian.Fold(tok.Text), ukrainian.Key(tok.Text), factor})
		}
		all = append(all, word{})
	}
	add(title, titleFactor)
	for i, s := range ukrainian.Sentences(text) {
		if i < 2 {
			add(s, leadFactor)
		} else {
			add(s, 1)
		}
	}
	return all
}

// tally is what was found of one topic.
type tally struct {
	weight   float64
	never    bool
	strong   bool
	covered  int // words up to here belong to a term that was found
	evidence []string
}

// Learn lets labelled texts decide where no term does. Topics that the taxonomy
// lacks are passed over.
func (t *Taxonomy) Learn(b *Bayes) { t.learnt = b }

// Classify gives the topics of a text, the best first. A text may have none.
func (t *Taxonomy) Classify(title, text string) []Score {
	scores := t.byTerms(title, text)
	if len(scores) > 0 || t.learnt == nil {
		return scores
	}
	if s, ok := t.learnt.opinion(title, text); ok && slices.ContainsFunc(t.topics, func(k Topic) bool { return k.ID == s.ID }) {
		return []Score{s}
	}
	return nil
}

// byTerms gives the topics that the terms found speak for.
func (t *Taxonomy) byTerms(title, text string) []Score {
	tallies := make([]tally, len(t.topics))
	found := map[*term]int{}
	words := wordsOf(title, text)
	for i, w := range words {
		if w.key == "" {
			continue
		}
		matching := slices.DeleteFunc(t.candidates(w), func(n *term) bool { return !matchesAt(n, words[i:]) })
		// Of terms that begin at one word the longest counts.
		slices.SortStableFunc(matching, func(a, b *term) int { return cmp.Compare(len(b.words), len(a.words)) })
		for _, n := range matching {
			tallies[n.topic].count(n, i, w.factor, found)
		}
	}
	return t.rank(tallies)
}

// count adds a term found at a word. The second time it adds half, the third
// time a third: what a text repeats is no proof.
func (y *tally) count(n *term, at int, factor float64, found map[*term]int) {
	if n.weight == 0 {
		y.never = true
		return
	}
	if at < y.covered {
		return
	}
	y.covered = at + len(n.words)
	if found[n]++; found[n] == 1 {
		y.evidence = append(y.evidence, n.text)
	}
	y.strong = y.strong || n.weight == strongWeight
	y.weight += n.weight * factor / float64(found[n])
}

func (t *Taxonomy) candidates(w word) []*term {
	all := slices.Clone(t.other)
	all = append(all, t.byKey[w.key]...)
	if w.text != w.key {
		all = append(all, t.byKey[w.text]...)
	}
	if head, ok := firstLetters(w.folded, prefixLetters); ok {
		all = append(all, t.byPrefix[head]...)
	}
	return all
}

func matchesAt(n *term, words []word) bool {
	if len(n.words) > len(words) {
		return false
	}
	for i, p := range n.words {
		if words[i].key == "" || !p.matches(words[i]) {
			return false
		}
	}
	return true
}

func (t *Taxonomy) rank(tallies []tally) []Score {
	best := 0.0
	for _, y := range tallies {
		if !y.never {
			best = max(best, y.weight)
		}
	}
	var scores []Score
	for i, y := range tallies {
		fits := y.weight >= enough && y.weight >= share*best || y.strong && y.weight >= strongEnough && y.weight >= strongShare*best
		if y.never || !fits {
			continue
		}
		scores = append(scores, Score{ID: t.topics[i].ID, Score: y.weight / (y.weight + 2*enough), Evidence: y.evidence})
	}
	// Equal scores keep the order of the topics file.
	slices.SortStableFunc(scores, func(a, b Score) int { return cmp.Compare(b.Score, a.Score) })
	return scores
}

// Topics lists the topics in the order of their file.
func (t *Taxonomy) Topics() []Topic { return t.topics }

// Version is equal for taxonomies that know the same.
func (t *Taxonomy) Version() string {
	sum := sha256.New()
	if err := json.NewEncoder(sum).Encode(t.topics); err != nil {
		panic(err) // strings in slices always encode
	}
	if t.learnt != nil {
		if err := json.NewEncoder(sum).Encode(t.learnt); err != nil {
			panic(err) // as do finite numbers in maps
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}

// Find gives the topic that people mean by a name: its id, name or alias.
func (t *Taxonomy) Find(name string) (Topic, bool) {
	want := ukrainian.PhraseKey(name)
	for _, topic := range t.topics {
		if topic.ID == strings.ToLower(strings.TrimSpace(name)) || ukrainian.PhraseKey(topic.Name) == want ||
			slices.ContainsFunc(topic.Aliases, func(a string) bool { return ukrainian.PhraseKey(a) == want }) {
			return topic, true
		}
	}
	return Topic{}, false
}
