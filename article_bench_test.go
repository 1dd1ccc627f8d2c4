package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"visnyk/config"
	"visnyk/digest"
	"visnyk/internal/redistest"
	"visnyk/sources"
	"visnyk/sources/articles"
	"visnyk/sources/extract"
)

// BenchmarkArticle takes articles from their pages of 60 KB into the archive,
// into their stories, topics and summaries.
func BenchmarkArticle(b *testing.B) {
	settings, err := config.LoadWithoutToken(func(string) string { return "" })
	if err != nil {
		b.Fatal(err)
	}
	taxonomy, _, err := loadData(settings)
	if err != nil {
		b.Fatal(err)
	}
	store := articles.NewStore(redistest.Client(b), nil)
	cluster := digest.NewCluster()
	menu := strings.Repeat(`<li><a href="/menu/rozdil">Розділ меню з назвою</a></li>`, 300)
	more := strings.Repeat(`<div class="teaser"><a href="/news/x">Інша новина з довгим заголовком про важливу подію</a><span>12.10.2026</span></div>`, 120)
	for i := 0; b.Loop(); i++ {
		title := fmt.Sprintf("Уряд схвалив програму номер %d підтримки громад", i)
		var text strings.Builder
		for k := range 10 {
			_, _ = fmt.Fprintf(&text, "<p>Програму номер %d схвалено на засіданні %d-го комітету, на неї передбачено %d млн грн із державного бюджету. Кошти спрямують на відновлення шкіл і лікарень у громадах області, роботи завершать до осені.</p>", i, k, i%900)
		}
		page := "<html><head><title>" + title + "</title></head><body><nav><ul>" + menu + "</ul></nav><main><h1>" + title + "</h1><time datetime=\"2026-11-21T10:00:00+02:00\">21 листопада</time>" + text.String() + "</main><aside>" + more + "</aside></body></html>"
		p, err := extract.HTML([]byte(page), "text/html; charset=utf-8", fmt.Sprintf("https://kmu.gov.ua/news/%d", i))
		if err != nil || p.Title != title {
			b.Fatalf("%q: %v", p.Title, err)
		}
		item := sources.Item{URL: p.URL, Title: p.Title, Text: p.Text, Published: p.Published}
		if _, err := store.TakeIn(b.Context(), articles.Batch{Source: "kmu", Items: []sources.Item{item}}); err != nil {
			b.Fatal(err)
		}
		cluster.Add(articles.FromItem("kmu", item, time.Now()))
		taxonomy.Classify(p.Title, p.Text)
		digest.Beneath(p.Title, p.Text, 2)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/article")
}
