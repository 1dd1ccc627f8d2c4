package sources

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/temoto/robotstxt"
)

// agentName is the name by which robots.txt speaks of us.
const agentName = "Visnyk"

// How robots.txt is read and for how long it is believed.
const (
	robotsKeep   = 24 * time.Hour      // one that was read
	robotsRetry  = 10 * time.Minute    // between two tries while the server fails
	robotsGiveUp = 30 * 24 * time.Hour // a server that fails so long has none
	robotsBytes  = 500 << 10
	robotsLines  = 5000
	robotsStars  = 500 // rules with a pattern: each becomes a regular expression
	manyRobots   = 5000
	acceptRobots = "text/plain, */*;q=0.5"
)

// robots keeps what the robots.txt of each site says. It is safe for
// concurrent use.
type robots struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[string]rules // by scheme and host
}

// rules is what one site's robots.txt says to us.
type rules struct {
	group   *robotstxt.Group // nil: nothing is known, so nothing is allowed
	until   time.Time
	failing time.Time // since when the server fails to give it
}

func newRobots(now func() time.Time) *robots { return &robots{now: now, by: map[string]rules{}} }

// allowed tells whether robots.txt lets us read an address. It fails with
// ErrRobots where not, and with the error of the server where it cannot be
// reached at all.
func (c *Client) allowed(ctx context.Context, u *url.URL) error {
	site := u.Scheme + "://" + u.Host
	c.robots.mu.Lock()
	known := c.robots.by[site]
	c.robots.mu.Unlock()
	if !c.now().Before(known.until) {
		var err error
		if known, err = c.readRobots(ctx, site, known); err != nil {
			return err
		}
		c.robots.keep(site, known)
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	switch {
	case known.group == nil:
		return fmt.Errorf("%w: the server fails to give robots.txt", ErrRobots)
	case !known.group.Test(path):
		return fmt.Errorf("%w: %.200s", ErrRobots, path)
	}
	return nil
}

func (r *robots) keep(site string, known rules) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.by) >= manyRobots {
		clear(r.by)
	}
	r.by[site] = known
}

// readRobots asks for robots.txt. As search engines do: none (4xx) allows all;
// a server that fails (5xx, too many requests) forbids all for a while, unless
// what it said before is known. The error is that of a server that could not
// be asked.
func (c *Client) readRobots(ctx context.Context, site string, old rules) (rules, error) {
	now := c.now()
	r, err := c.get(ctx, site+"/robots.txt", request{accept: acceptRobots, leave: true})
	var status *StatusError
	switch {
	case err == nil:
		return rules{group: parseRobots(r.Body), until: now.Add(robotsKeep)}, nil
	case errors.As(err, &status) && (status.Code >= 500 || status.Code == http.StatusTooManyRequests):
		failing := old.failing
		if failing.IsZero() {
			failing = now
		}
		group := old.group
		if now.Sub(failing) > robotsGiveUp {
			group = parseRobots(nil)
		}
		return rules{group: group, failing: failing, until: now.Add(max(robotsRetry, status.RetryAfter))}, nil
	case errors.As(err, &status), errors.Is(err, ErrProtected), errors.Is(err, ErrTooLarge):
		return rules{group: parseRobots(nil), until: now.Add(robotsKeep)}, nil
	}
	return rules{}, err
}

// parseRobots finds the rules that are for us. Sites answer with all sorts of
// things: what is no rule is passed over, and so is what is beyond the bounds.
func parseRobots(body []byte) *robotstxt.Group {
	var kept bytes.Buffer
	lines, stars := 0, 0
	for line := range bytes.Lines(body[:min(len(body), robotsBytes)]) {
		rule, _, _ := strings.Cut(string(bytes.TrimPrefix(line, []byte("\ufeff"))), "#")
		name, value, ok := strings.Cut(rule, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if !ok || name != "user-agent" && name != "allow" && name != "disallow" || len(value) > 2<<10 {
			continue
		}
		if strings.ContainsAny(value, "*$") && name != "user-agent" {
			if stars++; stars > robotsStars {
				continue
			}
		}
		if lines++; lines > robotsLines {
			break
		}
		fmt.Fprintf(&kept, "%s: %s\n", name, encodePath(value))
	}
	data, err := robotstxt.FromBytes(kept.Bytes())
	if err != nil {
		return &robotstxt.Group{}
	}
	return data.FindGroup(agentName)
}

// encodePath writes letters beyond ASCII as addresses carry them, and drops
// what would end the line.
func encodePath(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c >= 0x80:
			fmt.Fprintf(&b, "%%%02X", c)
		case c > ' ' && c != 0x7f:
			b.WriteByte(c)
		}
	}
	return b.String()
}
