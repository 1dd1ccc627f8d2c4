package bot

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/internal/redistest"
	"visnyk/internal/telegramtest"
	"visnyk/sources"
	"visnyk/sources/articles"
)

const rightsToken = "123456789:AAtesttokentesttokentesttokentest"

// desk is a bot that is handed updates one by one.
type desk struct {
	t        *testing.T
	bot      *Bot
	telegram *telegramtest.Server
	db       *redis.Client
	update   int64
}

func newDesk(t *testing.T, o Options) *desk {
	t.Helper()
	telegram := telegramtest.New(rightsToken, "visnyk_test_bot")
	address, err := telegram.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(telegram.Close)
	db := redistest.Client(t)
	taxonomy := builtIn(t)
	o.API = NewAPI(rightsToken, address)
	if err := o.API.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Chats, o.Ledger, o.Inbox = chats.NewStore(db, time.UTC, nil), chats.NewLedger(db, nil), chats.NewInbox(db, "test")
	o.Registry, o.Archive, o.Frozen, o.Topics = sources.NewRegistry(db, nil, nil), articles.NewStore(db, nil), digest.NewStore(db), taxonomy
	o.Builder, o.Stories = digest.NewBuilder(taxonomy, time.UTC, func(string) string { return "" }), digest.NewKeeper(db, time.Now)
	o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	return &desk{t: t, bot: New(o), telegram: telegram, db: db, update: 1000}
}

// give hands the bot an update.
func (d *desk) give(kind string, body map[string]any) {
	d.t.Helper()
	d.update++
	raw, err := json.Marshal(map[string]any{"update_id": d.update, kind: body})
	if err != nil {
		d.t.Fatal(err)
	}
	r, ok, err := decode(d.update, raw)
	if err != nil || !ok {
		d.t.Fatalf("%s: %v %v", raw, ok, err)
	}
	if err := d.bot.handle(d.t.Context(), r); err != nil {
		d.t.Fatal(err)
	}
}

// handle gives the bot an update and returns what it says: the texts of its
// messages, or the notice of a button.
func (d *desk) handle(kind string, body map[string]any) string {
	d.t.Helper()
	before := len(d.telegram.Calls("answerCallbackQuery"))
	d.bot.gate.known = nil // how often one may ask is another test's matter
	d.give(kind, body)
	var said []string
	for _, c := range d.telegram.Calls("answerCallbackQuery")[before:] {
		said = append(said, c.Params["text"])
	}
	for {
		p, ok, err := d.bot.ledger.Claim(d.t.Context(), false)
		if err != nil {
			d.t.Fatal(err)
		}
		if !ok {
			return strings.Join(said, "\n")
		}
		said = append(said, plainText(p.Message.Params["text"]+p.Message.Params["caption"]))
		if _, err := d.bot.ledger.End(d.t.Context(), p, chats.Outcome{State: chats.Sent, MessageID: 1}); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *desk) data(chat int64, b button) string {
	d.t.Helper()
	key, err := d.bot.signKey(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	data, err := d.bot.signed(key, chat, b)
	if err != nil {
		d.t.Fatal(err)
	}
	return data
}

// trial is somebody who tries to change a chat.
type trial struct {
	status  string // what he is there, or "anonymous" or "linked"
	kind    chats.Kind
	allowed bool
}

func trials() []trial {
	var all []trial
	for _, kind := range []chats.Kind{chats.Private, chats.Group, chats.Supergroup, chats.Channel} {
		for _, status := range []string{"creator", "administrator", "member", "restricted", "left", "kicked", "anonymous", "linked"} {
			allowed := status == "creator" || status == "administrator"
			switch {
			case kind == chats.Private:
				allowed = status == "member" // he himself; all others are strangers to the chat
			case status == "anonymous":
				allowed = kind != chats.Channel // nobody hides in a channel: its posts are its own
			}
			all = append(all, trial{status, kind, allowed})
		}
	}
	return all
}

// chatOf is the chat of a trial and the person who tries.
func (d *desk) chatOf(c trial, n int) (chat telegramtest.Chat, person telegramtest.User) {
	person = telegramtest.User{ID: int64(5000 + n), FirstName: "Хтось"}
	chat = telegramtest.Chat{ID: -1000000000000 - int64(n), Type: string(c.kind), Title: "Чат", Username: fmt.Sprint("chat_number_", n)}
	switch c.kind {
	case chats.Private:
		chat = telegramtest.Chat{ID: person.ID, Type: telegramtest.Private}
		if c.status != "member" {
			person.ID += 100_000
		}
		d.telegram.Receive(telegramtest.Incoming{From: &telegramtest.User{ID: chat.ID}, Text: "x"})
		return chat, person
	case chats.Group:
		chat.ID, chat.Username = -int64(n)-1, ""
	}
	d.telegram.AddChat(chat)
	d.telegram.SetMember(chat.ID, d.telegram.Me(), telegramtest.Administrator)
	if c.status != "anonymous" && c.status != "linked" {
		d.telegram.SetMember(chat.ID, person, c.status)
	}
	return chat, person
}

func (d *desk) seed(chat telegramtest.Chat) string {
	d.t.Helper()
	_, err := d.bot.chats.Change(d.t.Context(), chat.ID, func(c *chats.Chat) error {
		c.Kind, c.Title, c.Username = chats.Kind(chat.Type), chat.Title, chat.Username
		if len(c.Subscriptions) == 0 {
			return c.Add(chats.Subscription{Follow: chats.Topic, Value: "health", Name: "Охорона здоров’я"})
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.stored(chat.ID)
}

// stored is a chat as it stands in the store.
func (d *desk) stored(chat int64) string {
	d.t.Helper()
	c, err := d.bot.chats.Get(d.t.Context(), chat)
	if err != nil {
		d.t.Fatal(err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

// changes lists a use of every command and button that changes a chat.
func changes() (commands map[string]string, buttons map[string]string) {
	commands = map[string]string{
		"follow": "/follow енергетика", "unfollow": "/unfollow Охорона здоров’я", "time": "/time 07:00", "settings": "/settings без спорт", "forget": "/forget",
		"import": "/import", "audit": "/audit", "pause": "/pause", "resume": "/resume", "leave": "/leave",
	}
	tag := subscriptionTag(chats.Subscription{Follow: chats.Topic, Value: "health"})
	buttons = map[string]string{
		"topic": "energy", "drop": tag, "set": "len.short", "page": "main", "how": "a." + tag, "take": "x", "forget": "yes", "hide": "r1/0/s", "vote": "r1/0/u", "audit": "0", "draft": "p.2026-11-25~0", "leave": "no", "seen": "x", "again": "x", "watch": "", "thread": "on.5",
	}
	return commands, buttons
}

// TestOnlyWhoMayChangesAChat tries every command and button that changes a chat,
// as everybody who can be in it.
func TestOnlyWhoMayChangesAChat(t *testing.T) {
	d := newDesk(t, Options{})
	commands, buttons := changes()
	for name, r := range routes() {
		if (r.changes || r.admins) && commands[name] == "" && !isAlias(name) {
			t.Errorf("/%s is not tried", name)
		}
	}
	for name, r := range pressRoutes() {
		if _, tried := buttons[name]; r.changes && !tried {
			t.Errorf("the button %s is not tried", name)
		}
	}
	tried, wrong := 0, 0
	verdict := func(c trial, what, said string, before, after string, notes int) {
		tried++
		refused := strings.Contains(said, textOnlyAdmins) || strings.Contains(said, "можуть лише його адміністратори") || said == "" || strings.Contains(said, "застаріла")
		changed := before != after || notes > 0
		if refused == c.allowed || !c.allowed && changed {
			wrong++
			t.Errorf("%s in %s: %s: said %q, changed %v", c.status, c.kind, what, said, changed)
		}
	}
	for n, c := range trials() {
		chat, person := d.chatOf(c, n)
		for _, name := range sorted(commands) {
			before, notes := d.seed(chat), d.notes(chat.ID)
			if c.kind == chats.Private && c.status != "member" {
				continue // nobody writes in another's private chat
			}
			said := d.handle(d.said(c, chat, person, commands[name]))
			verdict(c, commands[name], said, before, d.stored(chat.ID), d.notes(chat.ID)-notes)
		}
		for _, name := range sorted(buttons) {
			if c.status == "anonymous" || c.status == "linked" {
				continue // a press is always a person's
			}
			before, notes := d.seed(chat), d.notes(chat.ID)
			data := d.data(chat.ID, button{Data: "v1:" + name + ":" + buttons[name]})
			said := d.handle("callback_query", pressOf(chat, person, data))
			if slices.Contains([]string{"take", "seen", "again", "watch"}, name) && strings.Contains(said, textStale) {
				said = "allowed, and there is no such thing"
			}
			if name == "page" || name == "audit" || name == "leave" {
				said += " " // the page stands in the message, without a notice
			}
			verdict(c, "button "+name, said, before, d.stored(chat.ID), d.notes(chat.ID)-notes)
		}
	}
	t.Logf("%d tried, %d wrong", tried, wrong)
}

func isAlias(name string) bool {
	return slices.Contains([]string{"sub", "subscribe", "add", "unsub", "remove", "set"}, name)
}

func sorted(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (d *desk) notes(chat int64) int {
	d.t.Helper()
	all, err := d.bot.chats.Audit(d.t.Context(), chat, 0, 1000)
	if err != nil {
		d.t.Fatal(err)
	}
	return len(all)
}

func chatBody(chat telegramtest.Chat) map[string]any {
	return map[string]any{"id": chat.ID, "type": chat.Type, "title": chat.Title, "username": chat.Username}
}

// said is the update of a trial's command. In a channel the person names it in
// private, as nobody but admins can post there.
func (d *desk) said(c trial, chat telegramtest.Chat, person telegramtest.User, text string) (kind string, body map[string]any) {
	body = map[string]any{"message_id": 1, "date": 1, "text": text, "chat": chatBody(chat), "from": map[string]any{"id": person.ID, "first_name": "Хтось"}}
	switch {
	case c.status == "anonymous" && c.kind != chats.Channel:
		body["from"], body["sender_chat"] = map[string]any{"id": 1087968824, "is_bot": true, "first_name": "Group"}, chatBody(chat)
	case c.status == "linked" || c.status == "anonymous":
		body["from"], body["sender_chat"] = map[string]any{"id": 777000, "first_name": "Telegram"}, map[string]any{"id": -1009999999999, "type": "channel", "title": "Канал"}
		if c.kind == chats.Channel {
			body["chat"] = map[string]any{"id": -1008888888888, "type": "supergroup", "title": "Обговорення"}
			d.telegram.AddChat(telegramtest.Chat{ID: -1008888888888, Type: telegramtest.Supergroup, Title: "Обговорення"})
		}
	case c.kind == chats.Channel:
		body["chat"] = map[string]any{"id": person.ID, "type": "private"}
		body["text"] = strings.TrimSpace(text + " @" + chat.Username)
		d.telegram.Receive(telegramtest.Incoming{From: &person, Text: "x"})
	}
	return "message", body
}

func pressOf(chat telegramtest.Chat, person telegramtest.User, data string) map[string]any {
	return map[string]any{
		"id": "1", "data": data, "from": map[string]any{"id": person.ID, "first_name": "Хтось"},
		"message": map[string]any{"message_id": 1, "date": 1, "text": "x", "chat": chatBody(chat)},
	}
}

func TestDataOfAButtonIsBoundToItsChatItsUserAndItsTime(t *testing.T) {
	now := time.Now()
	d := newDesk(t, Options{Now: func() time.Time { return now }})
	key, err := d.bot.signKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	data := d.data(-100, button{Data: "v1:forget:yes", user: 7, life: time.Hour})
	if _, ok := d.bot.opened(key, data, -100, 7); !ok {
		t.Fatal("a good button is refused")
	}
	accepted := 0
	for i := range 10_000 {
		forged := []byte(data)
		forged[i%len(data)] ^= byte(1 + i/len(data)%7)
		if _, ok := d.bot.opened(key, string(forged), -100, 7); ok && string(forged) != data {
			accepted++
		}
	}
	for _, who := range [][2]int64{{-101, 7}, {-100, 8}, {7, -100}, {0, 0}} {
		if _, ok := d.bot.opened(key, data, who[0], who[1]); ok {
			accepted++
		}
	}
	now = now.Add(2 * time.Hour)
	if _, ok := d.bot.opened(key, data, -100, 7); ok {
		accepted++
	}
	if accepted > 0 {
		t.Errorf("%d forged, foreign or late ones are accepted", accepted)
	}
	long := d.data(-1001234567890, button{Data: "v1:card:s2026-11-25~99/49/w", to: -1001234567891})
	if len(long) > 64 {
		t.Errorf("%d bytes", len(long))
	}
}

func TestTooManyCommandsAreAnsweredOnce(t *testing.T) {
	d := newDesk(t, Options{})
	at := time.Now()
	count := map[verdict]int{}
	for range 1000 {
		count[d.bot.gate.admit(7, 7, false, at)]++
		at = at.Add(10 * time.Millisecond)
	}
	if count[pass] < atOnce || count[pass] > atOnce+4 || count[tell] != 1 {
		t.Errorf("%v", count)
	}
	clear(count)
	for i := range 500 { // many people in one group
		count[d.bot.gate.admit(int64(100+i), -5, false, at)]++
	}
	if count[pass] != atOnce || count[tell] != 1 {
		t.Errorf("a group: %v", count)
	}
	clear(count)
	for range 100 { // one who waits for each answer
		at = at.Add(time.Second)
		count[d.bot.gate.admit(8, 8, false, at)]++
	}
	if count[pass] != 100 {
		t.Errorf("patient: %v", count)
	}
}

func TestWhoIsNotOnTheListIsNotAnswered(t *testing.T) {
	d := newDesk(t, Options{Allowed: []int64{7, -500}, Admins: []int64{9}})
	say := func(chat, user int64, kind string) string {
		return d.handle("message", map[string]any{"message_id": 1, "date": 1, "text": "/help", "chat": map[string]any{"id": chat, "type": kind}, "from": map[string]any{"id": user}})
	}
	for _, c := range []struct {
		chat, user int64
		kind, want string
	}{{7, 7, "private", "/follow"}, {8, 8, "private", "своєї організації"}, {-500, 8, "group", "/follow"}, {-600, 8, "group", ""}, {9, 9, "private", "/follow"}} {
		if said := say(c.chat, c.user, c.kind); !strings.Contains(said, c.want) || c.want == "" && said != "" {
			t.Errorf("%+v: %q", c, said)
		}
	}
}

// TestThatTelegramIsBusyTakesNobodysRights asks for a change while Telegram says
// that it is asked too often.
func TestThatTelegramIsBusyTakesNobodysRights(t *testing.T) {
	now := time.Now()
	d := newDesk(t, Options{Now: func() time.Time { return now }})
	admin, member := telegramtest.User{ID: 71, FirstName: "Адмін"}, telegramtest.User{ID: 72, FirstName: "Учасник"}
	group := telegramtest.Chat{ID: -1000000000071, Type: telegramtest.Supergroup, Title: "Чат", Username: "chat_busy"}
	d.telegram.AddChat(group)
	for user, status := range map[telegramtest.User]string{d.telegram.Me(): telegramtest.Administrator, admin: telegramtest.Administrator, member: telegramtest.Member} {
		d.telegram.SetMember(group.ID, user, status)
	}
	say := func(user telegramtest.User, text string) string {
		return d.handle("message", map[string]any{"message_id": 1, "date": 1, "text": text, "chat": chatBody(group), "from": map[string]any{"id": user.ID}})
	}
	busy := func() { d.telegram.Fail("getChatMember", 1, telegramtest.Fault{Code: 429, RetryAfter: 5}) }
	busy()
	if said := say(admin, "/time 07:00"); said != textTelegramBusy {
		t.Errorf("nothing is known: %q", said)
	}
	if said := say(admin, "/time 07:00"); !strings.Contains(said, "07:00") {
		t.Errorf("a moment later: %q", said)
	}
	if said := say(member, "/time 09:00"); said != textOnlyAdmins {
		t.Errorf("a member: %q", said)
	}
	now = now.Add(5 * time.Minute)
	for user, want := range map[telegramtest.User]string{admin: "08:00", member: textOnlyAdmins} {
		busy()
		if said := say(user, "/time 08:00"); !strings.Contains(said, want) {
			t.Errorf("the last answer holds: %q, want %q", said, want)
		}
	}
	now = now.Add(10 * time.Minute)
	for _, user := range []telegramtest.User{admin, member} {
		busy()
		if said := say(user, "/time 09:00"); said != textTelegramBusy {
			t.Errorf("the last answer is old: %q", said)
		}
	}
	// In private, where the chat is named.
	d.telegram.ClearFaults()
	d.telegram.Receive(telegramtest.Incoming{From: &admin, Text: "x"})
	busy()
	said := d.handle("message", map[string]any{"message_id": 1, "date": 1, "text": "/time 09:00 @chat_busy", "chat": map[string]any{"id": admin.ID, "type": "private"}, "from": map[string]any{"id": admin.ID}})
	if said != textTelegramBusy {
		t.Errorf("named in private: %q", said)
	}
}
