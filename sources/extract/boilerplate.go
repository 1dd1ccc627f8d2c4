package extract

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// stopHeading finds lines after which the article is over, in the languages
// in which authorities publish.
var stopHeading = regexp.MustCompile(`(?i)^(?:` +
	`останні новини|популярні (?:категорії|новини)|поділитися|поділитись|поширити|напишіть коментар|залишити коментар|коментарі|` +
	`теги\s*:?|джерело\s*:|outdated browser|весь контент доступний|читайте також|також читайте|читати також|дивіться також|схожі (?:новини|матеріали|публікації)|` +
	`інші новини|більше новин|ще новини|новини за темою|матеріали за темою|пов’язані (?:новини|матеріали)|пов'язані (?:новини|матеріали)|` +
	`ми використовуємо (?:файли )?cookie|цей сайт використовує|на головну|повернутися до (?:списку|новин)|попередня новина|наступна новина|` +
	`ваша електронна адреса|підпис(?:атися|атись|уйтесь|уйтеся|ка на)|стежте за нами|приєднуйтесь|долучайтеся до|друкувати|версія для друку|надіслати другу|` +
	`(?:другие|последние|популярные|все) новости|новости по теме|материалы по теме|читайте также|поделиться|комментарии|оставить комментарий|` +
	`теги\s*:|источник\s*:|версия для печати|подпишитесь|подписаться|` +
	`share this|related (?:articles|stories|news|posts|topics|content)|more on this|about the author|leave a (?:comment|reply)|comments|read more|sign up for|` +
	`(?:zobacz|czytaj|przeczytaj|polecamy) (?:też|także|również|w)|czytaj (?:dalej|więcej)|polecamy|komentarze|skomentuj|dodaj komentarz|wasze komentarze|` +
	`najnowsze|najczęściej|podobne|udostępnij|oceń|tagi\s*:?|słowa kluczowe|źródło\s*:|więcej (?:na|o|w)|podziel się|zaloguj|` +
	`subscribe to|tags\s*:|filed under|most (?:read|popular)|recommended for you|you may also like|©|copyright|` +
	opinion + `)`)

// opinion begins what asks readers for their opinion of an article: it stands
// beneath it and never inside.
const opinion = `оцініть,? (?:будь ласка,? )?(?:статтю|матеріал|новину|публікацію|сторінку)|оцените,? (?:пожалуйста,? )?(?:статью|материал|новость|публикацию|страницу)|` +
	`(?:дякуємо|спасибо)[!,.]? ваш\p{L}* (?:думк|голос|оцінк|мнени|оценк)|чи була (?:ця )?(?:інформація|сторінка|стаття|новина) (?:вам )?корисн|` +
	`был[ао] ли (?:эта )?(?:информация|страница|статья|новость) (?:вам )?полезн|was this (?:page|article|information) (?:helpful|useful)|rate this (?:article|page)|oceń (?:artykuł|stronę)`

var asksOpinion = regexp.MustCompile(`(?i)^(?:` + opinion + `)`)

// noise finds lines that stand inside an article and do not belong to it.
var noise = regexp.MustCompile(`(?i)^(?:` +
	`©.*|copyright.*|перегляд(?:ів|и)\s*:.*|просмотр(?:ов|ы)\s*:.*|прочитано\s*:.*|перегляд(?:ів|и)\s*\d*|\d+\s+переглядів|прочитайте повну статтю|читати далі|детальніше|погоджуюсь|прийняти|закрити|` +
	`людям із порушенням зору|потрібна допомога\?.*|українською|english|a-|a\+|роздрукувати|facebook|twitter|telegram|viber|linkedin|x|instagram|youtube|` +
	`ваш браузер (?:застарів|є застарілим|не підтримує).*|кількість (?:показів|переглядів).*|лічильник.*|читайте також.*|також читайте.*|фото\s*:.*|фото|гаряча лінія.*|контактний центр.*|урядова гаряча лінія.*` +
	`)[\s.:!→»|]*$`)

// newsHeading finds the headings of columns of other news.
var newsHeading = regexp.MustCompile(`(?i)^(?:(?:останні|схожі|інші|популярні|головні|усі|всі) (?:новини|матеріали|публікації)|більше новин|ще новини|новини за темою|матеріали за темою|пов[’']язані (?:новини|матеріали)|читайте також)`)

// othersHeading finds those of them that never stand inside an article.
var othersHeading = regexp.MustCompile(`(?i)^(?:останні|інші|популярні|головні|усі|всі|більше|ще) (?:новини|новин|матеріали|публікації)(?:\s+\S+){0,2}\s*:?$`)

// legal finds what sites say of the use of their texts and of comments on them.
var legal = regexp.MustCompile(`(?i)(?:ус[іи] права|вс[іе] права|права защищены|г[іи]пер(?:посилан|ссылк)|правила коммент|правила комент|редакци[яі] не нес|передрук|перепечатк|правообладател|правовласник|не несе(?:т|ть)? (?:жодної |никакой )?(?:відповідальн|ответственн)|пользовател\p{L}+ (?:обязу|соглаша)|користувач\p{L}* (?:зобов|погоджу)|reserve the right|(?:на)?даю (?:свою )?згоду на оброб|даю (?:свое )?согласие на обраб|wyrażam zgodę|oświadczam, że|использовани\p{L}+ материалов|використанн\p{L}+ матеріалів|rights reserved|prawa zastrze)`)

// replyTo finds the buttons beneath a reader's comment.
var replyTo = regexp.MustCompile(`(?i)(?:^|\s)(?:відповісти|поскаржитися|ответить|пожаловаться|odpowiedz|zgłoś|reply)$`)

// aboutComments finds what pages with readers' comments say.
var aboutComments = regexp.MustCompile(`(?i)(?:коментар|комментари|відгук|отзыв|comment|komentarz|opini[ei])`)

// commentMoment finds a day and an hour to the minute in one line.
var commentMoment = regexp.MustCompile(`(?i)\d{1,2}(?:[./-]\d{1,2}[./-]|[\s-]\p{L}{3,9}[\s-])\d{4},?\s+(?:[ов]\s+)?\d{1,2}:\d{2}|\d{1,2}:\d{2}(?::\d{2})?,?\s+\d{1,2}(?:[./-]\d{1,2}[./-]|[\s-]\p{L}{3,9}[\s-])\d{4}`)

// seeAlso finds the headings of columns of other news that stand inside
// articles as well.
var seeAlso = regexp.MustCompile(`(?i)^(?:читайте|дивіться|слухайте|читати|смотрите|zobacz|czytaj|przeczytaj|read|see) (?:також|ще|также|też|także|więcej|również|also|more)\s*[:–—-]?$`)

// readAlso finds a line inside an article that offers another one.
var readAlso = regexp.MustCompile(`(?i)^(?:читайте|дивіться|слухайте|читати|смотрите|zobacz|czytaj|przeczytaj|read|see) (?:також|ще|также|też|także|więcej|również|also|more)\s*[:–—-]\s*\S|^також читайте\s*[:–—-]\s*\S`)

// notice finds the stop lines that are whole sentences.
var notice = regexp.MustCompile(`(?i)^(?:весь контент|ми використовуємо|цей сайт|ваша електронна|outdated)`)

// maxHeading is how long a stop heading may be, in letters: a longer line is a
// sentence that begins with the same word, as «Поділитися досвідом …».
const maxHeading = 60

// isStop tells whether the article is over at a line.
func isStop(line string) bool {
	if !stopHeading.MatchString(line) || readAlso.MatchString(line) {
		return false
	}
	return notice.MatchString(line) || utf8.RuneCountInString(line) <= maxHeading || !endsSentence(line)
}

// isNoise tells whether a line inside an article does not belong to it.
func isNoise(line string) bool { return noise.MatchString(line) || readAlso.MatchString(line) }

var listItem = regexp.MustCompile(`^(?:\d{1,2}[.)]|[а-яіїєґ]\)|[•▪●–—-])\s*\S`)

// clocked finds the teasers of a news column: a headline with its hour after it,
// or before.
var clocked = regexp.MustCompile(`\s\d{1,2}:\d{2}$|^(?:\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})[\s,]+)?\d{1,2}:\d{2}\s+[«"“]?\p{Lu}`)

// Bounds of a line of running text, in letters.
const (
	minParagraph = 40
	longLine     = 120 // is text even where its full stop is missing
)

// isBody tells whether a line of n letters is running text.
func isBody(line string, n int) bool {
	if n <= maxHeadline && clocked.MatchString(line) {
		return false
	}
	if strings.HasSuffix(line, "...") || strings.HasSuffix(line, "…") {
		return n > 2*longLine
	}
	return endsSentence(line) || n >= longLine && strings.Count(line, " ") >= 12
}

// endsSentence tells whether a line ends as a sentence or a list's head does.
func endsSentence(line string) bool {
	line = strings.TrimRight(line, "»”\")’] ")
	r, _ := utf8.DecodeLastRuneInString(line)
	return strings.ContainsRune(".!?:;", r)
}

// maxHeadline is how many letters a title has at most.
const maxHeadline = 300

// isHeadline tells whether a line can be an article's title.
func isHeadline(line string) bool {
	n := utf8.RuneCountInString(line)
	r, _ := utf8.DecodeLastRuneInString(line)
	first, _ := utf8.DecodeRuneInString(line)
	switch {
	case n < 25 || n > maxHeadline || strings.Count(line, " ") < 2:
		return false
	case strings.ContainsRune(".;:,", r) || strings.HasSuffix(line, "…"):
		return false
	case strings.ContainsAny(line, "|›→") || strings.Contains(line, " » ") || strings.Contains(line, " / "):
		return false
	case !unicode.IsUpper(first) && !unicode.IsDigit(first) && !strings.ContainsRune("«“„\"", first):
		return false
	}
	return !isStop(line) && !isNoise(line) && !clocked.MatchString(line)
}

// signature finds who signed an order or an address.
var signature = regexp.MustCompile(`^(?:Міністр|Голова|Перший заступник|Заступник|Директор|Начальник|Керівник|Президент|Прем[’\']єр|Секретар|Міський голова|Селищний голова|Сільський голова|Генеральний|В\. ?о\.|Т\.?в\. ?о\.)\P{Ll}*\p{Ll}*[^.!?]*\p{Lu}[\p{L}’\'.-]+$`)

// signed tells whether a line after an article's last is its signature.
func signed(l textLine) bool {
	return !l.framed && !l.linked && l.letters <= 2*maxHeading && signature.MatchString(l.text)
}

// moment finds a time of publication without a year: no date, yet no text.
var moment = regexp.MustCompile(`(?i)^(?:(?:сьогодні|вчора|сегодня|вчера|\d{1,2}\s+` + monthForm + `)[\s,|о/–—-]*)?\d{1,2}:\d{2}$`)
