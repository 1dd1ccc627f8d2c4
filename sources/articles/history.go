package articles

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/sources"
)

// Revision is what an edit replaced.
type Revision struct {
	At     time.Time `json:"at"`               // when the edit was seen
	Title  string    `json:"title,omitempty"`  // the title before, where it changed
	Was    string    `json:"was,omitempty"`    // the lines of the text that the edit took away
	Became string    `json:"became,omitempty"` // and those that came in their place
	Cut    bool      `json:"cut,omitempty"`    // Was or Became is not whole
}

// The bounds of an article's history: so many edits, each with so many bytes
// on either side.
const (
	maxRevisions = 10
	maxChanged   = 2 << 10
)

// revisionOf compares an article with what it became.
func revisionOf(old, a Article, at time.Time) Revision {
	r := Revision{At: at}
	if oneLine(old.Title) != oneLine(a.Title) {
		r.Title = old.Title
	}
	was, became := strings.Split(old.Text, "\n"), strings.Split(a.Text, "\n")
	for len(was) > 0 && len(became) > 0 && was[0] == became[0] {
		was, became = was[1:], became[1:]
	}
	for len(was) > 0 && len(became) > 0 && was[len(was)-1] == became[len(became)-1] {
		was, became = was[:len(was)-1], became[:len(became)-1]
	}
	var cutWas, cutBecame bool
	r.Was, cutWas = bounded(strings.Join(was, "\n"))
	r.Became, cutBecame = bounded(strings.Join(became, "\n"))
	r.Cut = cutWas || cutBecame
	return r
}

// bounded cuts a text to what history keeps, and tells whether it did.
func bounded(s string) (string, bool) {
	if len(s) <= maxChanged {
		return s, false
	}
	return strings.ToValidUTF8(s[:maxChanged], ""), true
}

// remember adds a revision. When there are too many the first stays, for it
// has what was published, and the oldest after it goes.
func remember(history []Revision, r Revision) []Revision {
	if len(history) >= maxRevisions {
		history = slices.Delete(slices.Clone(history), 1, 2)
	}
	return append(history, r)
}

// watchedMost is how many articles of a source are watched.
const watchedMost = 30

// Watched lists what a source published since a moment, the newest first, for
// looking whether it is still there.
func (s *Store) Watched(ctx context.Context, source string, since time.Time) ([]sources.Watched, error) {
	ids, err := s.db.ZRevRangeByScore(ctx, sourceP+source, &redis.ZRangeBy{
		Min: strconv.FormatInt(since.UnixMilli(), 10), Max: "+inf", Count: watchedMost,
	}).Result()
	if err != nil {
		return nil, fmt.Errorf("list articles of %s: %w", source, err)
	}
	all, err := s.Get(ctx, ids...)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b Article) int { return b.Time().Compare(a.Time()) })
	var watched []sources.Watched
	for _, a := range all {
		if a.Source == source && a.URL != "" && !a.Shared && !a.Time().Before(since) {
			watched = append(watched, sources.Watched{URL: a.URL, Published: a.Time(), Missing: a.Missing})
		}
	}
	return watched, nil
}

// Gone notes that the page of an article does not exist. One time is a hiccup:
// when it was so for as long as confirm, the article counts as withdrawn.
func (s *Store) Gone(ctx context.Context, source, url string, confirm time.Duration) error {
	return s.change(ctx, source, url, func(a *Article) (Kind, bool) {
		now := s.now().UTC()
		switch {
		case !a.Withdrawn.IsZero():
			return quiet, false
		case a.Missing.IsZero():
			a.Missing = now
			return quiet, true
		case now.Sub(a.Missing) < confirm:
			return quiet, false
		}
		a.Withdrawn = now
		return Withdrawn, true
	})
}

// Back notes that the page of an article is there after all.
func (s *Store) Back(ctx context.Context, source, url string) error {
	return s.change(ctx, source, url, func(a *Article) (Kind, bool) {
		if a.Missing.IsZero() {
			return quiet, false
		}
		kind := quiet
		if !a.Withdrawn.IsZero() {
			kind = Restored
		}
		a.Missing, a.Withdrawn = time.Time{}, time.Time{}
		return kind, true
	})
}

// change alters the article that a source published at an address; do says
// whether there is anything to store. It may run several times.
func (s *Store) change(ctx context.Context, source, url string, do func(*Article) (Kind, bool)) error {
	probe := FromItem(source, sources.Item{URL: url}, s.now())
	for range attempts {
		ids, err := s.find(ctx, []Article{probe})
		if err != nil || ids[0] == "" {
			return err
		}
		all, err := s.Get(ctx, ids[0])
		if err != nil || len(all) == 0 || all[0].Source != source {
			return err
		}
		kind, changed := do(&all[0])
		if !changed {
			return nil
		}
		if ok, err := s.put(ctx, all[0], nil, kind); err != nil || ok {
			return err
		}
	}
	return ErrBusy
}
