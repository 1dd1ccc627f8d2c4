package telegramtest

import (
	"encoding/json"
	"slices"
	"strings"
)

// maxCallbackData is how many bytes a button can carry.
const maxCallbackData = 64

// keyboard is a reply_markup: its inline buttons, and what messages show of it.
type keyboard struct {
	rows [][]Button
	raw  json.RawMessage
}

// readMarkup reads a reply_markup parameter. Keyboards that are not inline
// are accepted and not kept, as they are no part of a message.
func readMarkup(raw string) (keyboard, *apiError) {
	if raw == "" {
		return keyboard{}, nil
	}
	var markup struct {
		Inline   *[]json.RawMessage `json:"inline_keyboard"`
		Keyboard json.RawMessage    `json:"keyboard"`
	}
	if !strings.HasPrefix(strings.TrimSpace(raw), "{") || !json.Valid([]byte(raw)) {
		return keyboard{}, badRequest("can't parse reply keyboard markup JSON object")
	}
	if err := json.Unmarshal([]byte(raw), &markup); err != nil {
		return keyboard{}, badRequest("field \"inline_keyboard\" of the ReplyMarkup must be of type Array")
	}
	if markup.Inline == nil {
		return keyboard{}, nil
	}
	var k keyboard
	for _, rawRow := range *markup.Inline {
		var row []json.RawMessage
		if err := json.Unmarshal(rawRow, &row); err != nil {
			return keyboard{}, badRequest("can't parse inline keyboard: inline keyboard row must be an Array")
		}
		var buttons []Button
		for _, rawButton := range row {
			b, fail := readButton(rawButton)
			if fail != nil {
				return keyboard{}, fail
			}
			buttons = append(buttons, b)
		}
		if len(buttons) > 0 {
			k.rows = append(k.rows, buttons)
		}
	}
	if len(k.rows) > 0 {
		k.raw = k.render()
	}
	return k, nil
}

// readButton checks one button as Telegram does.
func readButton(raw json.RawMessage) (Button, *apiError) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return Button{}, badRequest("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
	}
	text := func(name string) string {
		var v string
		_ = json.Unmarshal(fields[name], &v)
		return v
	}
	b := Button{Text: text("text"), Data: text("callback_data"), URL: text("url")}
	_, hasData := fields["callback_data"]
	_, hasURL := fields["url"]
	for _, other := range []string{"web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat", "copy_text", "callback_game", "pay"} {
		if _, has := fields[other]; has {
			b.Other = other
		}
	}
	switch {
	case strings.TrimSpace(b.Text) == "":
		return Button{}, badRequest("can't parse inline keyboard button: Field \"text\" must be non-empty")
	case hasURL:
		checked := checkedLink(b.URL)
		if checked == "" {
			return Button{}, badRequest("inline keyboard button URL '" + b.URL + "' is invalid: Wrong HTTP URL")
		}
		b.URL = checked
	case hasData:
		if b.Data == "" || len(b.Data) > maxCallbackData {
			return Button{}, badRequest("BUTTON_DATA_INVALID")
		}
	case b.Other == "":
		return Button{}, badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	}
	return b, nil
}

// render returns the markup as messages show it.
func (k keyboard) render() json.RawMessage {
	rows := make([][]map[string]string, 0, len(k.rows))
	for _, row := range k.rows {
		var out []map[string]string
		for _, b := range row {
			m := map[string]string{"text": b.Text}
			switch {
			case b.URL != "":
				m["url"] = b.URL
			case b.Data != "":
				m["callback_data"] = b.Data
			}
			out = append(out, m)
		}
		rows = append(rows, out)
	}
	raw, _ := json.Marshal(map[string]any{"inline_keyboard": rows})
	return raw
}

func sameKeyboard(a, b [][]Button) bool {
	return slices.EqualFunc(a, b, slices.Equal[[]Button])
}

// readEntities reads an entities parameter; links that Telegram does not
// accept are an error here, other than in HTML.
func readEntities(raw string) ([]Entity, int, *apiError) {
	var list []struct {
		Entity
		User *struct {
			ID int64 `json:"id"`
		} `json:"user"`
	}
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		return nil, 0, badRequest("can't parse entities JSON object")
	}
	var entities []Entity
	for _, in := range list {
		e := in.Entity
		if e.Type == "text_link" {
			link := checkedLink(e.URL)
			if link == "" {
				return nil, 0, badRequest("entity URL '" + e.URL + "' is invalid: Wrong HTTP URL")
			}
			e.URL = link
		}
		if in.User != nil {
			e.User = &User{ID: in.User.ID}
		}
		if !isFound(e) {
			entities = append(entities, e)
		}
	}
	return entities, 0, nil
}
