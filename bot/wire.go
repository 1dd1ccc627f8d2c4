package bot

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"visnyk/internal/failpoint"
)

// errLate says that the time to send was over before anything was written.
var errLate = errors.New("too late to send")

// counted is a connection that counts what is written to it, so that a call
// which failed can be told from one that may have arrived.
type counted struct {
	net.Conn
	written atomic.Int64
}

// Write counts p before it is written, and takes back what was not.
func (c *counted) Write(p []byte) (int, error) {
	c.written.Add(int64(len(p)))
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n - len(p)))
	return n, err
}

type dial func(ctx context.Context, network, addr string) (net.Conn, error)

func countWrites(d dial) dial {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := d(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &counted{Conn: c}, nil
	}
}

// oneCall is the HTTP client of one call: it adds the context, takes the
// address out of errors, and turns what is not an answer of the Bot API into
// one with the HTTP status.
type oneCall struct {
	ctx    context.Context
	client *http.Client
	late   func() bool // asked before the first byte; nil: it is never too late
	conn   atomic.Pointer[connection]
	missed atomic.Bool
}

// connection is what a call was written to, and what had been written before.
type connection struct {
	*counted
	before int64
}

// left tells whether anything of the call was written.
func (c *oneCall) left() bool {
	conn := c.conn.Load()
	return !c.missed.Load() && conn != nil && conn.written.Load() > conn.before
}

// punctual is the body of a call that is not written when it is too late. The
// headers of a call wait in a buffer until its body is read.
type punctual struct {
	io.ReadCloser
	call  *oneCall
	asked bool
}

func (p *punctual) Read(b []byte) (int, error) {
	if !p.asked {
		p.asked = true
		failpoint.Hit("begun")
		if p.call.late() {
			p.call.missed.Store(true)
			return 0, errLate
		}
	}
	return p.ReadCloser.Read(b)
}

// guard lets nothing of a request leave when it is too late.
func (c *oneCall) guard(req *http.Request) {
	if c.late == nil || req.Body == nil {
		return
	}
	again := req.GetBody
	req.Body = &punctual{ReadCloser: req.Body, call: c}
	req.GetBody = func() (io.ReadCloser, error) {
		if again == nil {
			return nil, errors.New("the body cannot be read again")
		}
		body, err := again()
		return &punctual{ReadCloser: body, call: c}, err
	}
}

func (c *oneCall) trace() *httptrace.ClientTrace {
	t := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		conn := info.Conn
		if secure, ok := conn.(*tls.Conn); ok {
			conn = secure.NetConn()
		}
		if known, ok := conn.(*counted); ok {
			c.conn.Store(&connection{known, known.written.Load()})
		}
	}}
	if c.late != nil {
		t.WroteRequest = func(httptrace.WroteRequestInfo) { failpoint.Hit("written") }
	}
	return t
}

func (c *oneCall) Do(req *http.Request) (*http.Response, error) {
	c.guard(req)
	resp, err := c.client.Do(req.WithContext(httptrace.WithClientTrace(c.ctx, c.trace())))
	if err != nil {
		var addressed *url.Error
		if errors.As(err, &addressed) {
			err = addressed.Err
		}
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	var envelope struct {
		OK   bool `json:"ok"`
		Code int  `json:"error_code"`
	}
	if len(body) > maxReply || json.Unmarshal(body, &envelope) != nil || !envelope.OK && envelope.Code == 0 {
		body, err = json.Marshal(map[string]any{"ok": false, "error_code": max(resp.StatusCode, 300), "description": "not an answer of the Bot API"})
		if err != nil {
			return nil, err
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
