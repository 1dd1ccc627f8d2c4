//go:build failpoint

// Package failpoint lets tests end, stop or delay the program at a named
// moment: the environment's FP is name:action[:n], where action is kill, stop,
// panic or a duration to wait, and n counts the hits before it happens once.
package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

var hits atomic.Int64

// Hit marks a moment.
func Hit(name string) {
	fields := strings.Split(os.Getenv("FP"), ":")
	if len(fields) < 2 || fields[0] != name {
		return
	}
	n := int64(1)
	if len(fields) > 2 {
		n, _ = strconv.ParseInt(fields[2], 10, 64)
	}
	if hits.Add(1) != n {
		return
	}
	switch fields[1] {
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "stop":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(time.Millisecond) // the signal comes to the whole process, soon
	case "panic":
		panic("failpoint " + name)
	default:
		d, _ := time.ParseDuration(fields[1])
		time.Sleep(d)
	}
}
