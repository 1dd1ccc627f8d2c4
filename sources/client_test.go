package sources

import (
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"code.dny.dev/ssrf"
)

const smallFeed = `<?xml version="1.0"?><rss version="2.0"><channel><title>Новини</title><item><title>Про захист</title></item></channel></rss>`

// answering is a server that answers as told.
func answering(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func privately() *Client { return NewClient(ClientOptions{AllowPrivate: true}) }

func TestOnlyPublicAddressesAreDialled(t *testing.T) {
	guardian := ssrf.New(ssrf.WithPorts(80, 443))
	for _, at := range []string{
		"127.0.0.1:80", "127.255.255.254:80", "0.0.0.0:80", "10.0.0.5:80", "172.16.0.5:80", "192.168.1.1:80", "169.254.169.254:80", "100.64.0.1:80",
		"198.18.0.1:80", "192.0.0.192:80", "224.0.0.1:80", "255.255.255.255:80", "240.0.0.1:80", "93.184.216.34:6379", "93.184.216.34:8080", "93.184.216.34:3128",
		"[::1]:80", "[::]:80", "[::ffff:127.0.0.1]:80", "[::127.0.0.1]:80", "[::ffff:169.254.169.254]:80", "[fd00::1]:80", "[fd00:ec2::254]:80", "[fe80::1]:80",
		"[fe80::1%lo]:80", "[2606:2800:220:1::1%eth0]:80", "[64:ff9b::7f00:1]:80", "[64:ff9b:1::7f00:1]:80", "[2002:7f00:1::]:80", "[2001:0:7f00:1::1]:80",
		"[fec0::1]:80", "[3fff::1]:80", "[5f00::1]:80", "[::ffff:0:127.0.0.1]:80", "[2606:2800:220:1::1]:22", "", "localhost:80",
	} {
		network := "tcp4"
		if strings.HasPrefix(at, "[") {
			network = "tcp6"
		}
		if err := publicOnly(guardian, network, at, nil); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: %v", at, err)
		}
	}
	for at, network := range map[string]string{"93.184.216.34:80": "tcp4", "93.184.216.34:443": "tcp4", "[2606:2800:220:1::1]:80": "tcp6"} {
		if err := publicOnly(guardian, network, at, nil); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
	if err := publicOnly(guardian, "udp4", "93.184.216.34:80", nil); !errors.Is(err, ErrForbidden) {
		t.Errorf("another network: %v", err)
	}
}

func TestARequestSaysWhatItNeedsAndNoMore(t *testing.T) {
	var got []http.Header
	address := answering(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Clone())
		http.SetCookie(w, &http.Cookie{Name: "tracked", Value: "1"})
		_, _ = w.Write([]byte(smallFeed))
	})
	c := privately()
	for range 2 {
		if _, err := c.fetch(t.Context(), address, Validators{ETag: `"a"`, LastModified: "Mon, 23 Nov 2026 10:00:00 GMT"}, acceptFeed); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"User-Agent": "Visnyk/1 (+digest bot for Telegram)", "Accept": acceptFeed, "Accept-Language": "uk,en;q=0.5", "Accept-Encoding": "gzip",
		"If-None-Match": `"a"`, "If-Modified-Since": "Mon, 23 Nov 2026 10:00:00 GMT", "Cookie": "",
	} {
		if h := got[1].Get(name); h != want {
			t.Errorf("%s: %q, want %q", name, h, want)
		}
	}
}

func TestASourceMovesOnlyForGoodAndWithinItsSite(t *testing.T) {
	elsewhere := strings.Replace(answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(smallFeed)) }), "127.0.0.1", "localhost", 1)
	home := answering(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/new":
			_, _ = w.Write([]byte(smallFeed))
		case "/301", "/308":
			http.Redirect(w, r, "/new", map[string]int{"/301": 301, "/308": 308}[r.URL.Path])
		case "/302":
			http.Redirect(w, r, "/301", http.StatusFound)
		case "/away":
			http.Redirect(w, r, elsewhere+"/new", http.StatusMovedPermanently)
		}
	})
	for path, want := range map[string]bool{"/new": false, "/301": true, "/308": true, "/302": false} {
		r, err := privately().fetch(t.Context(), home+path, Validators{}, acceptFeed)
		if err != nil || r.Moved != want || r.URL.Path != "/new" {
			t.Errorf("%s: moved %v to %v, %v", path, r.Moved, r.URL, err)
		}
		reading, err := privately().Read(t.Context(), Endpoint{Kind: KindFeed, URL: home + path}, Validators{})
		if moved := reading.Endpoint.URL == home+"/new" && path != "/new"; err != nil || moved != want {
			t.Errorf("%s: endpoint %s, %v", path, reading.Endpoint.URL, err)
		}
	}
}

// A ministry's expired domain must not speak in its name.
func TestALastingRedirectToAnotherDomainIsNotFollowed(t *testing.T) {
	asked := 0
	elsewhere := strings.Replace(answering(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = w.Write([]byte(smallFeed))
	}), "127.0.0.1", "localhost", 1)
	home := answering(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere+"/new", map[string]int{"/301": 301, "/302": 302, "/308": 308}[r.URL.Path])
	})
	for _, path := range []string{"/301", "/308"} {
		_, err := privately().Read(t.Context(), Endpoint{Kind: KindFeed, URL: home + path}, Validators{})
		moved, ok := errors.AsType[*MovedError](err)
		if !ok || !errors.Is(err, ErrMoved) || moved.To != elsewhere+"/new" || asked != 0 {
			t.Errorf("%s: %v, asked %d times", path, err, asked)
		}
	}
	if r, err := privately().Read(t.Context(), Endpoint{Kind: KindFeed, URL: home + "/302"}, Validators{}); err != nil || r.Endpoint.URL != home+"/302" {
		t.Errorf("for now: %+v, %v", r.Endpoint, err)
	}
	s, _, err := privately().Discover(t.Context(), home+"/301")
	if err != nil || s.Endpoints[0].URL != elsewhere+"/new" {
		t.Errorf("a person gave the address: %+v, %v", s.Endpoints, err)
	}
}

func TestDomainsAreThoseThatAreRegistered(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"https://www.moz.gov.ua", "http://old.moz.gov.ua:8080", true},
		{"https://moz.gov.ua", "https://mon.gov.ua", false}, // gov.ua is nobody's own
		{"https://moz.gov.ua.", "https://MOZ.gov.ua", true},
		{"https://kyivcity.gov.ua", "https://kyivcity.gov.ua.evil.com", false},
		{"http://10.0.0.1", "http://10.0.0.2", false},
		{"http://localhost:1", "http://localhost:2", true},
		{"https://рада.укр", "https://www.рада.укр", true},
	} {
		a, errA := url.Parse(c.a)
		b, errB := url.Parse(c.b)
		if errA != nil || errB != nil || sameDomain(a, b) != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, !c.same)
		}
	}
}

func TestWritingAboutAProtectionIsNoProtection(t *testing.T) {
	feed := strings.Replace(smallFeed, "Про захист", "DDoS-Guard, Radware and captcha: Just a moment...", 1)
	news := `<!doctype html><html><head><title>CERT-UA: атаки через DDoS-Guard і Radware</title></head><body>captcha, just a moment</body></html>`
	for _, body := range []string{feed, news} {
		if name := protection(http.StatusOK, http.Header{}, []byte(body)); name != "" {
			t.Errorf("taken for %s: %.80s", name, body)
		}
	}
	for _, c := range []struct {
		status             int
		header, body, want string
	}{
		{200, "", `<!DOCTYPE html><html><head><title>Just a moment...</title>`, "Cloudflare"},
		{403, "", `<html><head><title>Attention Required! | Cloudflare</title>`, "Cloudflare"},
		{200, "", `<html><head><title>DDOS-GUARD</title><script src="/.well-known/ddos-guard/js-challenge/index.js">`, "DDoS-Guard"},
		{403, "ddos-guard", "", "DDoS-Guard"},
		{200, "", `<html><head><title>Radware Captcha Page</title>`, "Radware"},
		{403, "", `<html><form>Введіть captcha</form>`, "captcha"},
		{200, "", `<html><head><script src="/_Incapsula_Resource?SWJIYLWA=719">`, "Imperva"},
		{403, "", `<html><body>Request unsuccessful. Incapsula incident ID: 1-2</body></html>`, "Imperva"},
		{403, "nginx", `<html><h1>403 Forbidden</h1>`, ""},
	} {
		h := http.Header{}
		h.Set("Server", c.header)
		if name := protection(c.status, h, []byte(c.body)); name != c.want {
			t.Errorf("%d %s: %q, want %q", c.status, c.body, name, c.want)
		}
	}
}

func TestWhatAServerAsksToWaitIsBounded(t *testing.T) {
	in := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	past := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		name, value string
		low, high   time.Duration
	}{
		{"Retry-After", "120", 2 * time.Minute, 2 * time.Minute},
		{"Retry-After", in, 59 * time.Minute, time.Hour},
		{"Retry-After", past, 0, 0},
		{"Retry-After", "-5", 0, 0},
		{"Retry-After", "soon", 0, 0},
		{"Retry-After", "99999999999", maxWait, maxWait},
		{"Retry-After", "99999999999999999999999", maxWait, maxWait},
		{"Cache-Control", "public, Max-Age=300", 5 * time.Minute, 5 * time.Minute},
		{"Cache-Control", "max-age=31536000", maxWait, maxWait},
		{"Cache-Control", "no-store", 0, 0},
		{"Cache-Control", "max-age=\"60\"", time.Minute, time.Minute},
		{"Cache-Control", "no-cache, max-age=60", 0, 0},
		{"Expires", in, 59 * time.Minute, time.Hour},
		{"Expires", past, 0, 0},
		{"Expires", "0", 0, 0},
	} {
		h := http.Header{}
		h.Set(c.name, c.value)
		if wait := waitOf(h, time.Now()); wait < c.low || wait > c.high {
			t.Errorf("%s %s: %v", c.name, c.value, wait)
		}
	}
}

func TestABodyIsUnpackedAsItWasAskedFor(t *testing.T) {
	packed := func(encoding string) string {
		return answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			z := gzip.NewWriter(w)
			_, _ = z.Write([]byte(smallFeed))
			_ = z.Close()
		})
	}
	for encoding, want := range map[string]error{"gzip": nil, "X-GZIP": nil, "": nil, "br": ErrUnreachable, "identity": nil} {
		r, err := privately().fetch(t.Context(), packed(encoding), Validators{}, acceptFeed)
		if !errors.Is(err, want) || err == nil && encoding != "identity" && string(r.Body) != smallFeed {
			t.Errorf("%s: %v", encoding, err)
		}
	}
	bomb := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		z := gzip.NewWriter(w)
		_, _ = z.Write(make([]byte, maxBody))
		_ = z.Close()
	})
	if _, err := privately().fetch(t.Context(), bomb, Validators{}, acceptFeed); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a bomb that is not announced: %v", err)
	}
	broken := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte("this was never compressed"))
	})
	if _, err := privately().fetch(t.Context(), broken, Validators{}, acceptFeed); !errors.Is(err, ErrUnreachable) {
		t.Errorf("broken gzip: %v", err)
	}
}

// A reader that gives up says nothing about the server; a time-out does.
func TestATimeOutIsToldFromACancelledReading(t *testing.T) {
	release := make(chan struct{})
	begun := make(chan struct{}, 2)
	address := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<rss>"))
		_ = http.NewResponseController(w).Flush()
		begun <- struct{}{}
		<-release
	})
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := privately().fetch(ctx, address, Validators{}, acceptFeed); !errors.Is(err, ErrTimeout) || errors.Is(err, ErrUnreachable) {
		t.Errorf("time-out: %v", err)
	}
	<-begun
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		<-begun
		stop()
	}()
	if _, err := privately().fetch(ctx, address, Validators{}, acceptFeed); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnreachable) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestUnreachableServers(t *testing.T) {
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	defer tls.Close()
	for name, address := range map[string]string{"nobody listens": "http://127.0.0.1:1/", "unknown certificate": tls.URL} {
		if _, err := privately().fetch(t.Context(), address, Validators{}, acceptFeed); !errors.Is(err, ErrUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNormalise(t *testing.T) {
	for typed, want := range map[string]string{
		"kmu.gov.ua/x": "https://kmu.gov.ua/x", " kmu.gov.ua ": "https://kmu.gov.ua", "HTTP://kmu.gov.ua": "http://kmu.gov.ua",
		"127.0.0.1:8080/news": "http://127.0.0.1:8080/news", "localhost:8080": "http://localhost:8080", "[::1]:8080/x": "http://[::1]:8080/x", "мон.укр": "https://мон.укр",
	} {
		got, err := normalise(typed)
		if u, bad := url.Parse(got); err != nil || bad != nil || got != want && u.Host != strings.TrimPrefix(want, "https://") {
			t.Errorf("%s: %s, %v; want %s", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "кібербезпека", "file:///etc/passwd", "gopher://127.0.0.1/", "http:///x", "http://[::1", "user@kmu.gov.ua", "http://user:pass@kmu.gov.ua/", "mailto:a@kmu.gov.ua"} {
		if got, err := normalise(typed); !errors.Is(err, ErrAddress) && !errors.Is(err, ErrForbidden) {
			t.Errorf("%q: %s, %v", typed, got, err)
		}
	}
}

func TestAnUnknownKindOfEndpointIsNoSource(t *testing.T) {
	if _, err := privately().Read(t.Context(), Endpoint{Kind: "gopher", URL: "http://127.0.0.1/"}, Validators{}); !errors.Is(err, ErrNotSource) {
		t.Error(err)
	}
}
