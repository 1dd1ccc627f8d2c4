package digest_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"visnyk/digest"
	"visnyk/sources/articles"
)

// dayArticle is one line of testdata/day.tsv.
type dayArticle struct {
	articles.Article
	topics []string
	story  string
}

// day reads one day of news with its labels.
func day(t testing.TB) []dayArticle {
	t.Helper()
	b, err := os.ReadFile("testdata/day.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []dayArticle
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(f) != 7 {
			continue
		}
		at, err := time.Parse("2006-01-02 15:04", "2026-11-21 "+f[2])
		if err != nil {
			t.Fatal(err)
		}
		a := article(f[0], f[1], f[5], f[6])
		a.Published, a.Seen, a.Language = at, at, "uk"
		all = append(all, dayArticle{a, strings.Split(f[3], ","), f[4]})
	}
	return all
}

// labelled is a text with its topics, the main one first.
type labelled struct {
	title, text string
	topics      []string
}

// labelledTexts gives three sets of texts that were labelled before anybody looked
// at what the taxonomy makes of them: the day, whose labels the first terms were
// written after; announcements written for another purpose; and announcements written and labelled
// apart from the taxonomy, which its terms were not put right by.
func labelledTexts(t *testing.T) (sets map[string][]labelled) {
	t.Helper()
	sets = map[string][]labelled{}
	for _, a := range day(t) {
		sets["day"] = append(sets["day"], labelled{a.Title, a.Text, a.topics})
	}
	bodies := map[string]string{}
	for block := range strings.SplitSeq(file(t, "abstract/testdata/announcements.txt"), "\n\n") {
		title, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(block), "# "), "\n")
		var body []string
		for line := range strings.Lines(rest) {
			if !strings.HasPrefix(line, ">") && !strings.HasPrefix(line, "!") {
				body = append(body, line)
			}
		}
		bodies[title] = strings.Join(body, "")
	}
	for line := range strings.Lines(file(t, "testdata/announcement_topics.tsv")) {
		ids, title, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if bodies[title] == "" {
			t.Fatalf("there is no announcement %q", title)
		}
		sets["announcements"] = append(sets["announcements"], labelled{title, bodies[title], strings.Split(ids, ",")})
	}
	for line := range strings.Lines(file(t, "testdata/topics.tsv")) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 3 {
			t.Fatalf("a line with %d fields", len(f))
		}
		sets["apart"] = append(sets["apart"], labelled{f[1], f[2], strings.Split(f[0], ",")})
	}
	return sets
}

func file(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// counts are those of one label: right, told wrongly, and missed.
type counts struct{ right, wrong, missed int }

// judge counts, for each label, how a set is classified, and how many texts have
// their main topic first.
func judge(tax *digest.Taxonomy, set []labelled, by map[string]*counts) (first int) {
	of := func(id string) *counts {
		if by[id] == nil {
			by[id] = &counts{}
		}
		return by[id]
	}
	for _, l := range set {
		var got []string
		for _, s := range tax.Classify(l.title, l.text) {
			got = append(got, s.ID)
		}
		if len(got) == 0 {
			got = []string{digest.Other}
		}
		if got[0] == l.topics[0] {
			first++
		}
		for _, id := range got {
			if slices.Contains(l.topics, id) {
				of(id).right++
			} else {
				of(id).wrong++
			}
		}
		for _, id := range l.topics {
			if !slices.Contains(got, id) {
				of(id).missed++
			}
		}
	}
	return first
}

// macroF1 is the mean F1 of the labels that texts have.
func macroF1(by map[string]*counts) float64 {
	sum, labels := 0.0, 0
	for _, c := range by {
		if c.right+c.missed > 0 {
			sum += 2 * float64(c.right) / float64(2*c.right+c.wrong+c.missed)
			labels++
		}
	}
	return sum / float64(labels)
}

func TestTopicsOfLabelledTexts(t *testing.T) {
	tax := taxonomy(t)
	all, texts, first := map[string]*counts{}, 0, 0
	for name, set := range labelledTexts(t) {
		by := map[string]*counts{}
		n := judge(tax, set, by)
		judge(tax, set, all)
		texts, first = texts+len(set), first+n
		t.Logf("%-14s %3d texts: macro-F1 %.3f, the main topic first in %.3f", name, len(set), macroF1(by), float64(n)/float64(len(set)))
		if float64(n) < .8*float64(len(set)) {
			t.Errorf("%s: too many texts stand in the wrong section", name)
		}
	}
	t.Logf("%-14s %3d texts: macro-F1 %.3f, the main topic first in %.3f", "all", texts, macroF1(all), float64(first)/float64(texts))
	if macroF1(all) < .85 {
		t.Errorf("macro-F1 %.3f is under .85", macroF1(all))
	}
}

func TestStoriesOfADay(t *testing.T) {
	c := digest.NewCluster()
	all := day(t)
	slices.SortStableFunc(all, func(x, y dayArticle) int { return x.Time().Compare(y.Time()) })
	stories := map[string]int{}
	for _, a := range all {
		stories[a.ID] = c.Add(a.Article).Story
	}
	same, right, gold := 0, 0, 0
	for i, a := range all {
		for _, b := range all[:i] {
			together := stories[a.ID] == stories[b.ID]
			if together {
				same++
			}
			if a.story == b.story {
				gold++
				if together {
					right++
				}
			}
			if together != (a.story == b.story) {
				t.Logf("together %v: %s and %s", together, a.Title, b.Title)
			}
		}
	}
	p, r := float64(right)/float64(max(1, same)), float64(right)/float64(gold)
	t.Logf("pairs P %.3f R %.3f F1 %.3f", p, r, 2*p*r/(p+r))
	if 2*p*r/(p+r) < .85 {
		t.Error("too many reports stand in the wrong story")
	}
}
