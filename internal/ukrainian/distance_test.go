package ukrainian

import "testing"

func TestDistanceCountsSlips(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "мова", 4},
		{"мова", "", 4},
		{"мова", "мова", 0},
		{"мова", "мови", 1},
		{"мова", "омва", 1},
		{"мова", "мва", 1},
		{"мова", "моова", 1},
		{"кібербезпкеа", "кібербезпека", 1},
		{"мінстерство", "міністерство", 1},
		{"абвг", "бавг", 1},
		{"абвг", "багв", 2},
		{"мир", "спорт", 4},
	} {
		if got, back := Distance([]rune(c.a), []rune(c.b)), Distance([]rune(c.b), []rune(c.a)); got != c.want || back != c.want {
			t.Errorf("%q and %q: %d, %d; want %d", c.a, c.b, got, back, c.want)
		}
	}
}
