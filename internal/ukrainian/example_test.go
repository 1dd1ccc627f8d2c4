package ukrainian_test

import (
	"fmt"

	"visnyk/internal/ukrainian"
)

func ExampleKey() {
	for _, w := range []string{"ночі", "Києва", "людей", "об'єднанням", "CERT-UA", "тис"} {
		fmt.Println(ukrainian.Key(w))
	}
	// Output:
	// ніч
	// київ
	// людина
	// об’єднання
	// cert-ua
	// тис.
}

func ExampleLemmas() {
	fmt.Println(ukrainian.Lemmas("книзі"))
	fmt.Println(ukrainian.Lemmas("роботи"))
	fmt.Println(ukrainian.Lemmas("Стончайтісом")[0])
	// Output:
	// [книга]
	// [робота робот]
	// стончайтіс
}

func ExampleTokens() {
	for _, t := range ukrainian.Tokens("О. Петренко, ст. 5: 5,7 млн на е-урядування") {
		fmt.Printf("%s|", t.Text)
	}
	// Output: О.|Петренко|,|ст.|5|:|5,7|млн|на|е-урядування|
}

func ExampleToken_Parts() {
	for _, p := range ukrainian.Tokens("віце-прем’єр-міністр")[0].Parts() {
		fmt.Println(p.Start, p.Text)
	}
	// Output:
	// 0 віце
	// 9 прем’єр
	// 25 міністр
}

func ExampleSentences() {
	for _, s := range ukrainian.Sentences("У липні 2017 р. Уряд виділив 5 млн грн. Про це повідомив П. Клімкін.") {
		fmt.Println(s)
	}
	// Output:
	// У липні 2017 р. Уряд виділив 5 млн грн.
	// Про це повідомив П. Клімкін.
}

func ExampleQuantities() {
	for _, q := range ukrainian.Quantities("1,5 млн грн, 12 відсотків, двадцять п’ять тисяч") {
		fmt.Println(q.Value, q.Unit)
	}
	// Output:
	// 1500000 UAH
	// 12 %
	// 25000
}

func ExampleDates() {
	for _, d := range ukrainian.Dates("16–18 жовтня, а потім III квартал 2026 року") {
		fmt.Println(d.From, d.To)
	}
	// Output:
	// {0 10 16} {0 10 18}
	// {2026 7 0} {2026 9 0}
}

func ExampleNames() {
	for _, n := range ukrainian.Names("зустріч із Павлом Клімкіним та О. О. Петренком") {
		fmt.Println(n.Given, n.Surname)
	}
	// Output:
	// павло клімкін
	// о. петренко
}

func ExampleSameSurname() {
	fmt.Println(ukrainian.SameSurname("Зубку", "Зубко"), ukrainian.SameSurname("Клімкіна", "Клименко"))
	// Output: true false
}

func ExampleQuotations() {
	for _, q := range ukrainian.Quotations("«Ми готові до зими», — сказав міністр Павло Клімкін.") {
		fmt.Println(q.Speaker, "—", q.Text)
	}
	// Output: Павло Клімкін — Ми готові до зими
}

func ExampleList() {
	fmt.Println(ukrainian.List("МОЗ", "МВС", "Кабмін"))
	fmt.Println(ukrainian.List("Одеса", "Київ"))
	// Output:
	// МОЗ, МВС і Кабмін
	// Одеса й Київ
}

func ExampleTransliterate() {
	fmt.Println(ukrainian.Transliterate("Згурський, Знам’янка, Єнакієве"))
	// Output: Zghurskyi, Znamianka, Yenakiieve
}

func ExampleFixLayout() {
	fmt.Println(ukrainian.FixLayout("pfrjy ghj jcdsne"))
	// Output: закон про освіту true
}
