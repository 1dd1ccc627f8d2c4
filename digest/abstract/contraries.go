package abstract

import "strings"

// contraries are the two sides of what officials do, as beginnings of words:
// who says one side of what the source says only the other of, says the contrary.
var contraries = []struct{ one, other string }{
	{"збільш підвищ зрос зростан прирос додал подвої потрої вирос підня піднят", "зменш знизи знижен скоро скороч впа падінн опусти"},
	{"дозвол дозволя дозвіл", "заборон"},
	{"схвал ухвал підтрима погод затверд прийня задовольн", "відхил скасу відмов заблок вето відклик"},
	{"відкри запус запрац розпоч почал почат почин стартув віднов створ", "закри зупин припин заверш закінч ліквід призупин"},
	{"признач обра", "звільн скасу"},
	{"продовж подовж", "скоро скасу припин"},
	{"розшир", "звуж скоро обмеж"},
	{"дода долуч", "скасу прибра відмов"},
	{"дода включ", "виключ вилуч"},
	{"виді надал надан передал переда", "відібра позбав конфіск вилуч"},
	{"прискор", "сповільн уповільн"},
	{"полегш спрост", "ускладн посил"},
	{"виграл перемог", "програл"},
	{"підтверд", "спростув запереч"},
	{"зміцн", "послаб"},
	{"обов’язков", "добровільн"},
	{"безоплатн безкоштовн", "платн"},
	{"постійн", "тимчасов"},
	{"імпорт ввез", "експорт вивез"},
	{"зможут зможе можут може", "втратят втратит"},
	{"заблок", "розблок"},
	{"допуст допущ", "зня відсторон"},
	{"запровад увед введе", "скасу зня"},
	{"замал малувато", "завелик"},
	{"вистач надлиш достатн", "брак нестач дефіцит"},
	{"раніше", "пізніше"},
	{"більше", "менше"},
	{"вищий вищ", "нижч"},
	{"дешевш здешев", "дорожч подорож здорож"},
	{"молодш", "старш"},
	{"купи купува придба закуп", "прода продаж"},
	{"затрим арешт", "звільн відпуст"},
	{"підпис ратифік", "денонс ветув вето розір"},
	{"присутн", "відсутн"},
	{"прибутк прибуток", "збитк збиток"},
	{"погодил згод", "відмов"},
	{"приєдна вступ", "вийшл вийти вихо"},
	{"найбільш", "найменш"},
	{"найвищ", "найниж"},
	{"здали здав здат здач", "взял взят"},
	{"перш", "останн"},
	{"схвали", "засуд"},
	{"отрим одерж", "втрат"},
}

// directions checks that nothing is said to go the other way: «зросли» where the
// source knows only «знизилися», or has it of something else.
func (p *pair) directions() {
	for _, c := range contraries {
		for _, side := range [][2]string{{c.one, c.other}, {c.other, c.one}} {
			same, contrary := places(p.src.beginning(side[0])), places(p.src.beginning(side[1]))
			if len(contrary) == 0 {
				continue
			}
			for _, at := range p.abs.beginning(side[0]) {
				m := mention{from: at, to: at + 1}
				if len(same) == 0 && len(p.abs.beginning(side[1])) == 0 || p.affinity(m, contrary) > p.affinity(m, same)+margin/2 {
					p.fault("the contrary of what the source says", p.abs.words[at].Text)
				}
			}
		}
	}
}

func places(words []int) []mention {
	var all []mention
	for _, at := range words {
		all = append(all, mention{from: at, to: at + 1})
	}
	return all
}

// beginning gives the words of a text that begin with one of these.
func (t *text) beginning(with string) []int {
	var all []int
	for _, w := range t.words {
		for s := range strings.FieldsSeq(with) {
			if strings.HasPrefix(w.fold, s) || strings.HasPrefix(w.keys[0], s) {
				all = append(all, w.at)
				break
			}
		}
	}
	return all
}
