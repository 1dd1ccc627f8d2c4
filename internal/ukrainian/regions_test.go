package ukrainian

import (
	"strings"
	"testing"
)

func TestRegionsAreNamedInAnyForm(t *testing.T) {
	for text, want := range map[string]string{
		"На Полтавщині та в Кременчуці відкрили сервіс":                "53",
		"Рятувальники Львова й Ужгорода, полтавські поліцейські":       "21 46 53",
		"У Сумах оновили школи":                                        "59",
		"У сумах, які сплатили підприємства, рівного розподілу немає":  "",
		"У Рівному засідала колегія":                                   "56",
		"Олена Миколаївна отримала відзнаку в Миколаєві":               "48",
		"Чугунні труби замінили на вулиці в Києві":                     "",
		"В Одесской и Харьковской областях":                            "51 63",
		"Івано-Франківська ОВА та Кам’янець-Подільська громада":        "26 68",
		"Мешканці Слов'янська, Ізюма й Дніпра":                         "14",
		"Посольство Литви передало обладнання для сільських бібліотек": "",
	} {
		if got := strings.Join(Regions(text), " "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestElsewhere(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"53", "63", true}, {"53", "", false}, {"", "", false}, {"46 53", "53 63", false}, {"46 53", "63", true}} {
		if got := Elsewhere(strings.Fields(c.a), strings.Fields(c.b)); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
