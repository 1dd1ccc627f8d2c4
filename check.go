package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/peterbourgon/ff/v3/ffcli"
	"golang.org/x/sync/errgroup"

	"visnyk/config"
	"visnyk/sources"
)

// checksAtOnce is how many endpoints are tried side by side.
const checksAtOnce = 16

func (p *program) sourcesCommand() *ffcli.Command {
	c := p.command("sources", "visnyk sources check|moves|accept|refuse", "try the endpoints of the catalogue; decide about sources that moved", nil, func(context.Context, []string) error {
		return usageError("say visnyk sources check, moves, accept or refuse")
	})
	c.Subcommands = append([]*ffcli.Command{p.checkCommand()}, p.moveCommands()...)
	return c
}

func (p *program) checkCommand() *ffcli.Command {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	write := flags.Bool("write", true, "write what was seen to VISNYK_DATA_DIR, so that the bot reads the endpoints that answer")
	c := p.command("check", "visnyk sources check [--write=false]", "try every endpoint of the catalogue and print which answer", flags, func(ctx context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		return p.checkSources(ctx, *write)
	})
	c.LongHelp = `Where no endpoint of an authority answers, new ones are looked for from its home page: FOUND says how each was found
and how sure that is. What was seen is written
to checked.yaml in VISNYK_DATA_DIR: the next start of the bot takes the endpoints that answered from there. Addresses that
did not answer stay in the catalogue and are tried again.`
	return c
}

// checked is what became of one endpoint.
type checked struct {
	source   sources.Source
	endpoint sources.Endpoint
	others   []sources.Endpoint // found with it
	items    int
	newest   time.Time
	err      error
}

func (p *program) checkSources(ctx context.Context, write bool) error {
	s, err := config.LoadWithoutToken(p.getenv)
	if err != nil {
		return err
	}
	_, catalogue, err := loadData(s)
	if err != nil {
		return err
	}
	client := sources.NewClient(sources.ClientOptions{AllowPrivate: s.AllowPrivate, TMEURL: s.TMEURL})
	rows := checksOf(catalogue)
	var g errgroup.Group
	g.SetLimit(checksAtOnce)
	var mu sync.Mutex
	done := 0
	for i := range rows {
		g.Go(func() error {
			rows[i].try(ctx, client)
			mu.Lock()
			defer mu.Unlock()
			done++
			_, _ = fmt.Fprintf(p.stderr, "\r%s %d/%d", bar(done, len(rows)), done, len(rows))
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	rows = spread(append(rows, repair(ctx, client, rows)...))
	_, _ = fmt.Fprintln(p.stderr)
	if err := p.printChecks(rows); err != nil || !write {
		return err
	}
	file := checkedFile(s)
	if err := config.WriteChecked(file, seenIn(rows), time.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "Written to %s.\n", file)
	return err
}

// repair looks for new endpoints of the authorities of which none answered.
func repair(ctx context.Context, client *sources.Client, rows []checked) []checked {
	answers := map[string]bool{}
	for _, r := range rows {
		answers[r.source.ID] = answers[r.source.ID] || r.err == nil
	}
	var found []checked
	for _, r := range rows {
		// A row without an endpoint of the catalogue was looked for already.
		if answers[r.source.ID] || r.source.Home == "" || len(r.source.Endpoints) == 0 {
			continue
		}
		answers[r.source.ID] = true // once is enough
		found = append(found, checked{source: r.source})
	}
	var g errgroup.Group
	g.SetLimit(checksAtOnce)
	for i := range found {
		g.Go(func() error {
			found[i].try(ctx, client)
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	return found
}

// spread gives a row to each of the endpoints that were found together.
func spread(rows []checked) []checked {
	var all []checked
	for _, r := range rows {
		all = append(all, r)
		for _, e := range r.others {
			err := error(nil)
			if !e.Verified {
				err = errUnread
			}
			all = append(all, checked{source: r.source, endpoint: e, items: unread, err: err})
		}
	}
	return all
}

// unread is the number of items of an endpoint that was not read again after it
// was found.
const unread = -1

// errUnread is what is said of an endpoint that was found and did not answer.
var errUnread = errors.New("found, does not answer now")

// seenIn gives the endpoints that answered, by authority in the order of the
// catalogue.
func seenIn(rows []checked) []config.Authority {
	var all []config.Authority
	at := map[string]int{}
	for _, r := range rows {
		if r.err != nil {
			continue
		}
		i, ok := at[r.source.ID]
		if !ok {
			i = len(all)
			at[r.source.ID] = i
			all = append(all, config.Authority{ID: r.source.ID, Name: r.source.Name})
		}
		all[i].Endpoints = append(all[i].Endpoints, config.Endpoint{Kind: string(r.endpoint.Kind), URL: r.endpoint.URL, Verified: true})
	}
	return all
}

// checksOf lists the endpoints to try; an authority without one has its home
// page tried.
func checksOf(catalogue []sources.Source) []checked {
	var rows []checked
	for _, source := range catalogue {
		for _, e := range source.Endpoints {
			rows = append(rows, checked{source: source, endpoint: e})
		}
		if len(source.Endpoints) == 0 {
			rows = append(rows, checked{source: source})
		}
	}
	return rows
}

func (c *checked) try(ctx context.Context, client *sources.Client) {
	var reading sources.Reading
	if c.endpoint.URL == "" {
		var found sources.Source
		found, reading, c.err = client.Discover(ctx, c.source.Home)
		if c.err == nil && len(found.Endpoints) > 0 {
			c.endpoint, c.others = found.Endpoints[0], found.Endpoints[1:]
		} else {
			c.endpoint.URL = c.source.Home
		}
	} else {
		reading, c.err = client.Read(ctx, c.endpoint, sources.Validators{})
	}
	c.items = len(reading.Items)
	for _, item := range reading.Items {
		if item.Published.After(c.newest) {
			c.newest = item.Published
		}
	}
}

// barWidth is the width of the progress bar in characters.
const barWidth = 30

func bar(done, total int) string {
	n := done * barWidth / max(total, 1)
	return "[" + strings.Repeat("#", n) + strings.Repeat(".", barWidth-n) + "]"
}

// wayOf says how an endpoint was found and how sure that is: "named 95 %".
func wayOf(e sources.Endpoint) string {
	if e.Why == "" {
		return "catalogue"
	}
	return fmt.Sprintf("%s %.0f %%", e.Why, 100*e.Sure)
}

func (p *program) printChecks(rows []checked) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ID\tKIND\tRESULT\tFOUND\tITEMS\tNEWEST\tADDRESS")
	answered := 0
	for _, r := range rows {
		result, newest := "ok", "–"
		if r.err != nil {
			result = strings.ReplaceAll(r.err.Error(), "\n", "; ")
			if len(result) > 80 {
				result = strings.ToValidUTF8(result[:80], "") + "…"
			}
		} else {
			answered++
		}
		items := "–"
		if r.items != unread {
			items = strconv.Itoa(r.items)
		}
		if !r.newest.IsZero() {
			newest = r.newest.UTC().Format(time.DateOnly)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.source.ID, r.endpoint.Kind, result, wayOf(r.endpoint), items, newest, r.endpoint.URL)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "%d of %d endpoints answer.\n", answered, len(rows))
	return err
}

func (p *program) healthCommand() *ffcli.Command {
	flags := flag.NewFlagSet("health", flag.ContinueOnError)
	return p.command("health", "visnyk health", "ask the running bot at VISNYK_HTTP_ADDR whether it is well", flags, func(ctx context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		s, err := config.LoadWithoutToken(p.getenv)
		if err != nil {
			return err
		}
		if s.HTTPAddr == "off" {
			return usageError("VISNYK_HTTP_ADDR is off: there is nothing to ask")
		}
		return askHealth(ctx, "http://"+s.HTTPAddr+"/healthz")
	})
}

func askHealth(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("VISNYK_HTTP_ADDR: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the bot does not answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the bot is not well: status %d", resp.StatusCode)
	}
	return nil
}
