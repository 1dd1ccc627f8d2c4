package digest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"visnyk/sources/articles"
)

// Journal is an archive that tells what changed in it.
type Journal interface {
	// Changed reads the articles of these sources, or of all, that changed at
	// since or later, up to limit of each.
	Changed(ctx context.Context, since time.Time, limit int, of ...string) ([]articles.Article, error)
	// Log reads up to limit changes after a position, without waiting when wait
	// is negative.
	Log(ctx context.Context, after string, limit int, wait time.Duration) ([]articles.Change, error)
	// End is the position of the latest change, "" when there is none.
	End(ctx context.Context) (string, error)
	// Get reads articles by id.
	Get(ctx context.Context, ids ...string) ([]articles.Article, error)
}

// logPage is how many changes are read at once, loadLimit how many articles of
// the window at the first reading.
const (
	logPage   = 1000
	loadLimit = 100_000
	noWait    = -1
)

// Recent holds the articles that may be news in memory, so that the digests of
// ten thousand chats ask the archive what changed and not for everything. It is
// safe for concurrent use.
type Recent struct {
	journal Journal
	now     func() time.Time

	taking sync.Mutex // held while changes are taken in

	mu       sync.RWMutex
	loaded   bool
	position string
	kept     map[string]*entry
	bySource map[string][]string          // ids, in the order in which they came
	byLabel  map[string]map[string]*entry // by label and id
	fresh    []*entry                     // whose labels are not known yet
}

// entry is an article and when it changed last.
type entry struct {
	articles.Article
	changed time.Time
	labels  []string
}

// NewRecent returns a reader of the archive's news.
func NewRecent(journal Journal, now func() time.Time) *Recent {
	return &Recent{journal: journal, now: now, kept: map[string]*entry{}, bySource: map[string][]string{}, byLabel: map[string]map[string]*entry{}}
}

// Sift gives the articles of these sources, or of all, that keep takes, out of
// those of the last seven days: the newest of each source, up to limit. keep
// must not change or hold on to what it is shown.
func (r *Recent) Sift(ctx context.Context, limit int, keep func(*articles.Article) bool, of ...string) ([]articles.Article, error) {
	if err := r.refresh(ctx); err != nil {
		return nil, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	var found []articles.Article
	if len(of) == 0 {
		for _, e := range r.kept {
			if keep(&e.Article) {
				found = append(found, e.Article)
			}
		}
		return found, nil
	}
	var fitting []*entry
	seen := map[string]bool{}
	for _, source := range of {
		ids := r.bySource[source]
		for _, id := range ids[max(0, len(ids)-limit):] {
			if e := r.kept[id]; !seen[id] && keep(&e.Article) {
				seen[id] = true
				fitting = append(fitting, e)
			}
		}
	}
	found = make([]articles.Article, len(fitting))
	for i, e := range fitting {
		found[i] = e.Article
	}
	return found, nil
}

// Labelled gives the articles of the last seven days that have a label and that
// keep takes. keep must not change or hold on to what it is shown.
func (r *Recent) Labelled(ctx context.Context, label string, labels func(*articles.Article) []string, keep func(*articles.Article) bool) ([]articles.Article, error) {
	if err := r.refresh(ctx); err != nil {
		return nil, err
	}
	r.label(labels)
	r.mu.RLock()
	defer r.mu.RUnlock()
	var found []articles.Article
	for _, e := range r.byLabel[label] {
		if keep(&e.Article) {
			found = append(found, e.Article)
		}
	}
	return found, nil
}

// label finds the labels of the articles that are new or were changed.
func (r *Recent) label(labels func(*articles.Article) []string) {
	r.mu.RLock()
	fresh := r.fresh
	r.mu.RUnlock()
	if len(fresh) == 0 {
		return
	}
	found := make([][]string, len(fresh))
	for i, e := range fresh {
		found[i] = labels(&e.Article)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.fresh) == 0 || len(r.fresh) < len(fresh) || r.fresh[0] != fresh[0] {
		return // another did it meanwhile
	}
	r.fresh = r.fresh[len(fresh):]
	for i, e := range fresh {
		if r.kept[e.ID] != e {
			continue
		}
		e.labels = found[i]
		for _, l := range e.labels {
			if r.byLabel[l] == nil {
				r.byLabel[l] = map[string]*entry{}
			}
			r.byLabel[l][e.ID] = e
		}
	}
}

// drop forgets an entry's labels.
func (r *Recent) drop(e *entry) {
	for _, l := range e.labels {
		delete(r.byLabel[l], e.ID)
	}
}

// refresh takes in what changed since the last time. Mostly nothing did: then
// nobody waits for another one.
func (r *Recent) refresh(ctx context.Context) error {
	r.mu.RLock()
	loaded, position := r.loaded, r.position
	r.mu.RUnlock()
	if loaded {
		if changes, err := r.journal.Log(ctx, position, 1, noWait); err != nil || len(changes) == 0 {
			return err
		}
	}
	r.taking.Lock()
	defer r.taking.Unlock()
	if !r.loaded {
		return r.load(ctx)
	}
	for {
		changes, err := r.journal.Log(ctx, r.position, logPage, noWait)
		if err != nil || len(changes) == 0 {
			return err
		}
		ids := make([]string, 0, len(changes))
		for _, c := range changes {
			ids = append(ids, c.ID)
		}
		slices.Sort(ids)
		all, err := r.journal.Get(ctx, slices.Compact(ids)...)
		if err != nil {
			return fmt.Errorf("read what changed: %w", err)
		}
		r.takeIn(all, changes[len(changes)-1].Position)
	}
}

// takeIn keeps articles, which are all that changed up to a position, and drops
// what cannot be news any more.
func (r *Recent) takeIn(all []articles.Article, position string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.position, r.loaded = position, true
	for _, a := range all {
		r.put(a, r.now())
	}
	r.prune()
}

// load reads the articles of the window. The position in the log is taken before,
// so that what changes meanwhile is read again.
func (r *Recent) load(ctx context.Context) error {
	position, err := r.journal.End(ctx)
	if err != nil {
		return err
	}
	all, err := r.journal.Changed(ctx, r.now().Add(-freshness), loadLimit)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(x, y articles.Article) int { return x.Seen.Compare(y.Seen) })
	r.takeIn(all, position)
	return nil
}

func (r *Recent) put(a articles.Article, at time.Time) {
	old, known := r.kept[a.ID]
	for _, l := range a.Links {
		if !known || !slices.ContainsFunc(old.Links, func(o articles.Link) bool { return o.Source == l.Source }) {
			if ids := r.bySource[l.Source]; !slices.Contains(ids[max(0, len(ids)-len(a.Links)):], a.ID) {
				r.bySource[l.Source] = append(ids, a.ID)
			}
		}
	}
	if known {
		r.drop(old)
	}
	e := &entry{Article: a, changed: at}
	r.kept[a.ID] = e
	r.fresh = append(r.fresh, e)
}

// prune drops what cannot be news any more, now and then.
func (r *Recent) prune() {
	oldest := r.now().Add(-freshness)
	gone := 0
	for _, e := range r.kept {
		if e.changed.Before(oldest) {
			gone++
		}
	}
	if gone*4 < len(r.kept) || gone == 0 {
		return
	}
	for id, e := range r.kept {
		if e.changed.Before(oldest) {
			r.drop(e)
			delete(r.kept, id)
		}
	}
	for source, ids := range r.bySource {
		r.bySource[source] = slices.DeleteFunc(ids, func(id string) bool { _, ok := r.kept[id]; return !ok })
	}
}
