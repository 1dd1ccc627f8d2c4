package telegramtest

import (
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of messages, as Telegram has them.
const (
	maxText      = 4096
	maxCaption   = 1024
	maxRawText   = 1 << 15
	deletableFor = 48 * time.Hour
)

// content is the text of a message or the caption of a file, parsed.
type content struct {
	text, html string
	entities   []Entity
	dropped    int
}

// parse reads a text with its parse mode or its list of entities.
func (s *Server) parse(r *request, text, entities string) (content, *apiError) {
	raw := r.params[text]
	if len(raw) > maxRawText {
		return content{}, badRequest("text is too long")
	}
	c := content{text: raw, html: raw}
	switch mode := strings.ToLower(r.params["parse_mode"]); {
	case raw == "":
	case mode == "html":
		var err error
		if c.text, c.entities, c.dropped, err = parseHTML(raw); err != nil {
			return content{}, badRequest("can't parse entities: " + err.Error())
		}
	case mode == "markdown" || mode == "markdownv2":
		return content{}, badRequest("unsupported in this double: parse_mode " + mode)
	case mode != "" && mode != "none":
		return content{}, badRequest("unsupported parse_mode")
	case r.has(entities):
		var fail *apiError
		if c.entities, c.dropped, fail = readEntities(r.params[entities]); fail != nil {
			return content{}, fail
		}
	}
	c.text = strings.Map(plainControl, strings.ReplaceAll(c.text, "\r", ""))
	c.text, c.entities = trimmed(c.text, c.entities)
	var over int
	c.entities, over = finished(append(c.entities, s.find(c.text)...))
	c.dropped += over
	return c, nil
}

// plainControl makes a space of every control character but the line feed.
func plainControl(r rune) rune {
	if r < ' ' && r != '\n' {
		return ' '
	}
	return r
}

// textContent reads the text of sendMessage and editMessageText.
func (s *Server) textContent(r *request) (content, *apiError) {
	c, fail := s.parse(r, "text", "entities")
	if fail == nil && r.params["text"] == "" {
		fail = badRequest("message text is empty")
	}
	return c, fail
}

// fits checks what only the parsed text shows.
func (c content) fits() *apiError {
	switch {
	case c.text == "":
		return badRequest("text must be non-empty")
	case utf8.RuneCountInString(c.text) > maxText:
		return badRequest("message is too long")
	}
	return nil
}

func (s *Server) sendMessage(r *request) (any, *apiError) {
	c, fail := s.textContent(r)
	if fail != nil {
		return nil, fail
	}
	return s.send(r, c, nil)
}

// send puts a message of the bot into a chat.
func (s *Server) send(r *request, c content, doc *Document) (any, *apiError) {
	k, fail := readMarkup(r.params["reply_markup"])
	if fail != nil {
		return nil, fail
	}
	to, fail := s.writable(r.params["chat_id"])
	if fail != nil {
		return nil, fail
	}
	thread, fail := to.thread(r)
	if fail != nil {
		return nil, fail
	}
	reply, fail := to.replyTarget(r)
	if fail != nil {
		return nil, fail
	}
	if doc == nil {
		if fail := c.fits(); fail != nil {
			return nil, fail
		}
	} else if utf8.RuneCountInString(c.text) > maxCaption {
		return nil, badRequest("message caption is too long")
	}
	st := &stored{Message: Message{
		Chat: to.Chat, FromBot: true, Text: c.text, HTML: c.html, Entities: c.entities, DroppedEntities: c.dropped,
		Keyboard: k.rows, ThreadID: thread, ReplyTo: reply, Silent: r.flag("disable_notification"),
		NoPreview: noPreview(r), Document: doc,
	}, markup: k.raw}
	if to.Type == Channel {
		st.SenderChat = &to.Chat
	} else {
		st.From = &s.me
	}
	s.put(to, st)
	return s.messageJSON(st), nil
}

// put gives a message its ID and its time, and shows it to who waits.
func (s *Server) put(to *chat, st *stored) {
	if to.Type == Private || to.Type == Group {
		s.privateN++
		st.ID = s.privateN
	} else {
		to.lastID++
		st.ID = to.lastID
	}
	st.Date = s.now()
	to.messages = append(to.messages, st)
	s.publish(Event{Kind: EventMessage, ChatID: to.ID, Message: st.Message, MessageID: st.ID})
}

func noPreview(r *request) bool {
	return r.flag("disable_web_page_preview") || strings.Contains(strings.ReplaceAll(r.params["link_preview_options"], " ", ""), `"is_disabled":true`)
}

// own finds the message that an edit is about and says why it cannot be edited.
func (s *Server) own(r *request) (*chat, *stored, *apiError) {
	c, fail := s.editable(r.params["chat_id"])
	if fail != nil {
		return nil, nil, fail
	}
	if !r.has("message_id") {
		return nil, nil, badRequest("message identifier is not specified")
	}
	st := c.find(r.number("message_id", 0, 0, 1<<31-1))
	switch {
	case st == nil:
		return nil, nil, badRequest("message to edit not found")
	case !st.FromBot:
		return nil, nil, badRequest("message can't be edited")
	}
	return c, st, nil
}

func (s *Server) editMessageText(r *request) (any, *apiError) {
	c, fail := s.textContent(r)
	if fail != nil {
		return nil, fail
	}
	k, fail := readMarkup(r.params["reply_markup"])
	if fail != nil {
		return nil, fail
	}
	to, st, fail := s.own(r)
	if fail != nil {
		return nil, fail
	}
	if st.Document != nil {
		return nil, badRequest("there is no text in the message to edit")
	}
	if fail := c.fits(); fail != nil {
		return nil, fail
	}
	if st.Text == c.text && reflect.DeepEqual(st.Entities, c.entities) && sameKeyboard(st.Keyboard, k.rows) {
		return nil, notModified()
	}
	st.Text, st.HTML, st.Entities, st.DroppedEntities = c.text, c.html, c.entities, c.dropped
	st.Keyboard, st.markup, st.NoPreview = k.rows, k.raw, noPreview(r)
	s.edited(to, st)
	return s.messageJSON(st), nil
}

func (s *Server) editMessageReplyMarkup(r *request) (any, *apiError) {
	k, fail := readMarkup(r.params["reply_markup"])
	if fail != nil {
		return nil, fail
	}
	to, st, fail := s.own(r)
	if fail != nil {
		return nil, fail
	}
	if sameKeyboard(st.Keyboard, k.rows) {
		return nil, notModified()
	}
	st.Keyboard, st.markup = k.rows, k.raw
	s.edited(to, st)
	return s.messageJSON(st), nil
}

func (s *Server) edited(c *chat, st *stored) {
	st.Edited = s.now()
	s.publish(Event{Kind: EventEdit, ChatID: c.ID, Message: st.Message, MessageID: st.ID})
}

func notModified() *apiError {
	return badRequest("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
}

func (s *Server) deleteMessage(r *request) (any, *apiError) {
	c, fail := s.editable(r.params["chat_id"])
	if fail != nil {
		return nil, fail
	}
	if !r.has("message_id") {
		return nil, badRequest("message identifier is not specified")
	}
	id := r.number("message_id", 0, 0, 1<<31-1)
	st := c.find(id)
	if st == nil {
		return nil, badRequest("message to delete not found")
	}
	may := st.FromBot || c.Type == Private || c.rights(s.me.ID).DeleteMessages
	if !may || s.now().Sub(st.Date) > deletableFor {
		return nil, badRequest("message can't be deleted")
	}
	c.drop(id)
	s.publish(Event{Kind: EventDelete, ChatID: c.ID, Message: st.Message, MessageID: id})
	return true, nil
}

func (s *Server) sendChatAction(r *request) (any, *apiError) {
	c, fail := s.writable(r.params["chat_id"])
	if fail != nil {
		return nil, fail
	}
	if !r.has("action") {
		return nil, badRequest("wrong parameter action in request")
	}
	s.publish(Event{Kind: EventAction, ChatID: c.ID, Action: r.params["action"]})
	return true, nil
}

// source finds the message that forwardMessage or copyMessage takes.
func (s *Server) source(r *request, verb string) (*stored, *apiError) {
	from, fail := s.readable(r.params["from_chat_id"])
	if fail != nil {
		return nil, fail
	}
	st := from.find(r.number("message_id", 0, 0, 1<<31-1))
	if st == nil {
		return nil, badRequest("message to " + verb + " not found")
	}
	return st, nil
}

func (s *Server) forwardMessage(r *request) (any, *apiError) {
	st, fail := s.source(r, "forward")
	if fail != nil {
		return nil, fail
	}
	return s.send(r, content{text: st.Text, html: st.HTML, entities: st.Entities}, st.Document)
}

func (s *Server) copyMessage(r *request) (any, *apiError) {
	st, fail := s.source(r, "copy")
	if fail != nil {
		return nil, fail
	}
	sent, fail := s.send(r, content{text: st.Text, html: st.HTML, entities: st.Entities}, st.Document)
	if fail != nil {
		return nil, fail
	}
	return map[string]any{"message_id": sent.(map[string]any)["message_id"]}, nil
}
