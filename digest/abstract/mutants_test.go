package abstract_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"visnyk/digest/abstract"
	"visnyk/internal/ukrainian"
)

// mutant is an abstract that was made wrong.
type mutant struct{ source, text, how string }

func splice(s string, from, to int, by string) string { return s[:from] + by + s[to:] }

// wrongNumbers changes every number of an abstract by one, by ten, in one digit
// and in its unit, and puts numbers in each other's place.
func wrongNumbers(n news, a string) []mutant {
	var all []mutant
	add := func(text, how string) {
		if text != a {
			all = append(all, mutant{n.source(), text, how})
		}
	}
	var digits []ukrainian.Token
	for _, t := range ukrainian.Tokens(a) {
		if t.Text[0] >= '0' && t.Text[0] <= '9' && strings.Trim(t.Text, "0123456789,") == "" {
			digits = append(digits, t)
		}
	}
	for i, t := range digits {
		whole, part, _ := strings.Cut(t.Text, ",")
		v, err := strconv.Atoi(whole)
		if err != nil {
			continue
		}
		if part != "" {
			part = "," + part
		}
		add(splice(a, t.Start, t.End, strconv.Itoa(v+1)+part), "plus one")
		if v > 1 {
			add(splice(a, t.Start, t.End, strconv.Itoa(v-1)+part), "minus one")
		}
		if v > 0 {
			add(splice(a, t.Start, t.End, whole+"0"+part), "ten times")
		}
		if len(whole) > 1 && part == "" {
			add(splice(a, t.Start, t.End, whole[:len(whole)-1]), "a digit lost")
			add(splice(a, t.Start, t.End, whole[1:2]+whole[:1]+whole[2:]), "digits swapped")
		}
		for _, o := range digits[i+1:] {
			add(a[:t.Start]+o.Text+a[t.End:o.Start]+t.Text+a[o.End:], "two numbers swapped")
		}
	}
	for _, u := range [][2]string{
		{" млн", " млрд"},
		{" млрд", " млн"},
		{" грн", " євро"},
		{" доларів", " гривень"},
		{" євро", " доларів"},
		{" %", " пункту"},
		{"тисяч", "мільйонів"},
		{" тис.", " млн"},
		{" метрів", " кілометрів"},
		{"квадратних метрів", "гектарів"},
		{"гектарів", "кілометрів"},
		{"тисяч осіб", "тисяч родин"},
		{"млн осіб", "млн родин"},
		{"хвилин", "годин"},
		{"днів", "місяців"},
		{"місяців", "тижнів"},
		{"понад ", "до "},
		{"жовтня", "вересня"},
		{"листопада", "грудня"},
		{"грудня", "січня"},
		{"травня", "червня"},
		{"березня", "квітня"},
		{"чотири", "п’ять"},
		{"вдвічі", "втричі"},
		{"двоє", "троє"},
		{"п’ята", "шоста"},
		{"четвертий", "третій"},
		{"восьми", "дев’яти"},
	} {
		if i := strings.Index(a, u[0]); i >= 0 {
			add(splice(a, i, i+len(u[0]), u[1]), "unit"+u[0]+" →"+u[1])
		}
	}
	return all
}

// strangers are persons that no article knows, in the nominative and genitive.
func strangers() [][2]string {
	return [][2]string{{"Остап Гриценко", "Остапа Гриценка"}, {"Назар Яворський", "Назара Яворського"}, {"Людмила Зарічна", "Людмили Зарічної"}}
}

// wrongNames puts other persons, bodies and places in the place of those of an
// abstract: strangers, and others of the same article.
func wrongNames(n news, a string) []mutant {
	var all []mutant
	add := func(from, to int, by, how string) {
		all = append(all, mutant{n.source(), splice(a, from, to, by), how})
	}
	theirs := ukrainian.Names(n.source())
	for i, name := range ukrainian.Names(a) {
		nominative := strings.HasSuffix(ukrainian.Fold(name.Text), name.Surname)
		given, surname, _ := strings.Cut(name.Text, " ")
		for j, s := range strangers() {
			form := s[1]
			if nominative {
				form = s[0]
			}
			g, f, _ := strings.Cut(form, " ")
			switch (i + j) % 3 {
			case 0:
				add(name.Start, name.End, form, "a stranger")
			case 1:
				add(name.Start, name.End, given+" "+f, "another surname")
			case 2:
				add(name.Start, name.End, g+" "+surname, "another given name")
			}
		}
		var done []string
		for _, o := range theirs {
			if o.Surname == name.Surname || slices.Contains(done, o.Surname) || !nominative || !strings.HasSuffix(ukrainian.Fold(o.Text), o.Surname) {
				continue
			}
			done = append(done, o.Surname)
			add(name.Start, name.End, o.Text, "another of the article")
		}
	}
	for _, r := range otherNames() {
		if i := strings.Index(a, r[0]); i >= 0 {
			add(i, i+len(r[0]), r[1], r[0]+" → "+r[1])
		}
	}
	for _, r := range swappedRoles() {
		if i := strings.Index(a, r[0]); i >= 0 {
			add(i, i+len(r[0]), r[1], "roles swapped")
		}
	}
	return all
}

// otherNames are names of the articles and what they are changed for.
func otherNames() [][2]string {
	return [][2]string{
		{"України", "Молдови"},
		{"Україна", "Молдова"},
		{"Україні", "Молдові"},
		{"Польщею", "Румунією"},
		{"Варшаві", "Празі"},
		{"Харкові", "Одесі"},
		{"Києва", "Дніпра"},
		{"Львова", "Луцька"},
		{"Пенсійний фонд", "Фонд гарантування"},
		{"Пенсійний фонд", "Грошовий фонд"},
		{"Міністерство освіти", "Міністерство оборони"},
		{"Міністерство охорони здоров’я", "Міністерство соціальної політики"},
		{"НАБУ", "ДБР"},
		{"Укрзалізниця", "Укрпошта"},
		{"Польща", "Туреччина"},
		{"Національний банк", "Національний фонд"},
		{"Національний банк", "Антимонопольний комітет"},
		{"Чернівецької", "Черкаської"},
		{"Чернівецьку", "Вінницьку"},
		{"Київський", "Одеський"},
		{"Київської", "Одеської"},
		{"Зелений берег", "Синій берег"},
		{"Морський шлях", "Річковий шлях"},
		{"CERT-UA", "CERT-EU"},
		{"«Дія»", "«Резерв+»"},
		{"«Дії»", "«Мрії»"},
		{"Броварах", "Борисполі"},
		{"АРМА", "ДСНС"},
		{"Кабінету Міністрів", "Офісу Президента"},
		{"Верховна Рада", "Громадська палата"},
		{"Мінцифри", "Мінфін"},
		{"Європейський Союз", "Світовий банк"},
		{"ЄС", "МВФ"},
		{"Державної податкової", "Державної митної"},
		{"Державна служба статистики", "Державна служба зайнятості"},
		{"Мінагрополітики", "Мінекономіки"},
		{"Гідрометцентр", "Укргідроенерго"},
		{"Карпатах", "Криму"},
		{"Усть-Луга", "Усть-Кут"},
		{"Конча-Заспа", "Асканія-Нова"},
		{"ЦНАП", "МСЕК"},
		{"Міністерство розвитку громад", "Міністерство розвитку оборони"},
		{"Руслану Бондаренку", "Вадиму Остапчуку"},
		{"Вадима Остапчука", "Руслана Бондаренка"},
		{"Руслана Осипенка", "Руслана Запаранюка"},
		{"Руслан Осипенко", "Руслан Запаранюк"},
		{"Денису Улютіну", "Юлії Свириденко"},
		{"між Україною та Польщею", "між Україною та Німеччиною"},
		{"GIFTEDCROOK", "GHOSTCROOK"},
		{"Дрогобич", "Стрий"},
		{"Мальховиче", "Медика"},
	}
}

// swappedRoles are sentences of the abstracts and what they are when who does and
// to whom change places.
func swappedRoles() [][2]string {
	return [][2]string{
		{"Юлія Свириденко доручила Денису Улютіну", "Денис Улютін доручив Юлії Свириденко"},
		{"Сергій Марченко подякував за підтримку Валдісу Домбровскісу", "Валдіс Домбровскіс подякував за підтримку Сергію Марченку"},
		{"Володимир Зеленський призначив Руслана Осипенка", "Руслан Осипенко призначив Володимира Зеленського"},
		{"Україна отримала від ЄС", "ЄС отримав від України"},
		{"очолив Руслан Осипенко. Руслана Запаранюка", "очолив Руслан Запаранюк. Руслана Осипенка"},
		{"Європейський Союз надав Україні", "Україна надала Європейському Союзу"},
	}
}

// wrongWay denies what an abstract says, and says what it denies.
func wrongWay(n news, a string) []mutant {
	var all []mutant
	for _, r := range [][2]string{
		{" не ", " "},
		{"без дозволів", "із дозволами"},
		{"немає", "є"},
		{"схвалив", "відхилив"},
		{"затвердило", "скасувало"},
		{"зросло", "знизилося"},
		{"скоротилося", "зросло"},
		{"ухвалив", "відхилив"},
		{"ухвалила", "відхилила"},
		{"сповільнилася", "прискорилася"},
		{"знизиться", "зросте"},
		{"знизилася", "зросла"},
		{"відмовив", "дозволив"},
		{"отримала", "не отримала"},
		{"відкриють", "не відкриють"},
		{"зможуть", "не зможуть"},
		{"працюватимуть", "не працюватимуть"},
		{"виділено", "не виділено"},
		{"призначив", "звільнив"},
		{"призначила", "скасувала"},
		{"виявлено", "не виявлено"},
		{"відновило", "припинило"},
		{"збереже", "не збереже"},
		{"зберіг", "не зберіг"},
		{"ліквідовано", "не ліквідовано"},
		{"запустило", "закрило"},
		{"передано", "не передано"},
		{"вилучено", "не вилучено"},
		{"курсуватимуть", "не курсуватимуть"},
		{"приймають", "не приймають"},
		{"становитиме", "не становитиме"},
		{"отримають", "не отримають"},
		{"розширено", "звужено"},
		{"відбудеться", "не відбудеться"},
		{"встановлює", "не встановлює"},
		{"викрадає", "не викрадає"},
		{"звільнено", "призначено"},
		{"повідомило", "не повідомило"},
		{"незаконно", "законно"},
		{"додала", "скасувала"},
		{"продовжили", "скасували"},
	} {
		if i := strings.Index(a, r[0]); i >= 0 {
			all = append(all, mutant{n.source(), splice(a, i, i+len(r[0]), r[1]), r[0] + " → " + r[1]})
		}
	}
	return all
}

func caught(t *testing.T, kind string, all []mutant) float64 {
	t.Helper()
	n := 0
	for _, m := range all {
		if ok, _ := abstract.Verify(m.source, m.text); !ok {
			n++
		} else {
			t.Logf("%s passes (%s): %s", kind, m.how, m.text)
		}
	}
	share := float64(n) / float64(len(all))
	t.Logf("%s: %d of %d caught, %.1f %%", kind, n, len(all), 100*share)
	return share
}

func TestMutantsAreCaught(t *testing.T) {
	var numbers, names, ways []mutant
	for _, n := range readNews(t) {
		for _, a := range n.abstracts {
			if ok, _ := abstract.Verify(n.source(), a); !ok {
				continue // caught before it was made wrong
			}
			numbers = append(numbers, wrongNumbers(n, a)...)
			names = append(names, wrongNames(n, a)...)
			ways = append(ways, wrongWay(n, a)...)
		}
	}
	if n := len(numbers) + len(names) + len(ways); n < 300 {
		t.Errorf("%d mutants, want 300", n)
	}
	for _, bar := range []struct {
		kind  string
		all   []mutant
		share float64
	}{{"numbers", numbers, .99}, {"names", names, .95}, {"negations", ways, .9}} {
		if got := caught(t, bar.kind, bar.all); got < bar.share {
			t.Errorf("%s: %.3f caught, want %.2f", bar.kind, got, bar.share)
		}
	}
}
