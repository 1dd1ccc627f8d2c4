package config

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed topics.yaml
var topicsYAML []byte

//go:embed catalogue.yaml
var catalogueYAML []byte

// Topic is one subject of digests as the topics file describes it.
type Topic struct {
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`
	Sign    string   `yaml:"sign"`
	Aliases []string `yaml:"aliases"`
	Strong  []string `yaml:"strong"` // terms that name the topic by themselves
	Terms   []string `yaml:"terms"`  // terms that count together with others
	Never   []string `yaml:"never"`  // terms that exclude a text
}

// Endpoint is one address of an authority as the catalogue knows it.
type Endpoint struct {
	Kind     string `yaml:"kind"` // feed, page or channel
	URL      string `yaml:"url"`  // or @name of a channel
	Verified bool   `yaml:"verified,omitempty"`
}

// Authority is a public body as the catalogue describes it.
type Authority struct {
	ID        string     `yaml:"id"`
	Name      string     `yaml:"name"`
	Aliases   []string   `yaml:"aliases,omitempty"` // short names by which people ask
	Kind      string     `yaml:"kind,omitempty"`
	Region    string     `yaml:"region,omitempty"`
	Home      string     `yaml:"home,omitempty"`
	Endpoints []Endpoint `yaml:"endpoints"`
}

// maxFile bounds an operator's data file.
const maxFile = 4 << 20

// Topics reads the topics from a file, or the built-in ones when file is
// empty.
func Topics(file string) ([]Topic, error) {
	var topics []Topic
	if err := decode(file, topicsYAML, &topics); err != nil {
		return nil, fmt.Errorf("VISNYK_TOPICS: %w", err)
	}
	return topics, named("VISNYK_TOPICS", topics, func(t Topic) (string, string) { return t.ID, t.Name })
}

// Catalogue reads the catalogue of authorities from a file, or the built-in
// one when file is empty.
func Catalogue(file string) ([]Authority, error) {
	var all []Authority
	if err := decode(file, catalogueYAML, &all); err != nil {
		return nil, fmt.Errorf("VISNYK_CATALOGUE: %w", err)
	}
	return all, named("VISNYK_CATALOGUE", all, func(a Authority) (string, string) { return a.ID, a.Name })
}

// Checked reads the endpoints that were seen to answer, by authority, from a
// file that WriteChecked wrote. No file is no error.
func Checked(file string) (map[string][]Endpoint, error) {
	var all []Authority
	if err := decode(file, nil, &all); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		return nil, fmt.Errorf("%w; delete the file or run visnyk sources check again", err)
	}
	seen := map[string][]Endpoint{}
	for _, a := range all {
		seen[a.ID] = a.Endpoints
	}
	return seen, nil
}

// WriteChecked writes the endpoints that answered at a time, whole or not at
// all. The folder is made when it is missing.
func WriteChecked(file string, all []Authority, at time.Time) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# The endpoints that answered %s, written by visnyk sources check.\n", at.UTC().Format(time.RFC3339))
	if err := yaml.NewEncoder(&b).Encode(all); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func decode(file string, builtIn []byte, into any) error {
	data := builtIn
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		if data, err = io.ReadAll(io.LimitReader(f, maxFile+1)); err != nil {
			return err
		}
		if len(data) > maxFile {
			return errors.New(file + " is over 4 MiB")
		}
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", nameOf(file), err)
	}
	return nil
}

func nameOf(file string) string {
	if file == "" {
		return "built in"
	}
	return file
}

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)

// named checks that every entry has an id of its own and a name.
func named[T any](setting string, all []T, key func(T) (id, name string)) error {
	seen := map[string]bool{}
	for i, entry := range all {
		id, name := key(entry)
		switch {
		case !idForm.MatchString(id):
			return fmt.Errorf("%s: entry %d: id %q is not of a-z 0-9 . -", setting, i+1, id)
		case name == "":
			return fmt.Errorf("%s: %s has no name", setting, id)
		case seen[id]:
			return fmt.Errorf("%s: %s stands twice", setting, id)
		}
		seen[id] = true
	}
	if len(all) == 0 {
		return errors.New(setting + ": the file has no entries")
	}
	return nil
}
