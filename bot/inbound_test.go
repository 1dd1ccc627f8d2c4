package bot

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestAPanicIsLoggedWithoutTheIDsOfWhoAsked(t *testing.T) {
	d := newDesk(t, Options{}) // nothing finds sources
	var out bytes.Buffer
	d.bot.log = slog.New(slog.NewTextHandler(&out, nil))
	const id = 771122334455
	r, ok, err := decode(1, fmt.Appendf(nil, `{"update_id":1,"message":{"message_id":1,"chat":{"id":%d,"type":"private"},"from":{"id":%d},"text":"/follow https://site.gov.ua"}}`, id, id))
	if err != nil || !ok {
		t.Fatal(err)
	}
	if err := d.bot.handleSafely(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if !strings.Contains(text, "followAddress") || strings.Contains(text, fmt.Sprintf("%x", id)) || strings.Contains(text, fmt.Sprint(id)) {
		t.Errorf("%s", text)
	}
}
