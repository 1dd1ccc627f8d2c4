package crash

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const secret = "https://example.com/feed?key=s3cret"

// broken panics and says what the log would.
func broken(do func(text string)) (what, where string) {
	defer func() {
		if p := recover(); p != nil {
			what, where = What(p), Where()
		}
	}()
	do(secret)
	return "", ""
}

func deep(n int, text string) {
	if n == 0 {
		panic(text)
	}
	deep(n-1, text)
}

func TestAPanicTellsNothingOfTheData(t *testing.T) {
	var none map[string]int
	for name, c := range map[string]struct {
		do   func(string)
		want string
	}{
		"a text":          {func(s string) { panic("cannot read " + s) }, "of type string"},
		"an error":        {func(s string) { panic(errors.New(s)) }, "of type *errors.errorString"},
		"a nil map":       {func(s string) { none[s] = 1 }, "assignment to entry in nil map"},
		"out of range":    {func(s string) { _ = s[len(s)+len(none)] }, "runtime error: index out of range [35] with length 35"},
		"a wrapped fault": {func(s string) { panic(fmt.Errorf("read %s: %w", s, fault())) }, "runtime error: integer divide by zero"},
		"deep":            {func(s string) { deep(500, s) }, "of type string"},
	} {
		what, where := broken(c.do)
		if what != c.want || strings.Contains(where, "s3cret") || !strings.Contains(where, "crash_test.go:") || strings.Count(where, "\n") > frames {
			t.Errorf("%s: %q\n%s", name, what, where)
		}
	}
}

func fault() (err error) {
	defer func() { err, _ = recover().(error) }()
	zero := 0
	_ = 1 / zero
	return nil
}
