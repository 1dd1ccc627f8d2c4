package digest

import (
	"context"
	"slices"
	"time"

	"visnyk/sources/articles"
)

// Interest is one thing that a reader follows.
type Interest struct {
	Source string                       // a source's id, or
	Topic  string                       // a topic's id, or
	Fits   func(*articles.Article) bool // tells whether a standing query finds an article; it is asked often
	Since  time.Time
	Pass   func(*articles.Article) bool // leaves a part of it; nil: all
}

// freshness is how old news may be that was missed: longer ago than what is
// remembered as shown it could come twice.
const freshness = 7 * 24 * time.Hour

// readLimit bounds how many articles of one source one digest looks at.
const readLimit = 500

// Sieve is where articles that may be news are read from.
type Sieve interface {
	// Sift gives the articles of these sources, or of all, that keep takes, up
	// to limit of the newest of each source.
	Sift(ctx context.Context, limit int, keep func(*articles.Article) bool, of ...string) ([]articles.Article, error)
	// Labelled gives the articles that have a label and that keep takes. labels
	// gives those of an article; it is asked once for each state of it, and
	// always gives the same.
	Labelled(ctx context.Context, label string, labels func(*articles.Article) []string, keep func(*articles.Article) bool) ([]articles.Article, error)
}

// Select reads the articles that fit any of the interests and are news to
// their reader at this moment.
func (b *Builder) Select(ctx context.Context, news Sieve, interests []Interest, now time.Time) ([]articles.Article, error) {
	oldest := now.Add(-freshness)
	var followed, topics []string
	wide := false
	for _, i := range interests {
		switch {
		case i.Source != "":
			followed = append(followed, i.Source)
		case i.Topic != "":
			topics = append(topics, i.Topic)
		default:
			wide = true
		}
	}
	keep := func(a *articles.Article) bool {
		return (!a.Baseline || !a.Edited.IsZero()) && b.wanted(a, interests, oldest)
	}
	if wide {
		return news.Sift(ctx, readLimit, keep)
	}
	var found []articles.Article
	if len(followed) > 0 {
		var err error
		if found, err = news.Sift(ctx, readLimit, keep, followed...); err != nil {
			return nil, err
		}
	}
	for _, topic := range topics {
		more, err := news.Labelled(ctx, topic, b.topicsOf, keep)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return distinct(found, len(topics) > 0), nil
}

// topicsOf gives the ids of the topics of an article.
func (b *Builder) topicsOf(a *articles.Article) []string {
	var ids []string
	for _, s := range b.views.of(b, a).topics {
		ids = append(ids, s.ID)
	}
	return ids
}

// distinct leaves every article once where some may stand twice.
func distinct(all []articles.Article, some bool) []articles.Article {
	if !some {
		return all
	}
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(a articles.Article) bool {
		again := seen[a.ID]
		seen[a.ID] = true
		return again
	})
}

func (b *Builder) wanted(a *articles.Article, interests []Interest, oldest time.Time) bool {
	at := a.Time()
	for _, later := range []time.Time{a.Edited, a.Withdrawn} {
		if later.After(at) {
			at = later
		}
	}
	if at.Before(oldest) {
		return false
	}
	for _, i := range interests {
		if !at.Before(i.Since) && b.Fits(a, i) {
			return true
		}
	}
	return false
}

// Fits tells whether an article is of an interest, whenever it was published.
func (b *Builder) Fits(a *articles.Article, i Interest) bool {
	return b.about(a, i) && (i.Pass == nil || i.Pass(a))
}

func (b *Builder) about(a *articles.Article, i Interest) bool {
	switch {
	case i.Source != "":
		return slices.ContainsFunc(a.Links, func(l articles.Link) bool { return l.Source == i.Source })
	case i.Topic != "":
		return slices.ContainsFunc(b.views.of(b, a).topics, func(s Score) bool { return s.ID == i.Topic })
	default:
		return i.Fits != nil && i.Fits(a)
	}
}

// TopicOf is the id of the topic that an article is of most, or Other.
func (b *Builder) TopicOf(a *articles.Article) string {
	if topics := b.views.of(b, a).topics; len(topics) > 0 {
		return topics[0].ID
	}
	return Other
}
