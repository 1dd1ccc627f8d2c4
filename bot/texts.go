package bot

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"visnyk/bot/chats"
	"visnyk/bot/opml"
	"visnyk/internal/ukrainian"
	"visnyk/sources"
)

// This file holds every text that users read. A text that is an error says
// what to do.

const (
	textStart = `<b>Вісник</b> стежить за тим, що публікують органи влади, і надсилає короткий дайджест за темами.

Щоб почати, надішліть адресу сайту, канал або назву органу:
• <code>/follow МОЗ</code>
• <code>/follow https://www.kmu.gov.ua</code>
• <code>/follow @KabminUA</code>

або оберіть тему нижче. Усі команди — /help.`

	textHelp = `<b>Команди</b>
/follow — стежити: адреса сайту, @канал, назва органу, тема або слова в лапках; <code>/follow МОЗ -вітання +вакцинація</code> — лише частина новин
/unfollow — більше не стежити
/list — за чим стежить цей чат
/topics — теми
/sources — органи, які можна назвати
/digest — нові повідомлення зараз
/digest вчора — за вчора (також: сьогодні, тиждень)
/digest вчора docx — те саме файлом для друку
/time 08:30 — коли надсилати дайджест; наприклад: <code>/time 08:30 18:00 пн-пт</code>
/search — пошук: слова в будь-якій формі, «точна фраза», -слово, за вчора, у березні 2026, джерело:мзс, тема:кібербезпека, з:2026-03-01 по:2026-03-31
/settings — обсяг, розділи, тихі години, сповіщення одразу, погодження
/pause, /resume — призупинити й продовжити дайджести
/audit — хто що змінив у чаті
/stats — тиждень у числах
/export, /import — забрати підписки файлом OPML або додати з нього
/mydata, /forget — що про вас зберігається; видалити все
/status — стан програми
Для каналу: допишіть його назву наприкінці, наприклад <code>/follow МОЗ @канал</code>`

	textUnknown      = "Не знаю такої команди. Список команд — /help."
	textOnlyAdmins   = "Налаштування в групі змінюють лише адміністратори: попросіть адміністратора надіслати цю команду."
	textNothingNew   = "Нових повідомлень немає."
	textNoNewsPeriod = "За цей час повідомлень не було."
	textEmptySlot    = "З попереднього дайджесту нових повідомлень не було."
	textNotFollowing = "Цей чат ще ні за чим не стежить. Додайте джерело: <code>/follow МОЗ</code>"
	textFollowWhat   = "Що додати? Надішліть адресу, @канал, назву органу, тему або слова в лапках: <code>/follow МОЗ</code>"
	textUnfollowWhat = "За чим більше не стежити?"
	textSearchWhat   = "Що шукати? Наприклад: <code>/search кібербезпека</code>"
	textTimeWhat     = "Не зрозумів час. Напишіть так: <code>/time 08:30</code> або <code>/time 08:30 18:00 пн-пт Europe/Kyiv</code>"
	textTimeOff      = "Дайджести за розкладом вимкнено. Увімкнути: <code>/time 08:30</code>"
	textStorage      = "Сховище тимчасово недоступне: спробуйте ще раз за хвилину."
	textStorageAway  = "⏳ Сховище тимчасово недоступне: вашу команду отримано, виконаю її, щойно воно запрацює."
	textTrouble      = "Щось пішло не так: спробуйте ще раз за хвилину."
	textNotOperator  = "Ця команда — лише для операторів."
	textAgain        = "<i>Можливий повтор: попереднє надсилання не підтвердив Telegram.</i>\n\n"
	textAbstract     = "(стислий переказ)"
	textRetold       = "Стислі перекази склала мовна модель; числа, дати й імена звірено з текстом органу."
	textStale        = "Ця кнопка застаріла: надішліть команду ще раз."
	textTopicsHead   = "<b>Теми.</b> Натисніть, щоб стежити:"
	textGreeting     = "Вітаю! Я Вісник: надсилаю дайджести повідомлень органів влади. Адміністратор може додати джерело: "
)

// channelRights says how to let the bot post in a channel.
const channelRights = "Щоб публікувати в каналі: 1) додайте бота до каналу; 2) зробіть його адміністратором; 3) дозвольте публікувати дописи. Потім надішліть команду ще раз."

// errUser is an error whose text is for the user.
type errUser string

func (e errUser) Error() string { return string(e) }

// sentence turns an error into one Ukrainian sentence that says what to do.
// The second value is false for errors that are the program's own trouble and
// belong into the log.
func sentence(err error) (string, bool) {
	var own errUser
	if errors.As(err, &own) {
		return string(own), true
	}
	var status *sources.StatusError
	if errors.As(err, &status) {
		return fmt.Sprintf("Сайт відповів помилкою %d: перевірте адресу або спробуйте пізніше.", status.Code), true
	}
	for _, s := range []struct {
		err  error
		text string
	}{
		{chats.ErrKnown, "Цей чат уже стежить за цим. Повний список — /list."},
		{chats.ErrNotFollowed, "Цей чат за цим не стежить. Повний список — /list."},
		{chats.ErrLimit, "Цей чат стежить за найбільшою дозволеною кількістю джерел: спершу приберіть зайве через /unfollow."},
		{chats.ErrQuotaHour, textQuotaHour},
		{chats.ErrQuota, textQuota},
		{opml.ErrTooLarge, textFileLarge},
		{opml.ErrTooMany, textFileMany},
		{opml.ErrHostile, textFileHostile},
		{opml.ErrNotOPML, textFileNot},
		{opml.ErrEmpty, textFileEmpty},
		{sources.ErrAddress, "Це не схоже на адресу: надішліть її повністю, наприклад https://www.kmu.gov.ua."},
		{sources.ErrForbidden, "Цю адресу читати не можна: надішліть адресу загальнодоступного сайту."},
		{sources.ErrNoChannel, "Такого відкритого каналу немає: перевірте назву, закриті канали прочитати не можна."},
		{sources.ErrProtected, "Сайт захищено від роботів, тож прочитати його не вдасться: додайте Telegram-канал цього органу."},
		{sources.ErrLayout, "Сторінка змінила верстку, і новин на ній більше не видно: надішліть адресу стрічки RSS або каналу."},
		{sources.ErrNoItems, "На цій сторінці не видно новин: надішліть адресу сторінки «Новини» або стрічки RSS."},
		{sources.ErrNotSource, "За цією адресою немає ні новин, ні стрічки: надішліть адресу сторінки «Новини» або стрічки RSS."},
		{sources.ErrTooLarge, "Сторінка завелика: надішліть адресу сторінки «Новини» або стрічки RSS."},
		{sources.ErrHostile, "Стрічку пошкоджено, прочитати її не можна: надішліть іншу адресу цього органу."},
		{sources.ErrTimeout, "Сайт не відповів вчасно: спробуйте пізніше."},
		{sources.ErrRobots, "Сайт забороняє програмам читати цю сторінку (robots.txt): надішліть адресу стрічки RSS або Telegram-канал цього органу."},
		{sources.ErrMoved, "Ця адреса тепер веде на інший сайт: перевірте її та надішліть нову."},
		{sources.ErrBusy, "Сайт просить зачекати: спробуйте за кілька хвилин."},
		{sources.ErrUnreachable, "Сайт недоступний: перевірте адресу або спробуйте пізніше."},
	} {
		if errors.Is(err, s.err) {
			return s.text, true
		}
	}
	return textTrouble, false
}

func kindName(k sources.EndpointKind) string {
	switch k {
	case sources.KindFeed:
		return "стрічка RSS"
	case sources.KindPage:
		return "сторінка новин"
	case sources.KindChannel:
		return "Telegram-канал"
	}
	return ""
}

// scheduleText says when digests come: «щодня о 08:30».
func scheduleText(s chats.Schedule, zone string) string {
	if len(s.Times) == 0 {
		return "вимкнено"
	}
	days := "щодня"
	if len(s.Days) > 0 {
		var names []string
		for _, d := range s.Days {
			names = append(names, dayNames[d])
		}
		days = strings.Join(names, ", ")
	}
	var times []string
	for _, c := range s.Times {
		times = append(times, c.String())
	}
	return days + " о " + strings.Join(times, ", ") + " (" + zone + ")"
}

// dayNames are the weekdays as people write them in a schedule, Sunday first.
var dayNames = [...]string{"нд", "пн", "вт", "ср", "чт", "пт", "сб"}

// textUndecided asks what became of a message to a channel.
func textUndecided(name string) string {
	return "❓ Telegram не підтвердив, чи опубліковано дайджест у <b>" + escape(name) + "</b>. Перегляньте канал і натисніть кнопку: без вашої відповіді я його не повторю."
}

// textSkipped says that a digest was missed; name is the chat's where another
// reads it.
func textSkipped(at time.Time, name string) string {
	text := "⏰ Дайджест за " + ukrainian.ShortDate(at) + ", " + at.Format("15:04")
	if name != "" {
		return text + " для чату <b>" + escape(name) + "</b> не надіслано: програма не працювала понад 3 години. Пропущене буде в наступному дайджесті."
	}
	return text + " не надіслано: програма не працювала понад 3 години. Прочитати пропущене зараз — /digest"
}
