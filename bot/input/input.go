// Package input reads what people type beside a query: options before it ("to:#news
// when:8:00"), numbers of subscriptions, times, the values of settings. It also writes
// options so that reading them sets the same again, for buttons.
//
// It is pure: it knows no chat and no person, and refuses nothing in words. What cannot be
// read is reported, and package bot says so in the person's language.
package input
