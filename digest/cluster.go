package digest

import (
	"cmp"
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// How the likeness of two articles is reckoned: of their texts, of their
// titles, and of the names and numbers in them. The weights and the one
// threshold were found on judged pairs of news (docs/decisions).
const (
	textWeight  = .5
	titleWeight = .3
	namesWeight = .2
	sameEvent   = .32
	// What lessens it.
	ownBody      = .6  // an authority seldom tells one event twice,
	ownTitle     = .8  // and titles so alike are those of its recurring notices
	template     = .4  // titles alike but for a number or a name
	aboutEnough  = .35 // so much of the titles has to be in the other article,
	aboutPattern = .6  // and so much where the texts are alike as a pattern makes them, or of one body
	likePattern  = .7
	perDay       = .04 // for each day apart after the first,
	mostDistance = .5  // and so much at most
)

// The window of time in which stories grow.
const storyWindow = 7 * 24 * time.Hour

// Bounds of what is looked at.
const (
	textTerms   = 400 // of a text
	titleLess   = 150 // letters of a text without a title that stand for one
	prefixFinal = 5   // letters of a word that the dictionary does not have
	commonFrom  = 50  // a term in so many articles and
	commonShare = .25 // in such a share of them finds no candidates
)

// Cluster joins articles into stories, one after the other: an article that
// was put into a story stays there. It is not safe for concurrent use.
type Cluster struct {
	docs     float64
	df       map[string]float64 // in how many articles a term stands
	members  []member
	postings map[string][]int32 // the members with a term
	stories  [][]int32
	titles   map[string][]int32 // members by the key of their title
	near     *articles.Nearby
	byID     map[string]int32
}

// member is an article as it is compared.
type member struct {
	id, source  string
	at          time.Time
	titleKey    string
	text, title map[string]float64 // unit vectors
	names       []string           // sorted
	numbers     []string           // of the title, sorted
	story       int32
}

// NewCluster returns one without stories.
func NewCluster() *Cluster {
	return &Cluster{df: map[string]float64{}, postings: map[string][]int32{}, titles: map[string][]int32{}, near: articles.NewNearby(), byID: map[string]int32{}}
}

// Joining is what became of an article, and why.
type Joining struct {
	Story  int    // its number: stories are numbered as they begin
	Copy   string // the id of the article whose text it repeats, or ""
	Reason string
}

// Copies gives, for each article in the order they were added, the id of the
// first one whose text it repeats by all that is known now, "" for the others.
func (c *Cluster) Copies() []string { return c.near.Firsts() }

// Reasons of joining.
const (
	BecauseNew   = "new event"
	BecauseCopy  = "same text"
	BecauseTitle = "same title"
	BecauseAlike = "same event by text, title and names"
)

// Add puts an article into its story.
func (c *Cluster) Add(a articles.Article) Joining {
	i := int32(len(c.members))
	m := c.compare(a)
	j := Joining{Story: -1}
	if copied := c.near.Add(a.ID, a.Source, a.Text); copied.Of != "" {
		// A notice that comes again word for word much later, or with another
		// number in its title, is another one; and texts that are alike under
		// titles that speak of other things are written after one pattern.
		of := &c.members[c.byID[copied.Of]]
		recurs := m.source == of.source && m.source != "" && m.differs(of)
		if m.apart(*of) <= storyWindow && !recurs && m.about(of, 1) {
			j = Joining{Story: int(of.story), Copy: copied.Of, Reason: BecauseCopy}
		}
	}
	if s := c.sameTitle(m, a); j.Story < 0 && s >= 0 {
		j = Joining{Story: int(s), Reason: BecauseTitle}
	}
	if j.Story < 0 {
		if s, likeness := c.best(m); likeness >= sameEvent {
			j = Joining{Story: int(s), Reason: BecauseAlike}
		}
	}
	if j.Story < 0 {
		j = Joining{Story: len(c.stories), Reason: BecauseNew}
		c.stories = append(c.stories, nil)
	}
	m.story = int32(j.Story)
	c.stories[j.Story] = append(c.stories[j.Story], i)
	c.keep(m, i)
	return j
}

// keep makes a member known to those that come after it.
func (c *Cluster) keep(m member, i int32) {
	c.members = append(c.members, m)
	c.byID[m.id] = i
	if m.titleKey != "" {
		c.titles[m.titleKey] = append(c.titles[m.titleKey], i)
	}
	for t := range m.text {
		c.postings[t] = append(c.postings[t], i)
	}
	for t := range m.title {
		if _, ok := m.text[t]; !ok {
			c.postings[t] = append(c.postings[t], i)
		}
	}
}

// sameTitle gives the story of a report with the same title by another body
// not long before, -1 when there is none.
func (c *Cluster) sameTitle(m member, a articles.Article) int32 {
	if strings.Count(m.titleKey, " ")+1 < titleWords {
		return -1
	}
	for _, i := range c.titles[m.titleKey] {
		if old := c.members[i]; old.source != a.Source && m.apart(old) <= sameStory {
			return old.story
		}
	}
	return -1
}

// apart is how long apart two articles were published; 0 when one has no time.
func (m member) apart(o member) time.Duration {
	if m.at.IsZero() || o.at.IsZero() {
		return 0
	}
	return m.at.Sub(o.at).Abs()
}

// best gives the story that an article is likest to, by the mean over the
// articles of that story.
func (c *Cluster) best(m member) (story int32, likeness float64) {
	sums := map[int32]float64{}
	for i := range c.candidates(m) {
		old := &c.members[i]
		if m.apart(*old) <= storyWindow {
			sums[old.story] += c.likeness(&m, old)
		}
	}
	story = -1
	for s, sum := range sums {
		mean := sum / float64(len(c.stories[s]))
		if mean > likeness || mean == likeness && s < story {
			story, likeness = s, mean
		}
	}
	return story, likeness
}

// candidates gives the members that share a term with an article which is not
// common.
func (c *Cluster) candidates(m member) map[int32]bool {
	found := map[int32]bool{}
	for _, terms := range []map[string]float64{m.title, m.text} {
		for t := range terms {
			with := c.postings[t]
			if len(with) > commonFrom && float64(len(with)) > commonShare*float64(len(c.members)) {
				continue
			}
			for _, i := range with {
				found[i] = true
			}
		}
	}
	return found
}

// likeness of two articles, from 0 to 1.
func (c *Cluster) likeness(a, b *member) float64 {
	titles := dot(a.title, b.title)
	texts := dot(a.text, b.text)
	l := textWeight*texts + titleWeight*titles + namesWeight*overlap(a.names, b.names)
	if l == 0 || !a.about(b, texts) {
		return 0
	}
	if a.source != "" && a.source == b.source {
		if titles >= ownTitle {
			return 0
		}
		l *= ownBody
	}
	if titles >= .4 && a.differs(b) {
		l *= template
	}
	if days := a.apart(*b).Hours()/24 - 1; days > 0 {
		l *= 1 - min(mostDistance, perDay*days)
	}
	return l
}

// about tells whether two articles are about one thing by their titles; texts is
// how like their texts are.
func (m *member) about(o *member, texts float64) bool {
	enough := aboutEnough
	if texts > likePattern || m.source != "" && m.source == o.source {
		enough = aboutPattern
	}
	return m.speaksOf(o) >= enough
}

// speaksOf gives how much of each title the other article has in its title or
// text, from 0 to 1: texts that share only what their authors always write are
// about different things.
func (m *member) speaksOf(o *member) float64 { return (m.covers(o) + o.covers(m)) / 2 }

// covers gives the share of the weight of an article's title whose terms another
// one has.
func (m *member) covers(o *member) float64 {
	share := 0.0
	for t, w := range o.title {
		if m.title[t] > 0 || m.text[t] > 0 {
			share += w * w // the vector has a length of one
		}
	}
	return share
}

// differs tells whether the numbers of two titles have nothing in common.
func (m *member) differs(o *member) bool {
	return len(m.numbers) > 0 && len(o.numbers) > 0 && overlap(m.numbers, o.numbers) == 0
}

// compare takes what is compared of an article and counts its terms.
func (c *Cluster) compare(a articles.Article) member {
	title := a.Title
	if title == "" {
		title = firstLetters150(a.Text)
	}
	text := Terms(a.Text, a.Language)
	text = text[:min(len(text), textTerms)]
	head := Terms(title, a.Language)
	c.docs++
	counted := map[string]bool{}
	for _, t := range text {
		if !counted[t] {
			counted[t] = true
			c.df[t]++
		}
	}
	m := member{id: a.ID, source: a.Source, at: a.Published, titleKey: a.TitleKey(), text: c.vector(text, a.Language), title: c.vector(head, a.Language)}
	m.names = namesOf(title + ".\n" + a.Text)
	for _, t := range ukrainian.Tokens(title) {
		if t.Kind == ukrainian.Number {
			m.numbers = append(m.numbers, ukrainian.Fold(t.Text))
		}
	}
	slices.Sort(m.numbers)
	m.numbers = slices.Compact(m.numbers)
	return m
}

func firstLetters150(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if utf8.RuneCountInString(line) > titleLess {
		line = string([]rune(line)[:titleLess])
	}
	return line
}

// vector weighs terms by how often they stand here and how seldom elsewhere, to
// a length of one.
func (c *Cluster) vector(terms []string, language string) map[string]float64 {
	known := usage{}
	if language == "uk" {
		known = background()
	}
	v := map[string]float64{}
	for _, t := range terms {
		v[t]++
	}
	keys := make([]string, 0, len(v))
	for t := range v {
		keys = append(keys, t)
	}
	slices.Sort(keys) // sums do not depend on the order of a map
	length := 0.0
	for _, t := range keys {
		v[t] = (1 + math.Log(v[t])) * math.Log((c.docs+known.texts+1)/(c.df[t]+known.in[t]+.5)+1)
		length += v[t] * v[t]
	}
	length = math.Sqrt(length)
	for _, t := range keys {
		v[t] /= length
	}
	return v
}

func dot(a, b map[string]float64) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	sum := 0.0
	for t, w := range a {
		sum += w * b[t]
	}
	return sum
}

// overlap is the share of the smaller of two sorted lists that the other has.
func overlap[T cmp.Ordered](a, b []T) float64 {
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch x := cmp.Compare(a[i], b[j]); {
		case x == 0:
			n++
			i++
			j++
		case x < 0:
			i++
		default:
			j++
		}
	}
	return float64(n) / float64(max(1, min(len(a), len(b))))
}

// Terms gives the terms of a text by which it is compared with others: lemmas of
// the Ukrainian words that the dictionary has, the beginnings of others. Stop
// words, marks and addresses are left out.
func Terms(text, language string) []string {
	var terms []string
	for _, t := range ukrainian.Tokens(text) {
		if t.Kind == ukrainian.Mark || t.Kind == ukrainian.Link || ukrainian.IsStop(t.Text) || utf8.RuneCountInString(t.Text) < 2 {
			continue
		}
		terms = append(terms, termOf(t, language))
	}
	return terms
}

func termOf(t ukrainian.Token, language string) string {
	folded := ukrainian.Fold(t.Text)
	if t.Kind == ukrainian.Number {
		return folded
	}
	if language == "uk" && ukrainian.Known(t.Text) {
		return ukrainian.Key(t.Text)
	}
	if prefix, ok := firstLetters(folded, prefixFinal); ok {
		return prefix
	}
	return folded
}

// namesOf gives the words with a capital that begin no sentence, and the
// numbers, sorted.
func namesOf(text string) []string {
	var names []string
	for _, sentence := range ukrainian.Sentences(text) {
		for i, t := range ukrainian.Tokens(sentence) {
			first, _ := utf8.DecodeRuneInString(t.Text)
			switch {
			case t.Kind == ukrainian.Number:
				names = append(names, ukrainian.Fold(t.Text))
			case t.Kind == ukrainian.Word && i > 0 && unicode.IsUpper(first) && utf8.RuneCountInString(t.Text) > 2:
				name, _ := firstLetters(ukrainian.Fold(t.Text), prefixFinal)
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// backgroundData says in how many texts of a corpus each term stands: how many
// texts there are, then a term and its number a line. digest/background makes it.
//
//go:embed background.tsv
var backgroundData string

// usage is how common terms are in Ukrainian texts at large.
type usage struct {
	texts float64
	in    map[string]float64
}

var background = sync.OnceValue(func() usage {
	first, rest, _ := strings.Cut(backgroundData, "\n")
	texts, err := strconv.ParseFloat(first, 64)
	if err != nil {
		panic("digest: the embedded frequencies are damaged: " + err.Error())
	}
	u := usage{texts, map[string]float64{}}
	for line := range strings.Lines(rest) {
		term, n, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if u.in[term], err = strconv.ParseFloat(n, 64); err != nil {
			panic("digest: the embedded frequencies are damaged: " + err.Error())
		}
	}
	return u
})
