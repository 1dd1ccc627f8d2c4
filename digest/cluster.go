package digest

import (
	"cmp"
	_ "embed"
	"maps"
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
	otherSubject = .3  // titles that name different persons, places or things,
	otherPaper   = .4  // and texts that name different documents
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
	ids      map[string]int32 // the number of each term
	df       []float64        // in how many articles a term stands
	members  []member
	postings [][]int32 // the members with a term
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
	text, title vector
	names       []string // sorted
	numbers     []string // of the title, sorted
	oblasts     []string // that the title or the lead names, sorted
	subjects    []subject
	papers      []string // numbers of the documents that it names, sorted
	obituary    bool
	story       int32
}

// vector holds the weights of terms, sorted by their numbers; its length is one.
type vector []weight

type weight struct {
	term int32
	w    float32
}

// NewCluster returns one without stories.
func NewCluster() *Cluster {
	return &Cluster{ids: map[string]int32{}, titles: map[string][]int32{}, near: articles.NewNearby(), byID: map[string]int32{}}
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
	m := c.compare(a)
	j := c.find(m, a)
	if j.Story < 0 {
		j = Joining{Story: len(c.stories), Reason: BecauseNew}
	}
	c.keep(m, j.Story)
	return j
}

// Place puts an article into a story that is known, or into the next new one.
func (c *Cluster) Place(a articles.Article, story int) {
	c.near.Add(a.ID, a.Source, a.Text)
	c.keep(c.compare(a), story)
}

// StoryOf gives the story of an article that was added or placed.
func (c *Cluster) StoryOf(id string) (story int, ok bool) {
	i, ok := c.byID[id]
	if !ok {
		return 0, false
	}
	return int(c.members[i].story), true
}

// Stories is the number of stories.
func (c *Cluster) Stories() int { return len(c.stories) }

// find gives the story of an article, -1 for a new one.
func (c *Cluster) find(m member, a articles.Article) Joining {
	if copied := c.near.Add(a.ID, a.Source, a.Text); copied.Of != "" {
		// A notice that comes again word for word much later, or with another
		// number in its title, is another one; and texts that are alike under
		// titles that speak of other things are written after one pattern.
		of := &c.members[c.byID[copied.Of]]
		recurs := m.source == of.source && m.source != "" && m.differs(of)
		if m.apart(*of) <= storyWindow && !recurs && m.about(of, 1) && !m.apartBy(of) && !m.aboutOthers(of) {
			return Joining{Story: int(of.story), Copy: copied.Of, Reason: BecauseCopy}
		}
	}
	if s := c.sameTitle(m, a); s >= 0 {
		return Joining{Story: int(s), Reason: BecauseTitle}
	}
	if s, likeness := c.best(m); likeness >= sameEvent {
		return Joining{Story: int(s), Reason: BecauseAlike}
	}
	return Joining{Story: -1}
}

// keep makes a member of a story known to those that come after it.
func (c *Cluster) keep(m member, story int) {
	if story == len(c.stories) {
		c.stories = append(c.stories, nil)
	}
	i := int32(len(c.members))
	m.story = int32(story)
	c.stories[story] = append(c.stories[story], i)
	c.members = append(c.members, m)
	c.byID[m.id] = i
	if m.titleKey != "" {
		c.titles[m.titleKey] = append(c.titles[m.titleKey], i)
	}
	for _, v := range []vector{m.text, m.title} {
		for _, w := range v {
			if with := c.postings[w.term]; len(with) == 0 || with[len(with)-1] != i {
				c.postings[w.term] = append(with, i)
			}
		}
	}
}

// Since gives a cluster of the articles from a moment on, and for each story its
// number there, -1 for those that are gone. How common terms are is kept.
func (c *Cluster) Since(from time.Time) (*Cluster, []int) {
	kept := &Cluster{docs: c.docs, ids: c.ids, df: c.df, postings: make([][]int32, len(c.postings)), titles: map[string][]int32{}, byID: map[string]int32{}}
	number := make([]int, len(c.stories))
	for i := range number {
		number[i] = -1
	}
	var stay []int
	for i, m := range c.members {
		if m.at.Before(from) && !m.at.IsZero() {
			continue
		}
		stay = append(stay, i)
		if number[m.story] < 0 {
			number[m.story] = len(kept.stories)
		}
		kept.keep(m, number[m.story])
	}
	kept.near = c.near.Only(stay)
	return kept, number
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
	for _, i := range slices.Sorted(maps.Keys(c.candidates(m))) { // sums do not depend on the order of a map
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
	for _, v := range []vector{m.title, m.text} {
		for _, w := range v {
			with := c.postings[w.term]
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
	if l == 0 || !a.about(b, texts) || a.apartBy(b) {
		return 0
	}
	if titles >= .3 && a.aboutOthers(b) {
		l *= otherSubject
	}
	if len(a.papers) > 0 && len(b.papers) > 0 && overlap(a.papers, b.papers) == 0 {
		l *= otherPaper
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
	if texts > likePattern && !m.sameFacts(o) || m.source != "" && m.source == o.source {
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
	for _, w := range o.title {
		if m.title.has(w.term) || m.text.has(w.term) {
			share += float64(w.w) * float64(w.w)
		}
	}
	return share
}

func (v vector) has(term int32) bool {
	_, ok := slices.BinarySearchFunc(v, term, func(w weight, t int32) int { return cmp.Compare(w.term, t) })
	return ok
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
	counted := map[int32]bool{}
	for _, t := range text {
		if id := c.number(t); !counted[id] {
			counted[id] = true
			c.df[id]++
		}
	}
	m := member{id: a.ID, source: a.Source, at: a.Time(), titleKey: a.TitleKey(), text: c.vector(text, a.Language), title: c.vector(head, a.Language)}
	m.names = namesOf(title + ".\n" + a.Text)
	m.oblasts = ukrainian.Regions(title + ".\n" + leadText(a.Text))
	m.subjects, m.papers, m.obituary = c.subjectsOf(title, a.Language), papersOf(title+"\n"+leadText(a.Text)), kindOf(title) == Obituary
	for _, t := range ukrainian.Tokens(title) {
		if t.Kind == ukrainian.Number {
			m.numbers = append(m.numbers, ukrainian.Fold(t.Text))
		}
	}
	slices.Sort(m.numbers)
	m.numbers = slices.Compact(m.numbers)
	return m
}

// leadBytes is how much of a text is its lead.
const leadBytes = 600

func leadText(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), leadBytes)], "")
}

func firstLetters150(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if utf8.RuneCountInString(line) > titleLess {
		line = string([]rune(line)[:titleLess])
	}
	return line
}

// number gives the number of a term.
func (c *Cluster) number(term string) int32 {
	id, ok := c.ids[term]
	if !ok {
		id = int32(len(c.df))
		c.ids[strings.Clone(term)] = id
		c.df = append(c.df, 0)
		c.postings = append(c.postings, nil)
	}
	return id
}

// vector weighs terms by how often they stand here and how seldom elsewhere, to
// a length of one.
func (c *Cluster) vector(terms []string, language string) vector {
	known := usage{}
	if language == "uk" {
		known = background()
	}
	counts, common := map[int32]float64{}, map[int32]float64{}
	for _, t := range terms {
		id := c.number(t)
		counts[id]++
		common[id] = known.in[t]
	}
	v := make(vector, 0, len(counts))
	for id := range counts {
		v = append(v, weight{term: id})
	}
	slices.SortFunc(v, func(a, b weight) int { return cmp.Compare(a.term, b.term) })
	length := 0.0
	for i := range v {
		id := v[i].term
		w := (1 + math.Log(counts[id])) * math.Log((c.docs+known.texts+1)/(c.df[id]+common[id]+.5)+1)
		v[i].w = float32(w)
		length += w * w
	}
	length = math.Sqrt(length)
	for i := range v {
		v[i].w /= float32(length)
	}
	return v
}

func dot(a, b vector) float64 {
	sum := 0.0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].term == b[j].term:
			sum += float64(a[i].w) * float64(b[j].w)
			i++
			j++
		case a[i].term < b[j].term:
			i++
		default:
			j++
		}
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
