package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"visnyk/digest"
	"visnyk/internal/ukrainian"
	"visnyk/sources"
)

// errUnknown says that what is to be followed goes by no name that is known.
type errUnknown struct{ what string }

// Error is the sentence that the user reads.
func (e errUnknown) Error() string {
	return "Не знаю такого органу чи теми: надішліть адресу сайту, @канал або слова в лапках — /follow «" + digest.Shorten(e.what, 100) + "»."
}

// suggestions is how many names are offered for a misspelt one.
const suggestions = 3

// named finds the authority that goes by a name, in any form of its words.
func (b *Bot) named(what string) (sources.Source, bool) {
	if s, ok := b.registry.Named(what); ok {
		return s, true
	}
	want := ukrainian.PhraseKey(what)
	if want == "" {
		return sources.Source{}, false
	}
	for _, s := range b.registry.Catalogue() {
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			if ukrainian.PhraseKey(name) == want {
				return s, true
			}
		}
	}
	return sources.Source{}, false
}

// suggest finds the authorities whose names are most like a misspelt one.
func (b *Bot) suggest(what string) []sources.Source {
	want := []rune(ukrainian.Fold(strings.TrimSpace(what)))
	if len(want) < 3 || len(want) > 120 {
		return nil
	}
	type near struct {
		source   sources.Source
		distance int
	}
	var all []near
	for _, s := range b.registry.Catalogue() {
		best := len(want)
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			folded := ukrainian.Fold(name)
			best = min(best, distance(want, []rune(folded)), distance(want, []rune(strings.TrimSuffix(folded, " україни"))))
		}
		if best <= max(1, len(want)/4) {
			all = append(all, near{s, best})
		}
	}
	slices.SortStableFunc(all, func(x, y near) int { return cmp.Compare(x.distance, y.distance) })
	var found []sources.Source
	for _, n := range all[:min(len(all), suggestions)] {
		found = append(found, n.source)
	}
	return found
}

// distance is how many slips lie between two names; those of very different
// lengths are not compared.
func distance(a, b []rune) int {
	if max(len(a)-len(b), len(b)-len(a)) > len(a)/4+1 {
		return len(a) + len(b)
	}
	return ukrainian.Distance(a, b)
}

// sourceTag names a source of the catalogue within callback data.
func sourceTag(id string) string { return topicTag("source " + id) }

// correction asks which authority was meant by a misspelt name; false when none
// is like it.
func (b *Bot) correction(what string, p place) (answer, bool) {
	var rows [][]button
	for _, s := range b.suggest(what) {
		name := s.Name
		if len(s.Aliases) > 0 {
			name = s.Aliases[0] + " — " + s.Name
		}
		rows = append(rows, []button{{Text: digest.Shorten(name, 60), Data: "v1:take:" + sourceTag(s.ID), to: p.id}})
	}
	return answer{html: "Не знаю такого органу чи теми. Можливо, ви мали на увазі:", buttons: rows}, len(rows) > 0
}

// pressTake follows the authority that was meant.
func (b *Bot) pressTake(ctx context.Context, r request, tag string) (answer, error) {
	for _, s := range b.registry.Catalogue() {
		if sourceTag(s.ID) != tag {
			continue
		}
		text, err := b.followSource(ctx, r.about, s, nil)
		if err != nil {
			return answer{}, err
		}
		a, err := b.followed(ctx, r.about, []string{text})
		a.edit = true
		return a, err
	}
	return answer{toast: textStale}, nil
}
