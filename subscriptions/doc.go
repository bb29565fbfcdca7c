// Package subscriptions holds what belongs to a subscription besides its query:
// when its alerts come. The query language and its index are in the packages
// below it: text reads words, query parses queries, index says which of a million
// queries an article matches. All are pure: no network, no database, no clock.
package subscriptions
