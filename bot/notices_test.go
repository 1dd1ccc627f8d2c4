package bot

import (
	"strings"
	"testing"
	"time"

	"visnyk/digest"
	"visnyk/internal/telegramtest"
	"visnyk/sources"
)

func notifier() *Bot {
	return &Bot{builder: digest.NewBuilder(nil, time.FixedZone("Kyiv", 2*60*60), func(string) string { return "" })}
}

func TestNoticesSayWhatHappenedSinceWhenAndWhatIsNext(t *testing.T) {
	b := notifier()
	since := time.Date(2026, 11, 24, 7, 10, 0, 0, time.UTC)
	source := sources.Source{ID: "moz", Name: "МОЗ <України>"}
	for _, c := range []struct {
		n    sources.Notice
		want string
	}{
		{
			sources.Notice{Kind: sources.NoticeFailing, Source: source, Since: since, Cause: sources.Cause{Kind: sources.CauseStatus, Detail: "503"}, Next: 20 * time.Minute},
			"⚠️ МОЗ <України>: не вдається прочитати з 24 листопада, 09:10.\nПричина: сайт відповідає помилкою 503.\nНаступна спроба — за 20 хвилин, далі щонайменше раз на 6 годин. Коли вдасться прочитати, я напишу.",
		},
		{
			sources.Notice{Kind: sources.NoticeFailing, Source: source, Since: since, Cause: sources.Cause{Kind: sources.CauseProtected, Detail: "Radware"}, Next: 6 * time.Hour},
			"⚠️ МОЗ <України>: не вдається прочитати з 24 листопада, 09:10.\nПричина: сайт закрито захистом від роботів: Radware.\nОбходити захист я не буду: додайте Telegram-канал органу або попросіть сайт дозволити доступ. Наступна спроба — за 6 годин, далі щонайменше раз на 6 годин. Коли вдасться прочитати, я напишу.",
		},
		{
			sources.Notice{Kind: sources.NoticeRecovered, Source: source, Since: since, Cause: sources.Cause{Kind: sources.CauseTimeout}},
			"✅ МОЗ <України>: знову вдається прочитати. Перерва тривала з 24 листопада, 09:10 (сайт не відповідає вчасно).",
		},
		{
			sources.Notice{Kind: sources.NoticeFlood, Source: source, Count: 734, Usual: 4},
			"🌊 МОЗ <України>: одразу 734 нові публікації (зазвичай — 4). Схоже на перенесення сайту або збій, тому я зберіг їх як архів: пошук їх знаходить, у дайджести вони не потраплять.",
		},
		{
			sources.Notice{Kind: sources.NoticeMoved, Source: source, From: "https://moz.gov.ua/feed", To: "https://example.com/a?b&c"},
			"↪️ МОЗ <України>: адреса https://moz.gov.ua/feed тепер веде на інший домен: https://example.com/a?b&c. Без вашого підтвердження я за нею не йду.\nЦе справжній новий сайт органу? Стару адресу я перевірятиму далі.",
		},
	} {
		html := b.noticeText(c.n)
		if got := strings.NewReplacer("\u2060", "", "\u200b", "").Replace(plainText(html)); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		sendable(t, html)
		for _, row := range noticeButtons(c.n) {
			if len(row[0].Data) > 64 {
				t.Errorf("callback data of %d bytes", len(row[0].Data))
			}
		}
	}
}

func TestEveryCauseHasItsWords(t *testing.T) {
	seen := map[string]sources.CauseKind{}
	for _, kind := range []sources.CauseKind{
		sources.CauseTimeout, sources.CauseUnreachable, sources.CauseStatus, sources.CauseProtected, sources.CauseRobots, sources.CauseMoved, sources.CauseEmpty,
		sources.CauseNotSource, sources.CauseHostile, sources.CauseTooLarge, sources.CauseForbidden, sources.CauseNoChannel, sources.CauseBroken, sources.CauseLayout,
	} {
		text := causeText(sources.Cause{Kind: kind})
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s: %q", kind, other, text)
		}
		seen[text] = kind
	}
}

func TestADigestTellsOfWithdrawals(t *testing.T) {
	d := digest.Digest{Withdrawn: []digest.Withdrawal{{Title: "Наказ № 5 <проєкт>", Name: "МОЗ"}, {Title: strings.Repeat("Довга назва ", 50)}}}
	texts := renderDigest(d, Header{Title: "Дайджест", At: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)})
	sendable(t, texts...)
	plain := plainText(texts[0])
	if !strings.HasPrefix(plain, "Дайджест · 24 листопада 2026 року, вівторок\n") || !strings.Contains(plain, "🗑 Вилучено з сайту: «Наказ № 5 <проєкт>» (МОЗ)\n") {
		t.Error(plain)
	}
	s := story(1, "Уряд виділив 7 млн грн")
	s.Edited, s.Was = true, "Уряд виділив 5 млн грн"
	if got := plainText(renderStory(s)); !strings.Contains(got, "оновлено\nРаніше: «Уряд виділив 5 млн грн»") {
		t.Error(got)
	}
}

func TestHealthIsShownInWords(t *testing.T) {
	k := sources.Known{Source: sources.Source{Endpoints: []sources.Endpoint{{Kind: sources.KindFeed, URL: "f"}, {Kind: sources.KindChannel, URL: "c"}}}}
	for want, s := range map[string]sources.State{
		"•": {},
		"✅": {LastRead: time.Now(), Reading: "f"},
		"✅ (зараз через інше джерело: Telegram-канал)":                           {LastRead: time.Now(), Reading: "c"},
		"⚠️ — не вдається прочитати: сайт закрито захистом від роботів: Imperva": {Fails: 1, Cause: sources.Cause{Kind: sources.CauseProtected, Detail: "Imperva"}},
	} {
		k.State = s
		if sign, what := healthOf(k); sign+what != want {
			t.Errorf("got %q, want %q", sign+what, want)
		}
	}
}

func TestEveryOperatorIsTold(t *testing.T) {
	d := newDelivering(t)
	var all []int64
	for user := int64(1); user <= 40; user++ { // more than the ledger has shards
		all = append(all, user)
		d.double.Say(privateChat(user), telegramtest.User{ID: user}, "/start")
	}
	m, err := message("Джерело не читається", nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.tell(t.Context(), all, "n:1", m); err != nil {
			t.Fatal(err)
		}
	}
	for range 14 {
		d.later(paceChat)
	}
	for _, user := range all {
		if n := len(d.sent(user)); n != 1 {
			t.Errorf("operator %d is told %d times", user, n)
		}
	}
}
