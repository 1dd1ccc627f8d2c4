package extract

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// Limits of a page before and after it is parsed.
const (
	maxTags  = 100_000 // tags and comments; news pages have some thousands
	maxTree  = 256     // depth of the tree: what walks it recurses
	maxRoots = 8       // html and body tags
)

// parseTree parses a page in UTF-8 and refuses with ErrTooLarge what would
// exhaust time, memory or the stack.
func parseTree(body []byte) (*goquery.Document, error) {
	// As spans, marks of form that are closed in the wrong order nest ever
	// deeper; with an element that holds nothing they cannot.
	for _, stand := range []string{"span", "wbr"} {
		tamed, err := tame(body, stand)
		if err != nil {
			return nil, err
		}
		root, err := html.Parse(bytes.NewReader(tamed))
		if err == nil && depthOf(root) <= maxTree {
			return goquery.NewDocumentFromNode(root), nil
		}
	}
	return nil, fmt.Errorf("%w: the page is nested over %d deep", ErrTooLarge, maxTree)
}

// tame makes a page harmless to the parser. HTML opens <b>, <font> and the like
// again in every paragraph until they are closed, so that 200 KB become
// gigabytes, and no recover catches that: stand takes their place. All
// attributes of a repeated <body> or <html> are gathered in the first, which
// takes minutes: so it does after the first few.
//
// It looks at bytes alone. Where a tag begins in truth depends on quotes,
// comments, scripts and images around it, and a bomb hides wherever two
// readings of them differ; a tag's name after a "<" cannot hide. What it
// changes in scripts and attributes nobody reads.
func tame(body []byte, stand string) ([]byte, error) {
	tamed := make([]byte, 0, len(body)+len(body)/16)
	tags, roots := 0, 0
	for {
		i := bytes.IndexByte(body, '<')
		if i < 0 {
			return append(tamed, body...), nil
		}
		tamed, body = append(tamed, body[:i+1]...), body[i+1:]
		if len(body) == 0 || !beginsTag(body[0]) {
			continue
		}
		if tags++; tags > maxTags {
			return nil, fmt.Errorf("%w: over %d tags", ErrTooLarge, maxTags)
		}
		closes := body[0] == '/'
		if closes {
			tamed, body = append(tamed, '/'), body[1:]
		}
		name, size := tagName(body)
		root := !closes && (name == "body" || name == "html")
		if root {
			roots++
		}
		if isForm(name) || root && roots > maxRoots {
			tamed, body = append(tamed, stand...), body[size:]
		}
	}
}

// beginsTag tells whether a byte after "<" can begin a tag, its end, or a
// comment.
func beginsTag(b byte) bool {
	return b == '/' || b == '!' || b == '?' || b|0x20 >= 'a' && b|0x20 <= 'z'
}

// longestName is how many bytes the longest of the names has that matter here.
const longestName = len("strike")

// tagName is the name at the beginning of a tag and its size, or "" when it is
// longer than any that matters.
func tagName(tag []byte) (name string, size int) {
	size = bytes.IndexAny(tag[:min(len(tag), longestName+1)], " \t\r\n\f/>")
	if size < 0 && len(tag) <= longestName {
		size = len(tag) // the page ends in it
	}
	if size < 0 {
		return "", 0
	}
	return strings.ToLower(string(tag[:size])), size
}

// isForm tells the elements that HTML opens again after a paragraph's end. A
// link, which is one too, closes the one before it.
func isForm(name string) bool {
	switch name {
	case "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u":
		return true
	}
	return false
}

// depthOf measures a tree without recursion.
func depthOf(root *html.Node) int {
	depth, deepest := 0, 0
	for n := root; n != nil; {
		if n.FirstChild != nil {
			n = n.FirstChild
			if depth++; depth > deepest {
				deepest = depth
			}
			continue
		}
		for n != nil && n != root && n.NextSibling == nil {
			n = n.Parent
			depth--
		}
		if n == nil || n == root {
			break
		}
		n = n.NextSibling
	}
	return deepest
}
