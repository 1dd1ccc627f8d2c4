package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/blevesearch/vellum"
)

// The letters of the dictionary and the byte that stands for each in the
// automata. The bytes are those that vellum packs tightest.
const (
	alphabet = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя’-"
	codes    = "abcdefghijklmnopqrstuvwxyz0123456.-"
)

// encodable tells whether a folded word has only letters of the alphabet.
func encodable(w string) bool {
	return w != "" && !strings.ContainsFunc(w, func(r rune) bool { return !strings.ContainsRune(alphabet, r) })
}

// code is the byte of each letter.
var code = func() map[rune]byte {
	m := map[rune]byte{}
	for i, r := range []rune(alphabet) {
		m[r] = codes[i]
	}
	return m
}()

// encode gives the bytes of a word in the automata.
func encode(w string) []byte {
	var b []byte
	for _, r := range w {
		b = append(b, code[r])
	}
	return b
}

// edit gives how a lemma is made of a form: the number of letters to cut and
// what to add.
func edit(form, lemma string) string {
	n := shared(form, lemma)
	return strconv.Itoa(letters(form[n:])) + lemma[n:]
}

// shared gives how many bytes of their beginnings two words share, in whole
// letters.
func shared(a, b string) int {
	for i, r := range a {
		if !strings.HasPrefix(b[min(i, len(b)):], string(r)) {
			return i
		}
	}
	return len(a)
}

// apply makes the lemma that an edit gives for a form, "" when the form is too
// short.
func apply(form, edit string) string {
	add := strings.TrimLeft(edit, "0123456789")
	n, _ := strconv.Atoi(edit[:len(edit)-len(add)])
	f := []rune(form)
	if n > len(f) {
		return ""
	}
	return string(f[:len(f)-n]) + add
}

// registry is the size of the table in which vellum looks for equal states:
// large enough that the automaton is minimal or nearly so.
const registry = 1 << 20

// writeFST compiles keys, which are sorted here, to an automaton.
func writeFST(path string, values map[string]uint64) error {
	var b bytes.Buffer
	builder, err := vellum.New(&b, &vellum.BuilderOpts{Encoder: 1, RegistryTableSize: registry, RegistryMRUSize: 2})
	if err != nil {
		return err
	}
	for _, k := range sortedKeys(values) {
		if err := builder.Insert([]byte(k), values[k]); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := builder.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// writeForms compiles the forms with their ranked lemmas.
func writeForms(dir string, ranked []ranking, edits *table) error {
	values := map[string]uint64{}
	for _, r := range ranked {
		all := make([]string, len(r.lemmas))
		for i, l := range r.lemmas {
			all[i] = edit(r.form, l)
		}
		values[string(encode(r.form))] = edits.id(strings.Join(all, "\t"))
	}
	return writeFST(filepath.Join(dir, formsFile), values)
}
