package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/config"
)

// silent drops the Redis client's own messages: what matters of them comes back
// as errors. The client has one logger for the whole process.
type silent struct{}

// Printf implements the client's logger.
func (silent) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(silent{}) }

// connect opens a Redis and makes sure that it answers. name is the setting
// that holds the address, for the error.
func connect(ctx context.Context, name string, address config.Secret) (redis.UniversalClient, error) {
	o, err := redis.ParseURL(address.Reveal())
	if err != nil {
		// The library's error repeats the address, and with it the password.
		return nil, errors.New(name + " is not an address of a Redis")
	}
	c := redis.NewClient(o)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := c.Ping(ctx).Err(); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("%s: Redis at %s does not answer: %w", name, o.Addr, err)
	}
	return c, nil
}

// maxSocket is how long the path of a unix socket may be.
const maxSocket = 100

// childRedis starts a redis-server of our own in the data folder, which ends
// with us, and returns its address and how to end it.
func childRedis(ctx context.Context, folder string, log *slog.Logger) (config.Secret, func(), error) {
	binary := ""
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			binary = path
			break
		}
	}
	if binary == "" {
		return "", nil, errors.New("REDIS_URL is not set and no redis-server is installed: set REDIS_URL, or install one (Debian: apt-get install redis-server)")
	}
	dir, err := filepath.Abs(filepath.Join(folder, "redis"))
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", nil, fmt.Errorf("data folder: %w", err)
	}
	socket := filepath.Join(dir, "redis.sock")
	if len(socket) > maxSocket {
		return "", nil, fmt.Errorf("the path of VISNYK_DATA_DIR is too long for a unix socket: %s", dir)
	}
	if err := gone(ctx, socket); err != nil {
		return "", nil, err
	}
	cmd := exec.Command(
		binary, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", dir,
		"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", "", "--daemonize", "no",
	)
	exited := make(chan error, 1)
	started := make(chan error, 1)
	go func() {
		// The kernel ends the child with the thread that started it, so that
		// thread stays for as long as the child does.
		runtime.LockOSThread()
		endWithUs(cmd)
		err := cmd.Start()
		started <- err
		if err == nil {
			exited <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return "", nil, fmt.Errorf("start %s: %w", binary, err)
	}
	stop := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-exited:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
		}
	}
	address := config.Secret("unix://" + socket)
	if err := answers(ctx, address, exited); err != nil {
		stop()
		return "", nil, fmt.Errorf("own redis-server in %s: %w", dir, err)
	}
	log.Info("redis: own server in the data folder", "folder", dir)
	return address, stop, nil
}

// goneLimit bounds the wait for the server of an earlier run to end.
const goneLimit = 15 * time.Second

// gone waits until the server that an earlier run left, which ends with it, has
// ended: two in one folder would spoil each other's files.
func gone(ctx context.Context, socket string) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(goneLimit); ; {
		c, err := net.Dial("unix", socket)
		if err != nil {
			return nil
		}
		_ = c.Close()
		select {
		case <-deadline:
			return fmt.Errorf("another redis-server works at %s: end it, or set REDIS_URL", socket)
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// answers waits until a Redis that was just started has read its data.
func answers(ctx context.Context, address config.Secret, exited chan error) error {
	o, err := redis.ParseURL(address.Reveal())
	if err != nil {
		return err
	}
	o.MaxRetries = -1
	c := redis.NewClient(o)
	defer func() { _ = c.Close() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(60 * time.Second); ; {
		if c.Ping(ctx).Err() == nil {
			return nil
		}
		select {
		case err := <-exited:
			exited <- err
			return fmt.Errorf("it ended at once: %w", err)
		case <-deadline:
			return errors.New("it did not answer within a minute")
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// ownFolder makes the data folder ours: no second process works in it. It
// returns the name of this replica, which survives restarts.
func ownFolder(folder string) (replica string, release func(), err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", nil, fmt.Errorf("VISNYK_DATA_DIR: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(folder, "replica"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return "", nil, fmt.Errorf("VISNYK_DATA_DIR: %w", err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return "", nil, fmt.Errorf("VISNYK_DATA_DIR: %s is in use by another visnyk: give this one a folder of its own", folder)
	}
	name := make([]byte, 64)
	n, _ := f.Read(name) // an empty file is a new folder
	if n == 0 {
		name = []byte(rand.Text())
		if n, err = f.Write(name); err != nil {
			_ = f.Close()
			return "", nil, fmt.Errorf("VISNYK_DATA_DIR: %w", err)
		}
	}
	return string(name[:n]), func() { _ = f.Close() }, nil
}
