package bot

import (
	"html"
	"time"

	"visnyk/bot/chats"
)

// Texts on who may do what.
const (
	textNotAllowed   = "Цей бот працює лише для своєї організації: зверніться до його адміністратора."
	textTelegramBusy = "Telegram просить зачекати, тож перевірити ваші права зараз не можу: спробуйте за хвилину."
	textTooOften     = "Занадто часто: зачекайте хвилину."
	textQuotaHour    = "За останню годину додано забагато нових джерел: спробуйте за годину; органи з переліку /sources і джерела, які я вже читаю, можна додавати далі."
	textQuota        = "Більше нових джерел додати не можна: оберіть орган із переліку /sources або попросіть оператора бота додати це джерело."
	textNoAudit      = "Змін ще не було."
	textAudit        = "<b>Хто що змінив:</b>"
	textSomebody     = "адміністратор"
)

// Texts of pausing and of operators.
const (
	textPaused        = "⏸ Дайджести й сповіщення цього чату призупинено. Продовжити — /resume"
	textResumed       = "▶️ Дайджести й сповіщення надходитимуть знову."
	textAllPaused     = "⏸ Дайджести й сповіщення призупинено в усіх чатах; на команди відповідаю. Продовжити — /resume"
	textAllResumed    = "▶️ Дайджести й сповіщення надходитимуть знову; пропущені надійдуть із запізненням."
	textLeavePrivate  = "З особистих повідомлень вийти не можу: щоб я мовчав, надішліть /pause, щоб видалити все — /forget."
	textLeave         = "Вийти з цього чату? Підписки збережуться; щоб видалити й їх, спершу надішліть /forget."
	textLeaveNot      = "Залишаюся."
	textLeft          = "До побачення! Щоб повернути мене, додайте знову."
	textBroadcastHow  = "Що повідомити всім чатам? Напишіть: <code>/broadcast текст</code>"
	textBroadcastLong = "Текст задовгий: скоротіть його до 2000 знаків."
	textBroadcastNot  = "Нічого не надіслано."
	textStatusWhat    = "Щоб дізнатися, як журнал називає користувача чи чат, оператор надсилає його номер: /status 123456789"
	textLogNames      = "У журналі <code>%s</code> — це <code>%s</code>, минулого місяця — <code>%s</code>."
	textBlockWho      = "Кому не відповідати? Напишіть номер користувача: /block 123456789"
	textBlockSelf     = "Це оператор: спершу приберіть його з VISNYK_ADMINS."
)

// Texts of channels and of the approval of digests.
const (
	textBotLost      = "Бот більше не може публікувати в каналі."
	textOwnerLost    = "Ви більше не адміністратор каналу."
	textPublished    = "Публікую."
	textDraftSkipped = "Сьогодні не публікую."
	textDraftGone    = "Цю чернетку вже опубліковано, пропущено або видалено."
)

// draftText says what a draft is and what happens without an answer.
func draftText(title string, at time.Time, skip bool) string {
	then := "опублікую його"
	if skip {
		then = "пропущу його"
	}
	return "📝 <b>Чернетка</b> для «" + escape(title) + "»: так виглядатиме дайджест. Без відповіді о " + at.Format("15:04") + " " + then + "."
}

// What the bot says of itself before one writes to it.
const (
	textDescription = `Вісник стежить за тим, що публікують органи влади України, і надсилає короткий дайджест за темами: одна подія — одна новина з усіма джерелами.

Шукає в архіві за словами в будь-якій формі. Працює в особистих чатах, групах і каналах.`
	textShortDescription    = "Дайджест повідомлень органів влади України за темами та пошук у них."
	englishDescription      = "Visnyk follows what Ukrainian public authorities publish and sends a short digest by topic, in Ukrainian. It searches the archive by words in any form."
	englishShortDescription = "A digest of what Ukrainian public authorities publish, and a search in it."

	textLinkOld     = "Це посилання застаріло: надішліть /settings у групі ще раз."
	textSetPrivate  = "⚙️ Налаштувати в особистих"
	textSearchStart = "Надішліть слова, які шукаєте, після /search: наприклад <code>/search кібербезпека</code>"
)

// textLogName tells an operator how the log names the chat that he writes in.
func textLogName(name string) string {
	return "Цей чат у журналі: <code>" + name + "</code>; інший — <code>/status номер</code>"
}

// What of a change is said to the other admins alone, or before the rest.
const (
	noteLinked    = "чат під’єднано з особистих повідомлень; "
	noteForgotten = "видалено все, що я зберігав про цей чат"
	noteLeft      = "бота виведено з чату"
)

// textChanged tells an admin what another changed in their chat; once says that more
// changes of that kind are not told for a while.
func textChanged(c chats.Chat, who, what string, once bool) string {
	text := "ℹ️ Зміна в чаті <b>" + escape(c.Title) + "</b>\n" + escape(capital(what)) + ".\nХто: " + escape(who) + ".\nЯкщо цього не мало бути, перевірте права адміністраторів."
	if once {
		text += " Про подальші такі зміни 10 хвилин окремо не писатиму."
	}
	switch {
	case c.Username != "" && c.Of == 0:
		return text + " Усі зміни: <code>/audit @" + html.EscapeString(c.Username) + "</code>"
	case c.Kind == chats.Channel:
		return text
	}
	return text + " Усі зміни покаже команда /audit, надіслана там."
}
