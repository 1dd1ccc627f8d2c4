package sources

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"visnyk/internal/ukrainian"
	"visnyk/sources/extract"
)

var channelForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{2,31}$`)

// channelName finds the channel that an address names: @name, t.me/name,
// t.me/s/name, or the same at the server of previews.
func (c *Client) channelName(address string) (string, bool) {
	address = strings.TrimSpace(address)
	if name, ok := strings.CutPrefix(address, "@"); ok {
		return name, channelForm.MatchString(name)
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	host := strings.ToLower(u.Hostname())
	own, err := url.Parse(c.tme)
	atPreview := err == nil && u.Host == own.Host
	if host != "t.me" && host != "telegram.me" && host != "www.t.me" && !atPreview {
		return "", false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if parts[0] == "s" && len(parts) > 1 {
		parts = parts[1:]
	} else if atPreview && host != "t.me" {
		return "", false // another page of a server that also shows previews
	}
	return parts[0], channelForm.MatchString(parts[0])
}

func (c *Client) readChannel(ctx context.Context, e Endpoint, v Validators) (Reading, error) {
	name, ok := c.channelName(e.URL)
	if !ok {
		return Reading{}, fmt.Errorf("%w: %.200q", ErrNoChannel, e.URL)
	}
	r, err := c.fetch(ctx, c.tme+"/s/"+name, v, acceptPage)
	if err != nil {
		return Reading{}, err
	}
	if r.NotModified {
		return Reading{Endpoint: e, NotModified: true, Validators: v, Wait: r.Wait}, nil
	}
	doc, err := extract.Parse(r.Body, r.ContentType)
	if err != nil {
		return Reading{}, err
	}
	reading, err := c.parseChannel(doc, name)
	if err != nil {
		return Reading{}, err
	}
	// A preview is made anew at each request; what it says of caching is of no use.
	reading.Endpoint, reading.Validators = e, r.Validators
	return reading, nil
}

// parseChannel reads the posts of a preview, the newest first. It fails with
// ErrNoChannel when the page is none.
func (c *Client) parseChannel(doc *goquery.Document, name string) (Reading, error) {
	if doc.Find(".tgme_channel_info, .tgme_widget_message").Length() == 0 {
		return Reading{}, fmt.Errorf("%w: @%s has no public preview", ErrNoChannel, name)
	}
	reading := Reading{Title: extract.OneLine(doc.Find(".tgme_channel_info_header_title").First().Text()), Home: c.tme + "/" + name}
	if reading.Title == "" {
		reading.Title = "@" + name
	}
	var posts []Item
	var lines [][]string
	doc.Find(".tgme_widget_message[data-post]").Each(func(_ int, s *goquery.Selection) {
		text := s.Find(".tgme_widget_message_text").Not(".js-message_reply_text").First()
		if text.Length() == 0 || s.HasClass("service_message") {
			return
		}
		post := s.AttrOr("data-post", "")
		item := Item{GUID: post, URL: c.tme + "/" + post}
		item.Published, _ = extract.ParseMachine(s.Find(".tgme_widget_message_date time[datetime], time[datetime]").Last().AttrOr("datetime", ""))
		text.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
			if link := extract.Resolve(nil, a.AttrOr("href", "")); link != "" {
				item.Links = append(item.Links, link)
			}
		})
		posts = append(posts, item)
		lines = append(lines, strings.Split(postText(text.Get(0)), "\n"))
	})
	tails := recurring(lines)
	for i := len(posts) - 1; i >= 0; i-- {
		if posts[i].fromPost(withoutTail(lines[i], tails, name)) {
			reading.Items = append(reading.Items, posts[i])
		}
	}
	return reading, nil
}

// postText is the text of a post, a line for each line of it.
func postText(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(strings.ReplaceAll(n.Data, "\n", " "))
		}
		if n.DataAtom == atom.Br || n.DataAtom == atom.P || n.DataAtom == atom.Div || n.DataAtom == atom.Blockquote {
			b.WriteByte('\n')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return extract.Tidy(b.String())
}

// A last line is decoration when it recurs in so many posts and has so few
// letters: what is longer says something, be it in every post.
const (
	minTail = 3
	maxTail = 80
)

// recurring finds the last lines that at least half of the posts share.
func recurring(posts [][]string) map[string]bool {
	count := map[string]int{}
	for _, lines := range posts {
		for _, l := range lines[max(len(lines)-2, 0):] {
			count[l]++
		}
	}
	tails := map[string]bool{}
	for line, n := range count {
		if n >= minTail && 2*n >= len(posts) && utf8.RuneCountInString(line) <= maxTail {
			tails[line] = true
		}
	}
	return tails
}

var tailForm = regexp.MustCompile(`(?i)^[\s\p{So}👉➡️🔗📲👇|]*(?:підпис(?:атися|атись|уйтеся|уйтесь|уйся)|приєднуй|наш(?:і|а)? (?:сайт|канал|соцмереж|сторінк)|стежте за нами|слідкуйте за)`)

// withoutTail drops the decoration at the end of a post.
func withoutTail(lines []string, tails map[string]bool, name string) []string {
	for len(lines) > 1 {
		last := lines[len(lines)-1]
		bars := strings.Count(last, "|")
		if !tails[last] && !tailForm.MatchString(last) && !strings.EqualFold(strings.TrimSpace(last), "@"+name) && (bars < 2 || utf8.RuneCountInString(last) > 120) {
			break
		}
		lines = lines[:len(lines)-1]
	}
	return lines
}

// The lengths of a post's headline, in letters.
const (
	maxHeadLine = 160 // a first line up to here is the headline
	headWords   = 120 // of the first sentence of a post without one
)

// fromPost divides a post into headline and text; false when it has neither.
func (i *Item) fromPost(lines []string) bool {
	lines = slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return l == "" })
	if len(lines) == 0 {
		return false
	}
	head := strings.TrimFunc(lines[0], func(r rune) bool { return !isText(r) })
	if n := utf8.RuneCountInString(lines[0]); n <= maxHeadLine && len(lines) > 1 && head != "" {
		i.Title, i.Text = head, strings.Join(lines[1:], "\n")
		return true
	}
	i.Text = strings.Join(lines, "\n")
	if s := ukrainian.Sentences(i.Text); len(s) > 0 {
		i.Title = shorten(strings.TrimFunc(s[0], func(r rune) bool { return !isText(r) }), headWords)
	}
	return i.Title != ""
}

// isText tells letters, digits and the marks that belong to a sentence from
// the pictures with which channels decorate.
func isText(r rune) bool {
	return r < 0x2190 && r != '|' && r != ' ' || r == '№'
}

// shorten cuts a text at a word's end.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	cut := string([]rune(s)[:n])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:—–-") + "…"
}
