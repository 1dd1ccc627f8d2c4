package list

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"visnyk/sources/extract"
)

// Rule finds the links of a list again. Each step of a path is a tag and the
// classes that all links of the list have there, as div.news.item.
type Rule struct {
	Form   string `json:"form,omitempty"`   // of the addresses
	Path   string `json:"path,omitempty"`   // from the link upwards: a<h3.title<div.item
	In     string `json:"in,omitempty"`     // what holds them all
	Date   string `json:"date,omitempty"`   // where an entry has its date
	Beside bool   `json:"beside,omitempty"` // the headline stands beside the link, not in it
}

// How far a rule looks.
const (
	upwards  = 6   // levels from a link to its item and its list
	pathSize = 4   // steps of a path
	maxEntry = 300 // nodes of an item; else a page would be walked whole for each of its links
	maxStep  = 200 // bytes of one step
)

var digits = regexp.MustCompile(`\d+`)

// marks part the steps of a path and their classes; a broken page has them in
// the names of its tags.
var marks = strings.NewReplacer(".", "_", "<", "_")

func tagOf(n *html.Node) string { return marks.Replace(n.Data) }

// tagsOf are the tags from a link upwards.
func tagsOf(n *html.Node) []string {
	var tags []string
	for ; n != nil && n.Type == html.ElementNode && len(tags) < pathSize; n = n.Parent {
		tags = append(tags, tagOf(n))
	}
	return tags
}

// stepOf is a tag with those of its classes that name no single item.
func stepOf(n *html.Node) string {
	var classes []string
	for _, a := range n.Attr {
		if a.Key == "class" {
			for c := range strings.FieldsSeq(a.Val[:min(len(a.Val), maxStep)]) {
				if !digits.MatchString(c) && !strings.ContainsAny(c, ".<") {
					classes = append(classes, c)
				}
			}
		}
	}
	slices.Sort(classes)
	return strings.Join(append([]string{tagOf(n)}, slices.Compact(classes)...), ".")
}

// fits tells whether an element has a step's tag and classes.
func fits(n *html.Node, step string) bool {
	want := strings.Split(step, ".")
	if n == nil || n.Type != html.ElementNode || tagOf(n) != want[0] {
		return false
	}
	have := strings.Split(stepOf(n), ".")
	for _, c := range want[1:] {
		if !slices.Contains(have[1:], c) {
			return false
		}
	}
	return true
}

// common is the step of two elements with one tag.
func common(a, b string) string {
	have := strings.Split(b, ".")
	parts := strings.Split(a, ".")
	kept := parts[:1]
	for _, c := range parts[1:] {
		if slices.Contains(have[1:], c) {
			kept = append(kept, c)
		}
	}
	return strings.Join(kept, ".")
}

// containerOf is the step of what holds a link and others like it, or "".
func containerOf(s *goquery.Selection) string {
	for n, depth := s.Get(0).Parent, 0; n != nil && n.Type == html.ElementNode && depth < upwards; n, depth = n.Parent, depth+1 {
		if holdsOthers(n) {
			return stepOf(n)
		}
	}
	return ""
}

// ruleOf learns the rule of links that stand alike, with their headlines in them
// or beside them.
func ruleOf(all []candidate, beside bool) Rule {
	first := all[0]
	r := Rule{Form: first.form, In: containerOf(first.link), Beside: beside}
	var path []string
	for _, c := range all {
		n := c.link.Get(0)
		for i := range tagsOf(n) {
			if len(path) <= i {
				path = append(path, stepOf(n))
			} else {
				path[i] = common(path[i], stepOf(n))
			}
			n = n.Parent
		}
	}
	r.Path = strings.Join(path, "<")
	r.Date = dateStep(all)
	return r
}

// dateStep is where most of the entries with a date have it.
func dateStep(all []candidate) string {
	count := map[string]int{}
	all = all[:min(len(all), 30)] // as good as all of them
	for _, c := range all {
		if n := datedIn(c.link, c.Title); n != nil {
			count[stepOf(n)]++
		}
	}
	best := ""
	for step, n := range count {
		if 2*n >= len(all) && (best == "" || n > count[best] || n == count[best] && step < best) {
			best = step
		}
	}
	return best
}

// read finds the links that a rule names; false when there is none.
func (r Rule) read(doc *goquery.Document, base *url.URL) (List, bool) {
	headline := headlineOf
	if r.Beside {
		headline = headlineBeside
	}
	l := List{Rule: r}
	seen := map[string]bool{}
	own := canonical(base)
	doc.Find("a[href]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		address, ok := link(s, base, own)
		if !ok || seen[address] || Form(address) != r.Form || !r.stands(s.Get(0)) || extract.InFurniture(s.Get(0)) {
			return true
		}
		title := headline(s)
		if n := utf8.RuneCountInString(title); n < headlineFrom && (n < shortFrom || !strings.Contains(title, " ")) {
			return true // a word, as «Детальніше»
		}
		seen[address] = true
		l.Entries = append(l.Entries, Entry{URL: address, Title: title, Published: r.date(s, title)})
		return len(l.Entries) < maxEntries
	})
	l.Older = olderOf(doc, base)
	return l, len(l.Entries) > 0
}

// stands tells whether a link stands where the rule says.
func (r Rule) stands(n *html.Node) bool {
	at := n
	for step := range strings.SplitSeq(r.Path, "<") {
		if !fits(at, step) {
			return false
		}
		at = at.Parent
	}
	if r.In == "" {
		return true
	}
	for at, depth := n.Parent, 0; at != nil && depth < upwards; at, depth = at.Parent, depth+1 {
		if fits(at, r.In) {
			return true
		}
	}
	return false
}

// date is the date where the rule has it, or else beside the link.
func (r Rule) date(s *goquery.Selection, title string) time.Time {
	if r.Date != "" {
		for n, depth := s.Get(0), 0; n != nil && depth < upwards && (depth == 0 || !holdsOthers(n)); n, depth = n.Parent, depth+1 {
			left := maxEntry
			for d := range n.Descendants() {
				if left--; left == 0 {
					break
				}
				if fits(d, r.Date) {
					if at, ok := dateIn(d); ok {
						return at
					}
				}
			}
		}
	}
	return dateBeside(s, title)
}

// dateIn is the date that an element says.
func dateIn(n *html.Node) (time.Time, bool) {
	for _, a := range n.Attr {
		if a.Key == "datetime" {
			if at, ok := extract.ParseMachine(a.Val); ok {
				return at, true
			}
		}
	}
	return extract.ParseVisible(textOf(n))
}

func textOf(n *html.Node) string {
	return extract.OneLine(goquery.NewDocumentFromNode(n).Text())
}

// datedIn is the smallest element of an entry that holds its date, or nil.
func datedIn(s *goquery.Selection, title string) *html.Node {
	for n, depth := s.Get(0), 0; n != nil && depth < upwards && (depth == 0 || !holdsOthers(n)); n, depth = n.Parent, depth+1 {
		left := maxEntry
		var found *html.Node
		for d := range n.Descendants() {
			if left--; left == 0 {
				break
			}
			if d.Type != html.ElementNode || found != nil && d.Parent != found {
				continue
			}
			if _, ok := dateIn(d); ok && !strings.Contains(textOf(d), title) {
				found = d
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// dateBeside is the date beside a link: in it or in the item of the list that
// it stands in, as long as that item holds no other news.
func dateBeside(s *goquery.Selection, title string) time.Time {
	for block, depth := s, 0; block.Length() > 0 && depth < pathSize; block, depth = block.Parent(), depth+1 {
		if depth > 0 && holdsOthers(block.Get(0)) {
			break
		}
		if at, ok := extract.ParseMachine(block.Find("time[datetime]").First().AttrOr("datetime", "")); ok {
			return at
		}
		text := extract.OneLine(block.Text())
		if depth == 0 || text != title {
			if at, ok := extract.ParseVisible(strings.Replace(text, title, "", 1)); ok {
				return at
			}
		}
	}
	return time.Time{}
}

// holdsOthers tells whether a block holds several pieces of news, or more than
// an item of a list does.
func holdsOthers(block *html.Node) bool {
	first, left := "", maxEntry
	for n := range block.Descendants() {
		if left--; left == 0 {
			return true
		}
		if n.DataAtom != atom.A {
			continue
		}
		s := goquery.NewDocumentFromNode(n).Selection
		href, ok := s.Attr("href")
		if !ok || href == first || utf8.RuneCountInString(extract.OneLine(s.Text())) < headlineFrom {
			continue
		}
		if first != "" {
			return true
		}
		first = href
	}
	return false
}

// leadsAway tells whether a block holds a link to elsewhere than href, or more
// than an item of a list does.
func leadsAway(block *html.Node, href string) bool {
	left := maxEntry
	for n := range block.Descendants() {
		if left--; left == 0 {
			return true
		}
		if n.DataAtom != atom.A {
			continue
		}
		for _, a := range n.Attr {
			if a.Key == "href" && a.Val != href && !strings.HasPrefix(a.Val, "#") {
				return true
			}
		}
	}
	return false
}
