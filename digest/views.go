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
	keys    string   // of all words, with a space around each
}

// views remembers what was made of articles. It is safe for concurrent use.
type views struct {
	mu   sync.RWMutex
	made map[version]*view
	adds map[string]string // of the articles of a story: the sentence that the others add
}

// version names an article in one of its states.
type version struct {
	id     string
	edited time.Time
	bytes  int // tells records apart that come without a history
}

// maxViews bounds what is remembered; when it is full all is made anew.
const maxViews = 20_000

func newViews() *views { return &views{made: map[version]*view{}, adds: map[string]string{}} }

// of gives the view of an article.
func (v *views) of(b *Builder, a *articles.Article) *view {
	key := version{a.ID, a.Edited, len(a.Title) + len(a.Text)}
	v.mu.RLock()
	found := v.made[key]
	v.mu.RUnlock()
	if found != nil {
		return found
	}
	found = &view{
		kind: kindOf(a.Title), topics: b.topics.Classify(a.Title, a.Text),
		summary: Beneath(a.Title, a.Text, sentencesShown),
		named:   b.namedIn(*a),
		keys:    " " + phraseKey(a.Title+"\n"+a.Text) + " ",
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.made) >= maxViews {
		clear(v.made)
	}
	v.made[key] = found
	return found
}

// adding gives what the other reports of a story add, made once.
func (v *views) adding(story string, find func() string) string {
	v.mu.RLock()
	found, ok := v.adds[story]
	v.mu.RUnlock()
	if ok {
		return found
	}
	found = find()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.adds) >= maxViews {
		clear(v.adds)
	}
	v.adds[story] = found
	return found
}
