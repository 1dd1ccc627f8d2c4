package abstract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
)

// instructing are pieces of text by which an article speaks to a program in place
// of its readers.
var instructing = []string{
	"ігноруй", "ігнорувати попередн", "ігнорувати всі", "знехтуй", "забудь", "не зважай на попередн", "попередні інструкції", "попередніх інструкцій",
	"попередні вказівки", "попередніх вказівок", "твої інструкції", "твоїх інструкцій", "системне повідомлення",
	"системна підказка", "системний промпт", "системна інструкція", "системні інструкції", "промпт", "мовна модел", "мовної модел", "мовній модел", "мовну модел", "мовні модел",
	"моделі ші", "асистенте ", "ти асистент", "для асистента ", "gpt", "chatgpt", "llm ", "ти тепер", "ти маєш", "ти повинен", "твоє завдання", "твоя відповідь", "твоєї відповіді", "твоїй відповіді",
	"виведи ", "напиши ", "відповідай", "відповідь має", "поверни ", "надрукуй ", "повтори ", "скажи ", "додай ", "заверши ", "закінчи ", "почни ",
	"у переказі", "до переказу", "замість переказу", "стислого переказу", "стислому переказі", "стислий переказ", "у підсумку напи", "для підсумовувача", "для програми", "для робота", "для бота ", "для ші ",
	"у резюме", "замість резюме", "автоматичн підсум", "ignore", "disregard", "forget", "instruction", "prompt", "assistant", "you are", "you must", "respond", "output ",
	"summary ", "summarize", "system message", "role ", "abstract", "json", "новое задание", "игнорируй", "инструкц", "ответь", "напиши ", "выведи", "забудь", "переведи",
}

// trusted leaves out the paragraphs of an article that speak to a program: what
// stands in them is nothing that an abstract may say.
func trusted(source string) string {
	var kept []string
	for line := range strings.SplitSeq(source, "\n") {
		if !instructs(line) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// instructs tells whether a paragraph speaks to a program, letters of the wrong
// alphabet, unseen ones and letters spread out notwithstanding.
func instructs(line string) bool {
	words := strings.Fields(ukrainian.Fold(line))
	single, longest := 0, 0
	for i, w := range words {
		if unmixed, mixed := ukrainian.Unmix(w); mixed {
			words[i] = unmixed
		}
		if utf8.RuneCountInString(w) == 1 {
			single++
			longest = max(longest, single)
		} else {
			single = 0
		}
	}
	folded := " " + strings.Join(strings.FieldsFunc(strings.Join(words, " "), func(r rune) bool { return strings.ContainsRune(" «»“”„\"'().,:;!?*_<>/[]{}|#", r) }), " ") + " "
	marked := slices.ContainsFunc([]string{"```", "<|", "</", "system:"}, func(s string) bool { return strings.Contains(strings.ToLower(line), s) })
	return marked || longest >= 5 || slices.ContainsFunc(instructing, func(s string) bool { return strings.Contains(folded, " "+s) })
}

// personal are the words by which a text speaks of itself or to its reader:
// outside quotes they have no place in an abstract.
var personal = set(`я мене мені мною ти тебе тобі тобою ви вас вам вами ваш ваша ваше ваші вашого вашої вашу вашим вашими твій твоя твоє твої мій моя моє мої
підписуйтесь підпишись підписуйся тисни клікай натисни перейди зателефонуй надішли перекажи завантаж введи купи голосуй приєднуйся читай дивись пиши`)

// orders checks that an abstract tells nobody to do anything and holds nothing
// that Telegram would make a link of.
func (p *pair) orders() {
	raw := p.abs.raw
	if i := strings.IndexAny(raw, "@#"); i >= 0 {
		p.fault("a mention", "")
	}
	folded := ukrainian.Fold(raw)
	if strings.Contains(folded, "://") || strings.Contains(folded, "www.") || strings.Contains(folded, "t.me") {
		p.fault("an address", "")
	}
	if instructs(raw) {
		p.fault("speaks to a program", "")
	}
	for i, r := range raw {
		if r == '/' && (i == 0 || !isLetterBefore(raw[:i])) {
			p.fault("a command", "")
		}
	}
	for _, w := range p.abs.words {
		switch {
		case w.Kind == ukrainian.Link, strings.Contains(strings.Trim(w.Text, "."), ".") && strings.ContainsFunc(w.Text, unicode.IsLetter) && !initials(w.Text):
			p.fault("an address", w.Text)
		case personal[w.fold] && !w.quoted:
			p.fault("speaks to the reader", w.Text)
		case imperative(w):
			p.fault("tells somebody to do something", w.Text)
		}
	}
	digits := 0
	for _, r := range raw {
		switch {
		case unicode.IsDigit(r):
			digits++
		case r != ' ' && r != '-' && r != '(' && r != ')' && r != '\u00a0':
			digits = 0
		}
		if digits >= 10 {
			p.fault("a number of a telephone, card or account", "")
			break
		}
	}
}

func isLetterBefore(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// initials tells whether a word is a shortening with full stops: «т.д.», «О.О.».
func initials(s string) bool {
	for part := range strings.SplitSeq(strings.Trim(s, "."), ".") {
		if utf8.RuneCountInString(part) > 2 {
			return false
		}
	}
	return true
}

// imperative tells whether a word is a command to more than one: «натисніть»,
// «підпишіться», «купуйте».
func imperative(w word) bool {
	if w.Kind != ukrainian.Word || !w.verb() {
		return false
	}
	form := strings.TrimSuffix(strings.TrimSuffix(w.fold, "ся"), "сь")
	for _, end := range []string{"іть", "йте", "ьте", "їть"} {
		if strings.HasSuffix(form, end) && form != "стоїть" && form != "їть" {
			return true
		}
	}
	return false
}
