package abstract_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"visnyk/digest/abstract"
)

// news is an article and abstracts of it that are true.
type news struct {
	title, text string
	abstracts   []string
}

func (n news) source() string { return n.title + "\n" + n.text }

// readNews reads testdata/news.txt: «# title», the text, «> abstract».
func readNews(t testing.TB) []news {
	t.Helper()
	f, err := os.Open("testdata/news.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var all []news
	for scan := bufio.NewScanner(f); scan.Scan(); {
		line := scan.Text()
		switch title, isTitle := strings.CutPrefix(line, "# "); {
		case isTitle:
			all = append(all, news{title: title})
		case strings.HasPrefix(line, "> "):
			n := &all[len(all)-1]
			n.abstracts = append(n.abstracts, line[2:])
		case line != "":
			all[len(all)-1].text += line + "\n"
		}
	}
	return all
}

func TestFaithfulAbstractsPass(t *testing.T) {
	passed, all := 0, 0
	for _, n := range readNews(t) {
		for _, a := range n.abstracts {
			all++
			if ok, reasons := abstract.Verify(n.source(), a); ok {
				passed++
			} else {
				t.Logf("%s\n%v", a, reasons)
			}
		}
	}
	t.Logf("faithful abstracts: %d of %d pass", passed, all)
	if all < 40 || float64(passed) < .85*float64(all) {
		t.Errorf("%d of %d pass, want 85 %%", passed, all)
	}
}

func BenchmarkVerify(b *testing.B) {
	all := readNews(b)
	for i := 0; b.Loop(); i++ {
		n := all[i%len(all)]
		abstract.Verify(n.source(), n.abstracts[0])
	}
}
