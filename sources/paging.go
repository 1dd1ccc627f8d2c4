package sources

import (
	"context"
	"errors"
	"time"
)

// maxPages is how many pages of an endpoint are read in one reading, and
// reachedIn how many of a page's last items tell whether what is known was
// reached: the first ones may be pinned.
const (
	maxPages  = 5
	reachedIn = 3
)

// pageBack adds to a reading what stands on the older pages of its endpoint,
// up to what was taken in before, so that a busy day loses nothing. It gives
// the standings of all items. The first reading of an endpoint is one page.
func (p *Poller) pageBack(ctx context.Context, l lane, k *Known, r *found, known []Standing) ([]Standing, error) {
	state := k.State.Endpoints[r.endpoint.URL]
	r.pages = 1
	if r.anew || state.FirstRead.IsZero() {
		return known, nil
	}
	seen := map[string]bool{}
	for _, item := range r.Items {
		seen[item.key()] = true
	}
	at, page, last := r.Endpoint, r.Items, known
	since := k.State.LastRead.Add(-overlap)
	for r.Older != "" && !seen[r.Older] && r.pages < maxPages && (r.pages < state.Behind || !reached(page, last, since)) {
		seen[r.Older] = true
		at.URL = r.Older
		older, err := l.fetch.Read(ctx, at, Validators{})
		if errors.Is(err, ErrNoItems) || errors.Is(err, ErrLayout) {
			break // the list ends here
		}
		r.pages++
		if err != nil {
			p.log.Info("poll: an older page is read next time", "source", k.ID, "page", at.URL, "error", err)
			r.behind = true
			return known, nil
		}
		var items []Item
		for _, item := range older.Items {
			if !seen[item.key()] {
				seen[item.key()] = true
				items = append(items, item)
			}
		}
		if last, err = p.sink.Known(ctx, k.ID, items); err != nil {
			return nil, err
		}
		r.Items, known, r.Older, page = append(r.Items, items...), append(known, last...), older.Older, items
	}
	return known, nil
}

// overlap is how long before the last reading something may have been
// published that it did not show.
const overlap = 48 * time.Hour

// reached tells whether the end of a page was taken in before, or was published
// so long ago that it is no news: where articles are taken off a list, others
// move up that were never seen.
func reached(page []Item, known []Standing, since time.Time) bool {
	for i := max(len(page)-reachedIn, 0); i < len(page); i++ {
		if known[i] != StandingNew || !page[i].Published.IsZero() && page[i].Published.Before(since) {
			return true
		}
	}
	return len(page) == 0
}

// key tells the items of an endpoint apart.
func (i *Item) key() string {
	if i.URL != "" {
		return i.URL
	}
	return i.GUID
}
