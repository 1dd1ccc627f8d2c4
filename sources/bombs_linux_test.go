package sources

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// bombChild tells the test binary that it is the process in which bombs of so
// many KB are read.
const bombChild = "VISNYK_TEST_BOMBS"

// What one bomb may take: processor time, and memory of the whole process. The
// address space of the process is bounded, so that a bomb that goes off ends
// the process and not the machine.
const (
	bombTime   = time.Second
	bombMemory = 256 << 20
	bombSpace  = 6 << 30
)

// TestBombsTakeLittleTimeAndMemory reads each bomb over HTTP, as it is and
// packed, in a process of its own.
func TestBombsTakeLittleTimeAndMemory(t *testing.T) {
	if kb := os.Getenv(bombChild); kb != "" {
		n, err := strconv.Atoi(kb)
		if err != nil {
			t.Fatal(err)
		}
		readBombs(t, n<<10)
		return
	}
	sizes := []string{"50", "200", "1024", "5000", "8192"}
	if underRace {
		sizes = sizes[:2] // looked at for races only: the rest takes minutes
	}
	for _, kb := range sizes {
		t.Run(kb+"KB", func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBombsTakeLittleTimeAndMemory$", "-test.v")
			cmd.Env = append(os.Environ(), bombChild+"="+kb)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			if _, worst, ok := strings.Cut(string(out), "worst: "); ok {
				t.Log(strings.SplitN(worst, "\n", 2)[0])
			}
		})
	}
}

func readBombs(t *testing.T, size int) {
	if !underRace {
		if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: bombSpace, Max: bombSpace}); err != nil {
			t.Fatal(err)
		}
	}
	var payload []byte
	packed := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if packed {
			w.Header().Set("Content-Encoding", "gzip")
		}
		_, _ = w.Write(payload)
	}))
	defer server.Close()
	c := privately()
	var worstTime time.Duration
	var worstMemory int64
	run := func(name string, refused bool) {
		debug.FreeOSMemory()
		resetPeak(t)
		begun := processorTime(t)
		_, err := c.Read(t.Context(), Endpoint{Kind: KindFeed, URL: server.URL}, Validators{})
		took, memory := processorTime(t)-begun, peak(t)
		worstTime, worstMemory = max(worstTime, took), max(worstMemory, memory)
		if ok := err == nil && !refused || errors.Is(err, ErrHostile) || errors.Is(err, ErrTooLarge); !ok {
			t.Errorf("%s: %v", name, err)
		}
		if !underRace && (took > bombTime || memory > bombMemory) {
			t.Errorf("%s takes %v and %d MB", name, took, memory>>20)
		}
	}
	packs := map[string][]byte{} // little of the test's own memory is to be measured
	for name, bomb := range bombs(size) {
		packs[name] = pack(t, strings.NewReader(bomb))
	}
	for _, name := range slices.Sorted(maps.Keys(packs)) {
		payload, packed = packs[name], true
		run(name+", packed", !harmless(name))
		payload, packed = unpack(t, payload), false
		run(name, !harmless(name))
	}
	unpacked := int64(600 << 20)
	if underRace {
		unpacked = 30 << 20
	}
	payload, packed = pack(t, io.LimitReader(spaces{}, unpacked)), true
	run("gzip bomb", true)
	t.Logf("worst: %d bombs of %d KB take at most %v and %d MB", 2*len(packs)+1, size>>10, worstTime.Round(time.Millisecond), worstMemory>>20)
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func pack(t *testing.T, r io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.Copy(z, r); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unpack(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// processorTime is what the process took so far.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resetPeak lets the kernel measure the highest use of memory anew.
func resetPeak(t *testing.T) {
	t.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
}

// peak is the highest use of memory since then, in bytes.
func peak(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kb int64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		t.Fatal(err)
	}
	return kb << 10
}
