package bot

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"visnyk/digest"
	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
	"visnyk/sources/search"
)

// pageSize is how many articles one page of found ones has, and maxPages how
// far one can turn.
const (
	pageSize = 5
	maxPages = 40
)

// queryMark begins the line of an answer that repeats the query, from which a
// button reads it again.
const queryMark = "🔎 "

// cmdSearch answers a search.
func (b *Bot) cmdSearch(ctx context.Context, _ request, args string) (answer, error) {
	if strings.TrimSpace(args) == "" {
		return say(textSearchWhat), nil
	}
	return b.found(ctx, strings.TrimSpace(args), 0)
}

// queryOf reads the query out of an answer's text.
func queryOf(text string) (string, bool) {
	first, _, _ := strings.Cut(text, "\n")
	return strings.CutPrefix(first, queryMark)
}

// findings are what a search found.
type findings struct {
	query  string // what was looked for in the end
	parsed search.Query
	missed []string // sentences on what was not looked for
	search.Result
}

// look searches for a query. One that finds nothing is corrected where that
// helps.
func (b *Bot) look(ctx context.Context, query string, offset, limit int) (findings, error) {
	f, err := b.lookOnce(ctx, query, offset, limit)
	if err != nil || f.parsed.Empty() || f.Total > 0 || offset > 0 {
		return f, err
	}
	meant, ok, err := b.search.Correct(ctx, query, b.localNow())
	if err != nil || !ok {
		return f, err
	}
	better, err := b.lookOnce(ctx, meant, 0, limit)
	if err != nil || better.Total == 0 {
		return f, err
	}
	better.missed = append([]string{"За запитом «" + digest.Shorten(query, search.MaxQuery) + "» нічого немає, показую найближчий."}, better.missed...)
	return better, nil
}

func (b *Bot) lookOnce(ctx context.Context, query string, offset, limit int) (findings, error) {
	q, missed, err := b.parse(ctx, query)
	if err != nil {
		return findings{}, err
	}
	q.Offset, q.Limit = offset, limit
	result, err := b.search.Search(ctx, q)
	return findings{query, q, missed, result}, err
}

// found writes one page of what a search finds. It repeats what was looked for.
func (b *Bot) found(ctx context.Context, query string, page int) (answer, error) {
	result, err := b.look(ctx, query, page*pageSize, pageSize)
	if err != nil {
		return answer{}, err
	}
	if result.parsed.Empty() {
		return answer{}, errUser(strings.Join(append(result.missed, "У запиті немає слів, за якими можна шукати: додайте їх, наприклад /search кібербезпека."), " "))
	}
	query = result.query
	head := queryMark + escape(digest.Shorten(query, search.MaxQuery))
	for _, m := range result.missed {
		head += "\n<i>" + escape(m) + "</i>"
	}
	if result.Total == 0 {
		return say(head + "\nНічого не знайдено: спробуйте інші слова або менше слів."), nil
	}
	if len(result.Hits) == 0 {
		return say(head + "\nДалі нічого немає."), nil
	}
	all, names, err := b.open(ctx, result.Hits)
	if err != nil {
		return answer{}, err
	}
	blocks := []string{head + "\nЗнайдено: " + ukrainian.Count(result.Total, "новина", "новини", "новин")}
	for _, a := range all {
		line := "▪️ " + b.cited(a, names)
		if s := snippet(a.Text, result.parsed); s != "" {
			line += "\n" + s
		}
		blocks = append(blocks, line)
	}
	return answer{html: strings.Join(blocks, "\n\n"), buttons: pages(page, result.Total)}, nil
}

// open reads the articles that were found, and the names of their sources.
func (b *Bot) open(ctx context.Context, hits []search.Hit) ([]articles.Article, map[string]string, error) {
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	all, err := b.archive.Get(ctx, ids...)
	if err != nil {
		return nil, nil, err
	}
	names, err := b.names(ctx)
	return all, names, err
}

// headline is an article's title, or the beginning of a post that has none.
func headline(a articles.Article) string {
	if a.Title == "" {
		return digest.Shorten(a.Text, 100)
	}
	return digest.Shorten(a.Title, titleLimit)
}

// origin is when and by whom an article was published.
func (b *Bot) origin(a articles.Article, names map[string]string) string {
	s := ukrainian.ShortDate(a.Time().In(b.builder.Zone()))
	if name := names[a.Source]; name != "" {
		s += " · " + name
	}
	return s
}

// cited is an article as its linked headline over its origin, in HTML.
func (b *Bot) cited(a articles.Article, names map[string]string) string {
	return link(a.URL, headline(a)) + "\n<i>" + escape(b.origin(a, names)) + "</i>"
}

// localNow is the moment by the clock of the bot's readers.
func (b *Bot) localNow() time.Time { return b.now().In(b.builder.Zone()) }

// parse reads a query and finds the sources and topics that it names. missed
// says, a sentence each, what of it is not looked for.
func (b *Bot) parse(ctx context.Context, text string) (q search.Query, missed []string, err error) {
	q = search.ParseQuery(text, b.localNow())
	if len(q.Ignored) > 0 {
		missed = append(missed, "Пропущено: "+strings.Join(q.Ignored, ", ")+".")
	}
	names, topics := q.Sources, q.Topics
	q.Sources, q.Topics = nil, nil
	for _, name := range names {
		ids, err := b.sourcesNamed(ctx, name)
		if err != nil {
			return q, nil, err
		}
		if len(ids) == 0 {
			missed = append(missed, "Не знаю джерела «"+name+"»: перелік — /sources.")
		}
		q.Sources = append(q.Sources, ids...)
	}
	for _, name := range topics {
		t, ok := b.topics.Find(name)
		if !ok {
			missed = append(missed, "Не знаю теми «"+name+"»: перелік — /topics.")
			continue
		}
		q.Topics = append(q.Topics, t.ID)
	}
	return q, missed, nil
}

// sourcesNamed gives the ids of the sources that go by a name, an address or a
// host.
func (b *Bot) sourcesNamed(ctx context.Context, name string) ([]string, error) {
	if s, ok := b.registry.Named(name); ok {
		return []string{s.ID}, nil
	}
	if addressForm.MatchString(name) {
		if s, ok, err := b.registry.At(ctx, name); err != nil || ok {
			return []string{s.ID}, err
		}
	}
	all, err := b.registry.All(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, k := range all {
		home, err := url.Parse(k.Home)
		if strings.EqualFold(k.Name, name) || err == nil && strings.EqualFold(strings.TrimPrefix(home.Host, "www."), strings.TrimPrefix(name, "www.")) {
			ids = append(ids, k.ID)
		}
	}
	return ids, nil
}

func (b *Bot) names(ctx context.Context) (map[string]string, error) {
	all, err := b.registry.All(ctx)
	names := map[string]string{}
	for _, k := range all {
		names[k.ID] = k.Name
	}
	return names, err
}

// snippet is the sentence that answers the query best, the words found in bold.
func snippet(text string, q search.Query) string {
	sentence, spans := q.Snippet(text)
	var out strings.Builder
	last := 0
	for _, s := range spans {
		out.WriteString(escape(sentence[last:s[0]]) + "<b>" + escape(sentence[s[0]:s[1]]) + "</b>")
		last = s[1]
	}
	out.WriteString(escape(sentence[last:]))
	return out.String()
}

// pages are the buttons that turn to other pages.
func pages(page, total int) [][]button {
	var row []button
	if page > 0 {
		row = append(row, button{Text: "⬅️ Назад", Data: fmt.Sprintf("v1:find:%d", page-1)})
	}
	if (page+1)*pageSize < total && page < maxPages {
		row = append(row, button{Text: "Далі ➡️", Data: fmt.Sprintf("v1:find:%d", page+1)})
	}
	if len(row) == 0 {
		return nil
	}
	return [][]button{row}
}
