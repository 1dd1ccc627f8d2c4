package search

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sync/errgroup"

	"visnyk/sources/articles"
)

// A generation is a whole index in a folder of its own: one index of the
// library for each month, and a small file that says how far the archive's log
// has been followed. An article is in the month of its last change. Which
// generation counts stands in the file "current", so that another can be built
// beside it and take its place at once.
//
// The library's own alias is not used: what it gives of several indexes cannot
// stop early, and weighs a word by each index alone.
type generation struct {
	path string
	meta *bbolt.DB
	log  *slog.Logger

	writing sync.RWMutex // held for reading by who puts articles in, for writing by who takes months away
	opening sync.Mutex   // held by who may add a month
	mu      sync.RWMutex // of months; a search holds it for reading until it ends
	months  map[string]*month
}

// month is the index of the articles that changed last in one month.
type month struct {
	name  string
	bleve bleve.Index
	end   time.Time // the first moment after it; nothing in it is newer

	mu   sync.Mutex
	seen time.Time // when the newest of its articles was taken in, as far as known
}

const monthForm = "2006-01"

// Names in a generation's folder and in its meta file.
const (
	metaFile    = "meta.db"
	currentFile = "current"
)

var (
	metaBucket  = []byte("meta")
	positionKey = []byte("position")
)

// lockWait is how long a second process waits for an index that is open.
const lockWait = 2 * time.Second

// errLocked says that another process has the index open.
var errLocked = errors.New("open in another process")

// family is the beginning of the names of generations that this program can
// use.
func family(labels Labels) string { return "v" + version + "-" + labels.Version + "-" }

// newName names a new generation.
func newName(labels Labels) string { return family(labels) + strings.ToLower(rand.Text()[:8]) }

// openGeneration opens a generation, or makes one where there is none.
func openGeneration(path string, now time.Time, log *slog.Logger) (*generation, error) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	meta, err := bbolt.Open(filepath.Join(path, metaFile), 0o644, &bbolt.Options{Timeout: lockWait})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, errLocked
	}
	if err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	g := &generation{path: path, meta: meta, log: log, months: map[string]*month{}}
	names, err := filepath.Glob(filepath.Join(path, "????-??"))
	for _, name := range names {
		if err == nil {
			_, err = g.openMonth(filepath.Base(name), now)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("search index: %w", err), g.close())
	}
	return g, nil
}

// openMonth opens the index of a month, or makes it. now is until when what is
// in it may have been taken in.
func (g *generation) openMonth(name string, now time.Time) (*month, error) {
	begin, err := time.Parse(monthForm, name)
	if err != nil {
		return nil, fmt.Errorf("month %s: %w", name, err)
	}
	path := filepath.Join(g.path, name)
	opened, err := bleve.OpenUsing(path, map[string]any{"bolt_timeout": "2s"})
	if errors.Is(err, bleve.ErrorIndexPathDoesNotExist) {
		if err = makeMonth(path); err == nil {
			opened, err = bleve.OpenUsing(path, map[string]any{"bolt_timeout": "2s"})
		}
		now = time.Time{}
	}
	if err != nil {
		return nil, fmt.Errorf("month %s: %w", name, err)
	}
	m := &month{name: name, bleve: opened, end: begin.AddDate(0, 1, 0), seen: now}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.months[name] = m
	return m, nil
}

// makeMonth makes an empty index in one step: a process that is killed in the
// midst of it leaves nothing that looks like one.
func makeMonth(path string) error {
	unready := path + "-unready"
	if err := os.RemoveAll(unready); err != nil {
		return err
	}
	made, err := bleve.New(unready, indexMapping())
	if err != nil {
		return err
	}
	if err := made.Close(); err != nil {
		return err
	}
	return os.Rename(unready, path)
}

func (g *generation) close() error {
	g.writing.Lock()
	defer g.writing.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	var err error
	for _, m := range g.months {
		err = errors.Join(err, m.bleve.Close())
	}
	clear(g.months)
	return errors.Join(err, g.meta.Close())
}

// position is how far the log has been followed.
func (g *generation) position() (position string, err error) {
	err = g.meta.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket(metaBucket); b != nil {
			position = string(b.Get(positionKey))
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("search index: %w", err)
	}
	return position, nil
}

func (g *generation) setPosition(position string) error {
	err := g.meta.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(metaBucket)
		if err != nil {
			return err
		}
		return b.Put(positionKey, []byte(position))
	})
	if err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	return nil
}

// put takes articles in. moved are the ids of those that may be in another
// month than theirs. What was put is on disk when it returns; putting it again
// changes nothing.
func (g *generation) put(all []articles.Article, moved map[string]bool, labels Labels) error {
	g.writing.RLock()
	defer g.writing.RUnlock()
	batches := map[*month]*bleve.Batch{}
	batch := func(m *month) *bleve.Batch {
		if batches[m] == nil {
			batches[m] = m.bleve.NewBatch()
		}
		return batches[m]
	}
	for _, a := range all {
		home, err := g.month(monthOf(&a))
		if err != nil {
			return err
		}
		if err := batch(home).Index(a.ID, documentOf(&a, labels)); err != nil {
			return fmt.Errorf("index article %s: %w", a.ID, err)
		}
		if !moved[a.ID] {
			continue
		}
		for _, other := range g.others(home) {
			batch(other).Delete(a.ID)
		}
	}
	for m, batch := range batches {
		if err := m.bleve.Batch(batch); err != nil {
			return fmt.Errorf("search index: %w", err)
		}
	}
	for _, a := range all {
		home, err := g.month(monthOf(&a))
		if err != nil {
			return err
		}
		home.saw(a.Seen)
	}
	return nil
}

// month gives a month, made where there is none.
func (g *generation) month(name string) (*month, error) {
	g.opening.Lock()
	defer g.opening.Unlock()
	if m := g.months[name]; m != nil {
		return m, nil
	}
	return g.openMonth(name, time.Time{})
}

// others gives the months but one.
func (g *generation) others(home *month) []*month {
	g.opening.Lock()
	defer g.opening.Unlock()
	var all []*month
	for _, m := range g.months {
		if m != home {
			all = append(all, m)
		}
	}
	return all
}

func (m *month) saw(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at.After(m.seen) {
		m.seen = at
	}
}

func (m *month) lastSeen() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen
}

// monthOf names the month of an article's last change.
func monthOf(a *articles.Article) string {
	at := a.Seen
	if a.Edited.After(at) {
		at = a.Edited
	}
	return at.UTC().Format(monthForm)
}

// kept is how long the archive keeps what does not change.
const kept = 90 * 24 * time.Hour

// drop removes the months of which the archive has nothing any more.
func (g *generation) drop(now time.Time) error {
	g.writing.Lock()
	defer g.writing.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, m := range g.months {
		if !m.end.Before(now.Add(-kept)) {
			continue
		}
		delete(g.months, name)
		if err := errors.Join(m.bleve.Close(), os.RemoveAll(filepath.Join(g.path, name))); err != nil {
			return fmt.Errorf("drop month %s of the search index: %w", name, err)
		}
		g.log.Info("search: a month is past keeping", "month", name)
	}
	return nil
}

// newestFirst gives the months that may have articles published at from or
// later, the newest first. It is called with the lock held.
func (g *generation) newestFirst(from time.Time) []*month {
	var all []*month
	for _, m := range g.months {
		if from.IsZero() || m.end.After(from) {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *month) int { return cmp.Compare(b.name, a.name) })
	return all
}

func (g *generation) count() (int, error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	total := 0
	for _, m := range g.months {
		n, err := m.bleve.DocCount()
		if err != nil {
			return 0, fmt.Errorf("search index: %w", err)
		}
		total += int(n)
	}
	return total, nil
}

// current names the generation that counts, "" where there is none.
func current(folder string) (string, error) {
	name, err := os.ReadFile(filepath.Join(folder, currentFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("search index: %w", err)
	}
	return strings.TrimSpace(string(name)), nil
}

// setCurrent says which generation counts, in one step.
func setCurrent(folder, name string) error {
	f, err := os.CreateTemp(folder, currentFile+"-*")
	if err == nil {
		_, err = f.WriteString(name + "\n")
		err = errors.Join(err, f.Sync(), f.Close())
		err = cmp.Or(err, os.Rename(f.Name(), filepath.Join(folder, currentFile)))
	}
	if err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	return nil
}

// sweep removes from a folder all generations but one, except those that
// another process has open: it builds them.
func sweep(folder, keep string) error {
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if e.Name() == keep || e.Name() == currentFile || isOpen(path) {
			continue
		}
		err = errors.Join(err, os.RemoveAll(path))
	}
	if err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	return nil
}

// isOpen tells whether a process has a generation open.
func isOpen(path string) bool {
	file := filepath.Join(path, metaFile)
	if _, err := os.Stat(file); err != nil {
		return false
	}
	meta, err := bbolt.Open(file, 0o644, &bbolt.Options{Timeout: time.Millisecond})
	if err == nil {
		_ = meta.Close() // it was only opened to see whether that is possible
	}
	return errors.Is(err, bolterrors.ErrTimeout)
}

// Where all articles are taken in: how many at once, and how many times at once.
const (
	fillSize = 2000
	fillers  = 2
)

// fill takes in all that the archive has, without regard to its log, and tells
// of its progress. It gives the position from which the log is to be followed.
func (g *generation) fill(ctx context.Context, archive Source, labels Labels, progress func(done, total int)) (string, error) {
	position, err := archive.Last(ctx)
	if err != nil {
		return "", err
	}
	total, err := archive.Count(ctx)
	if err != nil {
		return "", err
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(fillers)
	put := func(ids []string) error {
		all, err := archive.Get(ctx, ids...)
		if err != nil {
			return err
		}
		return g.put(all, nil, labels)
	}
	var mu sync.Mutex
	done := 0
	err = pages(ctx, archive, func(ids []string) {
		work.Go(func() error {
			err := put(ids)
			mu.Lock()
			defer mu.Unlock()
			done += len(ids)
			progress(min(done, total), total)
			return err
		})
	})
	if err := errors.Join(work.Wait(), err); err != nil {
		return "", err
	}
	return position, nil
}

// pages reads the ids of all articles of an archive. Each page begins with the
// last of the one before, which is put in again.
func pages(ctx context.Context, archive Source, each func(ids []string)) error {
	since, size := time.Time{}, fillSize
	for {
		ids, last, err := archive.Listed(ctx, since, size)
		if err != nil {
			return err
		}
		each(ids)
		switch {
		case len(ids) < size:
			return nil
		case last.Equal(since):
			size *= 2 // more changed at one moment than a page holds
		default:
			since, size = last, fillSize
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("build the search index: %w", err)
		}
	}
}
