package chats

import (
	"maps"
	"slices"
	"time"
)

// Length is how much a digest says of each story.
type Length string

// The lengths of digests.
const (
	Usual Length = ""
	Short Length = "short" // titles alone
	Full  Length = "full"  // some sentences more
)

// Empty is what a chat gets when its digest is empty.
type Empty string

// What an empty digest may be.
const (
	EmptyUsual  Empty = ""       // a line, nothing in channels
	EmptyLine   Empty = "line"   // a line
	EmptySilent Empty = "silent" // nothing
)

// Span is a part of the day, which may go over midnight. It is empty when both
// ends are equal.
type Span struct {
	From Clock `json:"from"`
	To   Clock `json:"to"`
}

// Holds tells whether a moment, in its own zone, is within the span.
func (s Span) Holds(at time.Time) bool {
	from, to, now := s.From.minutes(), s.To.minutes(), at.Hour()*60+at.Minute()
	if from <= to {
		return now >= from && now < to
	}
	return now >= from || now < to
}

// On tells whether there is a span at all.
func (s Span) On() bool { return s.From != s.To }

// Approval says whether digests are shown to the admins before they are
// published, and what happens when none of them decides in time.
type Approval struct {
	On      bool `json:"on,omitempty"`
	Minutes int  `json:"minutes,omitempty"` // until the deadline
	Skip    bool `json:"skip,omitempty"`    // at the deadline: not published
}

// DefaultApproval is how long admins have when they did not say.
const DefaultApproval = 60

// Vote is what readers think of one story: more or less of the like.
type Vote struct {
	Story  string `json:"story"` // its main article
	Source string `json:"source"`
	Topic  string `json:"topic,omitempty"`
	Up     bool   `json:"up,omitempty"`
}

// Bounds of what settings may hold.
const (
	MaxWords   = 30  // of one list of words
	MaxAlerts  = 20  // alerts an hour that a chat may ask for
	UsualPace  = 5   // alerts an hour where a chat did not say
	maxVotes   = 100 // the latest ones are kept
	maxHidden  = 200
	maxThreads = 50
)

// Settings are what a chat has chosen. The zero value is what everybody begins
// with.
type Settings struct {
	Length   Length         `json:"length,omitempty"`
	First    []string       `json:"first,omitempty"`  // ids of topics that stand before the others, in this order
	Hidden   []string       `json:"hidden,omitempty"` // ids of topics that are not shown
	Muted    []string       `json:"muted,omitempty"`  // ids of sources that are not shown
	Silent   bool           `json:"silent,omitempty"` // digests make no sound
	Empty    Empty          `json:"empty,omitempty"`
	Calendar Calendar       `json:"calendar,omitzero"`
	Quiet    Span           `json:"quiet,omitzero"`     // hours without alerts and without sound
	Urgent   []string       `json:"urgent,omitempty"`   // words that are told at once, in quiet hours too
	Hot      time.Time      `json:"hot,omitzero"`       // since when they are
	Only     []string       `json:"only,omitempty"`     // words one of which a story must have
	Without  []string       `json:"without,omitempty"`  // words that a story must not have
	PerHour  int            `json:"per_hour,omitempty"` // alerts an hour, 0: as usual
	Thread   int            `json:"thread,omitempty"`   // the forum thread that digests go to
	Threads  map[string]int `json:"threads,omitempty"`  // forum threads by topic
	Approval Approval       `json:"approval,omitzero"`
	Update   bool           `json:"update,omitempty"` // published digests are kept up to date for a while
	Votes    []Vote         `json:"votes,omitempty"`
}

// Pace is how many alerts an hour the chat takes.
func (s Settings) Pace() int {
	if s.PerHour <= 0 {
		return UsualPace
	}
	return min(s.PerHour, MaxAlerts)
}

// Raise puts a topic before all others.
func (s *Settings) Raise(topic string) {
	s.First = slices.DeleteFunc(s.First, func(t string) bool { return t == topic })
	s.First = slices.Insert(s.First, 0, topic)
}

// Show hides a topic or shows it again.
func (s *Settings) Show(topic string, shown bool) { s.Hidden = toggled(s.Hidden, topic, !shown) }

// Mute hides what a source publishes or shows it again.
func (s *Settings) Mute(source string, muted bool) { s.Muted = toggled(s.Muted, source, muted) }

func toggled(all []string, one string, on bool) []string {
	all = slices.DeleteFunc(all, func(s string) bool { return s == one })
	if on && len(all) < maxHidden {
		all = append(all, one)
	}
	return all
}

// Route sends a topic to a forum thread; thread 0 sends it where the digest
// goes.
func (s *Settings) Route(topic string, thread int) {
	s.Threads = maps.Clone(s.Threads)
	if thread == 0 {
		delete(s.Threads, topic)
		return
	}
	if s.Threads == nil {
		s.Threads = map[string]int{}
	}
	if len(s.Threads) < maxThreads {
		s.Threads[topic] = thread
	}
}

// Cast puts a vote in the place of an earlier one on the same story.
func (s *Settings) Cast(v Vote) {
	s.Votes = slices.DeleteFunc(s.Votes, func(o Vote) bool { return o.Story == v.Story })
	s.Votes = append(s.Votes, v)
	s.Votes = s.Votes[max(0, len(s.Votes)-maxVotes):]
}

// How much one vote weighs, and all votes on one source or topic at most.
const (
	voteWeight = 0.25
	voteLimit  = 1.0
)

// Taste is what the votes add to the worth of a story of a source and topic.
func (s Settings) Taste(source, topic string) float64 {
	bySource, byTopic := 0.0, 0.0
	for _, v := range s.Votes {
		weight := -voteWeight
		if v.Up {
			weight = voteWeight
		}
		if v.Source == source {
			bySource += weight
		}
		if v.Topic == topic && topic != "" {
			byTopic += weight
		}
	}
	bound := func(w float64) float64 { return max(-voteLimit, min(voteLimit, w)) }
	return bound(bySource) + bound(byTopic)
}
