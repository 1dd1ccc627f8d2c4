package main

import (
	"io"
	"regexp"
)

// tokenText finds bot tokens in a text: the last line of defence of the logs.
var tokenText = regexp.MustCompile(`\b\d{6,20}:[A-Za-z0-9_-]{20,}`)

// redact is a writer that takes bot tokens out of what is written.
type redact struct{ w io.Writer }

func (r redact) Write(p []byte) (int, error) {
	if _, err := r.w.Write(tokenText.ReplaceAll(p, []byte("<token>"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
