package ukrainian_test

import (
	"slices"
	"strings"
	"testing"

	"visnyk/internal/ukrainian"
)

func TestWordsInLatinLettersAreRead(t *testing.T) {
	for _, word := range strings.Fields("кібербезпека Клімкін Зеленський Згурський сільський об’єднані прем’єр щорічний будівля льон день подвір’я їжак юрист Європа аграрії пенсія обійстя хата підп’ялити Чернігів") {
		latin := ukrainian.Transliterate(word)
		if got := ukrainian.FromLatin(latin); !slices.Contains(got, strings.ToLower(word)) {
			t.Errorf("%s is read as %q, without %s", latin, got[:min(5, len(got))], word)
		}
	}
	for latin, want := range map[string]string{"kiberbezpeka": "кібербезпека", "vybory": "вибори", "rada": "рада", "budzhet": "буджет"} {
		if got := ukrainian.FromLatin(latin); len(got) == 0 || got[0] != want {
			t.Errorf("%s is first of all %q, want %s", latin, got[:min(3, len(got))], want)
		}
	}
	for _, other := range []string{"", "5g", "слово", "a b", strings.Repeat("a", 100)} {
		if got := ukrainian.FromLatin(other); got != nil {
			t.Errorf("%q is read as %q", other, got)
		}
	}
}

func FuzzLatin(f *testing.F) {
	f.Add("kiberbezpeka")
	f.Add("sh'shch")
	f.Fuzz(func(t *testing.T, word string) {
		for _, s := range ukrainian.FromLatin(word) {
			if strings.ContainsFunc(s, func(r rune) bool { return r < 0x80 }) || s == "" {
				t.Fatalf("%q is read as %q", word, s)
			}
		}
	})
}
