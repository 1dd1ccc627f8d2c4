package telegramtest

import (
	"fmt"
	"net/http"
	"path"
)

// maxDownload is the largest file that a bot can get.
const maxDownload = 20 << 20

// keep gives a file an ID and a path, under which it can be downloaded.
func (s *Server) keep(d *Document) {
	s.fileN++
	d.FileID = fmt.Sprintf("file%d", s.fileN)
	folder := "documents"
	if d.Photo {
		folder = "photos"
	}
	d.FilePath = fmt.Sprintf("%s/file_%d%s", folder, s.fileN, path.Ext(d.Name))
	s.files[d.FileID] = d
}

func (s *Server) sendDocument(r *request) (any, *apiError) { return s.sendFile(r, "document", false) }

func (s *Server) sendPhoto(r *request) (any, *apiError) { return s.sendFile(r, "photo", true) }

// sendFile sends an upload, or a file that the server has already.
func (s *Server) sendFile(r *request, field string, photo bool) (any, *apiError) {
	c, fail := s.parse(r, "caption", "caption_entities")
	if fail != nil {
		return nil, fail
	}
	var doc *Document
	if f, ok := r.files[field]; ok {
		doc = &Document{Name: f.name, MIME: f.mime, Data: f.data, Photo: photo}
	} else if doc = s.files[r.params[field]]; doc == nil {
		if r.has(field) {
			return nil, badRequest("wrong file identifier/HTTP URL specified")
		}
		return nil, badRequest("there is no " + field + " in the request")
	}
	if len(doc.Data) == 0 {
		return nil, badRequest("file must be non-empty")
	}
	if doc.FileID == "" {
		s.keep(doc)
	}
	return s.send(r, c, doc)
}

func (s *Server) getFile(r *request) (any, *apiError) {
	d := s.files[r.params["file_id"]]
	switch {
	case !r.has("file_id"):
		return nil, badRequest("file_id not specified")
	case d == nil:
		return nil, badRequest("wrong file_id or the file is temporarily unavailable")
	case len(d.Data) > maxDownload:
		return nil, badRequest("file is too big")
	}
	return map[string]any{
		"file_id": d.FileID, "file_unique_id": "u" + d.FileID, "file_size": len(d.Data), "file_path": d.FilePath,
	}, nil
}

func (s *Server) serveFile(w http.ResponseWriter, name string) {
	s.mu.Lock()
	var data []byte
	found := false
	for _, d := range s.files {
		if d.FilePath == name {
			data, found = d.Data, true
		}
	}
	s.mu.Unlock()
	if !found {
		writeError(w, &apiError{code: http.StatusNotFound, description: "Not Found"})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(data)
}
