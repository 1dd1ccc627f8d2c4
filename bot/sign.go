package bot

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"visnyk/bot/chats"
)

// Callback data is "2:action:argument:target:expiry:signature", within
// Telegram's 64 bytes. A client can send anything in it: what was not made
// here, for this chat, and for this user where it matters, is refused. The
// rights of who presses are checked at each press all the same.

// How long a button works, and the bytes of a signature.
const (
	buttonLife = 30 * 24 * time.Hour
	macBytes   = 8
	maxData    = 64
	dataMark   = "2"
)

// signer keeps the key once it was read.
type signer struct {
	mu  sync.Mutex
	key []byte
}

// signKey is the key that all replicas share.
func (b *Bot) signKey(ctx context.Context) ([]byte, error) {
	b.signer.mu.Lock()
	defer b.signer.mu.Unlock()
	if b.signer.key == nil {
		key, err := b.chats.Secret(ctx)
		if err != nil {
			return nil, err
		}
		b.signer.key = key
	}
	return b.signer.key, nil
}

// mac signs fields.
func mac(key []byte, fields ...string) string {
	h := hmac.New(sha256.New, key)
	for _, f := range fields {
		h.Write([]byte(strconv.Itoa(len(f)) + ":" + f))
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:macBytes])
}

// signed gives the callback data of a button under a message in a chat.
func (b *Bot) signed(key []byte, chat int64, btn button) (string, error) {
	action, argument, _ := strings.Cut(strings.TrimPrefix(btn.Data, "v1:"), ":")
	life := btn.life
	if life == 0 {
		life = buttonLife
	}
	target := ""
	if btn.to != 0 && btn.to != chat {
		target = strconv.FormatInt(btn.to, 36)
	}
	expiry := strconv.FormatInt(b.now().Add(life).Unix()/60+1, 36)
	sum := mac(key, strconv.FormatInt(chat, 10), strconv.FormatInt(btn.user, 10), action, argument, target, expiry)
	data := strings.Join([]string{dataMark, action, argument, target, expiry, sum}, ":")
	if len(data) > maxData || strings.Contains(argument, ":") {
		return "", fmt.Errorf("button %q does not fit", btn.Data)
	}
	return data, nil
}

// pressed is the data of a button that was made here.
type pressData struct {
	action, argument string
	target           int64 // the chat that it is about
}

// opened reads the data of a button that a user pressed in a chat; false when
// it was not made for them, or long ago.
func (b *Bot) opened(key []byte, data string, chat, user int64) (pressData, bool) {
	fields := strings.Split(data, ":")
	if len(fields) != 6 || fields[0] != dataMark {
		return pressData{}, false
	}
	p := pressData{action: fields[1], argument: fields[2], target: chat}
	minutes, err := strconv.ParseInt(fields[4], 36, 64)
	if err != nil || b.now().Unix()/60 > minutes {
		return pressData{}, false
	}
	ok := false
	for _, owner := range []int64{0, user} {
		sum := mac(key, strconv.FormatInt(chat, 10), strconv.FormatInt(owner, 10), fields[1], fields[2], fields[3], fields[4])
		ok = ok || hmac.Equal([]byte(sum), []byte(fields[5]))
	}
	if fields[3] != "" {
		p.target, err = strconv.ParseInt(fields[3], 36, 64)
	}
	return p, ok && err == nil
}

// message is a text with buttons, signed for a chat, as the Bot API takes it.
func (b *Bot) message(ctx context.Context, chat int64, text string, buttons [][]button) (chats.Message, error) {
	rows, err := b.sign(ctx, chat, buttons)
	if err != nil {
		return chats.Message{}, err
	}
	return message(text, rows)
}

// message is a text with buttons, signed already, as the Bot API takes it.
func message(text string, buttons [][]button) (chats.Message, error) {
	m := plainMessage(text)
	keyboard, err := markup(buttons)
	if err == nil && keyboard != "" {
		m.Params["reply_markup"] = keyboard
	}
	return m, err
}

// keyboard is buttons, signed for a chat, as the Bot API takes them.
func (b *Bot) keyboard(ctx context.Context, chat int64, buttons [][]button) (string, error) {
	rows, err := b.sign(ctx, chat, buttons)
	if err != nil {
		return "", err
	}
	return markup(rows)
}

func markup(buttons [][]button) (string, error) {
	if len(buttons) == 0 {
		return "", nil
	}
	text, err := json.Marshal(map[string]any{"inline_keyboard": buttons})
	if err != nil {
		return "", fmt.Errorf("encode buttons: %w", err)
	}
	return string(text), nil
}

// sign signs buttons for a chat.
func (b *Bot) sign(ctx context.Context, chat int64, buttons [][]button) ([][]button, error) {
	if len(buttons) == 0 {
		return nil, nil
	}
	key, err := b.signKey(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([][]button, len(buttons))
	for i, row := range buttons {
		for _, btn := range row {
			if btn.URL == "" {
				if btn.Data, err = b.signed(key, chat, btn); err != nil {
					return nil, err
				}
			}
			rows[i] = append(rows[i], btn)
		}
	}
	return rows, nil
}

// plainMessage is a text without buttons as the Bot API takes it.
func plainMessage(text string) chats.Message {
	return chats.Message{Method: "sendMessage", Params: map[string]string{"text": text, "parse_mode": "HTML", "link_preview_options": `{"is_disabled":true}`}}
}

// linkLife is how long a deep link works.
const linkLife = 15 * time.Minute

var errLink = errors.New("no link of ours")

// deepLink is an address that opens the bot's private chat with a payload, for a
// while and once.
func (b *Bot) deepLink(ctx context.Context, payload string) (string, error) {
	key, err := b.signKey(ctx)
	if err != nil {
		return "", err
	}
	expiry := strconv.FormatInt(b.now().Add(linkLife).Unix(), 36)
	return "https://t.me/" + b.api.Self.Username + "?start=" + payload + "_" + expiry + "_" + strings.TrimRight(mac(key, "start", payload, expiry), "="), nil
}

// openLink reads the payload of a deep link. It fails with errLink for one that
// was not made here, is too old or was used by another update.
func (b *Bot) openLink(ctx context.Context, text string, update int64) (string, error) {
	key, err := b.signKey(ctx)
	if err != nil {
		return "", err
	}
	// The signature itself may hold the sign that parts the fields.
	payload, rest, ok1 := strings.Cut(text, "_")
	expiry, sum, ok2 := strings.Cut(rest, "_")
	seconds, err := strconv.ParseInt(expiry, 36, 64)
	if !ok1 || !ok2 || err != nil || b.now().Unix() > seconds || !hmac.Equal([]byte(sum), []byte(mac(key, "start", payload, expiry))) {
		return "", errLink
	}
	fresh, err := b.chats.Use(ctx, "link:"+sum, update, linkLife)
	if err != nil {
		return "", err
	}
	if !fresh {
		return "", errLink
	}
	return payload, nil
}
