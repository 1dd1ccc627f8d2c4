package sources

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// wholeText is long enough to be no teaser.
var wholeText = strings.Repeat("Уряд схвалив програму підтримки громад. ", 10)

// newsOf is an entry of a feed whose text is in CDATA or escaped.
func newsOf(n int, text string, literal bool) string {
	description := "&lt;p&gt;" + text + "&lt;/p&gt;"
	if literal {
		description = "<![CDATA[<p>" + text + `</p><a href="/doc.pdf">Додаток</a>]]>`
	}
	return fmt.Sprintf("<item><title>Новина %d</title><link>/news/%d</link><guid>%d</guid><description>%s</description></item>", n, n, n, description)
}

func TestEntriesThatStandAsBeforeAreNotReadAgain(t *testing.T) {
	for _, literal := range []bool{true, false} {
		first := rss("<generator>1</generator>" + newsOf(1, wholeText, literal) + newsOf(2, wholeText, literal))
		second := rss("<generator>2</generator>" + newsOf(3, wholeText, literal) + newsOf(1, wholeText, literal) + newsOf(2, wholeText+"Змінено.", literal))
		body := first
		site := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
		e := Endpoint{Kind: KindFeed, URL: site}
		r, err := privately().Read(t.Context(), e, Validators{})
		if err != nil || len(r.Items) != 2 || r.Items[0].Unchanged || r.Items[0].Text == "" {
			t.Fatalf("first: %+v, %v", r.Items, err)
		}
		body = second
		again, err := privately().Read(t.Context(), e, r.Validators)
		if err != nil || len(again.Items) != 3 {
			t.Fatalf("again: %+v, %v", again.Items, err)
		}
		whole, err := again.Whole()
		if err != nil {
			t.Fatal(err)
		}
		for i, unchanged := range []bool{false, true, false} {
			got, want := again.Items[i], whole.Items[i]
			if got.Unchanged != unchanged || got.URL != want.URL || got.Title != want.Title || got.GUID != want.GUID || unchanged == (got.Text == want.Text) || got.Thin {
				t.Errorf("literal %v: item %d is %+v; as a whole %+v", literal, i, got, want)
			}
		}
		if !strings.Contains(again.Items[2].Text, "Змінено.") {
			t.Errorf("the edit is lost: %q", whole.Items[2].Text)
		}
	}
}

func TestWhatIsReadElsewhereIsReadAgain(t *testing.T) {
	teaser := "<item><title>А</title><link>/1</link><description>Коротко</description></item>"
	nameless := "<item><title>А</title><description>" + wholeText + "</description></item>"
	shared := func(n int) string {
		return fmt.Sprintf("<item><title>Новина %d</title><link>/news</link><description>%s</description></item>", n, wholeText)
	}
	for name, items := range map[string]string{
		"a teaser":                  teaser,
		"one without an address":    nameless,
		"three under one address":   shared(1) + shared(2) + shared(3),
		"an entry within an entry":  "<item><title>А</title><link>/1</link><item>" + wholeText + "</item></item>",
		"the word of the skeleton":  newsOf(1, wholeText+taken, true),
		"a feed with own namespace": `<x:item xmlns:x="u:x"><title>А</title></x:item>`,
	} {
		r, err := parseFeed([]byte(rss(items)), "", at(t))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := parseSince([]byte(rss("<generator>2</generator>"+items)), "", at(t), r.Validators.Items)
		if err != nil || len(again.Items) != len(r.Items) {
			t.Fatalf("%s: %+v, %v", name, again.Items, err)
		}
		for i, item := range again.Items {
			if item.Text != r.Items[i].Text || item.Unchanged {
				t.Errorf("%s: %+v; before %+v", name, item, r.Items[i])
			}
		}
	}
	if unpackHashes("%") != nil || len(unpackHashes("")) != 0 {
		t.Error("rubbish for hashes is some")
	}
}

// sameReading tells whether two readings of one feed say the same.
func sameReading(a, b Reading) bool {
	return a.Title == b.Title && a.Home == b.Home && slices.EqualFunc(a.Items, b.Items, func(x, y Item) bool {
		return x.GUID == y.GUID && x.URL == y.URL && x.Title == y.Title && x.Text == y.Text && x.Thin == y.Thin && x.Shared == y.Shared &&
			x.Published.Equal(y.Published) && x.Updated.Equal(y.Updated) && slices.Equal(x.Links, y.Links)
	})
}

// FuzzOutline holds two promises: what the outline calls plain the guard lets
// pass, and a feed that is read by its skeleton says what it says as a whole.
func FuzzOutline(f *testing.F) {
	f.Add([]byte(rss(newsOf(1, wholeText, true) + newsOf(2, wholeText, false))))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>а</title><link href="/a"/><content type="xhtml"><div>` + wholeText + `</div></content></entry></feed>`))
	f.Add([]byte(rss("<item><title>А</title><link>/1</link><description>\r\n<![CDATA[а\r\nб\rв" + wholeText + "]]> </description><description><![CDATA[" + wholeText + wholeText + "]]></description></item>")))
	for name, bomb := range bombs(2 << 10) {
		if !strings.Contains(name, "json") {
			f.Add([]byte(bomb))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		base := &url.URL{Scheme: "http", Host: "a.gov.ua", Path: "/rss"}
		clean := withoutControls(withoutPreface(decodeFeed(body, "")))
		if err := guardXML(clean); err != nil && outlineOf(clean).plain {
			t.Fatalf("taken for plain: %v", err)
		}
		whole, err := parseBody(clean, base, nil)
		if err != nil {
			return
		}
		r, err := parseSince(body, "", base, "")
		if err != nil || !sameReading(r, whole) {
			t.Fatalf("by its skeleton:\n%+v, %v\nas a whole:\n%+v", r.Items, err, whole.Items)
		}
		again, err := parseSince(body, "", base, r.Validators.Items)
		if err != nil {
			t.Fatal(err)
		}
		if again, err = again.Whole(); err != nil || !sameReading(again, whole) {
			t.Fatalf("again:\n%+v, %v\nas a whole:\n%+v", again.Items, err, whole.Items)
		}
	})
}

func TestABombThatGrewInAFeedIsRefused(t *testing.T) {
	calm := rss(newsOf(1, wholeText, true))
	r, err := parseFeed([]byte(calm), "", at(t))
	if err != nil || r.Validators.Items == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	for name, bomb := range bombs(64 << 10) {
		_, got := parseSince([]byte(strings.Replace(bomb, "<channel>", "<channel>"+newsOf(1, wholeText, true), 1)), "", at(t), r.Validators.Items)
		if !harmless(name) && !errors.Is(got, ErrHostile) && !errors.Is(got, ErrNotSource) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
