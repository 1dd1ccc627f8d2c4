package digest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
)

// Bounds of a summary sentence, in letters: what is shorter says nothing by
// itself, what is longer is no summary.
const (
	minSentence = 30
	maxSentence = 600
)

// decisions are the beginnings of words by which officials say what came out:
// a sentence with one of them is worth more than its neighbours.
var decisions = []string{
	"домови", "ухвал", "затверд", "підписа", "мета", "меті", "передбач", "резолюці", "набува", "набуд", "запрацю", "становит",
	"виділ", "змінит", "отримают", "зможут", "розпоч", "заявив", "заявил", "вирішен", "рішення", "погодж", "відкри",
}

// leaning are the first words of sentences that need the one before them.
var leaning = []string{
	"він", "вона", "воно", "вони", "також", "крім", "окрім", "це", "цей", "ця", "ці", "про", "тому", "отже", "однак", "проте", "водночас",
	"зі", "за", "йдеться", "такий", "така", "таке", "такі", "його", "її", "їх", "зокрема", "при", "нагадаємо", "довідково", "додамо", "раніше",
}

// summaryWords is how many words the sentences of a summary have together, as
// long as none of them carries what was decided: editors' own summaries of
// news have 27 in the median and seldom more than 45. The sentence right after
// the lead, which often goes on with it, may take a few more.
const (
	summaryWords = 45
	mostWords    = 52
)

// Summarise takes up to n sentences verbatim from a text, in its order: the
// lead, then those that carry what was decided or that say most of what the
// title and the text are about. News put the main thing first, so the lead is
// left only when it is no full sentence, and each sentence further on counts
// less.
func Summarise(title, text string, n int) []string { return summarise(title, text, n, false) }

// Beneath takes up to n sentences as Summarise does, to stand beneath the title:
// a sentence that says no more than the title is passed over.
func Beneath(title, text string, n int) []string { return summarise(title, text, n, true) }

func summarise(title, text string, n int, beneath bool) []string {
	sentences := ukrainian.Sentences(text)
	shown := ""
	if beneath {
		shown = title
	}
	lead := leadOf(shown, sentences)
	if lead < 0 || n < 1 {
		return nil
	}
	w := newWeigher(title, shown, sentences, lead)
	chosen, words := []int{lead}, wordCount(sentences[lead])
	for _, c := range w.candidates() {
		if len(chosen) == n {
			break
		}
		total := words + wordCount(sentences[c.at])
		if !c.decides && total > summaryWords && (total > mostWords || c.at != lead+1) {
			continue
		}
		words = total
		chosen = append(chosen, c.at)
	}
	slices.Sort(chosen)
	summary := make([]string, len(chosen))
	for i, at := range chosen {
		summary[i] = sentences[at]
	}
	return summary
}

// Adding takes the sentence of another report on the same event that tells most
// of what the main text lacks: a number or a name that is not in it. It is empty
// when there is none that can stand alone.
func Adding(title, main string, others ...string) string {
	have := factsOf(main)
	about := keySet(title)
	best, most := "", 0
	for _, text := range others {
		for i, s := range ukrainian.Sentences(text) {
			if i > nearWindow || !whole(s) || quotes(s) || isByline(s) || strings.HasSuffix(s, "?") || leans(s) || wordCount(s) > addedWords {
				continue
			}
			fresh := 0
			for f := range factsOf(s) {
				if !have[f] {
					fresh++
				}
			}
			related := slices.ContainsFunc(ukrainian.Terms(s), func(t string) bool { return about[t] })
			if fresh > most && related {
				best, most = s, fresh
			}
		}
	}
	return best
}

// addedWords is how many words a sentence of another report has at most.
const addedWords = 25

// factsOf gives the numbers and the names of a text, in one form each.
func factsOf(text string) map[string]bool {
	facts := map[string]bool{}
	for _, q := range ukrainian.Quantities(text) {
		facts[q.Value] = true
	}
	for _, n := range ukrainian.Names(text) {
		facts[n.Surname] = true
	}
	return facts
}

// leans tells whether a sentence needs the one before it.
func leans(s string) bool {
	first, _, _ := strings.Cut(ukrainian.Fold(s), " ")
	return slices.Contains(leaning, strings.TrimRight(first, ",."))
}

func wordCount(s string) int { return len(strings.Fields(s)) }

// weigher weighs the sentences after the lead.
type weigher struct {
	sentences []string
	lead      int
	title     map[string]bool
	shown     map[string]bool    // the terms of a title that stands above
	terms     [][]string         // of each sentence
	in        map[string]float64 // how many sentences a term stands in
}

func newWeigher(title, shown string, sentences []string, lead int) *weigher {
	w := &weigher{sentences: sentences[:min(len(sentences), mostSentences)], lead: lead, title: keySet(title), shown: keySet(shown), in: map[string]float64{}}
	for _, s := range w.sentences {
		terms := ukrainian.Terms(s)
		slices.Sort(terms)
		terms = slices.Compact(terms)
		w.terms = append(w.terms, terms)
		for _, t := range terms {
			w.in[t]++
		}
	}
	return w
}

// mostSentences is how far into a text a summary looks.
const mostSentences = 60

// candidate is a sentence that may stand in a summary.
type candidate struct {
	at      int
	score   float64
	decides bool // it carries what was decided
}

// candidates gives the sentences after the lead, the worthiest first.
func (w *weigher) candidates() []candidate {
	var all []candidate
	distance := 0
	for i := w.lead + 1; i < len(w.sentences); i++ {
		if !w.fits(i) {
			continue
		}
		distance++
		if c := w.weigh(i, distance); c.score > 0 && (distance <= nearWindow || c.decides) {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	return all
}

// fits tells whether a sentence can stand beside the lead: whole, nobody's words
// without their speaker, no question, with something that the lead lacks.
func (w *weigher) fits(i int) bool {
	s := w.sentences[i]
	if !whole(s) || quotes(s) || isByline(s) || strings.HasSuffix(s, "?") || len(w.terms[i]) < 4 {
		return false
	}
	return slices.ContainsFunc(w.terms[i], func(t string) bool { return !w.shown[t] && !slices.Contains(w.terms[w.lead], t) })
}

// shared counts the terms that a sentence has in common with the lead and the
// title.
func (w *weigher) shared(i int) int {
	n := 0
	for _, t := range w.terms[i] {
		if slices.Contains(w.terms[w.lead], t) || w.title[t] {
			n++
		}
	}
	return n
}

// What makes a sentence worth to be taken: how near it stands to the lead (each
// step back counts so much of the one before), the share of the title that it
// has, how much of the text it is about, and what was decided.
const (
	nearness      = .75
	titleShare    = .45
	aboutText     = .2
	decisionBonus = 1.0
	numberBonus   = .1
	leaningCost   = .6
	longCost      = .25
	longSentence  = 320 // letters
	nearWindow    = 4   // sentences further on are taken only for what was decided
)

func (w *weigher) weigh(i, distance int) candidate {
	c := candidate{at: i, score: math.Pow(nearness, float64(distance))}
	inTitle, central := 0, 0.0
	for _, t := range w.terms[i] {
		if w.title[t] {
			inTitle++
		}
		central += w.in[t] - 1
	}
	c.score += titleShare * float64(inTitle) / float64(max(1, len(w.title)))
	c.score += aboutText * min(1, central/float64(2*len(w.terms[i])))
	s := w.sentences[i]
	folded := ukrainian.Fold(s)
	c.decides = w.shared(i) > 0 && slices.ContainsFunc(decisions, func(d string) bool { return strings.HasPrefix(folded, d) || strings.Contains(folded, " "+d) })
	if c.decides {
		c.score += decisionBonus
	}
	if strings.ContainsFunc(s, unicode.IsDigit) {
		c.score += numberBonus
	}
	if leans(s) {
		c.score -= leaningCost
		c.decides = false
	}
	if utf8.RuneCountInString(s) > longSentence {
		c.score -= longCost
	}
	return c
}

// leadOf finds the first sentence that can stand alone; -1 when there is none.
func leadOf(title string, sentences []string) int {
	fallback := -1
	for i, s := range sentences {
		if !whole(s) || repeats(s, title) || isByline(s) {
			continue
		}
		if fallback < 0 {
			fallback = i
		}
		if !startsWithVerb(s) && !quotes(s) && utf8.RuneCountInString(s) >= 40 {
			return i
		}
		if i > fallback+2 {
			break
		}
	}
	if fallback >= 0 {
		return fallback
	}
	// A short post has no full sentence: its first words that are not the title.
	return slices.IndexFunc(sentences, func(s string) bool { return len(ukrainian.Terms(s)) > 0 && !repeats(s, title) })
}

// whole tells whether a sentence is one: long enough, not too long, ended.
func whole(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= minSentence && n <= maxSentence
}

// repeats tells whether a sentence says no more than the title; nothing repeats
// an empty one.
func repeats(s, title string) bool {
	if title == "" {
		return false
	}
	have := keySet(title)
	fresh := 0
	for _, k := range ukrainian.Terms(s) {
		if !have[k] {
			fresh++
		}
	}
	return fresh < 1
}

// startsWithVerb finds sentences whose subject stands in the headline alone:
// «Відбувся у рамках проєкту…».
func startsWithVerb(s string) bool {
	first, _, _ := strings.Cut(s, " ")
	first = ukrainian.Fold(first)
	for _, end := range []string{"вся", "лася", "лося", "лися", "вшись"} {
		if strings.HasSuffix(first, end) {
			return true
		}
	}
	return false
}

// quotes tells whether a sentence is somebody's words or the end of them, which
// mean little without what they answer. A name in quotes may begin a sentence.
func quotes(s string) bool {
	opened, closed := strings.Count(s, "«"), strings.Count(s, "»")
	if opened < closed || opened == closed && strings.Count(s, `"`)%2 == 1 {
		return true
	}
	r, _ := utf8.DecodeRuneInString(s)
	if strings.ContainsRune("—–-", r) {
		return true
	}
	if !strings.ContainsRune("«“„\"", r) {
		return false
	}
	end := strings.IndexAny(s[utf8.RuneLen(r):], "»”“\"")
	return end < 0 || strings.ContainsAny(s[:utf8.RuneLen(r)+end], ".!?") || strings.Count(s[:utf8.RuneLen(r)+end], " ") > nameWords
}

// nameWords is how many words, less one, a name in quotes has.
const nameWords = 5

// isByline tells the lines that say who wrote, where and when: few words, most
// of them names and numbers.
func isByline(s string) bool {
	words, names := 0, 0
	for _, t := range ukrainian.Tokens(s) {
		if t.Kind == ukrainian.Mark {
			continue
		}
		words++
		if r, _ := utf8.DecodeRuneInString(t.Text); t.Kind == ukrainian.Number || unicode.IsUpper(r) {
			names++
		}
	}
	return words <= bylineWords && names*10 >= words*6
}

// bylineWords is how many words a byline has at most.
const bylineWords = 10

func keySet(s string) map[string]bool {
	set := map[string]bool{}
	for _, k := range ukrainian.Terms(s) {
		set[k] = true
	}
	return set
}
