package abstract

import (
	"slices"
	"strings"
	"unicode"

	"visnyk/internal/ukrainian"
)

// measures are the words, by their keys, that say what a number counts: one of
// them beside a number has to stand beside the same number in the source.
var measures = set(`гривня грн євро долар злотий фунт франк цент копійка відсоток процент пункт бал раз
кілометр км метр м сантиметр міліметр гектар га літр кілограм кг тонна т центнер кіловат мегават гігават кВт МВт ГВт кубометр барель
секунда хвилина година доба день тиждень місяць квартал рік десятиліття століття
особа людина чоловік жінка дитина учень студент лікар військовий школа лікарня громада область район місто село
будинок квартира підприємство заклад установа послуга заява справа автомобіль автобус дрон держава країна`)

// numberWords are words, by their keys, that say how many, when or which in a
// row without being numbers: each has to stand in the source.
var numberWords = set(`перший другий третій четвертий п’ятий шостий сьомий восьмий дев’ятий десятий двоє троє четверо п’ятеро обидва обоє
десяток сотня тисяча мільйон мільярд трильйон половина третина чверть вдвічі удвічі втричі утричі вчетверо подвоїти потроїти подвоїтися
подвійний потрійний однократний одноразовий щодня щотижня щомісяця щороку щоденний щотижневий щомісячний щорічний
понеділок вівторок середа четвер п’ятниця субота неділя сьогодні вчора завтра післязавтра позавчора
січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень весна літо осінь зима
безстроковий безстроково безкоштовний безкоштовно безоплатний безоплатно`)

// Words that say on which side of a number the truth lies.
var (
	over  = set(`понад більше більш щонайменше від`)
	under = set(`менше менш до щонайбільше максимум`)
)

// numbers checks that every number of the abstract is one of the source's, in the
// same unit and on the same side.
func (p *pair) numbers() {
	have := ukrainian.Quantities(p.src.raw)
	covered := make([]bool, len(p.abs.raw))
	cover := func(s ukrainian.Span) {
		for i := s.Start; i < s.End; i++ {
			covered[i] = true
		}
	}
	for _, d := range ukrainian.Dates(p.abs.raw) {
		cover(d.Span)
	}
	unit, end := "", 0
	for _, q := range ukrainian.Quantities(p.abs.raw) {
		said := p.abs.raw[q.Start:q.End]
		cover(q.Span)
		// «експорт — 31 млрд доларів, імпорт — 54 млрд»: the unit is said once.
		if q.Unit == "" && unit != "" && !strings.ContainsAny(p.abs.raw[end:q.Start], ".!?;") && p.abs.standsAlone(q.Span) {
			q.Unit = unit
		}
		unit, end = q.Unit, q.End
		same := slices.DeleteFunc(slices.Clone(have), func(h ukrainian.Quantity) bool { return h.Value != q.Value })
		switch {
		case len(same) == 0 && !p.dateHas(q.Value):
			p.fault("a number that the source does not have", said)
		case len(same) == 0:
		case !slices.ContainsFunc(same, func(h ukrainian.Quantity) bool { return h.Unit == q.Unit }):
			p.fault("a number in another unit", said)
		case !p.sideAgrees(q, same):
			p.fault("a number on another side", said)
		}
	}
	for _, w := range p.abs.words {
		if strings.ContainsFunc(w.Text, unicode.IsDigit) && !covered[w.Start] && !p.src.has(w) {
			p.fault("a number that the source does not have", w.Text)
		}
		if w.Kind == ukrainian.Word && !covered[w.Start] && isNumberWord(w) && !p.src.has(w) {
			p.fault("a number or time in words that the source does not have", w.Text)
		}
	}
}

// standsAlone tells whether no word goes on with a number.
func (t *text) standsAlone(s ukrainian.Span) bool {
	rest := strings.TrimLeft(t.raw[s.End:], " \u00a0")
	return rest == "" || strings.ContainsAny(rest[:1], ".,;:!)")
}

// isNumberWord tells whether a word says how many, when or which in a row.
func isNumberWord(w word) bool { return numberWords[w.keys[0]] || numberWords[w.fold] }

// dateHas tells whether a number is that of a year or day of the source.
func (p *pair) dateHas(value string) bool {
	for _, d := range ukrainian.Dates(p.src.raw) {
		for _, w := range p.src.words {
			if w.Start >= d.Start && w.End <= d.End && w.Text == value {
				return true
			}
		}
	}
	return false
}

// sideAgrees compares what stands before a number: «понад 100» is not «до 100».
func (p *pair) sideAgrees(q ukrainian.Quantity, same []ukrainian.Quantity) bool {
	side := sideOf(p.abs, q.Span)
	return side == 0 || slices.ContainsFunc(same, func(h ukrainian.Quantity) bool {
		return h.Unit == q.Unit && sideOf(p.src, h.Span) == side
	})
}

// sideOf gives 1 where the text says that the truth is more than a number, -1
// for less, 0 where it does not say.
func sideOf(t *text, s ukrainian.Span) int {
	at, ok := slices.BinarySearchFunc(t.words, s.Start, func(w word, start int) int { return w.Start - start })
	if !ok {
		return 0
	}
	side := 0
	for i := at - 1; i >= max(0, at-2) && side == 0; i-- {
		switch w := t.words[i]; {
		case over[w.fold]:
			side = 1
		case under[w.fold]:
			side = -1
		}
		if side != 0 && i > 0 && t.words[i-1].fold == "не" {
			side = -side
		}
	}
	return side
}

// Around a number: how many words on, and how many back, may say what it counts.
const (
	countedAfter  = 5
	countedBefore = 4
)

// counted checks that a number counts what it counts in the source: a measure
// beside it has to stand beside it there, and another word that stands there
// beside other numbers must not have come here from one of them.
func (p *pair) counted() {
	all := ukrainian.Quantities(p.src.raw)
	for _, q := range ukrainian.Quantities(p.abs.raw) {
		noun, ok := p.abs.nounAfter(q.Span)
		if !ok {
			continue
		}
		mine, others := false, false
		for _, h := range all {
			switch near := p.src.isNear(h.Span, noun); {
			case h.Value == q.Value:
				mine = mine || near
			case near:
				others = true
			}
		}
		measure := slices.ContainsFunc(noun.keys, func(k string) bool { return measures[k] })
		if !mine && (measure || others) && !(measure && p.inDate(q)) {
			p.fault("a number that counts something else", p.abs.raw[q.Start:q.End]+" "+noun.Text)
		}
	}
}

// inDate tells whether a number is a part of the source's dates only.
func (p *pair) inDate(q ukrainian.Quantity) bool {
	return !slices.ContainsFunc(ukrainian.Quantities(p.src.raw), func(h ukrainian.Quantity) bool { return h.Value == q.Value })
}

// nounAfter gives the first word after a number in its sentence that carries
// meaning, of two.
func (t *text) nounAfter(s ukrainian.Span) (word, bool) {
	before := -1
	for _, w := range t.words {
		if w.Start < s.End {
			before = w.in
			continue
		}
		if w.in != before || w.verb() || w.Kind != ukrainian.Word {
			break
		}
		if between := t.raw[s.End:w.Start]; strings.ContainsAny(between, ",;:()—") {
			break
		}
		if !w.stop() {
			return w, true
		}
	}
	return word{}, false
}

// isNear tells whether a word stands near a number.
func (t *text) isNear(s ukrainian.Span, w word) bool {
	first, _ := slices.BinarySearchFunc(t.words, s.Start, func(w word, start int) int { return w.Start - start })
	last, _ := slices.BinarySearchFunc(t.words, s.End, func(w word, end int) int { return w.Start - end })
	return slices.ContainsFunc(t.places(w), func(at int) bool {
		return at >= first-countedBefore && at < last+countedAfter && t.words[at].in == t.words[min(first, len(t.words)-1)].in
	})
}

// dates checks that every date of the abstract is one of the source's; what it
// does not say may be missing.
func (p *pair) dates() {
	var days []ukrainian.Day
	years := map[int]bool{}
	for _, d := range ukrainian.Dates(p.src.raw) {
		days = append(days, d.From, d.To)
		years[d.From.Year], years[d.To.Year] = true, true
	}
	fits := func(d ukrainian.Day) bool {
		return slices.ContainsFunc(days, func(h ukrainian.Day) bool {
			return (d.Day == 0 || d.Day == h.Day) && (d.Month == 0 || d.Month == h.Month) &&
				(d.Year == 0 || d.Year == h.Year || h.Year == 0 && years[d.Year])
		})
	}
	for _, d := range ukrainian.Dates(p.abs.raw) {
		if !fits(d.From) || !fits(d.To) {
			p.fault("a date that the source does not have", p.abs.raw[d.Start:d.End])
		}
	}
}

// set makes a set of words.
func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[ukrainian.Fold(w)] = true
	}
	return all
}
