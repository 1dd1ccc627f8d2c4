package search

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
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
	fieldAt     = "at"
	fieldDay    = "day"
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
	Title   string    `json:"title"`
	Text    string    `json:"text"`
	Exact   string    `json:"exact"`
	Time    time.Time `json:"time"`
	At      string    `json:"at"`  // Time again, in the form by which it is sorted and read
	Day     string    `json:"day"` // of Time
	Seen    time.Time `json:"seen"`
	Sources []string  `json:"source"`
	Topics  []string  `json:"topic"`
}

// documentOf makes a document of an article. An article is news not later than
// it was taken in, whatever its date says.
func documentOf(a *articles.Article, labels Labels) document {
	whole := a.Title + apart + a.Text
	d := document{Title: a.Title, Text: whole, Exact: whole, Time: timeOf(a), Seen: a.Seen, Sources: sourcesOf(a)}
	d.At, d.Day = stamp(d.Time), dayOf(d.Time)
	if labels.Topics != nil {
		d.Topics = labels.Topics(a.Title, a.Text)
	}
	return d
}

// apart stands between the title and the text: no phrase goes over it.
const apart = "\x1f"

// stamp writes a moment to the millisecond, so that later ones sort later.
func stamp(t time.Time) string { return fmt.Sprintf("%014d", max(t.UnixMilli(), 0)) }

func unstamp(s []byte) time.Time {
	ms, err := strconv.ParseInt(string(s), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// dayOf names the day of a moment.
func dayOf(t time.Time) string { return t.UTC().Format("20060102") }

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

// gap is how many places are left free between the title and the text.
const gap = 8

// tokenizer gives what is looked for of a text's words, all of one word in the
// same place: of the word i of some that are no marks.
type tokenizer func(words []ukrainian.Token, i int) []string

// Tokenize implements bleve's analysis.Tokenizer.
func (of tokenizer) Tokenize(input []byte) analysis.TokenStream {
	stream := make(analysis.TokenStream, 0, len(input)/8)
	position := 0
	for text := range strings.SplitSeq(string(input), apart) {
		words := wordsOf(text)
		for i := range words {
			position++
			for _, term := range of(words, i) {
				// Where in the text it stands is found anew for a snippet.
				stream = append(stream, &analysis.Token{Term: []byte(term), Position: position})
			}
		}
		position += gap
	}
	return stream
}

// wordsOf gives the tokens of a text that are no marks.
func wordsOf(text string) []ukrainian.Token {
	return slices.DeleteFunc(ukrainian.Tokens(text), func(t ukrainian.Token) bool { return t.Kind == ukrainian.Mark })
}

// exact gives the terms of a word in fieldExact: its forms, a stop word marked by
// the word after it. A stop word alone would be in all articles, and a phrase
// with it would have to look at nearly all its places.
func exact(words []ukrainian.Token, i int) []string {
	var all []string
	for _, f := range forms(words[i]) {
		if !ukrainian.IsStop(f) {
			all = append(all, f)
		} else if i+1 < len(words) {
			for _, next := range forms(words[i+1]) {
				all = append(all, marked(f, next))
			}
		}
	}
	return all
}

// marks is how many marks a stop word may have: so many times rarer it becomes.
const marks = 64

func marked(stop, next string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(next)) // it never fails
	return stop + " " + string(rune('0'+h.Sum32()%marks))
}

// places gives the terms of fieldExact that stand side by side where a phrase
// does. Its last word is no stop word.
func places(phrase []string) []string {
	all := make([]string, len(phrase))
	for i, w := range phrase {
		all[i] = w
		if ukrainian.IsStop(w) && i+1 < len(phrase) {
			all[i] = marked(w, phrase[i+1])
		}
	}
	return all
}

// The library looks analyzers up by name in a registry of its own.
func init() {
	for name, of := range map[string]tokenizer{
		keyAnalyzer:  func(words []ukrainian.Token, i int) []string { return indexed(words[i]) },
		formAnalyzer: exact,
	} {
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
	at.Store, at.IncludeInAll, at.DocValues = false, false, false
	name := bleve.NewKeywordFieldMapping()
	name.Store, name.IncludeInAll, name.IncludeTermVectors, name.SkipFreqNorm = false, false, false, true
	doc := bleve.NewDocumentStaticMapping()
	for field, how := range map[string]*mapping.FieldMapping{
		fieldTitle: words, fieldText: words, fieldExact: exact, fieldTime: at, fieldSeen: at, fieldAt: name, fieldDay: name, fieldSource: name, fieldTopic: name,
	} {
		doc.AddFieldMappingsAt(field, how)
	}
	doc.AddSubDocumentMapping("_all", bleve.NewDocumentDisabledMapping()) // no field of all fields
	m := bleve.NewIndexMapping()
	m.DefaultMapping, m.DefaultAnalyzer, m.ScoringModel = doc, keyAnalyzer, index.BM25Scoring
	return m
}
