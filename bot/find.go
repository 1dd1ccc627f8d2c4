package bot

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"visnyk/digest"
	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
	"visnyk/sources/search"
)

// pageSize is how many stories one page of a search has, and searchWindow out of
// how many of the best articles the stories are made.
const (
	pageSize     = 5
	searchWindow = 100
)

// queryMark begins the line of an answer that repeats the query, from which a
// button reads it again.
const queryMark = "🔎 "

// cmdSearch answers a search.
func (b *Bot) cmdSearch(ctx context.Context, r request, args string) (answer, error) {
	if strings.TrimSpace(args) == "" {
		return say(textSearchWhat), nil
	}
	if !b.maySearch(b.pacing.searches, r.user, r.place.id) {
		return answer{}, errUser(textSearchPace)
	}
	return b.found(ctx, strings.TrimSpace(args), lookout{until: b.now()})
}

// queryOf reads the query out of an answer's text.
func queryOf(text string) (string, bool) {
	first, _, _ := strings.Cut(text, "\n")
	return strings.CutPrefix(first, queryMark)
}

// lookout is how one looks at what a query finds. It is kept in the buttons, so
// that pages stay as they are while news arrives.
type lookout struct {
	page   int
	newest bool      // the newest first
	until  time.Time // what was taken in later is not shown
	menu   string    // the menu of filters that is open, or ""
	loose  bool      // nothing fits strictly; it is found out at each press anew
}

// The order of what was found, and the sides of a query, in buttons.
const (
	byScore = "b"
	byTime  = "n"

	menuPeriod = "p"
	menuSource = "s"
	menuTopic  = "t"
)

// data is a lookout as a button's argument: its page, order, time and menu.
func (l lookout) data() string {
	order := byScore
	if l.newest {
		order = byTime
	}
	return fmt.Sprintf("v1:find:%d.%s.%s.%s", l.page, order, strconv.FormatInt(l.until.UnixMilli(), 36), l.menu)
}

// parseLookout reads a button's argument. Buttons of earlier versions have the
// page alone.
func parseLookout(argument string, now time.Time) (lookout, bool) {
	fields := strings.Split(argument, ".")
	page, err := strconv.Atoi(fields[0])
	l := lookout{page: page, until: now}
	if err != nil || page < 0 || page > searchWindow {
		return l, false
	}
	if len(fields) == 1 {
		return l, true
	}
	if len(fields) != 4 {
		return l, false
	}
	ms, err := strconv.ParseInt(fields[2], 36, 64)
	if err != nil || ms < 0 || ms > now.UnixMilli() {
		return l, false
	}
	l.newest, l.until, l.menu = fields[1] == byTime, time.UnixMilli(ms), fields[3]
	return l, true
}

// findings are what a search found.
type findings struct {
	query  string // what was looked for in the end
	parsed search.Query
	missed []string // sentences on what was not looked for
	search.Result
}

// look searches for a query. One that finds nothing is corrected, and then asked
// loosely, where that helps.
func (b *Bot) look(ctx context.Context, query string, l lookout, limit int) (findings, error) {
	f, err := b.lookOnce(ctx, query, l, limit)
	if err != nil || f.parsed.Empty() || f.Total > 0 || f.Cut {
		return f, err
	}
	meant, changed, err := b.search.Correct(ctx, query, b.localNow())
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return f, nil // nothing was found, and nothing near in the time that there is
	case err != nil:
		return f, err
	case !changed:
		meant = query
	default:
		better, err := b.lookOnce(ctx, meant, l, limit)
		if err != nil || better.Total > 0 {
			better.missed = append([]string{fmt.Sprintf(textSearchNearest, cutQuery(query))}, better.missed...)
			return better, err
		}
	}
	l.loose = true
	loose, err := b.lookOnce(ctx, meant, l, limit)
	if err != nil || loose.Total == 0 {
		return f, err
	}
	loose.query = query
	loose.missed = append([]string{textSearchLoose}, loose.missed...)
	return loose, nil
}

func (b *Bot) lookOnce(ctx context.Context, query string, l lookout, limit int) (findings, error) {
	q, missed, err := b.parse(ctx, query)
	if err != nil {
		return findings{}, err
	}
	q.Limit, q.Newest, q.Until, q.Loose = limit, l.newest, l.until, l.loose
	result, err := b.search.Search(ctx, q)
	if result.Behind {
		missed = append(missed, textSearchBehind)
	}
	if result.Cut && result.Total > 0 {
		missed = append(missed, textSearchCut)
	}
	return findings{query, q, missed, result}, err
}

// found writes one page of what a search finds. It repeats what was looked for.
func (b *Bot) found(ctx context.Context, query string, l lookout) (answer, error) {
	result, err := b.look(ctx, query, l, searchWindow)
	if err != nil {
		return answer{}, err
	}
	if result.parsed.Empty() {
		return answer{}, errUser(strings.Join(append(result.missed, textSearchEmpty), " "))
	}
	head := queryMark + escape(cutQuery(result.query))
	for _, m := range result.missed {
		head += "\n<i>" + escape(m) + "</i>"
	}
	all, names, err := b.open(ctx, result.Hits)
	if err != nil {
		return answer{}, err
	}
	stories := storiesOf(all)
	from := min(l.page*pageSize, len(stories))
	shown := stories[from:min(from+pageSize, len(stories))]
	if len(shown) == 0 {
		text := textSearchNone
		if result.Cut {
			text = textSearchSlow
		} else if result.Total > 0 {
			text = textSearchEnd
		}
		buttons, err := b.searchButtons(ctx, result, l, 0)
		return answer{html: head + "\n" + text, buttons: buttons}, err
	}
	blocks := []string{head + "\n" + totalText(result.Result)}
	for _, s := range shown {
		blocks = append(blocks, b.entry(s, names, result.parsed))
	}
	if last := from+pageSize >= len(stories); last && (result.Total > len(result.Hits) || result.More) {
		blocks = append(blocks, "<i>"+fmt.Sprintf(textSearchMore, len(result.Hits))+"</i>")
	}
	buttons, err := b.searchButtons(ctx, result, l, len(stories))
	return answer{html: strings.Join(blocks, "\n\n"), buttons: buttons}, err
}

// cutQuery is a query in one line, as long as one may be.
func cutQuery(query string) string {
	letters := []rune(strings.Join(strings.Fields(query), " "))
	return string(letters[:min(len(letters), search.MaxQuery)])
}

func totalText(r search.Result) string {
	count := ukrainian.Count(r.Total, "новина", "новини", "новин")
	if r.More {
		return "Знайдено понад " + ukrainian.Count(r.Total, "новину", "новини", "новин")
	}
	return "Знайдено: " + count
}

// storiesOf joins the articles that were found into stories. The best of a
// story comes first in it, and the story with the best comes first.
func storiesOf(all []articles.Article) [][]articles.Article {
	cluster := digest.NewCluster()
	story := make(map[string]int, len(all))
	inTime := slices.Clone(all)
	slices.SortStableFunc(inTime, func(x, y articles.Article) int { return x.Time().Compare(y.Time()) })
	for _, a := range inTime {
		story[a.ID] = cluster.Add(a).Story
	}
	at := map[int]int{}
	var stories [][]articles.Article
	for _, a := range all {
		n, known := at[story[a.ID]]
		if !known {
			n = len(stories)
			at[story[a.ID]] = n
			stories = append(stories, nil)
		}
		stories[n] = append(stories[n], a)
	}
	return stories
}

// entry is a story that was found: its best article, a sentence that answers
// the query, and who else published it.
func (b *Bot) entry(story []articles.Article, names map[string]string, q search.Query) string {
	text := "▪️ " + b.cited(story[0], names)
	if s := snippet(story[0].Text, q); s != "" {
		text += "\n" + s
	}
	if others := alsoText(story, names); others != "" {
		text += "\n" + others
	}
	return text
}

// othersShown is how many other places of a story are named.
const othersShown = 5

// alsoText names in one line where else a story was published.
func alsoText(story []articles.Article, names map[string]string) string {
	have := map[string]bool{story[0].URL: true}
	var others []string
	for i, a := range story {
		for _, l := range append([]articles.Link{{Source: a.Source, URL: a.URL}}, a.Links...) {
			name := names[l.Source]
			if have[l.URL] || l.URL == "" || name == "" || i == 0 && l.Source == a.Source {
				continue
			}
			have[l.URL] = true
			others = append(others, link(l.URL, name))
		}
	}
	if len(others) == 0 {
		return ""
	}
	more := ""
	if n := len(others) - othersShown; n > 0 {
		others, more = others[:othersShown], fmt.Sprintf(" та ще %d", n)
	}
	return "Також: " + strings.Join(others, ", ") + more
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
	if q.Long {
		missed = append(missed, fmt.Sprintf(textSearchLong, search.MaxQuery))
	}
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
