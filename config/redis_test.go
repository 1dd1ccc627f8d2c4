package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestAddressesOfRedis(t *testing.T) {
	for address, want := range map[string]string{
		"redis://localhost":                            "redis [localhost:6379]  0",
		"redis://:pass@127.0.0.1:6380/2":               "redis [127.0.0.1:6380] pass  0x2",
		"rediss://bot:p%40ss@redis.gov.ua:6379":        "redis [redis.gov.ua:6379] bot p@ss tls",
		"redis://[::1]:6379/0":                         "redis [[::1]:6379]",
		"unix:///run/redis.sock?db=3":                  "unix [/run/redis.sock] 0x3",
		"redis-sentinel://a:1,b:2,c/core/1":            "redis-sentinel [a:1 b:2 c:26379] core 0x1",
		"redis-sentinel://:s@a,b?master=core":          "redis-sentinel [a:26379 b:26379] core s",
		"redis-cluster://u:p@10.0.0.1:7000,10.0.0.2:7": "redis-cluster [10.0.0.1:7000 10.0.0.2:7] u p",
		"rediss-cluster://a":                           "redis-cluster [a:6379] tls",
	} {
		r, err := ParseRedis(Secret(address))
		got := fmt.Sprint(r.Kind, " ", r.Hosts, r.User, r.Password.Reveal(), r.Master, r.TLS, r.DB)
		for _, part := range strings.Fields(want)[1:] {
			part = strings.NewReplacer("0x", "", "tls", "true").Replace(part)
			if !strings.Contains(got, part) {
				err = fmt.Errorf("%q is not in it", part)
			}
		}
		if err != nil || !strings.HasPrefix(got, strings.Fields(want)[0]+" ") {
			t.Errorf("%s: %s %v", address, got, err)
		}
	}
	for _, address := range []string{
		"", "localhost:6379", "http://a", "redis://", "redis://a/x", "redis://a,b", "redis-sentinel://a", "redis-sentinel:///m",
		"redis-cluster://a/1", "unix://", "unix://relative", "redis://a:port", "redis://%zz@a", "redis://a:1:2",
	} {
		if r, err := ParseRedis(Secret(address)); err == nil {
			t.Errorf("%q is taken for %+v", address, r)
		} else if address != "" && strings.Contains(err.Error(), address+" ") {
			t.Errorf("the error repeats the address: %v", err)
		}
	}
}
