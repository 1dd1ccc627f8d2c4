package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"visnyk/config"
	"visnyk/digest"
	"visnyk/sources"
	"visnyk/sources/articles"
)

// loadData reads the topics and the catalogue.
func loadData(s config.Settings) (*digest.Taxonomy, []sources.Source, error) {
	list, err := config.Topics(s.TopicsFile)
	if err != nil {
		return nil, nil, config.Faults{err.Error()}
	}
	var topics []digest.Topic
	for _, t := range list {
		topics = append(topics, digest.Topic(t))
	}
	taxonomy, err := digest.NewTaxonomy(topics)
	if err != nil {
		return nil, nil, config.Faults{"VISNYK_TOPICS: " + err.Error()}
	}
	if err := learn(taxonomy, learntFile(s)); err != nil {
		return nil, nil, config.Faults{err.Error()}
	}
	authorities, err := config.Catalogue(s.CatalogueFile)
	if err != nil {
		return nil, nil, config.Faults{err.Error()}
	}
	seen, err := config.Checked(checkedFile(s))
	if err != nil {
		return nil, nil, config.Faults{err.Error()}
	}
	var catalogue []sources.Source
	for _, a := range authorities {
		catalogue = append(catalogue, sourceOf(withSeen(a, seen[a.ID]), s.TMEURL))
	}
	return taxonomy, catalogue, nil
}

// checkedFile is where "sources check" writes which endpoints answered.
func checkedFile(s config.Settings) string { return filepath.Join(s.DataDir, "checked.yaml") }

// withSeen puts the endpoints that were seen to answer before the others of an
// authority.
func withSeen(a config.Authority, seen []config.Endpoint) config.Authority {
	rest := slices.DeleteFunc(slices.Clone(a.Endpoints), func(e config.Endpoint) bool {
		return slices.ContainsFunc(seen, func(s config.Endpoint) bool { return s.Kind == e.Kind && sameAddress(s.URL, e.URL) })
	})
	a.Endpoints = append(slices.Clone(seen), rest...)
	return a
}

// sameAddress tells whether two addresses of the catalogue are one; a channel
// may stand there as @name.
func sameAddress(a, b string) bool {
	channel := func(s string) string { return strings.TrimPrefix(s[strings.LastIndexByte(s, '/')+1:], "@") }
	return a == b || strings.HasPrefix(b, "@") && channel(a) == channel(b)
}

// sourceOf is an authority of the catalogue as a source. A channel may be
// given as @name.
func sourceOf(a config.Authority, tme string) sources.Source {
	s := sources.Source{ID: a.ID, Name: a.Name, Home: a.Home, Aliases: a.Aliases, Authority: a.ID, Kind: a.Kind}
	for _, e := range a.Endpoints {
		address := e.URL
		if name, ok := strings.CutPrefix(address, "@"); ok {
			address = strings.TrimRight(tme, "/") + "/s/" + name
		}
		s.Endpoints = append(s.Endpoints, sources.Endpoint{Kind: sources.EndpointKind(e.Kind), URL: address, Verified: e.Verified})
	}
	return s
}

// bodiesOf gives what digests need to know of the authorities.
func bodiesOf(catalogue []sources.Source) []digest.Body {
	var all []digest.Body
	for _, s := range catalogue {
		all = append(all, digest.Body{Source: s.ID, Names: append([]string{s.Name}, s.Aliases...), Level: digest.LevelOf(s.Kind)})
	}
	return all
}

// newsAge is how old what a source published may be, when it is first read,
// to count as news.
const newsAge = 24 * time.Hour

// sink stores what the poller reads.
type sink struct{ store *articles.Store }

// Known implements sources.Sink.
func (s sink) Known(ctx context.Context, source string, items []sources.Item) ([]sources.Standing, error) {
	return s.store.Standings(ctx, source, items)
}

// Empty implements sources.Sink.
func (s sink) Empty(ctx context.Context, source string) (bool, error) {
	return s.store.Empty(ctx, source)
}

// Watched implements sources.Sink.
func (s sink) Watched(ctx context.Context, source string, since time.Time) ([]sources.Watched, error) {
	return s.store.Watched(ctx, source, since)
}

// Gone implements sources.Sink.
func (s sink) Gone(ctx context.Context, source, url string, confirm time.Duration) error {
	return s.store.Gone(ctx, source, url, confirm)
}

// Back implements sources.Sink.
func (s sink) Back(ctx context.Context, source, url string) error {
	return s.store.Back(ctx, source, url)
}

// TakeIn implements sources.Sink.
func (s sink) TakeIn(ctx context.Context, in sources.Intake) (int, error) {
	b := articles.Batch{Source: in.Source, Items: in.Items, Baseline: in.Baseline, First: in.State.FirstRead.IsZero()}
	if b.First {
		b.NewsSince = time.Now().Add(-newsAge)
	} else if empty, err := s.store.Empty(ctx, in.Source); err != nil {
		return 0, err
	} else if empty {
		// The archive was lost: what was there at the last reading is no news.
		b.First, b.NewsSince = true, in.State.LastRead
	} else {
		b.NewsSince = in.State.FirstRead.Add(-newsAge)
	}
	if in.NewsFrom.After(b.NewsSince) {
		b.First, b.NewsSince = true, in.NewsFrom
	}
	verdicts, err := s.store.TakeIn(ctx, b)
	news := 0
	for _, v := range verdicts {
		if v.Kind == articles.New || v.Kind == articles.Edited {
			news++
		}
	}
	return news, err
}

// names knows the names of sources for people. It keeps those of the registry
// in memory and reads them anew now and then.
type names struct {
	registry *sources.Registry
	mu       sync.RWMutex
	byID     map[string]string
}

func newNames(registry *sources.Registry, catalogue []sources.Source) *names {
	n := &names{registry: registry, byID: map[string]string{}}
	for _, s := range catalogue {
		n.byID[s.ID] = s.Name
	}
	return n
}

// of gives a source's name, or "" for one that is not known.
func (n *names) of(id string) string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.byID[id]
}

// How soon the name of a new source is known, and that of one whose name
// changed: thousands of them are not read each second.
const (
	refreshNames = time.Second
	renameAfter  = time.Minute
)

func (n *names) take(all []sources.Known) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, k := range all {
		n.byID[k.ID] = k.Name
	}
}

// run reads the names until ctx ends. A reading that fails leaves those that
// are known.
func (n *names) run(ctx context.Context) error {
	tick := time.NewTicker(refreshNames)
	defer tick.Stop()
	known, read := -1, time.Time{}
	for {
		count, err := n.registry.Count(ctx)
		if err == nil && (count != known || time.Since(read) >= renameAfter) {
			if all, err := n.registry.All(ctx); err == nil {
				known, read = count, time.Now()
				n.take(all)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
