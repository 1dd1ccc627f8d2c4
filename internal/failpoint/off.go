//go:build !failpoint

// Package failpoint lets tests end, stop or delay the program at a named
// moment. Without the build tag failpoint it does nothing.
package failpoint

// Hit marks a moment.
func Hit(string) {}
