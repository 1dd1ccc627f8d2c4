package extract

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
)

// Text finds the article in the text of a whole page, menus, teasers
// and notices and all: the best-scoring run of lines of running text, the
// headline before it and the date beside that. What the page does not have
// stays empty: a teaser never lends its title or date.
func Text(raw string) Page {
	var lines []textLine
	for line := range strings.Lines(strings.ToValidUTF8(raw, "\ufffd")) {
		lines = append(lines, lineOf(line))
	}
	p := pageOf(lines)
	p.Documents = Documents(p.Title + "\n" + p.Text)
	return p
}

func (l textLine) body() bool {
	if l.linked || l.level > 0 || l.stop || l.noise || l.letters < minParagraph {
		return false
	}
	return isBody(l.text, l.letters) || l.inText && strings.Count(l.text, " ") > 5
}

// run is a stretch of lines, from and to inclusive.
type run struct{ from, to, letters int }

func pageOf(lines []textLine) Page {
	return assemble(lines, runLines(lines))
}

// runLines tells which lines the density of running text takes for the
// article; nil when it finds none.
func runLines(lines []textLine) []bool {
	runs := runsOf(lines)
	best := bestRun(lines, runs)
	if best.letters == 0 {
		return nil
	}
	kept := make([]bool, len(lines))
	for _, part := range parts(lines, runs, best) {
		for i := part.from; i <= part.to; i++ {
			kept[i] = !lines[i].noise
		}
	}
	return kept
}

// assemble makes a page of the lines that are its body, with the headline and
// the date beside them.
func assemble(lines []textLine, kept []bool) Page {
	body := run{from: -1}
	var text []string
	for i, l := range lines {
		if kept == nil || !kept[i] || l.text == "" {
			continue
		}
		if body.from < 0 {
			body.from = i
		}
		body.to = i
		text = append(text, l.text)
	}
	if len(text) == 0 {
		return Page{}
	}
	p := Page{Text: strings.Join(text, "\n")}
	var titleAt int
	p.Title, titleAt = titleBefore(lines, body.from)
	p.Published = dateAround(lines, titleAt, body)
	p.Language = ukrainian.Language(p.Title + "\n" + p.Text)
	return p
}

// lineOf is a line without what surrounds it.
func lineOf(text string) textLine {
	l := textLine{text: OneLine(text)}
	l.judge()
	return l
}

// bestRun finds the stretch with the most running text. Where a column of
// other news stands before it and an article with a headline before that, the
// article wins, short as it may be.
func bestRun(lines []textLine, runs []run) run {
	best := longest(lines, runs)
	if own := anchored(lines, runs); own.letters > 0 && own.letters*ownShare >= best.letters {
		return own
	}
	others := slices.IndexFunc(lines, textLine.aboutOthers)
	if others < 0 || best.from < others {
		return best
	}
	before, _ := slices.BinarySearchFunc(runs, others, func(r run, at int) int { return cmp.Compare(r.to, at) })
	own := longest(lines, runs[:before])
	if _, title := titleBefore(lines, own.from); title < own.from && own.letters*ownShare >= best.letters {
		return own
	}
	return best
}

// A text goes on over so many strange lines, or over more where so much of what
// comes next was spoken of before, in hundredths of its words.
const (
	maxStrange = 3
	maxAway    = 25
	sameWords  = 15
)

// parts finds the runs that belong to one article with the best: those near
// it, as long as nothing that ends articles or lists news stands between.
func parts(lines []textLine, runs []run, best run) []run {
	at := slices.Index(runs, best)
	found := []run{best}
	said := beginnings(textOf(lines, best))
	join := func(next run, from, to int) bool {
		strange := 0
		for _, l := range lines[from:to] {
			if l.text == "" || l.noise {
				continue
			}
			also := seeAlso.MatchString(l.text)
			if strange++; l.stop && !also || l.headline {
				return false
			}
			if listed := also || clocked.MatchString(l.text) || l.dates() || isCut(l.text) || isHeadline(l.text); listed {
				strange += maxStrange
			}
		}
		own := beginnings(textOf(lines, next))
		if strange > maxAway || strange > maxStrange && share(own, said)*100 < sameWords || next.letters < strange*10 {
			return false
		}
		maps.Copy(said, own)
		found = append(found, next)
		return true
	}
	for last, i := best, at+1; i < len(runs) && join(runs[i], last.to+1, runs[i].from); i++ {
		last = runs[i]
	}
	for first, i := best, at-1; i >= 0 && join(runs[i], runs[i].to+1, first.from); i-- {
		first = runs[i]
	}
	return found
}

// textOf is the text of a run, or the beginning of a long one.
func textOf(lines []textLine, r run) string {
	var b strings.Builder
	const most = 3000
	for i := r.from; i <= r.to && b.Len() < most; i++ {
		text := lines[i].text
		b.WriteString(strings.ToValidUTF8(text[:min(len(text), most)], ""))
		b.WriteByte(' ')
	}
	return b.String()
}

// share is the part of some words that stands among others.
func share(words, among map[string]bool) float64 {
	if len(words) < 3 {
		return 0
	}
	both := 0
	for w := range words {
		if among[w] {
			both++
		}
	}
	return float64(both) / float64(len(words))
}

// isCut tells whether a line is the beginning of a longer one elsewhere.
func isCut(line string) bool { return strings.HasSuffix(line, "…") || strings.HasSuffix(line, "...") }

// longest finds the longest run, where a headline that speaks of the same and a
// date before it make a run count for longer.
func longest(lines []textLine, runs []run) run {
	type candidate struct {
		run
		weight float64
	}
	var all []candidate
	for _, r := range runs {
		all = append(all, candidate{r, float64(r.letters) * introduced(lines, r)})
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.weight, a.weight) })
	var best run
	most := 0.0
	for _, c := range all[:min(len(all), candidates)] {
		letters, first := 0, c.run
		for _, part := range parts(lines, runs, c.run) {
			letters += part.letters
			if part.from < first.from {
				first = part
			}
		}
		weight := float64(letters) * introduced(lines, first)
		if legal.MatchString(textOf(lines, c.run)) || commented(lines, c.run) {
			weight /= 5
		}
		if weight > most {
			best, most = c.run, weight
		}
	}
	return best
}

// beside tells whether a run is what stands beside articles: what a site says of
// the use of its texts, or readers' comments.
func beside(lines []textLine, r run) bool {
	of := 0
	for _, l := range lines[r.from : r.to+1] {
		if legal.MatchString(l.text) {
			of += l.letters
		}
	}
	return of*100 >= mostLegal*r.letters || commented(lines, r)
}

// commented tells whether the buttons of readers' comments stand around a run.
func commented(lines []textLine, r run) bool {
	return slices.ContainsFunc(lines[max(r.from-2, 0):min(r.to+3, len(lines))], func(l textLine) bool {
		return l.letters <= maxHeading && replyTo.MatchString(l.text)
	})
}

// candidates is how many of the longest runs are looked at with what belongs to
// them.
const candidates = 6

// introduction is how many lines before a run are looked at.
const introduction = 10

// introduced is how much longer than it is a run counts for what stands before
// it.
func introduced(lines []textLine, r run) float64 {
	has := beginnings(textOf(lines, r))
	dated, shared := false, 0.0
	for i := max(r.from-introduction, 0); i < r.from; i++ {
		l := lines[i]
		dated = dated || l.dates()
		if l.linked || !isHeadline(l.text) {
			continue
		}
		shared = max(shared, share(beginnings(l.text), has))
	}
	weight := 1 + 4*shared
	if dated {
		weight *= 3
	}
	return weight
}

// beginnings are the first letters of a text's longer words.
func beginnings(text string) map[string]bool {
	found := map[string]bool{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' }) {
		letters := []rune(word)
		if len(letters) > 3 {
			found[string(letters[:min(len(letters), 5)])] = true
		}
	}
	return found
}

// nearHeadline is how many lines may stand between a headline and the run of
// text that belongs to it.
const nearHeadline = 12

// anchored finds the longest run below a line that is the page's headline.
func anchored(lines []textLine, runs []run) run {
	var own run
	for _, r := range runs {
		near := lines[max(r.from-nearHeadline, 0):r.from]
		if r.letters > own.letters && slices.ContainsFunc(near, func(l textLine) bool { return l.headline }) && !beside(lines, r) {
			own = r
		}
	}
	return own
}

// ownShare is the part of the other news' length that an article has at least.
const ownShare = 12

func (l textLine) aboutOthers() bool {
	return newsHeading.MatchString(l.text) && l.letters <= maxHeading
}

// runsOf divides a page into stretches of running text. A short line or a
// heading may stand inside when text follows; a stop heading or two lines that
// are none end it.
func runsOf(lines []textLine) []run {
	var runs []run
	var current run
	open, strange := false, 0
	flush := func() {
		if open {
			runs = append(runs, current)
		}
		open, strange = false, 0
	}
	for i, l := range lines {
		switch {
		case l.text == "":
		case l.running || open && l.goesOn():
			if !open {
				current, open = run{from: i}, true
			}
			current.to, strange = i, 0
			current.letters += l.letters
		case l.stop:
			flush()
		case l.noise:
		default:
			if strange++; strange > 1 || clocked.MatchString(l.text) {
				flush()
			}
		}
	}
	flush()
	return runs
}

// goesOn tells the lines that are text inside a text: items of a list, rows of
// a table, short sentences in a paragraph.
func (l textLine) goesOn() bool {
	if l.linked || l.level > 0 || l.stop || l.noise {
		return false
	}
	return l.row || listItem.MatchString(l.text) || l.inText && l.letters >= headlineLetters && endsSentence(l.text) && !l.dates()
}

// nearTitle is how many lines of dates and labels may stand between a headline
// and its text.
const nearTitle = 5

// titleBefore finds the headline before a line; its index is that of the line
// itself when there is none.
func titleBefore(lines []textLine, from int) (string, int) {
	passed := 0
	for i := from - 1; i >= 0 && passed < nearTitle; i-- {
		l := lines[i]
		if l.text == "" {
			continue
		}
		if (isHeadline(l.text) || l.level > 0 && utf8.RuneCountInString(l.text) >= 8) && !l.linked {
			if _, rest, ok := FindDate(l.text); !ok || isHeadline(OneLine(rest)) {
				return l.text, i
			}
		}
		if l.stop && l.level == 0 {
			break
		}
		passed++
	}
	return "", from
}

// dateAround finds the publication date: between headline and text, or on the
// lines right before the headline, or after the text where it says so.
func dateAround(lines []textLine, title int, body run) time.Time {
	if at, ok := dateIn(lines, title+1, body.from); ok {
		return at
	}
	from, passed := title, 0
	for from > 0 && passed < 3 {
		from--
		if lines[from].text != "" {
			passed++
		}
	}
	if at, ok := dateIn(lines, from, title); ok {
		return at
	}
	for i := body.to + 1; i < len(lines) && i < body.to+6; i++ {
		folded := strings.ToLower(lines[i].text)
		if strings.HasPrefix(folded, "опубліковано") || strings.HasPrefix(folded, "дата публікації") || strings.HasPrefix(folded, "оприлюднено") {
			at, _ := ParseVisible(lines[i].text)
			return at
		}
	}
	return time.Time{}
}

// dates tells whether a line is a date and its label.
func (l textLine) dates() bool {
	if l.letters > maxHeading {
		return false
	}
	if moment.MatchString(l.text) {
		return true
	}
	_, rest, ok := FindDate(l.text)
	return ok && utf8.RuneCountInString(strings.TrimSpace(rest)) <= labelLetters
}

// labelLetters is how much besides a date may stand on its line.
const labelLetters = 40

// dateIn finds a line that is a date, or two that are one together: «Березень
// 11» over «21:00 2025».
func dateIn(lines []textLine, from, to int) (time.Time, bool) {
	previous := ""
	for i := from; i < to; i++ {
		text := lines[i].text
		if text == "" {
			continue
		}
		for _, candidate := range []string{text, previous + " " + text} {
			at, rest, ok := FindDate(candidate)
			if ok && utf8.RuneCountInString(strings.TrimSpace(rest)) <= labelLetters {
				return at, true
			}
		}
		previous = text
	}
	return time.Time{}, false
}
