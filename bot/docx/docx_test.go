package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"visnyk/bot/docx"
)

func sample() *docx.Document {
	d := &docx.Document{
		Name: "Дайджест <за день> & більше", Author: "Вісник", Language: "uk-UA", Page: "Сторінка", Of: "з",
		Created: time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC),
	}
	d.Add(docx.Title, "", docx.Run{Text: "Дайджест"})
	d.Add(docx.Contents, "", docx.Run{Text: "Енергетика", Anchor: "energy"})
	d.Add(docx.Heading1, "energy", docx.Run{Text: "Енергетика"})
	d.Add(docx.Heading2, "", docx.Run{Text: "План \"на зиму\" & <ремонт>", Link: "https://kmu.gov.ua/1?a=1&b=2"})
	d.Add(docx.Body, "", docx.Run{Text: "Текст\x00\x1b з \u202Eзнаками]]>"}, docx.Run{Text: " переказ", Italic: true})
	d.Add(docx.Note, "", docx.Run{Text: "не адреса", Link: "javascript:alert(1)"})
	return d
}

func open(t *testing.T, d *docx.Document) map[string][]byte {
	t.Helper()
	var b bytes.Buffer
	n, err := d.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("wrote %d of %d: %v", n, b.Len(), err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if z.File[0].Name != "[Content_Types].xml" {
		t.Errorf("the first part is %s", z.File[0].Name)
	}
	parts := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if parts[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return parts
}

type relationship struct {
	ID     string `xml:"Id,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

// Word opens a document when every part is well-formed, has a type, and every
// relationship that is used leads somewhere.
func TestADocumentIsWhole(t *testing.T) {
	parts := open(t, sample())
	for name, text := range parts {
		for d := xml.NewDecoder(bytes.NewReader(text)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s is not well-formed: %v", name, err)
			}
		}
	}
	var types struct {
		Override []struct {
			Part string `xml:"PartName,attr"`
		}
	}
	if err := xml.Unmarshal(parts["[Content_Types].xml"], &types); err != nil || len(types.Override) < 5 {
		t.Fatalf("types: %v %+v", err, types)
	}
	for _, o := range types.Override {
		if parts[strings.TrimPrefix(o.Part, "/")] == nil {
			t.Errorf("%s is named and not there", o.Part)
		}
	}
	for name, base := range map[string]string{"_rels/.rels": "", "word/_rels/document.xml.rels": "word/"} {
		var rels struct {
			Relationship []relationship
		}
		if err := xml.Unmarshal(parts[name], &rels); err != nil || len(rels.Relationship) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		seen := map[string]bool{}
		for _, r := range rels.Relationship {
			if seen[r.ID] || r.Mode == "" && parts[base+r.Target] == nil {
				t.Errorf("%s: %+v leads nowhere or stands twice", name, r)
			}
			seen[r.ID] = true
		}
		if base == "" {
			continue
		}
		for _, id := range attributes(t, parts["word/document.xml"], "id", "relationships") {
			if !seen[id] {
				t.Errorf("%s is used and not there", id)
			}
		}
	}
	anchors, styles := attributes(t, parts["word/document.xml"], "anchor", ""), attributes(t, parts["word/styles.xml"], "styleId", "")
	for _, a := range anchors {
		if !bytes.Contains(parts["word/document.xml"], []byte(`w:name="`+a+`"`)) {
			t.Errorf("the anchor %s is not there", a)
		}
	}
	for _, m := range []string{"Title", "Heading1", "Heading2", "TOC1", "BodyText", "Note", "Byline", "Hyperlink", "Footer", "Subtitle"} {
		if !strings.Contains(strings.Join(styles, " ")+" ", m+" ") {
			t.Errorf("the style %s is not there", m)
		}
	}
}

// attributes gives the values of an attribute wherever it stands.
func attributes(t *testing.T, text []byte, name, space string) []string {
	t.Helper()
	var all []string
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if a.Name.Local == name && strings.Contains(a.Name.Space, space) && (space != "" || e.Name.Local != "bookmarkStart") {
					all = append(all, a.Value)
				}
			}
		}
	}
}

func TestADocumentSaysWhatWasPutIn(t *testing.T) {
	parts := open(t, sample())
	body := string(parts["word/document.xml"])
	for _, want := range []string{"План &#34;на зиму&#34; &amp; &lt;ремонт&gt;", `w:anchor="energy"`, `w:name="energy"`, "<w:i/>", "не адреса"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in\n%s", want, body)
		}
	}
	if strings.Contains(body, "\x00") || strings.Contains(string(parts["word/_rels/document.xml.rels"]), "javascript") {
		t.Error("a character or an address that may not stand in a document")
	}
	for part, wants := range map[string][]string{
		"word/styles.xml": {`w:lang w:val="uk-UA"`, "Times New Roman"}, "word/footer1.xml": {" PAGE ", " NUMPAGES ", "Сторінка"},
		"docProps/core.xml": {"Дайджест &lt;за день&gt; &amp; більше", "2026-11-24T08:30:00Z"}, "word/_rels/document.xml.rels": {"https://kmu.gov.ua/1?a=1&amp;b=2"},
	} {
		for _, want := range wants {
			if !strings.Contains(string(parts[part]), want) {
				t.Errorf("%s is not in %s", want, part)
			}
		}
	}
}

func TestTheSameDocumentHasTheSameBytes(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if _, err := sample().WriteTo(w); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("they differ")
	}
}

func TestAddressesAreThoseThatDocumentsTake(t *testing.T) {
	for address, want := range map[string]string{
		"https://kmu.gov.ua/npas/1":               "https://kmu.gov.ua/npas/1",
		"https://мвс.укр/новини?тема=зима й сніг": "https://xn--b1atq.xn--j1amh/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8?%D1%82%D0%B5%D0%BC%D0%B0=%D0%B7%D0%B8%D0%BC%D0%B0%20%D0%B9%20%D1%81%D0%BD%D1%96%D0%B3",
		"https://a.ua/?x={1}|[2]&y=100%":          "https://a.ua/?x=%7B1%7D%7C%5B2%5D&y=100%25",
		"https://user:pass@a.ua:8080/":            "https://a.ua:8080/",
		"javascript:alert(1)":                     "", "file:///etc/passwd": "", "": "", "http://localhost/": "", "http://[::1/": "", "https://a.ua/" + strings.Repeat("a", 3000): "",
	} {
		got, ok := docx.Address(address)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s: %s %v, want %s", address, got, ok, want)
		}
	}
}

func FuzzDocument(f *testing.F) {
	f.Add("назва <b>", "https://kmu.gov.ua/1?a=1&b=\"", "a\"b")
	f.Fuzz(func(t *testing.T, text, address, anchor string) {
		d := sample()
		d.Add(docx.Heading2, anchor, docx.Run{Text: text, Link: address}, docx.Run{Text: address, Anchor: anchor})
		for name, part := range open(t, d) {
			for x := xml.NewDecoder(bytes.NewReader(part)); ; {
				if _, err := x.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		}
		if target, ok := docx.Address(address); ok {
			if _, err := url.Parse(target); err != nil {
				t.Fatalf("%q became %q: %v", address, target, err)
			}
		}
	})
}
