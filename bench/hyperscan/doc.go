// Package hyperscan measures Hyperscan's bare scan for the literals that
// queries would be filed under, beside the index that matches the whole queries.
// It needs libhyperscan-dev and the build tag hyperscan, and is part of nothing.
package hyperscan
