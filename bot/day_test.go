package bot

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"visnyk/config"
	"visnyk/digest"
	"visnyk/sources/articles"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestADigestOfOneDay compares the digest of one day of news, of several bodies,
// with the one that was read and found fit to be forwarded.
func TestADigestOfOneDay(t *testing.T) {
	text := []byte(RenderText(digestOfADay(t), Header{Title: "Дайджест", At: time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)}))
	const golden = "testdata/day.txt"
	if *update {
		if err := os.WriteFile(golden, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("the digest differs from %s; read it, and run the test with -update if it is better:\n%s", golden, text)
	}
}

// builtIn is the taxonomy of the program.
func builtIn(t *testing.T) *digest.Taxonomy {
	t.Helper()
	list, err := config.Topics("")
	if err != nil {
		t.Fatal(err)
	}
	var topics []digest.Topic
	for _, topic := range list {
		topics = append(topics, digest.Topic(topic))
	}
	taxonomy, err := digest.NewTaxonomy(topics)
	if err != nil {
		t.Fatal(err)
	}
	return taxonomy
}

func digestOfADay(t *testing.T) digest.Digest {
	t.Helper()
	taxonomy := builtIn(t)
	catalogue, err := config.Catalogue("")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	var bodies []digest.Body
	for _, a := range catalogue {
		names[a.ID] = a.Name
		bodies = append(bodies, digest.Body{Source: a.ID, Names: append([]string{a.Name}, a.Aliases...), Level: digest.LevelOf(a.Kind)})
	}
	b := digest.NewBuilder(taxonomy, time.UTC, func(id string) string { return names[id] }, bodies...)
	stories, dropped := b.Stories(articlesOfADay(t))
	return b.Build(stories, dropped, storiesLimit)
}

func articlesOfADay(t *testing.T) []articles.Article {
	t.Helper()
	data, err := os.ReadFile("../digest/testdata/day.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []articles.Article
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(f) != 7 {
			continue
		}
		at, err := time.Parse("2006-01-02 15:04", "2026-11-21 "+f[2])
		if err != nil {
			t.Fatal(err)
		}
		url := "https://" + f[1] + ".gov.ua/" + f[0]
		all = append(all, articles.Article{
			ID: f[0], Source: f[1], URL: url, Title: f[5], Text: f[6], Language: "uk", Published: at, Seen: at,
			Links: []articles.Link{{Source: f[1], URL: url}},
		})
	}
	return all
}
