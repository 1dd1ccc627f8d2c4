package bot

import (
	"strings"
	"testing"

	"visnyk/sources"
)

func TestWhatDiscoveryFoundIsSaidInALine(t *testing.T) {
	feed := sources.Endpoint{Kind: sources.KindFeed, URL: "https://a.gov.ua/rss", Why: sources.WhyNamed, Sure: 0.95}
	page := sources.Endpoint{Kind: sources.KindPage, URL: "https://a.gov.ua/news", Why: sources.WhyListed, Sure: 0.9}
	channel := sources.Endpoint{Kind: sources.KindChannel, URL: "https://t.me/s/rada", Why: sources.WhyLinked, Sure: 0.4}
	for want, all := range map[string][]sources.Endpoint{
		"Знайшов: стрічка RSS (названа сайтом), сторінка новин, канал @rada (не певен).": {feed, page, channel},
		"Знайшов: мапа сайту.":                  {{Kind: sources.KindPage, Why: sources.WhySitemap, Sure: 0.6}},
		"Знайшов: стрічка RSS, сторінка новин.": {{Kind: sources.KindFeed, Why: sources.WhyGiven, Sure: 1}, page},
		"": {{Kind: sources.KindFeed, Why: sources.WhyGiven, Sure: 1}, {Kind: sources.KindChannel}},
	} {
		if got := strings.ReplaceAll(foundText(all), "\u2060", ""); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
