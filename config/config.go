// Package config owns every setting of the program, its default and its
// check, and the built-in data that operators may replace: the catalogue of
// authorities and the topics. Only main reads it.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	// The zones must be there on machines without a zone database.
	_ "time/tzdata"

	"github.com/caarlos0/env/v11"
)

// Secret is a setting that must not be shown. Its text is read by Reveal and
// by nothing else.
type Secret string

// String hides the secret wherever it is printed.
func (Secret) String() string { return "<secret>" }

// GoString hides the secret in %#v.
func (Secret) GoString() string { return "<secret>" }

// MarshalText hides the secret in JSON and logs.
func (Secret) MarshalText() ([]byte, error) { return []byte("<secret>"), nil }

// Reveal gives the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Settings are all settings of the program. The tags are the table: name,
// default, meaning. A setting of type Secret may be read from the file that
// NAME_FILE names.
type Settings struct {
	TelegramToken  Secret         `env:"TELEGRAM_TOKEN" help:"the bot's token from @BotFather; required"`
	TelegramAPIURL string         `env:"TELEGRAM_API_URL" envDefault:"https://api.telegram.org" help:"another Bot API server"`
	RedisURL       Secret         `env:"REDIS_URL" show:"a child redis-server in the data folder" help:"redis://, rediss://, unix://; redis-sentinel://host,host/master and redis-cluster://host,host, with rediss- for TLS"`
	RedisDataURL   Secret         `env:"REDIS_DATA_URL" show:"as REDIS_URL" help:"another Redis for what can be fetched again: articles and marks"`
	Replicas       int            `env:"VISNYK_REDIS_REPLICAS" envDefault:"0" help:"how many replicas of Redis must hold the intent of a message before it is sent"`
	SendRate       float64        `env:"VISNYK_SEND_RATE" envDefault:"28.5" help:"messages a second at most, over all chats and all running copies; Telegram refuses more than about 30"`
	Admins         []int64        `env:"VISNYK_ADMINS" help:"user ids of the operators, separated by commas"`
	Allowed        []int64        `env:"VISNYK_ALLOWED" show:"everybody" help:"ids of the users and chats that the bot answers, separated by commas"`
	Timezone       *time.Location `env:"VISNYK_TIMEZONE" envDefault:"Europe/Kyiv" help:"time zone of chats that set none"`
	PollInterval   time.Duration  `env:"VISNYK_POLL_INTERVAL" show:"adaptive, 5 minutes to 6 hours" help:"how often every healthy source is asked, for example 10m"`
	AllowPrivate   bool           `env:"VISNYK_ALLOW_PRIVATE_NETWORKS" envDefault:"false" help:"read sources on private addresses and any port; for tests and closed networks"`
	TMEURL         string         `env:"VISNYK_TME_URL" envDefault:"https://t.me" help:"where public channels are previewed"`
	DataDir        string         `env:"VISNYK_DATA_DIR" envDefault:"./data" help:"folder of the search index and of the private Redis"`
	HTTPAddr       string         `env:"VISNYK_HTTP_ADDR" envDefault:"127.0.0.1:9090" help:"health and the webhook; port 0 takes a free one, off takes none"`
	WebhookURL     string         `env:"VISNYK_WEBHOOK_URL" help:"public https address for a webhook instead of long polling"`
	WebhookSecret  Secret         `env:"VISNYK_WEBHOOK_SECRET" help:"secret that Telegram repeats with each webhook call: 1 to 256 of A-Z a-z 0-9 _ -"`
	CatalogueFile  string         `env:"VISNYK_CATALOGUE" show:"built in" help:"own YAML file of authorities"`
	TopicsFile     string         `env:"VISNYK_TOPICS" show:"built in" help:"own YAML file of topics"`
	LLMURL         string         `env:"LLM_URL" help:"an OpenAI-compatible endpoint for abstracts, such as http://127.0.0.1:8000/v1; without it summaries are sentences of the articles"`
	LLMModel       string         `env:"LLM_MODEL" help:"the model to ask there"`
	LLMKey         Secret         `env:"LLM_KEY" help:"its key"`
	LLMRequests    int            `env:"LLM_REQUESTS" envDefault:"500" help:"how often it is asked a day at most"`
	LLMLetters     int            `env:"LLM_LETTERS" envDefault:"2000000" help:"how many letters of articles it is given a day at most"`
	LLMAtOnce      int            `env:"LLM_AT_ONCE" envDefault:"2" help:"how many requests are in flight at most"`
}

// Faults are all that is wrong with the settings.
type Faults []string

// Error lists the faults, one a line.
func (f Faults) Error() string { return strings.Join(f, "\n") }

// minPoll bounds VISNYK_POLL_INTERVAL: asking more often is an attack.
const minPoll = time.Second

// Load reads the settings from the environment that getenv gives. All faults
// are reported together, as Faults.
func Load(getenv func(string) string) (Settings, error) { return load(getenv, true) }

// LoadWithoutToken reads the settings for commands that do not speak to
// Telegram: the token may be absent.
func LoadWithoutToken(getenv func(string) string) (Settings, error) { return load(getenv, false) }

func load(getenv func(string) string, needToken bool) (Settings, error) {
	var s Settings
	values, faults := environment(getenv)
	err := env.ParseWithOptions(&s, env.Options{
		Environment: values,
		FuncMap: map[reflect.Type]env.ParserFunc{
			reflect.TypeFor[time.Location](): func(v string) (any, error) { return location(v) },
			reflect.TypeFor[time.Duration](): func(v string) (any, error) { return time.ParseDuration(v) },
		},
	})
	faults = append(faults, parseFaults(err, values)...)
	faults = append(faults, s.check(faults, needToken)...)
	if len(faults) > 0 {
		return Settings{}, Faults(faults)
	}
	return s, nil
}

func location(name string) (time.Location, error) {
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.Location{}, errors.New("no such time zone")
	}
	return *loc, nil
}

// environment collects the values of all settings, the files of NAME_FILE
// read. Surrounding spaces are no part of a value.
func environment(getenv func(string) string) (map[string]string, []string) {
	values := map[string]string{}
	var faults []string
	for _, row := range Table() {
		value := strings.TrimSpace(getenv(row.Name))
		if file := getenv(row.Name + "_FILE"); row.Secret && file != "" {
			switch text, err := os.ReadFile(file); {
			case value != "":
				faults = append(faults, row.Name+" and "+row.Name+"_FILE are both set: set one of them")
			case err != nil:
				faults = append(faults, row.Name+"_FILE: "+err.Error())
			default:
				value = strings.TrimSpace(string(text))
			}
		}
		if value != "" {
			values[row.Name] = value
		}
	}
	return values, faults
}

// parseFaults turns the library's errors into one line for each setting, with
// the value that was given and without those of secrets.
func parseFaults(err error, values map[string]string) []string {
	var all env.AggregateError
	if err == nil || !errors.As(err, &all) {
		return nil
	}
	var faults []string
	for _, e := range all.Errors {
		var parse env.ParseError
		if !errors.As(e, &parse) {
			faults = append(faults, e.Error())
			continue
		}
		field, _ := reflect.TypeFor[Settings]().FieldByName(parse.Name)
		name := field.Tag.Get("env")
		faults = append(faults, fmt.Sprintf("%s: %q is not %s", name, values[name], expected(field)))
	}
	return faults
}

func expected(field reflect.StructField) string {
	switch field.Name {
	case "Admins":
		return "a list of user ids like 123456789,987654321"
	case "Timezone":
		return "a time zone like Europe/Kyiv"
	case "PollInterval":
		return "a duration like 90s, 10m or 2h"
	case "AllowPrivate":
		return "true or false"
	case "SendRate":
		return "a number like 28.5"
	case "LLMRequests", "LLMLetters", "LLMAtOnce", "Replicas":
		return "a whole number"
	}
	return "a valid value"
}

var (
	tokenForm  = regexp.MustCompile(`^[0-9]{3,20}:[A-Za-z0-9_-]{5,100}$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
)

// check finds what parses and still is wrong.
func (s Settings) check(known []string, needToken bool) []string {
	var faults []string
	fault := func(name, text string) {
		if !slices.ContainsFunc(known, func(f string) bool { return strings.HasPrefix(f, name) }) {
			faults = append(faults, name+": "+text)
		}
	}
	switch {
	case s.TelegramToken == "" && !needToken:
	case s.TelegramToken == "":
		fault("TELEGRAM_TOKEN", "is not set: get a token from @BotFather")
	case !tokenForm.MatchString(s.TelegramToken.Reveal()):
		fault("TELEGRAM_TOKEN", "does not look like a token (123456789:AA…)")
	}
	for _, a := range []struct {
		name, value string
		schemes     []string
	}{
		{"TELEGRAM_API_URL", s.TelegramAPIURL, []string{"http", "https"}},
		{"VISNYK_TME_URL", s.TMEURL, []string{"http", "https"}},
		{"VISNYK_WEBHOOK_URL", s.WebhookURL, []string{"http", "https"}},
		{"LLM_URL", s.LLMURL, []string{"http", "https"}},
	} {
		if a.value != "" && !isURL(a.value, a.schemes) {
			fault(a.name, "is not an address of the form "+strings.Join(a.schemes, ":// or ")+"://…")
		}
	}
	for name, address := range map[string]Secret{"REDIS_URL": s.RedisURL, "REDIS_DATA_URL": s.RedisDataURL} {
		if _, err := ParseRedis(address); err != nil && address != "" {
			fault(name, err.Error())
		}
	}
	if s.SendRate < 1 || s.SendRate > 1000 {
		fault("VISNYK_SEND_RATE", "is not between 1 and 1000")
	}
	if s.Replicas < 0 || s.Replicas > 10 {
		fault("VISNYK_REDIS_REPLICAS", "is not between 0 and 10")
	}
	if s.PollInterval != 0 && s.PollInterval < minPoll {
		fault("VISNYK_POLL_INTERVAL", "is under "+minPoll.String())
	}
	if !isListenAddr(s.HTTPAddr) {
		fault("VISNYK_HTTP_ADDR", fmt.Sprintf("%q is not host:port or off", s.HTTPAddr))
	}
	if s.WebhookURL != "" && !secretForm.MatchString(s.WebhookSecret.Reveal()) {
		fault("VISNYK_WEBHOOK_SECRET", "is needed with VISNYK_WEBHOOK_URL: 1 to 256 of A-Z a-z 0-9 _ -")
	}
	if s.LLMURL != "" && s.LLMModel == "" {
		fault("LLM_MODEL", "is needed with LLM_URL")
	}
	for _, n := range []struct {
		name  string
		value int
	}{{"LLM_REQUESTS", s.LLMRequests}, {"LLM_LETTERS", s.LLMLetters}, {"LLM_AT_ONCE", s.LLMAtOnce}} {
		if n.value < 1 {
			fault(n.name, "is under 1")
		}
	}
	return faults
}

func isURL(value string, schemes []string) bool {
	u, err := url.Parse(value)
	return err == nil && slices.Contains(schemes, u.Scheme) && u.Host != ""
}

func isListenAddr(addr string) bool {
	if addr == "off" {
		return true
	}
	_, port, err := net.SplitHostPort(addr)
	n, perr := strconv.ParseUint(port, 10, 16)
	return err == nil && perr == nil && n < 1<<16
}

// Row is one setting of the table, for --help and the README.
type Row struct {
	Name, Default, Help string
	Secret              bool
}

// Table lists all settings in order.
func Table() []Row {
	var rows []Row
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		row := Row{Name: f.Tag.Get("env"), Default: f.Tag.Get("envDefault"), Help: f.Tag.Get("help"), Secret: f.Type == reflect.TypeFor[Secret]()}
		if show := f.Tag.Get("show"); show != "" {
			row.Default = show
		}
		rows = append(rows, row)
	}
	return rows
}
