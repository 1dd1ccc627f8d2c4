package digest

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
)

// Bounds of a summary sentence, in letters: what is shorter says nothing by
// itself, what is longer is no summary.
const (
	minSentence = 40
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

// Summarise takes up to n sentences verbatim from a text, in its order: the
// lead, then those that carry what was decided. News put the main thing first,
// so the lead is left only when it is no full sentence.
func Summarise(title, text string, n int) []string {
	sentences := ukrainian.Sentences(text)
	lead := leadOf(title, sentences)
	if lead < 0 || n < 1 {
		return nil
	}
	chosen := []int{lead}
	about := keySet(title + " " + sentences[lead])
	type candidate struct {
		at    int
		score float64
	}
	var rest []candidate
	for i := lead + 1; i < len(sentences); i++ {
		if score := worth(sentences[i], about, i-lead, len(sentences)); score > 0 {
			rest = append(rest, candidate{i, score})
		}
	}
	slices.SortStableFunc(rest, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	for _, c := range rest[:min(len(rest), n-1)] {
		chosen = append(chosen, c.at)
	}
	slices.Sort(chosen)
	summary := make([]string, len(chosen))
	for i, at := range chosen {
		summary[i] = sentences[at]
	}
	return summary
}

// leadOf finds the first sentence that can stand alone; -1 when there is none.
func leadOf(title string, sentences []string) int {
	fallback := -1
	for i, s := range sentences {
		if !whole(s) || repeats(s, title) {
			continue
		}
		if fallback < 0 {
			fallback = i
		}
		if !startsWithVerb(s) && !quotes(s) && utf8.RuneCountInString(s) >= 60 {
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
	return n >= minSentence && n <= maxSentence && strings.ContainsAny(s[len(s)-min(len(s), 6):], ".!?…")
}

// repeats tells whether a sentence says no more than the title.
func repeats(s, title string) bool {
	have := keySet(title)
	fresh := 0
	for _, k := range ukrainian.Terms(s) {
		if !have[k] {
			fresh++
		}
	}
	return fresh < 2
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

// quotes tells whether a sentence is somebody's words, which mean little
// without what they answer.
func quotes(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("«“„\"—–-", r)
}

// worth scores a sentence after the lead; 0 leaves it out.
func worth(s string, about map[string]bool, distance, total int) float64 {
	if !whole(s) || quotes(s) || strings.HasSuffix(s, "?") {
		return 0
	}
	terms := ukrainian.Terms(s)
	if len(terms) < 4 {
		return 0
	}
	shared := 0
	for _, k := range terms {
		if about[k] {
			shared++
		}
	}
	if shared == len(terms) {
		return 0
	}
	score := 1 + 2*float64(shared)/float64(len(terms)) - float64(distance)/float64(2*total)
	folded := ukrainian.Fold(s)
	for _, d := range decisions {
		if strings.HasPrefix(folded, d) || strings.Contains(folded, " "+d) {
			score++
			break
		}
	}
	if strings.ContainsFunc(s, unicode.IsDigit) {
		score += .3
	}
	first, _, _ := strings.Cut(folded, " ")
	if slices.Contains(leaning, strings.TrimRight(first, ",.")) {
		score -= 1.2
	}
	if utf8.RuneCountInString(s) > 320 {
		score -= .5
	}
	return max(score, 0)
}

func keySet(s string) map[string]bool {
	set := map[string]bool{}
	for _, k := range ukrainian.Terms(s) {
		set[k] = true
	}
	return set
}
