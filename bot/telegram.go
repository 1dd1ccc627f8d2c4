package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"visnyk/bot/chats"
)

// This file owns the Telegram library: nothing else calls it or sees its
// types. The library's own loop of updates is not used, because it confirms
// updates before they are handled; its own sending is not used, because it
// takes no context and its errors hold the token.

// Limits of one call to the Bot API.
const (
	maxReply    = 4 << 20          // bytes of an answer
	pollTimeout = 50 * time.Second // the longest wait for updates that the server allows
	callLimit   = 15 * time.Second
)

// The library logs what holds the token; it gets a logger that says nothing. It
// has one for the whole process.
func init() {
	if err := tgbotapi.SetLogger(log.New(io.Discard, "", 0)); err != nil {
		panic(err) // it refuses a nil logger only
	}
}

// API speaks to one Bot API server for one bot. It is safe for concurrent use.
type API struct {
	bot    tgbotapi.BotAPI
	client *http.Client
	server string
	Self   User
}

// User is a person or bot.
type User struct {
	ID       int64
	Username string
	Bot      bool
}

// NewAPI returns the API of the bot with this token. It makes no call.
func NewAPI(token, server string) *API {
	a := &API{
		bot: tgbotapi.BotAPI{Token: token}, server: strings.TrimRight(server, "/"),
		client: &http.Client{
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				DialContext:         countWrites((&net.Dialer{Timeout: 10 * time.Second}).DialContext),
				MaxIdleConnsPerHost: 32, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
			},
			// A redirect would carry the token to another host.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	a.bot.SetAPIEndpoint(a.server + "/bot%s/%s")
	return a
}

// CallError is an answer of the Bot API that is not ok, or none at all.
type CallError struct {
	Method     string
	Code       int // the error code, or the HTTP status; 0 when there was no answer
	Text       string
	RetryAfter time.Duration
	MigrateTo  int64 // the supergroup that the group became
	Left       bool  // the request may have arrived
	Err        error // why there was no answer
}

// Error says what happened without the address of the call: it holds the token.
func (e *CallError) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("telegram %s: %v", e.Method, e.Err)
	}
	return fmt.Sprintf("telegram %s: %d %s", e.Method, e.Code, e.Text)
}

func (e *CallError) Unwrap() error { return e.Err }

// Call makes one call and gives its result. It fails with a CallError.
func (a *API) Call(ctx context.Context, method string, params map[string]string) (json.RawMessage, error) {
	return a.attempt(ctx, method, params, nil)
}

// attempt makes a call unless it is too late for it. It fails as Call does.
func (a *API) attempt(ctx context.Context, method string, params map[string]string, late func() bool) (json.RawMessage, error) {
	limit := callLimit
	if method == "getUpdates" {
		limit = pollTimeout + callLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	call := &oneCall{ctx: ctx, client: a.client, late: late}
	b := a.bot
	b.Client = call
	resp, err := b.MakeRequest(method, params)
	if err == nil {
		return resp.Result, nil
	}
	failed := &CallError{Method: method, Left: call.left(), Err: err}
	var answer *tgbotapi.Error
	if errors.As(err, &answer) {
		failed.Code, failed.Text, failed.Err = answer.Code, answer.Message, nil
		failed.RetryAfter = time.Duration(answer.RetryAfter) * time.Second
		failed.MigrateTo = answer.MigrateToChatID
	}
	return nil, failed
}

// send makes a call that may upload a file, unless it is too late for it: late
// is asked right before the first byte is written, and may be nil. It fails as
// Call does.
func (a *API) send(ctx context.Context, method string, params map[string]string, f *chats.File, late func() bool) (json.RawMessage, error) {
	if f == nil {
		return a.attempt(ctx, method, params, late)
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	body, contentType, err := form(params, f)
	if err != nil {
		return nil, &CallError{Method: method, Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.server+"/bot"+a.bot.Token+"/"+method, body)
	if err != nil {
		return nil, &CallError{Method: method, Err: errors.New("the address of the Bot API is none")} // the error holds the token
	}
	req.Header.Set("Content-Type", contentType)
	call := &oneCall{ctx: ctx, client: a.client, late: late}
	resp, err := call.Do(req)
	if err != nil {
		return nil, &CallError{Method: method, Left: call.left(), Err: err}
	}
	var answer tgbotapi.APIResponse
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, &CallError{Method: method, Left: true, Err: fmt.Errorf("decode the answer: %w", err)}
	}
	if answer.Ok {
		return answer.Result, nil
	}
	failed := &CallError{Method: method, Left: true, Code: answer.ErrorCode, Text: answer.Description}
	if p := answer.Parameters; p != nil {
		failed.RetryAfter, failed.MigrateTo = time.Duration(p.RetryAfter)*time.Second, p.MigrateToChatID
	}
	return nil, failed
}

// form writes parameters and a file as a form.
func form(params map[string]string, f *chats.File) (body *bytes.Buffer, contentType string, err error) {
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for name, value := range params {
		if err := w.WriteField(name, value); err != nil {
			return nil, "", fmt.Errorf("write the form: %w", err)
		}
	}
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", multipart.FileContentDisposition(f.Field, f.Name))
	head.Set("Content-Type", f.MIME)
	part, err := w.CreatePart(head)
	if err == nil {
		_, err = part.Write(f.Data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, "", fmt.Errorf("write the form: %w", err)
	}
	return body, w.FormDataContentType(), nil
}

// Me asks who the bot is, and keeps it.
func (a *API) Me(ctx context.Context) error {
	raw, err := a.Call(ctx, "getMe", nil)
	if err != nil {
		return err
	}
	var u tgbotapi.User
	if err := json.Unmarshal(raw, &u); err != nil {
		return fmt.Errorf("decode getMe: %w", err)
	}
	a.Self = User{ID: u.ID, Username: u.UserName, Bot: true}
	return nil
}

// rawUpdate is an update as it came, and its id.
type rawUpdate struct {
	id   int64
	body json.RawMessage
}

// allowedUpdates are the kinds of updates that the bot handles.
const allowedUpdates = `["message","channel_post","callback_query","inline_query","my_chat_member"]`

// updates waits for updates from offset on. One that has no id is passed over.
func (a *API) updates(ctx context.Context, offset int64) ([]rawUpdate, error) {
	raw, err := a.Call(ctx, "getUpdates", map[string]string{
		"offset": strconv.FormatInt(offset, 10), "limit": "100",
		"timeout": strconv.Itoa(int(pollTimeout.Seconds())), "allowed_updates": allowedUpdates,
	})
	if err != nil {
		return nil, err
	}
	var bodies []json.RawMessage
	if err := json.Unmarshal(raw, &bodies); err != nil {
		return nil, fmt.Errorf("decode updates: %w", err)
	}
	var all []rawUpdate
	for _, body := range bodies {
		var head struct {
			ID int64 `json:"update_id"`
		}
		if json.Unmarshal(body, &head) == nil && head.ID > 0 {
			all = append(all, rawUpdate{head.ID, body})
		}
	}
	return all, nil
}

// messageID reads the id of a message that was sent.
func messageID(raw json.RawMessage) int {
	var m tgbotapi.Message
	if json.Unmarshal(raw, &m) != nil {
		return 0
	}
	return m.MessageID
}

// memberStatus asks what somebody is in a chat: creator, administrator,
// member, restricted, left or kicked; and whether he may post there.
func (a *API) memberStatus(ctx context.Context, chat string, user int64) (status string, mayPost bool, err error) {
	raw, err := a.Call(ctx, "getChatMember", map[string]string{"chat_id": chat, "user_id": strconv.FormatInt(user, 10)})
	if err != nil {
		return "", false, err
	}
	var m tgbotapi.ChatMember
	if err := json.Unmarshal(raw, &m); err != nil {
		return "", false, fmt.Errorf("decode getChatMember: %w", err)
	}
	return m.Status, m.Status == "creator" || m.CanPostMessages, nil
}

// administrators lists the people who are admins of a chat.
func (a *API) administrators(ctx context.Context, chat string) ([]int64, error) {
	raw, err := a.Call(ctx, "getChatAdministrators", map[string]string{"chat_id": chat})
	if err != nil {
		return nil, err
	}
	var all []tgbotapi.ChatMember
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("decode getChatAdministrators: %w", err)
	}
	var ids []int64
	for _, m := range all {
		if m.User != nil && !m.User.IsBot {
			ids = append(ids, m.User.ID)
		}
	}
	return ids, nil
}

// memberName asks for the name of somebody in a chat.
func (a *API) memberName(ctx context.Context, chat string, user int64) (string, error) {
	raw, err := a.Call(ctx, "getChatMember", map[string]string{"chat_id": chat, "user_id": strconv.FormatInt(user, 10)})
	if err != nil {
		return "", err
	}
	var m tgbotapi.ChatMember
	if err := json.Unmarshal(raw, &m); err != nil || m.User == nil {
		return "", err
	}
	return strings.TrimSpace(m.User.FirstName + " " + m.User.LastName), nil
}

// chat asks what a chat is.
func (a *API) chat(ctx context.Context, id string) (place, error) {
	raw, err := a.Call(ctx, "getChat", map[string]string{"chat_id": id})
	if err != nil {
		return place{}, err
	}
	var c tgbotapi.Chat
	if err := json.Unmarshal(raw, &c); err != nil {
		return place{}, fmt.Errorf("decode getChat: %w", err)
	}
	return placeOf(&c), nil
}

// decode turns an update into a request; false for kinds that are not handled.
func decode(id int64, body []byte) (request, bool, error) {
	var u tgbotapi.Update
	if err := json.Unmarshal(body, &u); err != nil {
		return request{}, false, fmt.Errorf("decode update %d: %w", id, err)
	}
	r := request{update: id}
	switch {
	case u.Message != nil && u.Message.Chat != nil:
		r.fromMessage(u.Message)
		r.thread, r.threadName = threadOf(body)
		if r.forwarded == "" {
			r.forwarded = originOf(body)
		}
	case u.ChannelPost != nil && u.ChannelPost.Chat != nil:
		r.fromMessage(u.ChannelPost)
	case u.CallbackQuery != nil && u.CallbackQuery.Message != nil && u.CallbackQuery.Message.Chat != nil && u.CallbackQuery.From != nil:
		q := u.CallbackQuery
		r.place, r.user = placeOf(q.Message.Chat), q.From.ID
		r.press = &press{id: q.ID, data: q.Data, message: q.Message.MessageID, text: q.Message.Text}
		r.thread, r.threadName = threadOf(body)
	case u.InlineQuery != nil && u.InlineQuery.From != nil:
		// It belongs to no chat; those of one person are answered in order.
		r.place, r.user = place{id: u.InlineQuery.From.ID, kind: chats.Private}, u.InlineQuery.From.ID
		r.inline = &inline{u.InlineQuery.ID, u.InlineQuery.Query, r.user}
	case u.MyChatMember != nil:
		r.place, r.user = placeOf(&u.MyChatMember.Chat), u.MyChatMember.From.ID
		r.membership = u.MyChatMember.NewChatMember.Status
	default:
		return request{}, false, nil
	}
	return r, true, nil
}

func (r *request) fromMessage(m *tgbotapi.Message) {
	r.place, r.text, r.message = placeOf(m.Chat), m.Text, m.MessageID
	if r.text == "" {
		r.text = m.Caption
	}
	if m.From != nil {
		r.user = m.From.ID
	}
	if m.SenderChat != nil {
		r.senderChat = m.SenderChat.ID
	}
	if m.ViaBot != nil {
		r.viaBot = m.ViaBot.ID
	}
	if c := m.ForwardFromChat; c != nil && c.Type == "channel" {
		r.forwarded = c.UserName
	}
	if d := m.Document; d != nil {
		r.file = &incoming{id: d.FileID, name: d.FileName, size: d.FileSize}
	}
	r.migrateTo = m.MigrateToChatID
	for _, e := range m.Entities {
		if e.Type == "text_link" {
			r.links = append(r.links, e.URL)
		}
	}
}

// placeOf is a chat as the bot knows it. The names of people are not taken.
func placeOf(c *tgbotapi.Chat) place {
	p := place{id: c.ID, kind: chats.Kind(c.Type)}
	if p.kind != chats.Private {
		p.title, p.username = c.Title, c.UserName
	}
	return p
}

// originOf reads the public channel whose post was forwarded, in the form that
// the library does not know.
func originOf(body []byte) string {
	var u struct {
		Message struct {
			Origin struct {
				Type string `json:"type"`
				Chat struct {
					Username string `json:"username"`
				} `json:"chat"`
			} `json:"forward_origin"`
		} `json:"message"`
	}
	if json.Unmarshal(body, &u) != nil || u.Message.Origin.Type != "channel" {
		return ""
	}
	return u.Message.Origin.Chat.Username
}

// threadOf reads the forum thread of a message, which the library does not know,
// and its name where the message refers to the thread's beginning.
func threadOf(body []byte) (thread int, name string) {
	type message struct {
		Thread  int  `json:"message_thread_id"`
		IsTopic bool `json:"is_topic_message"`
		ReplyTo struct {
			Created struct {
				Name string `json:"name"`
			} `json:"forum_topic_created"`
		} `json:"reply_to_message"`
	}
	var u struct {
		Message message `json:"message"`
		Press   struct {
			Message message `json:"message"`
		} `json:"callback_query"`
	}
	if json.Unmarshal(body, &u) != nil {
		return 0, ""
	}
	for _, m := range []message{u.Message, u.Press.Message} {
		if m.IsTopic {
			return m.Thread, m.ReplyTo.Created.Name
		}
	}
	return 0, ""
}
