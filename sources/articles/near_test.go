package articles

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

const report = "Кабінет Міністрів України на засіданні ухвалив постанову про підтримку територіальних громад, які постраждали від обстрілів. " +
	"Кошти спрямують на відновлення шкіл, лікарень і мереж водопостачання у п’яти областях країни. " +
	"Міністр розвитку громад повідомив, що перші об’єкти почнуть ремонтувати вже наступного місяця, а завершити роботи планують до осені."

// edited changes every nth word of a text.
func edited(text string, nth int) string {
	words := strings.Fields(text)
	for i := nth - 1; i < len(words); i += nth {
		words[i] = "змінене"
	}
	return strings.Join(words, " ")
}

func TestCopiesAreFoundAndWhy(t *testing.T) {
	for _, c := range []struct {
		name, text, of, reason string
	}{
		{"word for word", strings.ToUpper(report), "a", SameText},
		{"every tenth word edited", edited(report, 10), "a", NearText},
		{"another text", "Прикордонники затримали на кордоні партію контрафактних сигарет на три мільйони гривень, повідомила пресслужба.", "", DifferentText},
		{"nothing", "", "", DifferentText},
	} {
		n := NewNearby()
		n.Add("a", "kmu", report)
		if got := n.Add("b", "mev", c.text); got.Of != c.of || got.Reason != c.reason {
			t.Errorf("%s: %+v, want %s by %s", c.name, got, c.of, c.reason)
		}
	}
}

// daily is a report that differs from day to day in its numbers alone.
func daily(day int) string {
	r := rand.New(rand.NewPCG(uint64(day), 7))
	return fmt.Sprintf("Оперативна інформація станом на ранок: за добу виїжджали на %d пожеж, врятовано %d осіб, знешкоджено %d вибухонебезпечних предметів, "+
		"залучено %d рятувальників та %d одиниць техніки в усіх областях України.", 100+r.IntN(900), r.IntN(100), 100+r.IntN(900), 1000+r.IntN(9000), 100+r.IntN(900))
}

func TestReportsOfSeveralDaysAreNoCopies(t *testing.T) {
	n := NewNearby()
	for day := range 60 {
		if c := n.Add(fmt.Sprint(day), "dsns", daily(day)); c.Of != "" {
			t.Errorf("day %d repeats %s", day, c.Of)
		}
	}
	if c := n.Add("again", "mvs", daily(3)); c.Of != "3" {
		t.Errorf("a copy of the third day: %+v", c)
	}
	if c := n.Add("x", "dsns", daily(77)); c.Reason != DifferentNumbers {
		t.Errorf("reason: %s", c.Reason)
	}
}

func TestFurnitureOfASourceIsNoText(t *testing.T) {
	furniture := "\nПідписуйтеся на наші сторінки в соціальних мережах, щоб першими дізнаватися про новини міністерства та всі важливі події тижня в країні."
	n := NewNearby()
	for i := range 12 {
		text := fmt.Sprintf("Новина номер %d розповідає про подію %s.", i, strings.Repeat(fmt.Sprintf("слово%d ", i), 6))
		if c := n.Add(fmt.Sprint(i), "moz", text+furniture); c.Of != "" && i > recursFrom {
			t.Errorf("text %d repeats %s by its furniture", i, c.Of)
		}
	}
}

func TestACopyOfACopyGoesBackToTheFirst(t *testing.T) {
	n := NewNearby()
	n.Add("a", "", report)
	n.Add("b", "", edited(report, 9))
	if c := n.Add("c", "", edited(edited(report, 9), 7)); c.Of != "a" {
		t.Errorf("%+v", c)
	}
	if got := n.Firsts(); got[0] != "" || got[1] != "a" || got[2] != "a" {
		t.Errorf("firsts: %q", got)
	}
}

func TestHashesFindWhatJaccardConfirms(t *testing.T) {
	missed := 0
	for i := range 200 {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		words := make([]string, 120)
		for k := range words {
			words[k] = fmt.Sprint("w", r.IntN(5000))
		}
		n := NewNearby()
		n.Add("a", "", strings.Join(words, " "))
		for k := range words {
			if r.IntN(100) < 15 {
				words[k] = fmt.Sprint("v", r.IntN(5000))
			}
		}
		if n.Add("b", "", strings.Join(words, " ")).Of == "" {
			missed++
		}
	}
	if missed > 6 {
		t.Errorf("%d of 200 texts with 15 words in a hundred edited are missed", missed)
	}
}

func BenchmarkNearby(b *testing.B) {
	texts := make([]string, 2000)
	for i := range texts {
		r := rand.New(rand.NewPCG(uint64(i), 3))
		words := make([]string, 250)
		for k := range words {
			words[k] = fmt.Sprint("слово", r.IntN(20000))
		}
		texts[i] = strings.Join(words, " ")
	}
	for b.Loop() {
		n := NewNearby()
		for i, text := range texts {
			n.Add(fmt.Sprint(i), "", text)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(texts)), "µs/text")
}

func FuzzShape(f *testing.F) {
	f.Add(report, edited(report, 3))
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := ShapeOf(a, nil), ShapeOf(b, nil)
		one, reason := x.Compare(y)
		two, other := y.Compare(x)
		if one != two || reason != other {
			t.Fatalf("%q and %q: %v %s, the other way %v %s", a, b, one, reason, two, other)
		}
		if same, _ := x.Compare(x); !same && !x.Empty() {
			t.Fatalf("%q is not itself", a)
		}
	})
}

func TestReportsOfSeveralOblastsAreNoCopies(t *testing.T) {
	pattern := func(where, office string) string {
		return "У " + where + " області за тиждень поновили договори оренди землі власники, повідомили в управлінні " + office + " області. " +
			"Заяви приймають у центрах надання адміністративних послуг щодня, крім неділі. Потрібні паспорт, податковий номер і документ про право власності."
	}
	n := NewNearby()
	n.Add("poltava", "a", pattern("Полтавській", "Полтавської"))
	if c := n.Add("kharkiv", "b", pattern("Харківській", "Харківської")); c.Of != "" || c.Reason != DifferentPlaces {
		t.Errorf("another oblast: %+v", c)
	}
	if c := n.Add("again", "c", pattern("Полтавській", "Полтавської")+" Довідки за телефоном гарячої лінії."); c.Of != "poltava" {
		t.Errorf("the same one: %+v", c)
	}
	if c := n.Add("state", "d", pattern("кожній", "кожної")); c.Of == "" {
		t.Errorf("no oblast: %+v", c)
	}
}
