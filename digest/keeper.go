package digest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/sources/articles"
)

// keepStory is how long it is remembered to which story an article belongs:
// longer than a story grows and than what is shown to a chat is remembered.
const keepStory = 15 * 24 * time.Hour

// pruneAt is how many articles are compared with at most before those that are
// too old are dropped.
const pruneAt = 20_000

// Keeper says to which story each article belongs, for all chats and replicas
// alike: what one of them was shown as a story stays that story. It is safe for
// concurrent use. What it stores can be found out again, so it lives in the data
// role of Redis.
type Keeper struct {
	db  redis.UniversalClient
	now func() time.Time

	mu      sync.Mutex
	cluster *Cluster
	names   []string          // of the cluster's stories
	at      map[string]int    // the cluster's stories by their names
	of      map[string]string // the story of an article
}

// NewKeeper returns a keeper that knows what is stored.
func NewKeeper(db redis.UniversalClient, now func() time.Time) *Keeper {
	return &Keeper{db: db, now: now, cluster: NewCluster(), at: map[string]int{}, of: map[string]string{}}
}

func storyKey(article string) string { return "story:" + article }

// Assign gives the story of each article, by the article's id. Articles that are
// new are put into theirs, in the order of their publication.
func (k *Keeper) Assign(ctx context.Context, all []articles.Article) (map[string]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var fresh []articles.Article
	for i := range all {
		if k.of[all[i].ID] == "" {
			fresh = append(fresh, all[i])
		}
	}
	slices.SortStableFunc(fresh, func(x, y articles.Article) int {
		if c := x.Time().Compare(y.Time()); c != 0 {
			return c
		}
		return strings.Compare(x.ID, y.ID)
	})
	if len(fresh) > 0 {
		if err := k.place(ctx, fresh); err != nil {
			return nil, err
		}
	}
	assigned := make(map[string]string, len(all))
	for i := range all {
		assigned[all[i].ID] = k.of[all[i].ID]
	}
	return assigned, nil
}

// place puts new articles into their stories, those that are stored first.
func (k *Keeper) place(ctx context.Context, fresh []articles.Article) error {
	stored, err := k.stored(ctx, fresh)
	if err != nil {
		return err
	}
	k.prune()
	for i, a := range fresh {
		if stored[i] != "" {
			k.join(a, stored[i])
		}
	}
	var placed []string // ids of articles
	var names []string  // of their stories
	for i, a := range fresh {
		if stored[i] != "" {
			continue
		}
		story, ok := k.cluster.StoryOf(a.ID) // it was found before, and could not be stored
		if !ok {
			story = k.cluster.Add(a).Story
		}
		if story == len(k.names) {
			k.name(a.ID)
		}
		placed, names = append(placed, a.ID), append(names, k.names[story])
	}
	for from := 0; from < len(placed); from += storedAtOnce {
		to := min(from+storedAtOnce, len(placed))
		if err := k.store(ctx, placed[from:to], names[from:to]); err != nil {
			return err
		}
	}
	return nil
}

// storedAtOnce is how many articles' stories are stored in one exchange.
const storedAtOnce = 500

// join puts an article into a story by its name.
func (k *Keeper) join(a articles.Article, name string) {
	if _, ok := k.cluster.StoryOf(a.ID); ok {
		k.of[a.ID] = name
		return
	}
	story, ok := k.at[name]
	if !ok {
		story = k.name(name)
	}
	k.cluster.Place(a, story)
	k.of[a.ID] = name
}

// name gives the cluster's next story its name.
func (k *Keeper) name(name string) int {
	k.at[name] = len(k.names)
	k.names = append(k.names, name)
	return len(k.names) - 1
}

// stored reads the stories of articles, "" for those that are not stored.
func (k *Keeper) stored(ctx context.Context, all []articles.Article) ([]string, error) {
	if len(all) == 0 {
		return nil, nil
	}
	rows := make([]*redis.StringCmd, len(all))
	_, err := k.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, a := range all {
			rows[i] = p.Get(ctx, storyKey(a.ID))
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("read stories: %w", err)
	}
	names := make([]string, len(all))
	for i, row := range rows {
		names[i] = row.Val()
	}
	return names, nil
}

// store says to which stories articles belong, unless another replica said so
// before: then that holds.
func (k *Keeper) store(ctx context.Context, ids, names []string) error {
	said := make([]*redis.StringCmd, len(ids))
	_, err := k.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			p.SetNX(ctx, storyKey(id), names[i], keepStory)
			said[i] = p.Get(ctx, storyKey(id))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store stories: %w", err)
	}
	for i, id := range ids {
		k.of[id] = said[i].Val()
	}
	return nil
}

// prune drops the articles that no new one can join any more.
func (k *Keeper) prune() {
	if len(k.of) < pruneAt {
		return
	}
	cluster, number := k.cluster.Since(k.now().Add(-storyWindow))
	names, at := make([]string, cluster.Stories()), map[string]int{}
	for old, fresh := range number {
		if fresh >= 0 {
			names[fresh] = k.names[old]
			at[k.names[old]] = fresh
		}
	}
	k.cluster, k.names, k.at = cluster, names, at
	for article, name := range k.of {
		if _, alive := at[name]; !alive {
			delete(k.of, article)
		}
	}
}
