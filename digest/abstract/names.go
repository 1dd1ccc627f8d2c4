package abstract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"visnyk/internal/ukrainian"
)

// beginnings are words, by their keys, with which a sentence of an abstract may
// begin though the source lacks them; any other has to stand in the source, for
// it may be a name.
var beginnings = set(`уряд кабінет міністерство міністр відомство орган документ закон постанова рішення зміна програма проєкт план порядок наказ
президент парламент депутат служба агентство комісія рада громада держава країна кошти гроші
новий головний основний окремий загальний відповідний державний український
йтися стати стартувати розпочати розпочатися почати початися відбутися схвалити ухвалити затвердити дозволити оновити відкрити запустити створити
виділити передати отримати підписати домовитися планувати передбачати
раніше тепер відтепер надалі зараз нині загалом разом зокрема натомість водночас окремо також крім окрім після перед під час протягом упродовж
завдяки відповідно згідно мета захід сторона учасник робота послуга заява заявка людина українець мешканець громадянин фахівець експерт влада
за на у в до з із зі від для про при по`)

// names checks that every capitalised word of the abstract stands in the source.
// The first word of a sentence may be a common one.
func (p *pair) names() {
	quantities := ukrainian.Quantities(p.abs.raw)
	for _, w := range p.abs.words {
		if w.initial && slices.ContainsFunc(quantities, func(q ukrainian.Quantity) bool { return w.Start >= q.Start && w.End <= q.End }) {
			continue // «Вісім», checked as a number
		}
		latin := strings.ContainsFunc(w.Text, func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' })
		if !w.capital && !latin || w.Kind != ukrainian.Word || p.src.has(w) || len(p.spelledOut(w)) > 0 {
			continue
		}
		if w.initial && !latin && !strings.ContainsAny(w.Text[1:], "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ") && commonBeginning(w) {
			continue
		}
		p.fault("a name that the source does not have", w.Text)
	}
}

// spelledOut finds an abbreviation of capitals by its words in the source: ЄС is
// «Європейського Союзу», МОЗ «Міністерство охорони здоров’я».
func (p *pair) spelledOut(w word) []mention {
	letters := []rune(w.Text)
	for short, long := range map[string]string{"мін": "міністерств", "держ": "державн", "нац": "національн", "ген": "генеральн", "обл": "обласн"} {
		if rest, ok := strings.CutPrefix(w.fold, short); ok && w.capital && len(rest) >= 2*stemLetters {
			return p.src.after(long, rest[:2*stemLetters])
		}
	}
	if len(letters) < 2 || len(letters) > 6 || strings.ToUpper(w.Text) != w.Text || w.Kind != ukrainian.Word {
		return nil
	}
	var all []mention
	for i, first := range p.src.words {
		if !first.capital {
			continue
		}
		n, at := 0, i
		for at < len(p.src.words) && n < len(letters) && p.src.words[at].in == first.in {
			r, _ := utf8.DecodeRuneInString(p.src.words[at].Text)
			if unicode.ToUpper(r) == letters[n] {
				n++
			} else if !p.src.words[at].stop() {
				break
			}
			at++
		}
		if n == len(letters) {
			all = append(all, mention{from: i, to: at})
		}
	}
	return all
}

// stemLetters is how many letters of its subject tell a body: Мінекономіки is
// «Міністерство економіки» and not «екології».
const stemLetters = 4

// after finds a word that begins with one stem and, of the three after it, one
// that begins with another.
func (t *text) after(first, second string) []mention {
	var all []mention
	for i, w := range t.words {
		for j := i + 1; strings.HasPrefix(w.fold, first) && j < len(t.words) && j <= i+3; j++ {
			if strings.HasPrefix(t.words[j].fold, second) {
				all = append(all, mention{from: i, to: j + 1})
				break
			}
		}
	}
	return all
}

// commonBeginning tells whether a sentence may begin so.
func commonBeginning(w word) bool {
	return w.stop() || w.verb() && ukrainian.Known(w.Text) || beginnings[w.fold] || slices.ContainsFunc(w.keys[:1], func(k string) bool { return beginnings[k] })
}

// persons checks that given names and surnames stand together as they do in the
// source.
func (p *pair) persons() {
	for _, n := range ukrainian.Names(p.abs.raw) {
		parts := p.abs.within(n.Span)
		for i := 1; i < len(parts); i++ {
			if !p.together(parts[i-1], parts[i]) && !(parts[i-1].initial && p.common(parts[i-1])) {
				p.fault("a person that the source does not have", n.Text)
			}
		}
	}
	p.neighbours()
	// Names that are given by no list: two capitalised words side by side in the
	// middle of a sentence.
	for i := 1; i < len(p.abs.words); i++ {
		a, b := p.abs.words[i-1], p.abs.words[i]
		if a.capital && b.capital && a.in == b.in && !a.initial && b.Start-a.End <= 2 && !p.together(a, b) && len(p.src.places(a))*len(p.src.places(b)) > 0 && !p.loose(a, b) {
			p.fault("names that do not stand together", a.Text+" "+b.Text)
		}
	}
}

// common tells whether the source has a word in small letters: at the beginning of
// a sentence it is no name.
func (p *pair) common(w word) bool {
	return slices.ContainsFunc(p.src.places(w), func(at int) bool { return !p.src.words[at].capital })
}

// farAway is how many words off a word has nothing to do with a name.
const farAway = 4

// neighbours checks the words beside persons, «прокурор Ірина Савчук нагадала»:
// no post in front may be of somebody else, and no word right beside may stand
// right beside another person in the source and far from this one.
func (p *pair) neighbours() {
	theirs := p.src.people()
	for _, n := range p.abs.people() {
		last := p.abs.words[n.to-1]
		if len(p.src.places(last)) == 0 {
			continue
		}
		for at := n.from - 1; at >= max(0, n.from-farAway) && p.abs.joins(at+1) && !p.abs.words[at].verb(); at-- {
			if post := p.abs.words[at]; heads[post.keys[0]] && p.src.has(post) && !p.near(last, post, farAway+1) {
				p.fault("a post of somebody else", post.Text+" "+p.abs.phrase(n))
			}
		}
		for _, at := range []int{n.from - 1, n.to} {
			if at < 0 || at >= len(p.abs.words) || p.abs.words[at].in != last.in || !p.abs.joins(max(at, n.from)) || p.abs.words[at].stop() || p.near(last, p.abs.words[at], farAway) {
				continue
			}
			places := p.src.places(p.abs.words[at])
			if slices.ContainsFunc(theirs, func(o mention) bool {
				return !slices.Contains(p.src.places(last), o.to-1) && (slices.Contains(places, o.from-1) || slices.Contains(places, o.to))
			}) {
				p.fault("a person in the place of another", p.abs.phrase(n))
			}
		}
	}
}

// people gives the persons of a text, which are sought once.
func (t *text) people() []mention {
	if !t.sought {
		t.persons, t.sought = t.findPeople(), true
	}
	return slices.Clip(t.persons)
}

// findPeople finds the persons of a text: those whose given name is known, and two
// capitalised words side by side in a sentence that are no body's name.
func (t *text) findPeople() []mention {
	var all []mention
	taken := make([]bool, len(t.words)+1)
	for _, n := range ukrainian.Names(t.raw) {
		if ws := t.within(n.Span); len(ws) > 0 {
			all = append(all, mention{ws[0].at, ws[len(ws)-1].at + 1, true})
			for _, w := range ws {
				taken[w.at] = true
			}
		}
	}
	part := func(i int) bool {
		w := t.words[i]
		return w.capital && !w.initial && !w.quoted && !taken[i] && strings.ToUpper(w.Text) != w.Text && !heads[w.keys[0]] && w.Kind == ukrainian.Word
	}
	for i := 1; i < len(t.words); i++ {
		if part(i-1) && part(i) && t.joins(i) && !isAdjective(t.words[i-1]) && (i < 2 || !part(i-2)) && (i+1 == len(t.words) || !part(i+1)) {
			all = append(all, mention{i - 1, i + 1, true})
		}
	}
	return all
}

// loose tells whether two capitalised words may stand side by side by chance: the
// end of a body's name and a person, «міністр освіти України Іван». The source
// then has both in one sentence.
func (p *pair) loose(a, b word) bool {
	for _, x := range p.src.places(a) {
		for _, y := range p.src.places(b) {
			if p.src.words[x].in == p.src.words[y].in {
				return true
			}
		}
	}
	return false
}

// apart is how many words may stand between the parts of a name: a patronymic.
const apart = 2

func (p *pair) together(a, b word) bool {
	if strings.HasSuffix(a.Text, ".") || strings.HasSuffix(b.Text, ".") {
		return true // initials
	}
	for _, x := range p.src.places(a) {
		for _, y := range p.src.places(b) {
			if d := y - x; d != 0 && d >= -apart && d <= apart && p.src.words[x].in == p.src.words[y].in {
				return true
			}
		}
	}
	return false
}

// within gives the words of a span.
func (t *text) within(s ukrainian.Span) []word {
	var all []word
	for _, w := range t.words {
		if w.Start >= s.Start && w.End <= s.End {
			all = append(all, w)
		}
	}
	return all
}

// heads are the words, by their keys, that begin the names of bodies, documents
// and posts, or end them: «Міністерство оборони», «міністр освіти», «податкова
// служба».
var heads = set(`міністерство міністр служба агентство комісія рада комітет фонд департамент управління інститут академія університет бюро центр суд
адміністрація інспекція прокуратура поліція голова директор керівник секретар начальник заступник посол президент кодекс закон конвенція хартія
область район місто село вулиця громада регіон`)

// bodies checks the names of bodies that are written in small letters: what
// stands right beside their head has to stand beside it in the source.
func (p *pair) bodies() {
	words := p.abs.words
	for i, w := range words {
		if !heads[w.keys[0]] {
			continue
		}
		if len(p.src.places(w)) == 0 {
			if i > 0 && words[i-1].capital && isAdjective(words[i-1]) && words[i-1].in == w.in {
				p.fault("a name that the source does not have", words[i-1].Text+" "+w.Text)
			}
			continue
		}
		var beside []word
		if i+1 < len(words) && words[i+1].in == w.in && words[i+1].Start-w.End == 1 {
			beside = append(beside, words[i+1])
		}
		if i > 0 && words[i-1].in == w.in && w.Start-words[i-1].End == 1 && isAdjective(words[i-1]) {
			beside = append(beside, words[i-1])
		}
		for _, b := range beside {
			if b.Kind != ukrainian.Word || b.stop() || b.verb() || isNumberWord(b) || p.near(w, b, 3) || strings.HasSuffix(b.fold, "о") {
				continue
			}
			if !p.src.has(b) || p.belongsElsewhere(w, b) {
				p.fault("a name that the source does not have", w.Text+" "+b.Text)
			}
		}
	}
}

func isAdjective(w word) bool {
	return strings.HasSuffix(w.keys[0], "ий") || strings.HasSuffix(w.keys[0], "ій")
}

// near tells whether two words stand near each other in a sentence of the source.
func (p *pair) near(a, b word, within int) bool {
	for _, x := range p.src.places(a) {
		for _, y := range p.src.places(b) {
			if d := y - x; d != 0 && d >= -within && d <= within && p.src.words[x].in == p.src.words[y].in {
				return true
			}
		}
	}
	return false
}

// belongsElsewhere tells whether, in the source, another head stands beside a
// word.
func (p *pair) belongsElsewhere(head, w word) bool {
	for _, at := range p.src.places(w) {
		for _, beside := range []int{at - 1, at + 1} {
			if beside >= 0 && beside < len(p.src.words) && heads[p.src.words[beside].keys[0]] && !slices.Contains(p.src.places(head), beside) {
				return true
			}
		}
	}
	return false
}
