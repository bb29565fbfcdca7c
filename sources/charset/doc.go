// Package charset turns text of any charset into UTF-8, whatever charset it claims to be in.
package charset
