package opml

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	all := []Entry{
		{Title: `МОЗ & <Ко> "лапки"`, Address: "https://moz.gov.ua/feed?a=1&b=2", Feed: true, Home: "https://moz.gov.ua"},
		{Title: "Сторінка", Address: "https://kmu.gov.ua/news"},
		{Title: "Енергетика", Follow: "topic:energy"},
	}
	text, err := Write("Вісник", time.Unix(0, 0), all)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(text)
	if err != nil || !reflect.DeepEqual(got, all) {
		t.Errorf("%+v %v\n%s", got, err, text)
	}
	if !strings.Contains(string(text), `<opml version="2.0">`) || !strings.Contains(string(text), `type="rss"`) {
		t.Errorf("%s", text)
	}
}

func TestFilesOfStrangers(t *testing.T) {
	body := func(s string) string { return `<opml version="1.0"><body>` + s + `</body></opml>` }
	feed := `<outline text="a" xmlUrl="https://a.gov.ua/rss"/>`
	for name, c := range map[string]struct {
		text string
		want error
		n    int
	}{
		"folders":         {body(`<outline text="Міністерства">` + feed + feed + `</outline>`), nil, 2},
		"windows-1251":    {`<?xml version="1.0" encoding="windows-1251"?>` + body("<outline text=\"\xcc\xce\xc7\" xmlUrl=\"https://a.gov.ua/rss\"/>"), nil, 1},
		"empty":           {body(``), ErrEmpty, 0},
		"nothing":         {``, ErrNotOPML, 0},
		"html":            {`<html><body>hi</body></html>`, ErrNotOPML, 0},
		"cut off":         {`<opml><body>` + feed, ErrNotOPML, 0},
		"billion laughs":  {`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + body(`<outline text="&b;" xmlUrl="x"/>`), ErrHostile, 0},
		"external entity": {`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + body(`<outline text="&a;"/>`), ErrHostile, 0},
		"too deep":        {body(strings.Repeat(`<outline>`, 100) + strings.Repeat(`</outline>`, 100)), ErrHostile, 0},
		"too many":        {body(strings.Repeat(feed, MaxEntries+1)), ErrTooMany, 0},
		"too large":       {body(strings.Repeat(" ", MaxBytes)), ErrTooLarge, 0},
	} {
		got, err := Read([]byte(c.text))
		if !errors.Is(err, c.want) || len(got) != c.n {
			t.Errorf("%s: %d entries, %v", name, len(got), err)
		}
		if name == "windows-1251" && (len(got) != 1 || got[0].Title != "МОЗ") {
			t.Errorf("%+v", got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`<opml><body><outline text="a" xmlUrl="b"/></body></opml>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := Read(data)
		if err == nil && (len(all) == 0 || len(all) > MaxEntries) {
			t.Error(fmt.Sprint(len(all), " entries without an error"))
		}
	})
}
