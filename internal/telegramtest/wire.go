package telegramtest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxBody bounds a request: Telegram takes uploads of up to 50 MB.
const maxBody = 50 << 20

// apiError is an answer with ok=false.
type apiError struct {
	code        int
	description string
	parameters  map[string]any
}

func badRequest(description string) *apiError {
	return &apiError{code: http.StatusBadRequest, description: "Bad Request: " + description}
}

func forbidden(description string) *apiError {
	return &apiError{code: http.StatusForbidden, description: "Forbidden: " + description}
}

func tooMany(seconds int) *apiError {
	return &apiError{
		code:        http.StatusTooManyRequests,
		description: fmt.Sprintf("Too Many Requests: retry after %d", seconds),
		parameters:  map[string]any{"retry_after": seconds},
	}
}

// request is one call of a method with its parameters, wherever they stood.
type request struct {
	method string
	params map[string]string
	files  map[string]upload
}

type upload struct {
	name, mime string
	data       []byte
}

// contents returns the uploads for the record.
func (r *request) contents() map[string][]byte {
	if len(r.files) == 0 {
		return nil
	}
	data := make(map[string][]byte, len(r.files))
	for field, f := range r.files {
		data[field] = f.data
	}
	return data
}

// has says whether a parameter was given and is not empty.
func (r *request) has(name string) bool { return r.params[name] != "" }

// number reads an integer parameter as Telegram does: what is no number is 0,
// what is outside the bounds is moved to the nearer one.
func (r *request) number(name string, standard, lowest, highest int) int {
	if !r.has(name) {
		return standard
	}
	n, _ := strconv.Atoi(strings.TrimSpace(r.params[name]))
	return min(max(n, lowest), highest)
}

// flag reads a boolean parameter.
func (r *request) flag(name string) bool {
	v := strings.ToLower(r.params[name])
	return v == "true" || v == "yes" || v == "1"
}

// readRequest takes parameters from the query, a form, a multipart form or a
// JSON object.
func readRequest(r *http.Request) (*request, error) {
	req := &request{params: map[string]string{}, files: map[string]upload{}}
	req.take(r.URL.Query())
	kind, options, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body := io.LimitReader(r.Body, maxBody)
	switch kind {
	case "application/json":
		return req, req.readJSON(body)
	case "multipart/form-data":
		return req, req.readMultipart(multipart.NewReader(body, options["boundary"]))
	case "application/x-www-form-urlencoded":
		raw, err := io.ReadAll(body)
		if err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, fmt.Errorf("parse form: %w", err)
		}
		req.take(form)
	}
	return req, nil
}

// take keeps the values of a form. A client that encodes an absent value as
// the JSON null means that it is absent.
func (r *request) take(form url.Values) {
	for name, values := range form {
		if values[0] != "null" {
			r.params[name] = values[0]
		}
	}
}

func (r *request) readJSON(body io.Reader) error {
	var fields map[string]json.RawMessage
	if err := json.NewDecoder(body).Decode(&fields); err != nil {
		return fmt.Errorf("parse JSON: %w", err)
	}
	for name, raw := range fields {
		var text string
		switch {
		case string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil:
			r.params[name] = text
		default:
			r.params[name] = string(raw)
		}
	}
	return nil
}

func (r *request) readMultipart(parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read multipart: %w", err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return fmt.Errorf("read part: %w", err)
		}
		switch {
		case part.FileName() != "":
			r.files[part.FormName()] = upload{part.FileName(), part.Header.Get("Content-Type"), data}
		case string(data) != "null":
			r.params[part.FormName()] = string(data)
		}
	}
}

func writeError(w http.ResponseWriter, e *apiError) {
	body := map[string]any{"ok": false, "error_code": e.code, "description": e.description}
	if len(e.parameters) > 0 {
		body["parameters"] = e.parameters
		if seconds, ok := e.parameters["retry_after"].(int); ok {
			w.Header().Set("Retry-After", strconv.Itoa(seconds))
		}
	}
	writeJSON(w, e.code, body)
}

func writeJSON(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

func userJSON(u User) map[string]any {
	m := map[string]any{"id": u.ID, "is_bot": u.IsBot, "first_name": u.FirstName}
	setText(m, "username", u.Username)
	setText(m, "language_code", u.LanguageCode)
	return m
}

func chatJSON(c Chat) map[string]any {
	m := map[string]any{"id": c.ID, "type": c.Type}
	setText(m, "username", c.Username)
	if c.Type == Private {
		setText(m, "first_name", c.Title)
		return m
	}
	m["title"] = c.Title
	if c.IsForum {
		m["is_forum"] = true
	}
	return m
}

func setText(m map[string]any, name, value string) {
	if value != "" {
		m[name] = value
	}
}

func entitiesJSON(entities []Entity) []map[string]any {
	list := make([]map[string]any, 0, len(entities))
	for _, e := range entities {
		m := map[string]any{"type": e.Type, "offset": e.Offset, "length": e.Length}
		setText(m, "url", e.URL)
		setText(m, "language", e.Language)
		setText(m, "custom_emoji_id", e.CustomEmojiID)
		if e.User != nil {
			m["user"] = userJSON(*e.User)
		}
		list = append(list, m)
	}
	return list
}

// messageJSON renders a message as the bot sees it.
func (s *Server) messageJSON(st *stored) map[string]any {
	m := map[string]any{"message_id": st.ID, "date": st.Date.Unix(), "chat": chatJSON(st.Chat)}
	maps.Copy(m, st.extra)
	if st.From != nil {
		m["from"] = userJSON(*st.From)
	}
	if st.SenderChat != nil {
		m["sender_chat"] = chatJSON(*st.SenderChat)
	}
	if st.ThreadID != 0 {
		m["message_thread_id"] = st.ThreadID
		m["is_topic_message"] = true
	}
	if !st.Edited.IsZero() {
		m["edit_date"] = st.Edited.Unix()
	}
	text, entities := "text", "entities"
	if d := st.Document; d != nil {
		text, entities = "caption", "caption_entities"
		maps.Copy(m, documentJSON(d))
	}
	setText(m, text, st.Text)
	if len(st.Entities) > 0 {
		m[entities] = entitiesJSON(st.Entities)
	}
	if len(st.markup) > 0 {
		m["reply_markup"] = st.markup
	}
	if c := s.chats[st.Chat.ID]; st.ReplyTo != 0 && c != nil {
		if to := c.find(st.ReplyTo); to != nil {
			flat := *to
			flat.ReplyTo = 0 // Telegram shows one level of replies only.
			m["reply_to_message"] = s.messageJSON(&flat)
		}
	}
	return m
}

func documentJSON(d *Document) map[string]any {
	if d.Photo {
		return map[string]any{"photo": []map[string]any{{
			"file_id": d.FileID, "file_unique_id": "u" + d.FileID, "width": 1, "height": 1, "file_size": len(d.Data),
		}}}
	}
	m := map[string]any{"file_id": d.FileID, "file_unique_id": "u" + d.FileID, "file_size": len(d.Data)}
	setText(m, "file_name", d.Name)
	setText(m, "mime_type", d.MIME)
	return map[string]any{"document": m}
}
