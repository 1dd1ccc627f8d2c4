package bot

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"visnyk/config"
	"visnyk/digest"
	"visnyk/internal/redistest"
	"visnyk/sources"
	"visnyk/sources/articles"
)

// BenchmarkDigestsOfADay makes the digests of ten thousand chats over one day of
// two thousand articles of a hundred sources: each chat follows three sources,
// one in three a topic as well.
func BenchmarkDigestsOfADay(b *testing.B) {
	const chatsCount, articlesCount, sourcesCount = 10_000, 2000, 100
	now := time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	db := redistest.Client(b)
	store := articles.NewStore(db, clock)
	chance := rand.New(rand.NewPCG(1, 1))
	subjects := []string{"енергетики", "кібербезпеки", "освіти", "медицини", "громад", "доріг", "бюджету", "культури"}
	for i := range articlesCount {
		subject := subjects[chance.IntN(len(subjects))]
		title := fmt.Sprintf("Рішення номер %d щодо %s ухвалено для %d установ", i, subject, chance.IntN(5000))
		item := sources.Item{
			URL: fmt.Sprintf("https://body%d.gov.ua/%d", i%sourcesCount, i), Title: title, Published: now.Add(-time.Duration(chance.IntN(24*60)) * time.Minute),
			Text: fmt.Sprintf("%s. Рішення %d стосується %s, на нього виділено %d млн грн. Перші роботи розпочнуться навесні, завершити їх планують за %d місяців.", title, i, subject, chance.IntN(900), chance.IntN(36)),
		}
		if _, err := store.TakeIn(b.Context(), articles.Batch{Source: fmt.Sprint("body", i%sourcesCount), Items: []sources.Item{item}}); err != nil {
			b.Fatal(err)
		}
	}
	list, err := config.Topics("")
	if err != nil {
		b.Fatal(err)
	}
	var topics []digest.Topic
	for _, t := range list {
		topics = append(topics, digest.Topic(t))
	}
	taxonomy, err := digest.NewTaxonomy(topics)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		builder := digest.NewBuilder(taxonomy, time.UTC, func(id string) string { return id })
		recent, keeper := digest.NewRecent(store, clock), digest.NewKeeper(db, clock)
		var stories atomic.Int64
		var workers errgroup.Group
		workers.SetLimit(4) // as many as work on the queue of digests
		for chat := range chatsCount {
			workers.Go(func() error {
				follows := []digest.Interest{{Source: fmt.Sprint("body", chat%sourcesCount)}, {Source: fmt.Sprint("body", chat*7%sourcesCount)}, {Source: fmt.Sprint("body", chat*13%sourcesCount)}}
				if chat%3 == 0 {
					follows = append(follows, digest.Interest{Topic: topics[chat%len(topics)].ID})
				}
				all, err := builder.Select(b.Context(), recent, follows, now)
				if err != nil {
					return err
				}
				assigned, err := keeper.Assign(b.Context(), all)
				if err != nil {
					return err
				}
				grouped, dropped := builder.Group(all, assigned)
				d := builder.Build(grouped, dropped, storiesLimit)
				stories.Add(int64(len(d.Stories)))
				renderDigest(d, Header{Title: "Дайджест", At: now})
				return nil
			})
		}
		if err := workers.Wait(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(stories.Load())/chatsCount, "stories/chat")
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/10,000chats")
}
