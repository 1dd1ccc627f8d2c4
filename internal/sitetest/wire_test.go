package sitetest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"visnyk/internal/sitetest"
)

func TestADateDecidesOnlyWithoutAnETag(t *testing.T) {
	s := sitetest.NewSite(sitetest.Feed, "Рада", "rada")
	s.Publish(sitetest.Publication{Slug: "a", Title: "Перша новина"})
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ask := func(headers ...string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/feed.xml", nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		return resp
	}
	date := ask().Header.Get("Last-Modified")
	if got := ask("If-Modified-Since", date).StatusCode; got != http.StatusNotModified {
		t.Errorf("the same date: %d", got)
	}
	if got := ask("If-Modified-Since", date, "If-None-Match", `"another"`).StatusCode; got != http.StatusOK {
		t.Errorf("another ETag with the same date: %d", got)
	}
}

func TestAnUnknownChannelLeadsToItsContactPage(t *testing.T) {
	s := sitetest.NewSite(sitetest.Channel, "Рада", "rada")
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	resp, err := http.Get(url + "/s/nobody")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/nobody" || !strings.Contains(string(body), "Contact @nobody") {
		t.Errorf("%d at %s: %s, %v", resp.StatusCode, resp.Request.URL, body, err)
	}
}

func TestASiteIsClosedTwice(t *testing.T) {
	s := sitetest.NewSite(sitetest.Page, "Рада", "rada")
	if _, err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s.Close()
}
