package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const token = "123456789:AAtesttokentesttoken"

func from(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestDefaults(t *testing.T) {
	s, err := Load(from(map[string]string{"TELEGRAM_TOKEN": token}))
	if err != nil {
		t.Fatal(err)
	}
	if s.TelegramAPIURL != "https://api.telegram.org" || s.Timezone.String() != "Europe/Kyiv" || s.PollInterval != 0 || s.DataDir != "./data" || s.TelegramToken.Reveal() != token {
		t.Errorf("defaults: %+v", s)
	}
}

func TestValuesAreRead(t *testing.T) {
	s, err := Load(from(map[string]string{
		"TELEGRAM_TOKEN": token, "VISNYK_ADMINS": "1,22", "VISNYK_POLL_INTERVAL": "2s", "VISNYK_ALLOW_PRIVATE_NETWORKS": "true",
		"VISNYK_TIMEZONE": "Europe/Warsaw", "REDIS_URL": "unix:///tmp/redis.sock", "VISNYK_HTTP_ADDR": "127.0.0.1:0",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Admins) != 2 || s.Admins[1] != 22 || s.PollInterval != 2*time.Second || !s.AllowPrivate || s.Timezone.String() != "Europe/Warsaw" {
		t.Errorf("read: %+v", s)
	}
}

func TestEachFaultIsNamedAndAllTogether(t *testing.T) {
	wrong := map[string]string{
		"TELEGRAM_TOKEN":                "no token",
		"TELEGRAM_API_URL":              "ftp://x",
		"REDIS_URL":                     "localhost:6379",
		"REDIS_DATA_URL":                "http://x",
		"VISNYK_ADMINS":                 "me",
		"VISNYK_TIMEZONE":               "Europe/Nowhere",
		"VISNYK_POLL_INTERVAL":          "often",
		"VISNYK_ALLOW_PRIVATE_NETWORKS": "perhaps",
		"VISNYK_TME_URL":                "t.me",
		"VISNYK_HTTP_ADDR":              "9090",
		"VISNYK_WEBHOOK_URL":            "bot.example",
		"VISNYK_WEBHOOK_SECRET":         "не латиниця",
		"LLM_URL":                       "x",
		"LLM_REQUESTS":                  "many",
		"LLM_LETTERS":                   "-1",
		"LLM_AT_ONCE":                   "0",
	}
	for name, value := range wrong {
		values := map[string]string{"TELEGRAM_TOKEN": token, name: value}
		if name == "VISNYK_WEBHOOK_SECRET" {
			values["VISNYK_WEBHOOK_URL"] = "https://bot.example/"
		}
		_, err := Load(from(values))
		if err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	_, err := Load(from(wrong))
	if err == nil {
		t.Fatal("all wrong at once is taken")
	}
	for name := range wrong {
		if !strings.Contains(err.Error(), name+":") {
			t.Errorf("%s is not among the faults:\n%v", name, err)
		}
	}
}

func TestAMissingTokenSaysWhereToGetOne(t *testing.T) {
	_, err := Load(from(nil))
	if err == nil || !strings.Contains(err.Error(), "@BotFather") {
		t.Errorf("error: %v", err)
	}
}

func TestASecretIsReadFromItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token+"\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	s, err := Load(from(map[string]string{"TELEGRAM_TOKEN_FILE": file}))
	if err != nil || s.TelegramToken.Reveal() != token {
		t.Fatalf("%v %v", s.TelegramToken.Reveal(), err)
	}
	for what, values := range map[string]map[string]string{
		"both set":   {"TELEGRAM_TOKEN_FILE": file, "TELEGRAM_TOKEN": token},
		"no such":    {"TELEGRAM_TOKEN_FILE": file + "x"},
		"also wrong": {"TELEGRAM_TOKEN_FILE": "/"},
	} {
		if _, err := Load(from(values)); err == nil || !strings.Contains(err.Error(), "TELEGRAM_TOKEN_FILE") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	s, err := Load(from(map[string]string{"TELEGRAM_TOKEN": token, "REDIS_URL": "redis://:geheim@h", "LLM_KEY": "geheim"}))
	if err != nil {
		t.Fatal(err)
	}
	j, err := json.Marshal(s.TelegramToken)
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("%v %+v %#v %s", s, s, s, j)
	if strings.Contains(out, token) || strings.Contains(out, "geheim") {
		t.Errorf("a secret is printed: %s", out)
	}
	_, err = Load(from(map[string]string{"TELEGRAM_TOKEN": "geheim geheim", "REDIS_URL": "geheim"}))
	if err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a secret is in the fault: %v", err)
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	for _, row := range Table() {
		if row.Name == "" || row.Help == "" {
			t.Errorf("setting without a name or help: %+v", row)
		}
	}
}
