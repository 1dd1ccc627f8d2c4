package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// imports says which of our packages each may import. Tests may import more.
var imports = map[string][]string{
	"visnyk":                       {"bot", "bot/chats", "config", "digest", "digest/abstract", "internal/demo", "internal/lognames", "internal/ukrainian", "sources", "sources/articles", "sources/extract", "sources/search"},
	"visnyk/bot":                   {"bot/chart", "bot/chats", "bot/docx", "bot/opml", "digest", "digest/abstract", "internal/crash", "internal/failpoint", "internal/ukrainian", "sources", "sources/articles", "sources/search"},
	"visnyk/bot/chart":             {},
	"visnyk/bot/docx":              {},
	"visnyk/bot/opml":              {},
	"visnyk/bot/chats":             {"digest", "sources"},
	"visnyk/config":                {},
	"visnyk/digest/background":     {"digest"},
	"visnyk/digest":                {"internal/ukrainian", "sources", "sources/articles"},
	"visnyk/digest/abstract":       {"internal/ukrainian"},
	"visnyk/internal/crash":        {},
	"visnyk/internal/demo":         {"internal/sitetest", "internal/telegramtest"},
	"visnyk/internal/failpoint":    {},
	"visnyk/internal/lognames":     {},
	"visnyk/internal/redistest":    {},
	"visnyk/internal/sitetest":     {},
	"visnyk/internal/telegramtest": {},
	"visnyk/internal/ukrainian":    {},
	// The generator of the word data; the program does not contain it.
	"visnyk/internal/ukrainian/dictionary": {"internal/ukrainian"},
	"visnyk/sources":                       {"internal/crash", "internal/ukrainian", "sources/extract", "sources/list"},
	"visnyk/sources/articles":              {"internal/ukrainian", "sources"},
	"visnyk/sources/extract":               {"internal/ukrainian"},
	"visnyk/sources/list":                  {"sources/extract"},
	"visnyk/sources/search":                {"internal/ukrainian", "sources/articles"},
}

// library says which package alone may import a library that is kept in one
// place.
var library = map[string]string{
	"github.com/go-telegram-bot-api/telegram-bot-api/v5": "visnyk/bot",
	"github.com/mmcdole/gofeed":                          "visnyk/sources",
	"github.com/blevesearch/bleve/v2":                    "visnyk/sources/search",
	"codeberg.org/readeck/go-readability":                "visnyk/sources/extract",
	"github.com/caarlos0/env/v11":                        "visnyk/config",
	"gonum.org/v1/plot":                                  "visnyk/bot/chart",
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestPackagesImportWhatTheDesignAllows(t *testing.T) {
	for _, p := range packages(t) {
		allowed, ok := imports[p.ImportPath]
		if !ok {
			t.Errorf("%s is not in the table of imports", p.ImportPath)
		}
		for _, i := range p.Imports {
			if ours, ok := strings.CutPrefix(i, "visnyk/"); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", p.ImportPath, ours)
			}
			if owner := library[i]; owner != "" && owner != p.ImportPath {
				t.Errorf("%s imports %s, which belongs to %s", p.ImportPath, i, owner)
			}
		}
	}
}
