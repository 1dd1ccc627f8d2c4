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

// retoldLimit is how many stories of one digest are retold, the first ones: a
// digest of a week may have hundreds, and the model has a budget for the day.
const retoldLimit = storiesLimit

// retell puts abstracts in the place of the summaries of a digest's stories, where
// there are any. all are the articles of the stories. Alerts are not retold: they
// are to come at once, before a model could answer.
func (b *Bot) retell(ctx context.Context, all []articles.Article, d digest.Digest) {
	if b.retold == nil {
		return
	}
	byID := map[string]articles.Article{}
	for _, a := range all {
		byID[a.ID] = a
	}
	texts := make([]abstract.Text, min(len(d.Stories), retoldLimit))
	for i, s := range d.Stories[:len(texts)] {
		main := byID[s.Articles[0]]
		texts[i] = abstract.Text{Title: main.Title, Body: main.Text}
	}
	said := b.retold.Abstracts(ctx, texts)
	n := 0
	for _, section := range d.Sections { // in the order of the digest's stories
		for i := range section.Stories {
			if n < len(said) && said[n] != "" {
				section.Stories[i].Summary, section.Stories[i].Abstract = ukrainian.Sentences(said[n]), true
				d.Stories[n] = section.Stories[i]
			}
			n++
		}
	}
}
