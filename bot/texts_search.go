package bot

// The texts of searches.
const (
	textSearchPace    = "Забагато пошуків поспіль: спробуйте ще раз за хвилину."
	textSearchEmpty   = "У запиті немає слів, за якими можна шукати: додайте їх, наприклад /search кібербезпека."
	textSearchNone    = "Нічого не знайдено: спробуйте інші слова або менше слів."
	textSearchNearest = "За запитом «%s» нічого немає, показую найближчий."
	textSearchLoose   = "Точно за цим запитом нічого немає, показую близьке за словами."
	textSearchEnd     = "Далі нічого немає."
	textSearchCut     = "Пошук тривав задовго, тож знайдено не все: додайте слово або період."
	textSearchSlow    = "Пошук тривав задовго: додайте слово або період і спробуйте ще раз."
	textSearchBehind  = "Пошуковий індекс ще поповнюється, тож знайдено не все: спробуйте за хвилину."
	textSearchLong    = "Запит задовгий: враховано перші %d знаків."
	textSearchMore    = "Показано найкращі %d: щоб побачити решту, додайте слово або період."
	textRefineLong    = "Запит став би задовгим: надішліть коротший."
	textNoFacets      = "Звузити нічим: у знайденого немає ні тем, ні інших джерел."
	textWatchWhat     = "У запиті немає чого шукати: додайте слово, джерело або тему, наприклад /follow «кібербезпека»."
	textWatching      = "Стежу за запитом «%s»: нове прийде в дайджесті."
)

// The labels of the buttons under a search.
const (
	labelPrevious = "⬅️ Назад"
	labelNext     = "Далі ➡️"
	labelPeriod   = "🗓 Період"
	labelSource   = "🏛 Джерело"
	labelTopic    = "🏷 Тема"
	labelNewest   = "🕒 Спершу нові"
	labelBest     = "🎯 Спершу влучні"
	labelWatch    = "🔔 Слідкувати за цим запитом"
	labelBack     = "↩️ До знайденого"
	labelAnyTime  = "Будь-коли"
	labelAnyOne   = "Усі джерела"
	labelAnyTopic = "Усі теми"
)

// periodChoice is a period that a search can be narrowed to: its label and its
// words in the query.
type periodChoice struct{ label, words string }

// periodChoices lists them in the order of their buttons.
func periodChoices() []periodChoice {
	return []periodChoice{
		{"Сьогодні", "за сьогодні"},
		{"Учора", "за вчора"},
		{"Тиждень", "за тиждень"},
		{"Місяць", "за місяць"},
		{"Цей рік", "цього року"},
		{labelAnyTime, ""},
	}
}
