package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
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

// told is an article of the announcements that package abstract is judged by, and
// what a model says of it.
type told struct {
	title, answer string
	paragraphs    []string
	lie           string // its kind; empty for the truth
}

// announced reads some announcements: of every other one the model tells the
// truth, of the others it lies, each time in another way.
func announced(t *testing.T) []told {
	t.Helper()
	data, err := os.ReadFile("digest/abstract/testdata/announcements.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen, _, _ := strings.Cut(string(data), "= second")
	kinds := []string{"date", "person", "contrary", "agent", "figure"}
	var all []told
	for article := range strings.SplitSeq(seen, "# ") {
		lines := strings.Split(strings.TrimSpace(article), "\n")
		a := told{title: lines[0]}
		wanted, said := kinds[(len(all)/2)%len(kinds)], ""
		for _, line := range lines[1:] {
			switch begin, rest, _ := strings.Cut(line, " "); {
			case begin == ">":
				said = rest
				if a.answer == "" {
					a.answer = rest
				}
			case begin == "!" && len(all)%2 == 1 && a.lie != wanted:
				kind, edit, _ := strings.Cut(rest, " | ")
				from, to, _ := strings.Cut(edit, " → ")
				if a.lie == "" || kind == wanted {
					a.lie, a.answer = kind, strings.Replace(said, from, to, 1)
				}
			case begin != "!":
				a.paragraphs = append(a.paragraphs, line)
			}
		}
		if a.answer != "" {
			all = append(all, a)
		}
	}
	return all
}

// A model that lies of every other article, by a day, a person or a number of
// another event, by the contrary or with who does and to whom exchanged: the
// digest has its truths and none of its lies.
func TestAModelThatLiesNowAndThenIsReadOnlyWhereItDoesNot(t *testing.T) {
	t.Parallel()
	all := announced(t)
	w := newWorld(t)
	llm := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var asked struct{ Messages []struct{ Content string } }
		var about struct{ Title string }
		if err := errors.Join(json.NewDecoder(r.Body).Decode(&asked), json.Unmarshal([]byte(asked.Messages[1].Content), &about)); err != nil {
			t.Error(err)
		}
		i := slices.IndexFunc(all, func(a told) bool { return a.title == about.Title })
		if i < 0 {
			t.Errorf("asked of %q", about.Title)
			return
		}
		content, err := json.Marshal(map[string]string{"abstract": all[i].answer})
		if err != nil {
			t.Error(err)
		}
		_, _ = fmt.Fprintf(rw, `{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":%q}}]}`, content)
	}))
	t.Cleanup(llm.Close)
	w.env["LLM_URL"], w.env["LLM_MODEL"] = llm.URL+"/v1", "малий"
	var published []sitetest.Publication
	for i, a := range all {
		published = append(published, news(fmt.Sprint("item", i), a.title, a.paragraphs...))
	}
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "zrazok", published...)
	w.start()
	w.tell("/follow " + url)
	printed := documentText(t, w.tell("/digest тиждень docx").Document.Data)
	truths, lies := 0, 0
	for _, a := range all {
		if a.lie != "" {
			lies++
		}
		switch got := strings.Contains(printed, a.answer); {
		case !strings.Contains(printed, a.title):
			t.Errorf("not in the digest: %s", a.title)
		case a.lie != "" && got:
			t.Errorf("a lie is in the digest, %s: %s", a.lie, a.answer)
		case got:
			truths++
		}
	}
	if signs := strings.Count(printed, "(стислий переказ)"); signs != truths || truths < len(all)/2 || lies < len(all)/3 {
		t.Errorf("%d truths are read, %d are marked, %d lies were told, of %d articles", truths, signs, lies, len(all))
	}
}
