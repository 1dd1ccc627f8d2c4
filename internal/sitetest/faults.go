package sitetest

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// Protections are the kinds of bot protection that Protected knows.
func Protections() []string { return []string{"Cloudflare", "DDoS-Guard", "Radware", "Imperva"} }

// Protected is the answer of a bot protection in the site's place, as its
// challenge looks on the wire.
func Protected(kind string) Fault {
	switch kind {
	case "Cloudflare":
		return Fault{
			Status: http.StatusForbidden, Header: map[string]string{"Server": "cloudflare", "Cf-Mitigated": "challenge"},
			Body: `<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body><div class="main-wrapper"><noscript>Enable JavaScript and cookies to continue</noscript></div><script>window._cf_chl_opt={cType:'managed'};</script></body></html>`,
		}
	case "DDoS-Guard":
		return Fault{
			Status: http.StatusForbidden, Header: map[string]string{"Server": "ddos-guard"},
			Body: `<!doctype html><html><head><title>DDoS-Guard</title><script src="/.well-known/ddos-guard/js-challenge/index.js"></script></head><body>Checking your browser before accessing the site</body></html>`,
		}
	case "Radware": // with status 200, as its captcha comes
		return Fault{Body: `<html><head><title>Radware Captcha Page</title></head><body><script src="https://validate.perfdrive.com/captcha"></script></body></html>`}
	case "Imperva":
		return Fault{
			Header: map[string]string{"X-Iinfo": "9-1234-0 0NNN RT(1700000000000 0)", "X-CDN": "Imperva"},
			Body:   `<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"><script src="/_Incapsula_Resource?SWJIYLWA=719d34d31c8e3a6e6fffd425f7e032f3"></script></head><body><iframe src="/_Incapsula_Resource?CWUDNSAI=5">Request unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>`,
		}
	}
	return Fault{Status: http.StatusForbidden, Body: "<html><body>captcha</body></html>"}
}

// Rubbish is an answer that is neither a page nor a feed.
func Rubbish() Fault {
	return Fault{Body: strings.Repeat("\x00\xff\x1b\x80<%", 2000), Header: map[string]string{"Content-Type": "application/octet-stream"}}
}

// TooMany asks for silence. after is a number of seconds or a date.
func TooMany(after string) Fault {
	return Fault{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": after}}
}

// drip writes a body byte by byte, with a pause between, as long as the reader
// stays.
func drip(ctx context.Context, w http.ResponseWriter, body []byte, pause time.Duration) {
	flush := http.NewResponseController(w)
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for i := range body {
		if _, err := w.Write(body[i : i+1]); err != nil {
			return
		}
		if err := flush.Flush(); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
