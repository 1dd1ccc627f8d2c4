package ukrainian

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// region is the beginning of words that name an oblast or a town in it.
type region struct {
	oblast string // its ISO 3166-2:UA code
	stem   string // folded
	proper bool   // means it only with a capital letter
	exact  bool   // is the whole word
	town   bool   // is a town that is not the centre
}

// regions are the oblasts, their centres and larger towns, by the beginnings of
// their names in Ukrainian and Russian. Kyiv is none of them: everybody speaks
// of it.
var regions = byBeginning(
	oblast("05", "вінни", "винниц", "-хмільник!"),
	oblast("07", "волин", "волын", "луцьк", "луцк!", "-ковел"),
	oblast("09", "луганськ", "луганщ", "луганск", "-сєвєродонец", "-лисичанс"),
	oblast("12", "дніпропетров", "днепропетров", "дніпрян", "-криворі", "-криворож", "-нікопол", "-никопол", "-павлоград", "дніпрі="),
	oblast("14", "донецьк", "донечч", "донецк", "-маріупол", "-мариупол", "-краматор", "-слов’янську=", "-слов’янська=", "-бахмут"),
	oblast("18", "житомир", "-бердичів", "-бердичев", "-коростен"),
	oblast("21", "закарпат", "ужгород", "-мукачев"),
	oblast("23", "запоріж", "запоріз", "запорож", "-бердянс", "-мелітопол", "-мелитопол", "-енергодар", "-энергодар"),
	oblast("26", "івано-франк", "ивано-франк", "прикарпат", "-коломи!"),
	oblast("32", "київщин", "-білоцерк", "-бровар!", "-ірпін", "-бориспіл", "-бориспол"),
	oblast("35", "кіровоград", "кировоград", "кропивниц", "-олександрії!"),
	oblast("46", "львів", "львов", "-дрогоби", "-трускав", "-шептицьк!"),
	oblast("48", "миколаївськ", "миколаївщ", "миколаєві=", "миколаїв=", "николаевск!", "-вознесенськ!"),
	oblast("51", "одес", "одещ", "-ізмаїл", "-чорноморськ!"),
	oblast("53", "полтав", "-кременчу", "-миргород", "-лубн!"),
	oblast("56", "рівненськ", "рівненщ", "рівному=", "рівного=", "ровенск", "-вараш!", "-дубн!"),
	oblast("59", "сумськ", "сумщ", "сумах=", "сумск", "-конотоп", "-шостк", "-охтир", "-ромн!"),
	oblast("61", "тернопіл", "тернопол", "-кременец!", "-чортків", "-чортков"),
	oblast("63", "харків", "харков", "харьков", "-ізюм=", "-ізюмі=", "-ізюмськ", "-куп’янськ!", "-чугуїв", "-чугуєв", "-лозової="),
	oblast("65", "херсон", "-каховк", "-генічес", "-бериславськ"),
	oblast("68", "хмельниччин", "хмельницьк!", "хмельницк!", "-кам’янець-подільськ", "-кам’янці-подільськ", "-шепетів", "-старокостянтин"),
	oblast("71", "черкас", "-умань", "-умані!", "-уманськ", "-смілянськ"),
	oblast("74", "чернігів", "чернігов", "чернигов", "-ніжин", "-прилук!"),
	oblast("77", "чернівец", "чернівц", "черновиц", "буковин"),
)

// oblast makes the beginnings of one oblast: of its own names and its centre's,
// and, with - before them, of its other towns. With ! they are proper, with = whole
// words as well: «у Сумах», not «у сумах».
func oblast(code string, stems ...string) []region {
	var all []region
	for _, s := range stems {
		name, town := strings.CutPrefix(s, "-")
		stem := strings.TrimRight(name, "!=")
		all = append(all, region{code, stem, stem != name, strings.HasSuffix(s, "="), town})
	}
	return all
}

// beginning is how many bytes of a word find those that begin so: three letters.
const beginning = 6

func byBeginning(oblasts ...[]region) map[string][]region {
	by := map[string][]region{}
	for _, r := range slices.Concat(oblasts...) {
		by[r.stem[:beginning]] = append(by[r.stem[:beginning]], r)
	}
	return by
}

// RegionOf gives the ISO 3166-2:UA code, without the country's, of the oblast
// that a word names: itself, one of its towns or who lives there; town says that
// it is one of the towns but its centre. It is "" for other words, and for Kyiv. It
// goes by the beginnings of words, so that a surname made of a town's name is taken
// for it.
func RegionOf(word string) (oblast string, town bool) {
	first, _ := utf8.DecodeRuneInString(word)
	word = Fold(word)
	if len(word) < beginning {
		return "", false
	}
	for _, r := range regions[word[:beginning]] {
		if (!r.proper || unicode.IsUpper(first)) && strings.HasPrefix(word, r.stem) && (!r.exact || word == r.stem) {
			return r.oblast, r.town
		}
	}
	return "", false
}

// Regions gives the codes of the oblasts that a text names, sorted.
func Regions(text string) []string {
	var all []string
	for _, t := range Tokens(text) {
		if t.Kind != Word {
			continue
		}
		if r, _ := RegionOf(t.Text); r != "" {
			all = append(all, r)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Elsewhere tells whether two texts are about different places by the oblasts
// that they name, sorted: both name some and they share none. Offices of one kind
// report on the same in the same words, each from its own oblast.
func Elsewhere(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	return !slices.ContainsFunc(a, func(r string) bool { return slices.Contains(b, r) })
}
