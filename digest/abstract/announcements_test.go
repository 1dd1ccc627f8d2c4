package abstract_test

import (
	"bufio"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"visnyk/digest/abstract"
	"visnyk/internal/ukrainian"
)

// announcement is an article, abstracts of it that are true, and what makes them
// wrong.
type announcement struct {
	news
	unseen bool       // set aside: the rules were made without it
	wrong  [][]mutant // of each abstract
}

// readAnnouncements reads testdata/announcements.txt: as news.txt, with «! kind |
// old → new» under an abstract for each way to make it wrong. What stands after
// «= unseen» was set aside before the rules were made.
func readAnnouncements(t testing.TB) []announcement {
	t.Helper()
	f, err := os.Open("testdata/announcements.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var all []announcement
	unseen := false
	for scan := bufio.NewScanner(f); scan.Scan(); {
		line := scan.Text()
		switch begin, rest, _ := strings.Cut(line, " "); begin {
		case "":
		case "=":
			unseen = rest == "unseen"
		case "#":
			all = append(all, announcement{news: news{title: rest}, unseen: unseen})
		case ">":
			n := &all[len(all)-1]
			n.abstracts, n.wrong = append(n.abstracts, rest), append(n.wrong, nil)
		case "!":
			n := &all[len(all)-1]
			kind, edit, _ := strings.Cut(rest, " | ")
			from, to, ok := strings.Cut(edit, " → ")
			last := len(n.abstracts) - 1
			if !ok || strings.Count(n.abstracts[last], from) != 1 {
				t.Fatalf("cannot be done to %q: %s", n.abstracts[last], line)
			}
			n.wrong[last] = append(n.wrong[last], mutant{n.source(), strings.Replace(n.abstracts[last], from, to, 1), kind})
		default:
			all[len(all)-1].text += line + "\n"
		}
	}
	return all
}

var (
	dayMonth = regexp.MustCompile(`(\d{1,2}) (січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня)( \d{4} року)?`)
	percent  = regexp.MustCompile(`(\d+(?:,\d+)?) %`)
	twoWords = regexp.MustCompile(`«[^»]* [^»]* [^»]*»`)
)

// corrupted makes an abstract wrong by program, in every way but the ones that
// need understanding.
func corrupted(n announcement, a string, other news) []mutant {
	var all []mutant
	add := func(kind, text string) {
		if text != a && !slices.ContainsFunc(all, func(m mutant) bool { return m.text == text }) {
			all = append(all, mutant{n.source(), text, kind})
		}
	}
	for _, m := range wrongNumbers(n.news, a) {
		switch {
		case strings.HasPrefix(m.how, "unit"):
			add("unit", m.text)
		case m.how != "two numbers swapped":
			add("number", m.text)
		}
	}
	for _, at := range percent.FindAllStringSubmatchIndex(a, -1) {
		add("percentage", splice(a, at[2], at[3], "7,7"))
		add("percentage", splice(a, at[1]-1, at[1], "відсоткових пункти"))
	}
	for _, m := range wrongDates(n, a) {
		add(m.how, m.text)
	}
	for _, m := range wrongNames(n.news, a) {
		switch m.how {
		case "a stranger", "another surname":
			add("stranger", m.text)
		case "another of the article":
			add("person", m.text)
		}
	}
	for _, text := range denied(a) {
		add("negation", text)
	}
	for _, at := range twoWords.FindAllStringIndex(a, -1) {
		words := strings.Fields(a[at[0]:at[1]])
		if slices.Contains(words, "–") {
			continue
		}
		add("quotation", a[:at[0]]+strings.Join(slices.Delete(slices.Clone(words), 1, 2), " ")+a[at[1]:])
		words[1], words[2] = words[2], words[1]
		add("quotation", a[:at[0]]+strings.Join(words, " ")+a[at[1]:])
	}
	foreign := ukrainian.Sentences(other.abstracts[0])
	own := ukrainian.Sentences(a)
	add("other article", strings.Join(append(slices.Clone(own[:1]), foreign[len(foreign)-1]), " "))
	return all
}

// wrongDates puts every other day of the article in the place of each of an
// abstract, and days that the article does not have.
func wrongDates(n announcement, a string) []mutant {
	var all []mutant
	theirs := dayMonth.FindAllStringSubmatch(n.text, -1)
	for _, at := range dayMonth.FindAllStringSubmatchIndex(a, -1) {
		said := a[at[0]:at[5]]
		for _, d := range theirs {
			if d[0] != a[at[0]:at[1]] && d[1]+" "+d[2] != said {
				all = append(all, mutant{text: splice(a, at[0], at[1], d[0]), how: "date"})
			}
		}
		for _, month := range []string{"серпня", "травня", "червня"} {
			if !strings.Contains(n.text, month) {
				all = append(all, mutant{text: splice(a, at[4], at[5], month), how: "date outside"})
				break
			}
		}
	}
	return all
}

// denied puts «не» before each verb of an abstract, and takes every «не» away.
func denied(a string) []string {
	var all []string
	before := ""
	for _, t := range ukrainian.Tokens(a) {
		key := ukrainian.Key(t.Text)
		verb := strings.HasSuffix(key, "ти") || strings.HasSuffix(key, "тися")
		if first, _ := utf8.DecodeRuneInString(t.Text); verb && before != "не" && ukrainian.Fold(string(first)) == string(first) && !ukrainian.IsStop(t.Text) && t.Text != key {
			all = append(all, splice(a, t.Start, t.Start, "не "))
		}
		before = t.Text
	}
	for i := range len(a) {
		if strings.HasPrefix(a[i:], " не ") {
			all = append(all, splice(a, i, i+len(" не"), ""))
		}
	}
	return all
}

// score counts, by kind, what was caught of all.
type score map[string]*[2]int

func (s score) add(kind string, caught bool) {
	if s[kind] == nil {
		s[kind] = &[2]int{}
	}
	s[kind][1]++
	if caught {
		s[kind][0]++
	}
}

func (s score) share(kind string) float64 {
	if s[kind] == nil {
		return 0
	}
	return float64(s[kind][0]) / float64(s[kind][1])
}

func TestAnnouncementsAreRetoldTruly(t *testing.T) {
	all := readAnnouncements(t)
	seen, unseen := score{}, score{}
	for i, n := range all {
		s := seen
		if n.unseen {
			s = unseen
		}
		for j, a := range n.abstracts {
			ok, reasons := abstract.Verify(n.source(), a)
			s.add("true abstracts", ok)
			if !ok {
				t.Logf("refused (%v): %s %v", n.unseen, a, reasons)
				continue
			}
			for _, m := range append(slices.Clone(n.wrong[j]), corrupted(n, a, all[(i+7)%len(all)].news)...) {
				ok, _ := abstract.Verify(m.source, m.text)
				s.add(m.how, !ok)
				if ok {
					t.Logf("passes (%v, %s): %s", n.unseen, m.how, m.text)
				}
			}
		}
	}
	for _, s := range []score{seen, unseen} {
		for k, v := range s {
			t.Logf("%s: %d of %d, %.2f", k, v[0], v[1], s.share(k))
		}
	}
}
