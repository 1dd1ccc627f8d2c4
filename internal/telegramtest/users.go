package telegramtest

import (
	"fmt"
	"maps"
	"strings"
)

// anonymousAdmin is the account that stands for administrators who hide.
const anonymousAdmin = 1087968824

// AddChat makes a chat known. The bot is a member of groups and supergroups at
// once, and no member of channels before SetMember makes it an administrator.
// Adding a known chat replaces its title, username and kind.
func (s *Server) AddChat(c Chat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addChat(c)
}

func (s *Server) addChat(c Chat) *chat {
	known := s.chats[c.ID]
	if known != nil {
		known.Chat = c
		return known
	}
	known = &chat{Chat: c, members: map[int64]*member{}, threads: map[int]string{}}
	if c.Type == Group || c.Type == Supergroup {
		known.members[s.me.ID] = &member{user: s.me, status: Member}
	}
	s.chats[c.ID] = known
	return known
}

// known returns a chat that a test has added before. Naming another one is a
// fault of the test, not of the bot.
func (s *Server) known(id int64) *chat {
	c := s.chats[id]
	if c == nil {
		panic(fmt.Sprintf("telegramtest: chat %d was not added", id))
	}
	return c
}

// Migrate upgrades a basic group to a supergroup with a new ID: the bot gets
// the two service messages, and calls for the old ID are refused with the new.
func (s *Server) Migrate(from, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.known(from)
	upgraded := old.Chat
	upgraded.ID, upgraded.Type = to, Supergroup
	c := s.addChat(upgraded)
	maps.Copy(c.members, old.members)
	for at, extra := range map[*chat]map[string]any{old: {"migrate_to_chat_id": to}, c: {"migrate_from_chat_id": from}} {
		st := &stored{Message: Message{Chat: at.Chat}, extra: extra}
		s.put(at, st)
		s.enqueue("message", s.messageJSON(st))
	}
	old.movedTo = to
}

// AddThread opens a topic in a forum and returns its ID.
func (s *Server) AddThread(chatID int64, name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.known(chatID)
	c.lastID = max(c.lastID, generalThread) + 1
	c.threads[c.lastID] = name
	return c.lastID
}

// CloseThread deletes a topic: later messages to it find no thread.
func (s *Server) CloseThread(chatID int64, thread int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known(chatID).threads, thread)
}

// SetMember changes what a user is in a chat. The bot is told of itself by
// my_chat_member and of others by chat_member, if it asked for those.
func (s *Server) SetMember(chatID int64, u User, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setStatus(s.known(chatID), u, status, User{ID: 1, FirstName: "Owner"})
}

// SetRights changes what an administrator may do.
func (s *Server) SetRights(chatID, userID int64, r Rights) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.known(chatID).members[userID]; m != nil {
		m.rights = r
	}
}

func (s *Server) setStatus(c *chat, u User, status string, by User) {
	old := c.members[u.ID]
	if old == nil {
		old = &member{user: u, status: Left}
	}
	now := &member{user: u, status: status, rights: allRights()}
	c.members[u.ID] = now
	if old.status == status {
		return
	}
	kind := "chat_member"
	if u.ID == s.me.ID {
		kind = "my_chat_member"
	}
	s.enqueue(kind, s.memberUpdate(c, by, old, now))
}

func (s *Server) memberUpdate(c *chat, by User, old, now *member) map[string]any {
	return map[string]any{
		"chat": chatJSON(c.Chat), "from": userJSON(by), "date": s.now().Unix(),
		"old_chat_member": memberJSON(c, old), "new_chat_member": memberJSON(c, now),
	}
}

// Block lets a user block the bot.
func (s *Server) Block(userID int64) { s.setBlocked(userID, true) }

// Unblock ends what Block did.
func (s *Server) Unblock(userID int64) { s.setBlocked(userID, false) }

func (s *Server) setBlocked(userID int64, blocked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blocked[userID] == blocked {
		return
	}
	s.blocked[userID] = blocked
	c := s.chats[userID]
	if c == nil {
		return
	}
	statuses := [2]string{Member, Kicked}
	if !blocked {
		statuses = [2]string{Kicked, Member}
	}
	u, _ := s.user(userID)
	s.enqueue("my_chat_member", s.memberUpdate(c, u, &member{user: s.me, status: statuses[0]}, &member{user: s.me, status: statuses[1]}))
}

// Kick removes the bot from a chat.
func (s *Server) Kick(chatID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setStatus(s.known(chatID), s.me, Kicked, User{ID: 1, FirstName: "Owner"})
}

// Say lets a user write a message. A private chat is opened by it, and is
// always the chat of the user who writes. It returns the ID of the update,
// or 0 when the bot is given none.
func (s *Server) Say(c Chat, from User, text string) int {
	return s.Receive(Incoming{Chat: c, From: &from, Text: text})
}

// Post writes into a channel as one of its administrators does.
func (s *Server) Post(c Chat, text string) int {
	return s.Receive(Incoming{Chat: c, Text: text})
}

// SayAnonymously writes into a group as an administrator who hides behind it.
func (s *Server) SayAnonymously(c Chat, text string) int {
	from := User{ID: anonymousAdmin, FirstName: "Group", Username: "GroupAnonymousBot", IsBot: true}
	return s.Receive(Incoming{Chat: c, From: &from, SenderChat: &c, Text: text})
}

// Receive puts a message of a user, of a channel or of an anonymous
// administrator into a chat and returns the ID of its update.
func (s *Server) Receive(in Incoming) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chatOf(in)
	st := &stored{Message: Message{
		Chat: c.Chat, From: in.From, SenderChat: in.SenderChat, Text: in.Text, HTML: in.Text,
		ThreadID: in.ThreadID, ReplyTo: in.ReplyTo, Document: in.Document,
	}}
	st.Entities, _ = finished(s.find(in.Text))
	if in.Document != nil {
		s.keep(in.Document)
	}
	if in.ForwardFrom != nil {
		st.extra = map[string]any{"forward_origin": map[string]any{
			"type": "channel", "chat": chatJSON(*in.ForwardFrom), "message_id": in.ForwardPostID, "date": s.now().Unix(),
		}}
	}
	kind := "message"
	if c.Type == Channel {
		kind = "channel_post"
		st.From, st.SenderChat = nil, &c.Chat
	}
	s.put(c, st)
	if s.unseen(c, st) {
		return 0
	}
	return s.enqueue(kind, s.messageJSON(st))
}

// chatOf finds or opens the chat of an incoming message and lets its sender in.
func (s *Server) chatOf(in Incoming) *chat {
	if in.From != nil && (in.Chat.Type == Private || in.Chat.ID == 0) {
		c := s.chats[in.From.ID]
		if c == nil {
			c = s.addChat(Chat{ID: in.From.ID, Type: Private, Title: in.From.FirstName, Username: in.From.Username})
		}
		c.started = true
		c.members[in.From.ID] = &member{user: *in.From, status: Member}
		return c
	}
	c := s.chats[in.Chat.ID]
	if c == nil {
		c = s.addChat(in.Chat)
	}
	if in.From != nil && c.members[in.From.ID] == nil && in.From.ID != anonymousAdmin {
		c.members[in.From.ID] = &member{user: *in.From, status: Member}
	}
	return c
}

// unseen says that Telegram does not show a message to the bot: it is not
// there, or it is in a group under privacy mode and the text is not for it.
func (s *Server) unseen(c *chat, st *stored) bool {
	if s.absent(c) != nil || c.Type == Channel && c.status(s.me.ID) == Member {
		return true
	}
	if !s.privacy || c.Type == Private || c.Type == Channel || c.status(s.me.ID) == Administrator {
		return false
	}
	if to := c.find(st.ReplyTo); to != nil && to.FromBot {
		return false
	}
	word, _, _ := strings.Cut(st.Text, " ")
	command, bot, named := strings.Cut(word, "@")
	if !strings.HasPrefix(command, "/") {
		return true
	}
	return named && !strings.EqualFold(bot, s.me.Username) || !named && !s.lastBotMessage(c)
}

// lastBotMessage says that the bot under test wrote something to the group:
// bare commands then reach it. The double knows no other bots.
func (s *Server) lastBotMessage(c *chat) bool {
	for _, st := range c.messages {
		if st.FromBot {
			return true
		}
	}
	return false
}

// query is a press of a button or an inline query that waits for an answer.
type query struct {
	id       string
	from     User
	chatID   int64
	data     string
	inline   bool
	answered bool
}

func (s *Server) newQuery(q query) *query {
	s.queryN++
	q.id = fmt.Sprintf("%d%06d", s.me.ID%1000+1, s.queryN)
	s.queries[q.id] = &q
	return &q
}

// Press lets a user press a button, also one that no message has. For a
// message that does not exist the bot gets an inaccessible one.
func (s *Server) Press(in Chat, from User, messageID int, data string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chatOf(Incoming{Chat: in, From: &from})
	q := s.newQuery(query{from: from, chatID: c.ID, data: data})
	message := map[string]any{"chat": chatJSON(c.Chat), "message_id": messageID, "date": 0}
	if st := c.find(messageID); st != nil {
		message = s.messageJSON(st)
	}
	return s.enqueue("callback_query", map[string]any{
		"id": q.id, "from": userJSON(from), "message": message, "data": data, "chat_instance": fmt.Sprint(c.ID * 7919),
	})
}

// Inline lets a user type an inline query.
func (s *Server) Inline(from User, text string) int {
	return s.InlinePage(from, text, "")
}

// InlinePage lets a user scroll to a further page of an inline query.
func (s *Server) InlinePage(from User, text, offset string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.newQuery(query{from: from, data: text, inline: true})
	return s.enqueue("inline_query", map[string]any{
		"id": q.id, "from": userJSON(from), "query": text, "offset": offset, "chat_type": "sender",
	})
}

// Inject gives the bot any update; its update_id is filled in.
func (s *Server) Inject(update map[string]any) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for kind := range maps.Keys(update) {
		if kind != "update_id" {
			return s.enqueue(kind, update[kind])
		}
	}
	return s.enqueue("unknown", map[string]any{})
}

// ExpireQueries makes all unanswered queries too old to be answered.
func (s *Server) ExpireQueries() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.queries)
}
