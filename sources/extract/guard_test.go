package extract

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// nodes counts a tree and the attributes in it.
func nodes(root *html.Node) (n int) {
	for node := range root.Descendants() {
		n += 1 + len(node.Attr)
	}
	return n
}

// unclosed opens so many different elements of one name in a paragraph.
func unclosed(name string, n int) string {
	var b strings.Builder
	b.WriteString("<p>")
	for i := range n {
		fmt.Fprintf(&b, "<%s a=%d>", name, i)
	}
	return b.String()
}

func TestAPagesTreeGrowsWithItsTags(t *testing.T) {
	paragraphs := strings.Repeat("<p>x", 10_000)
	for name, page := range map[string]string{
		"bold":             unclosed("b", 200) + paragraphs,
		"upper case":       unclosed("FONT", 200) + paragraphs,
		"a slash":          unclosed("strike/", 200) + paragraphs,
		"a line break":     unclosed("tt\n", 200) + paragraphs,
		"links":            unclosed("a", 200) + paragraphs,
		"in an image":      "<svg><style>" + unclosed("i", 200) + paragraphs,
		"behind an image":  `<svg><style>"<x y='</style></svg>` + unclosed("small", 200) + paragraphs,
		"behind a script":  `<script>"<a b='"</script>` + unclosed("u", 200) + paragraphs,
		"behind a comment": `<!-- <b c=" -->` + unclosed("code", 200) + paragraphs,
		"in a list":        "<select><style>" + unclosed("big", 200) + paragraphs,
		"wrongly closed":   strings.Repeat("<i><u><s><b><p>x</b>", 5000),
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := parseTree([]byte(page))
			if err != nil {
				t.Fatal(err)
			}
			if n, tags := nodes(doc.Get(0)), strings.Count(page, "<"); n > 4*tags {
				t.Errorf("%d nodes of %d tags", n, tags)
			}
		})
	}
}

func TestAPageThatExhaustsIsRefused(t *testing.T) {
	for name, page := range map[string]string{
		"tags":     strings.Repeat("<p>", maxTags+1),
		"ends":     strings.Repeat("</p>", maxTags+1),
		"comments": strings.Repeat("<!---->", maxTags+1),
		"depth":    strings.Repeat("<div>", maxTree+1),
		"cells":    strings.Repeat("<table><tr><td>", maxTree),
	} {
		if _, err := parseTree([]byte(page)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAttributesOfTheBodyDoNotGatherForever(t *testing.T) {
	var page strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&page, "<body a%d=>", i)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := parseTree([]byte(page.String())); err != nil {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 100<<20 {
		t.Errorf("parsing allocates %d MB", used>>20)
	}
}

func TestAnAttributeIsReadUpToItsLimit(t *testing.T) {
	div := &html.Node{Type: html.ElementNode, DataAtom: atom.Div, Data: "div", Attr: []html.Attribute{{Key: "class", Val: strings.Repeat("x ", maxAttr) + "menu"}}}
	if skipped(div) {
		t.Error("a class is read beyond its limit")
	}
}

func TestMarksOfFormAreReadAsTheirText(t *testing.T) {
	page := `<article><h1>Уряд <b>ухвалив</b> рішення про підтримку</h1>
<p>Міністерство <strong class="x">повідомляє</strong> про <FONT color=red>нову</FONT> послугу<i></i> для громадян<br>та <em>підприємців</em> країни.</p></article>`
	p := read(t, []byte(page), "", "")
	if p.Title != "Уряд ухвалив рішення про підтримку" {
		t.Errorf("title %q", p.Title)
	}
	if want := "Міністерство повідомляє про нову послугу для громадян"; !strings.HasPrefix(p.Text, want) {
		t.Errorf("text %q", p.Text)
	}
	if _, err := parseTree([]byte(strings.Repeat("<b><div>x</b></div>", 1000))); err != nil {
		t.Errorf("marks closed in the wrong order: %v", err)
	}
}

func FuzzParseTree(f *testing.F) {
	for _, page := range []string{"<p><b a=1><b a=2><p>x<p>y", "<table><a><td><p><a>", "<svg><style><b><p>", "<i><div></i></div>", "<!-- <b> --><body x><body y>", "<"} {
		f.Add([]byte(page))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		doc, err := parseTree(page)
		if err != nil {
			return
		}
		// Each tag's attributes come once more where a link is opened again.
		if n, pieces := nodes(doc.Get(0)), bytes.Count(page, []byte("<"))+len(bytes.Fields(page)); n > 64+32*pieces {
			t.Errorf("%d nodes of %d pieces", n, pieces)
		}
	})
}

// What is done with a page must grow with it, not with its square.
func TestALongPageCostsItsLength(t *testing.T) {
	// The cost of each page in allocations, at two lengths.
	for name, page := range map[string]func(n int) string{
		"documents":  func(n int) string { return "<p>" + strings.Repeat("постанова наказ № ", n) },
		"quotations": func(n int) string { return "<p>" + strings.Repeat("закон « ", n) },
		"containers": func(n int) string {
			return strings.Repeat(`<div class="article-body">Уряд ухвалив рішення про допомогу громадам, слово.</div>`, n)
		},
		"paragraphs": func(n int) string {
			return strings.Repeat("<p>Уряд ухвалив рішення про допомогу громадам цього року.</p><b>слово</b><br>ні<br>", n)
		},
	} {
		cost := func(n int) float64 {
			body := []byte(page(n))
			return testing.AllocsPerRun(1, func() { read(t, body, "", "") })
		}
		short, long := cost(400), cost(4000)
		if long > 20*short {
			t.Errorf("%s: %.0f allocations for a page, %.0f for one ten times as long", name, short, long)
		}
	}
}
