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
		i := digest.Interest{Since: s.Since}
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
		only := s.Only
		if len(only) == 0 {
			only = c.Settings.Only
		}
		pass, err := b.passing(ctx, only, slices.Concat(s.Without, c.Settings.Without))
		if err != nil {
			return nil, err
		}
		i.Pass = pass
		all = append(all, i)
	}
	return all, nil
}

// passing leaves the articles that have one of some words, any where there are
// none, and none of others; nil leaves all.
func (b *Bot) passing(ctx context.Context, only, without []string) (func(*articles.Article) bool, error) {
	if len(only)+len(without) == 0 {
		return nil, nil
	}
	for _, words := range slices.Concat(only, without) {
		if err := b.stand(ctx, words); err != nil {
			return nil, err
		}
	}
	return func(a *articles.Article) bool {
		has := func(words string) bool { return b.standing.Fits(words, a) }
		return !slices.ContainsFunc(without, has) && (len(only) == 0 || slices.ContainsFunc(only, has))
	}, nil
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
