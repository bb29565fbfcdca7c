package main

import (
	"io/fs"
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

// repository is where the files are that are no pages.
const repository = "https://github.com/newsbell/newsbell/blob/main/"

// pageNames are the addresses of all pages within the site, by file: those of the navigation, and
// what else is in docs, which others lead to.
func pageNames(files fs.FS) map[string]string {
	names := map[string]string{}

	for _, s := range sections {
		for _, file := range s.Files {
			names[file] = pageName(file)
		}
	}

	for _, pattern := range []string{"docs/*.md", "docs/*/*.md"} {
		found, _ := fs.Glob(files, pattern) // the patterns are right
		for _, file := range found {
			names[file] = pageName(file)
		}
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

// relativeLink is the address of a file of the site as a page of it has it.
func relativeLink(from, to string) string {
	return strings.Repeat("../", strings.Count(from, "/")) + to
}

// resolveLink is the file of the repository that a link in another leads to.
func resolveLink(file, link string) string { return path.Join(path.Dir(file), link) }
