package extract

import "testing"

func TestThePostThatTheAddressNamesIsRead(t *testing.T) {
	page := `<div class="tgme_channel_info_header_title">Рада</div>
<div class="tgme_widget_message" data-post="rada/1"><div class="tgme_widget_message_text">Перший допис.</div></div>
<div class="tgme_widget_message" data-post="rada/2"><div class="tgme_widget_message_text js-message_reply_text">Чужі слова.</div><div class="tgme_widget_message_text">Другий допис про <a href="https://rada.example/p.pdf">постанову № 7</a>.</div><time datetime="2025-01-30T06:05:00+00:00"></time></div>`
	for address, want := range map[string]string{
		"https://t.me/s/rada":   "Перший допис.",
		"https://t.me/Rada/2":   "Другий допис про постанову № 7.",
		"https://t.me/s/rada/2": "Другий допис про постанову № 7.",
		"https://t.me/rada/9":   "Перший допис.",
		"":                      "Перший допис.",
	} {
		p := read(t, []byte(page), "", address)
		if p.Text != want || p.Title != "" || p.SiteName != "Рада" {
			t.Errorf("%s: %+v", address, p)
		}
		if (len(p.Documents) == 1) != (want[:4] == "Др") || p.Published.IsZero() == (len(p.Documents) == 1) {
			t.Errorf("%s: documents %v, published %v", address, p.Documents, p.Published)
		}
	}
}
