package bot

import (
	"context"
	"slices"
	"strings"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/sources/articles"
	"visnyk/sources/search"
)

// standingWords gives a query as it can be followed: without its period, which
// is of the moment. missed says what of it cannot be followed.
func (b *Bot) standingWords(ctx context.Context, query string) (words string, missed []string, err error) {
	words, _ = search.Refine(cutQuery(balanced(query)), search.Period, "", b.localNow())
	q, missed, err := b.parse(ctx, words)
	if err != nil {
		return "", nil, err
	}
	if q.Empty() {
		return "", nil, errUser(textWatchWhat)
	}
	return words, missed, nil
}

// balanced opens the quote of a phrase that is only closed: so subscriptions to
// «"a phrase" -word» were once stored.
func balanced(query string) string {
	if strings.Count(query, `"`)%2 == 1 && !strings.HasPrefix(query, `"`) {
		return `"` + query
	}
	return query
}

// interests are what a chat follows as digests choose by it.
func (b *Bot) interests(ctx context.Context, c chats.Chat) ([]digest.Interest, error) {
	var all []digest.Interest
	for _, s := range c.Subscriptions {
		i := digest.Interest{Since: s.Since, Without: slices.Concat(s.Without, c.Settings.Without), Only: s.Only}
		if len(i.Only) == 0 {
			i.Only = c.Settings.Only
		}
		switch s.Follow {
		case chats.Source:
			i.Source = s.Value
		case chats.Topic:
			i.Topic = s.Value
		case chats.Words:
			if err := b.stand(ctx, s.Value); err != nil {
				return nil, err
			}
			i.Fits = func(a *articles.Article) bool { return b.standing.Fits(s.Value, a) }
		}
		all = append(all, i)
	}
	return all, nil
}

// stand makes sure that new articles are matched against a query that a chat
// follows.
func (b *Bot) stand(ctx context.Context, words string) error {
	if b.standing.Has(words) {
		return nil
	}
	text, _ := search.Refine(balanced(words), search.Period, "", b.localNow())
	q, _, err := b.parse(ctx, text)
	if err != nil {
		return err
	}
	b.standing.Add(words, q)
	return nil
}
