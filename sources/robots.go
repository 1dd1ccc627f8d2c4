package sources

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
	robotsKept   = 16 << 10 // what is kept over restarts of one site; one that says more is asked anew
	acceptRobots = "text/plain, */*;q=0.5"
)

// robots keeps what the robots.txt of each site says. It is safe for
// concurrent use.
type robots struct {
	now   func() time.Time
	store *RobotsStore // nil: a restart forgets
	mu    sync.Mutex
	by    map[string]rules // by scheme and host
}

// rules is what one site's robots.txt says to us.
type rules struct {
	group   *robotstxt.Group // nil: nothing is known, so nothing is allowed
	text    string           // of the group
	until   time.Time
	failing time.Time // since when the server fails to give it
}

func newRobots(now func() time.Time, store *RobotsStore) *robots {
	return &robots{now: now, store: store, by: map[string]rules{}}
}

// rulesOf are the rules that a text says, until a moment.
func rulesOf(text string, until time.Time) rules {
	return rules{group: parseRobots([]byte(text)), text: text, until: until}
}

// allowed tells whether robots.txt lets us read an address. It fails with
// ErrRobots where not, and with the error of the server where it cannot be
// reached at all.
func (c *Client) allowed(ctx context.Context, u *url.URL) error {
	site := u.Scheme + "://" + u.Host
	known := c.robots.find(ctx, site)
	if !c.now().Before(known.until) {
		var err error
		if known, err = c.readRobots(ctx, site, known); err != nil {
			return err
		}
		c.robots.keep(ctx, site, known)
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

// find gives what is known of a site, here or where all processes keep it.
func (r *robots) find(ctx context.Context, site string) rules {
	r.mu.Lock()
	known := r.by[site]
	r.mu.Unlock()
	if r.store == nil || r.now().Before(known.until) {
		return known
	}
	stored, ok := r.store.get(ctx, site, r.now())
	if !ok || !stored.until.After(known.until) {
		return known
	}
	r.put(site, stored)
	return stored
}

func (r *robots) keep(ctx context.Context, site string, known rules) {
	r.put(site, known)
	if r.store != nil {
		r.store.put(ctx, site, known, r.now())
	}
}

func (r *robots) put(site string, known rules) {
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
		return rulesOf(ourRules(r.Body), now.Add(robotsKeep)), nil
	case errors.As(err, &status) && (status.Code >= 500 || status.Code == http.StatusTooManyRequests):
		failing := old.failing
		if failing.IsZero() {
			failing = now
		}
		known := old
		if now.Sub(failing) > robotsGiveUp {
			known = rulesOf("", now)
		}
		known.failing, known.until = failing, now.Add(max(robotsRetry, status.RetryAfter))
		return known, nil
	case errors.As(err, &status), errors.Is(err, ErrProtected), errors.Is(err, ErrTooLarge):
		return rulesOf("", now.Add(robotsKeep)), nil
	}
	return rules{}, err
}

// parseRobots reads the rules that are for us.
func parseRobots(body []byte) *robotstxt.Group {
	data, err := robotstxt.FromString(ourRules(body))
	if err != nil {
		return &robotstxt.Group{}
	}
	return data.FindGroup(agentName)
}

// ourRules are the lines of a robots.txt that are for us, as one group for all.
// Sites answer with all sorts of things: what is no rule is passed over, and so
// is what is beyond the bounds. Of its own result it gives the same.
func ourRules(body []byte) string {
	body = body[:min(len(body), robotsBytes)]
	best := ""
	eachRule(body, func(agents []string, _, _ string) {
		for _, a := range agents {
			if len(a) > len(best) && (a == "*" || strings.HasPrefix(strings.ToLower(agentName), a)) {
				best = a
			}
		}
	})
	if best == "" {
		return "" // nothing is said to us
	}
	var kept strings.Builder
	seen := map[string]bool{}
	stars := 0
	eachRule(body, func(agents []string, name, value string) {
		value = encodePath(value)
		line := name + ": " + value + "\n"
		if name == "" || value == "" || !slices.Contains(agents, best) || len(value) > 2<<10 || len(seen) == robotsLines || seen[line] {
			return
		}
		if strings.ContainsAny(value, "*$") {
			if stars++; stars > robotsStars {
				return
			}
		}
		seen[line] = true
		kept.WriteString(line)
	})
	if kept.Len() == 0 {
		return ""
	}
	return "user-agent: *\n" + kept.String()
}

// eachRule gives the rules of a robots.txt with those to whom they speak, in
// small letters; and each group once without a rule, since one may have none.
func eachRule(body []byte, do func(agents []string, name, value string)) {
	var agents []string
	ended := true // the next user-agent begins another group
	for line := range bytes.Lines(body) {
		rule, _, _ := strings.Cut(string(bytes.TrimPrefix(line, []byte("\ufeff"))), "#")
		name, value, ok := strings.Cut(rule, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case ok && name == "user-agent":
			if ended {
				agents, ended = nil, false
			}
			agents = append(agents, agentOf(value))
			do(agents[len(agents)-1:], "", "")
		case ok && (name == "allow" || name == "disallow"):
			ended = true
			do(agents, name, value)
		}
	}
}

// agentOf is the name in a line on user agents, without a version.
func agentOf(value string) string {
	if value == "*" {
		return value
	}
	value = strings.ToLower(value)
	if i := strings.IndexFunc(value, func(r rune) bool { return r != '-' && r != '_' && (r < 'a' || r > 'z') }); i >= 0 {
		value = value[:i]
	}
	return value
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
