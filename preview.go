package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3/ffcli"
	"golang.org/x/sync/errgroup"

	"visnyk/bot"
	"visnyk/config"
	"visnyk/digest"
	"visnyk/sources"
	"visnyk/sources/articles"
	"visnyk/sources/extract"
)

// maxLine bounds one line of JSON Lines: a page of HTML as a JSON string.
const maxLine = 32 << 20

// preview is one run of the preview command.
type preview struct {
	client *sources.Client
	since  time.Duration // of what an address published; 0: all
	now    time.Time
	names  map[string]string
	found  []articles.Article
	unread []string
	warn   func(format string, args ...any)
}

func (p *program) previewCommand() *ffcli.Command {
	flags := flag.NewFlagSet("preview", flag.ContinueOnError)
	since := flags.Duration("since", 24*time.Hour, "how old what an address published may be; 0 takes all")
	format := flags.String("format", "text", "text, html, json or docx")
	c := p.command("preview", "visnyk preview [--since 24h] [--format text|html|json|docx] ADDRESS…", "print the digest of feeds, pages, channels or files", flags, func(ctx context.Context, args []string) error {
		if len(args) == 0 {
			return usageError("preview needs an address or a file; - reads articles as JSON Lines")
		}
		if !slices.Contains([]string{"text", "html", "json", "docx"}, *format) {
			return usageError("--format is text, html, json or docx")
		}
		return p.preview(ctx, args, *since, *format)
	})
	c.LongHelp = "No Telegram and no Redis is used. --format docx writes a document to print: send it to a file.\n" +
		"An ADDRESS is that of a feed, a news page, a public Telegram channel (@name) or a file: a\n" +
		"feed, a page, or the text of a page. - reads\n" +
		`JSON Lines: {"id","source","url","title","text" or "html","published"}.`
	return c
}

func (p *program) preview(ctx context.Context, args []string, since time.Duration, format string) error {
	s, err := config.LoadWithoutToken(p.getenv)
	if err != nil {
		return err
	}
	taxonomy, _, err := loadData(s)
	if err != nil {
		return err
	}
	v := &preview{
		client: sources.NewClient(sources.ClientOptions{AllowPrivate: s.AllowPrivate, TMEURL: s.TMEURL}),
		since:  since, now: time.Now(), names: map[string]string{},
		warn: func(format string, args ...any) { _, _ = fmt.Fprintf(p.stderr, "visnyk: "+format+"\n", args...) },
	}
	for _, arg := range args {
		if err := v.add(ctx, arg, p.stdin); err != nil {
			if len(args) == 1 {
				return fmt.Errorf("%s: %w", arg, err)
			}
			v.warn("%s: %v", arg, err)
			v.unread = append(v.unread, arg)
		}
	}
	builder := digest.NewBuilder(taxonomy, s.Timezone, func(id string) string { return v.names[id] })
	stories, dropped := builder.Stories(v.found)
	d := builder.Build(stories, dropped, 0)
	if format == "json" {
		return writeJSON(p.stdout, d)
	}
	header := bot.Header{Title: "Дайджест", At: v.now.In(s.Timezone), Unread: v.unread}
	if format == "docx" {
		document, err := bot.RenderDocument(d, header)
		if err != nil {
			return err
		}
		_, err = p.stdout.Write(document)
		return err
	}
	text := bot.RenderText(d, header)
	if format == "html" {
		text = bot.RenderPage(d, header)
	}
	_, err = io.WriteString(p.stdout, text)
	return err
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// add takes in one argument.
func (v *preview) add(ctx context.Context, arg string, stdin io.Reader) error {
	if arg == "-" {
		return v.addLines(stdin)
	}
	if info, err := os.Stat(arg); err == nil && !info.IsDir() {
		return v.addFile(arg, info.Size())
	}
	return v.addAddress(ctx, arg)
}

// line is one article of JSON Lines.
type line struct {
	ID        string `json:"id"`
	Source    string `json:"source"`
	URL       string `json:"url"`
	Title     string `json:"title"`
	Text      string `json:"text"`
	HTML      string `json:"html"`
	Raw       string `json:"raw"`
	Published string `json:"published"`
}

func (v *preview) addLines(r io.Reader) error {
	return eachLine(r, func(n int, l line) error {
		item, err := l.item()
		if err != nil {
			return err
		}
		source := l.Source
		if source == "" {
			source = hostOf(l.URL)
		}
		a := articles.FromItem(source, item, v.now)
		if a.ID = l.ID; a.ID == "" {
			a.ID = fmt.Sprintf("%d", n)
		}
		v.names[source] = source
		v.found = append(v.found, a)
		return nil
	})
}

// eachLine reads JSON Lines; empty lines are passed over.
func eachLine(r io.Reader, do func(n int, l line) error) error {
	return eachRecord(r, func(n int, record []byte) error {
		var l line
		if err := json.Unmarshal(record, &l); err != nil {
			return err
		}
		return do(n, l)
	})
}

// eachRecord reads the lines that are not empty.
func eachRecord(r io.Reader, do func(n int, record []byte) error) error {
	scan := bufio.NewScanner(r)
	scan.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; scan.Scan(); n++ {
		if strings.TrimSpace(scan.Text()) == "" {
			continue
		}
		if err := do(n, scan.Bytes()); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := scan.Err(); err != nil {
		return fmt.Errorf("read lines: %w", err)
	}
	return nil
}

// item is a line as an item: extracted where it is a page.
func (l line) item() (sources.Item, error) {
	item := sources.Item{URL: l.URL, Title: l.Title, Text: l.Text}
	var page extract.Page
	switch {
	case l.HTML != "":
		var err error
		if page, err = extract.HTML([]byte(l.HTML), "text/html; charset=utf-8", l.URL); err != nil {
			return item, err
		}
	case l.Raw != "":
		page = extract.Text(l.Raw)
	}
	if item.Text == "" {
		item.Text, item.Links = page.Text, page.Links
	}
	if item.Title == "" {
		item.Title = page.Title
	}
	item.Published = page.Published
	if l.Published != "" {
		at, err := parsePublished(l.Published)
		if err != nil {
			return item, err
		}
		item.Published = at
	}
	return item, nil
}

// parsePublished reads a moment in the forms that data sets use. One without a
// zone is UTC.
func parsePublished(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("published %q is not a time like 2026-11-22T08:30:00+02:00", s)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// maxInput bounds a file.
const maxInput = 16 << 20

func (v *preview) addFile(path string, size int64) error {
	if size > maxInput {
		return errors.New("the file is over 16 MiB")
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if strings.HasSuffix(path, ".jsonl") || strings.HasSuffix(path, ".ndjson") {
		return v.addLines(strings.NewReader(string(body)))
	}
	name := filepath.Base(path)
	v.names[path] = ""
	if reading, err := sources.ParseFeed(body, "", ""); err == nil {
		v.names[path] = reading.Title
		for _, item := range reading.Items {
			v.found = append(v.found, articles.FromItem(path, item, v.now))
		}
		return nil
	}
	page := extract.Text(string(body))
	if head := strings.ToLower(string(body[:min(len(body), 2048)])); strings.Contains(head, "<html") || strings.Contains(head, "<!doctype") || strings.Contains(head, "<body") {
		if page, err = extract.HTML(body, "", ""); err != nil {
			return err
		}
	}
	if page.Text == "" {
		return sources.ErrNoItems
	}
	a := articles.FromItem(path, sources.Item{URL: page.URL, Title: page.Title, Text: page.Text, Published: page.Published}, v.now)
	a.ID = name
	v.found = append(v.found, a)
	return nil
}

// pagesAtOnce is how many article pages are fetched side by side.
const pagesAtOnce = 4

// pagesLimit is how many article pages of one address are fetched.
const pagesLimit = 40

func (v *preview) addAddress(ctx context.Context, address string) error {
	s, reading, err := v.client.Discover(ctx, address)
	if err != nil {
		return err
	}
	v.names[s.ID] = s.Name
	items := reading.Items
	if len(items) > pagesLimit {
		items = items[:pagesLimit]
	}
	var g errgroup.Group
	g.SetLimit(pagesAtOnce)
	for i := range items {
		if !items[i].Thin || items[i].URL == "" || !v.fresh(items[i].Published) {
			continue
		}
		g.Go(func() error {
			page, err := v.client.Article(ctx, items[i].URL)
			if err != nil {
				v.warn("%s: %v", items[i].URL, err)
				return nil
			}
			items[i].Complete(page)
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	for _, item := range items {
		if v.fresh(item.Published) {
			v.found = append(v.found, articles.FromItem(s.ID, item, v.now))
		}
	}
	return nil
}

// fresh tells whether something is news. What has no date counts as news.
func (v *preview) fresh(published time.Time) bool {
	return v.since == 0 || published.IsZero() || v.now.Sub(published) <= v.since
}
