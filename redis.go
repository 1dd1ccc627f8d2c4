package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
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

// connect opens a Redis, a group that Sentinels watch or a cluster, and makes
// sure that it answers. name is the setting that holds the address, for the
// error.
func connect(ctx context.Context, name string, address config.Secret) (redis.UniversalClient, error) {
	r, err := config.ParseRedis(address)
	if err != nil {
		return nil, fmt.Errorf("%s %w", name, err)
	}
	c := open(r)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := c.Ping(ctx).Err(); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("%s: Redis at %s does not answer: %w", name, strings.Join(r.Hosts, ", "), err)
	}
	return c, nil
}

// open returns a client; nothing is dialled yet.
func open(r config.Redis) redis.UniversalClient {
	o := redis.UniversalOptions{
		Addrs: r.Hosts, Username: r.User, Password: r.Password.Reveal(), DB: r.DB, MasterName: r.Master,
		IsClusterMode: r.Kind == config.RedisCluster,
	}
	if r.TLS {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if r.Kind == config.RedisSocket {
		simple := o.Simple()
		simple.Network = "unix"
		return redis.NewClient(simple)
	}
	return redis.NewUniversalClient(&o)
}

// lasting makes sure that a Redis keeps what it is given: one that drops keys
// when its memory is full would lose subscriptions and repeat messages. A server
// that does not say is believed.
func lasting(ctx context.Context, name string, db redis.UniversalClient, log *slog.Logger) error {
	info := func(ctx context.Context, c redis.Cmdable) error {
		text, err := c.Info(ctx, "memory").Result()
		if err != nil {
			return nil
		}
		if policy := infoField(text, "maxmemory_policy"); policy != "" && policy != "noeviction" {
			return fmt.Errorf("%s: this Redis drops keys when its memory is full (maxmemory-policy %s): set maxmemory-policy noeviction", name, policy)
		}
		text, err = c.Info(ctx, "persistence").Result()
		if err == nil && name == "REDIS_URL" && infoField(text, "aof_enabled") == "0" {
			log.Warn("redis: what is written in the last moments is lost when its machine fails: set appendonly yes and appendfsync always", "setting", name)
		}
		return nil
	}
	if c, ok := db.(*redis.ClusterClient); ok {
		return c.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return info(ctx, node) })
	}
	return info(ctx, db)
}

// infoField reads one field of what INFO says.
func infoField(text, field string) string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
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
	r, err := config.ParseRedis(address)
	if err != nil {
		return err
	}
	c := open(r)
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
