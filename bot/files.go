package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"visnyk/bot/opml"
)

// filePath is what paths of files on a Bot API server look like.
var filePath = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}$`)

// download reads a file that a user sent, of at most limit bytes.
func (a *API) download(ctx context.Context, id string, limit int) ([]byte, error) {
	raw, err := a.Call(ctx, "getFile", map[string]string{"file_id": id})
	if err != nil {
		return nil, err
	}
	var f struct {
		Path string `json:"file_path"`
		Size int    `json:"file_size"`
	}
	if err := json.Unmarshal(raw, &f); err != nil || !filePath.MatchString(f.Path) || strings.Contains(f.Path, "..") {
		return nil, errUser(textNoFile)
	}
	if f.Size > limit {
		return nil, opml.ErrTooLarge
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.server+"/file/bot"+a.bot.Token+"/"+f.Path, nil)
	if err != nil {
		return nil, errors.New("the address of a file is none") // the error holds the token
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return nil, &CallError{Method: "file", Err: errors.New("the file server does not answer")} // the error holds the token
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, &CallError{Method: "file", Code: resp.StatusCode, Text: "no such file"}
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	if len(data) > limit {
		return nil, opml.ErrTooLarge
	}
	return data, nil
}
