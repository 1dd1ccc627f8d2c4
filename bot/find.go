package bot

import (
	"context"
	"fmt"
	"strings"

	"visnyk/digest"
	"visnyk/internal/ukrainian"
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

// found writes one page of what a search finds.
func (b *Bot) found(ctx context.Context, query string, page int) (answer, error) {
	q := search.ParseQuery(query)
	if q.Empty() {
		return answer{}, errUser("У запиті немає слів, за якими можна шукати: додайте їх, наприклад /search кібербезпека.")
	}
	q.Offset, q.Limit = page*pageSize, pageSize
	result, err := b.search.Search(ctx, q)
	if err != nil {
		return answer{}, err
	}
	head := queryMark + escape(digest.Shorten(query, search.MaxQuery))
	if result.Total == 0 {
		return say(head + "\nНічого не знайдено: спробуйте інші слова або менше слів."), nil
	}
	if len(result.Hits) == 0 {
		return say(head + "\nДалі нічого немає."), nil
	}
	ids := make([]string, len(result.Hits))
	for i, h := range result.Hits {
		ids[i] = h.ID
	}
	all, err := b.archive.Get(ctx, ids...)
	if err != nil {
		return answer{}, err
	}
	names, err := b.names(ctx)
	if err != nil {
		return answer{}, err
	}
	blocks := []string{head + "\nЗнайдено: " + ukrainian.Count(result.Total, "новина", "новини", "новин")}
	for _, a := range all {
		title := a.Title
		if title == "" {
			title = digest.Shorten(a.Text, 100)
		}
		line := "▪️ " + link(a.URL, digest.Shorten(title, titleLimit)) + "\n<i>" + ukrainian.ShortDate(a.Time().In(b.builder.Zone()))
		if name := names[a.Source]; name != "" {
			line += " · " + escape(name)
		}
		line += "</i>"
		if s := snippet(a.Text, q); s != "" {
			line += "\n" + s
		}
		blocks = append(blocks, line)
	}
	return answer{html: strings.Join(blocks, "\n\n"), buttons: pages(page, result.Total)}, nil
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
