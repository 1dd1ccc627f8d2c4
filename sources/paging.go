package sources

import (
	"context"
	"errors"
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
	at, last := r.Endpoint, known
	for r.Older != "" && !seen[r.Older] && r.pages < maxPages && (r.pages < state.Behind || !reached(last)) {
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
		r.Items, known, r.Older = append(r.Items, items...), append(known, last...), older.Older
	}
	return known, nil
}

// reached tells whether the end of a page was taken in before.
func reached(page []Standing) bool {
	for _, s := range page[max(len(page)-reachedIn, 0):] {
		if s != StandingNew {
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
