package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/peterbourgon/ff/v3/ffcli"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"visnyk/config"
	"visnyk/internal/demo"
	"visnyk/sources"
)

// demoPoll is how often the demo's bot asks its sample authorities.
const demoPoll = "5s"

func (p *program) demoCommand() *ffcli.Command {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8080", "where the chat page is")
	verbose := flags.Bool("v", false, "log what the bot does")
	c := p.command("demo", "visnyk demo [--addr 127.0.0.1:8080]", "everything in one process: no token, no Redis, no network", flags, func(ctx context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		log := slog.New(slog.DiscardHandler)
		if *verbose {
			log = slog.New(slog.NewTextHandler(redact{p.stderr}, nil))
		}
		return p.demo(ctx, *addr, log)
	})
	c.LongHelp = "Sample authorities publish in front of you, and a chat page lets you talk to the real\nbot. Nothing lasts: all is gone when it ends."
	return c
}

func (p *program) demo(ctx context.Context, addr string, log *slog.Logger) error {
	world, err := demo.Start(ctx, demo.Options{Addr: addr, Log: log})
	if err != nil {
		return err
	}
	defer world.Close()
	memory := miniredis.NewMiniRedis()
	if err := memory.Start(); err != nil {
		return fmt.Errorf("start the Redis in memory: %w", err)
	}
	defer memory.Close()
	core := redis.NewClient(&redis.Options{Addr: memory.Addr()})
	defer func() { _ = core.Close() }()
	folder, err := os.MkdirTemp("", "visnyk-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	s, err := demoSettings(world, folder)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return world.Run(ctx) })
	g.Go(func() error { return letTimePass(ctx, memory) })
	g.Go(func() error {
		return serve(ctx, s, parts{log: log, core: core, catalogue: demoCatalogue(world), ready: func() {
			_, _ = fmt.Fprintf(p.stdout, "The demo works: open %s and type /start (Ctrl-C ends it; nothing is kept).\n", world.PageURL)
		}})
	})
	return g.Wait()
}

// demoSettings are the settings by which the bot finds the demo's world.
func demoSettings(world *demo.Demo, folder string) (config.Settings, error) {
	values := map[string]string{
		"TELEGRAM_TOKEN": world.Token, "TELEGRAM_API_URL": world.APIURL, "VISNYK_TME_URL": world.TMEURL,
		"VISNYK_ALLOW_PRIVATE_NETWORKS": "true", "VISNYK_POLL_INTERVAL": demoPoll, "VISNYK_DATA_DIR": folder,
		"VISNYK_HTTP_ADDR": "off", "VISNYK_ADMINS": fmt.Sprint(demo.UserID),
	}
	return config.Load(func(name string) string { return values[name] })
}

func demoCatalogue(world *demo.Demo) []sources.Source {
	var catalogue []sources.Source
	for _, a := range world.Sites {
		s := sources.Source{ID: a.ID, Name: a.Name, Home: a.Home, Aliases: a.Aliases, Authority: a.ID}
		for _, e := range a.Endpoints {
			s.Endpoints = append(s.Endpoints, sources.Endpoint{Kind: sources.EndpointKind(e.Kind), URL: e.URL, Verified: true})
		}
		catalogue = append(catalogue, s)
	}
	return catalogue
}

// passTime is how often the Redis in memory lets keys expire: it does not do
// that by itself.
const passTime = time.Second

func letTimePass(ctx context.Context, memory *miniredis.Miniredis) error {
	tick := time.NewTicker(passTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			memory.FastForward(passTime)
		}
	}
}
