package ukrainian

import (
	"strings"
	"testing"
	"time"
)

func TestDigitsAndSums(t *testing.T) {
	for n, want := range map[int]string{0: "0", 9999: "9999", 12000: "12 000", 1234567: "1 234 567", -12345: "−12 345"} {
		if got := Digits(n); got != strings.ReplaceAll(want, " ", "\u00a0") {
			t.Errorf("Digits(%d) = %q", n, got)
		}
	}
	for n, want := range map[int64]string{950: "950 грн", 5_700_000: "5,7 млн грн", 1_259_999_999: "1,25 млрд грн", 2_000_000: "2 млн грн", 3e12: "3 трлн грн"} {
		if got := Sum(n, "грн"); got != want {
			t.Errorf("Sum(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestPeriodAndClock(t *testing.T) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 11, 5, 0, 0, time.UTC) }
	for want, got := range map[string]string{
		"22 листопада":                            Period(day(2026, 11, 22), day(2026, 11, 22)),
		"16–18 листопада":                         Period(day(2026, 11, 16), day(2026, 11, 18)),
		"28 листопада – 4 грудня":                 Period(day(2026, 11, 28), day(2026, 12, 4)),
		"30 грудня 2026 року – 2 січня 2027 року": Period(day(2026, 12, 30), day(2027, 1, 2)),
		"об 11:05": Clock(day(2026, 1, 1)),
		"о 13:05":  Clock(day(2026, 1, 1).Add(2 * time.Hour)),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestEuphony(t *testing.T) {
	for _, c := range []struct{ before, after, in, and string }{
		{"", "Києві", "у", "і"},
		{"", "Одесі", "в", "і"},
		{"була", "Києві", "в", "й"},
		{"був", "Києві", "у", "і"},
		{"жила", "Львові", "у", "й"},
		{"була", "Франції", "у", "й"},
		{"Ірина", "Іван", "в", "та"},
		{"Крим", "Європа", "в", "та"},
		{"Одеса", "Одещина", "в", "й"},
	} {
		if got := In(c.before, c.after); got != c.in {
			t.Errorf("%s ... %s: %s, want %s", c.before, c.after, got, c.in)
		}
		if got := And(c.before, c.after); got != c.and {
			t.Errorf("%s ... %s: %s, want %s", c.before, c.after, got, c.and)
		}
	}
	if got := List("МОЗ", "МВС", "Кабмін"); got != "МОЗ, МВС і Кабмін" {
		t.Error(got)
	}
	if got := List("Одеса", "Київ") + List() + List("а"); got != "Одеса й Київа" {
		t.Error(got)
	}
	if got := Joined("", "Києві"); got != "У Києві" {
		t.Error(got)
	}
}

// The examples are those of the resolution.
func TestTransliterateAsResolution55(t *testing.T) {
	for word, want := range map[string]string{
		"Алушта": "Alushta", "Борщагівка": "Borshchahivka", "Вінниця": "Vinnytsia", "Гадяч": "Hadiach", "Ґалаґан": "Galagan", "Донецьк": "Donetsk",
		"Єнакієве": "Yenakiieve", "Гаєвич": "Haievych", "Житомир": "Zhytomyr", "Закарпаття": "Zakarpattia", "Медвин": "Medvyn", "Іршава": "Irshava",
		"Їжакевич": "Yizhakevych", "Кадиївка": "Kadyivka", "Йосипівка": "Yosypivka", "Стрий": "Stryi", "Згурський": "Zghurskyi", "Розгон": "Rozghon",
		"Щербухи": "Shcherbukhy", "Знам’янка": "Znamianka", "Юрій": "Yurii", "Крюківка": "Kriukivka", "Яготин": "Yahotyn", "Ічня": "Ichnia",
		"КИЇВ": "KYIV", "ЩО": "SHCHO", "Хмельницький, 5": "Khmelnytskyi, 5",
	} {
		if got := Transliterate(word); got != want {
			t.Errorf("Transliterate(%s) = %s, want %s", word, got, want)
		}
	}
	if got := Slug("Міністерство охорони здоров'я: 5 новин!"); got != "ministerstvo-okhorony-zdorovia-5-novyn" {
		t.Error(got)
	}
}

func TestFixLayout(t *testing.T) {
	for s, want := range map[string]string{
		"rs,th,tpgtrf": "кібербезпека", "rsdthptgtrf": "ківерзепека", "pfrjy ghj jcdsne": "закон про освіту", "СЩМШВ": "COVID", "кібербезпека": "кібербезпека",
		"Microsoft": "Microsoft", "kmu.gov.ua": "kmu.gov.ua", "закон": "закон", "": "", "the law": "the law", "NATO": "NATO", "здоров’я": "здоров’я",
	} {
		got, fixed := FixLayout(s)
		if got != want || fixed != (s != want) {
			t.Errorf("FixLayout(%q) = %q %v, want %q", s, got, fixed, want)
		}
	}
}
