package digest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"visnyk/digest"
	"visnyk/sources/articles"
)

// told is a report of a body at so many hours after noon.
func told(id, source string, hours int, title, text string) articles.Article {
	a := article(id, source, title, text)
	a.Published = noon.Add(time.Duration(hours) * time.Hour)
	a.Language = "uk"
	return a
}

func TestReportsOfOneEventInOtherWordsAreOneStory(t *testing.T) {
	c := digest.NewCluster()
	first := c.Add(told("a", "mindev", 0, "Уряд виділив 540 млн грн на захист реєстрів громад",
		"Кабінет Міністрів схвалив програму захисту електронних реєстрів територіальних громад. На перший етап виділено 540 млн гривень. "+
			"Програму виконуватиме Агентство відновлення разом із Мінцифрою, повідомив Олексій Кулеба."))
	c.Add(told("b", "dsns", 1, "Рятувальники ліквідували пожежу на складі в Одесі", "Пожежу на складі площею 800 квадратних метрів ліквідували за три години, загиблих немає."))
	second := c.Add(told("c", "thedigital", 3, "Захист електронних реєстрів: громади отримають 540 мільйонів",
		"Програму захисту реєстрів громад схвалено урядом. Олексій Кулеба розповів, що на перший етап держава дає 540 млн гривень, решту — партнери. "+
			"Мінцифра та Агентство відновлення почнуть роботу в грудні."))
	if second.Story != first.Story || second.Reason != digest.BecauseAlike {
		t.Errorf("the second report: %+v, the first %+v", second, first)
	}
}

func TestNoticesAfterOnePatternStayApart(t *testing.T) {
	pattern := " — про це повідомила пресслужба відомства за підсумками наради, яка відбулася сьогодні в Києві. Документ передбачає, що громади " +
		"отримають фінансування до кінця року, а звіт про виконання оприлюднять у відкритих даних."
	for _, same := range []bool{true, false} {
		c := digest.NewCluster()
		seen := map[int]bool{}
		for i, title := range []string{"Енергетики завершили ремонт підстанцій", "Кібербезпека шкіл посилюється", "Агентство доріг звітує про ремонт мостів", "Нові вагони вийшли на маршрут"} {
			source := "one"
			if !same {
				source = fmt.Sprint("body", i)
			}
			j := c.Add(told(fmt.Sprint(i), source, i, title, title+pattern))
			if seen[j.Story] {
				t.Errorf("of one source %v: %q joined a story: %s", same, title, j.Reason)
			}
			seen[j.Story] = true
		}
	}
}

func TestRecurringReportsStayApart(t *testing.T) {
	c := digest.NewCluster()
	one := c.Add(told("a", "meteo", 0, "Прогноз погоди на 8 листопада", "Вночі 2 градуси тепла, вдень 8, опади. Вітер західний 5 метрів за секунду, на дорогах туман."))
	two := c.Add(told("b", "weather", 20, "Прогноз погоди на 9 листопада", "Вночі 1 градус тепла, вдень 11, без опадів. Вітер східний 3 метри за секунду, на дорогах ожеледь."))
	if one.Story == two.Story {
		t.Errorf("two days are one story: %s", two.Reason)
	}
}

func TestACopyJoinsItsOriginal(t *testing.T) {
	c := digest.NewCluster()
	one := c.Add(told("a", "kmu", 0, "Уряд затвердив план підготовки енергосистеми до зими", winter))
	two := c.Add(told("b", "kiev-news", 2, "План підготовки до зими затверджено", winter+" Про це йдеться на сайті уряду."))
	if two.Story != one.Story || two.Copy != "a" || two.Reason != digest.BecauseCopy {
		t.Errorf("the copy: %+v", two)
	}
	if got := c.Copies(); got[0] != "" || got[1] != "a" {
		t.Errorf("copies: %q", got)
	}
}

func TestTheIssuingBodyLeadsAStory(t *testing.T) {
	b := digest.NewBuilder(taxonomy(t), time.UTC, func(s string) string { return s },
		digest.Body{Source: "moz", Names: []string{"Міністерство охорони здоров’я", "МОЗ"}, Level: digest.LevelOf("ministry")},
		digest.Body{Source: "city", Names: []string{"Одеська міська рада"}, Level: digest.LevelOf("city")})
	stories, _ := b.Stories([]articles.Article{
		told("a", "city", 0, "МОЗ оновило календар щеплень: що зміниться в лікарнях", "Міністерство охорони здоров’я оновило календар щеплень для дітей віком до шести років."),
		told("b", "moz", 1, "МОЗ оновило календар щеплень", "Міністерство охорони здоров’я оновило календар щеплень для дітей віком до шести років, зміни діють з січня."),
	})
	if len(stories) != 1 || stories[0].Links[0].Source != "moz" || stories[0].First.Source != "city" || stories[0].Articles[0] != "b" || !stories[0].Published.Equal(noon) {
		t.Errorf("%+v", stories)
	}
}

func TestOrderByImportance(t *testing.T) {
	b := digest.NewBuilder(taxonomy(t), time.UTC, func(s string) string { return s }, digest.Body{Source: "rada", Level: digest.LevelOf("parliament")})
	stories, dropped := b.Stories([]articles.Article{
		told("greeting", "rada", 5, "Вітання Голови Верховної Ради народним депутатам", "Шановні народні депутати, вітаю вас із святом парламенту України."),
		told("city", "rivne", 5, "Спікер парламенту провів виїзне засідання в Рівному", "Парламентський комітет працював на Рівненщині, пленарні засідання відновлять у вівторок."),
		told("law", "rada", 1, "Верховна Рада ухвалила закон про відкриті дані", "Закон підтримали 287 народних депутатів, він набуває чинності з січня."),
		told("tender", "rada", 5, "Апарат Верховної Ради оголошує конкурс на посаду", "Конкурс на зайняття посади оголошено в апараті парламенту України."),
	})
	var order []string
	for _, s := range b.Build(stories, dropped, 0).Stories {
		order = append(order, s.Articles[0])
	}
	if fmt.Sprint(order) != "[law city tender greeting]" {
		t.Errorf("order: %v", order)
	}
}

func TestAStoryThatGrewIsNewsAgain(t *testing.T) {
	b := builder(t)
	var all []articles.Article
	for i, title := range []string{"Уряд затвердив план підготовки енергосистеми до зими", "План підготовки енергосистеми до зими: подробиці", "Підготовка енергосистеми до зими: що затвердив уряд"} {
		all = append(all, told(fmt.Sprint(i), fmt.Sprint("body", i), i, title, winter+fmt.Sprintf(" Подробиці від %d-го органу.", i)))
	}
	few, _ := b.Stories(all[:2])
	more, _ := b.Stories(all)
	if len(few) != 1 || len(more) != 1 || len(few[0].Marks()) != 1 || len(more[0].Marks()) != 2 {
		t.Fatalf("marks of %d and %d stories: %v, %v", len(few), len(more), few[0].Marks(), more[0].Marks())
	}
}

func BenchmarkCluster(b *testing.B) {
	var all []articles.Article
	for i := range 1000 {
		all = append(all, told(fmt.Sprint(i), fmt.Sprint("body", i%40), i/20, fmt.Sprintf("Новина %d про подію номер %d у громаді", i, i*7%613),
			fmt.Sprintf("%s Подія %d сталася в громаді %d, її учасників було %d.", winter, i*7%613, i%97, i%31)))
	}
	for b.Loop() {
		c := digest.NewCluster()
		for _, a := range all {
			c.Add(a)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(all)), "µs/article")
}

func TestAnotherReportAddsWhatTheMainOneLacks(t *testing.T) {
	main := "Уряд схвалив програму захисту реєстрів громад. На перший етап передбачено 540 млн грн."
	other := "Програму захисту реєстрів схвалив уряд. На неї передбачено 540 мільйонів гривень. «Ми чекали 12 років», — сказав голова. Першими до програми захисту приєднаються 120 громад."
	if got := digest.Adding("Захист реєстрів громад", main, other); got != "Першими до програми захисту приєднаються 120 громад." {
		t.Errorf("adds %q", got)
	}
	if got := digest.Adding("Захист реєстрів громад", main, main); got != "" {
		t.Errorf("a copy adds %q", got)
	}
}

func TestTheSameInTwoOblastsIsTwoStories(t *testing.T) {
	rest := " Відкрито кримінальне провадження, водієві загрожує до восьми років позбавлення волі."
	c := digest.NewCluster()
	sumy := c.Add(told("a", "sumy", 0, "У Сумах зупинили водія напідпитку, який збив пішохода", "У Сумах поліцейські зупинили водія автомобіля Renault, який напідпитку збив пішохода на переході. Водієві 34 роки."+rest))
	cherkasy := c.Add(told("b", "cherkasy", 1, "У Черкасах затримали водія напідпитку, який збив пішохода", "У Черкасах поліцейські затримали водія автомобіля Skoda, який напідпитку збив пішохода на переході. Водієві 27 років."+rest))
	if sumy.Story == cherkasy.Story {
		t.Errorf("two oblasts are one story: %s", cherkasy.Reason)
	}
	again := c.Add(told("d", "sumy-news", 2, "На Сумщині зупинили водія, який напідпитку збив пішохода", "Водія автомобіля Renault, який напідпитку збив пішохода на переході, зупинили поліцейські в обласному центрі. Водієві 34 роки."+rest))
	if again.Story != sumy.Story {
		t.Errorf("the town and its oblast: %+v, want story %d", again, sumy.Story)
	}
	state := c.Add(told("e", "npu", 3, "Поліція зупинила водія напідпитку, який збив пішохода", "Поліцейські зупинили водія автомобіля Renault, який напідпитку збив пішохода на переході. Водієві 34 роки."+rest))
	if state.Story != sumy.Story {
		t.Errorf("a report that names no oblast: %+v, want story %d", state, sumy.Story)
	}
}

// pairsRight is how many of the pairs of reports in testdata are judged right.
const pairsRight = 26

// The pairs are written after what Ukrainian bodies publish: one event as two of
// them tell it, and two events as one pattern tells them. A line holds what it is
// about, whether it is one story or two, and title and text of both.
func TestPairsOfReportsAreJudged(t *testing.T) {
	data, err := os.ReadFile("testdata/pairs.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	c := digest.NewCluster()
	right := 0
	var wrong []string
	for i, line := range lines {
		f := strings.Split(line, "\t")
		if len(f) != 6 {
			t.Fatalf("line %d has %d fields", i+1, len(f))
		}
		one := c.Add(told(fmt.Sprint(i, "a"), fmt.Sprint("one", i), 0, f[2], f[3]))
		two := c.Add(told(fmt.Sprint(i, "b"), fmt.Sprint("two", i), 1, f[4], f[5]))
		if (one.Story == two.Story) == (f[1] == "one") {
			right++
		} else {
			wrong = append(wrong, f[0])
		}
	}
	if right < pairsRight {
		t.Errorf("%d of %d are right; wrong: %s", right, len(lines), strings.Join(wrong, "; "))
	}
}
