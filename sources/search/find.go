package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/blevesearch/bleve/v2"
	bfound "github.com/blevesearch/bleve/v2/search"
	bsearch "github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
	"golang.org/x/sync/errgroup"
)

// Hit is one article found.
type Hit struct {
	ID    string
	Score float64 // 0 when the newest come first
	Time  time.Time
}

// Result is one page of what was found.
type Result struct {
	Total  int // how many were found
	Hits   []Hit
	Behind bool // the index has not yet taken in all that the archive has
	Cut    bool // time ran out before all was looked at
	More   bool // there are more than Total: the search ended when it had enough
}

// How much of what is found is ranked: a page beyond is not reached.
const ranked = 200

// titleBoost is how much more a word weighs where the title has it.
const titleBoost = 1.5

// Fresh articles stand before old ones that fit as well: one of this moment
// weighs so much more, half of it after so long.
const (
	freshWeight = 0.25
	freshHalf   = 10 * 24 * time.Hour
)

// A search ends after its budget with what it has. One that has nothing then
// goes on, one at a time, for as long as patience lasts: a machine that stood
// still for a moment is no reason to say that there is nothing.
const (
	budget   = 50 * time.Millisecond
	patience = time.Second
)

// Search finds the articles that fit a query, the best first or the newest
// first. Its sources and topics are ids. When its time runs out, it gives what
// it has and says so.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	if q.Empty() {
		return Result{}, nil
	}
	r, err := x.search(ctx, q, budget)
	if err != nil || !r.Cut || len(r.Hits) > 0 {
		return r, err
	}
	select {
	case x.alone <- struct{}{}:
		defer func() { <-x.alone }()
		return x.search(ctx, q, patience)
	default:
		return r, nil
	}
}

func (x *Index) search(ctx context.Context, q Query, limit time.Duration) (Result, error) {
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	x.mu.RLock()
	defer x.mu.RUnlock()
	g := x.live
	g.mu.RLock()
	defer g.mu.RUnlock()
	months := g.newestFirst(q.From)
	r := Result{Behind: x.behind}
	var err error
	if q.newest() {
		err = r.newest(ctx, months, q)
	} else {
		now := q.Until
		if now.IsZero() {
			now = x.now()
		}
		err = r.best(ctx, months, q, now)
	}
	if err == nil && outer.Err() != nil {
		err = fmt.Errorf("search: %w", outer.Err())
	}
	return r, err
}

// newest tells whether the order is by time alone.
func (q Query) newest() bool { return q.Newest || len(q.Words)+len(q.Phrases) == 0 }

// newest searches from the newest articles to the oldest, slice by slice of
// time, and stops when no earlier one can have anything newer than what it has.
func (r *Result) newest(ctx context.Context, months []*month, q Query) error {
	need := q.Offset + max(q.Limit, 1)
	var all []Hit
	for _, m := range months {
		parts, err := m.slices(ctx, q)
		if cut(ctx, err) {
			r.Cut = true
			break
		}
		if err != nil {
			return err
		}
		for _, s := range parts {
			if !q.From.IsZero() && !s.to.After(q.From) {
				break
			}
			if len(all) >= need && !all[need-1].Time.Before(s.to) {
				r.More = true
				r.page(all, q)
				return nil
			}
			total, hits, err := m.search(ctx, q, need, &s)
			if cut(ctx, err) {
				r.Cut = true
				r.page(all, q)
				return nil
			}
			if err != nil {
				return err
			}
			r.Total += total
			all = distinct(append(all, hits...))
			slices.SortFunc(all, func(a, b Hit) int { return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.ID, b.ID)) })
		}
	}
	r.page(all, q)
	return nil
}

// slice is a part of a month's articles by the days of their publication:
// before to, on any of days. Without days it is all that no slice before it has.
type slice struct {
	to   time.Time
	days []string
	not  bool // on none of the days
}

// sliceDays are how many days each slice of a month has, from its end.
var sliceDays = [...]int{1, 2, 4, 8, 16}

// slices divides a month so that the newest days stand alone. The last one has
// what was published before the month and taken in late, too. An earlier month
// has nothing newer than any of them begins with.
func (m *month) slices(ctx context.Context, q Query) ([]slice, error) {
	if few, err := m.few(ctx, q); err != nil || few {
		return []slice{{to: m.end, not: true}}, err
	}
	var all []slice
	var known []string
	to, begin := m.end, m.end.AddDate(0, -1, 0)
	if last := midnight(m.lastSeen().UTC(), 1); last.Before(to) {
		to = last
	}
	for _, n := range sliceDays {
		s := slice{to: to}
		for range n {
			if to.After(begin) {
				to = to.AddDate(0, 0, -1)
				s.days = append(s.days, dayOf(to))
			}
		}
		if len(s.days) == 0 {
			break
		}
		known = append(known, s.days...)
		all = append(all, s)
	}
	return append(all, slice{to: to, days: known, not: true}), nil
}

// sliced is from how many articles on a month is searched in slices: fewer are
// looked at sooner than so many searches made.
const sliced = 2000

// few tells whether a month has few articles that a query can find.
func (m *month) few(ctx context.Context, q Query) (bool, error) {
	reader, closeReader, err := m.reader()
	if err != nil {
		return false, err
	}
	defer closeReader()
	least, err := reader.DocCount()
	if err != nil {
		return false, fmt.Errorf("search index: %w", err)
	}
	for field, wanted := range map[string][]string{fieldSource: q.Sources, fieldTopic: q.Topics} {
		sum := uint64(0)
		for _, w := range wanted {
			n, err := frequency(ctx, reader, field, w)
			if err != nil {
				return false, err
			}
			sum += n
		}
		if len(wanted) > 0 {
			least = min(least, sum)
		}
	}
	for _, w := range q.Words {
		n, err := frequency(ctx, reader, fieldText, w)
		if err != nil {
			return false, err
		}
		least = min(least, n)
	}
	return least < sliced, nil
}

// best searches all months side by side and ranks what they have at a moment.
func (r *Result) best(ctx context.Context, months []*month, q Query, now time.Time) error {
	rates, err := rates(ctx, months, q)
	if cut(ctx, err) {
		r.Cut = true
		return nil
	}
	if err != nil {
		return err
	}
	found := make([]struct {
		total int
		hits  []Hit
		cut   bool
	}, len(months))
	// With one month at a time on each processor, the newest have their turn first.
	g := errgroup.Group{}
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, m := range months {
		g.Go(func() error {
			total, hits, err := m.search(ctx, q, max(ranked, q.Offset+q.Limit), nil)
			if cut(ctx, err) {
				found[i].cut = true
				return nil
			}
			found[i].total, found[i].hits = total, hits
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	var all []Hit
	for i, f := range found {
		for _, h := range f.hits {
			h.Score *= rates[i] * (1 + freshWeight*math.Exp2(-float64(max(now.Sub(h.Time), 0))/float64(freshHalf)))
			all = append(all, h)
		}
		r.Total, r.Cut = r.Total+f.total, r.Cut || f.cut
	}
	all = distinct(all)
	slices.SortFunc(all, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.Time.Compare(a.Time), cmp.Compare(a.ID, b.ID))
	})
	r.page(all, q)
	return nil
}

func (r *Result) page(all []Hit, q Query) {
	from := min(q.Offset, len(all))
	r.Hits = all[from:min(from+max(q.Limit, 1), len(all))]
}

// distinct leaves one hit of each article: one that is being moved to another
// month is in both for a moment.
func distinct(all []Hit) []Hit {
	have := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(h Hit) bool {
		twice := have[h.ID]
		have[h.ID] = true
		return twice
	})
}

// cut tells whether a search ended because its time did.
func cut(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded))
}

// search searches one month, or those of its articles that were published in a
// slice of time.
func (m *month) search(ctx context.Context, q Query, limit int, part *slice) (int, []Hit, error) {
	if err := ctx.Err(); err != nil {
		return 0, nil, fmt.Errorf("search: %w", err)
	}
	req := bleve.NewSearchRequestOptions(m.ask(q, part), limit, 0, false)
	if part != nil {
		req.Score = "none"
		req.SortBy([]string{"-" + fieldAt})
	}
	found, err := m.bleve.SearchInContext(ctx, req)
	if err != nil {
		return 0, nil, fmt.Errorf("search: %w", err)
	}
	times, err := m.times(found.Hits)
	if err != nil {
		return 0, nil, err
	}
	hits := make([]Hit, 0, len(found.Hits))
	for i, h := range found.Hits {
		hits = append(hits, Hit{ID: h.ID, Score: h.Score, Time: times[i]})
	}
	return int(found.Total), hits, nil
}

// times reads when articles were published. To have the library sort by it would
// read it of all that is found, which costs more than the search itself.
func (m *month) times(hits bfound.DocumentMatchCollection) ([]time.Time, error) {
	all := make([]time.Time, len(hits))
	if len(hits) == 0 {
		return all, nil
	}
	reader, closeReader, err := m.reader()
	if err != nil {
		return nil, err
	}
	defer closeReader()
	values, err := reader.DocValueReader([]string{fieldAt})
	if err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	type place struct {
		id  index.IndexInternalID
		hit int
	}
	var places []place
	for i, h := range hits {
		// What was changed this moment has no place: it counts as old.
		if id, err := reader.InternalID(h.ID); err == nil && id != nil {
			places = append(places, place{id, i})
		}
	}
	// Values lie packed, many together: they are read in their order.
	slices.SortFunc(places, func(a, b place) int { return a.id.Compare(b.id) })
	for _, p := range places {
		err := values.VisitDocValues(p.id, func(_ string, value []byte) { all[p.hit] = unstamp(value) })
		if err != nil {
			return nil, fmt.Errorf("search index: %w", err)
		}
	}
	return all, nil
}

// ask makes the library's query of ours.
func (m *month) ask(q Query, part *slice) bsearch.Query {
	all := bleve.NewBooleanQuery()
	if q.Loose && len(q.Words) > 0 {
		all.AddMust(loosely(q.Words))
	}
	for _, w := range q.Words {
		if !q.Loose {
			all.AddMust(term(fieldText, w))
		}
		if !q.newest() {
			title := term(fieldTitle, w)
			title.SetBoost(titleBoost)
			all.AddShould(title)
		}
	}
	for _, p := range q.Phrases {
		all.AddMust(phrase(p))
	}
	if len(q.Words)+len(q.Phrases) == 0 {
		all.AddMust(bleve.NewMatchAllQuery())
	}
	if part != nil && part.not {
		for _, d := range part.days {
			all.AddMustNot(term(fieldDay, d))
		}
	}
	if narrow := m.filters(q, part); len(narrow) > 0 {
		all.AddFilter(bleve.NewConjunctionQuery(narrow...))
	}
	for _, w := range q.Not {
		all.AddMustNot(term(fieldText, w))
	}
	for _, p := range q.NotPhrases {
		all.AddMustNot(phrase(p))
	}
	return all
}

// exactBoost is how much more a word weighs than another of its family.
const exactBoost = 3

// loosely asks for all words but one, or for the one; others of the family of a
// word stand for it.
func loosely(words []string) bsearch.Query {
	all := bleve.NewDisjunctionQuery()
	for _, w := range words {
		exact := term(fieldText, w)
		exact.SetBoost(exactBoost)
		one := bleve.NewDisjunctionQuery(exact)
		if r := root(w); r != "" {
			family := bleve.NewPrefixQuery(r)
			family.SetField(fieldText)
			one.AddQuery(family)
		}
		all.AddQuery(one)
	}
	all.SetMin(float64(max(len(words)-1, 1)))
	return all
}

func term(field, value string) *bsearch.TermQuery {
	t := bleve.NewTermQuery(value)
	t.SetField(field)
	return t
}

func phrase(words []string) bsearch.Query {
	if words = places(words); len(words) == 1 {
		return term(fieldExact, words[0])
	}
	return bleve.NewPhraseQuery(words, fieldExact)
}

// filters are the conditions that an article meets or not, whatever its words.
func (m *month) filters(q Query, part *slice) []bsearch.Query {
	var all []bsearch.Query
	if part != nil && !part.not {
		all = append(all, oneOf(fieldDay, part.days))
	}
	if len(q.Sources) > 0 {
		all = append(all, oneOf(fieldSource, q.Sources))
	}
	if len(q.Topics) > 0 {
		all = append(all, oneOf(fieldTopic, q.Topics))
	}
	if !q.From.IsZero() || !q.To.IsZero() && q.To.Before(m.end) {
		period := bleve.NewDateRangeQuery(q.From, q.To)
		period.SetField(fieldTime)
		all = append(all, period)
	}
	if !q.Until.IsZero() && m.lastSeen().After(q.Until) {
		yes := true
		known := bleve.NewDateRangeInclusiveQuery(time.Time{}, q.Until, nil, &yes)
		known.SetField(fieldSeen)
		all = append(all, known)
	}
	return all
}

// oneOf asks that a field is one of some values.
func oneOf(field string, values []string) bsearch.Query {
	some := bleve.NewDisjunctionQuery()
	for _, v := range values {
		some.AddQuery(term(field, v))
	}
	return some
}

// rates makes the scores of the months comparable. The library weighs a word by
// how rare it is in one index; a score grows with the length of the vector of
// these weights. The rate leads it back to the weights over all months, so that
// a young month with few articles does not win or lose by chance.
func rates(ctx context.Context, months []*month, q Query) ([]float64, error) {
	terms := slices.Clone(q.Words)
	sizes, counts := make([]float64, len(months)), make([][]float64, len(months))
	whole, everywhere := 0.0, make([]float64, len(terms))
	for i, m := range months {
		var err error
		if sizes[i], counts[i], err = m.frequencies(ctx, terms); err != nil {
			return nil, err
		}
		whole += sizes[i]
		for t, n := range counts[i] {
			everywhere[t] += n
		}
	}
	all := make([]float64, len(months))
	for i := range months {
		all[i] = 1
		if here := weight(sizes[i], counts[i]); here > 0 {
			all[i] = weight(whole, everywhere) / here
		}
	}
	return all, nil
}

// weight is the length of the vector of inverse document frequencies.
func weight(size float64, counts []float64) float64 {
	sum := 0.0
	for _, n := range counts {
		idf := math.Log(1 + (size-n+0.5)/(n+0.5))
		sum += idf * idf
	}
	return math.Sqrt(sum)
}

// frequencies gives the number of articles of a month, and how many of them
// have each of some terms.
func (m *month) frequencies(ctx context.Context, terms []string) (size float64, counts []float64, err error) {
	reader, closeReader, err := m.reader()
	if err != nil {
		return 0, nil, err
	}
	defer closeReader()
	n, err := reader.DocCount()
	if err != nil {
		return 0, nil, fmt.Errorf("search index: %w", err)
	}
	counts = make([]float64, len(terms))
	for i, t := range terms {
		found, err := frequency(ctx, reader, fieldText, t)
		if err != nil {
			return 0, nil, err
		}
		counts[i] = float64(found)
	}
	return float64(n), counts, nil
}

// Facet is a source or topic that articles found have, and how many have it.
type Facet struct {
	ID    string
	Count int
}

// facetsShown is how many sources and topics a search can be narrowed to.
const facetsShown = 12

// Facets gives the most frequent sources and topics of what a query finds.
func (x *Index) Facets(ctx context.Context, q Query) (sources, topics []Facet, err error) {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	x.mu.RLock()
	defer x.mu.RUnlock()
	x.live.mu.RLock()
	defer x.live.mu.RUnlock()
	counts := map[string]map[string]int{fieldSource: {}, fieldTopic: {}}
	for _, m := range x.live.newestFirst(q.From) {
		req := bleve.NewSearchRequestOptions(m.ask(q, nil), 0, 0, false)
		req.Score = "none"
		for field := range counts {
			req.AddFacet(field, bleve.NewFacetRequest(field, 2*facetsShown))
		}
		found, err := m.bleve.SearchInContext(ctx, req)
		if cut(ctx, err) {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("search: %w", err)
		}
		for field, of := range found.Facets {
			for _, t := range of.Terms.Terms() {
				counts[field][t.Term] += t.Count
			}
		}
	}
	return most(counts[fieldSource]), most(counts[fieldTopic]), nil
}

func most(counts map[string]int) []Facet {
	var all []Facet
	for id, n := range counts {
		all = append(all, Facet{id, n})
	}
	slices.SortFunc(all, func(a, b Facet) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID)) })
	return all[:min(len(all), facetsShown)]
}
