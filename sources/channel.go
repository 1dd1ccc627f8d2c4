package sources

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
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
	r, err := c.fetch(ctx, c.tme+"/s/"+name+beforeOf(e.URL), v, acceptPage)
	if err != nil {
		if isGone(err) {
			err = fmt.Errorf("%w: @%s: %w", ErrNoChannel, name, err)
		}
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

// beforeOf is the query of a preview that shows the posts before one, where an
// address is that of such.
func beforeOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	before, err := strconv.Atoi(u.Query().Get("before"))
	if err != nil || before < 1 {
		return ""
	}
	return fmt.Sprintf("?before=%d", before)
}

// post is one post of a preview.
type post struct {
	item  Item
	lines []string
	links []namedLink
}

// namedLink is a link with the words that it stands behind.
type namedLink struct{ words, address string }

// parseChannel reads the posts of a preview, the newest first. An album is one
// post. It fails with ErrNoChannel when the page is none: no such channel, a
// private one, or one that lets nobody look at it without an account.
func (c *Client) parseChannel(doc *goquery.Document, name string) (Reading, error) {
	if doc.Find(".tgme_channel_info, .tgme_widget_message").Length() == 0 {
		return Reading{}, fmt.Errorf("%w: @%s has no public preview", ErrNoChannel, name)
	}
	reading := Reading{Title: extract.OneLine(doc.Find(".tgme_channel_info_header_title").First().Text()), Home: c.tme + "/" + name, Site: siteOf(doc)}
	if reading.Title == "" {
		reading.Title = "@" + name
	}
	var posts []post
	oldest := 0
	doc.Find(".tgme_widget_message[data-post]").Each(func(_ int, s *goquery.Selection) {
		n := numberOf(s.AttrOr("data-post", ""))
		if n > 0 {
			reading.Posts = append(reading.Posts, c.tme+"/"+s.AttrOr("data-post", ""))
		}
		if n > 0 && (oldest == 0 || n < oldest) {
			oldest = n
		}
		if p, ok := c.postOf(s); ok {
			posts = append(posts, p)
		}
	})
	if oldest > 1 {
		reading.Older = fmt.Sprintf("%s/s/%s?before=%d", c.tme, name, oldest)
	}
	decoration := decorationOf(posts, name, reading.Title)
	for _, p := range slices.Backward(posts) {
		p.lines = decoration.strip(p.lines)
		if p.item.fromPost(p.lines) {
			p.item.Links = p.linksLeft()
			reading.Items = append(reading.Items, p.item)
		}
	}
	return reading, nil
}

// postsLeft tells of an address whether it is a post between those that a channel
// shows, and whether it is one of them: one that is not was deleted. Numbers of
// other posts show nothing, and neither does a page that shows a single one.
func postsLeft(shown []string) func(address string) (between, here bool) {
	first, last := 0, 0
	prefix := ""
	for _, address := range shown {
		n := numberOf(address)
		prefix = strings.TrimSuffix(address, strconv.Itoa(n))
		if first == 0 || n < first {
			first = n
		}
		last = max(last, n)
	}
	return func(address string) (between, here bool) {
		n := numberOf(address)
		number, ok := strings.CutPrefix(address, prefix)
		between = ok && prefix != "" && number == strconv.Itoa(n) && n >= first && n <= last
		return between, between && slices.Contains(shown, address)
	}
}

// numberOf is the number of a post by its name, as channel/17.
func numberOf(name string) int {
	n, err := strconv.Atoi(name[strings.LastIndexByte(name, '/')+1:])
	if err != nil {
		return 0
	}
	return n
}

// siteOf is the first address that a channel's description names, or "".
func siteOf(doc *goquery.Document) string {
	site := ""
	doc.Find(".tgme_channel_info_description a[href]").EachWithBreak(func(_ int, a *goquery.Selection) bool {
		u, err := url.Parse(extract.Resolve(nil, a.AttrOr("href", "")))
		if err == nil && u.Host != "" && !isNetwork(u) {
			site = u.String()
		}
		return site == ""
	})
	return site
}

// isNetwork tells the addresses of networks where everybody has a page.
func isNetwork(u *url.URL) bool {
	switch domainOf(u) {
	case "t.me", "telegram.me", "facebook.com", "fb.com", "instagram.com", "youtube.com", "youtu.be", "twitter.com", "x.com", "viber.com", "whatsapp.com",
		"tiktok.com", "linkedin.com", "threads.net", "threads.com", "google.com", "apple.com", "linktr.ee", "bit.ly", "flickr.com":
		return true
	}
	return false
}

// postOf reads one post; false for what says nothing.
func (c *Client) postOf(s *goquery.Selection) (post, bool) {
	text := s.Find(".tgme_widget_message_text, .tgme_widget_message_poll_question").Not(".js-message_reply_text, .tgme_widget_message_reply *").First()
	if text.Length() == 0 || s.HasClass("service_message") {
		return post{}, false
	}
	name := s.AttrOr("data-post", "")
	p := post{item: Item{GUID: name, URL: c.tme + "/" + name}, lines: strings.Split(postText(text.Get(0)), "\n")}
	p.item.Published, _ = extract.ParseMachine(s.Find(".tgme_widget_message_date time[datetime], time[datetime]").Last().AttrOr("datetime", ""))
	from := s.Find(".tgme_widget_message_forwarded_from_name").First()
	p.item.From = extract.OneLine(from.Text())
	if link := extract.Resolve(nil, from.AttrOr("href", "")); link != "" {
		p.links = append(p.links, namedLink{"", link})
	}
	text.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		if link := extract.Resolve(nil, a.AttrOr("href", "")); link != "" {
			p.links = append(p.links, namedLink{extract.OneLine(a.Text()), link})
		}
	})
	return p, true
}

// linksLeft are the links of a post without those of its decoration.
func (p post) linksLeft() []string {
	text := strings.Join(p.lines, " ")
	var all []string
	for _, l := range p.links {
		if strings.Contains(text, l.words) && !slices.Contains(all, l.address) {
			all = append(all, l.address)
		}
	}
	return all
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

// The lengths of a post's headline, in letters.
const (
	maxHeadLine = 160 // a first line up to here is the headline
	headWords   = 120 // of the first sentence of a post without one
)

// fromPost divides a post into headline and text; false when it has neither.
func (i *Item) fromPost(lines []string) bool {
	lines = textLines(lines)
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
