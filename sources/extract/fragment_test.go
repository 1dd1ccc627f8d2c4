package extract

import (
	"net/url"
	"slices"
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
