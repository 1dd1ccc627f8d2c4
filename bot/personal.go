package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"visnyk/bot/chats"
	"visnyk/bot/opml"
	"visnyk/digest"
	"visnyk/internal/ukrainian"
	"visnyk/sources"
)

// This file is what people can do with what is stored about them: see it, take
// it along, bring it, have it deleted.

// Tasks removes tasks of the queue that name a chat.
type Tasks interface {
	DeleteTask(queue, id string) error
}

// held is all that is stored about a person, as he gets it.
type held struct {
	At      time.Time    `json:"at"`
	Chat    chats.Chat   `json:"chat"`
	Changes []heldChange `json:"changes"`         // made in any chat
	Added   []string     `json:"added,omitempty"` // sources that the bot did not know before
}

type heldChange struct {
	Chat int64     `json:"chat"`
	At   time.Time `json:"at"`
	What string    `json:"what"`
}

// cmdMyData sends what is stored about the user: in words and as a file.
func (b *Bot) cmdMyData(ctx context.Context, r request, _ string) (answer, error) {
	if r.place.kind != chats.Private {
		return say(textMyDataPrivate), nil
	}
	c, err := b.chats.Get(ctx, r.place.id)
	if err != nil {
		return answer{}, err
	}
	h := held{At: b.now().UTC(), Chat: c}
	who, err := b.quotaName(ctx, r.user)
	if err != nil {
		return answer{}, err
	}
	if h.Added, err = b.chats.Added(ctx, who); err != nil {
		return answer{}, err
	}
	acted, err := b.chats.Acts(ctx, r.user)
	if err != nil {
		return answer{}, err
	}
	for _, chat := range acted {
		c, err := b.chats.Get(ctx, chat)
		if err != nil {
			return answer{}, err
		}
		group := c.Group()
		all, err := b.chats.Audit(ctx, chat, 0, 1000)
		if err != nil {
			return answer{}, err
		}
		for _, e := range all {
			if e.User == r.user {
				h.Changes = append(h.Changes, heldChange{group, e.At, e.What})
			}
		}
	}
	data, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return answer{}, fmt.Errorf("encode the data of a user: %w", err)
	}
	lines := []string{
		textMyData,
		"• номер вашого чату: <code>" + strconv.FormatInt(r.user, 10) + "</code>",
		"• за чим стежите: " + strconv.Itoa(len(c.Subscriptions)),
		"• розклад: " + escape(scheduleText(c.Schedule, b.chats.Zone(c).String())),
		"• оцінок новин: " + strconv.Itoa(len(c.Settings.Votes)),
		"• ваших змін налаштувань: " + strconv.Itoa(len(h.Changes)),
		textMyDataMore,
	}
	file := fileMessage("visnyk-data.json", "application/json", data, strings.Join(lines, "\n"))
	return answer{to: &chats.Delivery{Class: chats.Reply, Parts: []chats.Message{file}}}, nil
}

// fileMessage is a file with a caption as the Bot API takes it.
func fileMessage(name, mime string, data []byte, caption string) chats.Message {
	return chats.Message{
		Method: "sendDocument", Params: map[string]string{"caption": caption, "parse_mode": "HTML"},
		File: &chats.File{Field: "document", Name: name, MIME: mime, Data: data},
	}
}

// forgetLife is how long one may confirm that all is to be deleted.
const forgetLife = 15 * time.Minute

// cmdForget asks whether all is to be deleted.
func (b *Bot) cmdForget(_ context.Context, r request, _ string) (answer, error) {
	text := textForgetChat
	switch {
	case r.about.kind == chats.Private:
		text = textForgetUser
	case r.about.group != 0:
		text = textForgetThread
	}
	return answer{html: text, buttons: [][]button{{
		{Text: "🗑 Так, видалити все", Data: "v1:forget:yes", to: r.about.id, user: r.user, life: forgetLife}, {Text: "Ні", Data: "v1:forget:no", to: r.about.id, user: r.user, life: forgetLife},
	}}}, nil
}

// pressForget deletes all that is stored about a chat, and in private about its
// user. The answer stands in the pressed message: one that goes through the
// ledger would leave a trace of the chat there.
func (b *Bot) pressForget(ctx context.Context, r request, argument string) (answer, error) {
	if argument != "yes" {
		return answer{html: textForgetNot, edit: true}, nil
	}
	id := r.about.id
	if r.about.kind == chats.Private {
		if err := b.chats.Disown(ctx, r.user); err != nil {
			return answer{}, err
		}
	}
	b.tellOthers(ctx, r, id, noteForgotten, heavy)
	who, err := b.quotaName(ctx, id)
	if err != nil {
		return answer{}, err
	}
	if err := b.chats.LetGo(ctx, who); err != nil {
		return answer{}, err
	}
	threads, err := b.chats.Threads(ctx, id)
	if err != nil {
		return answer{}, err
	}
	for _, one := range append(slices.Collect(maps.Values(threads)), id) {
		if err := b.frozen.ForgetChat(ctx, strconv.FormatInt(one, 10)); err != nil {
			return answer{}, err
		}
		if err := b.forgetTasks(one); err != nil {
			return answer{}, err
		}
	}
	if err := b.chats.Forget(ctx, id); err != nil {
		return answer{}, err
	}
	return answer{html: textForgotten, toast: textForgottenToast, edit: true}, nil
}

// forgetTasks removes the tasks of the slots of a chat that the queue remembers.
func (b *Bot) forgetTasks(chat int64) error {
	if b.tasks == nil {
		return nil
	}
	first := b.now().Add(-keepTask - 48*time.Hour)
	for day := range 8 {
		date := first.AddDate(0, 0, day).Format(time.DateOnly)
		for index := range maxTimes + 1 {
			if index == maxTimes {
				index = chats.WeeklyIndex
			}
			slot := chats.Slot{Chat: chat, Date: date, Index: index}
			err := b.tasks.DeleteTask(QueueBuild, slot.ID())
			if err != nil && !errors.Is(err, asynq.ErrTaskNotFound) && !errors.Is(err, asynq.ErrQueueNotFound) {
				return fmt.Errorf("forget the tasks of a chat: %w", err)
			}
		}
	}
	return nil
}

// cmdExport sends what the chat follows as an OPML file.
func (b *Bot) cmdExport(ctx context.Context, r request, _ string) (answer, error) {
	c, err := b.chats.Get(ctx, r.about.id)
	if err != nil {
		return answer{}, err
	}
	if len(c.Subscriptions) == 0 {
		return say(r.about.words(textNotFollowing)), nil
	}
	byID, err := b.sourcesOf(ctx, c)
	if err != nil {
		return answer{}, err
	}
	var all []opml.Entry
	for _, s := range c.Subscriptions {
		e := opml.Entry{Title: s.Name}
		switch k := byID[s.Value]; {
		case s.Follow != chats.Source:
			e.Follow = string(s.Follow) + ":" + s.Value
		case len(k.Endpoints) > 0:
			e.Title, e.Address, e.Home, e.Feed = k.Name, k.Endpoints[0].URL, k.Home, k.Endpoints[0].Kind == sources.KindFeed
		}
		all = append(all, e)
	}
	data, err := opml.Write("Вісник", b.now(), all)
	if err != nil {
		return answer{}, err
	}
	n := ukrainian.Count(len(all), "підписка", "підписки", "підписок")
	file := fileMessage("visnyk.opml", "text/x-opml", data, r.about.words("За чим стежить цей чат: ")+n+". Щоб додати їх до іншого чату, надішліть туди цей файл.")
	return answer{to: &chats.Delivery{Class: chats.Reply, Parts: []chats.Message{file}}}, nil
}

// importTime is how long one file is worked on; what is left over is said.
const importTime = 45 * time.Second

// cmdImport follows what an OPML file lists.
func (b *Bot) cmdImport(ctx context.Context, r request, _ string) (answer, error) {
	if r.file == nil {
		return say(textImportHow), nil
	}
	target := r.about
	if r.file.size > opml.MaxBytes {
		return answer{}, opml.ErrTooLarge
	}
	return b.slowly(ctx, r, func(ctx context.Context) (answer, error) {
		data, err := b.api.download(ctx, r.file.id, opml.MaxBytes)
		if err != nil {
			return answer{}, err
		}
		all, err := opml.Read(data)
		if err != nil {
			return answer{}, err
		}
		return b.importAll(ctx, target, all)
	}), nil
}

func (b *Bot) importAll(ctx context.Context, target place, all []opml.Entry) (answer, error) {
	until := time.Now().Add(importTime)
	counts := map[string]int{}
	lines := []string{""}
	for _, e := range all {
		name := digest.Shorten(e.Title, nameLimit)
		if name == "" {
			name = digest.Shorten(e.Address, nameLimit)
		}
		sign, reason := "✅", ""
		if time.Now().After(until) {
			sign, reason = "⏳", textImportLater
		} else if err := b.importOne(ctx, target, e); errors.Is(err, chats.ErrKnown) {
			sign, reason = "•", "уже є"
		} else if err != nil {
			text, users := sentence(err)
			if !users {
				b.log.Error("import: failed", "chat", target.id, "address", e.Address, "error", err)
			}
			sign, reason = "❌", text
		}
		counts[sign]++
		line := sign + " " + escape(name)
		if reason != "" {
			line += " — " + escape(reason)
		}
		lines = append(lines, line)
	}
	lines[0] = fmt.Sprintf("<b>Імпорт.</b> Додано: %d, уже були: %d, не вдалося: %d, не встиг: %d.", counts["✅"], counts["•"], counts["❌"], counts["⏳"])
	return answer{html: strings.Join(lines, "\n"), note: "імпорт: додано " + strconv.Itoa(counts["✅"]), about: target.id, weight: heavy}, nil
}

func (b *Bot) importOne(ctx context.Context, p place, e opml.Entry) error {
	kind, value, _ := strings.Cut(e.Follow, ":")
	switch {
	case kind == string(chats.Topic):
		t, ok := b.topics.Find(value)
		if !ok {
			return errUser("Такої теми немає: перелік — /topics.")
		}
		_, err := b.followTopic(ctx, p, t)
		return err
	case kind == string(chats.Words):
		_, err := b.followWords(ctx, p, digest.Shorten(value, 200))
		return err
	case e.Address == "" || !addressForm.MatchString(e.Address):
		return sources.ErrAddress
	}
	_, err := b.followAddress(ctx, p, e.Address)
	return err
}
