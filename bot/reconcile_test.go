package bot

import (
	"io"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"visnyk/bot/chats"
	"visnyk/internal/redistest"
	"visnyk/internal/telegramtest"
)

const (
	aChannel    = int64(-1001234567890)
	aSupergroup = int64(-1009876543210)
	anOperator  = int64(9)
)

// delivering is a bot that only sends, with its clock ahead of the real one.
type delivering struct {
	*Bot
	t      *testing.T
	double *telegramtest.Server
	ahead  time.Duration
}

func newDelivering(t *testing.T) *delivering {
	t.Helper()
	s, api := double(t)
	d := &delivering{t: t, double: s}
	now := func() time.Time { return time.Now().Add(d.ahead) }
	db := redistest.Client(t)
	d.Bot = New(Options{
		API: api, Chats: chats.NewStore(db, time.UTC, now), Ledger: chats.NewLedger(db, now), Limit: chats.NewLimiter(db, 1000),
		Admins: []int64{anOperator}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: now,
	})
	s.Say(privateChat(anOperator), telegramtest.User{ID: anOperator}, "/start")
	for _, c := range []telegramtest.Chat{{ID: aChannel, Type: telegramtest.Channel, Title: "Область"}, {ID: aSupergroup, Type: telegramtest.Supergroup, Title: "Відділ"}} {
		s.AddChat(c)
		s.SetMember(c.ID, s.Me(), telegramtest.Administrator)
		_, err := d.chats.Change(t.Context(), c.ID, func(known *chats.Chat) error {
			known.Kind, known.Title, known.Owner = chats.Kind(c.Type), c.Title, testUser
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// post lets somebody else write in a chat; the bot sees it.
func (d *delivering) post(chat int64) {
	d.t.Helper()
	d.double.Post(telegramtest.Chat{ID: chat}, "чужий допис")
	d.seen(chat)
}

// seen lets the bot know the newest message of a chat, as an update does.
func (d *delivering) seen(chat int64) {
	d.t.Helper()
	all := d.double.Messages(chat)
	if err := d.ledger.Saw(d.t.Context(), chat, all[len(all)-1].ID); err != nil {
		d.t.Fatal(err)
	}
}

// deliver queues a delivery of one part.
func (d *delivering) deliver(chat int64, class chats.Class, buttons ...[]button) {
	d.t.Helper()
	m, err := message("Дайджест", buttons)
	if err != nil {
		d.t.Fatal(err)
	}
	del := chats.Delivery{ID: "dg:1", Class: class, Parts: []chats.Message{m}}
	address(&del, chat, 0)
	if err := d.ledger.Add(d.t.Context(), del); err != nil {
		d.t.Fatal(err)
	}
}

// later sends what is due after a while.
func (d *delivering) later(wait time.Duration) {
	d.ahead += wait
	for range 3 {
		d.sendNext(d.t.Context(), false)
	}
}

// sent gives what the bot wrote in a chat.
func (d *delivering) sent(chat int64) []telegramtest.Message {
	var all []telegramtest.Message
	for _, m := range d.double.Messages(chat) {
		if m.FromBot {
			all = append(all, m)
		}
	}
	return all
}

func (d *delivering) state(chat int64) chats.Row {
	d.t.Helper()
	row, _, err := d.ledger.Row(d.t.Context(), chat, "dg:1", 0)
	if err != nil {
		d.t.Fatal(err)
	}
	return row
}

func TestWhatArrivedWithoutAnAnswerIsFoundAndNotRepeated(t *testing.T) {
	buttons := []button{{Text: "Докладніше", Data: "v1:more:1"}}
	for name, c := range map[string]struct {
		chat    int64
		class   chats.Class
		fault   telegramtest.Fault
		buttons [][]button
		others  int
		want    int
	}{
		"reset after, channel":           {aChannel, chats.Digest, telegramtest.Fault{DropAfter: true}, nil, 0, 1},
		"reset after, with buttons":      {aChannel, chats.Digest, telegramtest.Fault{DropAfter: true}, [][]button{buttons}, 0, 1},
		"reset after, others wrote":      {aSupergroup, chats.Digest, telegramtest.Fault{DropAfter: true}, nil, 5, 1},
		"reset after, a reply":           {aSupergroup, chats.Reply, telegramtest.Fault{DropAfter: true}, nil, 2, 1},
		"reset before, channel":          {aChannel, chats.Digest, telegramtest.Fault{DropBefore: true}, nil, 0, 1},
		"reset before, others wrote":     {aChannel, chats.Digest, telegramtest.Fault{DropBefore: true}, [][]button{buttons}, 4, 1},
		"bad gateway before, supergroup": {aSupergroup, chats.Notice, telegramtest.Fault{Code: 502, HTML: true}, nil, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDelivering(t)
			d.post(c.chat)
			d.double.Fail("sendMessage", 1, c.fault)
			d.deliver(c.chat, c.class, c.buttons...)
			d.later(0)
			if s := d.state(c.chat).State; s != chats.Unknown {
				t.Fatalf("after the fault the part is %s", s)
			}
			for range c.others {
				d.double.Post(telegramtest.Chat{ID: c.chat}, "чужий допис")
			}
			d.later(31 * time.Second)
			got := d.sent(c.chat)
			if len(got) != c.want || strings.Contains(got[0].Text, "повтор") || !got[0].Edited.IsZero() {
				t.Fatalf("%d messages: %+v", len(got), got)
			}
			if row := d.state(c.chat); row.State != chats.Sent || row.MessageID != got[0].ID {
				t.Errorf("%+v, want sent as %d", row, got[0].ID)
			}
		})
	}
}

func TestWhatStaysUnknownInPrivateIsRepeatedAndMarked(t *testing.T) {
	d := newDelivering(t)
	d.double.Fail("sendMessage", 1, telegramtest.Fault{DropAfter: true})
	d.deliver(testUser, chats.Digest)
	d.later(0)
	d.later(31 * time.Second)
	got := d.sent(testUser)
	if len(got) != 2 || !strings.HasPrefix(got[1].Text, plainText(textAgain)) {
		t.Errorf("%+v", got)
	}
}

func TestWhatArrivedInPrivateIsFoundAmongTheMessagesOfOthers(t *testing.T) {
	d := newDelivering(t)
	d.seen(testUser)
	d.double.Fail("sendMessage", 1, telegramtest.Fault{DropAfter: true})
	for i := range 3 { // an answer to others goes out before it
		d.double.Say(privateChat(50+int64(i)), telegramtest.User{ID: 50 + int64(i)}, "/list")
	}
	d.deliver(testUser, chats.Digest)
	d.later(0)
	d.later(31 * time.Second)
	if got := d.sent(testUser); len(got) != 1 || d.state(testUser).State != chats.Sent {
		t.Errorf("%d messages, %+v", len(got), d.state(testUser))
	}
}

func TestAnAdminDecidesWhatStaysUnknownInAChannel(t *testing.T) {
	for action, want := range map[string]int{"seen": 1, "again": 2} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			d := newDelivering(t)
			d.double.Fail("sendMessage", 1, telegramtest.Fault{DropAfter: true})
			d.deliver(aChannel, chats.Digest) // no message of the channel is known
			d.later(0)
			for range maxProbing + 1 {
				d.later(31 * time.Second)
			}
			if row := d.state(aChannel); row.State != chats.Undecided || len(d.sent(aChannel)) != 1 {
				t.Fatalf("%+v, %d messages", row, len(d.sent(aChannel)))
			}
			if n := len(d.sent(testUser)); n != 1 {
				t.Errorf("who linked the channel is asked %d times", n)
			}
			question := d.sent(anOperator)
			if len(question) != 1 || !strings.Contains(question[0].Text, "Область") {
				t.Fatalf("the operator reads %+v", question)
			}
			data := ""
			for _, row := range question[0].Keyboard {
				if strings.Contains(row[0].Data, action) {
					data = row[0].Data
				}
			}
			for _, user := range []int64{testUser, anOperator, anOperator} { // a stranger may not, twice is once
				d.double.Press(privateChat(user), telegramtest.User{ID: user}, question[0].ID, data)
				r := request{update: user, place: place{id: user, kind: chats.Private}, user: user, press: &press{id: "1", data: data}}
				if err := d.pressed(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				d.later(5 * time.Second)
			}
			if got := len(d.sent(aChannel)); got != want || d.state(aChannel).State != chats.Sent {
				t.Errorf("%d messages, %+v", got, d.state(aChannel))
			}
			// Its message stands somewhere: the next unknown part is not taken for it.
			d.post(aChannel)
			d.double.Fail("sendMessage", 1, telegramtest.Fault{DropBefore: true})
			m, err := message("Наступний", nil)
			if err != nil {
				t.Fatal(err)
			}
			next := chats.Delivery{ID: "dg:2", Class: chats.Digest, Parts: []chats.Message{m}}
			address(&next, aChannel, 0)
			if err := d.ledger.Add(t.Context(), next); err != nil {
				t.Fatal(err)
			}
			d.later(5 * time.Second)
			for range maxProbing + 1 {
				d.later(31 * time.Second)
			}
			if row, _, err := d.ledger.Row(t.Context(), aChannel, "dg:2", 0); err != nil || row.State != chats.Undecided {
				t.Errorf("the next one: %+v %v", row, err)
			}
		})
	}
}

func TestNothingIsSentAfterTheLease(t *testing.T) {
	d := newDelivering(t)
	d.ahead = -chats.Lease - time.Second // the process stood still since the claim
	d.deliver(testUser, chats.Digest)
	d.sendNext(t.Context(), false)
	if n := len(d.double.Calls("sendMessage")); n != 0 {
		t.Fatalf("%d sends after the lease", n)
	}
	if row := d.state(testUser); row.State != chats.Pending {
		t.Errorf("what never left is %s", row.State)
	}
}

func TestABotThatIsRefusedSendsNothingForAWhile(t *testing.T) {
	d := newDelivering(t)
	d.double.Fail("sendMessage", 1, telegramtest.Fault{Code: 401})
	d.deliver(testUser, chats.Digest)
	for i := range 3 {
		del := chats.Delivery{ID: "r:" + strconv.Itoa(i), Class: chats.Reply, Parts: []chats.Message{{Method: "sendMessage", Params: map[string]string{"text": "а"}}}}
		address(&del, anOperator, 0)
		if err := d.ledger.Add(t.Context(), del); err != nil {
			t.Fatal(err)
		}
	}
	d.sendNext(t.Context(), false)
	if !d.Refused() {
		t.Error("it counts as working")
	}
	if wait := time.Until(time.Unix(0, d.quiet.Load())); wait < 50*time.Second {
		t.Errorf("it is quiet for %v", wait)
	}
	if n := len(d.double.Calls("sendMessage")); n != 1 {
		t.Errorf("%d sends", n)
	}
}

func TestAClosedThreadsMessageGoesToTheChat(t *testing.T) {
	d := newDelivering(t)
	m, err := message("Дайджест", nil)
	if err != nil {
		t.Fatal(err)
	}
	d.double.AddChat(telegramtest.Chat{ID: -1005, Type: telegramtest.Supergroup, IsForum: true})
	d.double.SetMember(-1005, d.double.Me(), telegramtest.Administrator)
	del := chats.Delivery{ID: "dg:1", Class: chats.Digest, Parts: []chats.Message{m}}
	address(&del, -1005, 77)
	if err := d.ledger.Add(t.Context(), del); err != nil {
		t.Fatal(err)
	}
	d.later(0)
	if got := d.sent(-1005); len(got) != 1 || got[0].ThreadID != 0 {
		t.Errorf("%+v", got)
	}
}
