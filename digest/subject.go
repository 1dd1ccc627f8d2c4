package digest

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
)

// subject is a person, a place or a thing by its own name that a title is about.
type subject struct {
	name string // its first letters, as in a member's names
	term int32  // as in its vectors
}

// bodies are the beginnings of words that name who speaks, not what about.
var bodies = []string{
	"україн", "мініст", "мінос", "мінфі", "мін’юс", "мінци", "мінобо", "мінроз", "мінвет", "мінеко", "мінсоц", "мінкул", "мінене", "міндов", "мінагр", "міннац", "мінмол",
	"держ", "нацб", "нацпо", "нацгв", "нацко", "нацаг", "нацра", "націон", "кабін", "кабмі", "уряд", "верхов", "рад", "парлам", "презид", "прем’єр", "офіс", "пенсій", "служб",
	"агент", "комісі", "комітет", "прокур", "генпро", "поліц", "суд", "голов", "фонд", "центр", "інстит", "універ", "академ", "асоціа", "рахун", "антим", "казнач", "митн",
	"міськ", "облас", "район", "департ", "управл", "закон", "консти", "кодекс", "президі", "енерг", "генштаб", "збройн", "сил", "командув", "держпр",
	"росси", "росій", "минис", "госду", "правит", "украин", "госуда", "федера",
}

// subjectsOf finds the names in a title, but for those of bodies, and of titles
// in which every word has a capital.
func (c *Cluster) subjectsOf(title, language string) []subject {
	var found []subject
	capitals, words := 0, 0
	before := "."
	for _, t := range ukrainian.Tokens(title) {
		first, size := utf8.DecodeRuneInString(t.Text)
		begins := strings.Contains(".!?:", before)
		before = t.Text
		if t.Kind != ukrainian.Word {
			continue
		}
		words++
		if !unicode.IsUpper(first) {
			continue
		}
		capitals++
		second, _ := utf8.DecodeRuneInString(t.Text[size:])
		folded := ukrainian.Fold(t.Text)
		if begins || unicode.IsUpper(second) || utf8.RuneCountInString(folded) < 4 || slices.ContainsFunc(bodies, func(b string) bool { return strings.HasPrefix(folded, b) }) {
			continue
		}
		if oblast, town := ukrainian.RegionOf(t.Text); oblast != "" && !town {
			continue // oblasts are compared as such
		}
		name, _ := firstLetters(folded, prefixFinal)
		found = append(found, subject{name, c.number(termOf(t, language))})
	}
	if capitals*3 > words*2+3 {
		return nil
	}
	return found
}

// names tells whether an article names a subject.
func (m *member) namesSubject(s subject) bool {
	_, ok := slices.BinarySearch(m.names, s.name)
	return ok || m.title.has(s.term) || m.text.has(s.term)
}

// aboutOthers tells whether two titles name different things: each some that the
// other article does not name at all, and more of them than both do.
func (m *member) aboutOthers(o *member) bool {
	both := 0
	for _, s := range m.subjects {
		if slices.ContainsFunc(o.subjects, func(t subject) bool { return t.name == s.name || t.term == s.term }) {
			both++
		}
	}
	return min(m.lacks(o), o.lacks(m)) > both
}

// lacks counts the subjects of another article's title that an article lacks.
func (m *member) lacks(o *member) int {
	n := 0
	for _, s := range o.subjects {
		if !m.namesSubject(s) {
			n++
		}
	}
	return n
}

// apartBy tells whether two articles cannot be on one event: of different
// oblasts, or one of them mourns.
func (m *member) apartBy(o *member) bool {
	return m.obituary != o.obituary || ukrainian.Elsewhere(m.oblasts, o.oblasts)
}

// paper finds the number of a document.
var paper = regexp.MustCompile(`№\s?(\d[\d-]*)`)

// papersOf gives the numbers of the documents that a text names, sorted.
func papersOf(text string) []string {
	var all []string
	for _, m := range paper.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sameFacts tells whether two articles give nearly all the same names and numbers:
// what was written after one pattern has others.
func (m *member) sameFacts(o *member) bool {
	return min(len(m.names), len(o.names)) >= leastFacts && overlap(m.names, o.names) >= mostFacts
}

// How many names and numbers tell an event, and which part of them is the same.
const (
	leastFacts = 3
	mostFacts  = .8
)
