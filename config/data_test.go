package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestBuiltInTopics(t *testing.T) {
	topics, err := Topics("")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, topic := range topics {
		ids = append(ids, topic.ID)
		if topic.Sign == "" || len(topic.Strong) < 3 {
			t.Errorf("%s lacks a sign or terms", topic.ID)
		}
	}
	for id := range strings.FieldsSeq(`digital-government cybersecurity international-cooperation decentralisation administrative-services elections education defence economy
social-policy justice parliament civil-society anti-corruption health energy infrastructure environment public-safety agriculture culture`) {
		if !slices.Contains(ids, id) {
			t.Errorf("no topic %s", id)
		}
	}
}

func TestAnOperatorsFileReplacesTheBuiltIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "topics.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("- {id: sport, name: Спорт, strong: [спорт*]}\n")
	topics, err := Topics(file)
	if err != nil || len(topics) != 1 || topics[0].Name != "Спорт" {
		t.Fatalf("%v %v", topics, err)
	}
	for text, want := range map[string]string{
		"- {id: sport}\n":                          "no name",
		"- {id: Спорт, name: Спорт}\n":             "id",
		"- {id: a, name: А}\n- {id: a, name: Б}\n": "twice",
		"- {id: a, name: А, colour: red}\n":        "colour",
		"[]\n":                                     "no entries",
		"id: [\n":                                  "yaml",
		strings.Repeat("# довгий рядок\n", 300_000): "4 MiB",
	} {
		write(text)
		if _, err := Topics(file); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "VISNYK_TOPICS") {
			t.Errorf("%.30q: %v, want %s", text, err, want)
		}
	}
	if _, err := Topics(file + "x"); err == nil {
		t.Error("a file that is not there is read")
	}
}

func TestBuiltInCatalogue(t *testing.T) {
	all, err := Catalogue("")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 120 {
		t.Errorf("%d authorities", len(all))
	}
	owner, oblasts := map[string]string{}, 0
	for _, a := range all {
		if a.Kind == "oblast" {
			oblasts++
		}
		for _, name := range append(a.Aliases, a.Name) {
			name = strings.ToLower(name)
			if other := owner[name]; other != "" && other != a.ID {
				t.Errorf("%s and %s share the name %s", a.ID, other, name)
			}
			owner[name] = a.ID
		}
		if !strings.HasPrefix(a.Home, "http") && len(a.Endpoints) == 0 {
			t.Errorf("%s has no address", a.ID)
		}
		for _, e := range a.Endpoints {
			if !slices.Contains([]string{"feed", "page", "channel"}, e.Kind) || e.URL == "" || e.Verified {
				t.Errorf("%s: endpoint %+v", a.ID, e)
			}
		}
	}
	if oblasts != 24 {
		t.Errorf("%d oblasts, want 24", oblasts)
	}
}
