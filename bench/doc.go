// Package bench holds measurements that are no tests, in a module of its own so that what they
// compare Newsbell with stays out of the product's dependencies. Each folder's comment says how
// to run it:
//
//	matching    the index of queries beside a loop over them and beside Aho-Corasick
//	hyperscan   the same beside Hyperscan; needs libhyperscan-dev and the build tag hyperscan
//	stories     how well news is grouped into stories; across: those of two languages
//	summaries   what alerts show below their titles, to be judged by people
//	poll        what polling costs in the whole program, beside bare requests
//	pages       whether pages that many people ask for delay alerts
//	whole       the whole program with its feeds and chats
//	irc         no measurement: a third chat platform, as an experiment
//
// feeds reads the folders of real feeds for them. The figures are in docs/performance.md and the
// pages beside it.
package bench
