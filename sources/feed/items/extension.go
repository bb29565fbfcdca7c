package items

import (
	"bytes"
	"strings"

	ext "github.com/mmcdole/gofeed/extensions"
)

// maxDepth is how deep elements may nest inside of an extension: those of feeds
// reach 4.
const maxDepth = 12

// extension reads an element of another namespace, a child of the item, and files it as gofeed does.
func (r *reader) extension(all ext.Extensions, e element) ext.Extensions {
	prefix := r.prefix(e)
	one := r.tree(e, maxDepth)

	if all == nil {
		all = make(ext.Extensions)
	}

	if all[prefix] == nil {
		all[prefix] = make(map[string][]ext.Extension)
	}

	all[prefix][one.Name] = append(all[prefix][one.Name], one)

	return all
}

// tree reads an element with all that is inside of it.
func (r *reader) tree(e element, depth int) ext.Extension {
	out := ext.Extension{Name: string(e.name)}

	if len(r.attrs) > 0 {
		out.Attrs = make(map[string]string, len(r.attrs))
		for _, a := range r.attrs {
			out.Attrs[string(a.name)] = a.value
		}
	}

	if e.empty {
		return out
	}

	var value string

	for !r.doubt {
		value += r.decodeSections()

		inside := r.next()
		if inside.closes(e) {
			out.Value = strings.TrimSpace(value)
			return out
		}

		if inside.end || depth == 0 {
			r.doubt = true
			break
		}

		one := r.tree(inside, depth-1)

		if out.Children == nil {
			out.Children = make(map[string][]ext.Extension)
		}

		out.Children[one.Name] = append(out.Children[one.Name], one)
	}

	return out
}

// decodeSections is the text to the next tag.
func (r *reader) decodeSections() string {
	var out string

	for {
		n := bytes.IndexByte(r.text[r.at:], '<')
		if n < 0 {
			r.doubt = true
			return ""
		}

		text := r.text[r.at : r.at+n]
		r.checkText(text)
		out += r.decode(text)
		r.at += n

		section, found := bytes.CutPrefix(r.text[r.at:], sectionStart)
		if !found {
			return out
		}

		one, _, ended := bytes.Cut(section, sectionEnd)
		if !ended || bytes.IndexByte(one, '\r') >= 0 {
			r.doubt = true
			return ""
		}

		out += string(one)
		r.at += len(sectionStart) + len(one) + len(sectionEnd)
	}
}
