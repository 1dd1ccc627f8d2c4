package extract

import (
	"os"
	"strings"
	"testing"
	"time"
)

// golden is one page of testdata and what has to come out of it; "" where the
// page has none.
type golden struct {
	name, title, date, first, last string
	has, not                       []string
	html                           string
}

// goldens reads a file of pages; its head tells the form.
func goldens(t testing.TB, file string) []golden {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var pages []golden
	for _, part := range strings.Split(string(text), "\n=== ")[1:] {
		head, html, ok := strings.Cut(part, "\n---\n")
		name, fields, _ := strings.Cut(head, "\n")
		g := golden{name: name, html: html}
		for line := range strings.SplitSeq(fields, "\n") {
			key, value, _ := strings.Cut(line, ": ")
			if value == "-" {
				value = ""
			}
			switch key {
			case "title":
				g.title = value
			case "date":
				g.date = value
			case "first":
				g.first = value
			case "last":
				g.last = value
			case "has":
				g.has = append(g.has, value)
			case "not":
				g.not = append(g.not, value)
			default:
				ok = false
			}
		}
		if !ok {
			t.Fatalf("%s: page %q is not written as its head says", file, name)
		}
		pages = append(pages, g)
	}
	return pages
}

// faults lists what is wrong with what came out of a page.
func (g golden) faults(p Page) []string {
	var wrong []string
	fault := func(is bool, what string) {
		if is {
			wrong = append(wrong, what)
		}
	}
	date := ""
	if !p.Published.IsZero() {
		date = p.Published.In(Kyiv()).Format(time.RFC3339)
	}
	fault(p.Title != g.title, "title "+p.Title)
	fault(date != g.date, "date "+date)
	fault(!strings.HasPrefix(p.Text, g.first) || g.first == "" && p.Text != "", "the body does not begin with "+g.first)
	fault(!strings.HasSuffix(p.Text, g.last), "the body does not end with "+g.last)
	for _, s := range g.has {
		fault(!strings.Contains(p.Text, s), "the body lacks "+s)
	}
	for _, s := range g.not {
		fault(strings.Contains(p.Text, s), "the body holds "+s)
	}
	return wrong
}

func TestPagesOfAuthorities(t *testing.T) {
	for _, file := range []string{"pages.txt", "pages_heldout.txt"} {
		for _, g := range goldens(t, file) {
			t.Run(g.name, func(t *testing.T) {
				p := read(t, []byte(g.html), "text/html; charset=utf-8", "https://rada.example/news/1")
				if wrong := g.faults(p); len(wrong) > 0 {
					t.Errorf("%s:\n%s\nbody:\n%s", file, strings.Join(wrong, "\n"), p.Text)
				}
			})
		}
	}
}
