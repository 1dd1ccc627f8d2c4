package digest_test

import (
	"bytes"
	"errors"
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
