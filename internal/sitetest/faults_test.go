package sitetest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestADeletedPublicationLeavesNoTrace(t *testing.T) {
	s, url := started(t, Page)
	s.Delete("a")
	if status, _, _ := get(t, url+"/news/a"); status != http.StatusNotFound {
		t.Errorf("deleted: %d", status)
	}
	if _, body, _ := get(t, url+"/news/"); strings.Contains(body, "Новина a") {
		t.Error("what was deleted is listed")
	}
}

func TestAFloodIsListed(t *testing.T) {
	s, url := started(t, Feed)
	s.Flood(700)
	if _, body, _ := get(t, url+"/feed.xml"); strings.Count(body, "<item>") != 702 {
		t.Errorf("%d items", strings.Count(body, "<item>"))
	}
}

func TestABodyDrips(t *testing.T) {
	s, url := started(t, Feed)
	s.Misbehave("/feed.xml", Fault{Body: "abc", Drip: time.Millisecond})
	begun := time.Now()
	if _, body, _ := get(t, url+"/feed.xml"); body != "abc" || time.Since(begun) < 2*time.Millisecond {
		t.Errorf("%q after %v", body, time.Since(begun))
	}
}

func TestValidatorsCanBeMissing(t *testing.T) {
	s, url := started(t, Feed)
	_, _, h := get(t, url+"/feed.xml")
	s.Misbehave("/feed.xml", Fault{NoValidators: true})
	status, _, without := get(t, url+"/feed.xml", "If-None-Match", h.Get("ETag"))
	if status != http.StatusOK || without.Get("ETag") != "" || without.Get("Last-Modified") != "" {
		t.Errorf("%d %v", status, without)
	}
}

func TestFaultsOfAllKindsArriveAsTheyAre(t *testing.T) {
	s, url := started(t, Feed)
	for _, kind := range Protections() {
		s.Misbehave("/feed.xml", Protected(kind))
		status, body, h := get(t, url+"/feed.xml")
		all := strings.ToLower(body + h.Get("Server") + h.Get("X-CDN"))
		if !strings.Contains(all, strings.ToLower(kind)) || status != 200 && status != 403 {
			t.Errorf("%s: %d %s", kind, status, all)
		}
	}
	s.Misbehave("/feed.xml", TooMany("7"))
	if status, _, h := get(t, url+"/feed.xml"); status != http.StatusTooManyRequests || h.Get("Retry-After") != "7" {
		t.Errorf("%d %v", status, h)
	}
	s.Misbehave("/feed.xml", Rubbish())
	if status, body, _ := get(t, url+"/feed.xml"); status != 200 || strings.Contains(body, "<rss") {
		t.Errorf("%d", status)
	}
	s.Misbehave("/robots.txt", Fault{Body: "User-agent: *\nDisallow: /\n"})
	if _, body, _ := get(t, url+"/robots.txt"); !strings.HasSuffix(body, "Disallow: /\n") {
		t.Errorf("robots.txt: %s", body)
	}
}
