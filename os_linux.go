package main

import (
	"os"
	"os/exec"
	"syscall"
)

// endWithUs lets the kernel end a child when we die, however we do.
func endWithUs(cmd *exec.Cmd) {
	// A group of its own keeps the child from the terminal's Ctrl-C: we end it
	// ourselves, after all that needs it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
}

// lockFile takes a file for this process, or fails at once.
func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
