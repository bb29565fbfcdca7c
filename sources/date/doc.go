// Package date reads dates as feeds and servers write them, in a dozen languages.
package date
