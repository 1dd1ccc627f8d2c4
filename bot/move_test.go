package bot

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"visnyk/bot/chats"
	"visnyk/internal/telegramtest"
)

const aGroup = int64(-500)

func TestAGroupThatBecomesASupergroupTakesAllWithIt(t *testing.T) {
	d := newDelivering(t)
	d.double.AddChat(telegramtest.Chat{ID: aGroup, Type: telegramtest.Group, Title: "Відділ"})
	d.double.SetMember(aGroup, d.double.Me(), telegramtest.Member)
	_, err := d.chats.Change(t.Context(), aGroup, func(c *chats.Chat) error {
		c.Kind, c.Title, c.Schedule = chats.Group, "Відділ", chats.Schedule{Times: []chats.Clock{{Hour: 7, Minute: 15}}}
		return c.Add(chats.Subscription{Follow: chats.Topic, Value: "energy", Name: "Енергетика"})
	})
	if err != nil {
		t.Fatal(err)
	}
	del := chats.Delivery{ID: "dg:1", Class: chats.Digest, Shown: []string{"s1"}}
	for i := range 3 {
		m, err := message("Частина "+strconv.Itoa(i), nil)
		if err != nil {
			t.Fatal(err)
		}
		del.Parts = append(del.Parts, m)
	}
	address(&del, aGroup, 0)
	if err := d.ledger.Add(t.Context(), del); err != nil {
		t.Fatal(err)
	}
	d.double.Migrate(aGroup, aSupergroup)
	for range 4 {
		d.later(paceGroup)
	}
	if err := errors.Join(d.moveChat(t.Context(), aGroup, aSupergroup), d.finishMoves(t.Context())); err != nil { // as its service message asks
		t.Fatal(err)
	}
	d.later(paceGroup)
	var texts []string
	for _, m := range d.sent(aSupergroup) {
		texts = append(texts, m.Text)
	}
	if !slices.Equal(texts, []string{"Частина 0", "Частина 1", "Частина 2"}) {
		t.Errorf("the supergroup reads %q", texts)
	}
	c, err := d.chats.Get(t.Context(), aSupergroup)
	if err != nil || c.ID != aSupergroup || c.Kind != chats.Supergroup || len(c.Subscriptions) != 1 || len(c.Schedule.Times) != 1 || c.Inactive != "" {
		t.Errorf("%+v %v", c, err)
	}
	if shown, err := d.ledger.Shown(t.Context(), aSupergroup, 0, []string{"s1"}); err != nil || !shown["s1"] {
		t.Errorf("what was shown is forgotten: %v %v", shown, err)
	}
	old, err := d.chats.Get(t.Context(), aGroup)
	if err != nil || len(old.Subscriptions) != 0 || !strings.Contains(old.Inactive, "supergroup") {
		t.Errorf("%+v %v", old, err)
	}
	if moves, err := d.ledger.Moves(t.Context()); err != nil || len(moves) != 0 {
		t.Errorf("unfinished: %v %v", moves, err)
	}
}
