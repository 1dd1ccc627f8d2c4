package sources

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
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
}

// Client is the only way to the servers of strangers. It is safe for
// concurrent use.
type Client struct {
	http      *http.Client
	userAgent string
	tme       string

	mu    sync.Mutex
	hosts map[string]chan struct{} // by host: a token for each request under way
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
	c := &Client{userAgent: o.UserAgent, tme: strings.TrimRight(o.TMEURL, "/"), hosts: map[string]chan struct{}{}}
	if c.userAgent == "" {
		c.userAgent = "Visnyk/1 (+digest bot for Telegram)"
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
		CheckRedirect: checkRedirect,
	}
	return c
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

func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("%w: more than %d redirects", ErrUnreachable, maxRedirects)
	}
	return checkAddress(req.URL)
}

// checkAddress refuses what no reader of public pages needs.
func checkAddress(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%w: scheme %q", ErrAddress, u.Scheme)
	case u.User != nil:
		return fmt.Errorf("%w: it has a user name", ErrForbidden)
	case u.Hostname() == "":
		return fmt.Errorf("%w: it has no host", ErrAddress)
	case strings.ContainsAny(u.Hostname(), "\\ %\x00"):
		return fmt.Errorf("%w: host %q", ErrAddress, u.Hostname())
	}
	return nil
}

// normalise makes a full address of what people type: a bare host gets a
// scheme.
func normalise(address string) (string, error) {
	address = strings.TrimSpace(address)
	if !strings.Contains(address, "://") {
		host, _, _ := strings.Cut(address, "/")
		scheme := "https://"
		if _, port, err := net.SplitHostPort(host); err == nil && port != "443" {
			scheme = "http://"
		}
		if !strings.ContainsAny(host, ".[") && !strings.HasPrefix(host, "localhost") {
			return "", fmt.Errorf("%w: %.200q", ErrAddress, address)
		}
		address = scheme + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("%w: %.200q", ErrAddress, address)
	}
	return u.String(), checkAddress(u)
}

// response is one answer, read whole and decoded.
type response struct {
	URL         *url.URL // after redirects
	Moved       bool     // redirected for good within the same site
	Header      http.Header
	Body        []byte
	ContentType string
	Validators  Validators
	NotModified bool
	Wait        time.Duration
}

// fetch reads one address. accept is the Accept header.
func (c *Client) fetch(ctx context.Context, address string, v Validators, accept string) (*response, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %.200q", ErrAddress, address)
	}
	if err := checkAddress(u); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, totalLimit)
	defer cancel()
	release, err := c.enter(ctx, u.Host)
	if err != nil {
		return nil, fetchError(ctx, err)
	}
	defer release()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %.200q", ErrAddress, address)
	}
	c.decorate(req, v, accept)
	resp, moved, err := c.follow(req)
	if err != nil {
		return nil, fetchError(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	r := &response{
		URL: resp.Request.URL, Header: resp.Header, ContentType: resp.Header.Get("Content-Type"), Wait: waitOf(resp.Header),
		Moved:      moved,
		Validators: Validators{ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified")},
	}
	if resp.StatusCode == http.StatusNotModified {
		r.NotModified, r.Validators = true, v
		return r, nil
	}
	if r.Body, err = readBody(resp); err != nil {
		return nil, fetchError(ctx, err)
	}
	if name := protection(resp.StatusCode, resp.Header, r.Body); name != "" {
		return nil, fmt.Errorf("%w: %s", ErrProtected, name)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, &StatusError{Code: resp.StatusCode, RetryAfter: retryAfter(resp.Header)}
	}
	return r, nil
}

// follow sends a request and follows redirects. moved tells that there were
// some, each of them for good and within the site.
func (c *Client) follow(req *http.Request) (resp *http.Response, moved bool, err error) {
	moved = true
	client := *c.http
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		status := next.Response.StatusCode
		if status != http.StatusMovedPermanently && status != http.StatusPermanentRedirect || !sameSite(next.URL, req.URL) {
			moved = false
		}
		return checkRedirect(next, via)
	}
	resp, err = client.Do(req)
	if err != nil {
		return nil, false, err
	}
	return resp, moved && resp.Request.URL.String() != req.URL.String(), nil
}

func (c *Client) decorate(req *http.Request, v Validators, accept string) {
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept", accept)
	req.Header.Set("Accept-Language", "uk,en;q=0.5")
	req.Header.Set("Accept-Encoding", "gzip")
	if v.ETag != "" {
		req.Header.Set("If-None-Match", v.ETag)
	}
	if v.LastModified != "" {
		req.Header.Set("If-Modified-Since", v.LastModified)
	}
}

// enter waits for a place among the requests to a host.
func (c *Client) enter(ctx context.Context, host string) (release func(), err error) {
	c.mu.Lock()
	places := c.hosts[host]
	if places == nil {
		if len(c.hosts) > 10_000 {
			clear(c.hosts)
		}
		places = make(chan struct{}, perHost)
		c.hosts[host] = places
	}
	c.mu.Unlock()
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// readBody reads a body whole within the limits on its size and on how much it
// unpacks to.
func readBody(resp *http.Response) ([]byte, error) {
	encoded := &counter{r: resp.Body}
	var decoded io.Reader = encoded
	switch encoding := strings.ToLower(resp.Header.Get("Content-Encoding")); encoding {
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(encoded)
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
	var body []byte
	buffer := make([]byte, 32<<10)
	for {
		n, err := decoded.Read(buffer)
		body = append(body, buffer[:n]...)
		if len(body) > maxBody || len(body) > ratioFrom && int64(len(body)) > maxRatio*encoded.n {
			return nil, fmt.Errorf("%w: over %d bytes, or unpacks to more than %d times its size", ErrTooLarge, maxBody, maxRatio)
		}
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the answer: %w", err)
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

// fetchError turns what went wrong into one of the package's errors.
func fetchError(ctx context.Context, err error) error {
	var timeout net.Error
	switch {
	case errors.Is(err, ErrForbidden), errors.Is(err, ErrAddress), errors.Is(err, ErrTooLarge):
		return withoutAddress(err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("%w: %w", ErrTimeout, withoutAddress(err))
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, ErrUnreachable):
		return withoutAddress(err)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, withoutAddress(err))
}

// withoutAddress drops the address that the HTTP client puts before an error:
// who asks knows it.
func withoutAddress(err error) error {
	var addressed *url.Error
	if errors.As(err, &addressed) {
		return addressed.Err
	}
	return err
}

// waitOf is how long a server asks to wait: Retry-After in seconds or as a
// date, or Cache-Control's max-age.
func waitOf(h http.Header) time.Duration {
	if wait := retryAfter(h); wait > 0 {
		return wait
	}
	for part := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		if age, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(part)), "max-age="); ok {
			return seconds(age)
		}
	}
	return 0
}

func retryAfter(h http.Header) time.Duration {
	after := h.Get("Retry-After")
	if at, err := http.ParseTime(after); err == nil {
		return min(max(time.Until(at), 0), maxWait)
	}
	return seconds(after)
}

// seconds reads a server's number of seconds. The bound comes before the
// multiplication: a number can be as large as the server likes.
func seconds(s string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return time.Duration(min(n, uint64(maxWait/time.Second))) * time.Second
}

// protection names the bot protection that answered in the site's place, or
// "". Authorities write about these products, so that with status 200 only what
// the challenge itself is made of counts, and never in a feed.
func protection(status int, h http.Header, body []byte) string {
	head := strings.ToLower(string(body[:min(len(body), 8<<10)]))
	html := strings.Contains(head, "<html") || strings.Contains(head, "<!doctype html") || strings.Contains(head, "<title")
	if strings.HasPrefix(strings.TrimSpace(head), "<?xml") || strings.Contains(head, "<rss") || strings.Contains(head, "<feed") {
		html = false
	}
	challenge := status == http.StatusForbidden || status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests
	server := strings.ToLower(h.Get("Server"))
	switch {
	case h.Get("Cf-Mitigated") != "" || challenge && (strings.Contains(head, "just a moment") || strings.Contains(head, "cf-chl") || strings.Contains(head, "attention required")):
		return "Cloudflare"
	case html && strings.Contains(head, "<title>just a moment...</title>"):
		return "Cloudflare"
	case challenge && strings.Contains(server+head, "ddos-guard") || html && (strings.Contains(head, "/.well-known/ddos-guard/") || strings.Contains(head, "<title>ddos-guard")):
		return "DDoS-Guard"
	case challenge && strings.Contains(head, "radware") || html && (strings.Contains(head, "<title>radware") || strings.Contains(head, "validate.perfdrive.com")):
		return "Radware"
	case challenge && strings.Contains(head, "captcha"):
		return "captcha"
	}
	return ""
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
