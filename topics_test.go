package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTopicsAreLearntFromTheCommandLine(t *testing.T) {
	t.Parallel()
	lines := strings.Repeat(`{"title":"Погода","text":"Мороз, сніг і хуртовина.","topics":["environment"]}
{"title":"Матч","text":"Футболісти забили гол.","topics":["culture"]}
`, 3)
	env := map[string]string{"VISNYK_DATA_DIR": filepath.Join(t.TempDir(), "data")}
	call := func(in string, args ...string) (int, string) {
		var out bytes.Buffer
		s := run(contextOf(), args, func(name string) string { return env[name] }, strings.NewReader(in), &out, &out)
		return s, out.String()
	}
	if s, out := call(lines, "topics", "train"); s != exitOK || !strings.Contains(out, "Learnt 2 topics from 6 texts") {
		t.Fatalf("train: status %d\n%s", s, out)
	}
	if s, out := call(lines, "topics", "test"); s != exitOK || !strings.Contains(out, "accuracy 1.000, macro-F1 1.000 over 6 texts") {
		t.Errorf("test: status %d\n%s", s, out)
	}
	if s, out := call(`{"id":"1","title":"Синоптики","text":"Хуртовина й мороз."}`+"\n", "analyze", "--only", "topics"); s != exitOK || !strings.Contains(out, "environment") {
		t.Errorf("analyze: status %d\n%s", s, out)
	}
	if err := os.WriteFile(filepath.Join(env["VISNYK_DATA_DIR"], "topics.model"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, out := call("", "analyze"); s != exitUsage || !strings.Contains(out, "topics.model") {
		t.Errorf("a damaged model: status %d\n%s", s, out)
	}
}
