package sources

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// waitOf is how long a server asks to wait before the next reading:
// Retry-After, or else how long its answer stays fresh.
func waitOf(h http.Header, now time.Time) time.Duration {
	if wait := retryAfter(h, now); wait > 0 {
		return wait
	}
	control := strings.ToLower(strings.Join(h.Values("Cache-Control"), ","))
	for part := range strings.SplitSeq(control, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			return max(seconds(strings.Trim(value, `"`))-seconds(h.Get("Age")), 0)
		}
	}
	return expiresIn(h, now)
}

// expiresIn is how long an answer is fresh by its Expires header, counted from
// the server's own clock where it tells that.
func expiresIn(h http.Header, now time.Time) time.Duration {
	until, err := http.ParseTime(h.Get("Expires"))
	if err != nil {
		return 0 // "0" and "-1" mean at once
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(until.Sub(now), 0), maxWait)
}

// retryAfter reads Retry-After, which is a number of seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	after := strings.TrimSpace(h.Get("Retry-After"))
	if at, err := http.ParseTime(after); err == nil {
		return min(max(at.Sub(now), 0), maxWait)
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
