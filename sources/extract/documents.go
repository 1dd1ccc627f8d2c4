package extract

import (
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Document is an official document that a page speaks of or links to.
type Document struct {
	Type   string    `json:"type,omitempty"`   // закон, законопроєкт, постанова, розпорядження, указ, наказ, рішення, лист; "" where it is not said
	Number string    `json:"number,omitempty"` // as "123-IX", without the sign №
	Date   time.Time `json:"date,omitzero"`    // the day in Kyiv; zero where it is not said
	Title  string    `json:"title,omitempty"`  // its name in quotation marks, or the words of the link to it
	URL    string    `json:"url,omitempty"`    // of its text or file
}

// maxNamed is how many bytes of a text are looked at for documents.
const maxNamed = 256 << 10

// maxDocuments is how many documents of a page are kept.
const maxDocuments = 50

// documentWords finds the words for documents in every case. They begin where
// no letter stands before: the expression has no word boundaries for Cyrillic.
var documentWords = regexp.MustCompile(`(?i)(?:^|[^\p{L}’'])((?:проє?кт\p{L}*\s+)?закон(?:у|ом|і|ові)?|законопроє?кт(?:у|ом|і)?|постанов(?:а|и|і|у|ою)|розпорядженн(?:я|ю|ям|і)|указ(?:у|ом|і)?|наказ(?:у|ом|і)?|рішенн(?:я|ю|ям|і)|лист(?:а|у|ом|і)?)(?:$|[^\p{L}’'])`)

var (
	documentNumber = regexp.MustCompile(`№\s*(\d[\d\p{L}]*(?:[/–-][\d\p{L}]+)*)`)
	documentDate   = regexp.MustCompile(`(?i)(?:^|[^\p{L}])від\s+(\d{1,2}[.\s][^№;]{4,24})`)
	documentName   = regexp.MustCompile(`«([^»]*(?:«[^»]*»[^»]*)?)»`)
	// otherNumber finds what has numbers and is no document.
	otherNumber = regexp.MustCompile(`(?i)(?:школ|ліце|гімназ|садк|садок|лікарн|поліклінік|дільниц|кабінет|маршрут|автобус|тролейбус|трамва|будинк|округ|додат|форм|лот|рейс|поїзд|телефон|бригад)\p{L}*\s*$`)
)

// Documents finds the official documents that a text names with a number or a
// date, each once.
func Documents(text string) []Document {
	var found []Document
	text = strings.ToValidUTF8(text[:min(len(text), maxNamed)], "")
	for line := range strings.Lines(text) {
		for _, d := range documentsIn(line) {
			if len(found) < maxDocuments {
				found = withDocument(found, d)
			}
		}
	}
	return found
}

// DocumentsOf finds the official documents that a title and a text name, and
// those that the addresses in the text lead to.
func DocumentsOf(title, text string, addresses []string) []Document {
	found := Documents(title + "\n" + text)
	for _, address := range addresses {
		if d, ok := linkedDocument(link{address: address}); ok && len(found) < maxDocuments {
			found = withDocument(found, d)
		}
	}
	return found
}

// withDocument adds a document to others, or what it says to the one of them
// that it is.
func withDocument(all []Document, d Document) []Document {
	for i := range all {
		known := &all[i]
		same := d.Number != "" && d.Number == known.Number && (d.Type == known.Type || d.Type == "" || known.Type == "") || d.URL != "" && d.URL == known.URL
		if !same || !d.Date.IsZero() && !known.Date.IsZero() && !d.Date.Equal(known.Date) {
			continue
		}
		if known.Type == "" {
			known.Type = d.Type
		}
		if known.Title == "" {
			known.Title = d.Title
		}
		if known.URL == "" {
			known.URL = d.URL
		}
		if known.Date.IsZero() {
			known.Date = d.Date
		}
		return all
	}
	return append(all, d)
}

// How far from the word for a document its particulars stand, in bytes.
const (
	nearWord   = 400
	nearNumber = 160
)

// isParticular tells whether a paragraph may name a document with a number or a
// date.
func isParticular(line string) bool {
	for _, mark := range [...]string{"№", "від ", "Від ", "ВІД "} {
		if strings.Contains(line, mark) {
			return true
		}
	}
	return false
}

// documentsIn finds the documents of one paragraph.
func documentsIn(line string) []Document {
	if !isParticular(line) {
		return nil
	}
	var found []Document
	inName := 0 // the end of a document's name: words in it are not of others
	starts := documentWords.FindAllStringSubmatchIndex(line, -1)
	for i, m := range starts {
		if m[2] < inName {
			continue
		}
		end := min(len(line), m[3]+nearWord)
		about := strings.ToValidUTF8(line[m[3]:end], "")
		name := documentName.FindStringSubmatchIndex(about)
		for _, next := range starts[i+1:] {
			cut := next[2] - m[3]
			if cut >= len(about) {
				break
			}
			if name == nil || cut < name[0] || cut > name[1] {
				about = about[:cut]
				break
			}
		}
		d := Document{Type: documentType(line[m[2]:m[3]])}
		if name != nil && name[1] <= len(about) && name[0] < nearNumber {
			d.Title = OneLine(about[name[2]:name[3]])
			inName = m[3] + name[1]
			about = about[:name[0]] + strings.Repeat(" ", name[1]-name[0]) + about[name[1]:]
		}
		d.particulars(about)
		if d.Number != "" || !d.Date.IsZero() {
			found = append(found, d)
		}
	}
	return found
}

// particulars reads number and date from what stands after a document's word.
func (d *Document) particulars(about string) {
	if m := documentDate.FindStringSubmatch(about); m != nil {
		if at, _, ok := FindDate(m[1]); ok {
			d.Date = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
		}
	}
	m := documentNumber.FindStringSubmatchIndex(about)
	if m == nil || len(OneLine(about[:m[0]])) > nearNumber || otherNumber.MatchString(about[:m[0]]) {
		return
	}
	d.Number = about[m[2]:m[3]]
}

// documentType is the dictionary form of a word for a document.
func documentType(word string) string {
	word = strings.ToLower(word)
	if strings.HasPrefix(word, "про") || strings.HasPrefix(word, "законопро") {
		return "законопроєкт"
	}
	for _, name := range []string{"закон", "постанова", "розпорядження", "указ", "наказ", "рішення", "лист"} {
		if strings.HasPrefix(word, name[:min(len(name), 2*4)]) {
			return name
		}
	}
	return ""
}

// linkedDocument makes a document of a link to a law's text or to a file.
func linkedDocument(l link) (Document, bool) {
	u, err := url.Parse(l.address)
	if err != nil {
		return Document{}, false
	}
	file := isFile(u.Path)
	if host := strings.ToLower(u.Hostname()); !file && !(host == "rada.gov.ua" || strings.HasSuffix(host, ".rada.gov.ua")) || !file && !lawPath(u) {
		return Document{}, false
	}
	d := Document{Title: l.words, URL: l.address}
	if named := documentsIn(l.words); len(named) > 0 {
		d.Type, d.Number, d.Date = named[0].Type, named[0].Number, named[0].Date
	} else if m := documentWords.FindStringSubmatch(l.words); m != nil {
		d.Type = documentType(m[1])
	}
	if file && utf8.RuneCountInString(d.Title) < 8 {
		d.Title = path.Base(u.Path) // the words say no more than that it is a file
	}
	return d, true
}

func isFile(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".rtf", ".odt", ".ods", ".ppt", ".pptx", ".zip":
		return true
	}
	return false
}

// lawPath tells the address of a document's text on the parliament's sites.
func lawPath(u *url.URL) bool {
	return strings.HasPrefix(u.Path, "/laws/show/") || strings.HasPrefix(u.Path, "/go/") || strings.Contains(u.Path, "/billInfo/")
}
