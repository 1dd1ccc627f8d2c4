package main

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// rule is one suffix rule: it cuts an ending and adds another where the
// condition holds for the end of the word.
type rule struct {
	cut, add string
	cond     []class
}

// class is one place of a condition: a letter, or a set of letters, or all but
// a set. An empty class that is negated is any letter.
type class struct {
	letters string
	negated bool
}

// pair is one form with its lemma; lemmas are numbers in the lexicon.
type pair struct {
	form  string
	lemma int32
}

// lexicon is what the dictionary says: the lemmas, and the forms of each.
type lexicon struct {
	lemmas []string         // folded; the number of a lemma is its place
	number map[string]int32 // of a folded lemma
	proper []bool           // whether a lemma is written with a capital only
	rare   []bool           // whether a lemma is rare beside another one that has the same forms
	pairs  []pair
	loose  []string // entries without flags, as written: some are forms of others
}

// lemma gives the number of a lemma as it is written.
func (l *lexicon) lemma(word string) int32 {
	first, _ := utf8.DecodeRuneInString(word)
	upper := unicode.IsUpper(first)
	w := fold(word)
	n, ok := l.number[w]
	if !ok {
		n = int32(len(l.lemmas))
		l.number[w] = n
		l.lemmas = append(l.lemmas, w)
		l.proper = append(l.proper, upper)
		l.rare = append(l.rare, false)
	}
	l.proper[n] = l.proper[n] && upper
	return n
}

// add records a form of a lemma.
func (l *lexicon) add(form string, lemma int32) {
	if f := fold(form); encodable(f) && encodable(l.lemmas[lemma]) {
		l.pairs = append(l.pairs, pair{f, lemma})
	}
}

// addLocatives adds the forms that the rules leave out: of nouns whose stem
// changes, the one that ends with -і: двір, двором, дворі.
func (l *lexicon) addLocatives() {
	for _, p := range l.pairs {
		stem, ok := strings.CutSuffix(p.form, "ом")
		lemma := l.lemmas[p.lemma]
		last, size := utf8.DecodeLastRuneInString(stem)
		if ok && strings.ContainsRune("бвдзлмнпрст", last) && stem != lemma && strings.HasSuffix(lemma, "і"+stem[len(stem)-size:]) {
			l.add(stem+"і", p.lemma)
		}
	}
}

// sort puts the pairs in order and drops the repeated ones.
func (l *lexicon) sort() {
	slices.SortFunc(l.pairs, func(a, b pair) int {
		return cmp.Or(strings.Compare(a.form, b.form), cmp.Compare(a.lemma, b.lemma))
	})
	l.pairs = slices.Compact(l.pairs)
}

var apostrophes = strings.NewReplacer("'", "’", "ʼ", "’", "\u0301", "")

// fold writes a word as package ukrainian does: one apostrophe, lower case.
func fold(w string) string {
	return strings.ToLower(apostrophes.Replace(w))
}

// readLexicon reads and expands the dictionary of a folder.
func readLexicon(dir string) (*lexicon, error) {
	rules := map[byte][]rule{}
	err := eachLine(filepath.Join(dir, "uk_UA.aff.gz"), func(line string) error { return addRule(rules, line) })
	if err != nil {
		return nil, err
	}
	l := &lexicon{number: map[string]int32{}}
	err = eachLine(filepath.Join(dir, "uk_UA.dic.gz"), func(line string) error {
		word, flags, flagged := strings.Cut(line, "/")
		switch {
		case word == "" || unicode.IsDigit(rune(word[0])):
		case !flagged:
			l.loose = append(l.loose, word)
		default:
			l.expand(word, flags, rules)
		}
		return nil
	})
	return l, err
}

// adverb is the flag of the rules that make adverbs of adjectives: an adverb
// is a word of its own.
const adverb = '+'

// possessive is how the adjectives end that are made of persons: «суддів».
var possessive = regexp.MustCompile(`(?:ів|їв|ин|їн)$`)

// isRare tells by its flags whether an entry is an adjective of possession, an
// adjective that became a noun («минуле»), or a noun without a singular: most
// of their forms are nearly always those of another word.
func isRare(word, flags string) bool {
	switch {
	case strings.ContainsAny(flags, "jR"):
		return possessive.MatchString(word)
	case flags == "E":
		return strings.HasSuffix(word, "е")
	}
	return flags == "o"
}

// expand adds the forms that the rules make of an entry.
func (l *lexicon) expand(word, flags string, rules map[byte][]rule) {
	lemma := l.lemma(word)
	l.add(word, lemma)
	l.rare[lemma] = isRare(word, flags)
	for i := range len(flags) {
		for _, r := range rules[flags[i]] {
			if !r.holds(word) {
				continue
			}
			form := strings.TrimSuffix(word, r.cut) + r.add
			if flags[i] == adverb {
				l.add(form, l.lemma(form))
			} else {
				l.add(form, lemma)
			}
		}
	}
}

// addRule reads a line "SFX flag cut add condition" of the affix file. The
// heads of the groups have a number in place of the third word and are left
// out by their length.
func addRule(rules map[byte][]rule, line string) error {
	f := strings.Fields(line)
	if len(f) < 4 || f[0] != "SFX" || len(f) == 4 && f[2] == "Y" {
		return nil
	}
	if len(f[1]) != 1 || len(f) < 5 {
		return fmt.Errorf("line %q: not a suffix rule", line)
	}
	r := rule{cut: strings.TrimPrefix(f[2], "0"), add: strings.TrimPrefix(f[3], "0"), cond: parseCondition(f[4])}
	rules[f[1][0]] = append(rules[f[1][0]], r)
	return nil
}

func parseCondition(s string) []class {
	if s == "." {
		return nil
	}
	var all []class
	for s != "" {
		if set, rest, ok := strings.Cut(s, "]"); ok && s[0] == '[' {
			set, negated := strings.CutPrefix(set[1:], "^")
			all = append(all, class{set, negated})
			s = rest
			continue
		}
		_, size := utf8.DecodeRuneInString(s)
		all = append(all, class{letters: s[:size]})
		s = s[size:]
	}
	return all
}

// holds tells whether the rule may be applied to a word.
func (r rule) holds(word string) bool {
	if !strings.HasSuffix(word, r.cut) {
		return false
	}
	for i := len(r.cond) - 1; i >= 0; i-- {
		letter, size := utf8.DecodeLastRuneInString(word)
		if size == 0 || strings.ContainsRune(r.cond[i].letters, letter) == r.cond[i].negated {
			return false
		}
		word = word[:len(word)-size]
	}
	return true
}

// eachLine calls f with each line of a compressed file.
func eachLine(path string, f func(string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if err := f(strings.TrimSpace(lines.Text())); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return lines.Err()
}
