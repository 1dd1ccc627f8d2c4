package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/internal/ukrainian"
	"visnyk/sources/articles"
)

// This file is what readers do with a digest that lies before them: the
// buttons under it, and the cards of its stories.

// cardSentences is how many sentences a card has, openRows how many stories one
// page of buttons.
const (
	cardSentences = 5
	openRows      = 8
	similarLimit  = 5
	keptLetters   = 45 // of a title on a button
)

// digestTag names a stored digest within callback data; "" for one that is
// named otherwise.
func digestTag(id string) string {
	fields := strings.Split(id, ":")
	switch {
	case fields[0] == "r" && len(fields) == 2:
		return "r" + fields[1]
	case fields[0] == "dg" && len(fields) == 4:
		return "s" + fields[2] + "~" + fields[3]
	case fields[0] == "al" && len(fields) == 3:
		return "a" + fields[2]
	}
	return ""
}

// frozenID is the id of the stored digest of a chat that a tag names.
func frozenID(chat int64, tag string) string {
	if tag == "" {
		return ""
	}
	id := strconv.FormatInt(chat, 10)
	switch tag[0] {
	case 'r':
		return "r:" + tag[1:]
	case 's':
		return "dg:" + id + ":" + strings.ReplaceAll(tag[1:], "~", ":")
	case 'a':
		return "al:" + id + ":" + tag[1:]
	}
	return ""
}

// readButtons stand under a digest.
func readButtons(chat int64, id string, d digest.Digest) [][]button {
	tag := digestTag(id)
	if tag == "" || len(d.Stories) == 0 {
		return nil
	}
	row := []button{{Text: textOpen, Data: "v1:open:" + tag + "/0", to: chat}}
	if len(d.Stories) == 1 {
		row[0].Data = "v1:story:" + tag + "/0"
	}
	if d.More > 0 {
		row = append(row, button{Text: "+" + strconv.Itoa(d.More) + " ще", Data: "v1:more:" + tag, to: chat})
	}
	return [][]button{row}
}

// storyOf finds the story that an argument "tag/number/rest" names.
func (b *Bot) storyOf(ctx context.Context, chat int64, argument string) (d digest.Digest, tag string, n int, rest string, err error) {
	tag, number, _ := strings.Cut(argument, "/")
	number, rest, _ = strings.Cut(number, "/")
	d, ok, err := b.frozen.Read(ctx, frozenID(chat, tag))
	if err != nil {
		return d, tag, 0, rest, err
	}
	n, bad := strconv.Atoi(number)
	if !ok || bad != nil || n < 0 || n >= len(d.Stories) {
		return d, tag, 0, rest, errUser(textOldDigest)
	}
	return d, tag, n, rest, nil
}

// pressOpen lists the stories of a digest as buttons, a page at a time.
func (b *Bot) pressOpen(ctx context.Context, r request, argument string) (answer, error) {
	tag, page, _ := strings.Cut(argument, "/")
	d, ok, err := b.frozen.Read(ctx, frozenID(r.about.id, tag))
	if err != nil {
		return answer{}, err
	}
	n, bad := strconv.Atoi(page)
	if !ok || bad != nil {
		return answer{toast: textOldDigest}, nil
	}
	if n < 0 {
		return answer{markup: true, buttons: readButtons(r.about.id, frozenID(r.about.id, tag), d)}, nil
	}
	var rows [][]button
	for i := n * openRows; i < min(len(d.Stories), (n+1)*openRows); i++ {
		title := strconv.Itoa(i+1) + ". " + digest.Shorten(clean(d.Stories[i].Title), keptLetters)
		rows = append(rows, []button{{Text: title, Data: "v1:story:" + tag + "/" + strconv.Itoa(i), to: r.about.id}})
	}
	var turn []button
	if n > 0 {
		turn = append(turn, button{Text: textBack, Data: "v1:open:" + tag + "/" + strconv.Itoa(n-1), to: r.about.id})
	}
	turn = append(turn, button{Text: textFold, Data: "v1:open:" + tag + "/-1", to: r.about.id})
	if (n+1)*openRows < len(d.Stories) {
		turn = append(turn, button{Text: textNext, Data: "v1:open:" + tag + "/" + strconv.Itoa(n+1), to: r.about.id})
	}
	return answer{markup: true, buttons: append(rows, turn)}, nil
}

// pressMore brings the stories that did not fit.
func (b *Bot) pressMore(ctx context.Context, r request, _ string) (answer, error) {
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	err = b.deliverNews(ctx, c, replyID(r), r.thread, false)
	if errors.Is(err, errNothing) {
		return answer{toast: textNothingNew}, nil
	}
	return answer{}, err
}

// pressStory opens the card of a story in a message of its own.
func (b *Bot) pressStory(ctx context.Context, r request, argument string) (answer, error) {
	return b.card(ctx, r, argument+"/t", false)
}

// pressCard shows another side of a card.
func (b *Bot) pressCard(ctx context.Context, r request, argument string) (answer, error) {
	return b.card(ctx, r, argument, true)
}

func (b *Bot) card(ctx context.Context, r request, argument string, edit bool) (answer, error) {
	d, tag, n, view, err := b.storyOf(ctx, r.about.id, argument)
	if err != nil {
		return answer{}, err
	}
	s := d.Stories[n]
	text := ""
	switch view {
	case "s":
		text = sourcesOf(s)
	case "l":
		text, err = b.similar(ctx, s)
	case "w":
		text, err = b.why(ctx, r.about.id, s)
	default:
		text, err = b.longer(ctx, s)
	}
	if err != nil {
		return answer{}, err
	}
	address := ""
	if len(s.Links) > 0 {
		address = s.Links[0].URL
	}
	html := "<b>" + link(address, digest.Shorten(s.Title, titleLimit)) + "</b>\n" + text
	return answer{html: html, buttons: b.cardButtons(r.about.id, s, tag+"/"+strconv.Itoa(n), view), edit: edit}, nil
}

func (b *Bot) cardButtons(to int64, s digest.Story, at, view string) [][]button {
	side := func(text, name string) button {
		if view == name {
			text = "• " + text
		}
		return button{Text: text, Data: "v1:card:" + at + "/" + name, to: to}
	}
	rows := [][]button{
		{side(textViewText, "t"), side(textViewSources, "s")},
		{side(textViewLike, "l"), side(textViewWhy, "w")},
		{{Text: "👍", Data: "v1:vote:" + at + "/u", to: to}, {Text: "👎", Data: "v1:vote:" + at + "/d", to: to}},
	}
	hide := []button{{Text: textHideSource, Data: "v1:hide:" + at + "/s", to: to}}
	if s.Topic != digest.Other {
		hide = append(hide, button{Text: textHideTopic, Data: "v1:hide:" + at + "/t", to: to})
	}
	return append(rows, hide)
}

// longer tells a story in some sentences more.
func (b *Bot) longer(ctx context.Context, s digest.Story) (string, error) {
	found, err := b.archive.Get(ctx, s.Articles[0])
	if err != nil {
		return "", err
	}
	sentences, sign := s.Summary, ""
	if s.Abstract {
		sign = " <i>" + textAbstract + "</i>"
	}
	if len(found) > 0 {
		if more := digest.Summarise(found[0].Title, found[0].Text, cardSentences); len(more) > len(sentences) {
			sentences, sign = more, ""
		}
	}
	text := ""
	if by := byline(s); by != "" {
		text = "<i>" + by + "</i>\n\n"
	}
	return text + escape(digest.Shorten(strings.Join(sentences, " "), 2*summaryLimit)) + sign, nil
}

// sourcesOf lists every place where a story was published.
func sourcesOf(s digest.Story) string {
	lines := []string{"", ukrainian.Count(s.Sources(), "джерело", "джерела", "джерел") + ":"}
	for _, l := range s.Links[:min(len(s.Links), 2*maxPlaces)] {
		lines = append(lines, "• "+link(l.URL, digest.Shorten(l.Name, nameLimit)))
	}
	return strings.Join(lines, "\n")
}

// similar finds the news of the last week that share most with a story's title.
func (b *Bot) similar(ctx context.Context, s digest.Story) (string, error) {
	want := map[string]bool{}
	for _, t := range ukrainian.Terms(s.Title) {
		want[t] = true
	}
	scores := map[string]int{}
	found, err := b.recent.Sift(ctx, 0, func(a *articles.Article) bool {
		if slices.Contains(s.Articles, a.ID) || !a.Withdrawn.IsZero() {
			return false
		}
		seen := map[string]bool{}
		for _, t := range ukrainian.Terms(a.Title) {
			seen[t] = seen[t] || want[t]
		}
		for _, shared := range seen {
			if shared {
				scores[a.ID]++
			}
		}
		return scores[a.ID] >= 2
	})
	if err != nil {
		return "", err
	}
	slices.SortStableFunc(found, func(x, y articles.Article) int {
		return cmp.Or(scores[y.ID]-scores[x.ID], y.Time().Compare(x.Time()), cmp.Compare(x.ID, y.ID))
	})
	if len(found) == 0 {
		return "\n" + textNoSimilar, nil
	}
	names, err := b.names(ctx)
	lines := []string{"", textSimilar}
	for _, a := range found[:min(len(found), similarLimit)] {
		lines = append(lines, "• "+b.cited(a, names))
	}
	return strings.Join(lines, "\n"), err
}

// why says for what a story stands in a chat's digest, and who told it first.
func (b *Bot) why(ctx context.Context, chat int64, s digest.Story) (string, error) {
	c, err := b.chats.Get(ctx, chat)
	if err != nil {
		return "", err
	}
	all, err := b.archive.Get(ctx, s.Articles...)
	if err != nil {
		return "", err
	}
	wanted, err := b.interests(ctx, c)
	if err != nil {
		return "", err
	}
	lines := []string{""}
	for i, want := range wanted {
		if !slices.ContainsFunc(all, func(a articles.Article) bool { return b.builder.Fits(&a, want) }) {
			continue
		}
		line := "• " + subscriptionText(c.Subscriptions[i])
		for _, score := range s.Topics {
			if score.ID == want.Topic && len(score.Evidence) > 0 {
				line += " (слова: " + strings.Join(score.Evidence[:min(len(score.Evidence), 5)], ", ") + ")"
			}
		}
		lines = append(lines, escape(line))
	}
	if len(lines) == 1 {
		lines = append(lines, textWhyGone)
	} else {
		lines = slices.Insert(lines, 1, textWhy)
	}
	if s.First.Name != "" {
		at := s.Published.In(b.chats.Zone(c))
		lines = append(lines, "Першим повідомило: "+link(s.First.URL, digest.Shorten(s.First.Name, nameLimit))+", "+ukrainian.ShortDate(at)+" "+ukrainian.Clock(at))
	}
	return strings.Join(lines, "\n"), nil
}

// pressHide hides the source or the topic of a story in this chat.
func (b *Bot) pressHide(ctx context.Context, r request, argument string) (answer, error) {
	d, _, n, what, err := b.storyOf(ctx, r.about.id, argument)
	if err != nil {
		return answer{}, err
	}
	s := d.Stories[n]
	name := ""
	change := func(set *chats.Settings) {
		if what == "t" {
			set.Show(s.Topic, false)
		} else if len(s.Links) > 0 {
			set.Mute(s.Links[0].Source, true)
		}
	}
	if t, ok := b.topics.Find(s.Topic); ok && what == "t" {
		name = "тему «" + t.Name + "»"
	} else if len(s.Links) > 0 {
		name = "джерело «" + s.Links[0].Name + "»"
	}
	if _, err := b.settle(ctx, r, r.about, change); err != nil {
		return answer{}, err
	}
	return answer{toast: "Приховано " + digest.Shorten(name, 100) + ". Повернути — /settings", note: "приховано " + name}, nil
}

// pressVote counts for the order of the chat's digests.
func (b *Bot) pressVote(ctx context.Context, r request, argument string) (answer, error) {
	d, _, n, way, err := b.storyOf(ctx, r.about.id, argument)
	if err != nil {
		return answer{}, err
	}
	s := d.Stories[n]
	v := chats.Vote{Story: s.Articles[0], Topic: s.Topic, Up: way == "u"}
	if len(s.Links) > 0 {
		v.Source = s.Links[0].Source
	}
	if _, err := b.settle(ctx, r, r.about, func(set *chats.Settings) { set.Cast(v) }); err != nil {
		return answer{}, err
	}
	if v.Up {
		return answer{toast: textVoteUp}, nil
	}
	return answer{toast: textVoteDown}, nil
}

// settle changes the settings of a chat, once for each update.
func (b *Bot) settle(ctx context.Context, r request, p place, change func(*chats.Settings)) (chats.Chat, error) {
	return b.chats.Change(ctx, p.id, func(c *chats.Chat) error {
		if c.Kind == "" {
			if err := b.greet(p)(c); err != nil {
				return err
			}
		}
		c.Settle(r.update, change)
		return nil
	})
}
