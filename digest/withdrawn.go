package digest

import (
	"slices"
	"time"

	"visnyk/sources/articles"
)

// Withdrawal is an article that its authority took off its site.
type Withdrawal struct {
	Article string    `json:"article"` // id
	Title   string    `json:"title"`
	Name    string    `json:"name"` // of the authority, for people
	At      time.Time `json:"at"`   // when the page was found to be gone
}

// Mark names the withdrawal in what was shown to a chat. An article that comes
// back and goes again is told of again.
func (w Withdrawal) Mark() string { return "w" + w.Article + "@" + w.At.UTC().Format(time.DateOnly) }

// Withdrawn parts the articles that are on their sites from those that were
// withdrawn, the latest withdrawal first.
func (b *Builder) Withdrawn(all []articles.Article) (there []articles.Article, gone []Withdrawal) {
	for i := range all {
		a := &all[i]
		if a.Withdrawn.IsZero() {
			there = append(there, *a)
			continue
		}
		gone = append(gone, Withdrawal{Article: a.ID, Title: headline(a), Name: b.name(a.Source), At: a.Withdrawn})
	}
	slices.SortStableFunc(gone, func(x, y Withdrawal) int { return y.At.Compare(x.At) })
	return there, gone
}
