package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"visnyk/config"
	"visnyk/internal/sitetest"
)

func TestACheckRepairsTheCatalogue(t *testing.T) {
	t.Parallel()
	site := sitetest.NewSite(sitetest.Feed, "Міністерство зразків", "")
	for i := range 3 {
		site.Publish(sitetest.Publication{Slug: fmt.Sprint("n", i), Title: fmt.Sprintf("Уряд ухвалив важливе рішення номер %d", i), Paragraphs: []string{"Текст новини."}})
	}
	address, err := site.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	folder := t.TempDir()
	catalogue := filepath.Join(folder, "catalogue.yaml")
	text := fmt.Sprintf("- id: moved\n  name: Переїхав\n  home: %s\n  endpoints:\n    - {kind: feed, url: \"%s/gone.xml\"}\n"+
		"- id: dead\n  name: Мовчить\n  endpoints:\n    - {kind: feed, url: \"http://127.0.0.1:1/feed\"}\n", address, address)
	if err := os.WriteFile(catalogue, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"VISNYK_CATALOGUE": catalogue, "VISNYK_DATA_DIR": filepath.Join(folder, "data"), "VISNYK_ALLOW_PRIVATE_NETWORKS": "true"}
	s, out := status(env, "sources", "check")
	if s != exitOK || !strings.Contains(out, "2 of 4 endpoints answer") || !strings.Contains(out, "named 98 %") || !strings.Contains(out, "list 80 %") || !strings.Contains(out, "checked.yaml") {
		t.Fatalf("status %d\n%s", s, out)
	}
	settings, err := config.LoadWithoutToken(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	_, sources, err := loadData(settings)
	if err != nil {
		t.Fatal(err)
	}
	first := sources[0].Endpoints[0]
	if len(sources) != 2 || !first.Verified || !strings.HasPrefix(first.URL, address) || strings.HasSuffix(first.URL, "gone.xml") {
		t.Errorf("after the check: %+v", sources)
	}
	if len(sources[0].Endpoints) != 3 || len(sources[1].Endpoints) != 1 || sources[1].Endpoints[0].Verified {
		t.Errorf("what did not answer is lost or called verified: %+v", sources)
	}
	if err := os.WriteFile(filepath.Join(folder, "data", "checked.yaml"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, out := status(env, "sources", "check"); s != exitUsage || !strings.Contains(out, "checked.yaml") {
		t.Errorf("with a damaged file: status %d\n%s", s, out)
	}
}
