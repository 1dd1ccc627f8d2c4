// Package crash says for the log what a panic was and where, with nothing in it of
// the data that was worked on: articles, addresses, ids.
package crash

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// Bounds of what a panic puts into the log.
const (
	frames  = 32
	letters = 200
)

// What says what a recovered value is: of an error of the runtime what it says,
// as "index out of range"; of all else, which may quote what was read, its type.
func What(recovered any) string {
	err, ok := recovered.(error)
	var fault runtime.Error
	if !ok || !errors.As(err, &fault) {
		return fmt.Sprintf("of type %T", recovered)
	}
	text := fault.Error()
	return strings.ToValidUTF8(text[:min(len(text), letters)], "")
}

// Where lists the functions and lines that led to the panic which the caller, a
// deferred function, recovered. Unlike debug.Stack it leaves the arguments out.
func Where() string {
	var text strings.Builder
	at := make([]uintptr, frames)
	calls := runtime.CallersFrames(at[:runtime.Callers(3, at)])
	for more := true; more; {
		var f runtime.Frame
		f, more = calls.Next()
		_, _ = fmt.Fprintf(&text, "%s %s:%d\n", f.Function, f.File, f.Line) // a strings.Builder takes everything
	}
	return text.String()
}
