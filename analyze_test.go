package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestAnalyzePrintsTheDocumentsOfAPage(t *testing.T) {
	in := `{"id":"1","url":"https://rada.example/n/1","html":"<h1>Уряд змінив порядок виплат допомоги</h1><p>Порядок затверджено постановою Кабінету Міністрів України від 02.07.2014 № 228, її зміст оприлюднено.</p><p><a href=\"/p.pdf\">Текст постанови</a></p>"}
{"id":"2","raw":"Немає документів."}
`
	var out, errs bytes.Buffer
	if s := run(contextOf(), []string{"analyze", "--only", "title,documents"}, func(string) string { return "" }, strings.NewReader(in), &out, &errs); s != 0 {
		t.Fatalf("status %d: %s", s, errs.String())
	}
	want := `{"id":"1","title":"Уряд змінив порядок виплат допомоги","documents":[{"type":"постанова","number":"228","date":"2014-07-02","title":null,"url":null},{"type":"постанова","number":null,"date":null,"title":"Текст постанови","url":"https://rada.example/p.pdf"}]}
{"id":"2","title":null,"documents":[]}
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	if !json.Valid(bytes.Split(out.Bytes(), []byte("\n"))[0]) {
		t.Error("the line is not JSON")
	}
}
