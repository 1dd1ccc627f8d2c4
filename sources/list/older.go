package list

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"visnyk/sources/extract"
)

// olderWords finds the words of links by which a list goes on.
var olderWords = regexp.MustCompile(`(?i)^(?:наступн[аі](?: сторінка| новини)?|далі|старіші(?: записи| новини)?|попередні (?:записи|новини)|більш ранні|вперед|next(?: page)?|older(?: posts| entries)?|следующая)$`)

// olderOf finds the page at which a list goes on: as the page says to
// programs, by a link's words, by its arrow, by the number after this page's.
func olderOf(doc *goquery.Document, base *url.URL) string {
	own := canonical(base)
	if s := doc.Find(`link[rel~="next"][href], a[rel~="next"][href]`).First(); s.Length() > 0 {
		if address, ok := pageOf(s, base, own); ok {
			return address
		}
	}
	arrow, numbers := "", map[int]string{}
	word := ""
	doc.Find("a[href]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		text := extract.OneLine(s.Text())
		if len(text) > 80 {
			return true
		}
		label := strings.Trim(text, " »›→>«‹")
		n, err := strconv.Atoi(text)
		isWord := olderWords.MatchString(label) || olderWords.MatchString(extract.OneLine(s.AttrOr("title", ""))) || olderWords.MatchString(extract.OneLine(s.AttrOr("aria-label", "")))
		isArrow := label == "" && strings.ContainsAny(text, "»›→>")
		if err != nil && !isWord && !isArrow {
			return true
		}
		address, ok := pageOf(s, base, own)
		switch {
		case !ok:
		case isWord:
			word = address
		case isArrow && arrow == "":
			arrow = address
		case err == nil && n > 0 && n < 10_000 && numbers[n] == "":
			numbers[n] = address
		}
		return word == ""
	})
	switch {
	case word != "":
		return word
	case arrow != "" && len(numbers) > 0:
		return arrow
	}
	return numbers[following(numbers, base)]
}

// pageOf gives the address of a link to another page of the same list: at the
// same place but for numbers and parameters.
func pageOf(s *goquery.Selection, base *url.URL, own string) (string, bool) {
	if _, ok := link(s, base, own); !ok {
		return "", false
	}
	to := extract.Resolve(base, s.AttrOr("href", "")) // as the page has it: a slash more or less is a redirect
	u, err := url.Parse(to)
	if err != nil {
		return "", false
	}
	return to, listPath(u) == listPath(base)
}

var pageNumber = regexp.MustCompile(`(?i)(?:^|/)(?:page|сторінка|storinka|p)?[-/_]?\d{1,4}(?:\.html?)?$`)

// listPath is the place of a list without the number of its page.
func listPath(u *url.URL) string {
	path := strings.TrimRight(u.Path, "/")
	return strings.TrimRight(pageNumber.ReplaceAllString(path, ""), "/")
}

var ownNumber = regexp.MustCompile(`(?i)(?:page|paged|pagen_\d+|p|сторінка|storinka)[=/_-](\d{1,4})`)

// following is the number of the page after this one: the least that is linked
// while the one before it is not, for that is this page.
func following(numbers map[int]string, base *url.URL) int {
	if m := ownNumber.FindStringSubmatch(base.Path + "?" + base.RawQuery); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && numbers[n+1] != "" && numbers[n] == "" {
			return n + 1
		}
	}
	least := 0
	for n := range numbers {
		if n > 1 && numbers[n-1] == "" && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}
