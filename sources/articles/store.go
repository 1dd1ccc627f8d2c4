package articles

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/sources"
)

// Kind says what taking in an item did.
type Kind string

// The kinds of a verdict.
const (
	New    Kind = "new"    // stored as a new article
	Known  Kind = "known"  // nothing changed
	Edited Kind = "edited" // the text changed after publication
	Joined Kind = "joined" // one more place of a known article
	Empty  Kind = "empty"  // neither title nor text: not stored

	Withdrawn Kind = "withdrawn" // its page is gone for good
	Restored  Kind = "restored"  // its page is there again
	quiet     Kind = ""          // changed in a way that is nobody's news
)

// Verdict is what became of one item, and which article it is.
type Verdict struct {
	Kind Kind
	ID   string
}

// Batch is one reading of a source.
type Batch struct {
	Source string // id of the source
	Items  []sources.Item
	// NewsSince is the moment after which a publication of this source is
	// news. Older ones are stored as Baseline. Items without a date are news
	// unless First is set.
	NewsSince time.Time
	// First is set on the first reading of a source: of the items without a
	// date only the newest few are news then.
	First bool
	// Baseline is set when nothing in the batch is news.
	Baseline bool
}

// undatedNews is how many items without a date the first reading of a source
// may bring as news: a page that shows no dates must not flood a chat.
const undatedNews = 5

// attempts bounds how often an article is decided anew because another worker
// changed it meanwhile.
const attempts = 5

// ErrBusy says that other workers kept changing an article; the same batch may
// be given again.
var ErrBusy = errors.New("article is being changed by others")

// ErrUnread says that an item came without its text, as unchanged, and is not
// known: it is to be given again as a whole.
var ErrUnread = errors.New("article is not known and came without its text")

// Store is the archive in Redis. Its methods are safe for concurrent use, by
// several processes too.
type Store struct {
	db  redis.UniversalClient
	now func() time.Time
}

// NewStore returns the archive in the data role of Redis. A nil now means
// time.Now.
func NewStore(db redis.UniversalClient, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{db: db, now: now}
}

// Standings tells for each item how it stands to the stored articles.
func (s *Store) Standings(ctx context.Context, source string, items []sources.Item) ([]sources.Standing, error) {
	all := make([]Article, len(items))
	for i, item := range distinctGUIDs(items) {
		all[i] = FromItem(source, item, s.now())
	}
	ids, stored, err := s.stored(ctx, all, items)
	if err != nil {
		return nil, err
	}
	standings := make([]sources.Standing, len(items))
	for i, id := range ids {
		switch old, ok := stored[id]; {
		case id == "", items[i].Unchanged && !ok:
			standings[i] = sources.StandingNew
		case items[i].Unchanged:
			standings[i] = sources.StandingKnown
		case ok && all[i].Title != "" && old.TitleKey() != all[i].TitleKey():
			standings[i] = sources.StandingRenamed
		default:
			standings[i] = sources.StandingKnown
		}
	}
	return standings, nil
}

// TakeIn stores what is new in a reading and gives a verdict for each item, in
// order. It is safe to give it the same items again, at once or later.
func (s *Store) TakeIn(ctx context.Context, b Batch) ([]Verdict, error) {
	verdicts := make([]Verdict, len(b.Items))
	undated := 0
	items := distinctGUIDs(b.Items)
	all := make([]Article, len(items))
	for i, item := range items {
		all[i] = FromItem(b.Source, item, s.now())
	}
	ids, stored, err := s.stored(ctx, all, items)
	if err != nil {
		return nil, err
	}
	var fresh []int
	for i, item := range items {
		a := all[i]
		if item.Unchanged {
			if ids[i] == "" {
				return nil, fmt.Errorf("%w: %s", ErrUnread, a.URL)
			}
			verdicts[i] = Verdict{Kind: Known, ID: ids[i]}
			continue
		}
		if a.Title == "" && a.Text == "" {
			verdicts[i] = Verdict{Kind: Empty}
			continue
		}
		if a.Published.IsZero() {
			undated++
			a.Baseline = b.First && undated > undatedNews
		} else {
			a.Baseline = a.Published.Before(b.NewsSince)
		}
		a.Baseline = a.Baseline || b.Baseline
		all[i] = a
		if old, ok := stored[ids[i]]; ok {
			if kind, _ := s.merge(old, a, item.Thin); kind == Known {
				verdicts[i] = Verdict{Kind: Known, ID: old.ID} // as nearly all are: nothing to write
				continue
			}
		} else if ids[i] == "" {
			all[i].Documents = a.documents()
			fresh = append(fresh, i)
		}
	}
	if err := s.putNew(ctx, all, fresh, verdicts); err != nil {
		return nil, err
	}
	for i, item := range items {
		if verdicts[i].Kind != quiet {
			continue
		}
		if verdicts[i], err = s.takeIn(ctx, all[i], item.Thin); err != nil {
			return nil, fmt.Errorf("take in %s: %w", all[i].URL, err)
		}
	}
	return verdicts, nil
}

// storedAtOnce is how many new articles are stored in one step: the server does
// nothing else meanwhile.
const storedAtOnce = 50

// putNew stores those of all that are new, and gives them their verdicts. What
// turns out to be known, because another worker or an earlier item of the batch
// stored it, is left without one. Many are stored in one transaction, for which
// the server writes to its disk once.
func (s *Store) putNew(ctx context.Context, all []Article, fresh []int, verdicts []Verdict) error {
	if len(fresh) == 0 {
		return nil
	}
	for some := range slices.Chunk(fresh, storedAtOnce) {
		rows, err := s.putAtOnce(ctx, all, some)
		if redis.HasErrorPrefix(err, "NOSCRIPT") {
			if err := store.Load(ctx, s.db).Err(); err != nil {
				return fmt.Errorf("store articles: %w", err)
			}
			rows, err = s.putAtOnce(ctx, all, some)
		}
		if err != nil {
			return fmt.Errorf("store articles: %w", err)
		}
		for n, i := range some {
			if done, err := rows[n].Int(); err == nil && done == 1 {
				verdicts[i] = Verdict{Kind: New, ID: all[i].ID}
			}
		}
	}
	return nil
}

// putAtOnce gives the rows of some of all to the script that stores them, in one
// transaction.
func (s *Store) putAtOnce(ctx context.Context, all []Article, some []int) ([]*redis.Cmd, error) {
	rows := make([]*redis.Cmd, len(some))
	_, err := s.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for n, i := range some {
			keys, args, err := s.row(all[i], identitiesOf(all[i]), New)
			if err != nil {
				return err
			}
			rows[n] = store.EvalSha(ctx, p, keys, args...)
		}
		return nil
	})
	return rows, err
}

// distinctGUIDs returns the items without the GUIDs that several of them
// share: a feed that gives all its items one GUID must not make them one
// article.
func distinctGUIDs(items []sources.Item) []sources.Item {
	count := map[string]int{}
	for _, item := range items {
		count[item.GUID]++
	}
	all := slices.Clone(items)
	for i := range all {
		if count[all[i].GUID] > 1 {
			all[i].GUID = ""
		}
	}
	return all
}

// stored gives the ids of the stored articles that all are, "" for new ones, and
// their records by id. It asks for all at once; a record may be gone. Of an item
// that did not change nothing but the id of its record is read.
func (s *Store) stored(ctx context.Context, all []Article, items []sources.Item) (ids []string, byID map[string]Article, err error) {
	if ids, err = s.find(ctx, all); err != nil {
		return nil, nil, err
	}
	byID = map[string]Article{}
	var whole, unchanged []string
	for i, id := range ids {
		switch {
		case id == "":
		case items[i].Unchanged:
			unchanged = append(unchanged, id)
		default:
			whole = append(whole, id)
		}
	}
	got, err := s.Get(ctx, whole...)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range got {
		byID[a.ID] = a
	}
	kept, err := s.kept(ctx, unchanged)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range kept {
		if _, ok := byID[id]; !ok {
			byID[id] = Article{ID: id}
		}
	}
	return ids, byID, nil
}

// kept are those of ids whose record is still there.
func (s *Store) kept(ctx context.Context, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows := make([]*redis.IntCmd, len(ids))
	_, err := s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			rows[i] = p.Exists(ctx, recordP+id)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for articles: %w", err)
	}
	var kept []string
	for i, id := range ids {
		if rows[i].Val() == 1 {
			kept = append(kept, id)
		}
	}
	return kept, nil
}

func (s *Store) takeIn(ctx context.Context, a Article, thin bool) (Verdict, error) {
	for range attempts {
		ids, err := s.find(ctx, []Article{a})
		if err != nil {
			return Verdict{}, err
		}
		kind, changed := New, a
		changed.Documents = a.documents()
		if ids[0] != "" {
			old, err := s.Get(ctx, ids[0])
			if err != nil {
				return Verdict{}, err
			}
			if len(old) == 0 {
				// The mark outlived the record: what was once taken in is not news.
				changed.ID, changed.Baseline = ids[0], true
				kind = Joined
			} else if kind, changed = s.merge(old[0], a, thin); kind == Known {
				return Verdict{Kind: Known, ID: changed.ID}, nil
			}
		}
		ok, err := s.put(ctx, changed, identitiesOf(a), kind)
		if err != nil || ok {
			return Verdict{Kind: kind, ID: changed.ID}, err
		}
	}
	return Verdict{}, ErrBusy
}

// merge decides what an item that names a known article means for it.
func (s *Store) merge(old, a Article, thin bool) (Kind, Article) {
	kind := Known
	if old.join(a) {
		kind = Joined
	}
	if old.About != "" && old.About == a.URL {
		return Joined, old.announced(a, thin)
	}
	if announces := a.About != "" && a.URL != old.URL; announces || old.Source != a.Source || thin || sameContent(old, a) {
		return kind, old
	}
	if a.Text == "" {
		a.Text = old.Text
	}
	now := s.now().UTC()
	old.History = remember(old.History, revisionOf(old, a, now))
	old.Title, old.Text, old.Language, old.Documents = a.Title, a.Text, a.Language, a.documents()
	old.Edited = now
	if old.Published.IsZero() {
		old.Published = a.Published
	}
	return Edited, old
}

// announced makes of a post the article that it announced: that is the place
// where it was published, and no edit.
func (old Article) announced(a Article, thin bool) Article {
	old.URL, old.About, old.Title = a.URL, "", cmp.Or(a.Title, old.Title)
	if !thin && a.Text != "" {
		old.Text, old.Language, old.Documents = a.Text, a.Language, a.documents()
	}
	if !a.Published.IsZero() && (old.Published.IsZero() || a.Published.Before(old.Published)) {
		old.Published = a.Published
	}
	return old
}

// find gives the id of the stored article that each of all is, or "".
func (s *Store) find(ctx context.Context, all []Article) ([]string, error) {
	args := []any{seenP, months}
	for back := range months {
		args = append(args, month(s.now(), back))
	}
	var owner []int
	for i, a := range all {
		for _, id := range identitiesOf(a) {
			args = append(args, bucket(id), id[:])
			owner = append(owner, i)
		}
	}
	ids := make([]string, len(all))
	if len(owner) == 0 {
		return ids, nil
	}
	found, err := lookup.Run(ctx, s.db, []string{logKey}, args...).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("look up articles: %w", err)
	}
	for i, id := range found {
		if ids[owner[i]] == "" {
			ids[owner[i]] = id
		}
	}
	return ids, nil
}

func (s *Store) put(ctx context.Context, a Article, marks []identity, kind Kind) (bool, error) {
	keys, args, err := s.row(a, marks, kind)
	if err != nil {
		return false, err
	}
	n, err := store.Run(ctx, s.db, keys, args...).Int()
	if err != nil {
		return false, fmt.Errorf("store article: %w", err)
	}
	return n == 1, nil
}

// row gives what the script that stores an article takes.
func (s *Store) row(a Article, marks []identity, kind Kind) (keys []string, args []any, err error) {
	a.Schema = schema
	record, err := json.Marshal(a)
	if err != nil {
		return nil, nil, fmt.Errorf("encode article: %w", err)
	}
	keys = []string{recordP + a.ID, logKey, allKey}
	sourcesOf := map[string]bool{}
	for _, l := range a.Links {
		if !sourcesOf[l.Source] {
			sourcesOf[l.Source] = true
			keys = append(keys, sourceP+l.Source)
		}
	}
	args = []any{a.revision, record, a.ID, s.now().UnixMilli(), int(retention.Seconds()), len(sourcesOf), string(kind)}
	for _, m := range marks {
		keys = append(keys, seenP+month(s.now(), 0)+":"+bucket(m))
		args = append(args, m[:])
	}
	return keys, args, nil
}

// Get reads articles by id, in the order of ids. Ids that are not stored any
// more are left out.
func (s *Store) Get(ctx context.Context, ids ...string) ([]Article, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows := make([]*redis.SliceCmd, len(ids))
	_, err := s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			rows[i] = p.HMGet(ctx, recordP+id, "j", "v")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read articles: %w", err)
	}
	all := make([]Article, 0, len(ids))
	for i, row := range rows {
		record, _ := row.Val()[0].(string)
		revision, _ := row.Val()[1].(string)
		if record == "" {
			continue
		}
		var a Article
		if err := json.Unmarshal([]byte(record), &a); err != nil {
			return nil, fmt.Errorf("decode article %s: %w", ids[i], err)
		}
		if a.revision, err = strconv.Atoi(revision); err != nil {
			return nil, fmt.Errorf("decode article %s: %w", ids[i], err)
		}
		all = append(all, a)
	}
	return all, nil
}

// Changed reads the articles of these sources that were taken in, edited or
// joined at since or later, in no particular order; with no sources, those of
// all. At most limit of the newest of each source come back.
func (s *Store) Changed(ctx context.Context, since time.Time, limit int, of ...string) ([]Article, error) {
	keys := []string{allKey}
	if len(of) > 0 {
		keys = keys[:0]
		for _, id := range of {
			keys = append(keys, sourceP+id)
		}
	}
	seen := map[string]bool{}
	var ids []string
	for _, key := range keys {
		found, err := s.db.ZRevRangeByScore(ctx, key, &redis.ZRangeBy{
			Min: strconv.FormatInt(since.UnixMilli(), 10), Max: "+inf", Count: int64(limit),
		}).Result()
		if err != nil {
			return nil, fmt.Errorf("list articles: %w", err)
		}
		for _, id := range found {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return s.Get(ctx, ids...)
}

// Change is one entry of the archive's log.
type Change struct {
	Position string // give it to Log to go on after it
	ID       string // of the article
	Kind     Kind
}

// Log reads up to limit changes after a position, oldest first, waiting up to
// wait for the first one. The position "" is the start of what is kept. No
// change within the wait is no error.
func (s *Store) Log(ctx context.Context, after string, limit int, wait time.Duration) ([]Change, error) {
	if after == "" {
		after = "0"
	}
	streams, err := s.db.XRead(ctx, &redis.XReadArgs{Streams: []string{logKey, after}, Count: int64(limit), Block: wait}).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the archive's log: %w", err)
	}
	var changes []Change
	for _, st := range streams {
		for _, m := range st.Messages {
			id, _ := m.Values["id"].(string)
			kind, _ := m.Values["kind"].(string)
			changes = append(changes, Change{Position: m.ID, ID: id, Kind: Kind(kind)})
		}
	}
	return changes, nil
}

// Last is the position of the latest change, "" where there was none.
func (s *Store) Last(ctx context.Context) (string, error) {
	latest, err := s.db.XRevRangeN(ctx, logKey, "+", "-", 1).Result()
	if err != nil {
		return "", fmt.Errorf("read the archive's log: %w", err)
	}
	if len(latest) == 0 {
		return "", nil
	}
	return latest[0].ID, nil
}

// Listed gives the ids of up to limit articles that changed at since or later,
// the longest unchanged first, and when the last of them did.
func (s *Store) Listed(ctx context.Context, since time.Time, limit int) (ids []string, last time.Time, err error) {
	from := "-inf"
	if !since.IsZero() {
		from = strconv.FormatInt(since.UnixMilli(), 10)
	}
	found, err := s.db.ZRangeByScoreWithScores(ctx, allKey, &redis.ZRangeBy{Min: from, Max: "+inf", Count: int64(limit)}).Result()
	if err != nil {
		return nil, last, fmt.Errorf("list articles: %w", err)
	}
	for _, z := range found {
		id, _ := z.Member.(string)
		ids, last = append(ids, id), time.UnixMilli(int64(z.Score))
	}
	return ids, last, nil
}

// End is the position of the latest change, "" when there is none.
func (s *Store) End(ctx context.Context) (string, error) {
	last, err := s.db.XRevRangeN(ctx, logKey, "+", "-", 1).Result()
	if err != nil {
		return "", fmt.Errorf("read the end of the archive's log: %w", err)
	}
	if len(last) == 0 {
		return "", nil
	}
	return last[0].ID, nil
}

// Count is the number of articles kept.
func (s *Store) Count(ctx context.Context) (int, error) {
	n, err := s.db.ZCard(ctx, allKey).Result()
	if err != nil {
		return 0, fmt.Errorf("count articles: %w", err)
	}
	return int(n), nil
}

// Empty tells whether nothing of a source is kept.
func (s *Store) Empty(ctx context.Context, source string) (bool, error) {
	n, err := s.db.Exists(ctx, sourceP+source).Result()
	if err != nil {
		return false, fmt.Errorf("look for articles of %s: %w", source, err)
	}
	return n == 0, nil
}
