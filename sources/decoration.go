package sources

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A line is decoration when it recurs at the same end of so many posts and has
// so few letters: what is longer says something, be it in every post.
const (
	minTail   = 3
	maxTail   = 80
	tailLines = 4  // of a post are its tail
	firmText  = 20 // letters of a headline: less does not take the place of a first line
)

// decoration is what a channel puts around each of its posts.
type decoration struct {
	name         string // of the channel
	heads, tails map[string]bool
}

// decorationOf learns the first and last lines that at least half of the posts
// share.
func decorationOf(posts []post, name, title string) decoration {
	d := decoration{name: name, heads: map[string]bool{lineKey(title): true}, tails: map[string]bool{}}
	heads, tails := map[string]int{}, map[string]int{}
	for _, p := range posts {
		heads[lineKey(p.lines[0])]++
		last := map[string]bool{}
		for _, l := range p.lines[max(len(p.lines)-tailLines, 0):] {
			last[lineKey(l)] = true
		}
		for l := range last {
			tails[l]++
		}
	}
	learn := func(count map[string]int, into map[string]bool) {
		for line, n := range count {
			if n >= minTail && 2*n >= len(posts) && utf8.RuneCountInString(line) <= maxTail {
				into[line] = true
			}
		}
	}
	learn(heads, d.heads)
	learn(tails, d.tails)
	return d
}

// lineKey is equal for lines that differ in case and pictures only.
func lineKey(line string) string {
	return strings.ToLower(strings.TrimFunc(line, func(r rune) bool { return !isText(r) || r == ' ' || r == '\ufe0f' }))
}

var tailForm = regexp.MustCompile(`(?i)^(?:підпис(?:атися|атись|уйтеся|уйтесь|уйся|уйте)|приєднуй|долучайтеся до (?:нас|канал|нашого)|наш(?:і|а)? (?:сайт|канал|соцмереж|сторінк)|стежте за нами|слідкуйте за|` +
	`читайте нас|більше новин (?:у|в|на) (?:наш|канал)|ми (?:у|в) (?:соцмережах|facebook|telegram|viber|instagram)|надіслати новину|поділитися постом|офіційний канал)`)

// networks finds lines that do nothing but name where else to read.
var networks = regexp.MustCompile(`(?i)^(?:(?:facebook|фейсбук|instagram|інстаграм|youtube|ютуб|viber|вайбер|telegram|телеграм|tiktok|тікток|twitter|x|threads|whatsapp|linkedin|(?:веб-?)?сайт|website|чат(?:-бот)?)(?:[^\p{L}\d]+|$))+$`)

// strip drops the decoration of a post. One line of it always stays.
func (d decoration) strip(lines []string) []string {
	for len(lines) > 1 && d.isTail(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	for len(lines) > 1 && d.heads[lineKey(lines[0])] && utf8.RuneCountInString(lines[1]) >= firmText {
		lines = lines[1:]
	}
	return lines
}

func (d decoration) isTail(line string) bool {
	key := lineKey(line)
	bars := strings.Count(line, "|")
	return key == "" || d.tails[key] || tailForm.MatchString(key) || networks.MatchString(key) || key == "@"+strings.ToLower(d.name) ||
		bars >= 2 && utf8.RuneCountInString(line) <= 120
}

// textLines are the lines of a post that say anything.
func textLines(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return l == "" })
}
