package sources

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Limits of one request to a stranger's server.
const (
	maxBody      = 5 << 20          // decoded bytes
	maxRatio     = 100              // decoded to encoded bytes, above ratioFrom
	ratioFrom    = 100 << 10        // small answers may compress as well as they like
	headerLimit  = 10 * time.Second // until the header
	totalLimit   = 20 * time.Second // for the whole answer with its redirects
	placeLimit   = 20 * time.Second // for a place among the requests to a host
	maxRedirects = 5
	perHost      = 2             // connections to one host at a time
	maxWait      = 6 * time.Hour // what a server may ask us to wait
)

// ClientOptions is what a Client works with.
type ClientOptions struct {
	// AllowPrivate lets it read from private addresses and any port, for
	// tests and closed networks.
	AllowPrivate bool
	// UserAgent names us; empty means the program's own name.
	UserAgent string
	// TMEURL is where public channels are previewed; empty means
	// https://t.me.
	TMEURL string
	// Resolver resolves names; nil means Go's own.
	Resolver *net.Resolver
	// Robots keeps what sites say in robots.txt over restarts; nil: nothing
	// does.
	Robots *RobotsStore
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Client is the only way to the servers of strangers. It is safe for
// concurrent use.
type Client struct {
	http      *http.Client
	userAgent string
	tme       string
	hosts     *hosts
	robots    *robots
	buffers   *sync.Pool // of []byte by pointer, to read bodies into
	now       func() time.Time
	total     time.Duration // for a whole answer with its redirects, waiting for a place left out
	place     time.Duration // to wait for a place among the requests to a host
}

// NewClient returns a client that connects to public addresses only, unless
// told otherwise. The address is checked when the connection is made, so that
// neither a redirect nor a name that changes its address leads inside.
func NewClient(o ClientOptions) *Client {
	resolver := o.Resolver
	if resolver == nil {
		resolver = &net.Resolver{PreferGo: true}
	}
	dialer := &net.Dialer{Timeout: headerLimit, Resolver: resolver}
	if !o.AllowPrivate {
		guardian := ssrf.New(ssrf.WithPorts(80, 443))
		dialer.Control = func(network, address string, c syscall.RawConn) error {
			return publicOnly(guardian, network, address, c)
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Client{
		userAgent: o.UserAgent, tme: strings.TrimRight(o.TMEURL, "/"), now: o.Now, total: totalLimit, place: placeLimit,
		hosts: newHosts(o.Now), robots: newRobots(o.Now, o.Robots), buffers: new(sync.Pool),
	}
	if c.userAgent == "" {
		c.userAgent = agentName + "/1 (+digest bot for Telegram)"
	}
	if c.tme == "" {
		c.tme = "https://t.me"
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy:       nil, // a proxy would make the connection in our place, unchecked
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, DisableCompression: true,
			TLSHandshakeTimeout: headerLimit, ResponseHeaderTimeout: headerLimit,
			MaxIdleConns: 100, MaxConnsPerHost: perHost, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		},
		// Redirects are followed in get, each with its own checks.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Hasty returns the client with little patience: an answer must be whole after
// so long, and a place among the requests to its host be free in an eighth of
// that, so that one host with many sources does not hold all who ask. It shares
// all else with c.
func (c *Client) Hasty(patience time.Duration) *Client {
	hasty := *c
	hasty.total, hasty.place = patience, min(patience/8, placeLimit)
	return &hasty
}

// publicOnly refuses a connection to anything but a public address. It is
// asked for every address that is dialled.
func publicOnly(guardian *ssrf.Guardian, network, address string, c syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || at.Addr().Zone() != "" {
		return fmt.Errorf("%w: %s", ErrForbidden, address)
	}
	if err := guardian.Safe(network, address, c); err != nil {
		return fmt.Errorf("%w: %w", ErrForbidden, err)
	}
	return nil
}

// gzipMagic are the first bytes of a gzip file (RFC 1952).
const gzipMagic = "\x1f\x8b"

// readBody reads a body whole within the limits on its size and on how much it
// unpacks to. What begins as a gzip file is one, whether the server says so
// (Content-Encoding) or it is a file that is kept so, as sitemaps are. buffers
// holds []byte by pointer to read into.
func readBody(resp *http.Response, buffers *sync.Pool) ([]byte, error) {
	encoded := &counter{r: resp.Body}
	packed := bufio.NewReader(encoded)
	var decoded io.Reader = packed
	encoding := strings.ToLower(resp.Header.Get("Content-Encoding"))
	if head, _ := packed.Peek(len(gzipMagic)); encoding == "" && string(head) == gzipMagic {
		encoding = "gzip"
	}
	switch encoding {
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(packed)
		if errors.Is(err, io.EOF) {
			return nil, nil // an empty body is not compressed
		}
		if err != nil {
			return nil, fmt.Errorf("unpack the answer: %w", err)
		}
		defer func() { _ = z.Close() }()
		decoded = z
	case "", "identity":
	default:
		return nil, fmt.Errorf("%w: the answer is encoded in %.40q, which was not asked for", ErrUnreachable, encoding)
	}
	scratch, _ := buffers.Get().(*[]byte)
	if scratch == nil {
		scratch = new(make([]byte, 0, 32<<10))
	}
	defer buffers.Put(scratch)
	body := (*scratch)[:0]
	for {
		n, err := decoded.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if len(body) > maxBody || len(body) > ratioFrom && int64(len(body)) > maxRatio*encoded.n {
			return nil, fmt.Errorf("%w: over %d bytes, or unpacks to more than %d times its size", ErrTooLarge, maxBody, maxRatio)
		}
		if errors.Is(err, io.EOF) {
			return bytes.Clone(body), nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the answer: %w", err)
		}
		if cap(body)-len(body) < bytes.MinRead {
			body = slices.Grow(body, cap(body))
			*scratch = body
		}
	}
}

// counter counts the bytes that were read through it.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// Read reads an endpoint. With validators of the last reading an unchanged
// endpoint costs next to nothing.
func (c *Client) Read(ctx context.Context, e Endpoint, v Validators) (Reading, error) {
	switch e.Kind {
	case KindFeed:
		return c.readFeed(ctx, e, v)
	case KindPage:
		return c.readPage(ctx, e, v)
	case KindChannel:
		return c.readChannel(ctx, e, v)
	}
	return Reading{}, fmt.Errorf("%w: kind %q", ErrNotSource, e.Kind)
}

// Check tells by its error whether a page is there.
func (c *Client) Check(ctx context.Context, address string) error {
	_, err := c.fetch(ctx, address, Validators{}, acceptPage)
	return err
}
