//go:build !chaos

package bot

import "time"

// windows hold both nights of a clock change and a leap day.
func windows(loc *time.Location) []window {
	return []window{
		{time.Date(2026, 10, 20, 12, 0, 0, 0, loc), 9},
		{time.Date(2027, 3, 25, 12, 0, 0, 0, loc), 6},
		{time.Date(2028, 2, 26, 12, 0, 0, 0, loc), 5},
	}
}
