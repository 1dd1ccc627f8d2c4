package bot

import (
	"strings"

	"visnyk/bot/chats"
	"visnyk/digest"
)

// Texts of the settings, and of reading a digest.
const (
	textSettings     = "<b>Налаштування.</b> Натисніть, щоб змінити:"
	textSettingsMore = `Командами можна змінити ще:
<code>/settings тиша 22:00-07:00</code> — без сповіщень і звуку
<code>/settings терміново тривога, евакуація</code> — надсилати одразу, навіть у тихі години
<code>/settings лише освіта, школа</code> — тільки новини з цими словами
<code>/settings без вітання, спорт</code> — без новин із цими словами
Щоб вимкнути: <code>/settings тиша вимк</code>`
	textSettingsForum   = "У гілці форуму: <code>/settings</code> — окремі підписки й розклад для неї; <code>/settings гілка енергетика</code> — надсилати сюди тему; <code>/settings гілка</code> — увесь дайджест"
	textSettingsWhat    = "Не знаю такого налаштування. Надішліть /settings без слів, щоб побачити всі."
	textQuietWhat       = "Не зрозумів тихих годин. Напишіть так: /settings тиша 22:00-07:00"
	textThreads         = "Дайджест надходить до гілок форуму; вимкнути: <code>/settings гілка вимк</code>"
	textSettingsThread  = "<b>Налаштування цієї гілки.</b> Вони окремі від решти чату. Натисніть, щоб змінити:"
	textThreadOwnButton = "🧵 Окремі налаштування для цієї гілки"
	textThreadEndButton = "🧵 Прибрати окремі налаштування гілки"
	textThreadSettings  = "⚙️ Налаштування гілки"
	textThreadBegun     = "🧵 <b>Відтепер ця гілка має окремі налаштування.</b> Команди, надіслані тут, стосуються лише її: за чим стежити, розклад, сповіщення. Дайджести гілки надходитимуть сюди; розклад поки що такий, як у чату.\nПочніть із підписки: <code>/follow МОЗ</code>"
	textThreadBegunToo  = "Сюди й далі надходить також дайджест чату. Щоб вимкнути його, надішліть поза гілками <code>/settings гілка вимк</code>"
	textThreadEnd       = "Прибрати окремі налаштування гілки? Її розклад, фільтри та історію змін буде видалено, дайджести сюди більше не надходитимуть. Що робити з її підписками?"
	textThreadBack      = "↩️ Передати чату"
	textThreadDrop      = "🗑 Видалити"
	textThreadKeep      = "Залишити все, як є"
	textThreadGaveBack  = "✅ Окремі налаштування гілки прибрано, її підписки передано чату: /list"
	textThreadNoRoom    = "✅ Окремі налаштування гілки прибрано. Чатові передано не всі її підписки: він може мати до 100. Перегляньте їх: /list"
	textThreadDropped   = "✅ Окремі налаштування гілки прибрано, її підписки видалено."
	textThreadGone      = "Ця гілка вже не має окремих налаштувань: надішліть у ній /settings ще раз."
	textThreadsMany     = "Окремі налаштування мають уже 50 гілок цього чату: спершу приберіть їх в одній із гілок — /settings."
	textThreadNotHere   = "Окремі налаштування бувають лише в гілок форуму: надішліть /settings у гілці."
	textThreadOwn       = "Ця гілка має окремі налаштування, тому її дайджест надходить лише сюди. Щоб стежити тут за темою: <code>/follow енергетика</code>"
	textThreadHere      = "✅ Дайджест надходитиме до цієї гілки."
	textThreadOff       = "✅ Дайджест надходитиме без гілок."
	textThreadWhere     = "Надішліть цю команду в гілці форуму, до якої має надходити дайджест."
	textSections        = "<b>Розділи.</b> Натисніть на назву, щоб приховати або показати тему; ⬆️ ставить її першою."
	textScheduleMore    = "Інший час: <code>/time 08:30 18:00 пн-пт</code>"
	textApproval        = "<b>Погодження.</b> Спершу дайджест побачать адміністратори, які написали мені в особисті. Опублікувати його може будь-хто з них."
	textSaved           = "Збережено"
	textBack            = "⬅️ Назад"
	textNext            = "Далі ➡️"
	textFold            = "Згорнути"

	textOpen        = "🔍 Детальніше"
	textOldDigest   = "Цей дайджест уже не зберігається: надішліть /digest."
	textViewText    = "Докладніше"
	textViewSources = "Джерела"
	textViewLike    = "Схожі"
	textViewWhy     = "Чому це тут?"
	textHideSource  = "🚫 Джерело"
	textHideTopic   = "🚫 Тема"
	textNoSimilar   = "За тиждень схожих новин не знайшов."
	textSimilar     = "Схожі новини за тиждень:"
	textWhy         = "Цей чат стежить:"
	textWhyGone     = "Цей чат уже не стежить за тим, через що сюди потрапила новина."
	textVoteUp      = "Дякую! Таких новин буде більше."
	textVoteDown    = "Зрозуміло: такі новини стоятимуть нижче."

	textPausedHere = "⏸ Дайджести призупинено. Продовжити — /resume"
	textWeek       = "Новини за тиждень"
	textBodies     = "Найактивніші органи"
	textNoWeek     = "За тиждень публікацій не було."
	textManyWords  = "Забагато слів: залиште до 30."
	textReading    = "Читаю… Це може тривати до хвилини."

	textWeekly = "Огляд тижня"
	textAlert  = "⚡ Одразу"
	textAlerts = "⚡ Одразу, зібране"
)

func yesText(yes bool) string {
	if yes {
		return "так"
	}
	return "ні"
}

func lengthText(l chats.Length) string {
	switch l {
	case chats.Short:
		return "короткий"
	case chats.Full:
		return "повний"
	}
	return "звичайний"
}

func emptyText(e chats.Empty) string {
	if e == chats.EmptySilent {
		return "мовчати"
	}
	return "один рядок"
}

func quietText(s chats.Span) string {
	if !s.On() {
		return "ні"
	}
	return s.From.String() + "–" + s.To.String()
}

func listText(words []string) string {
	if len(words) == 0 {
		return "немає"
	}
	return strings.Join(words, ", ")
}

// editionText names the edition where several come a day.
func editionText(s chats.Schedule, hour int) string {
	switch {
	case len(s.Times) < 2:
		return ""
	case hour < 12:
		return " · ранковий випуск"
	case hour < 17:
		return " · денний випуск"
	}
	return " · вечірній випуск"
}

// filtersText says the same in sentences.
func filtersText(only, without []string) string {
	var lines []string
	if len(only) > 0 {
		lines = append(lines, "Лише новини зі словами: "+escape(strings.Join(only, ", "))+".")
	}
	if len(without) > 0 {
		lines = append(lines, "Без новин зі словами: "+escape(strings.Join(without, ", "))+".")
	}
	return strings.Join(lines, "\n")
}

// filterText says which words a subscription must have or must not.
func filterText(s chats.Subscription) string {
	var parts []string
	if len(s.Only) > 0 {
		parts = append(parts, "лише: "+escape(strings.Join(s.Only, ", ")))
	}
	if len(s.Without) > 0 {
		parts = append(parts, "без: "+escape(strings.Join(s.Without, ", ")))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

// subscriptionText names what a chat follows, with its kind.
func subscriptionText(s chats.Subscription) string {
	name := digest.Shorten(s.Name, nameLimit)
	switch s.Follow {
	case chats.Topic:
		return "тема «" + name + "»"
	case chats.Words:
		return "слова " + name
	}
	return name
}

// textThreadClosed tells a chat that one of its threads takes no messages.
func textThreadClosed(name string) string {
	return "⏸ Гілка <b>" + escape(name) + "</b> закрита або видалена, тому її дайджести призупинено. Якщо вона ще потрібна, відкрийте її та надішліть у ній <code>/resume</code>; якщо ні — приберіть її налаштування кнопкою."
}
