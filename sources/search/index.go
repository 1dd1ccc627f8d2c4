// Package search is the full-text index over the archive, and the queries that
// are asked of it or that stand and are asked of each new article. The index is
// derived data: it can be thrown away and built again at any time. The package
// knows neither chats nor markup.
package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"visnyk/sources/articles"
)

// Index is the index on disk. One process at a time may have it open; another
// may build its successor meanwhile. Its methods are safe for concurrent use.
type Index struct {
	folder string
	labels Labels
	log    *slog.Logger
	now    func() time.Time

	mu      sync.RWMutex // of what follows; a search holds it for reading until it ends
	live    *generation
	name    string
	behind  bool      // has not yet seen all that the archive has
	checked bool      // its count was compared with the archive's
	looked  time.Time // when a successor was looked for and old months dropped

	alone chan struct{} // holds a token while a search goes on beyond its budget
}

// Labels gives articles the topics by which a search can be narrowed. The
// version changes when another topic may come out: the index is then built anew.
type Labels struct {
	Version string
	Topics  func(title, text string) []string // ids; nil gives none
}

// Open opens the index in a folder, or makes it. One that is damaged or of
// another version is put away and built anew by Follow.
func Open(folder string, labels Labels, log *slog.Logger) (*Index, error) {
	x := &Index{folder: folder, labels: labels, log: log, now: time.Now, alone: make(chan struct{}, 1)}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	name, err := current(folder)
	if err != nil {
		return nil, err
	}
	if !x.mine(name) {
		return x, x.begin()
	}
	g, err := openGeneration(filepath.Join(folder, name), x.now(), log)
	switch {
	case err == nil:
		x.use(g, name)
		return x, sweep(folder, name)
	case errors.Is(err, errLocked):
		return nil, fmt.Errorf("search index %s is open in another process: give this one a data folder of its own", folder)
	}
	log.Warn("search: the index is damaged and is built anew", "error", err)
	return x, x.begin()
}

// mine tells whether a generation is one that this program can use.
func (x *Index) mine(name string) bool {
	return strings.HasPrefix(name, family(x.labels)) && name == filepath.Base(name)
}

// begin starts an empty generation.
func (x *Index) begin() error {
	name := newName(x.labels)
	g, err := openGeneration(filepath.Join(x.folder, name), x.now(), x.log)
	if err != nil {
		return err
	}
	x.use(g, name)
	if err := setCurrent(x.folder, name); err != nil {
		return err
	}
	return sweep(x.folder, name)
}

// use puts a generation in the place of the one in use and gives that back.
func (x *Index) use(g *generation, name string) *generation {
	x.mu.Lock()
	defer x.mu.Unlock()
	old := x.live
	x.live, x.name, x.behind, x.checked = g, name, true, false
	return old
}

// Close closes the index.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.live.close()
}

// Source is the archive that the index follows.
type Source interface {
	// Log reads changes after a position, waiting up to wait for the first.
	Log(ctx context.Context, after string, limit int, wait time.Duration) ([]articles.Change, error)
	// Last is the position of the latest change.
	Last(ctx context.Context) (string, error)
	// Listed gives the ids of the articles that changed at since or later, the
	// longest unchanged first, and when the last of them did.
	Listed(ctx context.Context, since time.Time, limit int) (ids []string, last time.Time, err error)
	// Get reads articles by id.
	Get(ctx context.Context, ids ...string) ([]articles.Article, error)
	// Count is the number of articles kept.
	Count(ctx context.Context) (int, error)
}

// Bounds of following: entries in one batch, the longest wait for one, the
// pause after a failure, and how often a successor is looked for.
const (
	batchSize = 200
	batchWait = time.Second
	failPause = time.Second
	lookEvery = time.Second
)

// Follow keeps the index up with the archive until ctx ends.
func (x *Index) Follow(ctx context.Context, archive Source) error {
	for ctx.Err() == nil {
		n, err := x.CatchUp(ctx, archive, batchWait)
		if err == nil && n == 0 {
			err = x.check(ctx, archive)
		}
		if err == nil {
			err = x.tend()
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		x.log.Warn("search: the index waits for the archive", "error", err)
		t := time.NewTimer(failPause)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
	return nil
}

// CatchUp takes in the next changes of the archive, waiting up to wait for the
// first, and tells how many there were. An index that has followed nothing yet
// takes in all that the archive has. What it is killed in the midst of, it does
// again.
func (x *Index) CatchUp(ctx context.Context, archive Source, wait time.Duration) (int, error) {
	g := x.live // only this goroutine changes it
	position, err := g.position()
	if err != nil {
		return 0, err
	}
	if position == "" {
		return x.filled(ctx, g, archive)
	}
	changes, err := archive.Log(ctx, position, batchSize, wait)
	if err != nil {
		return 0, err
	}
	if len(changes) > 0 {
		err = g.take(ctx, archive, changes, x.labels)
	}
	if err == nil && len(changes) < batchSize {
		x.mu.Lock()
		x.behind = false
		x.mu.Unlock()
	}
	return len(changes), err
}

// take takes in changes of the archive.
func (g *generation) take(ctx context.Context, archive Source, changes []articles.Change, labels Labels) error {
	ids, moved := make([]string, len(changes)), map[string]bool{}
	for i, c := range changes {
		ids[i] = c.ID
		moved[c.ID] = moved[c.ID] || c.Kind != articles.New
	}
	all, err := archive.Get(ctx, ids...)
	if err != nil {
		return err
	}
	if err := g.put(all, moved, labels); err != nil {
		return err
	}
	return g.setPosition(changes[len(changes)-1].Position)
}

// nowhere is the position in the log of an archive that has none yet.
const nowhere = "0"

func (x *Index) filled(ctx context.Context, g *generation, archive Source) (int, error) {
	n := 0
	position, err := g.fill(ctx, archive, x.labels, func(done, _ int) { n = done })
	if err != nil {
		return 0, err
	}
	return n, g.setPosition(cmp.Or(position, nowhere))
}

// check compares, once after the index has caught up, how many articles it and
// the archive have, and builds it anew when they do not agree.
func (x *Index) check(ctx context.Context, archive Source) error {
	if x.checked {
		return nil
	}
	have, err := x.Count()
	if err != nil {
		return err
	}
	want, err := archive.Count(ctx)
	if err != nil {
		return err
	}
	if agree(have, want) {
		x.checked = true
		return nil
	}
	x.log.Warn("search: the index does not agree with the archive and is built anew", "indexed", have, "archived", want)
	name, err := Rebuild(ctx, x.folder, x.labels, archive, x.log, func(int, int) {})
	if err != nil {
		return err
	}
	err = x.succeed(name)
	x.checked = err == nil
	return err
}

// agree tells whether an index of so many articles can be that of an archive of
// so many: it keeps what the archive forgot until its month is dropped, and may
// lack what came in this moment.
func agree(have, want int) bool {
	const slack = 1000
	return have+slack/10+want/1000 >= want && have <= 2*want+slack
}

// tend looks now and then for a successor that another process has built, and
// drops the months that are past keeping.
func (x *Index) tend() error {
	now := x.now()
	if now.Sub(x.looked) < lookEvery {
		return nil
	}
	x.looked = now
	name, err := current(x.folder)
	if err != nil {
		return err
	}
	if name != x.name && x.mine(name) {
		if err := x.succeed(name); err != nil {
			return err
		}
	}
	return x.live.drop(now)
}

// succeed puts a generation that was built in the place of the one in use.
func (x *Index) succeed(name string) error {
	g, err := openGeneration(filepath.Join(x.folder, name), x.now(), x.log)
	if err != nil {
		return err
	}
	old := x.use(g, name)
	x.log.Info("search: the index was built anew and is in use")
	return errors.Join(old.close(), sweep(x.folder, name))
}

// Rebuild builds an index out of the archive beside the one in use, telling of
// its progress, and says that it is the one to use: a process that has the old
// one open changes over within seconds.
func Rebuild(ctx context.Context, folder string, labels Labels, archive Source, log *slog.Logger, progress func(done, total int)) (string, error) {
	name := newName(labels)
	path := filepath.Join(folder, name)
	g, err := openGeneration(path, time.Time{}, log)
	if err != nil {
		return "", err
	}
	position, err := g.fill(ctx, archive, labels, progress)
	if err == nil {
		err = g.setPosition(cmp.Or(position, nowhere))
	}
	if err == nil {
		err = setCurrent(folder, name) // while it is still open: what is open is not swept away
	}
	if err != nil {
		return "", errors.Join(err, g.close(), os.RemoveAll(path))
	}
	return name, g.close()
}

// Count is the number of articles in the index.
func (x *Index) Count() (int, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.live.count()
}
