package chart

import (
	"bytes"
	"errors"
	"image/png"
	"os"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
)

func week() Week {
	w := Week{Title: "Новини за тиждень", Bodies: "Найактивніші органи", Days: []string{"чт", "пт", "сб", "нд", "пн", "вт", "ср"}}
	for i, name := range []string{"Цифрова трансформація", "Енергетика", "Оборона", "Освіта", "Охорона здоров’я", "Інфраструктура", "Інше"} {
		counts := make([]int, 7)
		for d := range counts {
			counts[d] = (i*7+d*5)%11 + 1
		}
		w.Topics = append(w.Topics, Series{name, counts})
	}
	for i, name := range []string{"Міністерство охорони здоров’я України", "Кабінет Міністрів України", "Ґанківська громада", "Її Величність Єдність", "НАЗК"} {
		w.Top = append(w.Top, Bar{name, 60 - 11*i})
	}
	return w
}

func TestThePictureIsOneThatPhonesShow(t *testing.T) {
	data, err := PNG(week())
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() < 900 || b.Dy() < b.Dx() || len(data) > 1<<20 {
		t.Errorf("%v, %d bytes", b, len(data))
	}
	if file := os.Getenv("CHART"); file != "" { // to look at it
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNothingToDrawIsNoPicture(t *testing.T) {
	for _, w := range []Week{{}, {Days: []string{"пн"}}, {Days: []string{"пн"}, Topics: []Series{{"a", nil}}}} {
		if _, err := PNG(w); !errors.Is(err, ErrEmpty) {
			t.Errorf("%+v: %v", w, err)
		}
	}
	if _, err := PNG(Week{Days: []string{"пн"}, Topics: []Series{{"a", nil}}, Top: []Bar{{"b", 0}}}); err != nil {
		t.Error(err)
	}
}

func TestTheFontHasEveryUkrainianLetter(t *testing.T) {
	f := font.NewCache(liberation.Collection()).Lookup(face(12, false), 12)
	for _, r := range "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ’«»—…№" {
		index, err := f.Face.GlyphIndex(nil, r)
		if err != nil || index == 0 {
			t.Errorf("%c is missing", r)
		}
	}
}
