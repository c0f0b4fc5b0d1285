package bundle

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// minify shortens script, whose function handler remains the one that CloudFront calls.
//
// The target is es2017: newer ones come out with catch without a binding, and older ones with
// generators, neither of which CloudFront's engine parses.
func minify(script string) (string, error) {
	result := api.Transform(script+"\nexport{handler};", api.TransformOptions{
		Loader:            api.LoaderJS,
		Format:            api.FormatESModule, // so that all names but the exported one may be shortened
		Target:            api.ES2017,
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		Charset:           api.CharsetASCII,
	})
	if len(result.Errors) > 0 {
		return "", errors.New(strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	if err := checkAwaits(string(result.Code)); err != nil {
		return "", err
	}
	return keepHandler(string(result.Code))
}

var await = regexp.MustCompile(`[{};](?:const|let|var) [\w$]+=await `)

// checkAwaits makes sure that esbuild has not merged a statement that waits into another. CloudFront
// accepts a function that waits among arguments, and then fails each request.
func checkAwaits(code string) error {
	if strings.Count(code, "await") != len(await.FindAllString(code, -1)) {
		return errors.New("the minified edge function waits within an expression: use what it waits for after another statement")
	}
	return nil
}

var exported = regexp.MustCompile(`export\{(\w+) as handler\};\s*$`)

// keepHandler replaces the export, which CloudFront does not know, by a variable of that name.
func keepHandler(code string) (string, error) {
	if n := strings.Count(code, "export"); n != 1 || !exported.MatchString(code) {
		return "", fmt.Errorf("the minified edge function has %d exports, want the one of handler at its end", n)
	}
	return exported.ReplaceAllString(code, "var handler=$1;\n"), nil
}
