package search

import (
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"
	index "github.com/blevesearch/bleve_index_api"

	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// version changes when the analysis or the layout on disk does: an index of
// another version is built anew.
const version = "4"

// The fields of a document. Words are looked for in fieldText, which has the
// title too, and weigh more where fieldTitle has them; phrases are looked for
// in fieldExact, the only one that knows where its words stand.
const (
	fieldText   = "text"
	fieldTitle  = "title"
	fieldExact  = "exact"
	fieldTime   = "time"
	fieldSeen   = "seen"
	fieldSource = "source"
	fieldTopic  = "topic"
)

// How the index calls the analyses of this package.
const (
	keyAnalyzer  = "ukrainian"
	formAnalyzer = "ukrainian-forms"
)

// document is an article as the index sees it.
type document struct {
	Title   []string  `json:"title"`
	Text    []string  `json:"text"`
	Exact   []string  `json:"exact"`
	Time    time.Time `json:"time"`
	Seen    time.Time `json:"seen"`
	Sources []string  `json:"source"`
	Topics  []string  `json:"topic"`
}

// documentOf makes a document of an article. An article is news not later than
// it was taken in, whatever its date says.
func documentOf(a *articles.Article, labels Labels) document {
	whole := []string{a.Title, a.Text}
	d := document{Title: whole[:1], Text: whole, Exact: whole, Time: timeOf(a), Seen: a.Seen, Sources: sourcesOf(a)}
	if labels.Topics != nil {
		d.Topics = labels.Topics(a.Title, a.Text)
	}
	return d
}

func timeOf(a *articles.Article) time.Time {
	if at := a.Time(); at.Before(a.Seen) {
		return at
	}
	return a.Seen
}

// sourcesOf names all that published an article.
func sourcesOf(a *articles.Article) []string {
	all := []string{a.Source}
	for _, l := range a.Links {
		if l.Source != a.Source {
			all = append(all, l.Source)
		}
	}
	return all
}

// indexed gives the keys under which a token is found, those of its parts too:
// none for marks and stop words.
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

// forms gives a token as it is written, and its parts: none for marks.
func forms(t ukrainian.Token) []string {
	if t.Kind == ukrainian.Mark {
		return nil
	}
	all := []string{form(t)}
	for _, part := range t.Parts() {
		all = append(all, form(part))
	}
	return all
}

// form is a word without its letter case, kinds of apostrophes and full stop.
func form(t ukrainian.Token) string { return strings.TrimSuffix(ukrainian.Fold(t.Text), ".") }

// tokenizer gives what is looked for of a text's words, all of one word in the
// same place.
type tokenizer func(ukrainian.Token) []string

// Tokenize implements bleve's analysis.Tokenizer.
func (of tokenizer) Tokenize(input []byte) analysis.TokenStream {
	var stream analysis.TokenStream
	position := 0
	for _, t := range ukrainian.Tokens(string(input)) {
		terms := of(t)
		if len(terms) > 0 {
			position++
		}
		for _, term := range terms {
			stream = append(stream, &analysis.Token{Term: []byte(term), Start: t.Start, End: t.End, Position: position})
		}
	}
	return stream
}

// The library looks analyzers up by name in a registry of its own.
func init() {
	for name, of := range map[string]tokenizer{keyAnalyzer: indexed, formAnalyzer: forms} {
		err := registry.RegisterAnalyzer(name, func(map[string]any, *registry.Cache) (analysis.Analyzer, error) {
			return &analysis.DefaultAnalyzer{Tokenizer: of}, nil
		})
		if err != nil {
			panic(err)
		}
	}
}

func indexMapping() mapping.IndexMapping {
	words := bleve.NewTextFieldMapping()
	words.Analyzer, words.Store, words.IncludeInAll, words.IncludeTermVectors, words.DocValues = keyAnalyzer, false, false, false, false
	exact := bleve.NewTextFieldMapping()
	exact.Analyzer, exact.Store, exact.IncludeInAll, exact.DocValues = formAnalyzer, false, false, false
	at := bleve.NewDateTimeFieldMapping()
	at.Store, at.IncludeInAll = false, false
	name := bleve.NewKeywordFieldMapping()
	name.Store, name.IncludeInAll, name.IncludeTermVectors = false, false, false
	doc := bleve.NewDocumentStaticMapping()
	for field, how := range map[string]*mapping.FieldMapping{
		fieldTitle: words, fieldText: words, fieldExact: exact, fieldTime: at, fieldSeen: at, fieldSource: name, fieldTopic: name,
	} {
		doc.AddFieldMappingsAt(field, how)
	}
	m := bleve.NewIndexMapping()
	m.DefaultMapping, m.DefaultAnalyzer, m.ScoringModel = doc, keyAnalyzer, index.BM25Scoring
	return m
}
