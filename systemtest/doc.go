// Package systemtest tests the whole program: it builds the real binary, runs it
// against strict fakes of the platforms and a feed server whose feeds grow, kills it
// at random and at named moments, and compares what arrived in the chats with what
// should have, worked out from feeds and queries alone. TestDay lets a simulated day
// pass in seconds.
package systemtest
