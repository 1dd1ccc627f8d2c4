package bot

import (
	"visnyk/digest"
	"visnyk/sources"
)

// Texts of sources that moved to another domain.
const (
	textMoveRead    = "Читати за новою адресою"
	textMoveLeave   = "Не читати там"
	textMoveOver    = "Усе ж читати за новою адресою"
	textMoveDone    = "Читатиму за новою адресою."
	textMoveNot     = "За новою адресою не читатиму."
	textNoMove      = "Про цей переїзд я вже нічого не знаю: нинішні покаже /status."
	textMoveWasDone = "Це вже вирішено: за новою адресою читаю."
	textMoveWasNot  = "Це вже вирішено: за новою адресою не читаю; передумати можна через /status."
	textMoveBack    = "Вирішувати вже нічого: джерело знову читається."
	textMoveAgain   = "Відтоді адреса переїхала ще раз: вирішіть у новішому повідомленні або через /status."
)

// movedText says where an endpoint leads, and that a person's word is needed.
func movedText(h sources.Held) string {
	text := "адреса <code>" + escape(h.At) + "</code> тепер веде на інший домен: <code>" + escape(h.To) + "</code>. "
	if h.Refused {
		return text + "Читати там відмовлено."
	}
	return text + "Без вашого підтвердження я за нею не йду."
}

// moveName is the source of a move as texts name it.
func moveName(h sources.Held) string {
	return "<b>" + escape(digest.Shorten(h.Source.Name, nameLimit)) + "</b>"
}

// moveQuestion asks what to do about a move.
func moveQuestion(h sources.Held) string {
	text := "↪️ " + moveName(h) + ": " + movedText(h)
	if h.Refused {
		return text + "\nЯкщо це все ж новий сайт органу, відмову можна скасувати."
	}
	return text + "\nЦе справжній новий сайт органу? Стару адресу я перевірятиму далі."
}

// textMove says how a move stands after a decision; who is empty where that is not
// known.
func textMove(d sources.Decision, who string) string {
	text := moveName(d.Held) + ": "
	switch d.State {
	case sources.MoveRead:
		text = "✅ " + text + "читаю за новою адресою " + link(d.To, d.To) + "."
	case sources.MoveRefused:
		text = "🚫 " + text + "за новою адресою <code>" + escape(d.To) + "</code> не читаю, стару перевіряю далі. Передумати можна через /status."
	case sources.MoveBack:
		text = "✅ " + text + "джерело знову читається за адресою <code>" + escape(d.At) + "</code>."
	default:
		text = "↪️ " + text + "адреса переїхала ще раз: вирішіть у новішому повідомленні або через /status."
	}
	if who != "" {
		text += "\nХто вирішив: " + escape(who) + "."
	}
	return text
}

// noteMove is what the audit says of a decision.
func noteMove(d sources.Decision) string {
	name := "джерело «" + digest.Shorten(d.Source.Name, nameLimit) + "»: "
	if d.State == sources.MoveRead {
		return name + "читати за новою адресою " + digest.Shorten(d.To, nameLimit)
	}
	return name + "не читати за новою адресою " + digest.Shorten(d.To, nameLimit)
}
