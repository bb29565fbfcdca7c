package main

import (
	"path"
	"strings"
)

// section is a part of the navigation.
type section struct {
	Name  string
	Files []string
}

// sections are the pages of the site, in the order of its navigation.
var sections = []section{
	{"Begin", []string{"docs/index.md", "docs/start-terminal.md", "docs/start-telegram.md", "docs/start-discord.md", "docs/start-both.md"}},
	{"Use it", []string{"docs/queries.md", "docs/wishes.md", "docs/sources.md", "docs/targets.md", "docs/languages.md"}},
	{"Run it", []string{"docs/operating.md", "docs/backup.md", "docs/postgres.md", "docs/scaling.md", "docs/events.md"}},
	{"About it", []string{"docs/comparison.md", "ARCHITECTURE.md", "docs/decisions/README.md", "docs/performance.md", "docs/verified.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"}},
}

// folded are pages that others lead to, without a place in the navigation.
var folded = []string{
	"docs/performance-matching.md", "docs/performance-news.md", "docs/performance-polling.md",
	"docs/decisions/adapters-never-retry.md", "docs/decisions/at-most-once.md", "docs/decisions/no-orm.md", "docs/decisions/one-alert-per-story.md",
	"docs/decisions/one-binary.md", "docs/decisions/outbox.md", "docs/decisions/own-gateway-session.md", "docs/decisions/own-index.md",
	"docs/decisions/own-texts.md", "docs/decisions/own-tokenizer.md", "docs/decisions/sqlite-first.md",
}

// repository is where the files are that are no pages.
const repository = "https://github.com/newsbell/newsbell/blob/main/"

// pageNames are the addresses of all pages within the site, by file.
func pageNames() map[string]string {
	names := map[string]string{}

	for _, s := range sections {
		for _, file := range s.Files {
			names[file] = pageName(file)
		}
	}

	for _, file := range folded {
		names[file] = pageName(file)
	}

	return names
}

// pageName is the address of a page within the site.
func pageName(file string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(file, "docs/"), ".md")
	if folder, readme := strings.CutSuffix(name, "/README"); readme {
		name = folder
	}

	return strings.ToLower(name) + ".html"
}

// relative is the address of a file of the site as a page of it has it.
func relative(from, to string) string { return strings.Repeat("../", strings.Count(from, "/")) + to }

// resolve is the file of the repository that a link in another leads to.
func resolve(file, link string) string { return path.Join(path.Dir(file), link) }
