package extract

import (
	"errors"
	"testing"
)

func TestCanonicalURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://www.KMU.gov.ua/news/1?utm_source=tg&id=7#top": "https://www.kmu.gov.ua/news/1?id=7",
		"https://kmu.gov.ua:443/":                              "https://kmu.gov.ua",
		"http://kmu.gov.ua:80/a/":                              "http://kmu.gov.ua/a",
		"http://127.0.0.1:8081/s/x?before=7":                   "http://127.0.0.1:8081/s/x?before=7",
		"http://[::1]:80/a":                                    "http://[::1]/a",
		"https://kmu.gov.ua/?b=2&a=1&fbclid=x":                 "https://kmu.gov.ua?b=2&a=1",
		"https://kmu.gov.ua./новини/один":                      "https://kmu.gov.ua/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8/%D0%BE%D0%B4%D0%B8%D0%BD",
		"https://kmu.gov.ua/n?q=\xed\xee\xe2":                  "https://kmu.gov.ua/n?q=%ED%EE%E2",
		" https://kmu.gov.ua/a ":                               "https://kmu.gov.ua/a",
	} {
		got, err := CanonicalURL(raw)
		if err != nil || got != want {
			t.Errorf("CanonicalURL(%s) = %s, %v; want %s", raw, got, err, want)
		}
		if again, err := CanonicalURL(got); err != nil || again != got {
			t.Errorf("canonical %s becomes %s (%v)", got, again, err)
		}
	}
	for _, raw := range []string{"", "kmu.gov.ua", "ftp://kmu.gov.ua/", "https://", "http://[::1", "javascript:alert(1)"} {
		if got, err := CanonicalURL(raw); !errors.Is(err, ErrAddress) {
			t.Errorf("CanonicalURL(%q) = %q, %v", raw, got, err)
		}
	}
}
