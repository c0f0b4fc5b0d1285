package serve

import (
	"html"
	"regexp"
	"strings"
)

var attribute = regexp.MustCompile(`\b(href|src|srcset)="(/[^"]*)"`)

// attributes returns the local URLs of a page's links and images.
func attributes(page string) []string {
	var urls []string
	for _, match := range attribute.FindAllStringSubmatch(page, -1) {
		value := html.UnescapeString(match[2])
		if match[1] != "srcset" {
			urls = append(urls, value)
			continue
		}
		for candidate := range strings.SplitSeq(value, ", ") {
			url, _, _ := strings.Cut(candidate, " ")
			urls = append(urls, url)
		}
	}
	return urls
}
