package chats

import (
	"bytes"
	"testing"
	"time"
)

func TestAFileIsKeptUntilItsPartIsSettled(t *testing.T) {
	l, now := ledgerAt(t)
	d := delivery("f", 7, Digest, "підпис")
	d.Parts[0].File = &File{Field: "document", Name: "Дайджест.docx", MIME: "x/y", Data: bytes.Repeat([]byte{0, 0xFF, 'P', 'K'}, 1000)}
	add2(t, l, d, delivery("t", 7, Digest, "текст"))
	message := func(id string) bool {
		n, err := l.db.HExists(t.Context(), rowKey(7, id, 0), "m").Result()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, o := range []Outcome{{State: Pending, After: time.Second}, {State: Sent, MessageID: 5}} {
		p := claimOne(t, l)
		if f := p.Message.File; f == nil || f.Name != "Дайджест.docx" || f.Field != "document" || f.MIME != "x/y" || !bytes.Equal(f.Data, d.Parts[0].File.Data) {
			t.Fatalf("claimed %+v", p.Message)
		}
		endAs(t, l, p, o)
		if kept := message("f"); kept != (o.State == Pending) {
			t.Errorf("%s: kept %v", o.State, kept)
		}
		*now = now.Add(2 * time.Second)
	}
	endAs(t, l, claimOne(t, l), Outcome{State: Sent, MessageID: 6})
	if !message("t") {
		t.Error("the text that was sent is not kept")
	}
	claimNone(t, l, "at the end")
	add2(t, l, delivery("n", 7, Notice, "про інший чат"))
	endAs(t, l, claimOne(t, l), Outcome{State: Sent, MessageID: 7})
	if message("n") {
		t.Error("a notice that was sent is kept: it may speak of a chat that is forgotten")
	}
	if row, ok, err := l.Row(t.Context(), 7, "f", 0); err != nil || !ok || row.State != Sent || row.MessageID != 5 {
		t.Errorf("row: %+v %v %v", row, ok, err)
	}
	add2(t, l, d) // the same again does nothing
	claimNone(t, l, "after adding it again")
}
