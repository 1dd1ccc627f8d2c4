package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"visnyk/bot"
	"visnyk/bot/chats"
	"visnyk/config"
	"visnyk/digest"
	"visnyk/internal/lognames"
	"visnyk/sources"
	"visnyk/sources/articles"
	"visnyk/sources/search"
)

// parts are what serve does not make itself when it is given them: the demo
// brings its own Redis and catalogue.
type parts struct {
	log       *slog.Logger
	core      redis.UniversalClient
	catalogue []sources.Source
	ready     func() // called once the bot works
}

// serve makes the bot out of its parts, in the order of their dependence, and
// runs it until ctx ends.
func serve(ctx context.Context, s config.Settings, given parts) error {
	logNames, log := named(given.log)
	taxonomy, catalogue, err := loadData(s)
	if err != nil {
		return err
	}
	if given.catalogue != nil {
		catalogue = given.catalogue
	}
	replica, release, err := ownFolder(s.DataDir)
	if err != nil {
		return err
	}
	defer release()

	core, data, closeRedis, err := openRedis(ctx, s, given.core, log)
	if err != nil {
		return err
	}
	defer closeRedis()
	store, err := openChats(ctx, core, s, logNames)
	if err != nil {
		return err
	}
	listener, closeListener, err := listen(s.HTTPAddr)
	if err != nil {
		return err
	}
	defer closeListener()
	api := bot.NewAPI(s.TelegramToken.Reveal(), s.TelegramAPIURL)
	if err := introduce(ctx, api, log); err != nil {
		return err
	}
	index, err := search.Open(filepath.Join(s.DataDir, "search"), labels(taxonomy), log)
	if err != nil {
		return err
	}
	defer func() { _ = index.Close() }()

	queue := asynq.NewClientFromRedisClient(core)
	archive := articles.NewStore(data, nil)
	registry := sources.NewRegistry(core, catalogue, nil)
	client := sources.NewClient(sources.ClientOptions{AllowPrivate: s.AllowPrivate, TMEURL: s.TMEURL, Robots: sources.NewRobotsStore(data)})
	var b *bot.Bot
	poller := sources.NewPoller(sources.PollerOptions{
		Fetcher: client, Quick: client.Hasty(sources.QuickPatience), Registry: registry, Sink: sink{archive}, Queue: queue,
		Followed: store.Followed, Interval: s.PollInterval, Log: log,
		Notify: func(ctx context.Context, n sources.Notice) error { return b.Notify(ctx, n) },
	})
	names := newNames(registry, catalogue)
	b = bot.New(bot.Options{
		API: api, Chats: store, Ledger: chats.NewLedger(core, nil).Confirmed(s.Replicas), Limit: chats.NewLimiter(core, s.SendRate), Inbox: chats.NewInbox(core, replica), Lead: chats.NewLead(core, replica),
		Registry: registry, Follower: poller, Discover: client, Archive: archive, Search: index, Standing: search.NewStanding(labels(taxonomy)),
		Builder: digest.NewBuilder(taxonomy, s.Timezone, names.of, bodiesOf(catalogue)...), Stories: digest.NewKeeper(data, time.Now), Frozen: digest.NewStore(core), Retold: retelling(s, data, log), Topics: taxonomy,
		Queue: queue, Tasks: asynq.NewInspectorFromRedisClient(core), Admins: s.Admins, Allowed: s.Allowed, Version: versionText(), Log: log, LogName: logNames.Of,
	})
	if err := b.SetWebhook(ctx, s.WebhookURL, s.WebhookSecret.Reveal()); err != nil {
		log.Warn("webhook: not set", "error", err)
	}

	stop, err := startTasks(core, log, b, poller)
	if err != nil {
		return err
	}
	defer stop()

	g, ctx := errgroup.WithContext(ctx)
	if listener != nil {
		g.Go(func() error { return serveHTTP(ctx, listener, s, b, core, log) })
	}
	g.Go(func() error { return names.run(ctx) })
	g.Go(func() error { return poller.Run(ctx) })
	g.Go(func() error { return index.Follow(ctx, archive) })
	g.Go(func() error { return b.Run(ctx, s.WebhookURL == "") })
	log.Info("visnyk works", "bot", api.Self.Username, "version", versionText())
	if given.ready != nil {
		given.ready()
	}
	return g.Wait()
}

// named returns a log in which users and chats have names in the place of ids.
func named(log *slog.Logger) (*lognames.Names, *slog.Logger) {
	names := lognames.New(nil)
	return names, slog.New(names.Handler(log.Handler()))
}

// openChats opens the chats in sound core data. All replicas name them in their
// logs by the same secret from then on.
func openChats(ctx context.Context, core redis.UniversalClient, s config.Settings, names *lognames.Names) (*chats.Store, error) {
	if err := sound(ctx, core); err != nil {
		return nil, err
	}
	store := chats.NewStore(core, s.Timezone, nil)
	secret, err := store.Secret(ctx)
	if err != nil {
		return nil, err
	}
	names.Use(secret)
	return store, nil
}

// sound fails when an import of the core data was broken off, and brings the
// data to the version of this program.
func sound(ctx context.Context, core redis.UniversalClient) error {
	if n, err := core.Exists(ctx, importMark).Result(); err != nil || n > 0 {
		return cmp.Or(err, errors.New("an import of the core data was broken off: run visnyk import --replace again"))
	}
	return chats.Migrate(ctx, core)
}

// openRedis opens the two roles, starting a redis-server of our own where no
// address was given.
func openRedis(ctx context.Context, s config.Settings, given redis.UniversalClient, log *slog.Logger) (core, data redis.UniversalClient, closeAll func(), err error) {
	if given != nil {
		return given, given, func() {}, nil
	}
	stop := func() {}
	address := s.RedisURL
	if address == "" {
		if address, stop, err = childRedis(ctx, s.DataDir, log); err != nil {
			return nil, nil, nil, err
		}
	}
	if core, err = connect(ctx, "REDIS_URL", address); err != nil {
		stop()
		return nil, nil, nil, err
	}
	if err := lasting(ctx, "REDIS_URL", core, log); err != nil {
		_ = core.Close()
		stop()
		return nil, nil, nil, err
	}
	data = core
	if s.RedisDataURL != "" {
		if data, err = connect(ctx, "REDIS_DATA_URL", s.RedisDataURL); err != nil {
			_ = core.Close()
			stop()
			return nil, nil, nil, err
		}
		if err := lasting(ctx, "REDIS_DATA_URL", data, log); err != nil {
			_, _ = data.Close(), core.Close()
			stop()
			return nil, nil, nil, err
		}
	}
	return core, data, func() {
		if data != core {
			_ = data.Close()
		}
		_ = core.Close()
		stop()
	}, nil
}

// introduce asks Telegram who the bot is. A refused token ends the program; a
// server that does not answer is waited for.
func introduce(ctx context.Context, api *bot.API, log *slog.Logger) error {
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		err := api.Me(ctx)
		var e *bot.CallError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &e) && (e.Code == http.StatusUnauthorized || e.Code == http.StatusNotFound):
			return errors.New("TELEGRAM_TOKEN: Telegram refuses this token: get a new one from @BotFather")
		}
		log.Warn("telegram does not answer, trying again", "wait", wait, "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// startTasks starts the workers of every lane. stop ends them side by side: each
// may take its whole time.
func startTasks(core redis.UniversalClient, log *slog.Logger, builder, fetcher asynq.Handler) (stop func(), err error) {
	mux := asynq.NewServeMux()
	mux.Handle(bot.TaskBuild, builder)
	for _, lane := range sources.Lanes() {
		mux.Handle(lane.Queue, fetcher)
	}
	var all []*asynq.Server
	stop = func() {
		var wg sync.WaitGroup
		for _, server := range all {
			wg.Go(server.Shutdown)
		}
		wg.Wait()
	}
	for _, lane := range append(sources.Lanes(), sources.Lane{Queue: bot.QueueBuild, Workers: 4}) {
		server := taskServer(core, log, lane)
		if err := server.Start(mux); err != nil {
			stop()
			return nil, fmt.Errorf("start the task queue: %w", err)
		}
		all = append(all, server)
	}
	return stop, nil
}

// taskServer works on the tasks of one lane, so that what waits in one holds up
// nothing in another.
func taskServer(core redis.UniversalClient, log *slog.Logger, l sources.Lane) *asynq.Server {
	return asynq.NewServerFromRedisClient(core, asynq.Config{
		Concurrency:              l.Workers,
		Queues:                   map[string]int{l.Queue: 1},
		TaskCheckInterval:        200 * time.Millisecond,
		DelayedTaskCheckInterval: 500 * time.Millisecond,
		ShutdownTimeout:          4 * time.Second,
		LogLevel:                 asynq.WarnLevel,
		Logger:                   taskLog{log},
		// A task that a dying process left, or that waits, has not failed.
		IsFailure:      func(err error) bool { return !errors.Is(err, asynq.ErrLeaseExpired) && !errors.Is(err, bot.ErrNotYet) },
		RetryDelayFunc: func(n int, _ error, _ *asynq.Task) time.Duration { return time.Second * time.Duration(min(1+n, 60)) },
		ErrorHandler: asynq.ErrorHandlerFunc(func(_ context.Context, task *asynq.Task, err error) {
			if !errors.Is(err, bot.ErrNotYet) {
				log.Warn("task: to be run again", "task", task.Type(), "error", err)
			}
		}),
	})
}

// taskLog gives the task queue's own messages to our log.
type taskLog struct{ log *slog.Logger }

func (l taskLog) Debug(args ...any) { l.log.Debug("tasks: " + fmt.Sprint(args...)) }
func (l taskLog) Info(args ...any)  { l.log.Debug("tasks: " + fmt.Sprint(args...)) }
func (l taskLog) Warn(args ...any)  { l.log.Warn("tasks: " + fmt.Sprint(args...)) }
func (l taskLog) Error(args ...any) { l.log.Warn("tasks: " + fmt.Sprint(args...)) }
func (l taskLog) Fatal(args ...any) { l.log.Error("tasks: " + fmt.Sprint(args...)) }

// listen opens an address; "off" is none, and gives no listener.
func listen(addr string) (l net.Listener, closeIt func(), err error) {
	if addr == "off" {
		return nil, func() {}, nil
	}
	l, err = net.Listen("tcp", addr)
	if err != nil {
		return nil, nil, fmt.Errorf("VISNYK_HTTP_ADDR: %s cannot be listened on, choose another or off: %w", addr, err)
	}
	return l, func() { _ = l.Close() }, nil
}

// serveHTTP answers health checks and, where one is set, the webhook.
func serveHTTP(ctx context.Context, l net.Listener, s config.Settings, b *bot.Bot, core redis.UniversalClient, log *slog.Logger) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := core.Ping(ctx).Err(); err != nil {
			http.Error(w, "Redis does not answer", http.StatusServiceUnavailable)
			return
		}
		if b.Refused() {
			http.Error(w, "Telegram refuses the token", http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, "ok")
	})
	if u, err := url.Parse(s.WebhookURL); err == nil && s.WebhookURL != "" {
		mux.Handle("POST /"+trimSlash(u.Path), b.Webhook(s.WebhookSecret.Reveal()))
	}
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 15 * time.Second, MaxHeaderBytes: 16 << 10}
	context.AfterFunc(ctx, func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = srv.Shutdown(stop)
	})
	log.Info("health at http://" + l.Addr().String() + "/healthz")
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	return nil
}

func trimSlash(path string) string {
	for len(path) > 0 && path[0] == '/' {
		path = path[1:]
	}
	return path
}

// labels lets searches be narrowed by topic.
func labels(taxonomy *digest.Taxonomy) search.Labels {
	return search.Labels{Version: taxonomy.Version(), Topics: func(title, text string) []string {
		var ids []string
		for _, s := range taxonomy.Classify(title, text) {
			ids = append(ids, s.ID)
		}
		return ids
	}}
}
