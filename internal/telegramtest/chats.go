package telegramtest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// generalThread is the topic of a forum that cannot be named in a call.
const generalThread = 1

// chat is a chat with all that the double knows of it.
type chat struct {
	Chat
	members  map[int64]*member
	messages []*stored
	lastID   int
	threads  map[int]string
	started  bool // private: the user has written to the bot
	// movedTo is the supergroup that a basic group became.
	movedTo int64
}

type member struct {
	user   User
	status string
	rights Rights
}

// stored is a message with the parts that only the wire shows.
type stored struct {
	Message
	markup json.RawMessage
	extra  map[string]any
}

func allRights() Rights {
	return Rights{PostMessages: true, EditMessages: true, DeleteMessages: true, PinMessages: true}
}

func (c *chat) find(id int) *stored {
	for _, st := range c.messages {
		if st.ID == id {
			return st
		}
	}
	return nil
}

func (c *chat) drop(id int) {
	c.messages = slices.DeleteFunc(c.messages, func(st *stored) bool { return st.ID == id })
}

func (c *chat) status(user int64) string {
	if m := c.members[user]; m != nil {
		return m.status
	}
	return Left
}

func (c *chat) rights(user int64) Rights {
	m := c.members[user]
	switch {
	case m == nil:
		return Rights{}
	case m.status == Creator:
		return allRights()
	case m.status == Administrator:
		return m.rights
	}
	return Rights{}
}

func inChat(status string) bool { return status != Left && status != Kicked }

// kind is how errors name the chat.
func (c *chat) kind() string { return c.Type + " chat" }

// lookup finds a chat by its ID or its @username.
func (s *Server) lookup(id string) (*chat, *apiError) {
	if id == "" {
		return nil, badRequest("chat_id is empty")
	}
	if name, ok := strings.CutPrefix(id, "@"); ok {
		for _, c := range s.chats {
			if c.Type != Private && c.Username != "" && strings.EqualFold(c.Username, name) {
				return c, nil
			}
		}
		return nil, badRequest("chat not found")
	}
	n, _ := strconv.ParseInt(id, 10, 64)
	if c := s.chats[n]; c != nil {
		return c, nil
	}
	return nil, badRequest("chat not found")
}

// readable finds a chat that the bot may look at.
func (s *Server) readable(id string) (*chat, *apiError) {
	c, fail := s.lookup(id)
	if fail != nil {
		return nil, fail
	}
	public := c.Username != "" || c.Type == Private || c.Type == Group
	if fail := s.absent(c); fail != nil && (!public || c.status(s.me.ID) == Kicked && c.Type != Group) {
		return nil, fail
	}
	return c, nil
}

// editable finds a chat whose messages the bot may change.
func (s *Server) editable(id string) (*chat, *apiError) {
	c, fail := s.lookup(id)
	if fail == nil {
		fail = s.absent(c)
	}
	return c, fail
}

// writable finds a chat that the bot may write to now.
func (s *Server) writable(id string) (*chat, *apiError) {
	c, fail := s.editable(id)
	if fail != nil {
		return nil, fail
	}
	switch status := c.status(s.me.ID); {
	case c.Type == Private && s.blocked[c.ID]:
		return nil, forbidden("bot was blocked by the user")
	case c.Type == Private && !c.started:
		return nil, forbidden("bot can't initiate conversation with a user")
	case c.Type == Channel && !c.rights(s.me.ID).PostMessages:
		return nil, badRequest("need administrator rights in the channel chat")
	case status == Restricted && c.Type != Private:
		return nil, badRequest("not enough rights to send text messages to the chat")
	}
	return c, nil
}

// absent says why the bot is not in a chat; nil when it is.
func (s *Server) absent(c *chat) *apiError {
	if c.Type == Private {
		return nil
	}
	if c.movedTo != 0 {
		fail := badRequest("group chat was upgraded to a supergroup chat")
		fail.parameters = map[string]any{"migrate_to_chat_id": c.movedTo}
		return fail
	}
	switch c.status(s.me.ID) {
	case Kicked:
		return forbidden("bot was kicked from the " + c.kind())
	case Left:
		return forbidden("bot is not a member of the " + c.kind())
	}
	return nil
}

// thread reads message_thread_id, which only forums heed.
func (c *chat) thread(r *request) (int, *apiError) {
	id := r.number("message_thread_id", 0, 0, 1<<31-1)
	if id == 0 || !c.IsForum {
		return 0, nil
	}
	if _, known := c.threads[id]; !known || id == generalThread {
		return 0, badRequest("message thread not found")
	}
	return id, nil
}

// replyTarget reads what the message answers to, in the new form or the old.
func (c *chat) replyTarget(r *request) (int, *apiError) {
	var p struct {
		MessageID int  `json:"message_id"`
		Allow     bool `json:"allow_sending_without_reply"`
	}
	switch {
	case r.has("reply_parameters"):
		if err := json.Unmarshal([]byte(r.params["reply_parameters"]), &p); err != nil {
			return 0, badRequest("can't parse reply parameters JSON object")
		}
	case r.has("reply_to_message_id"):
		p.MessageID = r.number("reply_to_message_id", 0, 0, 1<<31-1)
		p.Allow = r.flag("allow_sending_without_reply")
	}
	switch {
	case p.MessageID == 0:
		return 0, nil
	case c.find(p.MessageID) != nil:
		return p.MessageID, nil
	case p.Allow:
		return 0, nil
	}
	return 0, badRequest("message to be replied not found")
}

func (s *Server) getChat(r *request) (any, *apiError) {
	c, fail := s.readable(r.params["chat_id"])
	if fail != nil {
		return nil, fail
	}
	m := chatJSON(c.Chat)
	m["accent_color_id"], m["max_reaction_count"] = 0, 11
	return m, nil
}

func memberJSON(c *chat, m *member) map[string]any {
	out := map[string]any{"user": userJSON(m.user), "status": m.status}
	switch m.status {
	case Creator:
		out["is_anonymous"] = false
	case Administrator:
		out["can_be_edited"], out["is_anonymous"], out["can_manage_chat"] = false, false, true
		out["can_delete_messages"] = m.rights.DeleteMessages
		if c.Type == Channel {
			out["can_post_messages"], out["can_edit_messages"] = m.rights.PostMessages, m.rights.EditMessages
		} else {
			out["can_pin_messages"] = m.rights.PinMessages
		}
	case Restricted:
		out["is_member"], out["can_send_messages"], out["until_date"] = true, false, 0
	case Kicked:
		out["until_date"] = 0
	}
	return out
}

func (s *Server) getChatMember(r *request) (any, *apiError) {
	c, fail := s.readable(r.params["chat_id"])
	if fail != nil {
		return nil, fail
	}
	id, _ := strconv.ParseInt(r.params["user_id"], 10, 64)
	if id <= 0 {
		return nil, badRequest("invalid user_id specified")
	}
	if c.Type == Private && id == c.ID {
		return map[string]any{"user": userJSON(User{ID: id, FirstName: c.Title, Username: c.Username}), "status": Member}, nil
	}
	if m := c.members[id]; m != nil {
		return memberJSON(c, m), nil
	}
	u, known := s.user(id)
	if !known {
		return nil, badRequest("user not found")
	}
	return memberJSON(c, &member{user: u, status: Left}), nil
}

// user finds a person in any chat.
func (s *Server) user(id int64) (User, bool) {
	for _, c := range s.chats {
		if m := c.members[id]; m != nil {
			return m.user, true
		}
	}
	return User{}, false
}

func (s *Server) getChatAdministrators(r *request) (any, *apiError) {
	c, fail := s.readable(r.params["chat_id"])
	if fail != nil {
		return nil, fail
	}
	if c.Type == Private {
		return nil, badRequest("there are no administrators in the private chat")
	}
	list := []map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(c.members)) {
		m := c.members[id]
		if m.status == Creator || m.status == Administrator && (!m.user.IsBot || id == s.me.ID) {
			list = append(list, memberJSON(c, m))
		}
	}
	return list, nil
}

func (s *Server) getChatMemberCount(r *request) (any, *apiError) {
	c, fail := s.readable(r.params["chat_id"])
	if fail != nil {
		return nil, fail
	}
	n := 0
	for _, m := range c.members {
		if inChat(m.status) {
			n++
		}
	}
	return n, nil
}

func (s *Server) leaveChat(r *request) (any, *apiError) {
	c, fail := s.editable(r.params["chat_id"])
	if fail != nil {
		return nil, fail
	}
	if c.Type == Private {
		return nil, badRequest("chat member status can't be changed in private chats")
	}
	s.setStatus(c, s.me, Left, s.me)
	return true, nil
}
