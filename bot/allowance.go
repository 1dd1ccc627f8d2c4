package bot

import (
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How many searches one user may make in a minute and how many at once, and how
// many times he may turn pages, narrow a search or type a letter of an inline
// query.
const (
	searchesPerMinute = 10
	searchesAtOnce    = 20
	pressesPerMinute  = 60
)

// allowance limits what one user asks for in a minute. It is each replica's own and
// begins anew when that starts: it guards the processor and grants nothing.
type allowance struct {
	perMinute, atOnce int

	mu    sync.Mutex
	users map[int64]*rate.Limiter
}

// allowances are the limits of searches.
type allowances struct{ searches, presses *allowance }

func newAllowances() allowances {
	return allowances{&allowance{perMinute: searchesPerMinute, atOnce: searchesAtOnce, users: map[int64]*rate.Limiter{}}, &allowance{perMinute: pressesPerMinute, atOnce: pressesPerMinute, users: map[int64]*rate.Limiter{}}}
}

// maxPaced is how many users are remembered at once.
const maxPaced = 10_000

// take tells whether a user may ask once more at a moment.
func (p *allowance) take(user int64, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.users[user]
	if l == nil {
		p.forget(now)
		l = rate.NewLimiter(rate.Every(time.Minute/time.Duration(p.perMinute)), p.atOnce)
		p.users[user] = l
	}
	return l.AllowN(now, 1)
}

// forget drops the users who have not asked for a minute, when they are many;
// when that helps too little, all.
func (p *allowance) forget(now time.Time) {
	if len(p.users) < maxPaced {
		return
	}
	for user, l := range p.users {
		if l.TokensAt(now) >= float64(p.atOnce) {
			delete(p.users, user)
		}
	}
	if len(p.users) >= maxPaced {
		clear(p.users)
	}
}

// maySearch tells whether a user may search once more; who posts in the name of
// a chat is that chat. Operators always may.
func (b *Bot) maySearch(p *allowance, user, chat int64) bool {
	if user == 0 {
		user = chat
	}
	return slices.Contains(b.admins, user) || p.take(user, b.now())
}
