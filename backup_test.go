package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/internal/redistest"
	"visnyk/internal/sitetest"
)

// call runs a command with an input and gives its status and output.
func call(env map[string]string, in string, args ...string) (int, string) {
	var out bytes.Buffer
	s := run(contextOf(), args, func(name string) string { return env[name] }, strings.NewReader(in), &out, &out)
	return s, out.String()
}

func TestARestoredBotKnowsItsChats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, url := w.site(sitetest.Feed, "Міністерство зразків", "", news("one", "Уряд посилює кібербезпеку державних реєстрів"))
	w.start()
	contains(t, w.tell("/follow "+url), "Стежу")
	contains(t, w.tell("/digest"), "1 новина")
	w.stop() // or the backup may hold a message that is being sent, for whose lease the chat waits
	env := map[string]string{"REDIS_URL": w.env["REDIS_URL"], "VISNYK_DATA_DIR": t.TempDir()}
	s, backup := call(env, "", "export")
	if s != exitOK || !strings.Contains(backup, `"end":true`) || strings.Contains(backup, testToken) {
		t.Fatalf("export: status %d\n%s", s, backup)
	}

	other := redistest.Start(t)
	env["REDIS_URL"] = other.URL
	if s, out := call(env, backup, "import"); s != exitOK || !strings.Contains(out, "keys are restored") {
		t.Fatalf("import: status %d\n%s", s, out)
	}
	if s, out := call(env, backup, "import"); s != exitError || !strings.Contains(out, "--replace") {
		t.Errorf("a second import: status %d\n%s", s, out)
	}
	if s, out := call(env, backup, "import", "--replace"); s != exitOK {
		t.Errorf("with --replace: status %d\n%s", s, out)
	}
	w.env["REDIS_URL"] = other.URL
	w.start()
	contains(t, w.tell("/list"), "Міністерство зразків")
	contains(t, w.tell("/digest"), "Нових повідомлень немає")
}

func TestADamagedBackupChangesNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	env := map[string]string{"REDIS_URL": server.URL, "VISNYK_DATA_DIR": t.TempDir()}
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	db := redis.NewClient(options)
	t.Cleanup(func() { _ = db.Close() })
	ctx := t.Context()
	db.Set(ctx, "s", "a\xff\x00b", time.Hour)
	db.HSet(ctx, "h", "поле", "значення", "\xfe", "\xfd")
	db.ZAdd(ctx, "z", redis.Z{Score: 1.5, Member: "m"})
	db.SAdd(ctx, "set", "1", "2")
	db.RPush(ctx, "l", "x", "y")
	db.XAdd(ctx, &redis.XAddArgs{Stream: "st", ID: "5-1", Values: []string{"k", "v"}})
	db.Set(ctx, "asynq:x", "work", 0)
	_, backup := call(env, "", "export")
	for name, damaged := range map[string]string{
		"cut": backup[:len(backup)/2], "changed": strings.Replace(backup, "значення", "значенне", 1), "empty": "", "rubbish": "{}\n", "no end": backup[:strings.LastIndex(backup[:len(backup)-1], "\n")+1],
	} {
		if s, out := call(env, damaged, "import", "--replace"); s != exitError || !strings.Contains(out, "backup") {
			t.Errorf("%s: status %d\n%s", name, s, out)
		}
	}
	if n := db.DBSize(ctx).Val(); n != 7 {
		t.Fatalf("%d keys are left, want 7", n)
	}
	if s, out := call(env, backup, "import", "--replace"); s != exitOK || !strings.Contains(out, "6 keys") {
		t.Fatalf("status %d\n%s", s, out)
	}
	_, again := call(env, "", "export")
	lines := func(s string) string { return strings.Join(strings.Split(s, "\n")[1:7], "\n") }
	if lines(backup) != lines(again) {
		t.Errorf("before\n%s\nafter\n%s", lines(backup), lines(again))
	}
	if db.TTL(ctx, "s").Val() <= 0 || db.Get(ctx, "s").Val() != "a\xff\x00b" || db.XLen(ctx, "st").Val() != 1 {
		t.Error("a value or its end is lost")
	}
	db.Set(ctx, importMark, "under way", 0)
	env["TELEGRAM_TOKEN"], env["VISNYK_HTTP_ADDR"] = testToken, "off"
	if s, out := call(env, "", "run"); s != exitError || !strings.Contains(out, "visnyk import --replace") {
		t.Errorf("a bot on half of its data: status %d\n%s", s, out)
	}
}
