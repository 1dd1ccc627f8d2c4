package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/internal/sitetest"
	"visnyk/internal/telegramtest"
)

// TestTheLogNamesNobody holds conversations, lets a message fail and a record be
// damaged, and looks for the ids of all who took part in the log.
func TestTheLogNamesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	operator, person := telegramtest.User{ID: 660011223344, FirstName: "Оператор"}, telegramtest.User{ID: 771122334455, FirstName: "Особа"}
	chat := func(u telegramtest.User) telegramtest.Chat {
		return telegramtest.Chat{ID: u.ID, Type: telegramtest.Private}
	}
	group := telegramtest.Chat{ID: -1009988776655, Type: telegramtest.Supergroup, Title: "Відділ", IsForum: true}
	w.telegram.AddChat(group)
	w.telegram.SetMember(group.ID, person, telegramtest.Administrator)
	w.env["VISNYK_ADMINS"] = fmt.Sprint(operator.ID)
	w.start()
	contains(t, w.ask(group, person, "/follow "+url), "Стежу")
	contains(t, w.ask(chat(person), person, "/follow "+url), "Стежу")
	contains(t, w.ask(chat(person), person, "/digest"), "кібербезпеку")
	told := w.ask(chat(operator), operator, fmt.Sprintf("/status %d", group.ID))
	name := regexp.MustCompile(`c-[a-z2-7]{10}`).FindString(told.Text)
	if name == "" {
		t.Fatalf("the operator reads %q", told.Text)
	}
	contains(t, w.ask(chat(operator), operator, "/status"), "Цей чат у журналі: c-")
	contains(t, w.ask(chat(operator), operator, "/status хто"), "надсилає його номер")
	contains(t, w.ask(chat(person), person, fmt.Sprintf("/status %d", group.ID)), "лише для операторів")

	// A group that puts the bot out, and one whose settings cannot be read.
	w.telegram.Fail("sendMessage", 1, telegramtest.Fault{Code: 403, Description: "Forbidden: bot was kicked from the supergroup chat"})
	w.telegram.Say(group, person, "/list")
	w.awaitLog("not delivered")
	db := redis.NewClient(mustURL(t, w.redis.URL))
	t.Cleanup(func() { _ = db.Close() })
	keys, err := db.Keys(t.Context(), fmt.Sprintf("sub:*%d", group.ID)).Result()
	if err != nil || len(keys) != 1 {
		t.Fatalf("%v %v", keys, err)
	}
	if err := db.HSet(t.Context(), keys[0], "j", "no record").Err(); err != nil {
		t.Fatal(err)
	}
	w.telegram.Say(group, person, "/list")
	w.awaitLog("command failed")
	log := w.log.String()
	for _, id := range []int64{operator.ID, person.ID, group.ID} {
		if text := strings.TrimPrefix(fmt.Sprint(id), "-"); strings.Contains(log, text) {
			t.Errorf("%s is in the log:\n%s", text, log)
		}
	}
	if strings.Count(log, name) < 2 {
		t.Errorf("the group, %s, cannot be followed through the log:\n%s", name, log)
	}
}

// awaitLog waits for a line of the log.
func (w *world) awaitLog(text string) {
	w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !strings.Contains(w.log.String(), text); <-tick.C {
		if time.Now().After(end) {
			w.t.Fatalf("%q is not in the log:\n%s", text, w.log.String())
		}
	}
}
