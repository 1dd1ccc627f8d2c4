package bot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"visnyk/internal/telegramtest"
	"visnyk/sources"
)

const (
	oldSite = "https://moz.gov.ua/feed"
	newSite = "https://moz-ukraine.org/feed?a=1&b=2"
)

// movers is a desk with two operators and a source whose feed moved.
type movers struct {
	*desk
	first, second telegramtest.User
}

func newMovers(t *testing.T) *movers {
	t.Helper()
	m := &movers{first: telegramtest.User{ID: 41, FirstName: "Олена Перша"}, second: telegramtest.User{ID: 42, FirstName: "Ігор"}}
	m.desk = newDesk(t, Options{Admins: []int64{m.first.ID, m.second.ID}})
	for _, u := range []telegramtest.User{m.first, m.second} {
		m.telegram.Receive(telegramtest.Incoming{From: &u, Text: "x"})
		m.telegram.SetMember(u.ID, u, telegramtest.Member)
	}
	source := sources.Source{ID: "moz", Name: "МОЗ <України>", Endpoints: []sources.Endpoint{{Kind: sources.KindFeed, URL: oldSite}, {Kind: sources.KindChannel, URL: "https://t.me/s/moz"}}}
	if err := m.bot.registry.Put(t.Context(), source, time.Now()); err != nil {
		t.Fatal(err)
	}
	m.state(sources.EndpointState{Fails: 1, Since: time.Now(), Cause: sources.Cause{Kind: sources.CauseMoved, Detail: newSite}, MovedTo: newSite})
	return m
}

func (m *movers) state(feed sources.EndpointState) {
	m.t.Helper()
	s := sources.State{FirstRead: time.Now(), LastRead: time.Now(), Endpoints: map[string]sources.EndpointState{oldSite: feed}}
	if err := m.bot.registry.Record(m.t.Context(), "moz", s, time.Now().Add(time.Hour)); err != nil {
		m.t.Fatal(err)
	}
}

func (m *movers) held() []sources.Held {
	m.t.Helper()
	known, err := m.bot.registry.Get(m.t.Context(), "moz")
	if err != nil || len(known) != 1 {
		m.t.Fatalf("%d sources, %v", len(known), err)
	}
	return known[0].Held()
}

// press presses a button of a move; it returns what is said and what stands in the
// message then.
func (m *movers) press(u telegramtest.User, what string) (said, edited string) {
	m.t.Helper()
	before := len(m.telegram.Calls("editMessageText"))
	chat := telegramtest.Chat{ID: u.ID, Type: telegramtest.Private}
	said = m.handle("callback_query", pressOf(chat, u, m.data(chat.ID, button{Data: "v1:move:" + what})))
	for _, c := range m.telegram.Calls("editMessageText")[before:] {
		edited += strings.NewReplacer("\u2060", "", "\u200b", "").Replace(plainText(c.Params["text"]))
		if strings.Contains(c.Params["reply_markup"], "callback_data") {
			m.t.Errorf("buttons are left under %q", edited)
		}
	}
	return said, edited
}

func moveTag() string { return sources.MoveTag("moz", oldSite, newSite) }

func expect(t *testing.T, what, said, edited, toast string, parts ...string) {
	t.Helper()
	if said != toast {
		t.Errorf("%s: said %q, want %q", what, said, toast)
	}
	for _, p := range parts {
		if !strings.Contains(edited, p) {
			t.Errorf("%s: the message is %q without %q", what, edited, p)
		}
	}
}

func TestAnOperatorLetsAMovedSourceBeRead(t *testing.T) {
	m := newMovers(t)
	said, edited := m.press(m.first, "y."+moveTag())
	expect(t, "yes", said, edited, textMoveDone, "✅ МОЗ <України>: читаю за новою адресою "+newSite, "Хто вирішив: Олена Перша.")
	if held := m.held(); len(held) != 0 {
		t.Errorf("held: %+v", held)
	}
	m.update-- // its process was killed, the update is handled again
	said, edited = m.press(m.first, "y."+moveTag())
	expect(t, "again", said, edited, textMoveDone, "Хто вирішив: Олена Перша.")
	if n := m.notes(m.first.ID); n != 1 {
		t.Errorf("%d notes in the audit", n)
	}
	for _, what := range []string{"y.", "n.", "o."} {
		said, edited = m.press(m.second, what+moveTag())
		expect(t, "the other operator, "+what, said, edited, textMoveWasDone, "читаю за новою адресою")
		if strings.Contains(edited, "Ігор") {
			t.Errorf("the other operator is named: %q", edited)
		}
	}
}

func TestAnOperatorRefusesAMoveAndTakesThatBack(t *testing.T) {
	m := newMovers(t)
	said, edited := m.press(m.first, "n."+moveTag())
	expect(t, "no", said, edited, textMoveNot, "🚫 МОЗ <України>: за новою адресою "+newSite+" не читаю", "/status", "Хто вирішив: Олена Перша.")
	if held := m.held(); len(held) != 1 || !held[0].Refused {
		t.Fatalf("held: %+v", held)
	}
	said, edited = m.press(m.second, moveTag()) // the button of an earlier version
	expect(t, "an old yes", said, edited, textMoveWasNot, "не читаю")
	status := m.handle("message", map[string]any{"message_id": 2, "date": 1, "text": "/status", "chat": map[string]any{"id": m.second.ID, "type": "private"}, "from": map[string]any{"id": m.second.ID}})
	if !strings.Contains(status, "Читати там відмовлено.") {
		t.Errorf("/status: %q", status)
	}
	said, edited = m.press(m.second, "q."+moveTag())
	if !strings.Contains(said, "відмову можна скасувати") || edited != "" {
		t.Errorf("asked again: %q, edited %q", said, edited)
	}
	said, edited = m.press(m.second, "o."+moveTag())
	expect(t, "taken back", said, edited, textMoveDone, "Хто вирішив: Ігор.")
	if held := m.held(); len(held) != 0 {
		t.Errorf("held: %+v", held)
	}
	said, _ = m.press(m.second, "q."+moveTag())
	expect(t, "asked when it is decided", said, "", textMoveWasDone)
}

func TestAButtonOfAMoveThatIsOver(t *testing.T) {
	m := newMovers(t)
	if said, edited := m.press(m.first, "y.AAAAAAAAAAAAAAAA"); said != textNoMove || edited != "" {
		t.Errorf("an unknown move: %q, %q", said, edited)
	}
	if said, _ := m.press(m.first, "x."+moveTag()); said != textStale {
		t.Errorf("an unknown action: %q", said)
	}
	if _, err := m.bot.registry.DecideMove(t.Context(), moveTag(), sources.Refused, false, 0); err != nil {
		t.Fatal(err)
	}
	other := "https://example.org/feed"
	m.state(sources.EndpointState{Fails: 2, MovedTo: other})
	said, edited := m.press(m.first, "n."+sources.MoveTag("moz", oldSite, other))
	expect(t, "another address is another question", said, edited, textMoveNot, other)
}

// TestWhatIsForOperatorsIsForThemAlone presses the buttons and gives the commands
// of operators as the admin of a group.
func TestWhatIsForOperatorsIsForThemAlone(t *testing.T) {
	m := newMovers(t)
	admin := telegramtest.User{ID: 5001, FirstName: "Адмін"}
	group := telegramtest.Chat{ID: -1000000000077, Type: telegramtest.Supergroup, Title: "Група"}
	m.telegram.AddChat(group)
	m.telegram.SetMember(group.ID, m.telegram.Me(), telegramtest.Administrator)
	m.telegram.SetMember(group.ID, admin, telegramtest.Creator)
	tried := 0
	for name, r := range pressRoutes() {
		if !r.operator {
			continue
		}
		for _, what := range []string{"y.", "n.", "o.", "q.", ""} {
			tried++
			if said := m.handle("callback_query", pressOf(group, admin, m.data(group.ID, button{Data: "v1:" + name + ":" + what + moveTag()}))); said != textNotOperator {
				t.Errorf("button %s %s: %q", name, what, said)
			}
		}
	}
	for name, r := range routes() {
		if r.operator {
			tried++
			said := m.handle("message", map[string]any{"message_id": 1, "date": 1, "text": "/" + name + " x", "chat": chatBody(group), "from": map[string]any{"id": admin.ID}})
			if said != textNotOperator {
				t.Errorf("/%s: %q", name, said)
			}
		}
	}
	if held := m.held(); len(held) != 1 || held[0].Refused || tried < 10 {
		t.Errorf("%d tried, held: %+v", tried, held)
	}
}

func TestAMoveIsAskedAboutWithTwoButtons(t *testing.T) {
	h := sources.Held{Source: sources.Source{ID: "moz", Name: strings.Repeat("Довга назва ", 50)}, At: oldSite, To: newSite}
	sendable(t, moveQuestion(h), textMove(sources.Decision{Held: h, State: sources.MoveRefused}, "Хтось"))
	var texts []string
	for _, row := range moveButtons(h) {
		for _, b := range row {
			texts = append(texts, b.Text)
		}
	}
	if !slices.Equal(texts, []string{"✅ Читати за новою адресою", "🚫 Не читати там"}) {
		t.Errorf("buttons: %q", texts)
	}
	m := newMovers(t)
	for _, row := range append(moveButtons(h), moveButtons(sources.Held{Source: h.Source, Refused: true})...) {
		if data := m.data(-1001234567890, row[0]); len(data) > maxData {
			t.Errorf("callback data of %d bytes", len(data))
		}
	}
	seen := map[string]bool{}
	for _, state := range []sources.MoveState{sources.MoveRead, sources.MoveRefused, sources.MoveBack, sources.MoveAgain} {
		seen[moveToast(sources.Decision{State: state})] = true
		seen[moveToast(sources.Decision{State: state, Own: true})] = true
	}
	if len(seen) != 6 {
		t.Errorf("%d different sentences", len(seen))
	}
	for text := range seen {
		if len([]rune(text)) > toastLimit {
			t.Errorf("too long for a notice: %q", text)
		}
	}
}
