//go:build race

package sources

// underRace tells that the race detector is at work, which takes several times
// the time and memory.
const underRace = true
