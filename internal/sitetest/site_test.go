package sitetest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func started(t *testing.T, style Style) (*Site, string) {
	t.Helper()
	s := NewSite(style, "Міністерство", "ministry")
	for _, slug := range []string{"a", "b"} {
		s.Publish(Publication{Slug: slug, Title: "Новина " + slug, Paragraphs: []string{"Текст & " + slug}, Published: time.Now().Add(-time.Hour), Links: []string{"https://kmu.gov.ua/1"}})
	}
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, url
}

func get(t *testing.T, url string, header ...string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error(), nil
	}
	return resp.StatusCode, string(body), resp.Header
}

func TestEachStyleShowsWhatWasPublished(t *testing.T) {
	for style, paths := range map[Style][]string{Feed: {"/", "/feed.xml", "/news/a"}, Page: {"/", "/news/", "/news/a"}, Channel: {"/s/ministry"}} {
		s, url := started(t, style)
		for _, path := range paths {
			if status, body, _ := get(t, url+path); status != http.StatusOK || !strings.Contains(body, "Новина a") || !strings.Contains(body, "Міністерство") {
				t.Errorf("style %d %s: %d", style, path, status)
			}
			if s.Hits(path) != 1 {
				t.Errorf("%s was asked for %d times", path, s.Hits(path))
			}
		}
	}
}

func TestEditAndWithdraw(t *testing.T) {
	s, url := started(t, Page)
	s.Edit("a", Publication{Title: "Виправлена новина", Paragraphs: []string{"Інше."}})
	if _, body, _ := get(t, url+"/news/a"); !strings.Contains(body, "Виправлена") {
		t.Error("the edit is not shown")
	}
	s.Withdraw("a")
	if status, _, _ := get(t, url+"/news/a"); status != http.StatusGone {
		t.Errorf("withdrawn: %d", status)
	}
	if _, body, _ := get(t, url+"/news/"); strings.Contains(body, "Виправлена") {
		t.Error("what was withdrawn is listed")
	}
}

func TestValidatorsAreHonoured(t *testing.T) {
	s, url := started(t, Feed)
	_, _, h := get(t, url+"/feed.xml")
	if status, _, _ := get(t, url+"/feed.xml", "If-None-Match", h.Get("ETag")); status != http.StatusNotModified {
		t.Errorf("unchanged: %d", status)
	}
	s.Publish(Publication{Slug: "c", Title: "Ще одна"})
	if status, _, _ := get(t, url+"/feed.xml", "If-None-Match", h.Get("ETag")); status != http.StatusOK {
		t.Errorf("changed: %d", status)
	}
}

func TestFaultsAndHealing(t *testing.T) {
	s, url := started(t, Feed)
	for _, c := range []struct {
		f    Fault
		want func(status int, body string, h http.Header) bool
	}{
		{Fault{Status: 503, Body: "x"}, func(status int, body string, _ http.Header) bool { return status == 503 && body == "x" }},
		{Fault{RedirectTo: "/other"}, func(status int, _ string, h http.Header) bool { return status == 302 && h.Get("Location") == "/other" }},
		{Fault{CutBody: true}, func(status int, _ string, _ http.Header) bool { return status == 0 }},
		{Fault{Huge: 1 << 20}, func(_ int, body string, _ http.Header) bool { return len(body) == 1<<20 }},
		{Fault{Charset: "windows-1251", DeclareCharset: "koi8-u"}, func(_ int, body string, h http.Header) bool {
			return strings.Contains(body, "\xcd\xee\xe2\xe8\xed\xe0") && strings.HasSuffix(h.Get("Content-Type"), "koi8-u")
		}},
		{Fault{}, func(status int, _ string, _ http.Header) bool { return status == 200 }},
	} {
		s.Misbehave("/feed.xml", c.f)
		if status, body, h := get(t, url+"/feed.xml"); !c.want(status, body, h) {
			t.Errorf("%+v: status %d, %.80q", c.f, status, body)
		}
	}
}
