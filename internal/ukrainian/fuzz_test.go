package ukrainian

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// seeds are texts with something of everything.
var seeds = []string{
	"У виступі П.Клімкін, 5,7 млн грн. «Так».\nhttp://a.b/c. ’'",
	"16–18 жовтня 2018 р. о 17:07 О. О. Петренко й Олена Кондратюк-Ґава заявили: «Ми йдемо. Далі!» — 1 234,5 тис. дол. США, 5–7%.",
	"№123-IX, т. д., н. е., е-урядування, Мiнцифри, \u0301\u00ad\ufeff, 10.10.2020.5, II квартал, https://é.ua/?q=«»",
	"«\"“„»\"”“ - — (. ) [1] ... … ?! а) б. 5. • і\u0308 и\u0306",
}

// checkSpan fails when a span does not hold a part of a text in whole letters.
func checkSpan(t *testing.T, what, text string, s Span, after int) {
	t.Helper()
	if s.Start < after || s.End <= s.Start || s.End > len(text) {
		t.Fatalf("%s %+v of %q", what, s, text)
	}
	if utf8.ValidString(text) && !utf8.ValidString(text[s.Start:s.End]) {
		t.Fatalf("%s %+v of %q cuts a letter", what, s, text)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, s := range SentenceSpans(text) {
			checkSpan(t, "sentence", text, s, at)
			if strings.TrimSpace(text[at:s.Start]) != "" {
				t.Fatalf("sentence %+v of %q leaves something out", s, text)
			}
			at = s.End
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got := squeeze(strings.Join(Sentences(text), " ")); got != squeeze(text) {
			t.Fatalf("sentences of %q join to %q", text, got)
		}
		last := 0
		for _, tok := range Tokens(text) {
			checkSpan(t, "token", text, Span{tok.Start, tok.End}, last)
			if text[tok.Start:tok.End] != tok.Text {
				t.Fatalf("token %+v of %q", tok, text)
			}
			part := tok.Start
			for _, p := range tok.Parts() {
				checkSpan(t, "part", text, Span{p.Start, p.End}, part)
				part = p.End
			}
			last = tok.End
		}
		Terms(text)
		_ = Language(text)
	})
}

func FuzzFacts(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	bodies := NewPhrases(map[string][]string{"moz": {"Міністерство охорони здоров’я", "МОЗ"}, "kmu": {"Уряд"}})
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, d := range Dates(text) {
			checkSpan(t, "date", text, d.Span, at)
			at = d.End
		}
		for _, q := range Quantities(text) {
			checkSpan(t, "quantity", text, q.Span, 0)
			if q.Value == "" {
				t.Fatalf("quantity %+v of %q has no value", q, text)
			}
		}
		at = 0
		for _, n := range Names(text) {
			checkSpan(t, "name", text, n.Span, at)
			at = n.End
		}
		at = 0
		for _, m := range bodies.Find(text) {
			checkSpan(t, "mention", text, m.Span, at)
			at = m.End
		}
		at = 0
		for _, q := range Quotations(text) {
			checkSpan(t, "quotation", text, q.Span, at)
			at = q.End
		}
	})
}

func FuzzLetters(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if folded := Fold(s); utf8.ValidString(s) && Fold(folded) != folded {
			t.Fatalf("Fold(%q) = %q is not folded", s, folded)
		}
		if strings.Trim(Slug(s), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Fatalf("Slug(%q) = %q", s, Slug(s))
		}
		Transliterate(s)
		FixLayout(s)
		Unmix(s)
		if keys := SurnameKeys(s); len(keys) == 0 || !SameSurname(s, s) {
			t.Fatalf("SurnameKeys(%q) = %q", s, keys)
		}
		List(s, s)
		Joined(s, s)
	})
}
