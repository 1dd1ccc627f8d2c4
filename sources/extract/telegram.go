package extract

import (
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"visnyk/internal/ukrainian"
)

// postPage reads the preview of a Telegram post, the one that the address
// names or else the first: its text without what the channel says of itself.
// A post has no title.
func postPage(doc *goquery.Document, base *url.URL) (Page, bool) {
	posts := doc.Find(".tgme_widget_message")
	post := posts.FilterFunction(func(_ int, s *goquery.Selection) bool {
		return strings.EqualFold(s.AttrOr("data-post", ""), strings.Trim(strings.TrimPrefix(base.Path, "/s/"), "/"))
	}).AddSelection(posts).First()
	text := post.Find(".tgme_widget_message_text").Not(".js-message_reply_text").First()
	if text.Length() == 0 {
		return Page{}, false
	}
	links := linksOf(text, nil)
	lines, _ := linesOf(text.Get(0))
	var body []string
	for _, l := range lines {
		if !l.linked || !isStop(l.text) {
			body = append(body, l.text)
		}
	}
	p := Page{SiteName: OneLine(doc.Find(".tgme_channel_info_header_title").First().Text()), Text: strings.Join(body, "\n")}
	p.URL, _ = CanonicalURL(base.String()) // a file has no address
	p.Published, _ = ParseMachine(post.Find("time[datetime]").Last().AttrOr("datetime", ""))
	p.Links = linksIn(links, p.Text)
	p.Documents = documentsOf(p, links)
	p.Language = ukrainian.Language(p.Text)
	return p, true
}
