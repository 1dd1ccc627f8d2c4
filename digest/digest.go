// Package digest turns articles into what a chat reads: stories, topics, an
// order, summaries, and the stored digest. It knows neither chats nor markup.
package digest

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// Other is the id of the section of stories without a topic.
const Other = "other"

// Link is one place where a story was published.
type Link struct {
	Source string `json:"source"` // id
	Name   string `json:"name"`   // of the authority, for people
	URL    string `json:"url"`
}

// Story is the articles on one event.
type Story struct {
	Articles  []string  `json:"articles"` // ids, the main one first
	Topic     string    `json:"topic"`    // the section it stands in: a topic's id or Other
	Topics    []Score   `json:"topics"`
	Title     string    `json:"title"` // never empty: a text without a title lends its first words
	Summary   []string  `json:"summary"`
	Links     []Link    `json:"links"`
	Published time.Time `json:"published"`
	Edited    bool      `json:"edited"`        // the text changed after publication
	Was       string    `json:"was,omitempty"` // the title before the last edit, where that changed it
	Kind      Kind      `json:"kind"`
	First     Link      `json:"first"`              // who published it first, at Published
	Abstract  bool      `json:"abstract,omitempty"` // the summary was rewritten: its sentences are not the article's own
	Again     bool      `json:"again,omitempty"`    // its reader was shown it before it grew or was edited

	marks []string
}

// Sources is the number of different sources that published the story.
func (s Story) Sources() int {
	seen := map[string]bool{}
	for _, l := range s.Links {
		seen[l.Source] = true
	}
	return len(seen)
}

// Marks name the story in what was shown to a chat. A story is known to a chat
// when all of its marks are.
func (s Story) Marks() []string { return s.marks }

// Section is a topic's part of a digest.
type Section struct {
	Topic   string  `json:"topic"`
	Name    string  `json:"-"`
	Sign    string  `json:"-"`
	Stories []Story `json:"stories"`
	More    int     `json:"more,omitempty"` // stories of the topic that did not fit
}

// Dropped is an article that is in no story, and why.
type Dropped struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
	Of     string `json:"of,omitempty"` // the article that stands for it
}

// The reasons why an article is dropped.
const (
	ReasonDuplicate = "duplicate" // the same text of the same source
	ReasonEmpty     = "empty"     // no sentence to show
)

// Digest is one selection of stories.
type Digest struct {
	Sections []Section `json:"sections"`
	Stories  []Story   `json:"stories"`
	Dropped  []Dropped `json:"dropped"`
	More     int       `json:"more,omitempty"` // stories that did not fit and come next time

	Withdrawn []Withdrawal `json:"withdrawn,omitempty"` // what authorities took off their sites
}

// Body is what is known of a source's authority.
type Body struct {
	Source string // id
	Names  []string
	Level  Level
}

// Builder makes digests. It is safe for concurrent use.
type Builder struct {
	topics *Taxonomy
	name   func(source string) string
	zone   *time.Location
	bodies *ukrainian.Phrases
	levels map[string]Level
	views  *views
}

// NewBuilder returns a builder. name gives a source's name for people; zone
// says where days begin; bodies are the authorities that are known, so that a
// story is led back to the body that issued it.
func NewBuilder(topics *Taxonomy, zone *time.Location, name func(source string) string, bodies ...Body) *Builder {
	b := &Builder{topics: topics, name: name, zone: zone, levels: map[string]Level{}, views: newViews()}
	names := map[string][]string{}
	for _, body := range bodies {
		b.levels[body.Source] = body.Level
		// «Львів» is a place as well: who issued something is named in full.
		local := body.Level > 0 && body.Level < levelOfState
		names[body.Source] = slices.DeleteFunc(slices.Clone(body.Names), func(n string) bool { return local && !strings.Contains(n, " ") })
	}
	if len(names) > 0 {
		b.bodies = ukrainian.NewPhrases(names)
	}
	return b
}

func (b *Builder) level(source string) Level { return b.levels[source] }

// Zone is where days begin.
func (b *Builder) Zone() *time.Location { return b.zone }

// sentencesShown is how many sentences a story's summary has at most.
const sentencesShown = 2

// sameStory is how far apart equal titles may be published to be one story:
// longer apart they are a recurring notice.
const sameStory = 36 * time.Hour

// titleWords is how many words a title needs to name a story by itself.
const titleWords = 4

// Stories joins articles into stories, in the order of their first
// publication, and says which articles were dropped.
func (b *Builder) Stories(all []articles.Article) ([]Story, []Dropped) { return b.Group(all, nil) }

// Group joins articles into stories as assigned says, by the article's id; what
// it does not say is found out here. It gives the stories in the order of their
// first publication, and says which articles were dropped.
func (b *Builder) Group(all []articles.Article, assigned map[string]string) ([]Story, []Dropped) {
	inOrder := make([]*articles.Article, len(all))
	for i := range all {
		inOrder[i] = &all[i]
	}
	slices.SortFunc(inOrder, func(x, y *articles.Article) int { return cmp.Or(x.Time().Compare(y.Time()), cmp.Compare(x.ID, y.ID)) })
	g := grouping{cluster: NewCluster(), at: map[string]int{}}
	for _, a := range inOrder {
		if a.Title == "" && len(ukrainian.Sentences(a.Text)) == 0 {
			g.dropped = append(g.dropped, Dropped{ID: a.ID, Reason: ReasonEmpty})
			continue
		}
		g.add(a, assigned[a.ID])
	}
	stories := make([]Story, len(g.groups))
	for i, members := range g.groups {
		stories[i] = b.story(members, g.names[i])
	}
	return stories, g.dropped
}

// grouping is a walk over articles that are joined into stories.
type grouping struct {
	cluster *Cluster
	groups  [][]*articles.Article
	names   []string       // of the groups: the id of the story, "" where it has none
	at      map[string]int // groups by the id or number of their story
	dropped []Dropped
}

func (g *grouping) add(a *articles.Article, id string) {
	key := id
	if id == "" {
		key = fmt.Sprint("#", g.cluster.Add(*a).Story)
	}
	at, ok := g.at[key]
	if !ok {
		at = len(g.groups)
		g.at[key] = at
		g.groups, g.names = append(g.groups, nil), append(g.names, id)
	}
	for _, old := range g.groups[at] {
		if old.Source == a.Source && a.Text != "" && sameWords(a.Text, old.Text) && (a.Title == "" || a.TitleKey() == old.TitleKey()) {
			g.dropped = append(g.dropped, Dropped{ID: a.ID, Reason: ReasonDuplicate, Of: old.ID})
			return
		}
	}
	g.groups[at] = append(g.groups[at], a)
}

func sameWords(a, b string) bool {
	return a == b || len(a) == len(b) && strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// story gives the story of its articles, which stand in the order of their
// publication, made once for all chats. name is its id, "" where it has none.
func (b *Builder) story(all []*articles.Article, name string) Story {
	key := []byte(name)
	for _, a := range all {
		key = append(append(key, '\n'), a.ID...)
		key = strconv.AppendInt(append(key, ' '), a.Edited.UnixNano(), 36)
		key = strconv.AppendInt(append(key, ' '), int64(len(a.Title)+len(a.Text)), 36)
		for _, l := range a.Links {
			key = append(append(key, '\t'), l.URL...)
			key = append(append(key, '\t'), b.name(l.Source)...)
		}
	}
	return b.views.story(string(key), func() Story { return b.tell(all, name) })
}

// tell makes a story of its articles.
func (b *Builder) tell(all []*articles.Article, name string) Story {
	first := all[0]
	main := all[b.issuer(all)]
	v := b.views.of(b, main)
	s := Story{Title: headline(main), Published: first.Time(), Topic: Other, Kind: v.kind, Links: []Link{}}
	s.Topics = append([]Score{}, v.topics...)
	if len(s.Topics) > 0 && s.Kind != Greeting && s.Kind != Obituary {
		s.Topic = s.Topics[0].ID // protocol stands at the end, whatever it speaks of
	}
	if n := len(main.History); n > 0 {
		s.Was = main.History[n-1].Title
	}
	s.Summary = append([]string{}, v.summary...)
	if added := b.adding(main, all); added != "" && !slices.Contains(s.Summary, added) {
		s.Summary = append(s.Summary, added)
	}
	add := func(a *articles.Article) {
		s.Articles = append(s.Articles, a.ID)
		s.Edited = s.Edited || !a.Edited.IsZero()
		for _, l := range a.Links {
			if !slices.ContainsFunc(s.Links, func(had Link) bool { return had.Source == l.Source && had.URL == l.URL }) {
				s.Links = append(s.Links, Link{Source: l.Source, Name: b.name(l.Source), URL: l.URL})
			}
		}
	}
	add(main)
	for _, a := range all {
		if a.ID != main.ID {
			add(a)
		}
	}
	if len(first.Links) > 0 {
		l := first.Links[0]
		s.First = Link{Source: l.Source, Name: b.name(l.Source), URL: l.URL}
	}
	s.marks = b.marks(all, name)
	// Others have the same story: who adds to it must not write into theirs.
	s.Articles, s.Topics, s.Summary, s.Links = slices.Clip(s.Articles), slices.Clip(s.Topics), slices.Clip(s.Summary), slices.Clip(s.Links)
	return s
}

// adding gives a sentence of the other reports that the main one lacks.
func (b *Builder) adding(main *articles.Article, all []*articles.Article) string {
	if len(all) < 2 {
		return ""
	}
	var others []string
	for _, a := range all {
		if a.ID != main.ID && a.TitleKey() != main.TitleKey() {
			others = append(others, a.Text)
		}
	}
	return Adding(main.Title, main.Text, others...)
}

// grownBy is how many bodies, each with a report of its own, make a story news
// again; twice as many do so once more.
const grownBy = 3

// marks name a story: by its id; where it has none by its title on its day, so
// that a second authority's report of it is known, or its first article where the
// title says too little. Each day on which it was edited and each time that it
// grew a lot has a mark of its own.
func (b *Builder) marks(all []*articles.Article, name string) []string {
	first := all[0]
	if name == "" {
		name = first.ID
		if key := first.TitleKey(); strings.Count(key, " ")+1 >= titleWords {
			sum := sha256.Sum256([]byte(key + first.Time().In(b.zone).Format(time.DateOnly)))
			name = "t" + base64.RawURLEncoding.EncodeToString(sum[:12])
		}
	}
	marks := []string{name}
	for _, a := range all {
		if !a.Edited.IsZero() {
			marks = append(marks, name+"@"+a.Edited.In(b.zone).Format(time.DateOnly))
		}
	}
	for n, step := reports(all), grownBy; n >= step; step *= 2 {
		marks = append(marks, fmt.Sprint(name, "+", step))
	}
	slices.Sort(marks)
	return slices.Compact(marks)
}

// reports counts the bodies that wrote a text of their own on an event.
func reports(all []*articles.Article) int {
	if len(all) < grownBy {
		return len(all)
	}
	sources, titles := map[string]bool{}, map[string]bool{}
	for _, a := range all {
		if key := a.TitleKey(); !titles[key] || key == "" {
			titles[key] = true
			sources[a.Source] = true
		}
	}
	return len(sources)
}

// headlineLimit is how many letters of its first sentence a text without a
// title lends as one.
const headlineLimit = 110

func headline(a *articles.Article) string {
	if a.Title != "" {
		return a.Title
	}
	sentences := ukrainian.Sentences(a.Text)
	if len(sentences) == 0 {
		return ""
	}
	return Shorten(sentences[0], headlineLimit)
}

// Shorten cuts a text at a word's end to at most n letters, the ellipsis
// included.
func Shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)[:n-1]
	cut := string(runes)
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:—–-«(") + "…"
}

// How many stories one topic and one source may have in a digest that is
// limited: the others make room for the rest of the state.
const (
	topicCap  = 12
	sourceCap = 10
)

// Build arranges stories into sections in the order of the topics, within a
// section by importance. At most limit stories are taken, the most important
// ones, and no more of one topic and of one source than their share; 0 means
// all. What is left out counts in More.
func (b *Builder) Build(stories []Story, dropped []Dropped, limit int) Digest {
	return b.Arrange(stories, dropped, Wishes{Limit: limit})
}

// Wishes are how one reader wants a digest arranged.
type Wishes struct {
	Limit int                 // how many stories at most, 0: all
	First []string            // ids of topics that stand first
	Worth func(Story) float64 // added to a story's importance; nil: nothing
}

// Arrange does what Build does by the wishes of a reader.
func (b *Builder) Arrange(stories []Story, dropped []Dropped, w Wishes) Digest {
	d := Digest{Dropped: append([]Dropped{}, dropped...), Sections: []Section{}, Stories: []Story{}}
	taken, left := b.choose(b.byImportance(stories, w.Worth), w.Limit)
	for _, n := range left {
		d.More += n
	}
	byTopic := map[string][]Story{}
	for _, s := range taken {
		byTopic[s.Topic] = append(byTopic[s.Topic], *s)
	}
	add := func(id, name, sign string) {
		if stories := byTopic[id]; len(stories) > 0 {
			d.Sections = append(d.Sections, Section{Topic: id, Name: name, Sign: sign, More: left[id], Stories: stories})
			d.Stories = append(d.Stories, stories...)
		}
	}
	rank := func(t Topic) int {
		if i := slices.Index(w.First, t.ID); i >= 0 {
			return i
		}
		return len(w.First)
	}
	topics := b.topics.Topics()
	if len(w.First) > 0 {
		topics = slices.Clone(topics)
		slices.SortStableFunc(topics, func(x, y Topic) int { return rank(x) - rank(y) })
	}
	for _, t := range topics {
		add(t.ID, t.Name, t.Sign)
	}
	add(Other, "Інше", "📌")
	return d
}

// byImportance orders stories, the most important first, of equal ones the
// newest.
func (b *Builder) byImportance(stories []Story, worth func(Story) float64) []*Story {
	type ranked struct {
		at    int
		worth float64
	}
	var newest time.Time
	for i := range stories {
		if at := stories[i].Published; at.After(newest) {
			newest = at
		}
	}
	all := make([]ranked, len(stories))
	for i := range stories {
		all[i] = ranked{i, b.importance(&stories[i], newest)}
		if worth != nil {
			all[i].worth += worth(stories[i])
		}
	}
	slices.SortStableFunc(all, func(x, y ranked) int {
		return cmp.Or(cmp.Compare(y.worth, x.worth), stories[y.at].Published.Compare(stories[x.at].Published))
	})
	ordered := make([]*Story, len(all))
	for i, r := range all {
		ordered[i] = &stories[r.at]
	}
	return ordered
}

// choose takes up to limit of the stories, which stand by importance, and counts
// those left out by topic.
func (b *Builder) choose(stories []*Story, limit int) (taken []*Story, left map[string]int) {
	left = map[string]int{}
	if limit <= 0 || len(stories) <= min(limit, topicCap, sourceCap) {
		return stories, left
	}
	topics, sources := map[string]int{}, map[string]int{}
	var waiting []*Story
	for _, s := range stories {
		source := ""
		if len(s.Links) > 0 {
			source = s.Links[0].Source
		}
		if topics[s.Topic] >= topicCap || sources[source] >= sourceCap {
			waiting = append(waiting, s)
			continue
		}
		topics[s.Topic]++
		sources[source]++
		taken = append(taken, s)
	}
	if len(taken) > limit {
		waiting = append(waiting, taken[limit:]...)
		taken = taken[:limit]
	}
	for _, s := range waiting {
		left[s.Topic]++
	}
	return taken, left
}
