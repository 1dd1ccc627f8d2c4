package extract

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"unicode/utf8"
)

// trackers are query parameters that tell how a reader came, not what he
// reads. Those that end in * are beginnings.
var trackers = []string{"utm_*", "fbclid", "gclid", "yclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "_openstat", "ysclid", "at_*", "pk_*", "mtm_*", "ref_src", "rss", "ocid", "cmpid", "spm"}

// CanonicalURL gives the address of the same page in one form: no fragment, no
// tracking parameters, host in lower case without the scheme's own port, no
// slash at the end. It fails with ErrAddress for what is no web address.
func CanonicalURL(raw string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%w: %.200q", ErrAddress, raw)
	}
	u.Host = strings.TrimSuffix(strings.ToLower(u.Host), ".")
	if host, port, err := net.SplitHostPort(u.Host); err == nil && (port == "80" && u.Scheme == "http" || port == "443" && u.Scheme == "https") {
		u.Host = host
		if strings.Contains(host, ":") {
			u.Host = "[" + host + "]"
		}
	}
	u.Fragment, u.RawFragment, u.User = "", "", nil
	u.RawQuery = escapeBytes(withoutTrackers(u.RawQuery))
	u.ForceQuery = false
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u.String(), nil
}

// escapeBytes writes the bytes of a query as addresses carry them, where they
// are no text: an address is printed and stored as text.
func escapeBytes(query string) string {
	if utf8.ValidString(query) {
		return query
	}
	var b strings.Builder
	for _, c := range []byte(query) {
		if c < utf8.RuneSelf {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// withoutTrackers takes tracking parameters out of a query and leaves the rest
// as it was, in its order.
func withoutTrackers(query string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if part != "" && !isTracker(strings.ToLower(name)) {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

func isTracker(name string) bool {
	for _, t := range trackers {
		if begin, ok := strings.CutSuffix(t, "*"); ok && strings.HasPrefix(name, begin) || name == t {
			return true
		}
	}
	return false
}

// SameSite tells whether two addresses belong to one site: the same host but
// for a leading www.
func SameSite(a, b *url.URL) bool {
	return strings.TrimPrefix(strings.ToLower(a.Hostname()), "www.") == strings.TrimPrefix(strings.ToLower(b.Hostname()), "www.") &&
		(a.Port() == b.Port() || a.Port() == "" || b.Port() == "")
}

// Resolve gives the absolute form of a link, or "" for what is none of the web.
func Resolve(base *url.URL, link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || link == "" {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}
