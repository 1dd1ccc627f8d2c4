package bot

import (
	"context"
	"errors"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/internal/ukrainian"
	"visnyk/sources"
	"visnyk/sources/search"
)

// firstDigest is how far back the first digest of a subscription looks.
const firstDigest = 24 * time.Hour

var addressForm = regexp.MustCompile(`(?i)^(?:https?://\S+|@[a-z][a-z0-9_]{3,31}|(?:[a-z0-9а-яіїєґ-]+\.)+[a-zа-яіїєґ]{2,}(?::\d+)?(?:/\S*)?)$`)

// addressesIn finds the addresses in a text.
func addressesIn(text string) []string {
	var found []string
	for word := range strings.FieldsSeq(text) {
		word = strings.TrimRight(strings.Trim(word, `<>«»"“”(),;`), ".!?")
		if addressForm.MatchString(word) {
			found = append(found, word)
		}
	}
	return found
}

var channelName = regexp.MustCompile(`(?i)^(?:@[a-z][a-z0-9_]{3,31}|-100\d{5,20})$`)

// cmdFollow follows what the arguments name, for this chat or for the channel
// that stands last.
func (b *Bot) cmdFollow(ctx context.Context, r request, args string) (answer, error) {
	if args == "" {
		return say(textFollowWhat), nil
	}
	target, args, err := b.target(ctx, r, args)
	if err != nil {
		return answer{}, err
	}
	before, err := b.chats.Get(ctx, target.id)
	if err != nil {
		return answer{}, err
	}
	return b.slowly(ctx, r, func(ctx context.Context) (answer, error) {
		a, err := b.followAll(ctx, target, args)
		if a.note != "" && target.linker != 0 && target.linker != before.Owner {
			a.note = noteLinked + a.note
		}
		return a, err
	}), nil
}

// followAll follows one thing or several addresses.
func (b *Bot) followAll(ctx context.Context, target place, args string) (answer, error) {
	whats := []string{args}
	if found := addressesIn(args); len(found) > 0 && len(found) == len(strings.Fields(args)) {
		whats = found
	}
	var lines []string
	for _, what := range whats {
		text, err := b.followOne(ctx, target, what)
		if err != nil && len(whats) == 1 {
			var unknown errUnknown
			if errors.As(err, &unknown) {
				if a, ok := b.correction(what, target); ok {
					return a, nil
				}
				err = errUser(unknown.Error())
			}
			return answer{}, err
		}
		if err != nil {
			reason, users := sentence(err)
			if !users {
				b.log.Error("follow: failed", "chat", target.id, "error", err)
			}
			text = escape(what) + " — " + html.EscapeString(reason)
		}
		lines = append(lines, text)
	}
	return b.followed(ctx, target, lines)
}

// followed says what a chat follows from now on, with buttons that say how when
// it is one thing.
func (b *Bot) followed(ctx context.Context, target place, lines []string) (answer, error) {
	c, err := b.chats.Get(ctx, target.id)
	if err != nil {
		return answer{}, err
	}
	var added []chats.Subscription
	var names []string
	for _, s := range c.Subscriptions {
		if s.Update == target.update {
			added, names = append(added, s), append(names, s.Name)
		}
	}
	a := answer{about: target.id, weight: heavy}
	if len(added) == 1 {
		a.buttons = howButtons(added[0], target.id)
	}
	if len(added) > 0 {
		a.note = "стежити: " + strings.Join(names, ", ")
	}
	lines = append(lines, "\nДайджест: "+scheduleText(c.Schedule, b.chats.Zone(c).String())+". Прочитати зараз — /digest")
	a.html = strings.Join(lines, "\n")
	return a, nil
}

// howButtons let one choose how to be told of something.
func howButtons(s chats.Subscription, chat int64) [][]button {
	how := func(text, way string, chosen bool) button {
		if chosen {
			text = "✅ " + text
		}
		return button{Text: text, Data: "v1:how:" + way + "." + subscriptionTag(s), to: chat}
	}
	return [][]button{{how("Дайджест", "d", !s.Alert), how("⚡ Одразу", "a", s.Alert), how("Скасувати", "x", false)}}
}

// pressHow says whether something comes with the digest, at once, or not at all.
func (b *Bot) pressHow(ctx context.Context, r request, argument string) (answer, error) {
	way, tag, _ := strings.Cut(argument, ".")
	var chosen chats.Subscription
	c, err := b.chats.Change(ctx, r.about.id, func(c *chats.Chat) error {
		if c.Did(r.update) {
			chosen = chats.Subscription{Name: c.Dropped.Name}
			return nil
		}
		i := slices.IndexFunc(c.Subscriptions, func(s chats.Subscription) bool { return subscriptionTag(s) == tag })
		if i < 0 {
			return chats.ErrNotFollowed
		}
		chosen = c.Subscriptions[i]
		if way == "x" {
			return c.Remove(chosen.Follow, chosen.Value, r.update)
		}
		return c.Adjust(chosen.Follow, chosen.Value, func(s *chats.Subscription) {
			if s.Alert = way == "a"; s.Alert && s.From.IsZero() {
				s.From = b.now().UTC()
			} else if !s.Alert {
				s.From = time.Time{}
			}
			chosen = *s
		})
	})
	if err != nil {
		return answer{}, err
	}
	name := digest.Shorten(chosen.Name, nameLimit)
	switch way {
	case "x":
		note := "Більше не стежу: " + name
		return answer{html: escape(note) + ".", toast: note, edit: true, note: note, about: r.about.id, weight: heavy}, nil
	case "a":
		note := "одразу: " + name
		return answer{toast: "Надсилатиму одразу, до " + strconv.Itoa(c.Settings.Pace()) + " на годину.", markup: true, buttons: howButtons(chosen, r.about.id), note: note, about: r.about.id}, nil
	}
	return answer{toast: "Надсилатиму в дайджесті.", markup: true, buttons: howButtons(chosen, r.about.id), note: "у дайджесті: " + name, about: r.about.id}, nil
}

// target is the chat that a command is about: a channel that stands last in
// the arguments, or the chat that the command came from. The rights of the
// person and of the bot in the channel are checked.
func (b *Bot) target(ctx context.Context, r request, args string) (place, string, error) {
	fields := strings.Fields(args)
	if len(fields) < 2 || !channelName.MatchString(fields[len(fields)-1]) || r.place.kind != chats.Private {
		return r.about, args, nil
	}
	p, err := b.channel(ctx, r, fields[len(fields)-1])
	return p, strings.Join(fields[:len(fields)-1], " "), err
}

// channel is a channel or group that somebody names in private: the rights of
// the person and of the bot there are checked.
func (b *Bot) channel(ctx context.Context, r request, name string) (place, error) {
	p, err := b.api.chat(ctx, name)
	if tooOften(err) {
		return place{}, errUser(textTelegramBusy)
	}
	if e, ok := errors.AsType[*CallError](err); ok && e.Code >= 400 && e.Code < 500 {
		return place{}, errUser("Бот не бачить каналу " + name + ". " + channelRights)
	}
	if err != nil {
		return place{}, err
	}
	_, mayPost, err := b.api.memberStatus(ctx, strconv.FormatInt(p.id, 10), b.api.Self.ID)
	if tooOften(err) {
		return place{}, errUser(textTelegramBusy)
	}
	if err != nil && !refused(err) {
		return place{}, err
	}
	if err != nil || !mayPost && p.kind == chats.Channel {
		return place{}, errUser("Бот не може публікувати в " + name + ". " + channelRights)
	}
	allowed, err := b.mayChange(ctx, request{place: p, user: r.user, press: &press{}}, p)
	if err != nil {
		return place{}, err
	}
	if !allowed {
		return place{}, errUser("Змінювати налаштування " + name + " можуть лише його адміністратори.")
	}
	p.update, p.linker, p.asker = r.update, r.user, r.user
	return p, nil
}

// followOne follows one thing and says what it is.
func (b *Bot) followOne(ctx context.Context, p place, what string) (string, error) {
	if words, ok := quoted(what); ok {
		return b.followWords(ctx, p, words)
	}
	if bare, only, without := filters(what); len(only)+len(without) > 0 && b.knows(bare) {
		return b.followSome(ctx, p, bare, only, without)
	}
	if s, ok := b.named(what); ok {
		return b.followSource(ctx, p, s, nil)
	}
	if addressForm.MatchString(what) {
		return b.followAddress(ctx, p, what)
	}
	if t, ok := b.topics.Find(what); ok {
		return b.followTopic(ctx, p, t)
	}
	if search.Expressive(what) {
		return b.followWords(ctx, p, what)
	}
	return "", errUnknown{what}
}

// filters takes the words that news must have, +word, or must not, -word, from
// the end of what is to be followed.
func filters(what string) (bare string, only, without []string) {
	fields := strings.Fields(what)
	for len(fields) > 1 {
		last := fields[len(fields)-1]
		word := strings.Trim(last[1:], ",;")
		switch {
		case len(ukrainian.Terms(word)) == 0:
			return strings.Join(fields, " "), only, without
		case last[0] == '-':
			without = append([]string{word}, without...)
		case last[0] == '+':
			only = append([]string{word}, only...)
		default:
			return strings.Join(fields, " "), only, without
		}
		fields = fields[:len(fields)-1]
	}
	return strings.Join(fields, " "), only, without
}

// knows tells whether something to follow goes by this name or address; all else
// is a query.
func (b *Bot) knows(what string) bool {
	if _, ok := b.named(what); ok {
		return true
	}
	_, ok := b.topics.Find(what)
	return ok || addressForm.MatchString(what)
}

// followSome follows a part of what something publishes. What is followed
// already keeps to the new words from now on.
func (b *Bot) followSome(ctx context.Context, p place, bare string, only, without []string) (string, error) {
	if len(only) > chats.MaxWords || len(without) > chats.MaxWords {
		return "", errUser(textManyWords)
	}
	text, err := b.followOne(ctx, p, bare)
	if err != nil && !errors.Is(err, chats.ErrKnown) {
		return "", err
	}
	c, err := b.chats.Get(ctx, p.id)
	if err != nil {
		return "", err
	}
	s, err := b.findSubscription(ctx, c, bare)
	if err != nil {
		return "", err
	}
	_, err = b.chats.Change(ctx, p.id, func(c *chats.Chat) error {
		return c.Adjust(s.Follow, s.Value, func(s *chats.Subscription) { s.Only, s.Without = only, without })
	})
	if text == "" {
		text = "✅ " + escape(s.Name)
	}
	return text + "\n" + filtersText(only, without), err
}

// quoted gives the query inside the quotes in which a text stands as a whole. A
// text of which quotes are only the beginning is a query with a phrase.
func quoted(s string) (string, bool) {
	s = strings.TrimSpace(s)
	open, size := utf8.DecodeRuneInString(s)
	closers := `"”“`
	switch open {
	case '«':
		closers = "»"
	case '"', '“', '„':
	default:
		return "", false
	}
	rest := s[size:]
	end := strings.IndexAny(rest, closers)
	switch {
	case end < 0:
		end = len(rest)
	case open == '«' && strings.HasSuffix(rest, closers):
		end = len(rest) - len(closers) // the outer ones, whatever quotes are within
		if before, _, closed := strings.Cut(rest[:end], closers); closed && !strings.Contains(before, "«") {
			return s, true
		}
	case strings.Trim(rest[end:], closers+" ") != "":
		return s, true
	}
	inner := strings.TrimSpace(rest[:end])
	return inner, inner != ""
}

// followWords follows what a query finds.
func (b *Bot) followWords(ctx context.Context, p place, words string) (string, error) {
	query, missed, err := b.standingWords(ctx, words)
	if err != nil {
		return "", err
	}
	err = b.subscribe(ctx, p, chats.Subscription{Follow: chats.Words, Value: query, Name: "«" + query + "»"})
	text := "✅ Стежу за словами «" + escape(query) + "» у всіх відомих джерелах."
	for _, m := range missed {
		text += "\n<i>" + escape(m) + "</i>"
	}
	return text, err
}

func (b *Bot) followTopic(ctx context.Context, p place, t digest.Topic) (string, error) {
	err := b.subscribe(ctx, p, b.topicSubscription(t, p))
	return "✅ Стежу за темою " + escape(t.Sign+" "+t.Name) + " у всіх відомих джерелах.", err
}

func (b *Bot) topicSubscription(t digest.Topic, p place) chats.Subscription {
	return chats.Subscription{Follow: chats.Topic, Value: t.ID, Name: t.Name, Since: b.now().Add(-firstDigest).UTC(), Update: p.update}
}

func (b *Bot) followAddress(ctx context.Context, p place, address string) (string, error) {
	known, ok, err := b.registry.At(ctx, address)
	if err != nil {
		return "", err
	}
	if ok {
		return b.followSource(ctx, p, known, nil)
	}
	if err := b.mayAdd(ctx, p); err != nil {
		return "", err
	}
	s, reading, err := b.discover.Discover(ctx, address)
	if err != nil {
		return "", err
	}
	for i, e := range s.Endpoints {
		if i > 0 && e.Kind == sources.KindChannel {
			continue // whoever follows the channel alone follows another source
		}
		known, ok, err := b.registry.At(ctx, e.URL)
		if err != nil {
			return "", err
		}
		if ok {
			return b.followSource(ctx, p, known, &reading)
		}
	}
	return b.followSource(ctx, p, s, &reading)
}

// followSource reads a source once and subscribes the chat.
func (b *Bot) followSource(ctx context.Context, p place, s sources.Source, reading *sources.Reading) (string, error) {
	c, err := b.chats.Get(ctx, p.id)
	if err != nil {
		return "", err
	}
	probe := c
	if err := probe.Add(chats.Subscription{Follow: chats.Source, Value: s.ID, Update: p.update}); err != nil {
		return "", err
	}
	undo, err := b.charge(ctx, p, s)
	if err != nil {
		return "", err
	}
	if s, err = b.takeUp(ctx, s, reading); err != nil {
		undo()
		return "", err
	}
	if err := b.subscribe(ctx, p, chats.Subscription{Follow: chats.Source, Value: s.ID, Name: s.Name}); err != nil {
		return "", err
	}
	return b.introduce(ctx, s)
}

// takeUp has a source read from now on. An authority of the catalogue whose
// endpoints are not known, or do not answer, is looked for from its home page.
func (b *Bot) takeUp(ctx context.Context, s sources.Source, reading *sources.Reading) (sources.Source, error) {
	err := error(sources.ErrNotSource)
	if len(s.Endpoints) > 0 {
		err = b.follower.Follow(ctx, s, reading)
	}
	if err == nil || s.Home == "" || reading != nil {
		return s, err
	}
	found, first, lookErr := b.discover.Discover(ctx, s.Home)
	if lookErr != nil {
		if len(s.Endpoints) == 0 {
			err = lookErr
		}
		return s, err
	}
	s = s.With(found.Endpoints)
	return s, b.follower.Follow(ctx, s, &first)
}

func (b *Bot) subscribe(ctx context.Context, p place, s chats.Subscription) error {
	s.Since, s.Update = b.now().Add(-firstDigest).UTC(), p.update
	_, err := b.chats.Change(ctx, p.id, func(c *chats.Chat) error {
		if err := b.greet(p)(c); err != nil {
			return err
		}
		return c.Add(s)
	})
	return err
}

// introduce says what a source is: its name, how it is read, its latest news.
func (b *Bot) introduce(ctx context.Context, s sources.Source) (string, error) {
	name := escape(s.Name)
	if len(s.Endpoints) > 0 {
		name = link(s.Endpoints[0].URL, s.Name) + " (" + kindName(s.Endpoints[0].Kind) + ")"
	}
	lines := []string{"✅ Стежу: " + name}
	if text := foundText(s.Endpoints); text != "" {
		lines = append(lines, text)
	}
	latest, err := b.archive.Changed(ctx, time.Time{}, 50, s.ID)
	if err != nil {
		return "", err
	}
	fresh := 0
	for _, a := range latest {
		if b.now().Sub(a.Time()) < firstDigest && !a.Baseline {
			fresh++
		}
	}
	newestFirst(latest)
	for _, a := range latest[:min(3, len(latest))] {
		if a.Title != "" {
			lines = append(lines, "• "+link(a.URL, digest.Shorten(a.Title, titleLimit)))
		}
	}
	if fresh > 0 {
		lines = append(lines, "За добу: "+ukrainian.Count(fresh, "новина", "новини", "новин")+".")
	}
	return strings.Join(lines, "\n"), nil
}

// foundText says in a line what discovery found: «Знайшов: стрічка RSS (названа
// сайтом), сторінка новин, канал @name». It is empty when that is no more than
// what the user gave.
func foundText(all []sources.Endpoint) string {
	var found []string
	said := true
	for _, e := range all {
		if e.Why == "" {
			continue
		}
		said = said && e.Why == sources.WhyGiven
		found = append(found, wayText(e))
	}
	if said {
		return ""
	}
	return "Знайшов: " + escape(strings.Join(found, ", ")) + "."
}

// sureEnough is how sure discovery must be for us to say it without a doubt.
const sureEnough = 0.55

func wayText(e sources.Endpoint) string {
	text := kindName(e.Kind)
	switch {
	case e.Why == sources.WhyNamed:
		text += " (названа сайтом)"
	case e.Why == sources.WhySitemap:
		text = "мапа сайту"
	case e.Kind == sources.KindChannel:
		text = "канал @" + e.URL[strings.LastIndexByte(e.URL, '/')+1:]
	}
	if e.Sure < sureEnough {
		text += " (не певен)"
	}
	return text
}

// cmdUnfollow stops following what the arguments name; without them it offers
// buttons.
func (b *Bot) cmdUnfollow(ctx context.Context, r request, args string) (answer, error) {
	target, args, err := b.target(ctx, r, args)
	if err != nil {
		return answer{}, err
	}
	c, err := b.chats.Get(ctx, target.id)
	if err != nil {
		return answer{}, err
	}
	gone := func(name string) answer {
		return answer{html: "Більше не стежу: " + escape(name) + ".", note: "Більше не стежу: " + name, about: target.id, weight: heavy}
	}
	if c.Did(r.update) {
		return gone(c.Dropped.Name), nil
	}
	if len(c.Subscriptions) == 0 {
		return say(target.words(textNotFollowing)), nil
	}
	if args == "" {
		return answer{html: textUnfollowWhat, buttons: unfollowButtons(c)}, nil
	}
	s, err := b.findSubscription(ctx, c, args)
	if err != nil {
		return answer{}, err
	}
	if _, err := b.chats.Change(ctx, target.id, func(c *chats.Chat) error { return c.Remove(s.Follow, s.Value, r.update) }); err != nil {
		return answer{}, err
	}
	return gone(s.Name), nil
}

// findSubscription finds what the user means among what the chat follows.
func (b *Bot) findSubscription(ctx context.Context, c chats.Chat, what string) (chats.Subscription, error) {
	id := ""
	if s, ok := b.named(what); ok {
		id = s.ID
	} else if addressForm.MatchString(what) {
		s, ok, err := b.registry.At(ctx, what)
		if err != nil {
			return chats.Subscription{}, err
		}
		if ok {
			id = s.ID
		} else if s, _, err := b.discover.Discover(ctx, what); err == nil && len(s.Endpoints) > 0 {
			if s, ok, err = b.registry.At(ctx, s.Endpoints[0].URL); err == nil && ok {
				id = s.ID
			}
		}
	} else if t, ok := b.topics.Find(what); ok {
		id = t.ID
	}
	words, _ := quoted(what)
	for _, s := range c.Subscriptions {
		if s.Value == id || strings.EqualFold(s.Name, what) || s.Follow == chats.Words && (strings.EqualFold(s.Value, words) || strings.EqualFold(s.Value, what)) {
			return s, nil
		}
	}
	return chats.Subscription{}, chats.ErrNotFollowed
}

// maxButtons is how many subscriptions are offered as buttons; Telegram takes
// up to a hundred buttons.
const maxButtons = 90

func unfollowButtons(c chats.Chat) [][]button {
	var rows [][]button
	for _, s := range c.Subscriptions[:min(len(c.Subscriptions), maxButtons)] {
		rows = append(rows, []button{{Text: "✖️ " + digest.Shorten(s.Name, 50), Data: "v1:drop:" + subscriptionTag(s), to: c.ID}})
	}
	return rows
}
