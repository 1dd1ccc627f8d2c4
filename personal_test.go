package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

// send sends a file to the bot and waits for what it says.
func (w *world) sendFile(name, caption string, data []byte) telegramtest.Message {
	w.t.Helper()
	before := len(w.fromBot(reader.ID))
	w.telegram.Receive(telegramtest.Incoming{From: &reader, Text: caption, Document: &telegramtest.Document{Name: name, MIME: "text/xml", Data: data}})
	return w.nth(reader.ID, before+1)
}

func TestSubscriptionsAreTakenAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	w.start()
	contains(t, w.tell("/export"), "ні за чим не стежить")
	contains(t, w.tell("/import"), "Надішліть файл OPML")
	contains(t, w.tell("/follow "+url), "Стежу")
	contains(t, w.tell("/follow «водопостачання громад»"), "Стежу за словами")
	contains(t, w.tell("/follow енергетика"), "Стежу за темою")
	file := w.tell("/export")
	contains(t, file, "3 підписки")
	if file.Document == nil || file.Document.Name != "visnyk.opml" {
		t.Fatalf("%+v", file.Document)
	}
	for _, what := range []string{url, "«водопостачання громад»", "енергетика"} {
		contains(t, w.tell("/unfollow "+what), "Більше не стежу")
	}
	report := w.sendFile("old.opml", "", file.Document.Data)
	contains(t, report, "Додано: 3", "✅ Міністерство зразків", "✅ Енергетика")
	contains(t, w.tell("/list"), "Міністерство зразків", "водопостачання", "Енергетика")
	contains(t, w.sendFile("again.xml", "/import", file.Document.Data), "уже були: 3", "уже є")
	contains(t, w.sendFile("bad.opml", "", []byte(`<opml><body><outline text="a" xmlUrl="http://127.0.0.1:1/x"/></body></opml>`)), "не вдалося: 1", "❌ a", "недоступний")
	for name, c := range map[string]struct{ text, want string }{
		"bomb":  {`<!DOCTYPE x [<!ENTITY a "aaaa">]><opml/>`, "небезпечну розмітку"},
		"html":  {`<html/>`, "не файл OPML"},
		"large": {strings.Repeat(" ", 1<<20+1), "завеликий"},
		"many":  {`<opml><body>` + strings.Repeat(`<outline xmlUrl="https://a.gov.ua"/>`, 201) + `</body></opml>`, "понад 200"},
		"empty": {`<opml><body></body></opml>`, "жодного джерела"},
	} {
		m := w.sendFile(name+".opml", "", []byte(c.text))
		contains(t, m, c.want)
	}
}

// everything is all that stands in Redis, as text.
func everything(t *testing.T, db *redis.Client) string {
	t.Helper()
	var all strings.Builder
	keys, err := db.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		s, err := readKey(t.Context(), db, key)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "%s %+v\n", key, s)
	}
	return all.String()
}

func TestWhatIsStoredIsShownAndForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	person := telegramtest.User{ID: 771122334455, FirstName: "Особа"}
	chat := telegramtest.Chat{ID: person.ID, Type: telegramtest.Private}
	group := telegramtest.Chat{ID: -1009988776655, Type: telegramtest.Supergroup, Title: "Відділ"}
	w.telegram.AddChat(group)
	w.telegram.SetMember(group.ID, person, telegramtest.Administrator)
	w.start()
	contains(t, w.ask(group, person, "/follow "+url), "Стежу")
	contains(t, w.ask(chat, person, "/follow "+url), "Стежу")
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	next := time.Now().In(kyiv).Add(time.Minute)
	if next.Second() > 50 {
		next = next.Add(time.Minute)
	}
	contains(t, w.ask(chat, person, "/time "+next.Format("15:04")), "надходитиме")
	w.awaitMessage(person.ID, "Дайджест ·")
	data := w.ask(chat, person, "/mydata")
	contains(t, data, "Що я про вас зберігаю", "за чим стежите: 1")
	if data.Document == nil || !strings.Contains(string(data.Document.Data), `"chat": -1009988776655`) || !strings.Contains(string(data.Document.Data), "Міністерство зразків") {
		t.Fatalf("%s", data.Document.Data)
	}
	contains(t, w.ask(group, person, "/mydata"), "в особисті")
	contains(t, w.ask(group, person, "/audit"), "стежити: Міністерство зразків", "Особа")

	db := redis.NewClient(mustURL(t, w.redis.URL))
	t.Cleanup(func() { _ = db.Close() })
	id := fmt.Sprint(person.ID)
	if !strings.Contains(everything(t, db), id) {
		t.Fatal("the scan finds nothing")
	}
	ask := w.ask(chat, person, "/forget")
	stay, _ := w.tap(chat, person, ask, "Ні")
	contains(t, stay, "Нічого не видалено")
	ask = w.ask(chat, person, "/forget")
	gone, _ := w.tap(chat, person, ask, "Так, видалити")
	contains(t, gone, "Усе видалено")
	deadline := time.Now().Add(patience)
	for strings.Contains(everything(t, db), id) { // the update itself goes when it is done
		if time.Now().After(deadline) {
			for line := range strings.SplitSeq(everything(t, db), "\n") {
				if strings.Contains(line, id) {
					t.Errorf("left: %s", line)
				}
			}
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	contains(t, w.ask(group, person, "/audit"), "стежити: Міністерство зразків", "адміністратор")
	contains(t, w.ask(group, person, "/list"), "Міністерство зразків")
}

func mustURL(t *testing.T, url string) *redis.Options {
	t.Helper()
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestNamesOfPeopleAreNotStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	secret := telegramtest.User{ID: 4711, FirstName: "Таємнослава", Username: "taiemnoslava"}
	contains(t, w.ask(telegramtest.Chat{ID: secret.ID, Type: telegramtest.Private}, secret, "/follow енергетика"), "Стежу")
	db := w.redis.Client(t)
	chat := ""
	for _, key := range db.Keys(t.Context(), "sub:*").Val() {
		chat += db.HGet(t.Context(), key, "j").Val()
	}
	if !strings.Contains(chat, "4711") || strings.Contains(chat, "Таємнослава") || strings.Contains(chat, "taiemnoslava") {
		t.Errorf("stored: %s", chat)
	}
}
