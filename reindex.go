package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/peterbourgon/ff/v3/ffcli"
	"github.com/redis/go-redis/v9"

	"visnyk/config"
	"visnyk/sources/articles"
	"visnyk/sources/search"
)

// progressEvery is how often reindex says how far it is.
const progressEvery = time.Second

func (p *program) reindexCommand() *ffcli.Command {
	c := p.command("reindex", "visnyk reindex", "build the search index anew beside the one in use", nil, func(ctx context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		s, err := config.LoadWithoutToken(p.getenv)
		if err != nil {
			return err
		}
		return p.withRedis(ctx, func(_, data redis.UniversalClient) error { return p.reindex(ctx, s, data) })
	})
	c.LongHelp = `Reads the whole archive and builds an index in the data folder (VISNYK_DATA_DIR). A running bot goes on with the old one
and changes over to the new one by itself; it need not be ended.`
	return c
}

// reindex builds the index of the data folder anew and tells of its progress.
func (p *program) reindex(ctx context.Context, s config.Settings, data redis.UniversalClient) error {
	taxonomy, _, err := loadData(s)
	if err != nil {
		return err
	}
	began, said, n := time.Now(), time.Now(), 0
	log := slog.New(slog.NewTextHandler(redact{p.stderr}, nil))
	_, err = search.Rebuild(ctx, filepath.Join(s.DataDir, "search"), labels(taxonomy), articles.NewStore(data, nil), log, func(done, total int) {
		n = done
		if time.Since(said) >= progressEvery {
			said = time.Now()
			_, _ = fmt.Fprintf(p.stderr, "%d of %d articles\n", done, total)
		}
	})
	if err != nil {
		return err
	}
	took := time.Since(began)
	_, err = fmt.Fprintf(p.stdout, "%d articles are indexed in %s. A running bot changes over within seconds.\n", n, took.Round(10*time.Millisecond))
	return err
}
