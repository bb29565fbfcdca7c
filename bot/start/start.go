// Package start is the first minute with the bot, as far as it needs no database: what a
// person is offered by their language and country, and which zone is theirs.
package start

// BigStory is how many outlets have to tell a story that is big.
const BigStory = 3
