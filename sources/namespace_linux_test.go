package sources

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// inNamespace tells the test binary that it runs in a network of its own.
const inNamespace = "VISNYK_TEST_NAMESPACE"

// The addresses of the test's own network that stand for the public internet,
// and those that no reader may connect to.
func publicAddresses() []string { return []string{"93.184.216.34", "2606:2800:220:1::1"} }

func forbiddenAddresses() []string {
	return []string{
		"10.0.0.5", "172.16.0.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.0.192", "240.0.0.1", "fd00::1", "fd00:ec2::254",
		"fe80::1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::1", "fec0::1", "3fff::1", "5f00::1", "::127.0.0.1", "::ffff:0:127.0.0.1",
	}
}

// TestNoAddressLeadsInside tries hostile addresses in a network of its own,
// where every one of them could be reached.
func TestNoAddressLeadsInside(t *testing.T) {
	if os.Getenv(inNamespace) != "" {
		tryHostileAddresses(t)
		return
	}
	for name, proxy := range map[string]string{"without a proxy": "", "with HTTP_PROXY": "http://127.0.0.1:3128"} {
		t.Run(name, func(t *testing.T) {
			flag := "-n"
			if os.Getuid() != 0 {
				flag = "-rn"
			}
			cmd := exec.CommandContext(t.Context(), "unshare", flag, os.Args[0], "-test.run=^TestNoAddressLeadsInside$", "-test.v")
			cmd.Env = append(os.Environ(), inNamespace+"=1", "HTTP_PROXY="+proxy, "HTTPS_PROXY="+proxy, "NO_PROXY=")
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "4 good addresses were fetched") {
				t.Errorf("%v: this needs unshare (util-linux), ip (iproute2) and the right to make a network namespace\n%s", err, out)
			}
		})
	}
}

func tryHostileAddresses(t *testing.T) {
	setUpNetwork(t)
	seen := &connections{to: map[string]netip.AddrPort{}}
	for _, port := range ports() {
		l, err := net.Listen("tcp", "[::]:"+port)
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: http.HandlerFunc(redirecting), ReadHeaderTimeout: 5 * time.Second}
		go func() { _ = server.Serve(&counting{l, seen}) }()
		defer func() { _ = server.Close() }()
	}
	for _, address := range append(publicAddresses(), forbiddenAddresses()...) {
		conn, err := net.DialTimeout("tcp", net.JoinHostPort(address, "80"), 10*time.Second) // a first packet may be lost
		if err != nil && address != "fe80::1" {                                              // that one needs the zone
			t.Fatalf("the network of the test is not complete: %v", err)
		}
		if err == nil {
			_ = conn.Close()
		}
	}
	dns := hostileResolver(t)
	list, err := os.ReadFile("testdata/hostile_addresses.txt")
	if err != nil {
		t.Fatal(err)
	}
	vectors := strings.Split(strings.TrimSuffix(string(list), "\n"), "\n")
	if len(vectors) != 78 {
		t.Errorf("%d addresses, want 78", len(vectors))
	}
	seen.drain(t)
	for _, address := range vectors {
		for _, read := range readers() {
			c := NewClient(ClientOptions{Resolver: dns.fresh()})
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			read(ctx, c, address)
			cancel()
			c.http.CloseIdleConnections()
			if bad := forbiddenIn(seen.drain(t)); len(bad) > 0 {
				t.Errorf("%s: connected to %v", address, bad)
			}
		}
	}
	good := 0
	for _, address := range []string{"http://pub.test/", "http://pub6.test/", "http://pub.test/r?to=http%3A%2F%2Fpub6.test%2Fok", "http://93.184.216.34/"} {
		if _, err := NewClient(ClientOptions{Resolver: dns.fresh()}).fetch(t.Context(), address, Validators{}, acceptFeed); err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		good++
	}
	t.Logf("%d addresses were tried, %d good addresses were fetched", len(vectors), good)
}

// readers are the ways by which an address reaches the network.
func readers() []func(context.Context, *Client, string) {
	return []func(context.Context, *Client, string){
		func(ctx context.Context, c *Client, address string) {
			_, _ = c.Read(ctx, Endpoint{Kind: KindFeed, URL: address}, Validators{})
		},
		func(ctx context.Context, c *Client, address string) { _, _ = c.Article(ctx, address) },
		func(ctx context.Context, c *Client, address string) { _, _, _ = c.Discover(ctx, address) },
	}
}

func setUpNetwork(t *testing.T) {
	t.Helper()
	run := func(args ...string) {
		if out, err := exec.CommandContext(t.Context(), "ip", args...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s (install iproute2)", strings.Join(args, " "), err, out)
		}
	}
	run("link", "set", "lo", "up")
	for _, address := range append(publicAddresses(), forbiddenAddresses()...) {
		if strings.Contains(address, ":") {
			run("-6", "addr", "add", address+"/128", "dev", "lo", "nodad")
		} else {
			run("addr", "add", address+"/32", "dev", "lo")
		}
	}
}

// redirecting is every web server of the network.
func redirecting(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/r":
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	case "/r307":
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusTemporaryRedirect)
	case "/loop":
		http.Redirect(w, r, "/loop", http.StatusFound)
	case "/robots.txt":
		http.Redirect(w, r, "http://127.0.0.1/robots.txt", http.StatusFound)
	default:
		_, _ = io.WriteString(w, `<!doctype html><link rel="alternate" type="application/rss+xml" href="http://127.0.0.1/feed"><a href="http://169.254.169.254/news">Новини</a>`)
	}
}

func ports() []string { return []string{"80", "6379", "8080", "3128"} }

// connections are those that the network's servers accepted: the server's
// address by the client's.
type connections struct {
	mu sync.Mutex
	to map[string]netip.AddrPort
}

// drain gives the connections that were made so far, and forgets them. A
// server accepts in order: when a connection of our own was, all before it were.
func (c *connections) drain(t *testing.T) []netip.AddrPort {
	t.Helper()
	for _, port := range ports() {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for !c.forget(conn.LocalAddr().String()) {
			runtime.Gosched()
		}
		_ = conn.Close()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.Collect(maps.Values(c.to))
	clear(c.to)
	return all
}

func (c *connections) forget(from string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.to[from]
	delete(c.to, from)
	return ok
}

// forbiddenIn are those to anything but the web servers of the public internet.
func forbiddenIn(all []netip.AddrPort) []netip.AddrPort {
	return slices.DeleteFunc(all, func(at netip.AddrPort) bool {
		return at.Port() == 80 && slices.Contains(publicAddresses(), at.Addr().String())
	})
}

type counting struct {
	net.Listener
	seen *connections
}

func (l *counting) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		if at, err := netip.ParseAddrPort(conn.LocalAddr().String()); err == nil {
			l.seen.mu.Lock()
			l.seen.to[conn.RemoteAddr().String()] = netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
			l.seen.mu.Unlock()
		}
	}
	return conn, err
}

// resolver is a hostile name server.
type resolver struct {
	conn net.PacketConn
	mu   sync.Mutex
	asks int // for rebind.test
}

func hostileResolver(t *testing.T) *resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	r := &resolver{conn: conn}
	go r.serve()
	return r
}

// fresh is the resolver of a reader whom it did not answer yet.
func (r *resolver) fresh() *net.Resolver {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asks = 0
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", r.conn.LocalAddr().String())
	}}
}

func (r *resolver) serve() {
	buffer := make([]byte, 1500)
	for {
		n, from, err := r.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buffer[:n]) != nil || len(m.Questions) == 0 {
			continue
		}
		m.Response, m.RecursionAvailable = true, true
		m.Answers = r.answers(m.Questions[0])
		m.Additionals = nil
		if packed, err := m.Pack(); err == nil {
			_, _ = r.conn.WriteTo(packed, from)
		}
	}
}

func (r *resolver) answers(q dnsmessage.Question) []dnsmessage.Resource {
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	addresses := map[string][]string{
		"pub.test": {"93.184.216.34"}, "pub6.test": {"2606:2800:220:1::1"}, "both.test": {"127.0.0.1", "93.184.216.34"},
		"meta.test": {"169.254.169.254"}, "six.test": {"::1"}, "mapped.test": {"::ffff:127.0.0.1"}, "nat64.test": {"64:ff9b::7f00:1"}, "ula.test": {"fd00::1"},
	}[name]
	head := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 0}
	switch {
	case name == "cname.test":
		head.Type = dnsmessage.TypeCNAME
		all := []dnsmessage.Resource{{Header: head, Body: &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("localhost.")}}}
		if q.Type != dnsmessage.TypeA {
			return all
		}
		head.Name, head.Type = dnsmessage.MustNewName("localhost."), dnsmessage.TypeA
		return append(all, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}})
	case name == "rebind.test" && q.Type == dnsmessage.TypeA:
		r.mu.Lock()
		defer r.mu.Unlock()
		addresses = []string{"127.0.0.1"}
		if r.asks++; r.asks == 1 {
			addresses = []string{"93.184.216.34"}
		}
	case addresses == nil:
		addresses = []string{"127.0.0.1"}
	}
	var all []dnsmessage.Resource
	for _, s := range addresses {
		at := netip.MustParseAddr(s)
		switch {
		case at.Is4() && q.Type == dnsmessage.TypeA:
			head.Type = dnsmessage.TypeA
			all = append(all, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: at.As4()}})
		case at.Is6() && q.Type == dnsmessage.TypeAAAA:
			head.Type = dnsmessage.TypeAAAA
			all = append(all, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: at.As16()}})
		}
	}
	return all
}
