// Package charset turns text of any charset into UTF-8, whatever it says of itself.
package charset
