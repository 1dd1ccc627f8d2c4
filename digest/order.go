package digest

import (
	"math"
	"slices"
	"strings"
	"time"

	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// Kind is what sort of publication a story is, as far as that counts for its
// place.
type Kind string

// The kinds of stories.
const (
	News       Kind = "news"
	Law        Kind = "law"        // a law was passed or signed
	Resolution Kind = "resolution" // a decree, resolution or order with force
	Tender     Kind = "tender"     // procurement, vacancies, competitions
	Greeting   Kind = "greeting"   // protocol greetings
	Obituary   Kind = "obituary"
)

// kindWords are the beginnings of words in a headline that tell a kind; the
// first kind found is taken. All words of an entry have to be there.
var kindWords = []struct {
	kind  Kind
	words []string
}{
	{Obituary, []string{"співчутт", "некролог", "помер", "пішов з життя", "пішла з життя", "пішов із життя", "пішла із життя", "відійшов у вічн", "відійшла у вічн", "світла пам", "вічна пам", "сумуємо", "попрощал"}},
	{Greeting, []string{"вітання", "привітан", "привітав", "привітала", "вітаємо", "вітає ", "з днем ", "зі святом", "святку", "побажав", "відзначення дня"}},
	{Tender, []string{"тендер", "закупівл", "вакансі", "конкурс на ", "оголошено конкурс", "оголошує конкурс", "добір на посад", "графік прийому", "аукціон", "торги"}},
	{Law, []string{"підписав закон", "ухвалила закон", "ухвалено закон", "прийняла закон", "прийнято закон", "закон набув чинн", "закон набрав чинн", "законопроєкт", "законопроект", "в цілому"}},
	{Resolution, []string{"постанов", "указ ", "указом", "розпоряджен", "уряд ухвалив", "уряд затвердив", "кабмін ухвалив", "кабмін затвердив", "затвердж", "затвердив", "ухвалив", "рішення ради", "наказ "}},
}

// kindOf tells the kind of a story by its headline.
func kindOf(title string) Kind {
	folded := " " + ukrainian.Fold(title) + " "
	for _, k := range kindWords {
		for _, w := range k.words {
			if strings.Contains(folded, " "+w) {
				return k.kind
			}
		}
	}
	return News
}

// kindWeight is what a kind adds to the importance of a story.
var kindWeight = map[Kind]float64{Law: 1, Resolution: .7, Tender: -1, Obituary: -2, Greeting: -2.5}

// Level is how high a body stands, from 0, not known, to 1, the highest of the
// state.
type Level float64

// levelOfState is the level from which on a body is one of the state and not of a
// place.
const levelOfState Level = .5

// LevelOf gives the level of a body by its kind in the catalogue.
func LevelOf(kind string) Level {
	switch kind {
	case "president", "parliament", "government", "council":
		return 1
	case "ministry", "court", "regulator", "commission", "defence":
		return .8
	case "law-enforcement", "oversight", "agency":
		return .6
	case "oblast":
		return .45
	case "city", "hromada":
		return .35
	}
	return 0
}

// What else makes a story important: each doubling of the number of bodies, the
// level of the highest body, and how fresh it is: half of the last is gone
// after so many hours.
const (
	perDoubling = 1.0
	levelWeight = 1.0
	freshWeight = .8
	halfLife    = 12.0
)

// importance of a story at a moment, by what is in it alone.
func (b *Builder) importance(s *Story, newest time.Time) float64 {
	level := Level(0)
	for _, l := range s.Links {
		level = max(level, b.level(l.Source))
	}
	age := max(0, newest.Sub(s.Published).Hours())
	return perDoubling*math.Log2(float64(max(1, s.Sources()))) + levelWeight*float64(level) + kindWeight[s.Kind] +
		freshWeight*math.Exp2(-age/halfLife)
}

// namedIn gives the bodies that the title and the lead of an article name.
func (b *Builder) namedIn(a articles.Article) []string {
	if b.bodies == nil {
		return nil
	}
	lead := a.Title
	if s := ukrainian.Sentences(a.Text); len(s) > 0 {
		lead += ". " + s[0]
	}
	var ids []string
	for _, m := range b.bodies.Find(lead) {
		if !slices.Contains(ids, m.ID) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// issuer gives the index of the article whose body the others write about: the
// one that the titles and leads of all name most often; the first when none is
// named.
func (b *Builder) issuer(all []*articles.Article) int {
	if b.bodies == nil || len(all) < 2 {
		return 0
	}
	named := map[string]int{}
	for i := range all {
		for _, id := range b.views.of(b, all[i]).named {
			named[id]++
		}
	}
	best := 0
	for i, a := range all {
		if named[a.Source] > named[all[best].Source] {
			best = i
		}
	}
	return best
}
