package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/sources"
	"visnyk/sources/search"
)

// searchButtons are those under a page of a search: to turn pages, to narrow the
// query, to change the order, to follow the query. With a menu open they are its
// choices.
func (b *Bot) searchButtons(ctx context.Context, f findings, l lookout, stories int) ([][]button, error) {
	if l.menu != "" {
		return b.choices(ctx, f, l)
	}
	var rows [][]button
	if row := pages(l, stories); len(row) > 0 {
		rows = append(rows, row)
	}
	if stories == 0 && len(f.parsed.Sources)+len(f.parsed.Topics) == 0 && f.parsed.From.IsZero() && f.parsed.To.IsZero() {
		return rows, nil
	}
	filters := []button{}
	for _, side := range []struct {
		menu, label string
		set         bool
	}{
		{menuPeriod, labelPeriod, !f.parsed.From.IsZero() || !f.parsed.To.IsZero()},
		{menuSource, labelSource, len(f.parsed.Sources) > 0},
		{menuTopic, labelTopic, len(f.parsed.Topics) > 0},
	} {
		open := l
		open.menu = side.menu
		if side.set {
			side.label += " ✓"
		}
		filters = append(filters, button{Text: side.label, Data: open.data()})
	}
	rows = append(rows, filters)
	if stories > 1 && len(f.parsed.Words)+len(f.parsed.Phrases) > 0 {
		other := lookout{newest: !l.newest, until: l.until}
		label := labelNewest
		if l.newest {
			label = labelBest
		}
		rows = append(rows, []button{{Text: label, Data: other.data()}})
	}
	return append(rows, []button{{Text: labelWatch, Data: "v1:watch"}}), nil
}

// pages are the buttons that turn to other pages.
func pages(l lookout, stories int) []button {
	var row []button
	turn := func(label string, by int) {
		to := l
		to.page += by
		row = append(row, button{Text: label, Data: to.data()})
	}
	if l.page > 0 {
		turn(labelPrevious, -1)
	}
	if (l.page+1)*pageSize < stories {
		turn(labelNext, 1)
	}
	return row
}

// choices are the buttons of a menu of filters.
func (b *Bot) choices(ctx context.Context, f findings, l lookout) ([][]button, error) {
	var all []button
	pick := func(label, value string) {
		order := byScore
		if l.newest {
			order = byTime
		}
		all = append(all, button{Text: label, Data: "v1:pick:" + order + ":" + l.menu + value})
	}
	perRow := 1
	switch l.menu {
	case menuPeriod:
		perRow = 3
		for i, p := range periodChoices() {
			pick(p.label, strconv.Itoa(i))
		}
	case menuSource:
		q := f.parsed
		q.Sources = nil
		found, _, err := b.search.Facets(ctx, q)
		if err != nil {
			return nil, err
		}
		names, err := b.names(ctx)
		if err != nil {
			return nil, err
		}
		for _, x := range found {
			if names[x.ID] != "" {
				pick(digest.Shorten(names[x.ID], 48)+fmt.Sprintf(" (%d)", x.Count), tag(x.ID))
			}
		}
		pick(labelAnyOne, "")
	case menuTopic:
		perRow = 2
		q := f.parsed
		q.Topics = nil
		_, found, err := b.search.Facets(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, x := range found {
			if t, ok := b.topics.Find(x.ID); ok {
				pick(fmt.Sprintf("%s %s (%d)", t.Sign, t.Name, x.Count), tag(x.ID))
			}
		}
		pick(labelAnyTopic, "")
	}
	rows := slices.Collect(slices.Chunk(all, perRow))
	l.menu = ""
	return append(rows, []button{{Text: labelBack, Data: l.data()}}), nil
}

// tag names a source or topic within callback data, whatever its id.
func tag(id string) string { return hashed(id, 9) }

// pressFind shows another page of a search, or opens a menu of filters.
func (b *Bot) pressFind(ctx context.Context, r request, argument string) (answer, error) {
	l, ok := parseLookout(argument, b.now())
	query, known := queryOf(r.press.text)
	if !ok || !known {
		return answer{toast: textStale}, nil
	}
	if !b.maySearch(b.allowed.presses, r.user, r.place.id) {
		return answer{toast: textSearchPace}, nil
	}
	a, err := b.found(ctx, query, l)
	a.edit = true
	return a, err
}

// pressPick narrows a search by one choice of a menu: it writes the query anew.
func (b *Bot) pressPick(ctx context.Context, r request, argument string) (answer, error) {
	order, choice, _ := strings.Cut(argument, ":")
	query, known := queryOf(r.press.text)
	if !known || choice == "" {
		return answer{toast: textStale}, nil
	}
	if !b.maySearch(b.allowed.presses, r.user, r.place.id) {
		return answer{toast: textSearchPace}, nil
	}
	side, value, ok, err := b.chosen(ctx, choice[:1], choice[1:])
	if err != nil || !ok {
		return answer{toast: textStale}, err
	}
	refined, fits := search.Refine(query, side, value, b.localNow())
	if !fits {
		return answer{toast: textRefineLong}, nil
	}
	a, err := b.found(ctx, refined, lookout{newest: order == byTime, until: b.now()})
	a.edit = true
	return a, err
}

// chosen reads a choice of a menu as words of the query language.
func (b *Bot) chosen(ctx context.Context, menu, value string) (side search.Refinement, words string, ok bool, err error) {
	switch menu {
	case menuPeriod:
		i, err := strconv.Atoi(value)
		if all := periodChoices(); err == nil && i >= 0 && i < len(all) {
			return search.Period, all[i].words, true, nil
		}
	case menuSource:
		if value == "" {
			return search.OfSource, "", true, nil
		}
		all, err := b.registry.All(ctx)
		if err != nil {
			return side, "", false, err
		}
		for _, k := range all {
			if tag(k.ID) == value {
				return search.OfSource, "джерело:" + sourceWord(k.Source), true, nil
			}
		}
	case menuTopic:
		if value == "" {
			return search.OfTopic, "", true, nil
		}
		for _, t := range b.topics.Topics() {
			if tag(t.ID) == value {
				return search.OfTopic, "тема:" + topicWord(t), true, nil
			}
		}
	}
	return side, "", false, nil
}

// sourceWord is how a source is named in a query: by its shortest name in one
// word, by its name in quotes, or by its address.
func sourceWord(s sources.Source) string {
	for _, alias := range s.Aliases {
		if !strings.ContainsAny(alias, " \"«»“”„:") {
			return alias
		}
	}
	if s.Name != "" && !strings.ContainsAny(s.Name, "\"«»“”„") {
		return `"` + s.Name + `"`
	}
	if len(s.Endpoints) > 0 {
		return s.Endpoints[0].URL
	}
	return s.ID
}

func topicWord(t digest.Topic) string {
	for _, alias := range t.Aliases {
		if !strings.ContainsAny(alias, " \"«»“”„:") {
			return alias
		}
	}
	return t.ID
}

// pressWatch follows the query of a search.
func (b *Bot) pressWatch(ctx context.Context, r request, _ string) (answer, error) {
	query, known := queryOf(r.press.text)
	if !known {
		return answer{toast: textStale}, nil
	}
	p, err := b.here(ctx, r)
	if err != nil {
		return answer{}, err
	}
	words, _, err := b.standingWords(ctx, query)
	if err != nil {
		return answer{}, err
	}
	if err := b.subscribe(ctx, p, chats.Subscription{Follow: chats.Words, Value: words, Name: "«" + words + "»"}); err != nil {
		return answer{}, err
	}
	return answer{toast: fmt.Sprintf(textWatching, words), note: "стежити: «" + words + "»", about: p.id, weight: heavy}, nil
}
