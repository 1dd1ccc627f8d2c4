// Package demo is the world around the bot when it runs without a network:
// three sample authorities that publish in front of the user, a Bot API, and a
// page that looks like a Telegram chat.
//
// It owns the sample news and the page. It knows nothing of the bot, which
// talks to it as it talks to Telegram and to real sites.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"syscall"
	"time"

	"visnyk/internal/telegramtest"
)

// token has the form of a token and is none: it says so itself.
const token = "1234567890:DEMO-ONLY-NOT-A-REAL-TOKEN-00000000"

// botName is the bot's username in the demo.
const botName = "visnyk_demo_bot"

// UserID is the Telegram ID of the person at the page. Making it an operator
// shows the commands for operators, too.
const UserID = 1001

// Options are what a caller may choose.
type Options struct {
	// Addr is where the page listens.
	Addr string
	// Log takes what is published while the demo runs; nil means nothing.
	Log *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Location is the time zone of the authorities; nil means Europe/Kyiv.
	Location *time.Location
	// Second is how long a second of the programme takes; 0 means a second.
	Second time.Duration
}

// Demo is a running demo world.
type Demo struct {
	// APIURL and Token are the bot's settings for Telegram.
	APIURL string
	Token  string
	// TMEURL is where the previews of channels are.
	TMEURL string
	// PageURL is where the person opens the chat.
	PageURL string
	// Sites are the sample authorities.
	Sites []Authority

	api     *telegramtest.Server
	places  []*place
	entries []entry
	news    *headlines
	web     *http.Server
	served  chan error
	log     *slog.Logger
	now     func() time.Time
	second  time.Duration
}

// Start opens the sites, the Bot API and the page, and publishes the history.
// The context bounds only the start; Close ends everything.
func Start(ctx context.Context, o Options) (*Demo, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Second == 0 {
		o.Second = time.Second
	}
	if o.Location == nil {
		zone, err := time.LoadLocation("Europe/Kyiv")
		if err != nil {
			return nil, fmt.Errorf("time zone of the authorities: %w", err)
		}
		o.Location = zone
	}
	entries, err := loadNews()
	if err != nil {
		return nil, err
	}
	// The page comes first: its address is the one that can be taken.
	listener, err := listen(ctx, o.Addr)
	if err != nil {
		return nil, err
	}
	d := &Demo{
		Token: token, entries: entries, news: newHeadlines(), served: make(chan error, 1),
		log: o.Log, second: o.Second,
		now: func() time.Time { return o.Now().In(o.Location) },
	}
	if err := d.open(); err != nil {
		_ = listener.Close()
		return nil, err
	}
	d.PageURL = "http://" + shown(listener.Addr())
	d.web = &http.Server{Handler: newPage(d), ReadHeaderTimeout: 10 * time.Second}
	go func() { d.served <- d.web.Serve(listener) }()
	return d, nil
}

// open starts the sites and the Bot API, and fills the sites.
func (d *Demo) open() error {
	places, err := openPlaces()
	if err != nil {
		return err
	}
	d.places = places
	for _, p := range places {
		d.Sites = append(d.Sites, p.Authority)
	}
	d.TMEURL = d.place(centre).url
	d.api = telegramtest.New(token, botName)
	if d.APIURL, err = d.api.Start("127.0.0.1:0"); err != nil {
		closePlaces(places)
		return err
	}
	now := d.now()
	for _, e := range history(d.entries, now) {
		d.publish(e, e.published(now))
	}
	return nil
}

// listen takes the page's address, and says what to do when it is taken.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program: choose another address with --addr, such as --addr 127.0.0.1:0", addr)
	case err != nil:
		return nil, fmt.Errorf("listen on %s (choose another address with --addr): %w", addr, err)
	}
	return l, nil
}

// shown is an address that a browser on this machine can open.
func shown(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return fmt.Sprintf("127.0.0.1:%d", tcp.Port)
}

// step is one thing that happens while the demo runs.
type step struct {
	after time.Duration
	do    func()
}

// Run publishes the live news and the correction until all are out, and then
// waits for the context to end.
func (d *Demo) Run(ctx context.Context) error {
	begin := time.Now()
	for _, s := range d.programme() {
		timer := time.NewTimer(s.after - time.Since(begin))
		select {
		case <-timer.C:
			s.do()
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
	<-ctx.Done()
	return nil
}

// programme returns the steps of the demo in their order.
func (d *Demo) programme() []step {
	var steps []step
	opened := d.now()
	for _, e := range d.entries {
		if e.Live > 0 {
			steps = append(steps, step{time.Duration(e.Live) * d.second, func() {
				d.log.Info("a sample authority publishes", "title", e.Title)
				d.publish(e, d.now())
			}})
		}
		if e.EditAfter > 0 {
			steps = append(steps, step{time.Duration(e.EditAfter) * d.second, func() {
				d.log.Info("a sample authority corrects", "title", e.Title)
				d.correct(e.edited(), e.published(opened))
			}})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.after - b.after) })
	return steps
}

// Close ends the page, the Bot API and the sites. Close the bot first: it
// would see its API go away.
func (d *Demo) Close() {
	_ = d.web.Close()
	<-d.served
	d.api.Close()
	closePlaces(d.places)
}
