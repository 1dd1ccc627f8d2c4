package digest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"visnyk/config"
	"visnyk/digest"
	"visnyk/internal/redistest"
	"visnyk/sources/articles"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// taxonomy is the built-in one.
func taxonomy(t testing.TB) *digest.Taxonomy {
	t.Helper()
	list, err := config.Topics("")
	if err != nil {
		t.Fatal(err)
	}
	var topics []digest.Topic
	for _, topic := range list {
		topics = append(topics, digest.Topic(topic))
	}
	tax, err := digest.NewTaxonomy(topics)
	if err != nil {
		t.Fatal(err)
	}
	return tax
}

func builder(t testing.TB) *digest.Builder {
	t.Helper()
	return digest.NewBuilder(taxonomy(t), time.UTC, strings.ToUpper)
}

func article(id, source, title, text string) articles.Article {
	url := "https://" + source + ".gov.ua/" + id
	return articles.Article{
		ID: id, Source: source, URL: url, Title: title, Text: text, Published: noon, Seen: noon,
		Links: []articles.Link{{Source: source, URL: url}},
	}
}

const winter = "Уряд затвердив план підготовки енергосистеми до зими. Документ передбачає ремонт 120 підстанцій."

func TestEqualTitlesOfDifferentBodiesAreOneStory(t *testing.T) {
	stories, dropped := builder(t).Stories([]articles.Article{
		article("a", "kmu", "Уряд затвердив план підготовки до зими", winter),
		article("b", "mev", "Уряд затвердив план підготовки до зими!", "Міністерство повідомляє: план затверджено."),
		article("c", "moz", "МОЗ розпочинає вакцинацію від грипу", "Вакцинація розпочинається в понеділок у всіх областях."),
	})
	if len(stories) != 2 || len(dropped) != 0 {
		t.Fatalf("%d stories, %d dropped", len(stories), len(dropped))
	}
	s := stories[0]
	if !slices.Equal(s.Articles, []string{"a", "b"}) || s.Sources() != 2 || s.Links[1].Name != "MEV" {
		t.Errorf("story: %+v", s)
	}
}

func TestRecurringTitlesOfOneBodyStayApart(t *testing.T) {
	first := article("a", "kmu", "Оперативна інформація станом на ранок неділі", "За добу зафіксовано 12 пожеж у трьох областях.")
	second := article("b", "kmu", first.Title, "За добу зафіксовано 7 пожеж в одній області.")
	second.Published = noon.Add(2 * time.Hour)
	stories, dropped := builder(t).Stories([]articles.Article{first, second})
	if len(stories) != 2 || len(dropped) != 0 {
		t.Errorf("%d stories, dropped %v", len(stories), dropped)
	}
}

func TestACopyOfTheSameBodyIsDropped(t *testing.T) {
	stories, dropped := builder(t).Stories([]articles.Article{
		article("a", "kmu", "Уряд затвердив план підготовки до зими", winter),
		article("b", "kmu", "Уряд затвердив план підготовки до зими", winter),
		{ID: "c", Source: "kmu"},
	})
	want := []digest.Dropped{{ID: "b", Reason: digest.ReasonDuplicate, Of: "a"}, {ID: "c", Reason: digest.ReasonEmpty}}
	slices.SortFunc(dropped, func(x, y digest.Dropped) int { return strings.Compare(x.ID, y.ID) })
	if len(stories) != 1 || !slices.Equal(dropped, want) {
		t.Errorf("%d stories, dropped %v", len(stories), dropped)
	}
}

func TestMarksStayTheSameWhenAnotherBodyJoins(t *testing.T) {
	b := builder(t)
	a := article("a", "kmu", "Уряд затвердив план підготовки до зими", winter)
	alone, _ := b.Stories([]articles.Article{a})
	second := article("b", "mev", a.Title, "Коротко.")
	second.Published = noon.Add(time.Hour)
	joined, _ := b.Stories([]articles.Article{second, a})
	if !slices.Equal(alone[0].Marks(), joined[0].Marks()) {
		t.Errorf("marks %v become %v", alone[0].Marks(), joined[0].Marks())
	}
	a.Edited = noon.Add(2 * time.Hour)
	edited, _ := b.Stories([]articles.Article{a})
	if len(edited[0].Marks()) != 2 || edited[0].Marks()[0] != alone[0].Marks()[0] || !edited[0].Edited {
		t.Errorf("edited: %+v", edited[0])
	}
}

func TestBuildArrangesSectionsAndKeepsWhatDoesNotFit(t *testing.T) {
	b := builder(t)
	var all []articles.Article
	for i := range 6 {
		a := article(fmt.Sprint(i), "mev", fmt.Sprintf("Енергетика: відновлено підстанцію номер %d", i), "Енергетики відновили електропостачання.")
		a.Published = noon.Add(time.Duration(i) * time.Minute)
		all = append(all, a)
	}
	all = append(all, article("x", "kmu", "Графік прийому", "Прийом відбудеться у четвер."))
	stories, dropped := b.Stories(all)
	d := b.Build(stories, dropped, 0)
	if len(d.Sections) != 2 || d.Sections[0].Topic != "energy" || d.Sections[1].Topic != digest.Other || len(d.Stories) != 7 {
		t.Fatalf("sections: %+v", d.Sections)
	}
	if d.Sections[0].Stories[0].Articles[0] != "5" {
		t.Errorf("the newest is not first: %v", d.Sections[0].Stories[0].Articles)
	}
	short := b.Build(stories, dropped, 3)
	if short.More != 4 || len(short.Stories) != 3 {
		t.Errorf("limited to 3: %d stories, %d more", len(short.Stories), short.More)
	}
}

func TestATextWithoutATitleLendsItsFirstWords(t *testing.T) {
	a := article("a", "kmu", "", "Під час зустрічі у Києві з керівництвом академії ми окреслили чітку маршрутну карту реалізації великого спільного проєкту. Далі буде.")
	stories, _ := builder(t).Stories([]articles.Article{a})
	title := stories[0].Title
	if !strings.HasPrefix(title, "Під час зустрічі") || !strings.HasSuffix(title, "…") || len([]rune(title)) > 110 {
		t.Errorf("title: %s", title)
	}
}

func TestTopicsOfUnseenTexts(t *testing.T) {
	tax := taxonomy(t)
	for _, c := range []struct{ title, text, want string }{
		{"CERT-UA попереджає про нову хвилю фішингу", "Зловмисники надсилають листи від імені установ.", "cybersecurity"},
		{"У Полтаві відкрили новий ЦНАП", "Мешканці зможуть отримати 300 адміністративних послуг.", "administrative-services"},
		{"ЦВК зареєструвала спостерігачів", "Комісія ухвалила рішення на засіданні.", "elections"},
		{"МОЗ оновило календар щеплень", "Зміни стосуються дітей віком до шести років.", "health"},
		{"Відключення світла: графік на завтра", "Укренерго застосує графіки погодинних відключень.", "energy"},
		{"Верховна Рада ухвалила законопроєкт у другому читанні", "За документ проголосували 287 народних депутатів.", "parliament"},
		{"Як вступити до університету: умови вступної кампанії", "Абітурієнти складатимуть НМТ.", "education"},
		{"Нові пенсійні виплати", "Пенсійний фонд перерахував пенсії за листопад.", "social-policy"},
	} {
		scores := tax.Classify(c.title, c.text)
		if len(scores) == 0 || scores[0].ID != c.want {
			t.Errorf("%s: %+v, want %s", c.title, scores, c.want)
			continue
		}
		if scores[0].Score <= 0 || scores[0].Score >= 1 || len(scores[0].Evidence) == 0 {
			t.Errorf("%s: score %v by %v", c.title, scores[0].Score, scores[0].Evidence)
		}
	}
	if scores := tax.Classify("Графік прийому громадян", "Прийом відбудеться у четвер."); len(scores) != 0 {
		t.Errorf("a notice without a subject has topics %v", scores)
	}
}

func TestAcronymsAreNotWords(t *testing.T) {
	tax := taxonomy(t)
	if scores := tax.Classify("Сап і граблі", "Як обрати сап для городу."); len(scores) != 0 {
		t.Errorf("topics: %v", scores)
	}
}

func TestFindATopicByWhatPeopleCallIt(t *testing.T) {
	tax := taxonomy(t)
	for name, want := range map[string]string{
		"Кібербезпека": "cybersecurity", "кібербезпеку": "cybersecurity", "energy": "energy", "Охорона здоров'я": "health", "громади": "decentralisation", "Дія": "digital-government",
	} {
		if topic, ok := tax.Find(name); !ok || topic.ID != want {
			t.Errorf("%s is %s (%v), want %s", name, topic.ID, ok, want)
		}
	}
	if topic, ok := tax.Find("погода"); ok {
		t.Errorf("погода is %s", topic.ID)
	}
}

func TestASummaryIsTheLeadAndWhatWasDecided(t *testing.T) {
	text := "Відбувся у рамках проєкту «Громада».\n" +
		"22 листопада у Вінниці представники двадцяти громад обговорили перехід на електронний документообіг.\n" +
		"«Це важливо», — сказав голова ради.\nТакож учасники оглянули виставку робіт місцевих митців та майстрів.\n" +
		"Учасники домовилися завершити перехід громад на електронний документообіг до 1 березня.\nЗахід завершився концертом."
	got := digest.Summarise("Громади переходять на цифрові документи", text, 2)
	if len(got) != 2 || !strings.HasPrefix(got[0], "22 листопада у Вінниці") || !strings.HasPrefix(got[1], "Учасники домовилися") {
		t.Errorf("summary: %q", got)
	}
	for _, s := range got {
		if !strings.Contains(text, s) {
			t.Errorf("%q is not in the text", s)
		}
	}
	if got := digest.Summarise("", "", 2); len(got) != 0 {
		t.Errorf("summary of nothing: %q", got)
	}
}

// archive gives the articles that a chat could get.
type archive []articles.Article

func (a archive) Sift(_ context.Context, _ int, keep func(*articles.Article) bool, of ...string) ([]articles.Article, error) {
	var all []articles.Article
	for i := range a {
		if (len(of) == 0 || slices.Contains(of, a[i].Source)) && keep(&a[i]) {
			all = append(all, a[i])
		}
	}
	return all, nil
}

func (a archive) Labelled(_ context.Context, label string, labels func(*articles.Article) []string, keep func(*articles.Article) bool) ([]articles.Article, error) {
	return slices.DeleteFunc(slices.Clone(a), func(x articles.Article) bool { return !slices.Contains(labels(&x), label) || !keep(&x) }), nil
}

func TestSelectTakesWhatAReaderFollows(t *testing.T) {
	old := article("old", "kmu", "Давня новина про енергетику", "Енергетика.")
	old.Published = noon.Add(-48 * time.Hour)
	base := article("base", "kmu", "Було раніше", "Текст.")
	base.Baseline = true
	all := archive{
		article("a", "kmu", "Уряд затвердив план підготовки до зими", winter), old, base,
		article("b", "moz", "МОЗ розпочинає вакцинацію від грипу", "Вакцинація розпочинається в понеділок."),
	}
	since := noon.Add(-24 * time.Hour)
	for _, c := range []struct {
		name string
		want string
		in   []digest.Interest
	}{
		{"a source", "a", []digest.Interest{{Source: "kmu", Since: since}}},
		{"a topic", "b", []digest.Interest{{Topic: "health", Since: since}}},
		{"a standing query", "b", []digest.Interest{{Fits: func(a *articles.Article) bool { return a.ID == "b" }, Since: since}}},
		{"either", "a,b", []digest.Interest{{Source: "kmu", Since: since}, {Topic: "health", Since: since}}},
		{"followed later", "", []digest.Interest{{Source: "kmu", Since: noon.Add(time.Minute)}}},
		{"nothing", "", nil},
	} {
		got, err := builder(t).Select(t.Context(), all, c.in, noon.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, a := range got {
			ids = append(ids, a.ID)
		}
		if s := strings.Join(ids, ","); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

func TestAFrozenDigestStaysAsItWas(t *testing.T) {
	store := digest.NewStore(redistest.Client(t))
	b := builder(t)
	first, dropped := b.Stories([]articles.Article{article("a", "mev", "Енергетики відновили електропостачання міста", winter)})
	d := b.Build(first, dropped, 0)
	if _, err := store.Freeze(t.Context(), "dg:1", d); err != nil {
		t.Fatal(err)
	}
	other, _ := b.Stories([]articles.Article{article("z", "moz", "МОЗ розпочинає вакцинацію від грипу", "Вакцинація.")})
	got, err := store.Freeze(t.Context(), "dg:1", b.Build(other, nil, 0))
	if err != nil {
		t.Fatal(err)
	}
	if got.Stories[0].Articles[0] != "a" || !slices.Equal(got.Stories[0].Marks(), first[0].Marks()) ||
		got.Sections[0].Name != d.Sections[0].Name || !slices.Equal(got.Sections[0].Stories[0].Marks(), first[0].Marks()) {
		t.Errorf("frozen: %+v", got)
	}
	if err := store.Forget(t.Context(), "dg:1"); err != nil {
		t.Fatal(err)
	}
	if got, _ := store.Freeze(t.Context(), "dg:1", b.Build(other, nil, 0)); got.Stories[0].Articles[0] != "z" {
		t.Error("a forgotten digest comes back")
	}
}
