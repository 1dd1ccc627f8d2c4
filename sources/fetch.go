package sources

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// response is one answer, read whole and decoded.
type response struct {
	URL         *url.URL // after redirects
	Moved       bool     // redirected for good, within the same site unless the reader may leave it
	Header      http.Header
	Body        []byte
	ContentType string
	Validators  Validators
	NotModified bool
	Wait        time.Duration
}

// request is what is asked of a server.
type request struct {
	validators Validators
	accept     string
	robots     bool // what robots.txt forbids is not read
	leave      bool // a lasting redirect to another domain is followed: a person gave the address
}

// fetch reads one address of a source that is followed. accept is the Accept
// header. Pages are read as robots.txt allows; a feed is there to be read by
// programs.
func (c *Client) fetch(ctx context.Context, address string, v Validators, accept string) (*response, error) {
	return c.get(ctx, address, request{validators: v, accept: accept, robots: accept == acceptPage})
}

// open reads an address that a person gave just now.
func (c *Client) open(ctx context.Context, address, accept string) (*response, error) {
	return c.get(ctx, address, request{accept: accept, leave: true})
}

// get reads an address and follows its redirects, checking each.
func (c *Client) get(ctx context.Context, address string, rq request) (*response, error) {
	first, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %.200q", ErrAddress, address)
	}
	left := c.total
	moved, at := true, first
	for hops := 0; ; hops++ {
		if err := checkAddress(at); err != nil {
			return nil, err
		}
		if rq.robots && !c.isPreview(at) {
			if err := c.allowed(ctx, at); err != nil {
				return nil, err
			}
		}
		r, next, err := c.hop(ctx, at, rq, &left)
		switch {
		case err != nil:
			return nil, err
		case next == nil:
			r.Moved = moved && hops > 0
			return r, nil
		case hops == maxRedirects:
			return nil, fmt.Errorf("%w: more than %d redirects", ErrUnreachable, maxRedirects)
		case next.forGood && !rq.leave && !sameDomain(next.to, at) && !sameDomain(next.to, first):
			return nil, &MovedError{To: next.to.String()}
		}
		moved = moved && next.forGood && (rq.leave || sameSite(next.to, first))
		at = next.to
	}
}

// redirect is where an answer leads.
type redirect struct {
	to      *url.URL
	forGood bool
}

// hop makes one request. left is what remains of the time for the whole
// answer; waiting for a place at the host does not count.
func (c *Client) hop(ctx context.Context, u *url.URL, rq request, left *time.Duration) (*response, *redirect, error) {
	release, err := c.hosts.enter(ctx, hostOf(u), c.place)
	if err != nil {
		return nil, nil, err
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, *left)
	defer cancel()
	defer func(begun time.Time) { *left -= time.Since(begun) }(time.Now())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %.200q", ErrAddress, u)
	}
	c.decorate(req, rq.validators, rq.accept)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, fetchError(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if next := redirectOf(resp); next != nil {
		return nil, next, nil
	}
	r, err := c.take(resp, rq.validators)
	if err != nil {
		return nil, nil, fetchError(ctx, err)
	}
	return r, nil, nil
}

// redirectOf tells where an answer redirects to, or nil. An answer that names
// no readable place is an answer like any other.
func redirectOf(resp *http.Response) *redirect {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil
	}
	to, err := resp.Location()
	if err != nil {
		return nil
	}
	return &redirect{to: to, forGood: resp.StatusCode == http.StatusMovedPermanently || resp.StatusCode == http.StatusPermanentRedirect}
}

// take reads an answer whole and judges it.
func (c *Client) take(resp *http.Response, v Validators) (*response, error) {
	r := &response{
		URL: resp.Request.URL, Header: resp.Header, ContentType: resp.Header.Get("Content-Type"), Wait: waitOf(resp.Header, c.now()),
		Validators: Validators{ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified")},
	}
	if resp.StatusCode == http.StatusNotModified {
		r.NotModified, r.Validators = true, v
		return r, nil
	}
	after := retryAfter(resp.Header, c.now())
	if after > 0 && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable) {
		c.hosts.rest(hostOf(r.URL), after)
	}
	var err error
	if r.Body, err = readBody(resp, c.buffers); err != nil {
		return nil, err
	}
	if name := protection(resp.StatusCode, resp.Header, r.Body); name != "" {
		return nil, &ProtectedError{Name: name}
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, &StatusError{Code: resp.StatusCode, RetryAfter: after}
	}
	return r, nil
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

// sameDomain tells whether two addresses belong to one owner: the same domain
// as it is registered.
func sameDomain(a, b *url.URL) bool { return domainOf(a) == domainOf(b) }

// domainOf is the registered domain of an address, or its host where it has
// none, as an IP address.
func domainOf(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if net.ParseIP(host) != nil {
		return host
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return host
	}
	return domain
}

// isPreview tells whether an address is that of a channel's preview, which is
// there to be read by others.
func (c *Client) isPreview(u *url.URL) bool {
	own, err := url.Parse(c.tme)
	return err == nil && u.Scheme == own.Scheme && u.Host == own.Host && strings.HasPrefix(u.Path, "/s/")
}

// fetchError turns what went wrong into one of the package's errors.
func fetchError(ctx context.Context, err error) error {
	var timeout net.Error
	var status *StatusError
	switch {
	case errors.Is(err, ErrForbidden), errors.Is(err, ErrAddress), errors.Is(err, ErrTooLarge), errors.Is(err, ErrProtected), errors.As(err, &status):
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
