package bot

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"visnyk/bot/chats"
)

func TestCommand(t *testing.T) {
	for _, c := range []struct {
		text, name, args string
		ok               bool
	}{
		{"/follow https://a.b", "follow", "https://a.b", true},
		{"/FOLLOW@Visnyk_Test_Bot  МОЗ ", "follow", "МОЗ", true},
		{"/follow\nМОЗ", "follow", "МОЗ", true},
		{"/list@otherbot", "", "", false},
		{"просто текст", "", "", false},
		{"/", "", "", true},
		{"", "", "", false},
	} {
		name, args, ok := command(c.text, "visnyk_test_bot")
		if name != c.name || args != c.args || ok != c.ok {
			t.Errorf("command(%q) = %q %q %v", c.text, name, args, ok)
		}
	}
}

func TestAddressesInAText(t *testing.T) {
	got := addressesIn("дивіться https://kmu.gov.ua/news, @KabminUA та moz.gov.ua. А ще пошта a@b.ua і т.д.")
	want := []string{"https://kmu.gov.ua/news", "@KabminUA", "moz.gov.ua"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParseSchedule(t *testing.T) {
	for args, want := range map[string]string{
		"08:30":                              "{[08:30] [] }",
		"8.30":                               "{[08:30] [] }",
		"18:00 08:30 08:30":                  "{[08:30 18:00] [] }",
		"о 08:30 щодня":                      "{[08:30] [] }",
		"08:30 пн-пт Europe/Warsaw":          "{[08:30] [Monday Tuesday Wednesday Thursday Friday] Europe/Warsaw}",
		"08:30 будні":                        "{[08:30] [Monday Tuesday Wednesday Thursday Friday] }",
		"09:00 сб-нд":                        "{[09:00] [Sunday Saturday] }",
		"09:00 пн-нд":                        "{[09:00] [] }",
		"09:00, пн, ср":                      "{[09:00] [Monday Wednesday] }",
		"вимк":                               "{[] [] }",
		"25:00":                              "",
		"08:7":                               "",
		"о пів на восьму":                    "",
		"пн-пт":                              "",
		"08:30 Europe/Nowhere":               "",
		"1:00 2:00 3:00 4:00 5:00 6:00 7:00": "",
	} {
		got, err := parseSchedule(args, chats.Schedule{})
		if want == "" {
			if err == nil {
				t.Errorf("%q is taken as %v", args, got)
			}
			continue
		}
		if s := fmt.Sprint(got); err != nil || s != want {
			t.Errorf("%q = %s (%v), want %s", args, s, err, want)
		}
	}
	kept, err := parseSchedule("08:30", chats.Schedule{Zone: "Europe/London"})
	if err != nil || kept.Zone != "Europe/London" {
		t.Errorf("the zone is lost: %v %v", kept, err)
	}
}

func TestUptime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		90 * time.Second: "1 хвилина", 3 * time.Hour: "3 години", 25 * time.Hour: "1 день", 5 * 24 * time.Hour: "5 днів",
	} {
		if got := uptime(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
