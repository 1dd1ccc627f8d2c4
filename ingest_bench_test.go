package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mmcdole/gofeed"

	"visnyk/internal/redistest"
	"visnyk/sources"
	"visnyk/sources/articles"
)

// fullFeed is a feed of fifty whole texts, 170 KB, the articles numbered from
// first on, as it was built for the n-th time.
func fullFeed(first, built int) []byte {
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Міністерство зразків</title><link>https://zrazok.example/</link><generator>%d</generator>`, built)
	for i := first; i < first+50; i++ {
		_, _ = fmt.Fprintf(&b, `<item><title>Уряд схвалив програму номер %d підтримки громад</title><link>https://zrazok.example/news/%d</link><guid>%d</guid><pubDate>Sat, 21 Nov 2026 10:00:00 +0200</pubDate><description><![CDATA[`, i, i, i)
		for k := range 7 {
			_, _ = fmt.Fprintf(&b, "<p>Програму номер %d схвалено на засіданні %d-го комітету, на неї передбачено %d млн грн із державного бюджету. Кошти спрямують на відновлення шкіл і лікарень у громадах області %d, роботи завершать до осені.</p>", i, k, i*7+k, i)
		}
		b.WriteString("]]></description></item>")
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}

// BenchmarkIngest takes a feed of fifty texts over HTTP into the archive, beside
// the parser of feeds alone.
func BenchmarkIngest(b *testing.B) {
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	b.Cleanup(server.Close)
	client := sources.NewClient(sources.ClientOptions{AllowPrivate: true})
	feed := sources.Endpoint{Kind: sources.KindFeed, URL: server.URL + "/rss"}
	ingest := func(b *testing.B, store *articles.Store, v sources.Validators, kind articles.Kind) sources.Reading {
		r, err := client.Read(b.Context(), feed, v)
		if err != nil {
			b.Fatal(err)
		}
		if r.NotModified {
			return r
		}
		got, err := store.TakeIn(b.Context(), articles.Batch{Source: "zrazok", Items: r.Items})
		if err != nil || len(got) != 50 || got[0].Kind != kind {
			b.Fatalf("%d verdicts, %v", len(got), err)
		}
		return r
	}
	b.Run("gofeed alone", func(b *testing.B) {
		body = fullFeed(0, 0)
		b.ReportMetric(float64(len(body))/1000, "KB")
		for b.Loop() {
			if f, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil || len(f.Items) != 50 {
				b.Fatal(err)
			}
		}
	})
	b.Run("all new", func(b *testing.B) {
		store := articles.NewStore(redistest.Client(b), nil)
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			body = fullFeed(1000+50*i, 0)
			b.StartTimer()
			ingest(b, store, sources.Validators{}, articles.New)
		}
	})
	b.Run("none new", func(b *testing.B) {
		store := articles.NewStore(redistest.Client(b), nil)
		body = fullFeed(0, 0)
		r := ingest(b, store, sources.Validators{}, articles.New)
		for i := 1; b.Loop(); i++ {
			b.StopTimer()
			body = fullFeed(0, i)
			b.StartTimer()
			r = ingest(b, store, r.Validators, articles.Known)
		}
	})
	b.Run("one new", func(b *testing.B) {
		store := articles.NewStore(redistest.Client(b), nil)
		body = fullFeed(1000, 0)
		r := ingest(b, store, sources.Validators{}, articles.New)
		for i := 1; b.Loop(); i++ {
			b.StopTimer()
			body = fullFeed(1000+i, i)
			b.StartTimer()
			r = ingest(b, store, r.Validators, articles.Known)
		}
	})
	b.Run("none new, all read anew", func(b *testing.B) {
		store := articles.NewStore(redistest.Client(b), nil)
		body = fullFeed(0, 0)
		ingest(b, store, sources.Validators{}, articles.New)
		for b.Loop() {
			ingest(b, store, sources.Validators{}, articles.Known)
		}
	})
	b.Run("the same bytes", func(b *testing.B) {
		store := articles.NewStore(redistest.Client(b), nil)
		body = fullFeed(0, 0)
		r := ingest(b, store, sources.Validators{}, articles.New)
		for b.Loop() {
			if again := ingest(b, store, r.Validators, articles.Known); !again.NotModified {
				b.Fatal("it was read again")
			}
		}
	})
}
