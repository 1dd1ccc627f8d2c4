package bot

import (
	"strings"
	"time"

	"visnyk/bot/chats"
)

// place is the chat that a request came from, or is about.
type place struct {
	id       int64 // of the chat, or of the record of a forum thread with settings of its own
	kind     chats.Kind
	title    string
	username string
	linker   int64 // who named the chat in private, 0: nobody
	update   int64 // the update that asks for something here
	asker    int64 // the person who asks, 0: one who writes in the name of a chat

	group int64 // of such a thread: the group that it is in
	ended bool  // such a thread has no settings of its own any more
}

// chat is the place as Telegram knows it: of a forum thread, its group.
func (p place) chat() int64 {
	if p.group != 0 {
		return p.group
	}
	return p.id
}

func (p place) isGroup() bool { return p.kind == chats.Group || p.kind == chats.Supergroup }

// press is a button that was pressed.
type press struct {
	id      string
	data    string
	message int
	text    string // of the message under which the button is
}

// request is one update in the words of the bot.
type request struct {
	update     int64
	place      place
	about      place // the chat that a command or button is about
	thread     int
	threadName string // as far as the update tells it
	user       int64  // 0 for posts of a channel
	senderChat int64  // the chat in whose name the message stands, or 0
	message    int
	text       string
	file       *incoming // a file that came with the message
	links      []string  // addresses behind words of the text
	forwarded  string    // the public channel whose post was forwarded
	migrateTo  int64     // the supergroup that the chat became
	membership string    // the bot's new status in the chat
	viaBot     int64     // the bot whose inline result the message is, or 0
	press      *press
	inline     *inline
}

// incoming is a file that a user sent.
type incoming struct {
	id, name string
	size     int
}

// asker is the person who makes a request, 0 for one in the name of a chat.
func (r request) asker() int64 {
	if r.senderChat != 0 && r.press == nil {
		return 0
	}
	return r.user
}

// command splits a text into a command and its arguments. ok is false for a
// text that is no command, or one for another bot.
func command(text, self string) (name, args string, ok bool) {
	if !strings.HasPrefix(text, "/") {
		return "", "", false
	}
	head, rest, _ := strings.Cut(strings.ReplaceAll(text, "\n", " "), " ")
	name, to, addressed := strings.Cut(head[1:], "@")
	if addressed && !strings.EqualFold(to, self) {
		return "", "", false
	}
	return strings.ToLower(name), strings.TrimSpace(rest), true
}

// button is one button under a message: it calls back, or opens an address.
type button struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`

	to   int64         // the chat or thread that it is about, 0: the chat it stands in
	user int64         // who alone may press it, 0: anybody with the right
	life time.Duration // how long it works, 0: as usual
}

// answer is what a handler says: nothing, a message, or a delivery.
type answer struct {
	html    string
	buttons [][]button
	toast   string          // a short notice over the chat, for a button
	edit    bool            // put it in the place of the message whose button was pressed
	markup  bool            // put the buttons alone under the message whose button was pressed
	waited  bool            // the user may have been told to wait for it
	note    string          // what was changed, for the audit
	weight  weight          // what the change is to the other admins
	about   int64           // the chat that was changed, 0: the one that the request is about
	to      *chats.Delivery // a digest, made whole
}

func say(html string) answer { return answer{html: html} }
