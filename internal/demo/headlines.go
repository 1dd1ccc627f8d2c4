package demo

import (
	"slices"
	"sync"
	"time"
)

// headline is a publication as the page lists it.
type headline struct {
	Authority string    `json:"authority"`
	Title     string    `json:"title"`
	URL       string    `json:"url"`
	Time      time.Time `json:"time"`
	Edited    bool      `json:"edited,omitempty"`
}

// headlines are what the authorities have published, for pages that watch.
type headlines struct {
	mu      sync.Mutex
	list    []headline
	changed chan struct{} // closed and replaced when the list grows
}

func newHeadlines() *headlines { return &headlines{changed: make(chan struct{})} }

func (h *headlines) add(one headline) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, one)
	close(h.changed)
	h.changed = make(chan struct{})
}

// since returns the headlines after the first n, and a channel that is closed
// when there are more.
func (h *headlines) since(n int) ([]headline, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.list[n:]), h.changed
}
