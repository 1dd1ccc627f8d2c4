package telegramtest

import "time"

// ChatType tells the four kinds of chats apart, in the words of the Bot API.
type ChatType = string

// The kinds of chats.
const (
	Private    ChatType = "private"
	Group      ChatType = "group"
	Supergroup ChatType = "supergroup"
	Channel    ChatType = "channel"
)

// The statuses that SetMember takes.
const (
	Creator       = "creator"
	Administrator = "administrator"
	Member        = "member"
	Restricted    = "restricted"
	Left          = "left"
	Kicked        = "kicked"
)

// User is a person or a bot. IDs of users are positive.
type User struct {
	ID           int64
	FirstName    string
	Username     string
	LanguageCode string
	IsBot        bool
}

// Chat is where messages stand. A private chat has the ID of its user; groups
// have negative IDs, supergroups and channels IDs below -1000000000000.
type Chat struct {
	ID       int64
	Type     ChatType
	Title    string
	Username string
	IsForum  bool
}

// Entity is a marked part of a text; Offset and Length count UTF-16 units.
type Entity struct {
	Type          string `json:"type"`
	Offset        int    `json:"offset"`
	Length        int    `json:"length"`
	URL           string `json:"url,omitempty"`
	Language      string `json:"language,omitempty"`
	CustomEmojiID string `json:"custom_emoji_id,omitempty"`
	User          *User  `json:"-"`
}

// Button is one inline button: it has Data or URL, or one of the other kinds,
// which the double keeps only as "Other".
type Button struct {
	Text  string `json:"text"`
	Data  string `json:"data,omitempty"`
	URL   string `json:"url,omitempty"`
	Other string `json:"other,omitempty"`
}

// Document is a file in a message, sent by either side.
type Document struct {
	FileID   string
	Name     string
	MIME     string
	Data     []byte
	Photo    bool
	FilePath string
}

// Message is the present state of one message.
type Message struct {
	ID         int
	Chat       Chat
	From       *User
	SenderChat *Chat
	// FromBot says that the bot under test sent it.
	FromBot bool
	Date    time.Time
	// Text is plain, after parsing; for files it is the caption.
	Text string
	// HTML is what the bot sent, before parsing.
	HTML     string
	Entities []Entity
	// DroppedEntities counts what Telegram drops without a word: links it
	// does not accept and all entities after the hundredth.
	DroppedEntities int
	Keyboard        [][]Button
	// Edited is zero while the message is as it was first sent.
	Edited    time.Time
	ThreadID  int
	ReplyTo   int
	Silent    bool
	Document  *Document
	NoPreview bool
}

// Incoming is a message of a user, with everything that Say leaves out.
type Incoming struct {
	Chat Chat
	From *User
	// SenderChat is set for channel posts, and for anonymous administrators
	// to the group itself.
	SenderChat *Chat
	Text       string
	ThreadID   int
	ReplyTo    int
	// ForwardFrom is the channel that the message was forwarded from, with
	// the ID that the post has there.
	ForwardFrom   *Chat
	ForwardPostID int
	Document      *Document
}

// Call is one request of the bot.
type Call struct {
	// Method is as Telegram spells it, whatever case the bot used.
	Method string
	Params map[string]string
	// Files holds the contents of uploads by the name of their field.
	Files map[string][]byte
	// Code is the status that was answered; 0 when the connection ended
	// without an answer.
	Code        int
	Description string
	// Started and Ended are when the request was read and answered.
	Started time.Time
	Ended   time.Time
	// Fault says that a fault set by Fail shaped the answer.
	Fault bool
}

// CallbackAnswer is what the bot answered to the press of a button.
type CallbackAnswer struct {
	QueryID string
	ChatID  int64
	UserID  int64
	Data    string
	Text    string
	Alert   bool
	URL     string
}

// Command is one entry of the command menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// Rights are what an administrator of a chat may do. An administrator set by
// SetMember has all of them.
type Rights struct {
	PostMessages   bool
	EditMessages   bool
	DeleteMessages bool
	PinMessages    bool
}

// Fault is a way to fail. The zero Fault does nothing.
type Fault struct {
	// Code and Description make a JSON error; an empty description is
	// filled in with Telegram's usual one.
	Code        int
	Description string
	// RetryAfter and MigrateTo fill the parameters of the error.
	RetryAfter int
	MigrateTo  int64
	// HTML answers a proxy's HTML page with status Code instead of JSON.
	HTML bool
	// Hang keeps the request without an answer and then ends the
	// connection; nothing is done.
	Hang time.Duration
	// DropBefore resets the connection before anything is done.
	DropBefore bool
	// DropAfter does the work and resets the connection without an answer.
	DropAfter bool
	// Delay waits before the work is done; the answer is a normal one.
	Delay time.Duration
	// ChatID limits the fault to one chat; 0 means any.
	ChatID int64
}

// EventKind says what an Event is about.
type EventKind string

// The kinds of events.
const (
	EventMessage EventKind = "message"
	EventEdit    EventKind = "edit"
	EventDelete  EventKind = "delete"
	EventAnswer  EventKind = "answer"
	EventAction  EventKind = "action"
	// EventCommands comes when the bot sets its command menu.
	EventCommands EventKind = "commands"
	// EventLost stands in for events that a slow subscriber missed: it
	// has to read the state again.
	EventLost EventKind = "lost"
)

// Event is one change, as a chat window would show it.
type Event struct {
	Kind      EventKind
	ChatID    int64
	Message   Message
	MessageID int
	Answer    CallbackAnswer
	Action    string
}
