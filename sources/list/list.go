// Package list owns what a page that lists news shows: the links of the list
// with their headlines and dates, the rule by which they are found again, and
// where the list goes on. It knows neither where a page comes from nor what its
// articles say, and it does no I/O.
package list

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"

	"visnyk/sources/extract"
)

// What a list of news is: so many links of one form, each with so many letters
// of a headline. Where a rule says which links they are, one will do, and the
// headline may be shorter.
const (
	MinEntries   = 3
	maxEntries   = 100
	headlineFrom = 20
	shortFrom    = 8
)

// ErrNone says that a page shows no list of news.
var ErrNone = errors.New("page shows no news")

// Entry is one link of a list.
type Entry struct {
	URL       string // canonical
	Title     string
	Published time.Time // zero where the list does not say
}

// List is what a page lists.
type List struct {
	Entries []Entry // as the page has them
	Rule    Rule    // finds them again
	Older   string  // the page that the list goes on at, or ""
}

// Dated is the share of the entries with a date.
func (l List) Dated() float64 {
	n := 0
	for _, e := range l.Entries {
		if !e.Published.IsZero() {
			n++
		}
	}
	return float64(n) / float64(max(len(l.Entries), 1))
}

// Read finds the list on a page: by the rule where that finds anything, and
// else anew. learnt tells whether the rule was learnt anew. It fails with
// ErrNone when there is no list.
func Read(doc *goquery.Document, base *url.URL, rule Rule) (l List, learnt bool, err error) {
	if rule != (Rule{}) {
		if l, ok := rule.read(doc, base); ok {
			return l, false, nil
		}
	}
	l, err = Learn(doc, base)
	return l, true, err
}

// Learn finds the list of news on a page: of the links to pages of one kind
// that stand alike and have headlines, those that are most, with dates before
// those without. It fails with ErrNone when there are too few.
func Learn(doc *goquery.Document, base *url.URL) (List, error) {
	best, beside := bestOf(candidates(doc, base, headlineOf)), false
	if len(best) < MinEntries {
		best, beside = bestOf(candidates(doc, base, headlineBeside)), true
	}
	if len(best) < MinEntries {
		return List{}, fmt.Errorf("%w: %d links with headlines", ErrNone, len(best))
	}
	l := List{Rule: ruleOf(best, beside), Older: olderOf(doc, base)}
	for _, c := range best[:min(len(best), maxEntries)] {
		l.Entries = append(l.Entries, c.Entry)
	}
	return l, nil
}

// candidate is one link that can belong to a list of news.
type candidate struct {
	Entry
	link  *goquery.Selection
	form  string // of its address
	place int    // order on the page
}

// candidates lists the links of a page that have a headline, each address
// once.
func candidates(doc *goquery.Document, base *url.URL, headline func(*goquery.Selection) string) []candidate {
	var all []candidate
	seen := map[string]bool{}
	own := canonical(base)
	doc.Find("a[href]").Each(func(_ int, s *goquery.Selection) {
		address, ok := link(s, base, own)
		if !ok || seen[address] || extract.InFurniture(s.Get(0)) {
			return
		}
		title := headline(s)
		if utf8.RuneCountInString(title) < headlineFrom {
			return
		}
		seen[address] = true
		all = append(all, candidate{Entry: Entry{URL: address, Title: title}, link: s, form: Form(address), place: len(all)})
	})
	return all
}

// bestOf dates the candidates and gives the group that is a list most
// likely.
func bestOf(all []candidate) []candidate {
	groups := map[string][]candidate{}
	for _, c := range all {
		key := c.form + " " + strings.Join(tagsOf(c.link.Get(0)), "<") + " " + containerOf(c.link)
		groups[key] = append(groups[key], c)
	}
	var best []candidate
	most := 0
	for _, g := range groups {
		score := len(g)
		for i := range g {
			if g[i].Published = dateBeside(g[i].link, g[i].Title); !g[i].Published.IsZero() {
				score++
			}
		}
		if len(g) < MinEntries {
			score = 0
		}
		if score > most || score == most && (len(g) > len(best) || len(g) == len(best) && g[0].place < best[0].place) {
			best, most = g, score
		}
	}
	return best
}

// Link gives the address of a link within the same site that is not the
// site's front page or the page itself.
func Link(s *goquery.Selection, base *url.URL) (string, bool) { return link(s, base, canonical(base)) }

func link(s *goquery.Selection, base *url.URL, own string) (string, bool) {
	to := extract.Resolve(base, s.AttrOr("href", ""))
	u, err := url.Parse(to)
	if err != nil || to == "" || !extract.SameSite(u, base) || strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
		return "", false
	}
	address, err := extract.CanonicalURL(to)
	return address, err == nil && own != "" && address != own
}

func canonical(u *url.URL) string {
	own, err := extract.CanonicalURL(u.String())
	if err != nil {
		return ""
	}
	return own
}

// Form is equal for the addresses of pages of one kind: they stand in one
// folder, numbers aside, or are told apart by the same parameters.
func Form(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	form := "/" + digits.ReplaceAllString(strings.Join(parts[:len(parts)-1], "/"), "0")
	if u.RawQuery == "" {
		return form
	}
	var names []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		names = append(names, name)
	}
	slices.Sort(names)
	return form + "?" + strings.Join(slices.Compact(names), "&")
}

// headlineOf is the headline in a link: a heading inside it, or its text
// without a date.
func headlineOf(s *goquery.Selection) string {
	if h := s.Find(headings).First(); h.Length() > 0 {
		return extract.OneLine(h.Text())
	}
	if title := extract.OneLine(s.AttrOr("title", "")); utf8.RuneCountInString(title) >= headlineFrom {
		return title
	}
	text := extract.OneLine(s.Text())
	if _, rest, ok := extract.FindDate(text); ok && utf8.RuneCountInString(rest) >= headlineFrom {
		text = strings.Trim(extract.OneLine(rest), " |,·–—-")
	}
	return text
}

const headings = "h1, h2, h3, h4, h5, .title"

// headlineBeside is the heading of the item that a link like «Детальніше»
// stands in.
func headlineBeside(s *goquery.Selection) string {
	href := s.AttrOr("href", "")
	for block, depth := s.Parent(), 1; block.Length() > 0 && depth < upwards; block, depth = block.Parent(), depth+1 {
		if leadsAway(block.Get(0), href) {
			return ""
		}
		if h := block.Find(headings).First(); h.Length() > 0 {
			return extract.OneLine(h.Text())
		}
	}
	return ""
}
