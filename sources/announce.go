package sources

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxAnnouncement is how many letters a post has at most that announces an
// article: a longer one says things of its own.
const maxAnnouncement = 600

// articleSlug finds the last part of an address that belongs to one article: a
// number, or a headline of several words. Pages that many posts lead to, as
// /vaccination, have neither.
var articleSlug = regexp.MustCompile(`\d{3,}|(?:[^-_]+[-_]){3,}`)

// announces notes which posts of a channel announce an article on its
// authority's own site: a short post with exactly one link to one. Where
// several lead to one page, none does.
func (s Source) announces(site string, items []Item) {
	count := map[string]int{}
	for i := range items {
		items[i].About = ""
		if utf8.RuneCountInString(items[i].Text) > maxAnnouncement {
			continue
		}
		own := ""
		for _, link := range items[i].Links {
			address, ok := s.ownArticle(site, link)
			if ok && own != "" && own != address {
				own = ""
				break
			}
			if ok {
				own = address
			}
		}
		items[i].About = own
		count[own]++
	}
	for i := range items {
		if count[items[i].About] > 1 {
			items[i].About = ""
		}
	}
}

// ownArticle gives the address of an article that stands on the source's own
// site.
func (s Source) ownArticle(site, link string) (string, bool) {
	u, err := url.Parse(link)
	if err != nil || !articleSlug.MatchString(u.Path[strings.LastIndexByte(strings.TrimRight(u.Path, "/"), '/')+1:]+u.RawQuery) {
		return "", false
	}
	at, err := url.Parse(site)
	if own := err == nil && at.Host != "" && sameDomain(u, at); !own && !onSite(link, s) {
		return "", false
	}
	address, err := CanonicalURL(link)
	return address, err == nil
}
