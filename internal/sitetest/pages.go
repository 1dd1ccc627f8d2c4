package sitetest

import (
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"strings"
	"time"
)

// kyiv is the zone in which authorities show times.
func kyiv() *time.Location {
	loc, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		return time.FixedZone("EET", 2*60*60)
	}
	return loc
}

var months = [...]string{"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"}

func shownDate(t time.Time) string {
	t = t.In(kyiv())
	return fmt.Sprintf("%d %s %d року о %02d:%02d", t.Day(), months[t.Month()-1], t.Year(), t.Hour(), t.Minute())
}

// frame puts the site's furniture around a content.
func (s *Site) frame(title, head, content string) string {
	return `<!doctype html>
<html lang="uk"><head><meta charset="utf-8"><title>` + html.EscapeString(title) + ` | ` + html.EscapeString(s.name) + `</title>
<meta property="og:site_name" content="` + html.EscapeString(s.name) + `">` + head + `</head>
<body class="page has-sidebar">
<div class="accessibility">A- A+ Людям із порушенням зору <a href="/?lang=en">English</a></div>
<header class="site-header"><a href="/"><b>` + html.EscapeString(s.name) + `</b></a>
<nav><ul><li><a href="/">Головна</a></li><li><a href="/about">Про відомство та його керівництво</a></li><li><a href="/news/">Новини</a></li>
<li><a href="/contacts">Контакти для звернень громадян</a></li><li><a href="/docs">Нормативно-правові акти</a></li></ul></nav></header>
` + content + `
<footer><p>Урядова гаряча лінія 1545</p><p>Весь контент доступний за ліцензією Creative Commons Attribution 4.0 International license, якщо не зазначено інше.</p></footer>
<div class="cookie-banner">Ми використовуємо cookies, щоб сайт працював краще для всіх його відвідувачів. <button>Погоджуюсь</button></div>
</body></html>`
}

func (s *Site) home() string {
	head := ""
	if s.style == Feed {
		head = "\n" + `<link rel="alternate" type="application/rss+xml" title="Новини" href="/feed.xml">`
	}
	return s.frame("Головна", head, `<main><h1>`+html.EscapeString(s.name)+`</h1>`+s.teasers(s.shown(), 10)+`</main>`)
}

// teasers lists publications as links with their dates.
func (s *Site) teasers(all []post, limit int) string {
	var b strings.Builder
	b.WriteString(`<div class="news-list">`)
	for _, p := range all[:min(len(all), limit)] {
		fmt.Fprintf(&b, `<div class="news-item"><span class="date">%s</span> <a href="/news/%s">%s</a></div>`, shownDate(p.Published), p.Slug, html.EscapeString(p.Title))
	}
	b.WriteString(`</div>`)
	return b.String()
}

// pageSize is how many publications a page of the list shows.
const pageSize = 10

func (s *Site) list(page int) string {
	all := s.shown()
	from := min((page-1)*pageSize, len(all))
	content := `<main><h1>Новини</h1>` + s.teasers(all[from:], pageSize)
	if from+pageSize < len(all) {
		content += fmt.Sprintf(`<div class="pagination"><a href="/news/?page=%d">Наступна</a></div>`, page+1)
	}
	return s.frame("Новини", "", content+`</main>`)
}

func (s *Site) article(slug string) answer {
	for _, p := range s.posts {
		if p.Slug != slug {
			continue
		}
		if p.deleted {
			break
		}
		if p.withdrawn {
			return answer{status: http.StatusGone, contentType: "text/html; charset=utf-8", body: "<!doctype html><title>410</title><h1>Матеріал вилучено</h1>"}
		}
		return s.html(s.articlePage(p))
	}
	return answer{status: http.StatusNotFound, contentType: "text/html; charset=utf-8", body: "<!doctype html><title>404</title><h1>Сторінку не знайдено</h1>"}
}

func (s *Site) articlePage(p post) string {
	var others []post
	for _, o := range s.shown() {
		if o.Slug != p.Slug {
			others = append(others, o)
		}
	}
	return s.frame(p.Title, "", `<main><h1>`+html.EscapeString(p.Title)+`</h1>
<div class="meta">Опубліковано `+shownDate(p.Published)+`</div>
<div class="content">`+paragraphs(p.Publication)+`</div>
<p>Переглядів: 128</p><div class="share">Поділитися: <a href="#">Facebook</a> <a href="#">Telegram</a></div>
<section class="related"><h3>Читайте також</h3>`+s.teasers(others, 4)+`</section></main>`)
}

// paragraphs is the text of a publication as HTML.
func paragraphs(p Publication) string {
	var b strings.Builder
	for _, text := range p.Paragraphs {
		b.WriteString("<p>" + html.EscapeString(text) + "</p>\n")
	}
	for _, link := range p.Links {
		fmt.Fprintf(&b, `<p>Докладніше: <a href="%s">%s</a></p>`, html.EscapeString(link), html.EscapeString(link))
	}
	return b.String()
}

// rss is the feed as it goes over the wire.
type rss struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Content string     `xml:"xmlns:content,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	Items       []rssItem `xml:"item"`
}

type rssItem struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	GUID        string `xml:"guid"`
	PubDate     string `xml:"pubDate"`
	Description string `xml:"description"`
	Encoded     string `xml:"content:encoded"`
}

func (s *Site) feed() string {
	f := rss{Version: "2.0", Content: "http://purl.org/rss/1.0/modules/content/", Channel: rssChannel{
		Title: s.name, Link: s.url + "/", Description: "Новини: " + s.name, Language: "uk",
	}}
	for _, p := range s.shown() {
		item := rssItem{
			Title: p.Title, Link: s.url + "/news/" + p.Slug, GUID: s.url + "/?p=" + p.Slug,
			PubDate: p.Published.Format(time.RFC1123Z), Encoded: paragraphs(p.Publication),
		}
		if len(p.Paragraphs) > 0 {
			item.Description = p.Paragraphs[0]
		}
		f.Channel.Items = append(f.Channel.Items, item)
	}
	out, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return "" // strings and times can always be written
	}
	return xml.Header + string(out)
}

// previewSize is how many posts a page of the preview shows.
const previewSize = 20

// preview is the public preview of the channel: the oldest first, up to the
// post before, or up to the newest.
func (s *Site) preview(before int) string {
	all := s.shown()
	var page []post
	for _, p := range all {
		if (before == 0 || p.id < before) && len(page) < previewSize {
			page = append(page, p)
		}
	}
	var b strings.Builder
	for i := len(page) - 1; i >= 0; i-- {
		b.WriteString(s.message(page[i]))
	}
	return `<!doctype html>
<html><head><meta charset="utf-8"><title>` + html.EscapeString(s.name) + ` – Telegram</title>
<meta property="og:title" content="` + html.EscapeString(s.name) + `"></head><body class="widget_frame_base tgme_webpreview">
<header class="tgme_header"><div class="tgme_channel_info">
<div class="tgme_channel_info_header"><div class="tgme_channel_info_header_title_wrap"><div class="tgme_channel_info_header_title"><span dir="auto">` + html.EscapeString(s.name) + `</span></div></div>
<div class="tgme_channel_info_header_username"><a href="https://t.me/` + s.handle + `">@` + s.handle + `</a></div></div>
<div class="tgme_channel_info_counters"><div class="tgme_channel_info_counter"><span class="counter_value">12.4K</span> <span class="counter_type">subscribers</span></div></div>
<div class="tgme_channel_info_description">Офіційний канал. Гаряча лінія: 1545</div></div></header>
<main class="tgme_main"><section class="tgme_channel_history js-message_history">` + b.String() + `</section></main></body></html>`
}

func (s *Site) message(p post) string {
	text := "<b>" + html.EscapeString(p.Title) + "</b>"
	for _, paragraph := range p.Paragraphs {
		text += "<br/><br/>" + html.EscapeString(paragraph)
	}
	for _, link := range p.Links {
		text += fmt.Sprintf(`<br/><br/>Докладніше: <a href="%s" target="_blank" rel="noopener">%s</a>`, html.EscapeString(link), html.EscapeString(link))
	}
	text += `<br/><br/>Підписатися: <a href="https://t.me/` + s.handle + `" target="_blank">@` + s.handle + `</a>`
	post := fmt.Sprintf("%s/%d", s.handle, p.id)
	return `<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="` + post + `">
<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name" href="https://t.me/` + s.handle + `"><span dir="auto">` + html.EscapeString(s.name) + `</span></a></div>
<div class="tgme_widget_message_text js-message_text" dir="auto">` + text + `</div>
<div class="tgme_widget_message_footer compact js-message_footer"><div class="tgme_widget_message_info short js-message_info"><span class="tgme_widget_message_views">1.2K</span>
<span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" href="https://t.me/` + post + `"><time datetime="` + p.Published.UTC().Format(time.RFC3339) + `" class="time">` + p.Published.In(kyiv()).Format("15:04") + `</time></a></span></div></div></div></div></div>`
}

// contact is what t.me shows for a name without a preview.
func contact(name string) string {
	name = html.EscapeString(name)
	return `<!doctype html><html><head><title>Telegram: Contact @` + name + `</title></head><body><div class="tgme_page"><a class="tgme_action_button_new" href="tg://resolve?domain=` + name + `">View in Telegram</a></div></body></html>`
}
