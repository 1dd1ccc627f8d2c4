package bot

import (
	"context"
	"html"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"visnyk/bot/chats"
	"visnyk/digest"
)

// route is what answers one command.
type route struct {
	handle  func(b *Bot, ctx context.Context, r request, args string) (answer, error)
	changes bool // changes settings: in groups for admins only

	operator bool // for operators only
	admins   bool // shows what only admins may see
	named    bool // a channel or group may be named last, in private
}

// routes lists the commands by name and alias.
func routes() map[string]route {
	all := map[string]route{
		"start": {handle: (*Bot).cmdStart}, "help": {handle: (*Bot).cmdHelp},
		"follow": {handle: (*Bot).cmdFollow, changes: true}, "unfollow": {handle: (*Bot).cmdUnfollow, changes: true},
		"list": {handle: (*Bot).cmdList, named: true}, "topics": {handle: (*Bot).cmdTopics}, "sources": {handle: (*Bot).cmdSources},
		"digest": {handle: (*Bot).cmdDigest}, "time": {handle: (*Bot).cmdTime, changes: true, named: true},
		"search": {handle: (*Bot).cmdSearch}, "status": {handle: (*Bot).cmdStatus},
		"settings": {handle: (*Bot).cmdSettings, changes: true, named: true},
		"mydata":   {handle: (*Bot).cmdMyData}, "forget": {handle: (*Bot).cmdForget, changes: true, named: true},
		"export": {handle: (*Bot).cmdExport, named: true}, "import": {handle: (*Bot).cmdImport, changes: true, named: true},
		"leave": {handle: (*Bot).cmdLeave, changes: true, named: true},
		"stats": {handle: (*Bot).cmdStats},
		"audit": {handle: (*Bot).cmdAudit, admins: true, named: true},
		"pause": {handle: (*Bot).cmdPause, changes: true, named: true}, "resume": {handle: (*Bot).cmdResume, changes: true, named: true},
		"broadcast": {handle: (*Bot).cmdBroadcast, operator: true}, "block": {handle: (*Bot).cmdBlock, operator: true}, "unblock": {handle: (*Bot).cmdUnblock, operator: true},
	}
	for alias, name := range map[string]string{
		"sub": "follow", "subscribe": "follow", "add": "follow", "unsub": "unfollow", "remove": "unfollow",
		"today": "digest", "set": "settings",
	} {
		all[alias] = all[name]
	}
	return all
}

// handle answers one request. An error means that nothing was answered and
// the request may be handled again.
func (b *Bot) handle(ctx context.Context, r request) error {
	if err := b.noteMessage(ctx, r); err != nil {
		return err
	}
	switch {
	case r.membership != "":
		return b.joined(ctx, r)
	case r.migrateTo != 0:
		return b.moveChat(ctx, r.place.id, r.migrateTo)
	case r.user == b.api.Self.ID, r.viaBot == b.api.Self.ID:
		return nil
	case r.press != nil || r.inline != nil:
		if ok, err := b.admitted(ctx, r); !ok || err != nil {
			return err
		}
	}
	switch {
	case r.press != nil:
		return b.pressed(ctx, r)
	case r.inline != nil:
		return b.answerInline(ctx, *r.inline)
	}
	name, args, ok := command(r.text, b.api.Self.Username)
	if !ok {
		if name, args, ok = b.implied(r); !ok {
			return nil
		}
	}
	handler, known := routes()[name]
	if !known && r.place.kind != chats.Private {
		return nil
	}
	if ok, err := b.admitted(ctx, r); !ok || err != nil {
		return err
	}
	if !known {
		return b.reply(ctx, r, say(textUnknown))
	}
	return b.run(ctx, r, handler, args)
}

// implied finds the command that a text without one means: in private a pasted
// address or a forwarded post is to be followed.
func (b *Bot) implied(r request) (name, args string, ok bool) {
	if r.place.kind != chats.Private || strings.HasPrefix(r.text, "/") {
		return "", "", false
	}
	if r.file != nil {
		name := strings.ToLower(r.file.name)
		return "import", "", strings.HasSuffix(name, ".opml") || strings.HasSuffix(name, ".xml")
	}
	if r.forwarded != "" {
		return "follow", "@" + r.forwarded, true
	}
	if found := addressesIn(r.text); len(found) > 0 || len(r.links) > 0 {
		return "follow", strings.Join(append(found, r.links...), " "), true
	}
	return "help", "", r.text != ""
}

func (b *Bot) run(ctx context.Context, r request, h route, args string) error {
	var err error
	if r.about, err = b.here(ctx, r); err != nil {
		return b.replyError(ctx, r, err)
	}
	if h.operator && !b.operates(r) {
		return b.reply(ctx, r, say(textNotOperator))
	}
	if h.changes || h.admins {
		allowed, err := b.mayChange(ctx, r, r.place)
		if err != nil {
			return b.replyError(ctx, r, err)
		}
		if !allowed {
			return b.reply(ctx, r, say(textOnlyAdmins))
		}
	}
	if fields := strings.Fields(args); h.named && len(fields) > 0 && r.place.kind == chats.Private && channelName.MatchString(fields[len(fields)-1]) {
		p, err := b.channel(ctx, r, fields[len(fields)-1])
		if err != nil {
			return b.replyError(ctx, r, err)
		}
		r.about, args = p, strings.Join(fields[:len(fields)-1], " ")
	}
	a, err := h.handle(b, ctx, r, args)
	if err != nil {
		return b.replyError(ctx, r, err)
	}
	return b.answered(ctx, r, a)
}

// operates tells whether a request is that of an operator.
func (b *Bot) operates(r request) bool {
	return slices.Contains(b.admins, r.user) && (r.press != nil || r.senderChat == 0)
}

// answered writes into the audit what an answer says was changed, and replies.
func (b *Bot) answered(ctx context.Context, r request, a answer) error {
	if a.note != "" {
		chat := a.about
		if chat == 0 {
			chat = r.about.id
		}
		if err := b.chats.Note(ctx, chat, chats.Entry{User: r.asker(), What: a.note, Update: r.update}); err != nil {
			return b.replyError(ctx, r, err)
		}
		b.tellOthers(ctx, r, chat, a.note, a.weight)
	}
	return b.reply(ctx, r, a)
}

// replyError tells the user what to do about an error.
func (b *Bot) replyError(ctx context.Context, r request, err error) error {
	text, users := sentence(err)
	if !users {
		b.log.Error("handle: command failed", "chat", r.place.id, "error", err)
	}
	if r.press != nil {
		return b.reply(ctx, r, answer{toast: text})
	}
	return b.reply(ctx, r, say(html.EscapeString(text)))
}

// replyPrefix begins the names of deliveries that somebody waits for.
const replyPrefix = "r:"

// replyID names the delivery that answers an update: handled again, the same
// update is answered once.
func replyID(r request) string { return replyPrefix + strconv.FormatInt(r.update, 10) }

// reply sends an answer through the ledger, or puts it in the place of the
// message whose button was pressed.
func (b *Bot) reply(ctx context.Context, r request, a answer) error {
	if r.press != nil {
		if err := b.answerPress(ctx, r, a); err != nil || a.edit || a.markup || a.html == "" && a.to == nil {
			return err
		}
	}
	if a.waited {
		if done, err := b.replaced(ctx, r, a); done || err != nil {
			return err
		}
	}
	d := a.to
	if d == nil {
		if a.html == "" {
			return nil
		}
		d = &chats.Delivery{ID: replyID(r), Class: chats.Reply}
		texts := splitLines(a.html)
		for i, text := range texts {
			var buttons [][]button
			if i == len(texts)-1 {
				buttons = a.buttons
			}
			m, err := b.message(ctx, r.place.id, text, buttons)
			if err != nil {
				return err
			}
			d.Parts = append(d.Parts, m)
		}
	}
	if d.ID == "" {
		d.ID = replyID(r)
	}
	d.Prompt = true
	address(d, r.place.id, r.thread)
	return b.ledger.Add(ctx, *d)
}

// address says to which chat and thread a delivery goes.
func address(d *chats.Delivery, chat int64, thread int) {
	d.Chat = chat
	for _, m := range d.Parts {
		m.Params["chat_id"] = strconv.FormatInt(chat, 10)
		if _, routed := m.Params["message_thread_id"]; thread != 0 && !routed {
			m.Params["message_thread_id"] = strconv.Itoa(thread)
		}
	}
}

// toastLimit is how long a notice over the chat may be.
const toastLimit = 190

// answerPress ends the waiting of a button and edits its message if the answer
// is to stand there. Both may be done twice; what Telegram refuses is old.
func (b *Bot) answerPress(ctx context.Context, r request, a answer) error {
	params := map[string]string{"callback_query_id": r.press.id}
	if a.toast != "" {
		params["text"] = digest.Shorten(a.toast, toastLimit)
	}
	if _, err := b.api.Call(ctx, "answerCallbackQuery", params); err != nil {
		b.log.Debug("handle: button not answered", "error", err)
	}
	if a.markup {
		return b.editButtons(ctx, r, a.buttons)
	}
	if !a.edit || a.html == "" {
		return nil
	}
	return b.editText(ctx, r.place.id, r.press.message, a)
}

// editText puts an answer in the place of a message. What Telegram refuses is
// too old or the same.
func (b *Bot) editText(ctx context.Context, chat int64, id int, a answer) error {
	m, err := b.message(ctx, chat, splitLines(a.html)[0], a.buttons)
	if err != nil {
		return err
	}
	m.Params["chat_id"] = strconv.FormatInt(chat, 10)
	m.Params["message_id"] = strconv.Itoa(id)
	if _, err := b.api.Call(ctx, "editMessageText", m.Params); err != nil {
		b.log.Debug("handle: message not edited", "error", err)
	}
	return nil
}

// editButtons puts other buttons under the message whose button was pressed.
func (b *Bot) editButtons(ctx context.Context, r request, buttons [][]button) error {
	keyboard, err := b.keyboard(ctx, r.place.id, buttons)
	if err != nil {
		return err
	}
	params := map[string]string{"chat_id": strconv.FormatInt(r.place.id, 10), "message_id": strconv.Itoa(r.press.message), "reply_markup": keyboard}
	if _, err := b.api.Call(ctx, "editMessageReplyMarkup", params); err != nil {
		b.log.Debug("handle: buttons not changed", "error", err)
	}
	return nil
}

// joined notes that the bot was added to a chat, or put out or blocked.
func (b *Bot) joined(ctx context.Context, r request) error {
	switch r.membership {
	case "left", "kicked":
		return b.deactivate(ctx, r.place.id, r.membership)
	}
	if r.place.kind != chats.Private && !b.listed(r) {
		// A stranger added the bot, which works for its own organisation alone.
		b.leaveChat(ctx, r.place.id)
		return nil
	}
	c, err := b.chats.Get(ctx, r.place.id)
	if err != nil {
		return err
	}
	if c.Inactive != "" {
		if _, err := b.chats.Change(ctx, r.place.id, func(c *chats.Chat) error { c.Inactive = ""; return nil }); err != nil {
			return err
		}
	}
	if !r.place.isGroup() || c.Inactive == "" && c.Greeted != 0 && c.Greeted != r.update {
		return nil
	}
	_, err = b.chats.Change(ctx, r.place.id, func(c *chats.Chat) error {
		c.Greeted = r.update
		return b.greet(r.place)(c)
	})
	if err != nil {
		return err
	}
	return b.reply(ctx, r, say(textGreeting+"<code>/follow@"+escape(b.api.Self.Username)+" МОЗ</code>"))
}

type memberKey struct{ chat, user int64 }

type memberEntry struct {
	admin bool
	until time.Time
}

// memberCache remembers for a minute who is an admin where.
type memberCache struct {
	mu    sync.Mutex
	known map[memberKey]memberEntry
}

// How long an answer about somebody's rights is believed, and how long where
// Telegram gives no other because it is asked too often.
const (
	keepMember = time.Minute
	lastMember = 10 * time.Minute
)

// mayChange tells whether the sender of a request may change the settings of a
// chat: himself in private, admins in groups, who posts in channels. An
// anonymous admin writes in the name of the group itself; a post of a linked
// channel does not count.
func (b *Bot) mayChange(ctx context.Context, r request, p place) (bool, error) {
	switch {
	case p.kind == chats.Private:
		return p.id == r.place.id && r.user == p.id, nil
	case p.kind == chats.Channel && r.place.id == p.id && r.press == nil:
		return true, nil
	case r.senderChat != 0 && r.press == nil:
		return r.senderChat == p.chat() && r.place.id == p.chat(), nil
	case r.user == 0:
		return false, nil
	}
	key := memberKey{p.chat(), r.user}
	b.members.mu.Lock()
	e, ok := b.members.known[key]
	b.members.mu.Unlock()
	if ok && b.now().Before(e.until) {
		return e.admin, nil
	}
	status, _, err := b.api.memberStatus(ctx, strconv.FormatInt(p.chat(), 10), r.user)
	switch {
	case tooOften(err) && ok && b.now().Before(e.until.Add(lastMember-keepMember)):
		return e.admin, nil
	case tooOften(err):
		return false, errUser(textTelegramBusy)
	case err != nil && !refused(err):
		return false, err
	}
	admin := err == nil && (status == "creator" || status == "administrator")
	b.members.mu.Lock()
	defer b.members.mu.Unlock()
	if len(b.members.known) > 10_000 {
		clear(b.members.known)
	}
	b.members.known[key] = memberEntry{admin, b.now().Add(keepMember)}
	return admin, nil
}
