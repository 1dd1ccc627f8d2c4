package bot

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"visnyk/bot/chats"
)

// What Telegram's errors say, in lower case, as far as the program acts on it.
// `make live-check` compares those of edits with a real server's.
const (
	sayNotModified = "message is not modified"
	sayNotFound    = "message to edit not found"
	sayNotOurs     = "message can't be edited"
	sayMarkup      = "can't parse entities"
)

// sayGone are the errors, besides every 403, after which nothing sent to a chat
// can arrive until the bot is let in again.
func sayGone() []string {
	return []string{
		"chat not found", "group chat was deleted", "need administrator rights", "not enough rights to send", "have no rights to send",
		"chat_write_forbidden", "peer_id_invalid", "user is deactivated", "group is deactivated", "chat_restricted",
	}
}

// sayNoThread are the errors of a forum thread that takes no messages.
func sayNoThread() []string {
	return []string{"message thread not found", "topic_closed", "topic_deleted"}
}

// classify says what an error of a send means for its part.
func classify(err error) chats.Outcome {
	var e *CallError
	switch {
	case err == nil:
		return chats.Outcome{State: chats.Sent}
	case !errors.As(err, &e):
		return chats.Outcome{State: chats.Unknown, Reason: err.Error()}
	}
	o := chats.Outcome{Reason: e.Error()}
	switch {
	case e.MigrateTo != 0:
		o.State = chats.Moved
	case e.RetryAfter > 0 || e.Code == http.StatusTooManyRequests:
		o.State, o.After = chats.Pending, max(e.RetryAfter, time.Second)
	case e.Code == 0 && !e.Left, e.Code == http.StatusConflict:
		o.State, o.After = chats.Pending, 5*time.Second
	case e.Code == 0, e.Code >= 500, e.Code >= 300 && e.Code < 400:
		o.State = chats.Unknown
	case refusesBot(err):
		o.State, o.After = chats.Pending, time.Minute
	default:
		o.State = chats.Failed
	}
	return o
}

// refusesBot tells whether the bot itself is refused, not this message.
func refusesBot(err error) bool {
	var e *CallError
	return errors.As(err, &e) && (e.Code == http.StatusUnauthorized || e.Code == http.StatusNotFound)
}

// migratedTo gives the supergroup that a group became, or 0.
func migratedTo(err error) int64 {
	var e *CallError
	if !errors.As(err, &e) {
		return 0
	}
	return e.MigrateTo
}

// gone tells whether an error means that the chat cannot be reached any more.
func gone(err error) bool {
	var e *CallError
	return errors.As(err, &e) && (e.Code == http.StatusForbidden || e.says(sayGone()...))
}

// says tells whether Telegram refused a request with one of these words.
func (e *CallError) says(words ...string) bool {
	text := strings.ToLower(e.Text)
	return e.Code == http.StatusBadRequest && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// badMarkup tells whether Telegram refused the markup of a text.
func badMarkup(err error) bool {
	var e *CallError
	return errors.As(err, &e) && e.says(sayMarkup)
}

// noThread tells whether the forum thread takes no messages.
func noThread(err error) bool {
	var e *CallError
	return errors.As(err, &e) && e.says(sayNoThread()...)
}
