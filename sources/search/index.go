// Package search is the full-text index over the archive. It is derived data:
// it can be thrown away and built again from the archive's log at any time. It
// knows neither chats nor markup.
package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"
	bsearch "github.com/blevesearch/bleve/v2/search/query"

	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// version changes when the analysis does: an index of another version is built
// anew.
const version = "3"

// analyzerName is how the index calls the analysis of this package.
const analyzerName = "ukrainian"

// Index is the index on disk. One process at a time may have it open. Its
// methods are safe for concurrent use.
type Index struct {
	bleve  bleve.Index
	labels Labels
	log    *slog.Logger
}

// Labels gives articles the topics by which a search can be narrowed. The
// version changes when another topic may come out: the index is then built anew.
type Labels struct {
	Version string
	Topics  func(title, text string) []string // ids; nil gives none
}

// document is an article as the index sees it.
type document struct {
	Title  string    `json:"title"`
	Text   string    `json:"text"`
	Time   time.Time `json:"time"`
	Source string    `json:"source"`
	Topics []string  `json:"topic"`
}

// tokenizer gives the keys of a text's words, all that a form may have, and
// those of the parts of hyphenated words, in the same place.
type tokenizer struct{}

// Tokenize implements bleve's analysis.Tokenizer.
func (tokenizer) Tokenize(input []byte) analysis.TokenStream {
	var stream analysis.TokenStream
	position := 0
	for _, t := range ukrainian.Tokens(string(input)) {
		keys := indexed(t)
		if len(keys) > 0 {
			position++
		}
		for _, key := range keys {
			stream = append(stream, &analysis.Token{Term: []byte(key), Start: t.Start, End: t.End, Position: position})
		}
	}
	return stream
}

// indexed gives the keys under which a token is found: none for marks and stop
// words.
func indexed(t ukrainian.Token) []string {
	if t.Kind == ukrainian.Mark || ukrainian.IsStop(t.Text) {
		return nil
	}
	keys := ukrainian.Keys(t.Text)
	for _, part := range t.Parts() {
		if !ukrainian.IsStop(part.Text) {
			keys = append(keys, ukrainian.Keys(part.Text)...)
		}
	}
	return keys
}

// The library looks analyzers up by name in a registry of its own.
func init() {
	err := registry.RegisterAnalyzer(analyzerName, func(map[string]any, *registry.Cache) (analysis.Analyzer, error) {
		return &analysis.DefaultAnalyzer{Tokenizer: tokenizer{}}, nil
	})
	if err != nil {
		panic(err)
	}
}

func indexMapping() mapping.IndexMapping {
	text := bleve.NewTextFieldMapping()
	text.Analyzer, text.Store, text.IncludeInAll = analyzerName, false, false
	at := bleve.NewDateTimeFieldMapping()
	at.Store, at.IncludeInAll = false, false
	exact := bleve.NewKeywordFieldMapping()
	exact.Store, exact.IncludeInAll = false, false
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt("title", text)
	doc.AddFieldMappingsAt("text", text)
	doc.AddFieldMappingsAt("time", at)
	doc.AddFieldMappingsAt("source", exact)
	doc.AddFieldMappingsAt("topic", exact)
	m := bleve.NewIndexMapping()
	m.DefaultMapping, m.DefaultAnalyzer = doc, analyzerName
	return m
}

// Open opens the index in a folder, or makes it. One that is damaged or of
// another version is put away and built anew by Follow.
func Open(folder string, labels Labels, log *slog.Logger) (*Index, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	path := filepath.Join(folder, "index-v"+version+"-"+labels.Version)
	if err := sweep(folder, path); err != nil {
		return nil, err
	}
	opened, err := bleve.OpenUsing(path, map[string]any{"bolt_timeout": "2s"})
	switch {
	case err == nil:
		return &Index{opened, labels, log}, nil
	case errors.Is(err, bleve.ErrorIndexPathDoesNotExist):
	case isLocked(err):
		return nil, fmt.Errorf("search index %s is open in another process: give this one a data folder of its own", path)
	default:
		log.Warn("search: the index is damaged and is built anew", "error", err)
		if err := os.RemoveAll(path); err != nil {
			return nil, fmt.Errorf("search index: %w", err)
		}
	}
	made, err := bleve.New(path, indexMapping())
	if err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	return &Index{made, labels, log}, nil
}

// sweep removes the indexes of other versions from a folder.
func sweep(folder, keep string) error {
	old, err := filepath.Glob(filepath.Join(folder, "index-v*"))
	for _, path := range old {
		if path != keep {
			err = errors.Join(err, os.RemoveAll(path))
		}
	}
	if err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	return nil
}

// isLocked tells whether opening failed because another process has the index.
func isLocked(err error) bool { return err != nil && err.Error() == "timeout" }

// Close closes the index.
func (x *Index) Close() error { return x.bleve.Close() }

// Source is the archive that the index follows.
type Source interface {
	Log(ctx context.Context, after string, limit int, wait time.Duration) ([]articles.Change, error)
	Get(ctx context.Context, ids ...string) ([]articles.Article, error)
}

// positionKey is where the index keeps how far it has followed the log.
var positionKey = []byte("position")

// Bounds of following: entries in one batch, the longest wait for one, and
// the pause after a failure.
const (
	batchSize = 200
	batchWait = time.Second
	failPause = time.Second
)

// Follow keeps the index up with the archive until ctx ends.
func (x *Index) Follow(ctx context.Context, archive Source) error {
	for ctx.Err() == nil {
		_, err := x.CatchUp(ctx, archive, batchWait)
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
// first, and tells how many there were. The position moves together with the
// batch: a crash between is impossible.
func (x *Index) CatchUp(ctx context.Context, archive Source, wait time.Duration) (int, error) {
	position, err := x.bleve.GetInternal(positionKey)
	if err != nil {
		return 0, fmt.Errorf("search index: %w", err)
	}
	changes, err := archive.Log(ctx, string(position), batchSize, wait)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.ID
	}
	all, err := archive.Get(ctx, ids...)
	if err != nil {
		return 0, err
	}
	batch := x.bleve.NewBatch()
	for _, a := range all {
		doc := document{Title: a.Title, Text: a.Text, Time: a.Time(), Source: a.Source}
		if x.labels.Topics != nil {
			doc.Topics = x.labels.Topics(a.Title, a.Text)
		}
		if err := batch.Index(a.ID, doc); err != nil {
			return 0, fmt.Errorf("index article %s: %w", a.ID, err)
		}
	}
	batch.SetInternal(positionKey, []byte(changes[len(changes)-1].Position))
	if err := x.bleve.Batch(batch); err != nil {
		return 0, fmt.Errorf("search index: %w", err)
	}
	return len(changes), nil
}

// Hit is one article found.
type Hit struct {
	ID    string
	Score float64
}

// Result is one page of what was found.
type Result struct {
	Total int
	Hits  []Hit
}

// titleBoost is how much more a word in the title weighs than in the text.
const titleBoost = 3

// Search finds the articles that fit a query, the best first, among equals the
// newest. Its sources and topics are ids.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	if q.Empty() {
		return Result{}, nil
	}
	all := bleve.NewBooleanQuery()
	for _, w := range q.Words {
		all.AddMust(anywhere(func(field string) fielded { return bleve.NewTermQuery(w) }))
	}
	for _, p := range q.Phrases {
		all.AddMust(anywhere(func(field string) fielded { return phrase{bleve.NewPhraseQuery(p, field)} }))
	}
	if len(q.Words)+len(q.Phrases) == 0 {
		all.AddMust(bleve.NewMatchAllQuery())
	}
	if narrow := q.filters(); len(narrow) > 0 {
		all.AddFilter(bleve.NewConjunctionQuery(narrow...))
	}
	for _, w := range q.Not {
		all.AddMustNot(anywhere(func(field string) fielded { return bleve.NewTermQuery(w) }))
	}
	req := bleve.NewSearchRequestOptions(all, max(q.Limit, 1), q.Offset, false)
	req.SortBy([]string{"-_score", "-time", "_id"})
	found, err := x.bleve.SearchInContext(ctx, req)
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	result := Result{Total: int(found.Total)}
	for _, h := range found.Hits {
		result.Hits = append(result.Hits, Hit{h.ID, h.Score})
	}
	return result, nil
}

// fielded is a query that can be asked of one field.
type fielded interface {
	bsearch.BoostableQuery
	SetField(string)
}

// phrase gives a phrase query the method that other queries have: its field
// was set when it was made.
type phrase struct{ *bsearch.PhraseQuery }

// SetField implements fielded.
func (phrase) SetField(string) {}

// anywhere asks the title and the text, the title weighing more.
func anywhere(ask func(field string) fielded) bsearch.Query {
	title, text := ask("title"), ask("text")
	title.SetField("title")
	title.SetBoost(titleBoost)
	text.SetField("text")
	return bleve.NewDisjunctionQuery(title, text)
}

// filters are the conditions that an article meets or not, whatever its words.
func (q Query) filters() []bsearch.Query {
	var all []bsearch.Query
	if len(q.Sources) > 0 {
		all = append(all, oneOf("source", q.Sources))
	}
	if len(q.Topics) > 0 {
		all = append(all, oneOf("topic", q.Topics))
	}
	if !q.From.IsZero() || !q.To.IsZero() {
		period := bleve.NewDateRangeQuery(q.From, q.To)
		period.SetField("time")
		all = append(all, period)
	}
	return all
}

// oneOf asks that a field is one of some values.
func oneOf(field string, values []string) bsearch.Query {
	some := bleve.NewDisjunctionQuery()
	for _, v := range values {
		term := bleve.NewTermQuery(v)
		term.SetField(field)
		some.AddQuery(term)
	}
	return some
}

// Count is the number of articles in the index.
func (x *Index) Count() (int, error) {
	n, err := x.bleve.DocCount()
	if err != nil {
		return 0, fmt.Errorf("search index: %w", err)
	}
	return int(n), nil
}
