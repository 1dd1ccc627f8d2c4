package bot

import (
	"context"
	"encoding/json"
)

// entry is a command as a menu shows it, in two languages.
type entry struct{ command, ukrainian, english string }

// menus are the commands that Telegram offers while one types, by who types
// where.
func menus() map[string][]entry {
	digest := entry{"digest", "нові повідомлення зараз", "what is new"}
	search := entry{"search", "пошук за словами", "search the archive"}
	list := entry{"list", "за чим стежить цей чат", "what this chat follows"}
	rest := []entry{
		{"stats", "тиждень у числах", "the week in numbers"},
		{"topics", "теми", "topics"},
		{"sources", "органи, які можна назвати", "authorities that can be named"},
		{"help", "усі команди", "all commands"},
	}
	changing := []entry{
		{"follow", "стежити за органом, сайтом, каналом або темою", "follow an authority, a site, a channel or a topic"},
		digest, search, list,
		{"unfollow", "більше не стежити", "stop following"},
		{"time", "коли надсилати дайджест", "when the digest comes"},
		{"settings", "налаштування", "settings"},
		{"pause", "призупинити дайджести", "pause the digests"},
		{"resume", "продовжити дайджести", "resume the digests"},
		{"audit", "хто що змінив", "who changed what"},
		{"export", "забрати підписки файлом", "take the subscriptions along"},
		{"import", "додати підписки з файлу", "add subscriptions from a file"},
	}
	reading := append([]entry{digest, search, list}, rest...)
	own := []entry{
		{"mydata", "що про вас зберігається", "what is stored about you"},
		{"forget", "видалити все про вас", "delete all about you"},
	}
	all := append(append([]entry{}, changing...), rest...)
	return map[string][]entry{
		"default": all, "all_private_chats": append(append([]entry{}, all...), own...),
		"all_group_chats": reading, "all_chat_administrators": append(append([]entry{}, all...), own[1]),
	}
}

// setMenus registers the menus and what the bot is. The bot works without them.
func (b *Bot) setMenus(ctx context.Context) {
	for scope, entries := range menus() {
		for _, language := range []string{"uk", ""} {
			if err := b.setMenu(ctx, scope, language, entries); err != nil {
				b.log.Warn("menu: commands not registered", "scope", scope, "error", err)
				return
			}
		}
	}
	for _, call := range []struct{ method, name, language, text string }{
		{"setMyDescription", "description", "uk", textDescription},
		{"setMyDescription", "description", "", englishDescription},
		{"setMyShortDescription", "short_description", "uk", textShortDescription},
		{"setMyShortDescription", "short_description", "", englishShortDescription},
	} {
		if _, err := b.api.Call(ctx, call.method, map[string]string{call.name: call.text, "language_code": call.language}); err != nil {
			b.log.Warn("menu: description not set", "error", err)
			return
		}
	}
}

func (b *Bot) setMenu(ctx context.Context, scope, language string, entries []entry) error {
	commands := make([]map[string]string, 0, len(entries))
	for _, e := range entries {
		text := e.english
		if language == "uk" {
			text = e.ukrainian
		}
		commands = append(commands, map[string]string{"command": e.command, "description": text})
	}
	list, err := json.Marshal(commands)
	if err != nil {
		return err
	}
	_, err = b.api.Call(ctx, "setMyCommands", map[string]string{"commands": string(list), "scope": `{"type":"` + scope + `"}`, "language_code": language})
	return err
}
