package ukrainian

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// checksums are those of the files that `go generate` writes. They change only
// together with a source of the data.
var checksums = map[string]string{
	"uk.fst":      "d0715d650fe9ce9e510eda91e048a9c87b6c4f67e5c310af8bf70a391598b208",
	"endings.fst": "8ca1dca6a7cac7a531af7a5726cf9ba4d18be33d252a7bf8c458355c6dae21dd",
	"edits.tsv":   "2a63335897e45b56a7e31ddcb61daaf9ea1aeccfbd46b471c23f727181479fdd",
}

func TestDataIsWhatTheGeneratorWrites(t *testing.T) {
	for name, data := range map[string][]byte{"uk.fst": formsData, "endings.fst": endingsData, "edits.tsv": []byte(editsData)} {
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:]); got != checksums[name] {
			t.Errorf("%s has the checksum %s: go generate has to be run, or the test to be changed with it", name, got)
		}
	}
	if n := words().forms.Len(); n < 3_300_000 {
		t.Errorf("the dictionary has %d forms", n)
	}
}

func TestKeyLeadsFormsToTheirWord(t *testing.T) {
	for word, forms := range map[string]string{
		"ніч":          "ночі ніччю ночей ночами",
		"день":         "дня дню днем дні днів днями",
		"рік":          "року роком років роки",
		"київ":         "Київ Києва Києву Києвом Києві КИЇВ",
		"львів":        "Львова Львові",
		"книга":        "книзі книги книгою книг",
		"безпека":      "безпеці безпеки безпекою",
		"кібербезпека": "кібербезпеки кібербезпеці кібербезпеку кібербезпекою",
		"кращий":       "кращого кращі кращими",
		"людина":       "люди людей людям людьми людиною",
		"дитина":       "діти дітей дітям дитиною",
		"йти":          "йшов йде йдуть йшли",
		"бути":         "був була є буде були",
		"вибори":       "вибори",
		"місто":        "міста містом містах",
		"суддя":        "судді суддів суддям",
		"робота":       "роботи роботу роботою робіт",
		"міністр":      "міністра міністром Міністри",
		"український":  "українська українського Української",
		"затвердити":   "затвердив затвердила затверджено затвердять",
		"об’єднання":   "об'єднань обʼєднанням Об’єднання",
		"ґанок":        "ґанку",
		"один":         "одного однієї одні",
		"три":          "трьох трьома",
		"січень":       "січня січні",
	} {
		for form := range strings.FieldsSeq(forms) {
			if got := Key(form); got != word {
				t.Errorf("Key(%s) = %s, want %s", form, got, word)
			}
		}
	}
}

func TestKeyKeepsLikeWordsApart(t *testing.T) {
	for _, c := range [][2]string{
		{"закон", "законодавець"},
		{"кібербезпека", "кіберзахист"},
		{"суд", "судно"},
		{"енергетика", "енергія"},
		{"стан", "станція"},
		{"мова", "мовчання"},
		{"рада", "радар"},
		{"порт", "портал"},
		{"газ", "газета"},
		{"виборець", "вибори"},
		{"міст", "міський"},
		{"право", "правда"},
		{"голова", "головний"},
		{"вода", "водій"},
	} {
		if Key(c[0]) == Key(c[1]) {
			t.Errorf("%s and %s share the key %s", c[0], c[1], Key(c[0]))
		}
	}
}

func TestLemmasAreRanked(t *testing.T) {
	for _, c := range []struct{ word, first, other string }{
		{"стану", "стан", "стати"},
		{"роботи", "робота", "робот"},
		{"має", "мати", "мати"},
		{"наук", "наука", "наука"},
		{"права", "право", "правий"},
		{"її", "вона", "її"},
	} {
		got := Lemmas(c.word)
		if got[0] != c.first && got[0] != c.other || !slices.Contains(got, c.first) || !slices.Contains(got, c.other) {
			t.Errorf("Lemmas(%s) = %v, want %s and %s", c.word, got, c.first, c.other)
		}
		if Key(c.word) != got[0] {
			t.Errorf("Key(%s) = %s, the first lemma is %s", c.word, Key(c.word), got[0])
		}
	}
}

func TestUnknownWordsAreLedBackByTheirEndings(t *testing.T) {
	for word, want := range map[string]string{
		"Стончайтісом":     "стончайтіс",
		"Антитілами":       "антитіло",
		"Клімкіна":         "клімкін",
		"Лисичанську":      "лисичанський",
		"цифровізатором":   "цифровізатор",
		"мегапроєктами":    "мегапроєкт",
		"дронопорту":       "дронопорт",
		"кіберщитом":       "кіберщит",
		"е-урядуванню":     "е-урядування",
		"е-Урядуванням":    "е-урядування",
		"смарт-контрактів": "смарт-контракт",
	} {
		if got := Key(word); got != want {
			t.Errorf("Key(%s) = %s, want %s", word, got, want)
		}
	}
}

func TestKeyFoldsWhatIsNotUkrainian(t *testing.T) {
	for word, want := range map[string]string{
		"EGOV4UKRAINE": "egov4ukraine", "CERT-UA": "cert-ua", "2026": "2026", "1 234,5": "1 234,5", "12.03.2022": "12.03.2022",
		"": "", "-": "-", "ЦНАП": "цнап", "ЄС": "єс", "5-річний": "5-річний", "5-річного": "5-річний", "\xff": "\xff",
		"-й": "-й", "а-": "а-",
	} {
		if got := Key(word); got != want && !strings.EqualFold(got, "\ufffd") {
			t.Errorf("Key(%q) = %q, want %q", word, got, want)
		}
		if all := Keys(word); len(all) == 0 || all[0] != Key(word) {
			t.Errorf("Keys(%q) = %q, Key is %q", word, all, Key(word))
		}
	}
}

func FuzzKey(f *testing.F) {
	for _, w := range []string{"Стончайтісом", "об'єднання", "е-урядуванню", "", "-", "’’", "ґ-", strings.Repeat("щ", 99), "\xffа", "ІЇ"} {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, word string) {
		all := Keys(word)
		// Names and letters of the wrong alphabet are told by their capitals.
		_, mixed := Unmix(word)
		_, foldedMixed := Unmix(Fold(word)) // İ is no letter of ours, i is
		mixed = mixed || foldedMixed
		if len(all) == 0 || all[0] != Key(word) || Key(word) != Key(Fold(word)) && !isName(word) && !mixed {
			t.Fatalf("Keys(%q) = %q, Key = %q", word, all, Key(word))
		}
		for _, k := range all {
			if k != Fold(k) {
				t.Fatalf("Keys(%q) holds %q, which is not folded", word, k)
			}
			if k == "" && Fold(word) != "" {
				t.Fatalf("Keys(%q) = %q", word, all)
			}
		}
	})
}

func TestKeyRemembersNoWrongWord(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 60_000 { // more words than there are places
				word := "x" + strconv.Itoa(i%40_000)
				if got := Key(word); got != word {
					t.Errorf("Key(%s) = %s", word, got)
					return
				}
			}
		})
	}
	wg.Wait()
}

// zipf gives words as often as they stand in running text, in an order of
// chance that is always the same.
func zipf(b *testing.B, n int) []string {
	b.Helper()
	file, err := os.Open("dictionary/counts.tsv.gz")
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		b.Fatal(err)
	}
	var forms []string
	var upTo []int
	total := 0
	for s := bufio.NewScanner(z); s.Scan(); {
		f := strings.Split(s.Text(), "\t")
		count, err := strconv.Atoi(f[1])
		if err != nil {
			b.Fatal(err)
		}
		total += count
		forms, upTo = append(forms, f[0]), append(upTo, total)
	}
	chance := rand.New(rand.NewPCG(1, 2))
	words := make([]string, n)
	for i := range words {
		at, _ := slices.BinarySearch(upTo, chance.IntN(total)+1)
		words[i] = forms[at]
	}
	return words
}

// BenchmarkKey asks for the words of running text one after another, with what
// was asked for lately remembered and without.
func BenchmarkKey(b *testing.B) {
	tokens := zipf(b, 200_000)
	for _, c := range []struct {
		name string
		key  func(string) string
	}{{"remembering", Key}, {"each", words().lemma}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.key(tokens[i%len(tokens)])
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		open()
	}
}
