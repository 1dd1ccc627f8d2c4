// Package chats owns who gets what and when, and whether they got it: chats
// and what they follow, the slots of their digests, the ledger of deliveries
// and the inbox of updates that wait to be handled. All of it is core data.
//
// It knows neither the Telegram library nor HTML: a message is the name of a
// method and its parameters, made by others and never looked into.
package chats

import (
	"errors"
	"slices"
	"time"
)

// Kind is the kind of a chat, in Telegram's words.
type Kind string

// The kinds of chats.
const (
	Private    Kind = "private"
	Group      Kind = "group"
	Supergroup Kind = "supergroup"
	Channel    Kind = "channel"
)

// Follow says what kind of thing a subscription follows.
type Follow string

// What can be followed.
const (
	Source Follow = "source" // Value is a source's id
	Topic  Follow = "topic"  // Value is a topic's id
	Words  Follow = "words"  // Value is the words as the user wrote them
)

// Subscription is one thing that a chat follows.
type Subscription struct {
	Follow Follow    `json:"follow"`
	Value  string    `json:"value"`
	Name   string    `json:"name"`             // for people
	Since  time.Time `json:"since"`            // what was published before is not news to this chat
	Update int64     `json:"update,omitempty"` // the update that asked for it

	Alert   bool      `json:"alert,omitempty"`   // told at once, not with the digest
	From    time.Time `json:"from,omitzero"`     // since when it is told at once
	Only    []string  `json:"only,omitempty"`    // words one of which it must have
	Without []string  `json:"without,omitempty"` // words that it must not have
}

// Drop is the last subscription that was removed, and the update that asked
// for it.
type Drop struct {
	Update int64  `json:"update"`
	Name   string `json:"name"`
}

// Chat is a private chat, group, supergroup or channel, or a forum thread that has
// settings of its own, and these settings.
type Chat struct {
	ID            int64          `json:"id"`
	Of            int64          `json:"of,omitempty"`     // of a forum thread with settings of its own: its group
	Thread        int            `json:"thread,omitempty"` // of such a thread: the thread
	Kind          Kind           `json:"kind"`
	Title         string         `json:"title,omitempty"`
	Username      string         `json:"username,omitempty"`
	Schedule      Schedule       `json:"schedule"`
	Subscriptions []Subscription `json:"subscriptions,omitempty"`
	Dropped       Drop           `json:"dropped,omitzero"`
	Inactive      string         `json:"inactive,omitempty"` // why nothing is sent: the bot was blocked or removed
	Settings      Settings       `json:"settings,omitzero"`
	Settled       int64          `json:"settled,omitempty"` // the update that changed the settings last
	Paused        string         `json:"paused,omitempty"`  // why no digest comes by itself
	Owner         int64          `json:"owner,omitempty"`   // who linked a channel: told when rights are lost
	Greeted       int64          `json:"greeted,omitempty"` // the update for which the bot said what it is
	Checked       time.Time      `json:"checked,omitzero"`  // when the rights in a channel were looked at last

	version int
}

// ErrKnown says that the chat follows this already.
var ErrKnown = errors.New("already followed")

// ErrNotFollowed says that the chat does not follow this.
var ErrNotFollowed = errors.New("not followed")

// ErrLimit says that the chat follows as much as it may.
var ErrLimit = errors.New("too many subscriptions")

// maxSubscriptions bounds what one chat may follow.
const maxSubscriptions = 100

// Add adds a subscription. It fails with ErrKnown or ErrLimit. Adding what the
// same update added before does nothing: an update may be handled again after
// its process died.
func (c *Chat) Add(s Subscription) error {
	if i := c.find(s.Follow, s.Value); i >= 0 {
		if s.Update != 0 && c.Subscriptions[i].Update == s.Update {
			return nil
		}
		return ErrKnown
	}
	if len(c.Subscriptions) >= maxSubscriptions {
		return ErrLimit
	}
	c.Subscriptions = append(c.Subscriptions, s)
	return nil
}

// Remove removes a subscription for an update. It fails with ErrNotFollowed,
// unless the same update removed something before.
func (c *Chat) Remove(f Follow, value string, update int64) error {
	i := c.find(f, value)
	if i < 0 {
		if c.Did(update) {
			return nil
		}
		return ErrNotFollowed
	}
	c.Dropped = Drop{update, c.Subscriptions[i].Name}
	c.Subscriptions = slices.Delete(c.Subscriptions, i, i+1)
	return nil
}

// Did tells whether the last removal was that of an update.
func (c *Chat) Did(update int64) bool { return update != 0 && c.Dropped.Update == update }

func (c *Chat) find(f Follow, value string) int {
	return slices.IndexFunc(c.Subscriptions, func(s Subscription) bool { return s.Follow == f && s.Value == value })
}

// Settle changes the settings for an update, once.
func (c *Chat) Settle(update int64, change func(*Settings)) {
	if update != 0 && c.Settled == update {
		return
	}
	c.Settled = update
	change(&c.Settings)
}

// Adjust changes the subscription to something. It fails with ErrNotFollowed.
func (c *Chat) Adjust(f Follow, value string, change func(*Subscription)) error {
	i := c.find(f, value)
	if i < 0 {
		return ErrNotFollowed
	}
	change(&c.Subscriptions[i])
	return nil
}

// Alerting tells whether the chat wants to be told of anything at once.
func (c *Chat) Alerting() bool {
	return c.Inactive == "" && c.Paused == "" &&
		(len(c.Settings.Urgent) > 0 && len(c.Subscriptions) > 0 || slices.ContainsFunc(c.Subscriptions, func(s Subscription) bool { return s.Alert }))
}

// Values gives what the chat follows of one kind.
func (c *Chat) Values(f Follow) []string {
	var all []string
	for _, s := range c.Subscriptions {
		if s.Follow == f {
			all = append(all, s.Value)
		}
	}
	return all
}
