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
}

// Select reads the articles that fit any of the interests and are news to
// their reader at this moment.
func (b *Builder) Select(ctx context.Context, news Sieve, interests []Interest, now time.Time) ([]articles.Article, error) {
	oldest := now.Add(-freshness)
	var followed []string
	wide := false
	for _, i := range interests {
		if i.Source != "" {
			followed = append(followed, i.Source)
		} else {
			wide = true
		}
	}
	if wide {
		followed = nil
	} else if len(followed) == 0 {
		return nil, nil
	}
	return news.Sift(ctx, readLimit, func(a *articles.Article) bool {
		return (!a.Baseline || !a.Edited.IsZero()) && b.wanted(a, interests, oldest)
	}, followed...)
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
