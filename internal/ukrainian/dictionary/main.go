// Command dictionary builds the word data that package ukrainian embeds. It
// reads only the files of its own folder and gives the same bytes every time:
// the Hunspell dictionary, the closed classes written by hand and the counts
// of words in running text go in; the automaton of forms, the automaton of
// endings and the table of edits come out.
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
)

// The files that are written, all embedded by package ukrainian.
const (
	formsFile   = "uk.fst"
	endingsFile = "endings.fst"
	editsFile   = "edits.tsv"
)

func main() {
	dir := flag.String("dir", ".", "folder with the sources; the results are written there")
	texts := flag.String("count", "", "folder of plain texts: only write the counts of their words anew")
	flag.Parse()
	run := generate
	if *texts != "" {
		run = func(dir string) error { return writeCounts(dir, *texts) }
	}
	if err := run(*dir); err != nil {
		log.Fatal(err)
	}
}

// generate builds all data of the folder.
func generate(dir string) error {
	lex, err := readLexicon(dir)
	if err != nil {
		return err
	}
	counts, err := readCounts(filepath.Join(dir, countsFile))
	if err != nil {
		return err
	}
	closed, err := readClosed(filepath.Join(dir, closedFile))
	if err != nil {
		return err
	}
	lex.addLocatives()
	attach(lex, closed)
	closed.add(lex)
	lex.sort()
	m := estimate(lex, counts)
	ranked := rank(lex, m, counts, closed)
	edits := newTable()
	if err := writeForms(dir, ranked, edits); err != nil {
		return err
	}
	if err := writeEndings(dir, learnEndings(lex, m), edits); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, editsFile), edits.bytes(), 0o644)
}

// table numbers the lists of edits; the number of a list is what the automata
// hold for a form.
type table struct {
	number map[string]uint64
	lines  []string
}

func newTable() *table {
	return &table{number: map[string]uint64{}}
}

// id gives the number of a line, a new one when it was not seen.
func (t *table) id(line string) uint64 {
	n, ok := t.number[line]
	if !ok {
		n = uint64(len(t.lines))
		t.number[line] = n
		t.lines = append(t.lines, line)
	}
	return n
}

// bytes gives the table as text: the alphabet, its codes, then a list a line.
func (t *table) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n%s\n", alphabet, codes)
	for _, l := range t.lines {
		fmt.Fprintln(&b, l)
	}
	return b.Bytes()
}

// sortedKeys gives the keys of a map in order: maps are never walked as they
// are, so that the result does not depend on the run.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
