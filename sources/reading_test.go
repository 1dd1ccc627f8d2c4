package sources_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"visnyk/internal/sitetest"
	"visnyk/sources"
)

// local returns a client that may read from this machine.
func local(tme string) *sources.Client {
	return sources.NewClient(sources.ClientOptions{AllowPrivate: true, TMEURL: tme})
}

func publications(n int) []sitetest.Publication {
	var all []sitetest.Publication
	for i := range n {
		all = append(all, sitetest.Publication{
			Slug: fmt.Sprintf("n%d", i), Title: fmt.Sprintf("Громада отримала обладнання для лікарні номер %d", i),
			Paragraphs: []string{
				fmt.Sprintf("Обласна лікарня номер %d отримала нове обладнання для реабілітації поранених та людей з інвалідністю.", i),
				"Закупівлю здійснено коштом державного бюджету, загальна вартість контракту становить 12,5 млн грн, повідомили у відомстві.",
			},
			Published: time.Now().Add(-time.Duration(n-i) * time.Hour).Truncate(time.Minute),
		})
	}
	return all
}

func site(t *testing.T, style sitetest.Style, n int) (*sitetest.Site, string) {
	t.Helper()
	s := sitetest.NewSite(style, "Міністерство зразків", "zrazok")
	for _, p := range publications(n) {
		s.Publish(p)
	}
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, url
}

func TestDiscoverFindsTheEndpointBehindAnyAddress(t *testing.T) {
	_, feed := site(t, sitetest.Feed, 4)
	_, page := site(t, sitetest.Page, 4)
	_, tme := site(t, sitetest.Channel, 4)
	for _, c := range []struct{ address, endpoints string }{
		{feed + "/feed.xml", "feed given /feed.xml, page list /"},
		{feed, "feed named /feed.xml, page list "},
		{strings.TrimPrefix(feed, "http://"), "feed named /feed.xml, page list "},
		{feed + "/news/n1", "feed named /feed.xml, page list /"},
		{page + "/news/", "page list /news/"},
		{page, "page list /news/"},
		{page + "/news/n1", "page list /news/"},
		{page + "/contacts", ""},
		{"@zrazok", "channel given /s/zrazok"},
		{"t.me/zrazok", "channel given /s/zrazok"},
		{"https://t.me/s/zrazok", "channel given /s/zrazok"},
		{tme + "/s/zrazok", "channel given /s/zrazok"},
	} {
		s, reading, err := local(tme).Discover(t.Context(), c.address)
		var found []string
		for _, e := range s.Endpoints {
			found = append(found, string(e.Kind)+" "+string(e.Why)+" "+strings.NewReplacer(feed, "", page, "", tme, "").Replace(e.URL))
		}
		if got := strings.Join(found, ", "); got != c.endpoints {
			t.Errorf("%s: %s; want %s (%v)", c.address, got, c.endpoints, err)
			continue
		}
		if c.endpoints != "" && (s.ID == "" || s.Name != "Міністерство зразків" || len(reading.Items) != 4 || !s.Endpoints[0].Verified || s.Endpoints[0].Sure < 0.8) {
			t.Errorf("%s: id %q, name %q, %d items, %+v", c.address, s.ID, s.Name, len(reading.Items), s.Endpoints)
		}
	}
}

func TestOneAddressHasOneIdentity(t *testing.T) {
	_, feed := site(t, sitetest.Feed, 3)
	c := local("")
	a, _, err := c.Discover(t.Context(), feed)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := c.Discover(t.Context(), feed+"/feed.xml?utm_source=x")
	if err != nil || a.ID != b.ID {
		t.Errorf("%s and %s (%v)", a.ID, b.ID, err)
	}
}

func TestAFeedIsReadWholeAndTheNextTimeNotAtAll(t *testing.T) {
	s, url := site(t, sitetest.Feed, 3)
	e := sources.Endpoint{Kind: sources.KindFeed, URL: url + "/feed.xml"}
	r, err := local("").Read(t.Context(), e, sources.Validators{})
	if err != nil || len(r.Items) != 3 {
		t.Fatalf("%d items, %v", len(r.Items), err)
	}
	newest, want := r.Items[0], publications(3)[2]
	if newest.Title != want.Title || newest.URL != url+"/news/n2" || newest.GUID == "" || newest.Text != strings.Join(want.Paragraphs, "\n") || newest.Published.Sub(want.Published).Abs() > time.Minute {
		t.Errorf("item: %+v", newest)
	}
	again, err := local("").Read(t.Context(), e, r.Validators)
	if err != nil || !again.NotModified || len(again.Items) != 0 {
		t.Errorf("second reading: %+v, %v", again, err)
	}
	s.Publish(sitetest.Publication{Slug: "fresh", Title: "Нова новина про роботу міністерства"})
	if fresh, err := local("").Read(t.Context(), e, r.Validators); err != nil || len(fresh.Items) != 4 {
		t.Errorf("after a publication: %d items, %v", len(fresh.Items), err)
	}
}

func TestANewsPageListsItsArticles(t *testing.T) {
	_, url := site(t, sitetest.Page, 12)
	r, err := local("").Read(t.Context(), sources.Endpoint{Kind: sources.KindPage, URL: url + "/news/"}, sources.Validators{})
	if err != nil || len(r.Items) != 10 {
		t.Fatalf("%d items, %v", len(r.Items), err)
	}
	want := publications(12)[11]
	first := r.Items[0]
	if first.Title != want.Title || !first.Thin || first.Published.Sub(want.Published).Abs() > time.Minute {
		t.Errorf("item: %+v", first)
	}
	page, err := local("").Article(t.Context(), first.URL)
	if err != nil {
		t.Fatal(err)
	}
	if page.Title != want.Title || page.Text != strings.Join(want.Paragraphs, "\n") || page.Published.Sub(want.Published).Abs() > time.Minute || page.Language != "uk" {
		t.Errorf("article: %+v", page)
	}
}

func TestAChannelsPostsLoseTheirDecoration(t *testing.T) {
	_, tme := site(t, sitetest.Channel, 5)
	r, err := local(tme).Read(t.Context(), sources.Endpoint{Kind: sources.KindChannel, URL: tme + "/s/zrazok"}, sources.Validators{})
	if err != nil || len(r.Items) != 5 {
		t.Fatalf("%d items, %v", len(r.Items), err)
	}
	want := publications(5)[4]
	first := r.Items[0]
	if first.Title != want.Title || first.Text != strings.Join(want.Paragraphs, "\n") || first.GUID != "zrazok/5" || !strings.HasSuffix(first.URL, "/zrazok/5") {
		t.Errorf("post: %+v", first)
	}
	if strings.Contains(first.Text, "Підписатися") || r.Title != "Міністерство зразків" {
		t.Errorf("decoration: %q of %q", first.Text, r.Title)
	}
}

func TestEachFaultHasItsError(t *testing.T) {
	_, tme := site(t, sitetest.Channel, 0)
	for _, c := range []struct {
		name string
		f    sitetest.Fault
		want error
	}{
		{"gone", sitetest.Fault{Status: 410}, &sources.StatusError{Code: 410}},
		{"broken", sitetest.Fault{Status: 500}, &sources.StatusError{Code: 500}},
		{"cut", sitetest.Fault{CutBody: true}, sources.ErrUnreachable},
		{"bomb", sitetest.Fault{GzipBomb: true}, sources.ErrTooLarge},
		{"huge", sitetest.Fault{Huge: 9 << 20}, sources.ErrTooLarge},
		{"Cloudflare", sitetest.Fault{Status: 403, Body: "<html><title>Just a moment...</title>"}, sources.ErrProtected},
		{"DDoS-Guard", sitetest.Fault{Status: 503, Header: map[string]string{"Server": "ddos-guard"}, Body: "x"}, sources.ErrProtected},
		{"a loop", sitetest.Fault{RedirectTo: "/feed.xml"}, sources.ErrUnreachable},
		{"to a file", sitetest.Fault{RedirectTo: "file:///etc/passwd"}, sources.ErrAddress},
		{"to a user name", sitetest.Fault{RedirectTo: "http://user@127.0.0.1/"}, sources.ErrForbidden},
		{"rubbish", sitetest.Fault{Body: "\x00\x01\x02 не стрічка"}, sources.ErrNotSource},
		{"entities", sitetest.Fault{Body: `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><rss><channel><title>&a;</title></channel></rss>`}, sources.ErrHostile},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, url := site(t, sitetest.Feed, 3)
			s.Misbehave("/feed.xml", c.f)
			e := sources.Endpoint{Kind: sources.KindFeed, URL: url + "/feed.xml"}
			_, err := local("").Read(t.Context(), e, sources.Validators{})
			var status *sources.StatusError
			if want, ok := errors.AsType[*sources.StatusError](c.want); ok {
				if !errors.As(err, &status) || status.Code != want.Code {
					t.Errorf("error %v, want status %d", err, want.Code)
				}
			} else if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			s.Misbehave("/feed.xml", sitetest.Fault{})
			if r, err := local("").Read(t.Context(), e, sources.Validators{}); err != nil || len(r.Items) != 3 {
				t.Errorf("after it healed: %d items, %v", len(r.Items), err)
			}
		})
	}
	if _, _, err := local(tme).Discover(t.Context(), "@nosuchchannel"); err == nil {
		t.Error("a channel that is not there is found")
	}
	if _, _, err := local(tme).Discover(t.Context(), "http://127.0.0.1:1/"); !errors.Is(err, sources.ErrUnreachable) {
		t.Errorf("nobody listens: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	s, url := site(t, sitetest.Feed, 1)
	s.Misbehave("/feed.xml", sitetest.Fault{Hang: true})
	if _, err := local("").Read(ctx, sources.Endpoint{Kind: sources.KindFeed, URL: url + "/feed.xml"}, sources.Validators{}); !errors.Is(err, sources.ErrTimeout) {
		t.Errorf("a server that hangs: %v", err)
	}
}

func TestOldCharsetsAreReadWhateverTheLabelSays(t *testing.T) {
	for _, f := range []sitetest.Fault{
		{Charset: "windows-1251", DeclareCharset: "windows-1251"}, {Charset: "windows-1251"}, {DeclareCharset: "windows-1251"}, {Charset: "koi8-u", DeclareCharset: "koi8-u"},
	} {
		s, url := site(t, sitetest.Feed, 2)
		s.Misbehave("/news/n1", f)
		page, err := local("").Article(t.Context(), url+"/news/n1")
		if err != nil || page.Title != publications(2)[1].Title {
			t.Errorf("%+v: %q, %v", f, page.Title, err)
		}
	}
}

func TestOnlyPublicAddressesAreReached(t *testing.T) {
	s, url := site(t, sitetest.Feed, 1)
	c := sources.NewClient(sources.ClientOptions{})
	t.Setenv("HTTP_PROXY", url)
	for _, address := range []string{
		url, "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://10.0.0.5/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
		"http://100.64.0.1/", "http://[fd00::1]/", "http://[fe80::1%25lo]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://0.0.0.0/", "http://224.0.0.1/", "http://240.0.0.1/",
		"http://user:pass@93.184.216.34/", "http://93.184.216.34:6379/", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "http:///x", "http://[::1", "unix:///tmp/x",
	} {
		_, _, err := c.Discover(t.Context(), address)
		if !errors.Is(err, sources.ErrForbidden) && !errors.Is(err, sources.ErrAddress) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests arrived at a private address", n)
	}
}

func TestAServersWishToWaitIsHeard(t *testing.T) {
	s, url := site(t, sitetest.Feed, 1)
	e := sources.Endpoint{Kind: sources.KindFeed, URL: url + "/feed.xml"}
	s.Misbehave("/feed.xml", sitetest.Fault{Header: map[string]string{"Cache-Control": "public, max-age=600"}})
	if r, err := local("").Read(t.Context(), e, sources.Validators{}); err != nil || r.Wait != 10*time.Minute {
		t.Errorf("max-age: %v, %v", r.Wait, err)
	}
	s.Misbehave("/feed.xml", sitetest.Fault{Status: 429, Header: map[string]string{"Retry-After": "90"}})
	_, err := local("").Read(t.Context(), e, sources.Validators{})
	if status, ok := errors.AsType[*sources.StatusError](err); !ok || status.RetryAfter != 90*time.Second {
		t.Errorf("Retry-After: %v", err)
	}
}

func TestAtMostTwoConnectionsToAHost(t *testing.T) {
	inside, most := make(chan struct{}, 100), 0
	enter := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		inside <- struct{}{}
		<-enter
		<-inside
		_, _ = w.Write([]byte("<rss version='2.0'><channel><title>x</title></channel></rss>"))
	}))
	defer srv.Close()
	c := local("")
	done := make(chan error, 6)
	for range 6 {
		go func() {
			_, err := c.Read(t.Context(), sources.Endpoint{Kind: sources.KindFeed, URL: srv.URL}, sources.Validators{})
			done <- err
		}()
	}
	for range 6 {
		for len(inside) == 0 {
			select {
			case err := <-done:
				t.Fatal(err)
			case <-time.After(time.Millisecond):
			}
		}
		most = max(most, len(inside))
		enter <- struct{}{}
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if most > 2 {
		t.Errorf("%d at a time", most)
	}
}
