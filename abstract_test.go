package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"visnyk/internal/sitetest"
)

// A model whose answer holds only what the article says is read in the chat, with
// a sign; what it invents is not, and neither its key.
func TestAbstractsOfAModelAreReadOnlyWhenTheyAreTrue(t *testing.T) {
	t.Parallel()
	const said = "Уряд схвалив план підготовки енергосистеми до зими: відремонтують 120 підстанцій. На роботи виділено 2,4 млрд грн з резервного фонду."
	for _, c := range []struct{ name, answer, sign string }{
		{"true", said, "(стислий переказ)"},
		{"a lie", strings.Replace(said, "2,4", "24", 1), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			llm := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer llm-canary-key" {
					t.Errorf("asked with %q", r.Header.Get("Authorization"))
				}
				content, err := json.Marshal(map[string]string{"abstract": c.answer})
				if err != nil {
					t.Error(err)
				}
				_, _ = fmt.Fprintf(rw, `{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":%q}}]}`, content)
			}))
			t.Cleanup(llm.Close)
			w.env["LLM_URL"], w.env["LLM_MODEL"], w.env["LLM_KEY"] = llm.URL+"/v1", "малий", "llm-canary-key"
			_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", news("one", "Уряд схвалив план підготовки енергосистеми до зими",
				"Кабінет Міністрів України на засіданні схвалив план підготовки енергосистеми до опалювального сезону, повідомляє пресслужба відомства.",
				"Документ передбачає ремонт 120 підстанцій та будівництво 14 захисних споруд. На ці роботи з резервного фонду виділено 2,4 млрд грн.",
				"Першими роботи почнуть у прифронтових громадах, де обладнання зазнало найбільших пошкоджень. Звіт про виконання оприлюднять у відкритих даних."))
			w.start()
			w.tell("/follow " + url)
			m := w.tell("/digest")
			contains(t, m, "Уряд схвалив план підготовки енергосистеми до зими")
			if got := strings.Contains(m.Text, "(стислий переказ)"); got != (c.sign != "") {
				t.Errorf("marked as rewritten: %v\n%s", got, m.Text)
			}
			if got := strings.Contains(m.Text, said); got != (c.sign != "") {
				t.Errorf("rewritten: %v\n%s", got, m.Text)
			}
			week := w.tell("/digest тиждень")
			if got := strings.Contains(week.Text, said+" (стислий переказ)") && strings.Contains(week.Text, "склала мовна модель"); got != (c.sign != "") {
				t.Errorf("rewritten in the digest of a week: %v\n%s", got, week.Text)
			}
			printed := documentText(t, w.tell("/digest тиждень docx").Document.Data)
			if got := strings.Contains(printed, said) && strings.Contains(printed, "(стислий переказ)") && strings.Contains(printed, "склала мовна модель"); got != (c.sign != "") {
				t.Errorf("rewritten in print: %v\n%s", got, printed)
			}
			if strings.Contains(w.log.String()+m.Text, "llm-canary-key") {
				t.Error("the key is in the log or in the message")
			}
		})
	}
}
