package chats

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// leadTerm is for how long a replica leads without saying so again.
const leadTerm = 8 * time.Second

// LeadRenewal is how often the leader says so again, and the others look
// whether there is one.
const LeadRenewal = 2 * time.Second

// leadKey is a string: the replica that leads. It ends with the term.
const leadKey = "lead:{u}"

// Lead is the right of one replica to ask Telegram for updates and to handle
// them. Telegram answers only one poller, and the updates of a chat are handled
// in their order. Whoever still works after its term does no harm: an update is
// stored once and answered once.
type Lead struct {
	db      redis.UniversalClient
	replica string
}

// NewLead returns the lead in the core role of Redis for one replica.
func NewLead(db redis.UniversalClient, replica string) *Lead { return &Lead{db, replica} }

// hold takes the lead or goes on with it.
//
// KEYS[1] the leader. ARGV[1] replica; ARGV[2] term, ms. Returns 1 when the
// replica leads.
var hold = redis.NewScript(`
local leader = redis.call('GET', KEYS[1])
if leader and leader ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`)

// letGo ends the lead of a replica, if it leads. KEYS[1] the leader; ARGV[1]
// replica.
var letGo = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`)

// Hold takes the lead if nobody has it, or goes on with it. It tells whether
// this replica leads.
func (l *Lead) Hold(ctx context.Context) (bool, error) {
	n, err := hold.Run(ctx, l.db, []string{leadKey}, l.replica, leadTerm.Milliseconds()).Int()
	if err != nil {
		return false, fmt.Errorf("hold the lead: %w", err)
	}
	return n == 1, nil
}

// Release gives the lead up, so that another replica need not wait for the end
// of the term.
func (l *Lead) Release(ctx context.Context) error {
	if err := letGo.Run(ctx, l.db, []string{leadKey}, l.replica).Err(); err != nil {
		return fmt.Errorf("release the lead: %w", err)
	}
	return nil
}
