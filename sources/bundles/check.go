package bundles

import (
	"errors"
	"fmt"
	"net/url"
)

// FewestOutlets is how many outlets every bundle has at least.
const FewestOutlets = 6

// Check returns an error for each promise of the catalogue that does not hold:
// enough outlets, addresses of the web, no outlet twice in a bundle.
func Check(all []Bundle) error {
	var wrong []error

	for _, b := range all {
		if len(b.Sources) < FewestOutlets {
			wrong = append(wrong, fmt.Errorf("%s %s has %d outlets, at least %d are promised", b.Kind, b.ID, len(b.Sources), FewestOutlets))
		}

		hosts := map[string]bool{}

		for _, s := range b.Sources {
			u, err := url.Parse(s.URL)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || s.Outlet == "" {
				wrong = append(wrong, fmt.Errorf("%s %s: %q is no source", b.Kind, b.ID, s.URL))
				continue
			}

			if hosts[u.Host] {
				wrong = append(wrong, fmt.Errorf("%s %s has %s twice", b.Kind, b.ID, u.Host))
			}

			hosts[u.Host] = true
		}
	}

	return errors.Join(wrong...)
}
