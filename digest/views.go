package digest

import (
	"sync"
	"time"

	"visnyk/sources/articles"
)

// view is what is the same of an article for all chats, made once.
type view struct {
	kind    Kind
	topics  []Score
	summary []string
	named   []string // bodies in the title and the lead
}

// views remembers what was made of articles. It is safe for concurrent use.
type views struct {
	mu   sync.RWMutex
	made map[version]*view
	told map[string]Story // by all that they are made of
}

// version names an article in one of its states.
type version struct {
	id     string
	edited time.Time
	bytes  int // tells records apart that come without a history
}

// maxViews bounds what is remembered; when it is full all is made anew.
const maxViews = 20_000

func newViews() *views { return &views{made: map[version]*view{}, told: map[string]Story{}} }

// of gives the view of an article.
func (v *views) of(b *Builder, a *articles.Article) *view {
	key := version{a.ID, a.Edited, len(a.Title) + len(a.Text)}
	return remembered(v, v.made, key, func() *view {
		return &view{
			kind: kindOf(a.Title), topics: b.topics.Classify(a.Title, a.Text),
			summary: Beneath(a.Title, a.Text, sentencesShown),
			named:   b.namedIn(*a),
		}
	})
}

// story gives a story, made once of the same articles.
func (v *views) story(of string, tell func() Story) Story { return remembered(v, v.told, of, tell) }

// remembered gives what is kept under a key, made where nothing is. What is kept
// is thrown away when it is too much.
func remembered[K comparable, V any](v *views, kept map[K]V, key K, find func() V) V {
	v.mu.RLock()
	found, ok := kept[key]
	v.mu.RUnlock()
	if ok {
		return found
	}
	found = find()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(kept) >= maxViews {
		clear(kept)
	}
	kept[key] = found
	return found
}
