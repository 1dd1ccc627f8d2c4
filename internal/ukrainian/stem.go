package ukrainian

import (
	"strings"
	"unicode/utf8"
)

// endings are the inflectional endings of nouns, adjectives, participles and
// verbs, longest first within a length, as school grammars list them.
var endings = [...]string{
	"ськими", "ського", "ському", "ської", "ській", "ською", "ських", "ським", "ська", "ське", "ські", "ський", "ську",
	"ннями", "ннях", "нням", "нню", "нні", "ння",
	"остями", "остям", "остях", "ості", "істю", "ість", "остей",
	"еннями", "енням", "енню", "енні", "ення",
	"ими", "ого", "ому", "ими", "ої", "ій", "ою", "их", "им", "ий", "ім", "іх",
	"іми", "ього", "ьому", "ьої", "ьою", "їми", "їх", "їм", "їй", "їй",
	"ами", "ями", "ові", "еві", "єві", "ах", "ях", "ам", "ям", "ом", "ем", "єм", "ів", "їв", "ей", "ою", "ею", "єю",
	"ить", "ять", "ать", "уть", "ють", "ите", "іть", "емо", "имо", "еш", "иш", "ете", "ути", "ити", "іти", "ати", "яти",
	"ила", "ило", "или", "ала", "ало", "али", "яла", "яло", "яли", "іла", "іло", "іли", "ив", "ав", "яв", "ів",
	"ена", "ене", "ені", "ено", "ану", "ано", "ані",
	"ія", "ії", "ію", "ією", "ія", "ій",
	"а", "я", "о", "е", "є", "у", "ю", "і", "ї", "и", "й", "ь",
}

// keep is the least number of letters that a stem keeps.
const keep = 3

// stem cuts the inflectional ending of a folded word. It is the rule-based
// form of the key: a word that is too short stays whole.
func stem(w string) string {
	if utf8.RuneCountInString(w) <= keep {
		return w
	}
	for _, r := range []string{"ся", "сь"} {
		if rest, ok := strings.CutSuffix(w, r); ok && utf8.RuneCountInString(rest) > keep+1 {
			w = rest
			break
		}
	}
	best := ""
	for _, e := range endings {
		if len(e) > len(best) && strings.HasSuffix(w, e) && utf8.RuneCountInString(w[:len(w)-len(e)]) >= keep {
			best = e
		}
	}
	return alternate(w[:len(w)-len(best)])
}

// alternate undoes the changes of a stem's last consonant before -і and -е
// (безпека/безпеці, книга/книзі, рух/русі) and the doubling of -нн-.
func alternate(s string) string {
	r, size := utf8.DecodeLastRuneInString(s)
	head := s[:len(s)-size]
	switch r {
	case 'ц', 'ч':
		return head + "к"
	case 'з', 'ж':
		return head + "г"
	case 'ш':
		return head + "с"
	case 'н':
		if strings.HasSuffix(head, "н") {
			return head
		}
	case 'ь', '’':
		return head
	}
	return s
}
