package ukrainian

import (
	"slices"
	"strings"
	"testing"
)

func TestKeyLeadsFormsToTheirWord(t *testing.T) {
	for word, forms := range map[string]string{
		"ніч":          "ночі ніччю ночей ночами",
		"день":         "дня дню днем дні днів днями",
		"рік":          "року роком років роки",
		"київ":         "Київ Києва Києву Києвом Києві КИЇВ",
		"книга":        "книзі книги книгою книг",
		"безпека":      "безпеці безпеки безпекою",
		"кібербезпека": "кібербезпеки кібербезпеці кібербезпеку кібербезпекою",
		"людина":       "люди людей людям людьми людиною",
		"дитина":       "дитини дитині дитиною",
		"суддя":        "судді суддів суддям",
		"міністр":      "міністра міністром Міністри",
		"затвердити":   "затвердив затвердила затвердять",
		"об’єднання":   "об'єднань обʼєднанням Об’єднання",
	} {
		for form := range strings.FieldsSeq(forms) {
			if got := Key(form); got != word {
				t.Errorf("Key(%s) = %s, want %s", form, got, word)
			}
		}
	}
}

func TestUnknownWordsAreGuessedByTheirEndings(t *testing.T) {
	for form, want := range map[string]string{"Стончайтісом": "стончайтіс", "Стончайтіса": "стончайтіс"} {
		if got := Key(form); got != want {
			t.Errorf("Key(%s) = %s, want %s", form, got, want)
		}
	}
}

func TestAFormOfTwoWordsHasBoth(t *testing.T) {
	lemmas := Lemmas("стану")
	if !slices.Contains(lemmas, "стан") || !slices.Contains(lemmas, "стати") {
		t.Errorf("Lemmas(стану) = %v", lemmas)
	}
}

func BenchmarkKey(b *testing.B) {
	words := strings.Fields("Кабінет Міністрів України ухвалив постанову про кібербезпеку державних реєстрів територіальних громад Стончайтісом")
	for b.Loop() {
		for _, w := range words {
			_ = Key(w)
		}
	}
	b.ReportMetric(float64(b.N*len(words))/b.Elapsed().Seconds(), "tokens/s")
}
