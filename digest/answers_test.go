package digest_test

import (
	"testing"
	"time"

	"visnyk/digest"
	"visnyk/internal/redistest"
)

func TestAnswersAreKeptForATime(t *testing.T) {
	db := redistest.Client(t)
	a := digest.NewAnswers(db)
	if _, known, err := a.Answer(t.Context(), "k"); known || err != nil {
		t.Fatalf("before: %v %v", known, err)
	}
	for _, answer := range []string{"Уряд схвалив план.", ""} { // nothing is an answer, too
		if err := a.Keep(t.Context(), "k", answer, time.Hour); err != nil {
			t.Fatal(err)
		}
		if got, known, err := a.Answer(t.Context(), "k"); got != answer || !known || err != nil {
			t.Errorf("%q %v %v", got, known, err)
		}
	}
	keys, err := db.Keys(t.Context(), "*abstract:*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("%v %v", keys, err)
	}
	for _, k := range keys {
		if ttl := db.TTL(t.Context(), k).Val(); ttl <= 0 {
			t.Errorf("%s is kept for ever", k)
		}
	}
}

func TestWhatADayCostsIsCounted(t *testing.T) {
	a := digest.NewAnswers(redistest.Client(t))
	for i := 1; i <= 3; i++ {
		n, letters, err := a.Spend(t.Context(), "2026-11-22", 100)
		if err != nil || n != i || letters != 100*i {
			t.Errorf("%d %d %v", n, letters, err)
		}
	}
	if n, letters, err := a.Spend(t.Context(), "2026-11-23", 7); err != nil || n != 1 || letters != 7 {
		t.Errorf("the next day: %d %d %v", n, letters, err)
	}
}
