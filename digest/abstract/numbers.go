package abstract

import (
	"slices"
	"strconv"
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
родина сім’я будинок квартира підприємство заклад установа послуга заява справа автомобіль автобус дрон держава країна`)

// numberWords are words, by their keys, that say how many, when or which in a
// row without being numbers: each has to stand in the source.
var numberWords = set(`перший другий третій четвертий п’ятий шостий сьомий восьмий дев’ятий десятий двоє троє четверо п’ятеро обидва обоє
десяток сотня тисяча мільйон мільярд трильйон половина третина чверть вдвічі удвічі втричі утричі вчетверо подвоїти потроїти подвоїтися
подвійний потрійний однократний одноразовий щодня щотижня щомісяця щороку щоденний щотижневий щомісячний щорічний
понеділок вівторок середа четвер п’ятниця субота неділя сьогодні вчора завтра післязавтра позавчора
січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень весна літо осінь зима
безстроковий безстроково безкоштовний безкоштовно безоплатний безоплатно`)

// than are the words that may stand between «більше» and its number.
var than = set(`ніж на як за`)

// bounds say on which side only right before a number: «до 100», not «до бюджету
// 100».
var bounds = set(`від до`)

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
		case p.monthsOf(q):
		case len(same) == 0 && (len(q.Value) != 4 || !p.dateHas(q.Value)) && !p.dayOf(q):
			p.fault("a number that the source does not have", said)
		case len(same) == 0:
		case !slices.ContainsFunc(same, func(h ukrainian.Quantity) bool {
			return h.Unit == q.Unit || h.Unit == "" && p.src.unitBefore(h, have) == q.Unit
		}):
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

// unitBefore gives the unit that a number goes without because the sums around it
// have it: «Надійшло 842 млрд грн. Митниця перерахувала 498 млрд».
func (t *text) unitBefore(q ukrainian.Quantity, all []ukrainian.Quantity) string {
	unit, only := "", ""
	for _, h := range all {
		if money[h.Unit] && only != h.Unit {
			only += h.Unit
		}
		if h.Start >= q.Start || t.sentenceOf(q.Start)-t.sentenceOf(h.Start) > 1 {
			continue
		}
		if money[h.Unit] {
			unit = h.Unit
		}
	}
	if len(q.Value) < 4 || len(t.nounsAfter(q.Span)) > 0 {
		return ""
	}
	if money[only] {
		return only // all sums are of one currency
	}
	return unit
}

// money are the units of sums.
var money = map[string]bool{"UAH": true, "USD": true, "EUR": true}

// sentenceOf gives the sentence of a place.
func (t *text) sentenceOf(at int) int {
	in := 0
	for _, w := range t.words {
		if w.Start > at {
			break
		}
		in = w.in
	}
	return in
}

// standsAlone tells whether no word goes on with a number.
func (t *text) standsAlone(s ukrainian.Span) bool {
	rest := strings.TrimLeft(t.raw[s.End:], " \u00a0")
	return rest == "" || strings.ContainsAny(rest[:1], ".,;:!)")
}

// ordinals checks the words that say which in a row: «ремонт першого блока» where
// the source has only the fourth.
func (p *pair) ordinals() {
	for i, w := range p.abs.words {
		if !isOrdinal(w) || i+1 == len(p.abs.words) || p.abs.words[i+1].in != w.in {
			continue
		}
		same, other := false, false
		for _, at := range p.src.places(p.abs.words[i+1]) {
			if at == 0 || p.src.words[at-1].in != p.src.words[at].in {
				continue
			}
			before := p.src.words[at-1]
			same, other = same || sharesKey(before, w), other || isOrdinal(before) && !sharesKey(before, w)
		}
		if other && !same {
			p.fault("another in the row", w.Text+" "+p.abs.words[i+1].Text)
		}
	}
}

func isOrdinal(w word) bool { return numberWords[w.keys[0]] && isAdjective(w) }

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
		return (h.Unit == q.Unit || h.Unit == "") && sideOf(p.src, h.Span) == side
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
	for i, seen := at-1, 0; i >= 0 && seen < 2 && side == 0; i-- {
		w := t.words[i]
		if than[w.fold] {
			continue
		}
		seen++
		switch {
		case bounds[w.fold] && i < at-1:
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
// beside it has to stand beside it there, and a word that other numbers count
// there must not have come here from one of them.
func (p *pair) counted() {
	all := ukrainian.Quantities(p.src.raw)
	for _, q := range ukrainian.Quantities(p.abs.raw) {
		if p.monthsOf(q) {
			continue
		}
		for _, noun := range p.abs.nounsAfter(q.Span) {
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
			if !mine && (measure || others) || !p.countedBy(noun, q.Value, all) {
				p.fault("a number that counts something else", p.abs.raw[q.Start:q.End]+" "+noun.Text)
			}
		}
	}
}

// countedBy tells whether one of the numbers that stand right before a word in
// the source is this one, or none stands there.
func (p *pair) countedBy(w word, value string, all []ukrainian.Quantity) bool {
	found := false
	for _, at := range p.src.places(w) {
		here := p.src.words[at]
		last := -1
		for i, h := range all {
			if h.End <= here.Start {
				last = i
			}
		}
		if last < 0 {
			continue
		}
		between := p.src.raw[all[last].End:here.Start]
		if strings.ContainsAny(between, ",.;:!?()—\n") || len(strings.Fields(between)) > 2 {
			continue
		}
		found = true
		if slices.ContainsFunc(all, func(h ukrainian.Quantity) bool { return h.Value == value && h.End == all[last].End }) {
			return true
		}
	}
	return !found
}

// nounsAfter gives the words right after a number in its sentence that say what
// it counts: an adjective and its noun at most.
func (t *text) nounsAfter(s ukrainian.Span) []word {
	var all []word
	in, end := -1, s.End
	for _, w := range t.words {
		if w.Start < s.End {
			in = w.in
			continue
		}
		if w.in != in || w.verb() || w.Kind != ukrainian.Word || strings.ContainsAny(t.raw[end:w.Start], ",;:()—") || len(all) == 2 || w.stop() {
			break
		}
		all, end = append(all, w), w.End
		if !isAdjective(w) {
			break
		}
	}
	return all
}

// isNear tells whether a word stands near a number.
func (t *text) isNear(s ukrainian.Span, w word) bool {
	first, _ := slices.BinarySearchFunc(t.words, s.Start, func(w word, start int) int { return w.Start - start })
	last, _ := slices.BinarySearchFunc(t.words, s.End, func(w word, end int) int { return w.Start - end })
	return slices.ContainsFunc(t.places(w), func(at int) bool {
		return at >= first-countedBefore && at < last+countedAfter && t.words[at].in == t.words[min(first, len(t.words)-1)].in
	})
}

// dayOf tells whether a number is the first of two days of one month, «26 та 27
// листопада», and the source has that day.
func (p *pair) dayOf(q ukrainian.Quantity) bool {
	for _, d := range ukrainian.Dates(p.abs.raw) {
		between := strings.TrimSpace(p.abs.raw[q.End:max(q.End, d.Start)])
		if d.Start > q.End && (between == "та" || between == "і" || between == "й") {
			day, err := strconv.Atoi(q.Value)
			return err == nil && day < d.From.Day && p.hasDay(ukrainian.Day{Year: d.From.Year, Month: d.From.Month, Day: day})
		}
	}
	return false
}

// monthsOf tells whether a number counts the months of a span of the source: nine
// for «січень–вересень».
func (p *pair) monthsOf(q ukrainian.Quantity) bool {
	nouns := p.abs.nounsAfter(q.Span)
	if len(nouns) != 1 || nouns[0].keys[0] != "місяць" {
		return false
	}
	before := 0 // the month of the word before
	for i, w := range p.src.words {
		month := slices.Index(yearMonths, w.keys[0]) + 1
		if month > 0 && before > 0 && strings.ContainsAny(p.src.raw[p.src.words[i-1].End:w.Start], "–—-") && strconv.Itoa(month-before+1) == q.Value {
			return true
		}
		before = month
	}
	return false
}

// hasDay tells whether a day is one of the source's; what either does not say may
// be missing, a year has to stand somewhere.
func (p *pair) hasDay(d ukrainian.Day) bool {
	all := ukrainian.Dates(p.src.raw)
	year := slices.ContainsFunc(all, func(h ukrainian.DateSpan) bool { return h.From.Year == d.Year || h.To.Year == d.Year })
	return slices.ContainsFunc(all, func(h ukrainian.DateSpan) bool {
		return slices.ContainsFunc([]ukrainian.Day{h.From, h.To}, func(h ukrainian.Day) bool {
			return (d.Day == 0 || d.Day == h.Day) && (d.Month == 0 || d.Month == h.Month) && (d.Year == 0 || d.Year == h.Year || h.Year == 0 && year)
		})
	})
}

// dates checks that every date of the abstract is one of the source's; what it
// does not say may be missing.
func (p *pair) dates() {
	dates := ukrainian.Dates(p.abs.raw)
	for _, d := range dates {
		said := p.abs.raw[d.Start:d.End]
		if !p.hasDay(d.From) || !p.hasDay(d.To) {
			p.fault("a date that the source does not have", said)
		}
		if ordinal(d.From) > ordinal(d.To) || d.From == d.To && d.From.Day > 0 && strings.Contains(said, "–") {
			p.fault("a span of dates that goes back", said)
		}
	}
	words := p.abs.words
	for i := 1; i < len(words); i++ {
		a, b := words[i-1], words[i]
		if a.Kind != ukrainian.Number || slices.ContainsFunc(dates, func(d ukrainian.DateSpan) bool { return a.Start >= d.Start && b.End <= d.End }) {
			continue
		}
		switch between := p.abs.raw[a.End:b.Start]; {
		case months[b.keys[0]]:
			p.fault("a date that is none", a.Text+" "+b.Text)
		case b.Kind != ukrainian.Number:
		case between == "/" && !strings.Contains(p.src.raw, a.Text+"/"+b.Text),
			(between == "–" || between == "-" || between == "—") && !p.src.hasRange(a.Text, b.Text):
			p.fault("a number that the source does not have", a.Text+between+b.Text)
		}
	}
}

func ordinal(d ukrainian.Day) int { return d.Year*1e4 + d.Month*100 + d.Day }

// hasRange tells whether a text has a range, with any dash or in words.
func (t *text) hasRange(low, high string) bool {
	for i := 1; i < len(t.words); i++ {
		if t.words[i].Text == high && (t.words[i-1].Text == low || i > 1 && t.words[i-2].Text == low) {
			return true
		}
	}
	return strings.Contains(t.raw, low+"-"+high)
}

var (
	yearMonths = strings.Fields("січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень")
	months     = set(strings.Join(yearMonths, " "))
)

// set makes a set of words.
func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[ukrainian.Fold(w)] = true
	}
	return all
}
