package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"visnyk/config"
)

// contextOf is the context of a program that is expected to end by itself.
func contextOf() context.Context { return context.Background() }

// shortDir is a folder whose path fits into that of a unix socket.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "v")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// settingsMarkdown is the settings table as the README shows it.
func settingsMarkdown() string {
	var b strings.Builder
	b.WriteString("| name | default | meaning |\n|---|---|---|\n")
	for _, row := range config.Table() {
		value := row.Default
		if value == "" {
			value = "–"
		}
		b.WriteString("| `" + row.Name + "` | " + value + " | " + row.Help + " |\n")
	}
	return b.String()
}

// replicaOf gives the name of the replica that works in a folder, "" before it
// has one.
func replicaOf(folder string) string {
	name, err := os.ReadFile(filepath.Join(folder, "replica"))
	if err != nil {
		return ""
	}
	return string(name)
}
