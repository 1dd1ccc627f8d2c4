package bot

import (
	"context"
	"errors"
	"strings"

	"visnyk/digest"
	"visnyk/sources"
)

// What a button under a move asks for, before a dot and the move's tag.
const (
	moveYes  = "y" // read there
	moveNo   = "n" // do not
	moveOver = "o" // take a refusal back and read there
	moveAsk  = "q" // ask in a message of its own
)

// moveButtons are what can be done about a move.
func moveButtons(h sources.Held) [][]button {
	if h.Refused {
		return [][]button{{{Text: "✅ " + textMoveOver, Data: "v1:move:" + moveOver + "." + h.Tag()}}}
	}
	return [][]button{
		{{Text: "✅ " + textMoveRead, Data: "v1:move:" + moveYes + "." + h.Tag()}},
		{{Text: "🚫 " + textMoveLeave, Data: "v1:move:" + moveNo + "." + h.Tag()}},
	}
}

// pressMove decides whether a source is read at the domain that it moved to. Only
// operators may. A tag alone is the button of an earlier version, to read there.
func (b *Bot) pressMove(ctx context.Context, r request, argument string) (answer, error) {
	what, tag, ok := strings.Cut(argument, ".")
	if !ok {
		what, tag = moveYes, argument
	}
	var d sources.Decision
	var err error
	switch what {
	case moveAsk:
		d, err = b.registry.MoveOf(ctx, tag)
	case moveYes, moveOver:
		d, err = b.registry.DecideMove(ctx, tag, sources.ReadThere, what == moveOver, r.update)
	case moveNo:
		d, err = b.registry.DecideMove(ctx, tag, sources.Refused, false, r.update)
	default:
		return answer{toast: textStale}, nil
	}
	switch {
	case errors.Is(err, sources.ErrNoMove):
		return answer{toast: textNoMove}, nil
	case err != nil:
		return answer{}, err
	case what == moveAsk && (d.State == sources.MoveWaits || d.State == sources.MoveRefused):
		return answer{html: moveQuestion(d.Held), buttons: moveButtons(d.Held)}, nil
	case what == moveAsk:
		return answer{toast: moveToast(d)}, nil // the message it stands under tells of more
	case d.Own:
		b.log.Info("handle: a move was decided about", "source", d.Source.ID, "user", r.user, "read", d.State == sources.MoveRead, "to", d.To)
		return answer{html: textMove(d, b.nameOf(ctx, r.place.id, r.user)), toast: moveToast(d), edit: true, note: noteMove(d)}, nil
	}
	return answer{html: textMove(d, ""), toast: moveToast(d), edit: true}, nil
}

// moveToast says in a sentence what became of a press.
func moveToast(d sources.Decision) string {
	switch {
	case d.State == sources.MoveRead && d.Own:
		return textMoveDone
	case d.State == sources.MoveRead:
		return textMoveWasDone
	case d.State == sources.MoveRefused && d.Own:
		return textMoveNot
	case d.State == sources.MoveRefused:
		return textMoveWasNot
	case d.State == sources.MoveBack:
		return textMoveBack
	}
	return textMoveAgain
}

// shownHeld is how many moves /status offers to decide about.
const shownHeld = 5

// heldLines names the endpoints that moved to another domain, those that wait for
// a word first, with a button for each that asks.
func heldLines(all []sources.Known) (lines []string, buttons [][]button) {
	for _, refused := range []bool{false, true} {
		for _, k := range all {
			for _, h := range k.Held() {
				if h.Refused != refused || len(buttons) == shownHeld {
					continue
				}
				lines = append(lines, "↪️ "+moveName(h)+": "+movedText(h))
				text := "↪️ "
				if refused {
					text = "↩️ "
				}
				buttons = append(buttons, []button{{Text: text + digest.Shorten(k.Name, 50), Data: "v1:move:" + moveAsk + "." + h.Tag()}})
			}
		}
	}
	return lines, buttons
}
