package ukrainian

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Name is a personal name in a text.
type Name struct {
	Span
	// Text is the name as it stands in the text.
	Text string
	// Given, Patronymic and Surname are in the nominative as far as that is
	// known, in lower case; an initial is a letter with its full stop. What
	// the text does not say is empty.
	Given, Patronymic, Surname string
}

// SameSurname tells whether two surnames in any case may be of one person:
// «Клімкіна» and «Клімкін», «Зубку» and «Зубко».
func SameSurname(a, b string) bool {
	keys := SurnameKeys(a)
	return slices.ContainsFunc(SurnameKeys(b), func(k string) bool { return slices.Contains(keys, k) })
}

// surnameEndings are the endings of the cases of surnames and the nominatives
// that they may come from, longest endings first. Source: the declension of
// surnames in the Ukrainian orthography of 2019, §§ 82, 100.
var surnameEndings = []struct {
	ending string
	makes  []string
}{
	{"ському", []string{"ський"}},
	{"цькому", []string{"цький"}},
	{"ського", []string{"ський"}},
	{"цького", []string{"цький"}},
	{"ською", []string{"ський"}},
	{"цькою", []string{"цький"}},
	{"ської", []string{"ський"}},
	{"цької", []string{"цький"}},
	{"ським", []string{"ський"}},
	{"цьким", []string{"цький"}},
	{"ській", []string{"ський"}},
	{"цькій", []string{"цький"}},
	{"ська", []string{"ський"}},
	{"цька", []string{"цький"}},
	{"ську", []string{"ський"}},
	{"цьку", []string{"цький"}},
	{"евим", []string{"ев"}},
	{"євим", []string{"єв"}},
	{"овим", []string{"ов"}},
	{"їним", []string{"їн"}},
	{"іним", []string{"ін"}},
	{"иним", []string{"ин"}},
	{"ької", []string{"ький"}},
	{"кові", []string{"ко", "к"}},
	{"цеві", []string{"ець"}},
	{"еві", []string{"", "ь"}},
	{"єві", []string{"й", "єв"}},
	{"ові", []string{"", "о", "ов"}},
	{"ком", []string{"ко", "к"}},
	{"цем", []string{"ець"}},
	{"єю", []string{"я"}},
	{"ою", []string{"а", ""}},
	{"ею", []string{"а", "я"}},
	{"ої", []string{"", "ий"}},
	{"ій", []string{"", "ий", "ій"}},
	{"ого", []string{"ий"}},
	{"ому", []string{"ий"}},
	{"им", []string{"ий", ""}},
	{"ом", []string{"", "о"}},
	{"ем", []string{"", "ь"}},
	{"єм", []string{"й"}},
	{"ця", []string{"ець"}},
	{"цю", []string{"ець"}},
	{"ці", []string{"ка", "ця"}},
	{"ка", []string{"ко", "к", "ка"}},
	{"ку", []string{"ко", "к", "ка"}},
	{"я", []string{"й", "ь", "я"}},
	{"ю", []string{"й", "ь", "я"}},
	{"а", []string{"", "о", "а"}},
	{"у", []string{"", "о", "а"}},
	{"и", []string{"а"}},
	{"і", []string{"а", "я", ""}},
	{"ї", []string{"я", "й"}},
}

// leastSurname is how many letters of a surname the undoing of a case keeps.
const leastSurname = 3

// SurnameKeys gives the nominatives that a surname may have, folded, the
// dictionary's first. A surname with a hyphen is led back part by part. There
// is always at least one.
func SurnameKeys(word string) []string {
	folded := normal(word)
	if head, tail, ok := strings.Cut(folded, "-"); ok {
		var all []string
		for _, h := range SurnameKeys(head) {
			for _, t := range SurnameKeys(tail) {
				all = append(all, h+"-"+t)
			}
		}
		return all[:min(len(all), maxSurnameKeys)]
	}
	keys := slices.Clone(Lemmas(word))
	add := func(k string) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, e := range surnameEndings {
		stem, ok := strings.CutSuffix(folded, e.ending)
		if !ok || utf8.RuneCountInString(stem) < leastSurname {
			continue
		}
		for _, m := range e.makes {
			add(stem + m)
		}
		break
	}
	add(folded)
	return keys[:min(len(keys), maxSurnameKeys)]
}

// maxSurnameKeys bounds the nominatives of a surname with hyphens.
const maxSurnameKeys = 24

// givenNames are the given names that are common in Ukraine, in the nominative.
var givenNames = makeSet(`олександр олексій андрій анатолій антон артем арсен арсеній богдан борис вадим валентин валерій василь віктор віталій владислав
володимир вячеслав в’ячеслав георгій геннадій григорій данило денис дмитро едуард євген євгеній іван ігор ілля йосип кирило костянтин кость леонід лев
лук’ян любомир макар максим марк матвій микита микола мирослав михайло назар назарій нестор олег омелян орест остап павло петро пилип платон ростислав роман
руслан святослав семен сергій станіслав степан тарас тимофій тимур тихон федір юліан юрій юхим яків ярема ярослав яким захар мустафа рефат ахтем
олександра анастасія анна ганна алла аліна алевтина ангеліна богдана валентина валерія варвара віра вікторія віолета галина дарина дарія дар’я діана
ельвіра євгенія єлизавета жанна зінаїда зоряна зоя ірина інна іванна інеса калина катерина кіра клавдія ксенія лариса леся лідія лілія людмила любов
маргарита марина марія мар’яна мирослава надія наталія наталя ніна оксана олена ольга олеся орися поліна раїса роксолана руслана світлана соломія
софія стефанія таміла тамара тетяна уляна христина юлія яна ярослава
емманюель дональд джо ангела урсула шарль йенс джозеп марк ян томас джон майкл роберт вільям джеймс девід пол петер ганс андрес жозеп єнс анджей матеуш гітанас
кая марік тома віктор рішад реджеп борис ріші кір анналена аннетт олаф бен ентоні ллойд пітер антоніу мая роберта джорджа педро`)

// Names finds the personal names of a text in order: «Павло Клімкін», «О. О.
// Петренко», «Петренко О. О.», «Павла Анатолійовича Клімкіна». A surname alone
// is a name when the text has it with a given name or an initial elsewhere.
func Names(text string) []Name {
	tokens := Tokens(text)
	var all []Name
	surnames := map[string]bool{}
	for i := 0; i < len(tokens); {
		n, next := nameAt(text, tokens, i)
		if next == 0 {
			i++
			continue
		}
		if n.Surname != "" {
			surnames[n.Surname] = true
		}
		all = append(all, n)
		i = next
	}
	return addAlone(text, tokens, all, surnames)
}

// addAlone adds the surnames that stand alone and are known from elsewhere.
func addAlone(text string, tokens []Token, all []Name, surnames map[string]bool) []Name {
	var out []Name
	for _, t := range tokens {
		for len(all) > 0 && all[0].End <= t.Start {
			out = append(out, all[0])
			all = all[1:]
		}
		if len(all) > 0 && t.Start >= all[0].Start || !isNameWord(t) {
			continue
		}
		keys := SurnameKeys(t.Text)
		if i := slices.IndexFunc(keys, func(k string) bool { return surnames[k] }); i >= 0 {
			out = append(out, Name{Span: Span{t.Start, t.End}, Text: text[t.Start:t.End], Surname: keys[i]})
		}
	}
	return append(out, all...)
}

// isNameWord tells a word written as names are: a capital, then small letters,
// perhaps in two parts with a hyphen.
func isNameWord(t Token) bool {
	if t.Kind != Word || strings.HasSuffix(t.Text, ".") {
		return false
	}
	if parts := t.Parts(); len(parts) == 2 {
		return isName(parts[0].Text) && isName(parts[1].Text)
	}
	return isName(t.Text)
}

// isInitialToken tells an initial: one capital with its full stop.
func isInitialToken(t Token) bool {
	r, size := utf8.DecodeRuneInString(t.Text)
	return t.Kind == Word && isCapital(r) && t.Text[size:] == "."
}

// longestName is the most tokens that a name has: given name, patronymic,
// surname, or two initials and a surname.
const longestName = 3

// nameAt reads the name that begins at a token; next is the token after it, 0
// when there is none.
func nameAt(text string, tokens []Token, i int) (n Name, next int) {
	run := tokens[i:i]
	shape := ""
	for j := i; j < len(tokens) && j-i < longestName; j++ {
		if j > i && strings.Trim(text[tokens[j-1].End:tokens[j].Start], " \u00a0") != "" {
			break
		}
		s := shapeOf(tokens[j])
		if s == "" {
			break
		}
		run, shape = tokens[i:j+1], shape+s
	}
	for ; len(run) > 1; run, shape = run[:len(run)-1], shape[:len(shape)-1] {
		if n, ok := readName(run, shape); ok {
			n.Span = Span{run[0].Start, run[len(run)-1].End}
			n.Text = text[n.Start:n.End]
			return n, i + len(run)
		}
	}
	return n, 0
}

// shapeOf gives a letter for what a token may be in a name: I an initial, G a
// given name, P a patronymic, S any other word with a capital; "" for others.
func shapeOf(t Token) string {
	switch {
	case isInitialToken(t):
		return "I"
	case !isNameWord(t):
		return ""
	case given(t.Text) != "":
		return "G"
	case patronymic(t.Text) != "":
		return "P"
	}
	return "S"
}

// readName makes a name of the tokens of a shape.
func readName(run []Token, shape string) (Name, bool) {
	word := func(i int) string { return run[i].Text }
	switch shape {
	case "IIS", "IIG", "IIP":
		return Name{Given: Fold(word(0)), Patronymic: Fold(word(1)), Surname: surname(word(2), "", "")}, true
	case "IS", "IG":
		return Name{Given: Fold(word(0)), Surname: surname(word(1), "", "")}, true
	case "SII":
		return Name{Given: Fold(word(1)), Patronymic: Fold(word(2)), Surname: surname(word(0), "", "")}, true
	case "SI":
		return Name{Given: Fold(word(1)), Surname: surname(word(0), "", "")}, true
	case "GPS", "GPG":
		g := given(word(0))
		return Name{Given: g, Patronymic: patronymic(word(1)), Surname: surname(word(2), g, word(0))}, true
	case "SGP":
		g := given(word(1))
		return Name{Given: g, Patronymic: patronymic(word(2)), Surname: surname(word(0), g, word(1))}, true
	case "GP":
		if p := patronymic(word(1)); strings.HasSuffix(p, "на") {
			return Name{Given: given(word(0)), Patronymic: p}, true
		}
		fallthrough // Жолнович: of two words the second is the surname
	case "GS", "GG":
		g := given(word(0))
		return Name{Given: g, Surname: surname(word(1), g, word(0))}, true
	}
	return Name{}, false
}

// given gives the nominative of a given name, "" for another word.
func given(word string) string {
	for _, l := range Lemmas(word) {
		if _, ok := givenNames[l]; ok {
			return l
		}
	}
	return ""
}

// patronymic gives the nominative of a patronymic, "" for another word.
func patronymic(word string) string {
	folded := normal(word)
	for _, ending := range patronymicEndings {
		for _, e := range ending.cases {
			if stem, ok := strings.CutSuffix(folded, e); ok && utf8.RuneCountInString(stem) > 2 {
				return stem + ending.nominative
			}
		}
	}
	return ""
}

// patronymicEndings are the endings of patronymics and their cases.
var patronymicEndings = []struct {
	nominative string
	cases      []string
}{
	{"ович", []string{"ович", "овича", "овичу", "овичем", "овичеві", "овичі"}},
	{"йович", []string{"йович"}},
	{"івна", []string{"івна", "івни", "івні", "івну", "івною"}},
	{"ївна", []string{"ївна", "ївни", "ївні", "ївну", "ївною"}},
	{"ліч", []string{"лліч", "лліча", "ллічу", "ллічем"}},
}

// womanly are the endings of the cases of women's surnames and the nominatives.
var womanly = [][2]string{{"ої", "а"}, {"ій", "а"}, {"ою", "а"}, {"ову", "ова"}, {"єву", "єва"}, {"еву", "ева"}, {"іну", "іна"}, {"їну", "їна"}, {"ську", "ська"}, {"цьку", "цька"}, {"ну", "на"}}

// surname gives the likeliest nominative of a surname, by the given name in the
// nominative and as it is written beside.
func surname(word, given, written string) string {
	folded := normal(word)
	woman := strings.HasSuffix(given, "а") || strings.HasSuffix(given, "я") || given == "любов"
	switch given {
	case "микола", "ілля", "олекса", "лука", "сава", "хома", "кузьма", "данила":
		woman = false
	}
	keys := SurnameKeys(word)
	switch {
	case given != "" && normal(written) == given && strings.HasSuffix(folded, "а") == woman:
		return folded
	case woman:
		for _, e := range womanly {
			if stem, ok := strings.CutSuffix(folded, e[0]); ok {
				return stem + e[1]
			}
		}
		return folded
	}
	for _, l := range Lemmas(word) {
		if strings.HasSuffix(l, "ко") {
			return l // Зубко before зубок
		}
	}
	for _, k := range keys {
		if !strings.HasSuffix(k, "а") && !strings.HasSuffix(k, "я") {
			return k
		}
	}
	return keys[0]
}
