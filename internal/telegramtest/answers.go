package telegramtest

import (
	"encoding/json"
	"regexp"
	"unicode/utf8"
)

// Limits of answers and of the command menu.
const (
	maxCallbackText  = 200
	maxInlineResults = 50
	maxCommands      = 100
)

func staleQuery() *apiError {
	return badRequest("query is too old and response timeout expired or query ID is invalid")
}

func (s *Server) answerCallbackQuery(r *request) (any, *apiError) {
	q := s.queries[r.params["callback_query_id"]]
	if q == nil || q.inline || q.answered {
		return nil, staleQuery()
	}
	if utf8.RuneCountInString(r.params["text"]) > maxCallbackText {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	q.answered = true
	a := CallbackAnswer{
		QueryID: q.id, ChatID: q.chatID, UserID: q.from.ID, Data: q.data,
		Text: r.params["text"], Alert: r.flag("show_alert"), URL: r.params["url"],
	}
	s.answers = append(s.answers, a)
	s.publish(Event{Kind: EventAnswer, ChatID: q.chatID, Answer: a})
	return true, nil
}

func (s *Server) answerInlineQuery(r *request) (any, *apiError) {
	q := s.queries[r.params["inline_query_id"]]
	if q == nil || !q.inline || q.answered {
		return nil, staleQuery()
	}
	var results []struct {
		Type    string `json:"type"`
		ID      string `json:"id"`
		Title   string `json:"title"`
		Content struct {
			Text      string `json:"message_text"`
			ParseMode string `json:"parse_mode"`
		} `json:"input_message_content"`
	}
	if err := json.Unmarshal([]byte(r.params["results"]), &results); err != nil {
		return nil, badRequest("can't parse inline query results JSON array")
	}
	if len(results) > maxInlineResults {
		return nil, badRequest("too many inline query results specified")
	}
	if len(r.params["next_offset"]) > maxCallbackData {
		return nil, badRequest("NEXT_OFFSET_INVALID")
	}
	seen := map[string]bool{}
	for _, result := range results {
		switch {
		case result.ID == "" || len(result.ID) > maxCallbackData:
			return nil, badRequest("RESULT_ID_INVALID")
		case seen[result.ID]:
			return nil, badRequest("RESULT_ID_DUPLICATE")
		case result.Type == "article" && result.Title == "":
			return nil, badRequest("article title is empty")
		}
		seen[result.ID] = true
		c, fail := s.parse(&request{params: map[string]string{"text": result.Content.Text, "parse_mode": result.Content.ParseMode}}, "text", "entities")
		if fail == nil && result.Type == "article" {
			fail = c.fits()
		}
		if fail != nil {
			return nil, fail
		}
	}
	q.answered = true
	return true, nil
}

// commandScope names the menu that a call is about.
func commandScope(r *request) string {
	var scope struct {
		Type   string          `json:"type"`
		ChatID json.RawMessage `json:"chat_id"`
		UserID json.RawMessage `json:"user_id"`
	}
	_ = json.Unmarshal([]byte(r.params["scope"]), &scope)
	if scope.Type == "" {
		scope.Type = "default"
	}
	return scope.Type + " " + string(scope.ChatID) + " " + string(scope.UserID) + " " + r.params["language_code"]
}

func (s *Server) setMyCommands(r *request) (any, *apiError) {
	var list []Command
	if err := json.Unmarshal([]byte(r.params["commands"]), &list); err != nil {
		return nil, badRequest("can't parse commands JSON array")
	}
	if len(list) > maxCommands {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	name := regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	for i, c := range list {
		if n := len(c.Command); n > 0 && c.Command[0] == '/' {
			list[i].Command = c.Command[1:]
		}
		switch n := utf8.RuneCountInString(c.Description); {
		case !name.MatchString(list[i].Command):
			return nil, badRequest("BOT_COMMAND_INVALID")
		case n == 0 || n > 256:
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.commands[commandScope(r)] = list
	s.publish(Event{Kind: EventCommands})
	return true, nil
}

func (s *Server) getMyCommands(r *request) (any, *apiError) {
	if list := s.commands[commandScope(r)]; list != nil {
		return list, nil
	}
	return []Command{}, nil
}

func (s *Server) deleteMyCommands(r *request) (any, *apiError) {
	delete(s.commands, commandScope(r))
	s.publish(Event{Kind: EventCommands})
	return true, nil
}

// Commands returns the menu that a user sees in a private chat: the one for
// private chats, else the default one; each first in the user's language.
func (s *Server) Commands(language string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scope := range []string{"all_private_chats", "default"} {
		for _, code := range []string{language, ""} {
			if list := s.commands[scope+"   "+code]; list != nil {
				return list
			}
		}
	}
	return nil
}

func (s *Server) setMyDescription(r *request) (any, *apiError) {
	return s.setDescription(r, "description", 512)
}

func (s *Server) setMyShortDescription(r *request) (any, *apiError) {
	return s.setDescription(r, "short_description", 120)
}

func (s *Server) setDescription(r *request, name string, limit int) (any, *apiError) {
	if utf8.RuneCountInString(r.params[name]) > limit {
		return nil, badRequest("bot " + name + " is too long")
	}
	s.texts[name+" "+r.params["language_code"]] = r.params[name]
	return true, nil
}
