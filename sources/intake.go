package sources

import (
	"context"
	"errors"
	"hash/fnv"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// take takes in a reading of a known source and records its state.
func (p *Poller) take(ctx context.Context, k Known, r found, l lane) (int, error) {
	begun := k.State.LastTried
	news, err := p.takeItems(ctx, &k, &r, l)
	if err != nil {
		return 0, err
	}
	s, now := &k.State, p.now()
	s.learnRate(now, news, r.Reading)
	first := s.FirstRead.IsZero()
	s.LastRead = now
	if first {
		s.FirstRead = now
	}
	if !first && !r.NotModified {
		s.remember(news)
	}
	s.Reading = r.endpoint.URL
	s.change(r.endpoint.URL, func(e *EndpointState) {
		if e.FirstRead.IsZero() {
			e.FirstRead = now
		}
		if e.Rule, e.Behind = r.Endpoint.Rule, 0; r.behind {
			e.Behind = r.pages
		}
	})
	if !r.NotModified {
		if s.Validators == nil {
			s.Validators = map[string]Validators{}
		}
		s.Validators[s.address(r.endpoint)] = r.Validators
	}
	s.prune(k.Endpoints)
	if !l.hasty {
		// What answers quickly again goes back to the quick lane.
		s.Trial = false
		s.Slow = now.Sub(begun) > p.patience/2
	}
	p.watch(ctx, k, r, l)
	p.recovered(ctx, &k)
	return news, p.registry.Record(ctx, k.ID, *s, p.plan(s, k.ID, news, begun, r.Wait))
}

// plan sets the interval after a reading and gives the time of the next one.
func (p *Poller) plan(s *State, id string, news int, begun time.Time, asked time.Duration) time.Time {
	if p.interval > 0 {
		s.Interval = p.interval
		return nextLiteral(id, begun, s.Next, p.interval)
	}
	s.Interval = s.adapt(news, asked)
	return nextAdaptive(id, p.now(), s.Interval, asked, p.zone)
}

// prune forgets what is known of endpoints that the source does not have any
// more.
func (s *State) prune(all []Endpoint) {
	listed, read := map[string]bool{}, map[string]bool{}
	for _, e := range all {
		listed[e.URL], read[s.address(e)] = true, true
	}
	maps.DeleteFunc(s.Endpoints, func(url string, _ EndpointState) bool { return !listed[url] })
	maps.DeleteFunc(s.Validators, func(url string, _ Validators) bool { return !read[url] })
}

// takeItems gives the items of a reading to the sink, with the pages of those
// that are only teasers.
func (p *Poller) takeItems(ctx context.Context, k *Known, r *found, l lane) (int, error) {
	if r.NotModified {
		return 0, nil
	}
	known, err := p.standings(ctx, k.ID, r)
	if err != nil {
		return 0, err
	}
	if known, err = p.pageBack(ctx, l, k, r, known); err != nil {
		return 0, err
	}
	if r.endpoint.Kind == KindChannel {
		k.announces(r.Site, r.Items)
	}
	in := Intake{Source: k.ID, State: k.State}
	if k.State.Endpoints[r.endpoint.URL].FirstRead.IsZero() && !k.State.LastRead.IsZero() && k.State.Reading != r.endpoint.URL {
		in.NewsFrom = k.State.LastRead
	}
	fresh := 0
	for _, s := range known {
		if s == StandingNew {
			fresh++
		}
	}
	in.Baseline = !r.anew && in.NewsFrom.IsZero() && k.State.isFlood(fresh, p.now())
	if in.Baseline {
		p.log.Warn("poll: flood, taken in as no news", "source", k.ID, "items", fresh)
		p.tell(ctx, Notice{Kind: NoticeFlood, Source: k.Source, Since: p.now().Truncate(24 * time.Hour), Count: fresh, Usual: k.State.usual()})
		in.Items = slices.Clone(r.Items)
		slices.Reverse(in.Items)
		_, err := p.sink.TakeIn(ctx, in)
		return 0, err
	}
	var complete bool
	in.Items, complete = p.fill(ctx, k, known, r.Items, l)
	news, err := p.sink.TakeIn(ctx, in)
	if r.behind = r.behind || !complete; r.behind {
		// What is missing is asked for again, so nobody may say "not modified".
		r.Validators = Validators{}
	}
	return news, err
}

// standings tells how the items of a reading stand to the archive. Where one is
// not in it whose text was left out, all texts are read.
func (p *Poller) standings(ctx context.Context, source string, r *found) ([]Standing, error) {
	known, err := p.sink.Known(ctx, source, r.Items)
	if err != nil {
		return nil, err
	}
	for i, item := range r.Items {
		if item.Unchanged && known[i] == StandingNew {
			if r.Reading, err = r.Whole(); err != nil {
				return nil, err
			}
			return p.sink.Known(ctx, source, r.Items)
		}
	}
	return known, nil
}

// fill fetches the pages of new items that are only teasers, and leaves out
// those whose page cannot be had now; complete tells whether none was.
func (p *Poller) fill(ctx context.Context, k *Known, known []Standing, all []Item, l lane) (filled []Item, complete bool) {
	items := slices.Clone(all)
	missing := make([]bool, len(items))
	defer func() { k.State.Slow = k.State.Slow || l.hasty && slices.Contains(missing, true) }()
	var g errgroup.Group
	g.SetLimit(perHost)
	fetched := 0
	for i := range items {
		if !items[i].Thin || items[i].URL == "" || !p.wantsPage(known[i], items[i], i) {
			continue
		}
		if fetched++; fetched > articleLimit {
			missing[i] = true
			continue
		}
		g.Go(func() error {
			missing[i] = !p.fillOne(ctx, k.ID, known[i], &items[i], l)
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	complete = true
	for i, item := range items {
		if missing[i] {
			complete = false
			continue
		}
		filled = append(filled, item)
	}
	// The newest stand first; they are taken in in the order of publication.
	slices.Reverse(filled)
	return filled, complete
}

// Which pages of known articles are looked at again for edits: those of so many
// items at the top, published so short a time ago, so often.
const (
	editedTop   = 10
	editedSince = 24 * time.Hour
	editedEvery = 30 * time.Minute
)

// wantsPage tells whether an item's page is to be fetched: of a new or renamed
// one, and now and then of a recent one, whose text may have been edited.
func (p *Poller) wantsPage(s Standing, item Item, place int) bool {
	recent := place < editedTop && p.now().Sub(item.Published) < editedSince
	every := editedEvery
	if p.interval > 0 {
		every = min(every, 10*p.interval)
	}
	if s != StandingKnown {
		p.turn(item.URL, 0, false)
		return true
	}
	return recent && p.turn(item.URL, every, false)
}

// turn tells whether something has its turn, once in so long, and counts it as
// done then. fresh says whether what was not done since the program started has
// it: perhaps it was done just before.
func (p *Poller) turn(what string, every time.Duration, fresh bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	last, seen := p.checked[what]
	if seen && now.Sub(last) < every {
		return false
	}
	if len(p.checked) > manyChecked {
		maps.DeleteFunc(p.checked, func(_ string, at time.Time) bool { return now.Sub(at) > watchEvery })
	}
	if len(p.checked) > 2*manyChecked {
		clear(p.checked)
	}
	p.checked[what] = now
	return seen || fresh
}

// manyChecked is when those are forgotten that have their turn soon anyway.
const manyChecked = 200_000

// fillOne completes an item from its page. It gives false when the page is to
// be tried again at the next reading.
func (p *Poller) fillOne(ctx context.Context, source string, s Standing, item *Item, l lane) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < recordLimit {
		return false // what was read is to be recorded in time
	}
	page, err := l.fetch.Article(ctx, item.URL)
	if err == nil {
		item.Complete(page)
		return true
	}
	if s == StandingKnown {
		p.pageSeen(ctx, source, item.URL, err)
		return true
	}
	if errors.Is(err, ErrBusy) || l.hasty && errors.Is(err, ErrTimeout) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.tries) > 10_000 {
		clear(p.tries)
	}
	p.tries[item.URL]++
	if p.tries[item.URL] < articleTries && !errors.Is(err, ErrRobots) {
		return false
	}
	delete(p.tries, item.URL)
	p.log.Info("poll: article taken without its page", "article", item.URL, "error", err)
	return true
}

// Which articles are looked at for whether they are still there: those of so
// many days, so many at a time; at once when the list does not show them any
// more, else now and then; and how far apart it must be gone twice.
const (
	watchSince   = 72 * time.Hour
	watchAtOnce  = 3
	watchEvery   = 6 * time.Hour
	watchConfirm = 30 * time.Minute
)

// watch looks whether recent articles of the source are still there.
func (p *Poller) watch(ctx context.Context, k Known, r found, l lane) {
	confirm, every := p.watchTimes()
	if r.endpoint.Kind == KindChannel {
		p.watchPosts(ctx, k, r)
		return
	}
	if changed := p.listChanged(k.ID, r); !p.turn("watch "+k.ID, confirm, true) && !changed {
		return
	}
	all, err := p.sink.Watched(ctx, k.ID, p.now().Add(-watchSince))
	if err != nil {
		p.log.Warn("poll: articles not watched", "source", k.ID, "error", err)
		return
	}
	listed, oldest := listedIn(r.Items)
	left := watchAtOnce
	for _, a := range all {
		if left == 0 {
			return
		}
		suspect := !a.Missing.IsZero() || !r.NotModified && !listed[a.URL] && !oldest.IsZero() && a.Published.After(oldest)
		turn := onSite(a.URL, k.Source)
		if suspect {
			turn = turn && p.turn("gone "+a.URL, confirm, true)
		} else {
			turn = turn && p.turn(a.URL, every, false)
		}
		if turn {
			left--
			p.pageSeen(ctx, k.ID, a.URL, l.fetch.Check(ctx, a.URL))
		}
	}
}

// watchPosts looks whether recent posts are still among those that their channel
// shows: one that was deleted still has a page.
func (p *Poller) watchPosts(ctx context.Context, k Known, r found) {
	confirm, _ := p.watchTimes()
	posts, changed := p.postsShown(k.ID, r)
	if len(posts) == 0 || !p.turn("watch "+k.ID, confirm, true) && !changed {
		return
	}
	all, err := p.sink.Watched(ctx, k.ID, p.now().Add(-watchSince))
	if err != nil {
		p.log.Warn("poll: posts not watched", "source", k.ID, "error", err)
		return
	}
	left := postsLeft(posts)
	for _, a := range all {
		switch between, here := left(a.URL); {
		case between && !here:
			p.pageSeen(ctx, k.ID, a.URL, &StatusError{Code: http.StatusGone})
		case here && !a.Missing.IsZero():
			p.pageSeen(ctx, k.ID, a.URL, nil)
		}
	}
}

// postsShown gives the posts that a channel showed last, and whether they are
// others than before.
func (p *Poller) postsShown(source string, r found) (posts []string, changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !r.NotModified {
		changed = !slices.Equal(p.posts[source], r.Posts)
		p.posts[source] = r.Posts
	}
	return p.posts[source], changed
}

// listChanged tells whether a reading lists other items than the last one did.
func (p *Poller) listChanged(source string, r found) bool {
	if r.NotModified {
		return false
	}
	h := fnv.New64a()
	for _, item := range r.Items {
		_, _ = h.Write([]byte(item.URL + "\n")) // a hash takes everything
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	changed := p.lists[source] != h.Sum64()
	p.lists[source] = h.Sum64()
	return changed
}

// watchTimes are how far apart a page must be gone twice, and how often one is
// looked at that there is nothing to say against.
func (p *Poller) watchTimes() (confirm, every time.Duration) {
	if p.interval > 0 {
		return min(watchConfirm, 3*p.interval), min(watchEvery, 100*p.interval)
	}
	return watchConfirm, watchEvery
}

// listedIn gives the addresses of a reading's items and the time of the oldest.
func listedIn(items []Item) (listed map[string]bool, oldest time.Time) {
	listed = map[string]bool{}
	for _, item := range items {
		if c, err := CanonicalURL(item.URL); err == nil {
			listed[c] = true
		}
		if !item.Published.IsZero() && (oldest.IsZero() || item.Published.Before(oldest)) {
			oldest = item.Published
		}
	}
	return listed, oldest
}

// onSite tells whether an article stands on the site of a source, not in its
// channel or on another's site.
func onSite(address string, s Source) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	if home, err := url.Parse(s.Home); err == nil && home.Host != "" && !isNetwork(home) && sameDomain(u, home) {
		return true
	}
	for _, e := range s.Endpoints {
		at, err := url.Parse(e.URL)
		if err == nil && e.Kind != KindChannel && sameDomain(u, at) {
			return true
		}
	}
	return false
}

// pageSeen notes whether the page of a known article is there. What else can
// go wrong says nothing about it.
func (p *Poller) pageSeen(ctx context.Context, source, url string, err error) {
	confirm, _ := p.watchTimes()
	switch {
	case err == nil:
		err = p.sink.Back(ctx, source, url)
	case isGone(err):
		p.log.Info("poll: article's page is gone", "source", source, "article", url)
		err = p.sink.Gone(ctx, source, url, confirm)
	default:
		return
	}
	if err != nil {
		p.log.Warn("poll: fate of an article not noted", "source", source, "article", url, "error", err)
	}
}
