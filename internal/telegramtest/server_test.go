package telegramtest

import (
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const token = "42:AAAA-test"

// start runs a double and returns it with the client library's bot for it.
func start(t *testing.T) (*Server, *tgbotapi.BotAPI) {
	t.Helper()
	s := New(token, "visnyk_bot")
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	bot, err := tgbotapi.NewBotAPIWithAPIEndpoint(token, url+"/bot%s/%s")
	if err != nil {
		t.Fatal(err)
	}
	return s, bot
}

func TestClientLibraryHasAConversation(t *testing.T) {
	s, bot := start(t)
	olena := User{ID: 7, FirstName: "Olena", LanguageCode: "uk"}
	s.Say(Chat{}, olena, "/start@visnyk_bot now")
	updates, err := bot.GetUpdates(tgbotapi.UpdateConfig{Timeout: 5})
	if err != nil || len(updates) != 1 {
		t.Fatalf("updates: %v, %v", updates, err)
	}
	m := updates[0].Message
	if !m.IsCommand() || m.Command() != "start" || m.CommandArguments() != "now" || m.Chat.ID != 7 {
		t.Fatalf("message: %+v", m)
	}
	out := tgbotapi.NewMessage(7, "<b>Вітаю</b>, <a href=\"https://gov.ua/\">це</a> я")
	out.ParseMode = "HTML"
	out.ReplyMarkup = tgbotapi.NewInlineKeyboardMarkup(tgbotapi.NewInlineKeyboardRow(tgbotapi.NewInlineKeyboardButtonData("Так", "yes")))
	sent, err := bot.Send(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.WaitMessages(t.Context(), 7, 1)
	if err != nil || got[0].ID != sent.MessageID || got[0].Text != "Вітаю, це я" || got[0].Keyboard[0][0].Data != "yes" {
		t.Fatalf("%+v %v", got, err)
	}
}
