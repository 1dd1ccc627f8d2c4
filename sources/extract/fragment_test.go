package extract

import (
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestTheTextOfHTML(t *testing.T) {
	base := &url.URL{Scheme: "https", Host: "rada.gov.ua", Path: "/news/"}
	text, links := Fragment(`<h2>Заголовок</h2><p>Перший&nbsp;абзац &amp; &laquo;лапки&raquo;,
	з переносом.</p><script>alert("<p>")</script><style>p{}</style><ul><li>один</li><li>два</li></ul>рядок<br/>рядок <a href="x.pdf">файл</a> <a href="javascript:alert(1)">ні</a> <a href="mailto:a@b.ua">ні</a>`, base)
	if want := "Заголовок\nПерший абзац & «лапки», з переносом.\nодин\nдва\nрядок\nрядок файл ні ні"; text != want {
		t.Errorf("%q\nwant %q", text, want)
	}
	if !slices.Equal(links, []string{"https://rada.gov.ua/news/x.pdf"}) {
		t.Errorf("links: %v", links)
	}
	if text, _ := Fragment("Ціна < 5 грн", nil); text != "Ціна < 5 грн" {
		t.Errorf("no markup: %q", text)
	}
}

func TestTidyLeavesOneSpaceOrOneLineBetweenWords(t *testing.T) {
	alphabet := []string{"а", "їжа", "x", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u2003", "\u2028", "\u3000", "\u1680", "\u0085", "\xff", "\xc2", "—", "’", "ă"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		var lines []string
		for line := range strings.Lines(b.String()) {
			if line = strings.Join(strings.Fields(line), " "); line != "" {
				lines = append(lines, line)
			}
		}
		if got, want := Tidy(b.String()), strings.Join(lines, "\n"); got != want {
			t.Fatalf("%q: %q, want %q", b.String(), got, want)
		}
	}
}
