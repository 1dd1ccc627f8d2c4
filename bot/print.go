package bot

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"

	"visnyk/bot/chats"
	"visnyk/bot/docx"
	"visnyk/digest"
	"visnyk/internal/ukrainian"
)

// RenderDocument writes a digest as a document to print, of the kind .docx: the
// date in words, contents by sections, each story with its authority, summary and
// the full addresses of its sources.
func RenderDocument(d digest.Digest, h Header) ([]byte, error) {
	n := ukrainian.Count(len(d.Stories), "новина", "новини", "новин")
	doc := &docx.Document{
		Name: h.Title + ", " + ukrainian.Date(h.At), Author: "Вісник", Language: "uk-UA", Page: "Сторінка", Of: "з", Created: h.At,
	}
	doc.Add(docx.Title, "", docx.Run{Text: documentTitle(h)})
	doc.Add(docx.Subtitle, "", docx.Run{Text: ukrainian.Date(h.At) + " · " + n})
	if h.Late {
		doc.Add(docx.Note, "", docx.Run{Text: "Надіслано із запізненням.", Italic: true})
	}
	for i, s := range d.Sections {
		doc.Add(docx.Contents, "", docx.Run{Text: s.Name, Anchor: sectionAnchor(i)},
			docx.Run{Text: " — " + ukrainian.Count(len(s.Stories), "новина", "новини", "новин")})
	}
	for i, s := range d.Sections {
		doc.Add(docx.Heading1, sectionAnchor(i), docx.Run{Text: s.Name})
		for _, story := range s.Stories {
			printStory(doc, story)
		}
	}
	if foot := footer(d, h); foot != "" {
		doc.Add(docx.Heading1, "", docx.Run{Text: "Примітки"})
		for line := range strings.SplitSeq(plainText(foot), "\n") {
			doc.Add(docx.Note, "", docx.Run{Text: visible(strings.TrimLeftFunc(line, func(r rune) bool { return !unicode.IsLetter(r) }))})
		}
	}
	var b bytes.Buffer
	if _, err := doc.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("print the digest: %w", err)
	}
	return b.Bytes(), nil
}

func documentTitle(h Header) string {
	if h.Title == "Дайджест" {
		return "Дайджест повідомлень органів влади"
	}
	return "Дайджест повідомлень органів влади: " + strings.ToLower(h.Title)
}

func sectionAnchor(i int) string { return fmt.Sprintf("section%d", i+1) }

func printStory(doc *docx.Document, s digest.Story) {
	address := ""
	if len(s.Links) > 0 {
		address = s.Links[0].URL
	}
	doc.Add(docx.Heading2, "", docx.Run{Text: visible(s.Title), Link: address})
	if by := byline(s); by != "" {
		doc.Add(docx.Byline, "", docx.Run{Text: visible(plainText(by)), Italic: true})
	}
	if s.Edited && s.Was != "" {
		doc.Add(docx.Byline, "", docx.Run{Text: "Раніше: «" + visible(s.Was) + "»", Italic: true})
	}
	if len(s.Summary) > 0 {
		runs := []docx.Run{{Text: visible(strings.Join(s.Summary, " "))}}
		if s.Abstract {
			runs = append(runs, docx.Run{Text: " " + textAbstract, Italic: true})
		}
		doc.Add(docx.Body, "", runs...)
	}
	for _, l := range s.Links {
		if l.URL == "" {
			continue
		}
		name := "Джерело"
		if s.Sources() > 1 && l.Name != "" {
			name = visible(l.Name)
		}
		doc.Add(docx.Note, "", docx.Run{Text: name + ": "}, docx.Run{Text: visible(l.URL), Link: l.URL})
	}
}

// typeDocx is the MIME type of the documents.
const typeDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// maxDocument bounds a document: it stands in the ledger until it is sent.
const maxDocument = 2 << 20

// document is a digest to print as a message with a file.
func document(d digest.Digest, h Header) ([]chats.Message, error) {
	data, err := RenderDocument(d, h)
	if err != nil {
		return nil, err
	}
	if len(data) > maxDocument {
		return nil, errUser("Документ завеликий для одного файла: виберіть коротший період, наприклад /digest вчора docx.")
	}
	caption := h.Title + " · " + ukrainian.Date(h.At) + " · " + ukrainian.Count(len(d.Stories), "новина", "новини", "новин")
	return []chats.Message{{
		Method: "sendDocument", Params: map[string]string{"caption": caption},
		File: &chats.File{Field: "document", Name: "Дайджест " + h.At.Format(time.DateOnly) + ".docx", MIME: typeDocx, Data: data},
	}}, nil
}

// printing takes the word that asks for a document out of the arguments of
// /digest; what is left is the period, today where none is said.
func printing(args string) (period string, toPrint bool) {
	var rest []string
	for _, word := range strings.Fields(args) {
		switch ukrainian.Fold(word) {
		case "docx", "word", "друк", "файл":
			toPrint = true
		default:
			rest = append(rest, word)
		}
	}
	if toPrint && len(rest) == 0 {
		return "сьогодні", true
	}
	return strings.Join(rest, " "), toPrint
}

// visible leaves out the characters that are not seen or turn the direction of
// text.
func visible(s string) string { return strings.ReplaceAll(clean(s), "\u2060", "") }
