package demo

import (
	"fmt"
	"time"

	"visnyk/internal/sitetest"
)

// Endpoint is one address where an authority publishes: a feed, a page or a
// channel, in the words of the catalogue.
type Endpoint struct {
	Kind string
	URL  string
}

// Authority is a sample authority as the catalogue describes authorities.
type Authority struct {
	ID        string
	Name      string
	Aliases   []string
	Home      string
	Endpoints []Endpoint
}

// Address is what a user writes to follow the authority.
func (a Authority) Address() string { return a.Endpoints[0].URL }

// The keys under which the sample news names the authorities.
const (
	ministry = "ministry"
	agency   = "agency"
	centre   = "centre"
)

// channelHandle is the name of the sample channel.
const channelHandle = "kiberzakhyst_zrazok"

// place is an authority with the site that publishes for it.
type place struct {
	key string
	Authority
	site *sitetest.Site
	url  string
}

// openPlaces starts the three sites on loopback.
func openPlaces() ([]*place, error) {
	places := []*place{
		{key: ministry, Authority: Authority{
			ID: "zrazok-ministerstvo", Name: "Міністерство цифрових сервісів (зразок)",
			Aliases: []string{"Мінсервіс", "міністерство цифрових сервісів"},
		}},
		{key: agency, Authority: Authority{
			ID: "zrazok-ahentstvo", Name: "Агентство відновлення громад (зразок)",
			Aliases: []string{"Агентство відновлення", "агентство відновлення громад"},
		}},
		{key: centre, Authority: Authority{
			ID: "zrazok-tsentr", Name: "Центр кіберзахисту (зразок)",
			Aliases: []string{"Центр кіберзахисту"},
		}},
	}
	for i, style := range []sitetest.Style{sitetest.Feed, sitetest.Page, sitetest.Channel} {
		p := places[i]
		p.site = sitetest.NewSite(style, p.Name, channelHandle)
		url, err := p.site.Start("127.0.0.1:0")
		if err != nil {
			closePlaces(places[:i])
			return nil, fmt.Errorf("start the site of %s: %w", p.ID, err)
		}
		p.url, p.Home = url, url+"/"
		switch style {
		case sitetest.Feed:
			p.Endpoints = []Endpoint{{"feed", url + "/feed.xml"}}
		case sitetest.Page:
			p.Endpoints = []Endpoint{{"page", url + "/news/"}}
		case sitetest.Channel:
			p.Home = url + "/s/" + channelHandle
			p.Endpoints = []Endpoint{{"channel", "@" + channelHandle}}
		}
	}
	return places, nil
}

func closePlaces(places []*place) {
	for _, p := range places {
		p.site.Close()
	}
}

// link returns the address of a publication.
func (p *place) link(slug string) string {
	if p.key == centre {
		return p.Home
	}
	return p.url + "/news/" + slug
}

// publish puts an entry on the sites that it names. The channel links to the
// ministry's page of the same announcement, as channels of authorities do.
func (d *Demo) publish(e entry, at time.Time) {
	for _, key := range e.Sites {
		p := d.place(key)
		pub := sitetest.Publication{Slug: e.Slug, Title: e.Title, Paragraphs: e.paragraphs(), Published: at}
		if key == centre && len(e.Sites) > 1 {
			pub.Links = []string{d.place(ministry).link(e.Slug)}
		}
		p.site.Publish(pub)
		d.news.add(headline{Authority: p.Name, Title: e.Title, URL: p.link(e.Slug), Time: at})
	}
}

// correct replaces what was published under the same slug.
func (d *Demo) correct(e entry, at time.Time) {
	for _, key := range e.Sites {
		p := d.place(key)
		p.site.Edit(e.Slug, sitetest.Publication{Slug: e.Slug, Title: e.Title, Paragraphs: e.paragraphs(), Published: at})
		d.news.add(headline{Authority: p.Name, Title: e.Title, URL: p.link(e.Slug), Time: d.now(), Edited: true})
	}
}

func (d *Demo) place(key string) *place {
	for _, p := range d.places {
		if p.key == key {
			return p
		}
	}
	panic("demo: the sample news names an unknown authority " + key)
}
