// Command background counts in how many texts of a folder each term stands, for
// the frequencies that package digest brings along:
//
//	go run ./digest/background FOLDER > digest/background.tsv
//
// The frequencies come from the corrected texts of UA-GEC 2.0 (Grammarly, CC BY
// 4.0, https://github.com/grammarly/ua-gec); only counts of single terms are
// kept. Of a text that two people corrected one version counts.
package main

import (
	"bufio"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"visnyk/digest"
)

// leastTexts is in how many texts a term that is kept stands.
const leastTexts = 2

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: background FOLDER")
	}
	files, err := filepath.Glob(filepath.Join(os.Args[1], "*.txt"))
	if err != nil {
		log.Fatal(err)
	}
	counts, texts, seen := map[string]int{}, 0, map[string]bool{}
	for _, file := range files {
		number, _, _ := strings.Cut(filepath.Base(file), ".")
		if seen[number] {
			continue
		}
		seen[number] = true
		b, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		texts++
		terms := digest.Terms(string(b), "uk")
		slices.Sort(terms)
		for _, t := range slices.Compact(terms) {
			counts[t]++
		}
	}
	w := bufio.NewWriter(os.Stdout)
	_, _ = fmt.Fprintf(w, "%d\n", texts)
	for _, t := range slices.Sorted(maps.Keys(counts)) {
		if counts[t] >= leastTexts {
			_, _ = fmt.Fprintf(w, "%s\t%d\n", t, counts[t])
		}
	}
	if err := w.Flush(); err != nil {
		log.Fatal(err)
	}
}
