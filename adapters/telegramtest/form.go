package telegramtest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// form is a request's parameters, from the query, a form, a multipart form or a
// JSON body, as the real server takes them.
type form struct {
	values map[string]string
	files  map[string]upload
}

type upload struct {
	name string
	body []byte
}

const maxBody = 64 << 20

func readForm(r *http.Request) (*form, error) {
	f := &form{map[string]string{}, map[string]upload{}}
	for k, v := range r.URL.Query() {
		f.values[k] = v[0]
	}

	switch kind := r.Header.Get("Content-Type"); {
	case strings.HasPrefix(kind, "application/json"):
		return f, f.readJSON(r.Body)
	case strings.HasPrefix(kind, "multipart/form-data"):
		return f, f.readMultipart(r)
	}

	if err := r.ParseForm(); err != nil {
		return nil, err
	}

	for k, v := range r.PostForm {
		f.values[k] = v[0]
	}

	return f, nil
}

func (f *form) readJSON(body io.Reader) error {
	var m map[string]json.RawMessage
	if err := json.NewDecoder(io.LimitReader(body, maxBody)).Decode(&m); err != nil {
		return err
	}

	for k, raw := range m {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			f.values[k] = s
		} else {
			f.values[k] = string(raw)
		}
	}

	return nil
}

func (f *form) readMultipart(r *http.Request) error {
	if err := r.ParseMultipartForm(maxBody); err != nil {
		return err
	}

	for k, v := range r.MultipartForm.Value {
		f.values[k] = v[0]
	}

	for k, headers := range r.MultipartForm.File {
		file, err := headers[0].Open()
		if err != nil {
			return err
		}

		body, err := io.ReadAll(file)
		_ = file.Close()

		if err != nil {
			return err
		}

		f.files[k] = upload{headers[0].Filename, body}
	}

	return nil
}

func (f *form) get(name string) string { return f.values[name] }

func (f *form) has(name string) bool {
	_, value := f.values[name]
	_, file := f.files[name]

	return value || file
}

func (f *form) isFile(name string) bool { _, ok := f.files[name]; return ok }

func (f *form) names() []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(f.values)), maps.Keys(f.files))
	slices.Sort(all)

	return slices.Compact(all)
}

// int reads a number as the real server does: what is none is 0.
func (f *form) int(name string) int64 {
	n, _ := strconv.ParseInt(f.get(name), 10, 64)
	return n
}

func (f *form) bool(name string) bool {
	v := strings.ToLower(f.get(name))
	return v == "true" || v == "yes" || v == "1"
}
