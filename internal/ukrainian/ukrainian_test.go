package ukrainian

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestTokensKeepOffsetsAndKinds(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"об'єднання обʼєднання об’єднання", "об'єднання|обʼєднання|об’єднання"},
		{"е-урядування і віце-прем’єр-міністр", "е-урядування|і|віце-прем’єр-міністр"},
		{"5-річний план на 5,7 млн євро о 10:30 12.03.2022", "5-річний|план|на|5,7|млн|євро|о|10:30|12.03.2022"},
		{"Проєкт EGOV4UKRAINE, №123", "Проєкт|EGOV4UKRAINE|,|№|123"},
		{"див. https://kmu.gov.ua/news/1. Далі", "див.|https://kmu.gov.ua/news/1|.|Далі"},
		{"пишіть на info@dsa.gov.ua!", "пишіть|на|info@dsa.gov.ua|!"},
		{"сайт president.gov.ua, t.me/mvs_ukraine; ver. 2.0 і Node.js", "сайт|president.gov.ua|,|t.me/mvs_ukraine|;|ver|.|2.0|і|Node|.|js"},
		{"Закон №123-IX, COVID-19, CERT-UA, 5G; проєкт 5461-1", "Закон|№|123-IX|,|COVID-19|,|CERT-UA|,|5G|;|проєкт|5461-1"},
		{"ст. 5, м.Київ, О. О. Петренко й П.Клімкін", "ст.|5|,|м.|Київ|,|О.|О.|Петренко|й|П.|Клімкін"},
		{"Це вітамін А. Він… план Б.", "Це|вітамін|А|.|Він|…|план|Б|."},
		{"рис. 5 росте рис. Так...", "рис.|5|росте|рис|.|Так|..."},
		{"за\u0301мок, пере\u00adнос, \u200bслово", "за\u0301мок|,|пере\u00adнос|,|слово"},
		{"12% й 5°C, 1 234,5 грн — так-таки", "12|%|й|5|°|C|,|1|234,5|грн|—|так-таки"},
		{"", ""},
	} {
		var got []string
		for _, tok := range Tokens(c.text) {
			if c.text[tok.Start:tok.End] != tok.Text {
				t.Errorf("%q: offsets %d:%d do not hold %q", c.text, tok.Start, tok.End, tok.Text)
			}
			got = append(got, tok.Text)
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("Tokens(%q) = %s, want %s", c.text, s, c.want)
		}
	}
}

func TestPartsOfHyphenatedWords(t *testing.T) {
	text := "про віце-прем’єр-міністра і 5-річний"
	var got []string
	for _, tok := range Tokens(text) {
		for _, p := range tok.Parts() {
			if text[p.Start:p.End] != p.Text {
				t.Errorf("offsets %d:%d do not hold %q", p.Start, p.End, p.Text)
			}
			got = append(got, p.Text)
		}
	}
	if s := strings.Join(got, "|"); s != "віце|прем’єр|міністра|5|річний" {
		t.Errorf("parts: %s", s)
	}
}

func TestLettersOfTheWrongAlphabetAreMended(t *testing.T) {
	for word, want := range map[string]string{
		"Мiнцифри": "Мінцифри", "СОVID": "COVID", "e-урядування": "е-урядування", "Київ": "Київ",
		"IT-фахівець": "IT-фахівець", "COVID-19": "COVID-19", "дfій": "дfій", "АТO-зона": "АТО-зона",
	} {
		got, mixed := Unmix(word)
		if got != want || mixed != (word != want) {
			t.Errorf("Unmix(%s) = %s %v, want %s", word, got, mixed, want)
		}
	}
	if Key("Мiнцифри") != Key("Мінцифри") {
		t.Error("a Latin i keeps a word from its key")
	}
}

func TestKeyJoinsFormsOfAWord(t *testing.T) {
	for _, forms := range []string{
		"кібербезпека кібербезпеки кібербезпеці кібербезпеку кібербезпекою",
		"закон закону законом закони законами законах",
		"громада громади громаді громаду громадою громадам громадах",
		"державний державного державному державна державної державних",
		"міністр міністра міністру міністром міністри міністрів",
		"об'єднання обʼєднання об’єднання Об’єднанням",
		"книга книзі книгу книгою",
		"е-урядування е-урядуванню",
	} {
		words := strings.Fields(forms)
		for _, w := range words[1:] {
			if Key(w) != Key(words[0]) {
				t.Errorf("Key(%s) = %s, Key(%s) = %s: forms of one word differ", w, Key(w), words[0], Key(words[0]))
			}
		}
	}
}

func TestKeyKeepsWordsApart(t *testing.T) {
	for _, c := range [][2]string{{"закон", "законодавець"}, {"кібербезпека", "кіберзахист"}, {"суд", "судно"}, {"енергетика", "енергія"}} {
		if Key(c[0]) == Key(c[1]) {
			t.Errorf("%s and %s share the key %s", c[0], c[1], Key(c[0]))
		}
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"Уряд ухвалив рішення. Воно діє з січня.", []string{"Уряд ухвалив рішення.", "Воно діє з січня."}},
		{"У виступі П.Клімкін наголосив, що П. Клімкін привітав ЄС. Далі.", []string{"У виступі П.Клімкін наголосив, що П. Клімкін привітав ЄС.", "Далі."}},
		{"Взяли участь міста, у т.ч. Мелітополь, та інші.", []string{"Взяли участь міста, у т.ч. Мелітополь, та інші."}},
		{"Вартість — 5,7 млн грн. Проєкт триває.", []string{"Вартість — 5,7 млн грн.", "Проєкт триває."}},
		{"Адреса: вул. Банкова, 11. Вхід вільний!", []string{"Адреса: вул. Банкова, 11.", "Вхід вільний!"}},
		{"«Ми готові». Так сказав міністр.", []string{"«Ми готові».", "Так сказав міністр."}},
		{"«Ми готові.» Так сказав міністр…", []string{"«Ми готові.»", "Так сказав міністр…"}},
		{"1. Створення платформи\n2. Закупівля", []string{"1. Створення платформи", "2. Закупівля"}},
		{"Заголовок без крапки\nТекст.", []string{"Заголовок без крапки", "Текст."}},
		{"Що далі?! Побачимо.", []string{"Що далі?!", "Побачимо."}},
		{"У липні 2017 р. Уряд ухвалив Стратегію. Так було й 2018 р. Потім її змінили.", []string{"У липні 2017 р. Уряд ухвалив Стратегію.", "Так було й 2018 р.", "Потім її змінили."}},
		{"Заява О. О. Петренка та Петренко О. О. Він додав.", []string{"Заява О. О. Петренка та Петренко О. О.", "Він додав."}},
		{"Ширина 2–3 м. Вони малі. Жив у м. Київ, на р. Десна.", []string{"Ширина 2–3 м.", "Вони малі.", "Жив у м. Київ, на р. Десна."}},
		{"Діє з XIX ст. Однак ст. 5 Закону — ні.", []string{"Діє з XIX ст.", "Однак ст. 5 Закону — ні."}},
		{"Вітамін C. Саме він і В.І. Вернадський.", []string{"Вітамін C.", "Саме він і В.І. Вернадський."}},
		{"Видано збірник «Слово. Знак. Дискурс» за редакцією. Далі.", []string{"Видано збірник «Слово. Знак. Дискурс» за редакцією.", "Далі."}},
		{"Він сказав: «Ми йдемо. Вони теж». Усе.", []string{"Він сказав: «Ми йдемо.", "Вони теж».", "Усе."}},
		{"а) перше. Друге.\nб. третє", []string{"а) перше.", "Друге.", "б. третє"}},
		{"II. Загальні положення. 5.1. Мета.", []string{"II. Загальні положення.", "5.1. Мета."}},
		{"— Так. — Чому? — запитав він.", []string{"— Так.", "— Чому? — запитав він."}},
		{"Це 5 тис. осіб і т. д. Нове слово (див. рис. 3).", []string{"Це 5 тис. осіб і т. д.", "Нове слово (див. рис. 3)."}},
		{"Сайт kmu.gov.ua. Новини тут: https://kmu.gov.ua/a?b=1. Кінець... • Пункт", []string{"Сайт kmu.gov.ua.", "Новини тут: https://kmu.gov.ua/a?b=1.", "Кінець...", "• Пункт"}},
		{"до 90 р. до н. е. – початок", []string{"до 90 р. до н. е. – початок"}},
	} {
		if got := Sentences(c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("Sentences(%q)\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "новин", 1: "новина", 2: "новини", 4: "новини", 5: "новин", 11: "новин", 12: "новин", 21: "новина", 22: "новини", 111: "новин", 101: "новина", -2: "новини"} {
		if got := Plural(n, "новина", "новини", "новин"); got != want {
			t.Errorf("Plural(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestDate(t *testing.T) {
	day := time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC)
	if got, want := Date(day), "22 листопада 2026 року, неділя"; got != want {
		t.Errorf("Date = %s, want %s", got, want)
	}
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{
		"Уряд ухвалив постанову про її підтримку":      "uk",
		"Правительство приняло решение, это был съезд": "ru",
		"The Cabinet of Ministers": "en",
		"12 %":                     "",
	} {
		if got := Language(text); got != want {
			t.Errorf("Language(%q) = %q, want %q", text, got, want)
		}
	}
}

// running is a text as authorities write.
var running = strings.Repeat("У Києві 16 жовтня 2018 року О. О. Петренко, т. в. о. голови Держагентства з питань е-урядування, заявив: "+
	"«Ми виділили 5,7 млн євро на об’єднані громади». До ЦНАПів звернулося 12 тис. людей. Див. https://www.kmu.gov.ua/news/1.\n", 50)

func BenchmarkTokens(b *testing.B) {
	b.SetBytes(int64(len(running)))
	n := 0
	for b.Loop() {
		n += len(Tokens(running))
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "tokens/s")
}

func BenchmarkSentences(b *testing.B) {
	b.SetBytes(int64(len(running)))
	for b.Loop() {
		SentenceSpans(running)
	}
}

func BenchmarkTerms(b *testing.B) {
	b.SetBytes(int64(len(running)))
	for b.Loop() {
		Terms(running)
	}
}
