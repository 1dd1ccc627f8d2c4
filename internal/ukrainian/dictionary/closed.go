package main

import (
	"fmt"
	"slices"
	"strings"
)

// closedFile holds what is written by hand: the words of closed classes and
// the paradigms with more than one stem.
const closedFile = "closed.txt"

// others stands at the end of an order for all lemmas that it does not name.
const others = "…"

// closedClasses are the lines of the hand-written file.
type closedClasses struct {
	paradigms [][]string          // a lemma and its forms
	orders    map[string][]string // a form and all its lemmas, in order
	forms     map[string]bool     // all forms that are not lemmas themselves
}

// readClosed reads lines "lemma: form form" and "form > lemma lemma", where =
// stands for the form itself; # begins a comment.
func readClosed(path string) (*closedClasses, error) {
	c := &closedClasses{orders: map[string][]string{}, forms: map[string]bool{}}
	err := eachLine(path, func(line string) error {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			return nil
		}
		if lemma, forms, ok := strings.Cut(line, ":"); ok {
			p := append([]string{strings.TrimSpace(lemma)}, strings.Fields(fold(forms))...)
			c.paradigms = append(c.paradigms, p)
			for _, f := range p[1:] {
				c.forms[f] = true
			}
			return nil
		}
		forms, lemmas, ok := strings.Cut(line, ">")
		if !ok {
			return fmt.Errorf("line %q is neither a paradigm nor an order", line)
		}
		for form := range strings.FieldsSeq(forms) {
			form = fold(form)
			c.forms[form] = true
			c.orders[form] = strings.Fields(strings.ReplaceAll(fold(lemmas), "=", form))
		}
		return nil
	})
	return c, err
}

// add puts the closed classes into the lexicon.
func (c *closedClasses) add(lex *lexicon) {
	for _, p := range c.paradigms {
		lemma := lex.lemma(p[0])
		for _, form := range p {
			lex.add(form, lemma)
		}
	}
	for _, form := range sortedKeys(c.orders) {
		for _, l := range c.orders[form] {
			if l != others {
				lex.add(form, lex.lemma(l))
			}
		}
	}
}

// order gives the lemmas of a form as the file has them, else as they are. An
// order that ends with … puts its lemmas before the others.
func (c *closedClasses) order(form string, lemmas []string) []string {
	first, ok := c.orders[form]
	if !ok {
		return lemmas
	}
	if first[len(first)-1] != others {
		return first
	}
	first = first[:len(first)-1]
	rest := slices.DeleteFunc(slices.Clone(lemmas), func(l string) bool { return slices.Contains(first, l) })
	return append(slices.Clone(first), rest...)
}
