package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3/ffcli"

	"visnyk/config"
	"visnyk/digest"
	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
	"visnyk/sources/extract"
)

// analyzeFields are what analyze prints, in order, after the id.
func analyzeFields() []string {
	return []string{"title", "published", "language", "text", "sentences", "tokens", "terms", "topics", "summary", "duplicate_of", "story", "documents"}
}

func (p *program) analyzeCommand() *ffcli.Command {
	flags := flag.NewFlagSet("analyze", flag.ContinueOnError)
	only := flags.String("only", "", "fields to make and print, separated by commas: "+strings.Join(analyzeFields(), ","))
	c := p.command("analyze", "visnyk analyze [--only text,summary…] < JSON Lines", "print what the program sees in pages and texts", flags, func(ctx context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		return p.analyze(ctx, *only)
	})
	c.LongHelp = `Reads {"id","url"?,"html"}, {"id","raw"} (the text of a whole page) or {"id","title","text","published"?}
and prints a line for each in the same order. With duplicate_of or story the lines come when the input has ended.`
	return c
}

func (p *program) analyze(ctx context.Context, only string) error {
	fields := analyzeFields()
	if only != "" {
		fields = nil
		for f := range strings.SplitSeq(only, ",") {
			f = strings.TrimSpace(f)
			if !slices.Contains(analyzeFields(), f) {
				return usageError("--only knows no field " + f)
			}
			fields = append(fields, f)
		}
	}
	s, err := config.LoadWithoutToken(p.getenv)
	if err != nil {
		return err
	}
	taxonomy, _, err := loadData(s)
	if err != nil {
		return err
	}
	a := analyzer{taxonomy: taxonomy, fields: fields, out: bufio.NewWriter(p.stdout)}
	if slices.Contains(fields, "duplicate_of") || slices.Contains(fields, "story") {
		a.cluster = digest.NewCluster()
	}
	err = eachLine(p.stdin, func(n int, l line) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return a.take(l)
	})
	if err != nil {
		return err
	}
	return a.finish()
}

// analyzer sees the records of one stream. Where copies and stories are asked
// for, the lines are written when the stream has ended: only then it is known
// which texts repeat each other.
type analyzer struct {
	taxonomy *digest.Taxonomy
	fields   []string
	out      *bufio.Writer
	cluster  *digest.Cluster // nil when relations are not asked for
	waiting  []analysed
	firsts   []string // of each story: the id of its first record
}

// analysed is one record on its way to its line.
type analysed struct {
	id               string
	page             extract.Page
	duplicate, story string
}

// take reads one record and writes its line, or keeps it until the end.
func (a *analyzer) take(l line) error {
	r := analysed{id: l.ID, page: pageOf(l)}
	if a.cluster == nil {
		return a.write(r)
	}
	j := a.cluster.Add(articles.Article{
		ID: r.id, Title: r.page.Title, Text: r.page.Text, Published: r.page.Published,
		Language: ukrainian.Language(r.page.Title + "\n" + r.page.Text),
	})
	if j.Story == len(a.firsts) {
		a.firsts = append(a.firsts, r.id)
	}
	r.story = a.firsts[j.Story]
	a.waiting = append(a.waiting, r)
	return nil
}

func (a *analyzer) finish() error {
	if a.cluster != nil {
		copies := a.cluster.Copies()
		for i, r := range a.waiting {
			r.duplicate = copies[i]
			if err := a.write(r); err != nil {
				return err
			}
		}
	}
	return a.out.Flush()
}

// pageOf is what a record says. One bad page must not end the stream: it has no
// title and no text.
func pageOf(l line) extract.Page {
	page := extract.Page{Title: strings.TrimSpace(l.Title), Text: strings.TrimSpace(l.Text)}
	var err error
	switch {
	case l.HTML != "":
		page, err = extract.HTML([]byte(l.HTML), "text/html; charset=utf-8", l.URL)
	case l.Raw != "":
		page = extract.Text(l.Raw)
	}
	if err == nil && l.Published != "" {
		page.Published, err = parsePublished(l.Published)
	}
	if err != nil {
		return extract.Page{}
	}
	return page
}

// write writes the line of one record: its id and the fields asked for, in their
// order.
func (a *analyzer) write(r analysed) error {
	var b bytes.Buffer
	b.WriteByte('{')
	if err := member(&b, "id", r.id); err != nil {
		return err
	}
	for _, f := range a.fields {
		b.WriteByte(',')
		if err := member(&b, f, a.value(f, r.page, r.duplicate, r.story)); err != nil {
			return err
		}
	}
	b.WriteString("}\n")
	_, err := a.out.Write(b.Bytes())
	return err
}

func (a *analyzer) value(field string, page extract.Page, duplicate, story string) any {
	switch field {
	case "title":
		return orNull(page.Title)
	case "published":
		if page.Published.IsZero() {
			return nil
		}
		return page.Published.Format(time.RFC3339)
	case "language":
		return orNull(ukrainian.Language(page.Title + "\n" + page.Text))
	case "text":
		return page.Text
	case "sentences":
		return orEmpty(ukrainian.Sentences(page.Text))
	case "tokens", "terms":
		return tokensOf(page.Text, field == "terms")
	case "topics":
		return orEmpty(a.taxonomy.Classify(page.Title, page.Text))
	case "summary":
		return orEmpty(digest.Summarise(page.Title, page.Text, 2))
	case "documents":
		return documentsOf(page.Documents)
	case "duplicate_of":
		return orNull(duplicate)
	default:
		return story
	}
}

// document is a document as analyze prints it: null for what is not said.
type document struct {
	Type   any `json:"type"`
	Number any `json:"number"`
	Date   any `json:"date"`
	Title  any `json:"title"`
	URL    any `json:"url"`
}

func documentsOf(all []extract.Document) []document {
	printed := []document{}
	for _, d := range all {
		p := document{Type: orNull(d.Type), Number: orNull(d.Number), Title: orNull(d.Title), URL: orNull(d.URL)}
		if !d.Date.IsZero() {
			p.Date = d.Date.Format(time.DateOnly)
		}
		printed = append(printed, p)
	}
	return printed
}

// tokensOf lists the tokens of a text, or the key of each.
func tokensOf(text string, keys bool) []string {
	all := []string{}
	for _, t := range ukrainian.Tokens(text) {
		if keys {
			all = append(all, ukrainian.Key(t.Text))
		} else {
			all = append(all, t.Text)
		}
	}
	return all
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orEmpty[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// member writes one member of a JSON object, letters as they are.
func member(b *bytes.Buffer, name string, value any) error {
	fmt.Fprintf(b, "%q:", name)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	b.Truncate(b.Len() - 1) // the encoder ends with a line feed
	return nil
}
