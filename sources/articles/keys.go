package articles

import (
	"encoding/binary"
	"fmt"
	"time"
)

// All keys carry one hash tag, so that every script stays in one slot of a
// cluster.
const (
	prefix  = "a:{articles}:"
	logKey  = prefix + "log"   // stream: every change, for who follows the archive
	allKey  = prefix + "all"   // zset: article id by time of the last change, ms
	recordP = prefix + "r:"    // hash by article id: v revision, j the article as JSON
	seenP   = prefix + "seen:" // hash by month and bucket: identity to article id
	sourceP = prefix + "src:"  // zset by source: article id by time of the last change, ms
)

// buckets spreads the identities of a month over so many hashes that each
// stays in Redis's compact encoding (128 fields) up to half a million.
const buckets = 4096

// months is how many calendar months, the current one included, an identity
// is looked for. One that is seen again is remembered anew.
const months = 3

// retention is how long an article is kept.
const retention = 90 * 24 * time.Hour

func month(t time.Time, back int) string {
	t = t.UTC()
	return time.Date(t.Year(), t.Month()-time.Month(back), 1, 0, 0, 0, 0, time.UTC).Format("200601")
}

func bucket(i identity) string {
	return fmt.Sprintf("%03x", binary.BigEndian.Uint16(i[:])%buckets)
}
