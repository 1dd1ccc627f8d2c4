package digest_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"visnyk/digest"
)

func lessons() []digest.Labelled {
	var all []digest.Labelled
	for range 3 {
		all = append(all,
			digest.Labelled{Title: "Прогноз погоди", Text: "Завтра опади, вітер і ожеледь на дорогах.", Topics: []string{"environment"}},
			digest.Labelled{Title: "Синоптики попереджають", Text: "Вночі мороз, удень сніг і хуртовина.", Topics: []string{"environment"}},
			digest.Labelled{Title: "Збірна перемогла", Text: "Футболісти забили три голи в матчі.", Topics: []string{"culture"}},
			digest.Labelled{Title: "Чемпіонат", Text: "Спортсмени здобули медалі на турнірі.", Topics: []string{"culture"}},
		)
	}
	return all
}

func TestLabelledTextsDecideWhereNoTermDoes(t *testing.T) {
	b, err := digest.TrainBayes(lessons())
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := b.Write(&file); err != nil {
		t.Fatal(err)
	}
	if b, err = digest.ReadBayes(&file); err != nil {
		t.Fatal(err)
	}
	tax := taxonomy(t)
	title, text := "Синоптики", "Хуртовина й мороз повернуться в четвер, вітер посилиться."
	if got := tax.Classify(title, text); len(got) != 0 {
		t.Fatalf("before learning: %v", got)
	}
	tax.Learn(b)
	if got := tax.Classify(title, text); len(got) != 1 || got[0].ID != "environment" || len(got[0].Evidence) == 0 {
		t.Errorf("after learning: %v", got)
	}
	if got := tax.Classify("CERT-UA попереджає про фішинг", "Зловмисники надсилають листи."); got[0].ID != "cybersecurity" {
		t.Errorf("a term does not decide any more: %v", got)
	}
	if got := tax.Classify("Qwerty", "Zxcvb."); len(got) != 0 {
		t.Errorf("a text of unknown words: %v", got)
	}
}

func TestTooLittleToLearnFrom(t *testing.T) {
	if _, err := digest.TrainBayes(lessons()[:1]); !errors.Is(err, digest.ErrFewLabels) {
		t.Errorf("one topic: %v", err)
	}
	if _, err := digest.ReadBayes(bytes.NewReader([]byte("rubbish"))); err == nil {
		t.Error("rubbish is read")
	}
}

// drawn makes texts of five topics out of syllables: most words are common to
// all topics, few are the topic's own, and the topics are not equally large.
func drawn(from, to int) []digest.Labelled {
	topics := []string{"health", "energy", "culture", "justice", "defence"}
	word := func(r *rand.Rand, of string, n int) string {
		return fmt.Sprintf("%s%c%c", of, 'а'+rune(r.IntN(n)%30), 'а'+rune(r.IntN(n)/30))
	}
	var all []digest.Labelled
	for i := from; i < to; i++ {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		topic := min(r.IntN(9), len(topics)-1)
		var text []string
		for range 40 {
			text = append(text, word(r, "ґ", 300))
		}
		for range 3 {
			text = append(text, word(r, "щ"+string(rune('а'+topic)), 60))
		}
		all = append(all, digest.Labelled{Text: strings.Join(text, " "), Topics: topics[topic : topic+1]})
	}
	return all
}

func TestRareWordsDecideWhereTextsAreLong(t *testing.T) {
	b, err := digest.TrainBayes(drawn(0, 200))
	if err != nil {
		t.Fatal(err)
	}
	right, asked := 0, drawn(1000, 1300)
	for _, l := range asked {
		if got := b.Classify(l.Title, l.Text); len(got) > 0 && got[0].ID == l.Topics[0] {
			right++
		}
	}
	// a prior of .3 alone, good for short texts, tells 179 of them
	if right < 200 {
		t.Errorf("%d of %d told rightly", right, len(asked))
	}
}
