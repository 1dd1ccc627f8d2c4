package abstract_test

import (
	"strings"
	"testing"
	"time"

	"visnyk/digest/abstract"
)

// A hostile article may be long and say one thing over and over: the check of
// what a model says of it takes a bounded time.
func TestACheckOfAHostileArticleIsBounded(t *testing.T) {
	sentence := "Уряд передав громаді 12 млн грн 5 листопада, а Олена Ткаченко передала уряду 13 млн грн 6 листопада. "
	said := "Уряд передав громаді 12 млн грн 5 листопада. Олена Ткаченко передала уряду 13 млн грн, передав уряд, передала громада, передав уряд."
	for name, source := range map[string]string{
		"sentences":    strings.Repeat(sentence, 20_000),
		"one sentence": strings.Repeat(strings.ReplaceAll(sentence, ". ", ", "), 20_000),
		"one word":     strings.Repeat("Олена Ткаченко ", 100_000),
		"numbers":      strings.Repeat("5 листопада 12 млн грн ", 100_000),
		"one letter":   strings.Repeat("А", 1_000_000),
		"abbreviation": strings.Repeat("А Б В ", 300_000),
	} {
		began := time.Now()
		abstract.Verify(source, said)
		took := time.Since(began)
		t.Logf("%s: %v", name, took.Round(time.Millisecond))
		if took > 20*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}
