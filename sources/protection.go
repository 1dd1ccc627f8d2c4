package sources

import (
	"net/http"
	"strings"
)

// ProtectedError says that a bot protection answered in the site's place. It
// is an ErrProtected.
type ProtectedError struct {
	Name string // Cloudflare, DDoS-Guard, Radware, Imperva or captcha
}

// Error names the protection.
func (e *ProtectedError) Error() string { return ErrProtected.Error() + ": " + e.Name }

// Unwrap makes the error an ErrProtected.
func (e *ProtectedError) Unwrap() error { return ErrProtected }

// protection names the bot protection that answered in the site's place, or
// "". Authorities write about these products, so that with status 200 only what
// the challenge itself is made of counts, and never in a feed.
func protection(status int, h http.Header, body []byte) string {
	head := lowerASCII(body[:min(len(body), 8<<10)])
	html := strings.Contains(head, "<html") || strings.Contains(head, "<!doctype html") || strings.Contains(head, "<title")
	if strings.HasPrefix(strings.TrimSpace(head), "<?xml") || strings.Contains(head, "<rss") || strings.Contains(head, "<feed") {
		html = false
	}
	refused := status == http.StatusForbidden || status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests
	has := func(marks ...string) bool {
		for _, m := range marks {
			if strings.Contains(head, m) {
				return true
			}
		}
		return false
	}
	server := strings.ToLower(h.Get("Server"))
	switch {
	case h.Get("Cf-Mitigated") != "", refused && has("just a moment", "cf-chl", "attention required", "cf-error-details"),
		html && has("<title>just a moment...</title>"):
		return "Cloudflare"
	case refused && strings.Contains(server+head, "ddos-guard"), html && has("/.well-known/ddos-guard/", "<title>ddos-guard"):
		return "DDoS-Guard"
	case refused && has("radware"), html && has("<title>radware", "validate.perfdrive.com"):
		return "Radware"
	case refused && (h.Get("X-Iinfo") != "" || has("incapsula", "imperva")), html && has("/_incapsula_resource?", "incapsula incident id"):
		return "Imperva"
	case refused && has("captcha"):
		return "captcha"
	}
	return ""
}

// lowerASCII makes the Latin letters small, which is all that is looked for.
func lowerASCII(b []byte) string {
	small := make([]byte, len(b))
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		small[i] = c
	}
	return string(small)
}
