package bot

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

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

// found writes one page of what a search finds. A query that finds nothing is
// corrected where that helps, and the answer repeats what was looked for.
func (b *Bot) found(ctx context.Context, query string, page int) (answer, error) {
	q, missed, err := b.parse(ctx, query)
	if err != nil {
		return answer{}, err
	}
	if q.Empty() {
		return answer{}, errUser(strings.Join(append(missed, "У запиті немає слів, за якими можна шукати: додайте їх, наприклад /search кібербезпека."), " "))
	}
	q.Offset, q.Limit = page*pageSize, pageSize
	result, err := b.search.Search(ctx, q)
	if err != nil {
		return answer{}, err
	}
	if result.Total == 0 && page == 0 {
		meant, ok, err := b.search.Correct(ctx, query, b.localNow())
		if err != nil {
			return answer{}, err
		}
		if ok {
			if q, missed, err = b.parse(ctx, meant); err != nil {
				return answer{}, err
			}
			q.Offset, q.Limit = 0, pageSize
			if result, err = b.search.Search(ctx, q); err != nil {
				return answer{}, err
			}
			if result.Total > 0 {
				missed = append([]string{"За запитом «" + digest.Shorten(query, search.MaxQuery) + "» нічого немає, показую найближчий."}, missed...)
				query = meant
			}
		}
	}
	head := queryMark + escape(digest.Shorten(query, search.MaxQuery))
	for _, m := range missed {
		head += "\n<i>" + escape(m) + "</i>"
	}
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
