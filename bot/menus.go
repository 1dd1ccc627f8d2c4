package bot

import (
	"context"
	"encoding/json"
)

// menu lists the commands that Telegram offers while one types.
func menu() [][2]string {
	return [][2]string{
		{"follow", "стежити за органом, сайтом, каналом або темою"},
		{"unfollow", "більше не стежити"},
		{"list", "за чим стежить цей чат"},
		{"topics", "теми"},
		{"sources", "органи, які можна назвати"},
		{"digest", "нові повідомлення зараз"},
		{"time", "коли надсилати дайджест"},
		{"search", "пошук за словами"},
		{"status", "стан програми"},
		{"help", "усі команди"},
	}
}

// setMenus registers the menu. The bot works without it.
func (b *Bot) setMenus(ctx context.Context) {
	var commands []map[string]string
	for _, c := range menu() {
		commands = append(commands, map[string]string{"command": c[0], "description": c[1]})
	}
	list, err := json.Marshal(commands)
	if err == nil {
		_, err = b.api.Call(ctx, "setMyCommands", map[string]string{"commands": string(list)})
	}
	if err != nil {
		b.log.Warn("menu: commands not registered", "error", err)
	}
}
