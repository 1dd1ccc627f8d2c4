package extract

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// brief is a document in one line.
func brief(d Document) string {
	date := ""
	if !d.Date.IsZero() {
		date = d.Date.Format(time.DateOnly)
	}
	return fmt.Sprintf("%s|%s|%s|%s|%s", d.Type, d.Number, date, d.Title, d.URL)
}

func briefs(all []Document) []string {
	var s []string
	for _, d := range all {
		s = append(s, brief(d))
	}
	return s
}

func TestDocuments(t *testing.T) {
	for text, want := range map[string][]string{
		"Порядок затверджено постановою Кабінету Міністрів України від 02.07.2014 № 228.":                                             {"постанова|228|2014-07-02||"},
		"Закон України «Про медіаграмотність» від 16 жовтня 2018 року № 2581-VIII набрав чинності.":                                   {"закон|2581-VIII|2018-10-16|Про медіаграмотність|"},
		"Уряд ухвалив розпорядження № 45-р від 16.01.2024 про виділення коштів.":                                                      {"розпорядження|45-р|2024-01-16||"},
		"Відповідно до Указу Президента України № 64/2022 діє воєнний стан.":                                                          {"указ|64/2022|||"},
		"згідно з наказом МОЗ України від 19 березня 2018 року № 504 «Про затвердження Порядку надання допомоги»":                     {"наказ|504|2018-03-19|Про затвердження Порядку надання допомоги|"},
		"Депутати підтримали проєкт Закону «Про внесення змін до Закону України «Про освіту» (реєстр. № 9123).":                       {"законопроєкт|9123||Про внесення змін до Закону України «Про освіту|"},
		"Законопроєкт № 12345-д прийнято за основу, а Закон № 123-IX скасовано.":                                                      {"законопроєкт|12345-д|||", "закон|123-IX|||"},
		"Рішення виконкому від 28.09.2023 № 415 та лист Мінфіну від 3 жовтня 2023 р. № 31-21/7":                                       {"рішення|415|2023-09-28||", "лист|31-21/7|2023-10-03||"},
		"Постанова № 228 діє. Раніше постанову № 228 змінювали двічі.":                                                                {"постанова|228|||"},
		"Рішення ухвалили у школі № 5, а лист надіслали до лікарні № 2.":                                                              nil,
		"За законом це заборонено. Наказано перевірити, указано строки, листопад 2023 року.":                                          nil,
		"Наказ від 5 травня підписано, указ готують, рішення № буде згодом.":                                                          nil,
		"Конституційний Суд розглянув рішення Верховного Суду у справі № 910/4321/20 та постанову від 12.03.2021 у цій справі вчора.": {"рішення|910/4321/20|||", "постанова||2021-03-12||"},
	} {
		if got := briefs(Documents(text)); !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestDocumentsOfAPage(t *testing.T) {
	page := `<html><body><footer><a href="https://zakon.rada.gov.ua/laws/show/254к/96-вр">Конституція України</a></footer><main><h1>Уряд змінив порядок виплат допомоги</h1>
<p>Кабінет Міністрів вніс зміни до <a href="https://zakon.rada.gov.ua/laws/show/1751-IV">Закону України № 1751-IV</a>, повідомило міністерство.</p>
<p>Зміни передбачає постанова від 16.10.2024 № 1190, її опубліковано на порталі уряду цього тижня.</p>
<p><a href="/files/postanova_1190.pdf">Постанова від 16.10.2024 № 1190</a></p><p><a href="/files/Dodatok.DOCX?v=2">Додаток до порядку виплат</a> <a href="/files/zvit.xlsx">XLSX</a></p></main></body></html>`
	p := read(t, []byte(page), "text/html; charset=utf-8", "https://rada.example/news/1")
	want := []string{
		"закон|1751-IV||Закону України № 1751-IV|https://zakon.rada.gov.ua/laws/show/1751-IV",
		"постанова|1190|2024-10-16|Постанова від 16.10.2024 № 1190|https://rada.example/files/postanova_1190.pdf",
		"|||Додаток до порядку виплат|https://rada.example/files/Dodatok.DOCX?v=2",
		"|||zvit.xlsx|https://rada.example/files/zvit.xlsx",
	}
	if got := briefs(p.Documents); !slices.Equal(got, want) {
		t.Errorf("documents:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestDocumentsOfALongTextEnd(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "Постанова № %d та наказ № %d. ", i, i)
	}
	if n := len(Documents(b.String())); n != maxDocuments {
		t.Errorf("%d documents", n)
	}
}
