module newsbell/bench

go 1.26.0

require (
	github.com/BobuSumisu/aho-corasick v1.0.3
	newsbell v0.0.0
)

require (
	github.com/abadojack/whatlanggo v1.0.1 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace newsbell => ../
