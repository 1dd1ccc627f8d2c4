package digest

import (
	"context"
	"slices"
	"strings"
	"time"

	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// Interest is one thing that a reader follows.
type Interest struct {
	Source string                       // a source's id, or
	Topic  string                       // a topic's id, or
	Fits   func(*articles.Article) bool // tells whether a standing query finds an article; it is asked often
	Since  time.Time

	Only    []string // words one of which a text must have, any where there are none
	Without []string // words that a text must not have
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
	return b.about(a, i) && b.passes(a, i)
}

// passes tells whether an article has the words that its reader asked for, and
// none that he did not want.
func (b *Builder) passes(a *articles.Article, i Interest) bool {
	if len(i.Only)+len(i.Without) == 0 {
		return true
	}
	has := func(words string) bool { return hasWords(b.views.of(b, a).keys, words) }
	return !slices.ContainsFunc(i.Without, has) && (len(i.Only) == 0 || slices.ContainsFunc(i.Only, has))
}

// Has tells whether an article has all of these words, in any form.
func (b *Builder) Has(a *articles.Article, words string) bool {
	return hasWords(b.views.of(b, a).keys, words)
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

// hasWords tells whether a text has all the words of a query. keys are those of
// its words, with a space around each.
func hasWords(keys, query string) bool {
	has := func(phrase string) bool {
		k := phraseKey(phrase)
		return k != "" && strings.Contains(keys, " "+k+" ")
	}
	wanted := 0
	for i, part := range strings.FieldsFunc(query, func(r rune) bool { return strings.ContainsRune(`"«»“”`, r) }) {
		quoted := i%2 == 1 && strings.ContainsAny(query, `"«»“”`) || i == 0 && strings.IndexAny(query, `"«“`) == 0
		if quoted {
			if wanted++; !has(part) {
				return false
			}
			continue
		}
		for w := range strings.FieldsSeq(part) {
			if not, ok := strings.CutPrefix(w, "-"); ok {
				if has(not) {
					return false
				}
				continue
			}
			if ukrainian.IsStop(w) {
				continue
			}
			if wanted++; !has(w) {
				return false
			}
		}
	}
	return wanted > 0
}

// TopicOf is the id of the topic that an article is of most, or Other.
func (b *Builder) TopicOf(a *articles.Article) string {
	if topics := b.views.of(b, a).topics; len(topics) > 0 {
		return topics[0].ID
	}
	return Other
}
