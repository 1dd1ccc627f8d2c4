package bot

import (
	"context"

	"visnyk/digest"
	"visnyk/digest/abstract"
	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// Abstracter retells articles, for a bounded time. It gives one text for each
// article, "" where the extract is to go out.
type Abstracter interface {
	Abstracts(ctx context.Context, texts []abstract.Text) []string
}

// retell puts abstracts in the place of the summaries of a digest's stories, where
// there are any. all are the articles of the stories.
func (b *Bot) retell(ctx context.Context, all []articles.Article, d digest.Digest) {
	if b.retold == nil {
		return
	}
	byID := map[string]articles.Article{}
	for _, a := range all {
		byID[a.ID] = a
	}
	texts := make([]abstract.Text, len(d.Stories))
	for i, s := range d.Stories {
		main := byID[s.Articles[0]]
		texts[i] = abstract.Text{Title: main.Title, Body: main.Text}
	}
	said := b.retold.Abstracts(ctx, texts)
	n := 0
	for _, section := range d.Sections { // in the order of the digest's stories
		for i := range section.Stories {
			if said[n] != "" {
				section.Stories[i].Summary, section.Stories[i].Abstract = ukrainian.Sentences(said[n]), true
				d.Stories[n] = section.Stories[i]
			}
			n++
		}
	}
}
