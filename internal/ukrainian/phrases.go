package ukrainian

import "strings"

// Phrases finds names that are given beforehand, such as those of public
// bodies, in any case of their words. It does not change once made.
type Phrases struct {
	first map[string][]phrase // by the key of the first word
}

type phrase struct {
	id    string
	words []string // keys
	upper bool     // an abbreviation: its capitals count
	name  string
}

// NewPhrases takes the names of each id: «Міністерство охорони здоров’я»,
// «МОЗ». Names of capitals alone are abbreviations and are found in capitals
// only.
func NewPhrases(names map[string][]string) *Phrases {
	p := &Phrases{first: map[string][]phrase{}}
	for id, all := range names {
		for _, name := range all {
			var words []string
			for _, t := range Tokens(name) {
				if t.Kind == Word || t.Kind == Number {
					words = append(words, Key(t.Text))
				}
			}
			if len(words) == 0 {
				continue
			}
			upper := len(words) == 1 && strings.ToUpper(name) == name
			p.first[words[0]] = append(p.first[words[0]], phrase{id, words, upper, name})
		}
	}
	return p
}

// Mention is a name found in a text.
type Mention struct {
	Span
	ID string
}

// Find gives the names of a text in order, the longest at each place; of two
// ids with one name the smaller is taken.
func (p *Phrases) Find(text string) []Mention {
	var words []Token
	for _, t := range Tokens(text) {
		if t.Kind == Word || t.Kind == Number {
			words = append(words, t)
		}
	}
	keys := make([]string, len(words))
	for i, t := range words {
		keys[i] = Key(t.Text)
	}
	var all []Mention
	for i := 0; i < len(words); {
		var best phrase
		for _, c := range p.first[keys[i]] {
			if c.fits(words[i:], keys[i:]) && (len(c.words) > len(best.words) || len(c.words) == len(best.words) && c.id < best.id) {
				best = c
			}
		}
		if best.id == "" {
			i++
			continue
		}
		last := i + len(best.words) - 1
		all = append(all, Mention{Span{words[i].Start, words[last].End}, best.id})
		i = last + 1
	}
	return all
}

// fits tells whether a phrase stands at the beginning of words.
func (c phrase) fits(words []Token, keys []string) bool {
	if len(c.words) > len(keys) || !isCapitalised(words[0].Text) && isCapitalised(c.name) && len(c.words) == 1 {
		return false
	}
	for i, w := range c.words {
		if keys[i] != w {
			return false
		}
	}
	return !c.upper || strings.HasPrefix(words[0].Text, c.name[:min(len(c.name), 2*2)]) && strings.ToLower(words[0].Text) != words[0].Text && isUpperStart(words[0].Text)
}

// isUpperStart tells whether the first two letters of a word are capitals: «МОЗ»
// and «МОЗу», but not «Мозок».
func isUpperStart(word string) bool {
	letters := []rune(word)
	return len(letters) > 1 && strings.ToUpper(string(letters[:2])) == string(letters[:2])
}
