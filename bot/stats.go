package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"visnyk/bot/chart"
	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/internal/ukrainian"
)

// How many topics and authorities the picture shows by name.
const (
	chartTopics = 6
	chartBodies = 8
	chartDays   = 7
)

// cmdStats sends the week of what a chat follows as a picture.
func (b *Bot) cmdStats(ctx context.Context, r request, _ string) (answer, error) {
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	if len(c.Subscriptions) == 0 {
		return say(r.about.words(textNotFollowing)), nil
	}
	week, total, err := b.week(ctx, c)
	if err != nil {
		return answer{}, err
	}
	if total == 0 {
		return say(textNoWeek), nil
	}
	picture, err := chart.PNG(week)
	if err != nil {
		return answer{}, err
	}
	lines := []string{"<b>" + textWeek + "</b>: " + ukrainian.Count(total, "публікація", "публікації", "публікацій") + "."}
	if len(week.Top) > 0 {
		lines = append(lines, "Найактивніший орган — "+escape(digest.Shorten(week.Top[0].Name, nameLimit))+": "+ukrainian.Count(week.Top[0].Count, "публікація", "публікації", "публікацій")+".")
	}
	m := chats.Message{
		Method: "sendPhoto", Params: map[string]string{"caption": strings.Join(lines, "\n"), "parse_mode": "HTML"},
		File: &chats.File{Field: "photo", Name: "visnyk.png", MIME: "image/png", Data: picture},
	}
	return answer{to: &chats.Delivery{Class: chats.Reply, Parts: []chats.Message{m}}}, nil
}

// week counts what a chat follows by topic and day, and by authority.
func (b *Bot) week(ctx context.Context, c chats.Chat) (w chart.Week, total int, err error) {
	now := b.now().In(b.chats.Zone(c))
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	first := today.AddDate(0, 0, 1-chartDays)
	wanted, err := b.interests(ctx, c)
	if err != nil {
		return w, 0, err
	}
	for i := range wanted {
		wanted[i].Since = first
	}
	all, err := b.builder.Select(ctx, b.recent, wanted, b.now())
	if err != nil {
		return w, 0, err
	}
	names, err := b.names(ctx)
	if err != nil {
		return w, 0, err
	}
	w = chart.Week{Title: textWeek, Bodies: textBodies}
	for day := range chartDays {
		date := first.AddDate(0, 0, day)
		w.Days = append(w.Days, dayNames[date.Weekday()])
	}
	topics, bodies := map[string][]int{}, map[string]int{}
	for _, a := range all {
		day := int(a.Time().In(now.Location()).Sub(first) / (24 * time.Hour))
		if a.Time().Before(first) || day >= chartDays {
			continue
		}
		id := b.builder.TopicOf(&a)
		if topics[id] == nil {
			topics[id] = make([]int, chartDays)
		}
		topics[id][day]++
		bodies[a.Source]++
		total++
	}
	w.Topics, w.Top = b.series(topics), bars(bodies, names)
	return w, total, nil
}

// series orders topics by their counts; those beyond the first few are one.
func (b *Bot) series(topics map[string][]int) []chart.Series {
	sum := func(counts []int) (n int) {
		for _, c := range counts {
			n += c
		}
		return n
	}
	var all []chart.Series
	rest := chart.Series{Name: "Інше", Counts: make([]int, chartDays)}
	for id, counts := range topics {
		if t, ok := b.topics.Find(id); ok {
			all = append(all, chart.Series{Name: t.Name, Counts: counts})
			continue
		}
		for i, n := range counts {
			rest.Counts[i] += n
		}
	}
	slices.SortFunc(all, func(x, y chart.Series) int { return cmp.Or(sum(y.Counts)-sum(x.Counts), cmp.Compare(x.Name, y.Name)) })
	for _, s := range all[min(len(all), chartTopics):] {
		for i, n := range s.Counts {
			rest.Counts[i] += n
		}
	}
	all = all[:min(len(all), chartTopics)]
	if sum(rest.Counts) > 0 {
		all = append(all, rest)
	}
	return all
}

// bars orders authorities by their counts.
func bars(bodies map[string]int, names map[string]string) []chart.Bar {
	var all []chart.Bar
	for id, n := range bodies {
		name := names[id]
		if name == "" {
			name = id
		}
		all = append(all, chart.Bar{Name: clean(name), Count: n})
	}
	slices.SortFunc(all, func(x, y chart.Bar) int { return cmp.Or(y.Count-x.Count, cmp.Compare(x.Name, y.Name)) })
	return all[:min(len(all), chartBodies)]
}
