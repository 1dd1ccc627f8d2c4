package config

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Redis is the address of one Redis, of a group that Sentinels watch, or of a
// cluster.
type Redis struct {
	Kind     RedisKind
	Hosts    []string // host:port of Sentinels or of nodes; the path of a socket
	TLS      bool
	User     string
	Password Secret
	Master   string // the name by which Sentinels know the group
	DB       int
}

// RedisKind is how a Redis is reached.
type RedisKind string

// The kinds of a Redis.
const (
	RedisSingle   RedisKind = "redis"
	RedisSentinel RedisKind = "redis-sentinel"
	RedisCluster  RedisKind = "redis-cluster"
	RedisSocket   RedisKind = "unix"
)

// RedisForms says how an address of a Redis is written.
const RedisForms = "redis://[user:password@]host:port[/db], redis-sentinel://host:port,host:port/master[/db], redis-cluster://host:port,host:port or unix:///path; rediss… with TLS"

var errRedis = errors.New("is not an address of the form " + RedisForms)

// ParseRedis reads an address of a Redis. The error does not repeat it.
func ParseRedis(address Secret) (Redis, error) {
	scheme, rest, ok := strings.Cut(address.Reveal(), "://")
	r := Redis{}
	if name, secure := strings.CutPrefix(scheme, "rediss"); secure {
		scheme, r.TLS = "redis"+name, true
	}
	r.Kind = RedisKind(scheme)
	if !ok || !slices.Contains([]RedisKind{RedisSingle, RedisSentinel, RedisCluster, RedisSocket}, r.Kind) {
		return Redis{}, errRedis
	}
	rest, query, _ := strings.Cut(rest, "?")
	options, err := url.ParseQuery(query)
	if err != nil {
		return Redis{}, errRedis
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		user, password, _ := strings.Cut(rest[:i], ":")
		plain, err1 := url.PathUnescape(password)
		r.User, err = url.PathUnescape(user)
		if err != nil || err1 != nil {
			return Redis{}, errRedis
		}
		r.Password, rest = Secret(plain), rest[i+1:]
	}
	return r.at(rest, options)
}

// at reads the hosts and the path of an address.
func (r Redis) at(rest string, options url.Values) (Redis, error) {
	db := options.Get("db")
	if r.Kind == RedisSocket {
		r.Hosts = []string{rest}
		if !strings.HasPrefix(rest, "/") || len(rest) < 2 || r.TLS {
			return Redis{}, errRedis
		}
		return r.database(db)
	}
	hosts, path, _ := strings.Cut(rest, "/")
	standard := "6379"
	if r.Kind == RedisSentinel {
		standard = "26379"
		r.Master, path, _ = strings.Cut(path, "/")
		if master := options.Get("master"); master != "" {
			r.Master = master
		}
		if r.Master == "" {
			return Redis{}, errRedis
		}
	}
	for host := range strings.SplitSeq(hosts, ",") {
		name, port, err := net.SplitHostPort(host)
		if err != nil {
			host += ":" + standard
			name, port, err = net.SplitHostPort(host)
		}
		if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || name == "" {
			return Redis{}, errRedis
		}
		r.Hosts = append(r.Hosts, host)
	}
	if r.Kind == RedisSingle && len(r.Hosts) > 1 || r.Kind == RedisCluster && path+db != "" {
		return Redis{}, errRedis
	}
	if path != "" {
		db = path
	}
	return r.database(db)
}

func (r Redis) database(db string) (Redis, error) {
	if db == "" {
		return r, nil
	}
	n, err := strconv.ParseUint(db, 10, 16)
	if err != nil {
		return Redis{}, errRedis
	}
	r.DB = int(n)
	return r, nil
}
