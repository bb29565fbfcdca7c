package sources

import (
	"context"
	"mime"
	"net/http"
	"slices"
)

// mostPicture is how large a picture may be, in bytes.
const mostPicture = 5 << 20

// pictureTypes are the kinds of pictures that are passed on. SVG is none: it is a
// document that runs scripts.
var pictureTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"}

// Picture fetches a picture that an article names. Its address comes from a feed, so it
// reaches no private address, even of a configured feed. The error is a sentence.
func (f *Fetcher) Picture(ctx context.Context, address string) (body []byte, kind string, err error) {
	ctx, cancel := context.WithTimeout(ctx, f.options.Timeout)
	defer cancel()

	a, err := f.fetchPage(ctx, address, true)
	if err != nil {
		return nil, "", err
	}
	defer f.giveBack(a.buffer)

	kind, _, _ = mime.ParseMediaType(a.header.Get("Content-Type"))

	switch {
	case a.status != http.StatusOK:
		return nil, "", &Error{Reason: "the picture is not there", Status: a.status}
	case !slices.Contains(pictureTypes, kind):
		return nil, "", &Error{Reason: "that is no picture"}
	case a.short || len(a.body) > mostPicture || a.header.Get("Content-Encoding") != "":
		return nil, "", &Error{Reason: "the picture is too large or broken"}
	}

	return slices.Clone(a.body), kind, nil
}
