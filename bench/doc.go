// Package bench holds measurements that are no tests, in a module of its own so
// that what they compare Newsbell with stays out of the product's dependencies:
// matching beside a loop over the queries and beside Aho-Corasick (matching), and
// beside Hyperscan (hyperscan, which needs libhyperscan-dev and the build tag
// hyperscan); polling by the whole program beside bare requests (poll); and the whole
// program with its feeds and chats, which the command whole drives.
// The package irc is an experiment beside them: a third chat platform.
// docs/performance-matching.md has the commands and the figures.
package bench
