package bot

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"visnyk/bot/chats"
	"visnyk/digest"
	"visnyk/digest/abstract"
	"visnyk/internal/redistest"
	"visnyk/sources"
	"visnyk/sources/articles"
)

const retoldEnergy = "Енергетики відновили електропостачання 120 громад області. На ремонт мереж витратили 2,4 млн грн."

// retoldDesk is a bot whose model retells articles as answer says, and how often
// it was asked.
func retoldDesk(t *testing.T, answer string) (*desk, *atomic.Int64) {
	t.Helper()
	asked := &atomic.Int64{}
	llm := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		content, err := json.Marshal(map[string]string{"abstract": answer})
		if err != nil {
			t.Error(err)
		}
		_, _ = fmt.Fprintf(rw, `{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":%q}}]}`, content)
	}))
	t.Cleanup(llm.Close)
	return newDesk(t, Options{Retold: abstract.NewWriter(abstract.Options{
		URL: llm.URL, Model: "малий", Requests: 500, Letters: 1e6, AtOnce: 2, Store: digest.NewAnswers(redistest.Client(t)), Log: slog.New(slog.DiscardHandler),
	})}), asked
}

// publishLong puts an article into the archive that is long enough to be retold.
func (d *desk) publishLong(n int) {
	d.t.Helper()
	item := sources.Item{
		URL: fmt.Sprintf("https://body%d.gov.ua/%d", n, n), Title: fmt.Sprintf("Енергетики відновили електропостачання, зведення № %d", n), Published: time.Now().Add(-time.Minute),
		Text: "Енергетики відновили електропостачання 120 громад області після негоди, повідомили в Міністерстві енергетики. Бригади працювали цілодобово й у вихідні. " +
			"На ремонт мереж витратили 2,4 млн грн з резерву підприємства. Пошкоджені опори замінили на нові, а частину ліній проклали під землею. " +
			"Мешканців просять повідомляти про обриви дротів і не наближатися до них. Роботи з відновлення вуличного освітлення завершать до кінця тижня.",
	}
	if _, err := d.bot.archive.TakeIn(d.t.Context(), articles.Batch{Source: fmt.Sprint("body", n), Items: []sources.Item{item}}); err != nil {
		d.t.Fatal(err)
	}
}

func TestTheReviewOfAWeekIsRetold(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		signs        int
	}{{"true", retoldEnergy, 1}, {"a lie", strings.Replace(retoldEnergy, "120", "210", 1), 0}} {
		t.Run(c.name, func(t *testing.T) {
			d, _ := retoldDesk(t, c.answer)
			d.channel(chats.Settings{})
			d.publishLong(1)
			channel, err := d.bot.chats.Get(t.Context(), channelOf.ID)
			if err != nil {
				t.Fatal(err)
			}
			tomorrow := d.bot.now().AddDate(0, 0, 1)
			slot := chats.Slot{Chat: channelOf.ID, Date: tomorrow.Format(time.DateOnly), Index: chats.WeeklyIndex, At: tomorrow}
			if err := d.bot.weekly(t.Context(), channel, slot); err != nil {
				t.Fatal(err)
			}
			all := d.sent()
			if len(all) != 1 || !strings.Contains(all[0].text, "Огляд тижня") {
				t.Fatalf("%+v", all)
			}
			for _, sign := range []string{textAbstract, textRetold, retoldEnergy} {
				if got := strings.Count(all[0].text, sign); got != c.signs {
					t.Errorf("%q %d times, want %d, in\n%s", sign, got, c.signs, all[0].text)
				}
			}
		})
	}
}

// A digest of a week may have more stories than a digest of a day at most: the
// first ones are retold, the others have their extracts.
func TestTheFirstStoriesOfALongPeriodAreRetold(t *testing.T) {
	d, asked := retoldDesk(t, retoldEnergy)
	var all []articles.Article
	var long digest.Digest
	long.Sections = []digest.Section{{}}
	for i := range retoldLimit + 3 {
		a := articles.Article{ID: fmt.Sprint(i), Title: fmt.Sprint("Зведення № ", i), Text: strings.Repeat(retoldEnergy+" ", 5)}
		all = append(all, a)
		s := digest.Story{Articles: []string{a.ID}, Title: a.Title, Summary: []string{"Витяг."}}
		long.Stories, long.Sections[0].Stories = append(long.Stories, s), append(long.Sections[0].Stories, s)
	}
	d.bot.retell(t.Context(), all, long)
	for i, s := range long.Stories {
		if want := i < retoldLimit; s.Abstract != want || long.Sections[0].Stories[i].Abstract != want {
			t.Errorf("story %d retold: %v, want %v", i, s.Abstract, want)
		}
	}
	if asked.Load() != retoldLimit {
		t.Errorf("asked %d times, want %d", asked.Load(), retoldLimit)
	}
}

// The card of a story says that its text is an abstract where it is one, and does
// not where the article's own sentences tell more.
func TestACardSaysWhatItsTextIs(t *testing.T) {
	d, _ := retoldDesk(t, retoldEnergy)
	d.publishLong(1)
	found, _, err := d.bot.archive.Listed(t.Context(), time.Now().Add(-time.Hour), 10)
	if err != nil || len(found) != 1 {
		t.Fatalf("%v %v", found, err)
	}
	for _, c := range []struct {
		name, article string
		sentences     []string
		sign          bool
	}{
		{"an abstract of an article that is gone", "gone", []string{retoldEnergy}, true},
		{"more sentences of the article", found[0], []string{retoldEnergy}, false},
		{"an extract", "gone", []string{"Витяг."}, false},
	} {
		s := digest.Story{Articles: []string{c.article}, Title: "Зведення", Summary: c.sentences, Abstract: c.name != "an extract"}
		text, err := d.bot.longer(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(text, textAbstract); got != c.sign {
			t.Errorf("%s: marked %v, want %v, in %s", c.name, got, c.sign, text)
		}
	}
}
