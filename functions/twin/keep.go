package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/template"

	"primrose/functions/internal/twin"
)

// keep runs one stack until somebody ends it.
func (s settings) keep(ctx context.Context, stacks []string) error {
	if len(stacks) != 1 {
		return fmt.Errorf("say which stage to keep running, such as -stage dev: there are %s", strings.Join(stacks, " and "))
	}
	running, stop, err := s.start(stacks[0])
	if err != nil {
		return err
	}
	defer stop()
	if err := explain(running); err != nil {
		return err
	}
	<-ctx.Done()
	fmt.Println("\nThe twin ends, and all that was stored in it.")
	return nil
}

var explanation = template.Must(template.New("").Parse(`
{{.Stack}} runs, and will forget everything when you press Ctrl-C. In another terminal, these have
clients ask it by AWS's own names:

  export HTTPS_PROXY=http://{{.Address}} HTTP_PROXY=http://{{.Address}}
  export AWS_CA_BUNDLE={{.Authority}} CURL_CA_BUNDLE={{.Authority}}
  export AWS_ACCESS_KEY_ID={{.Key}} AWS_SECRET_ACCESS_KEY={{.Secret}} AWS_DEFAULT_REGION={{.Region}}

  aws s3 cp rose.jpg s3://{{index .Outputs "Originals"}}/
  curl -o small.jpg '{{index .Outputs "Url"}}/rose.jpg?w=300'
{{if index .Outputs "PushKeys"}}
Its URLs have to be signed. PushKeys, below, is what tells the edge the key.
{{end}}
A browser: chromium --proxy-server=http://{{.Address}} --ignore-certificate-errors
Clients that take an endpoint in place of a proxy: AWS_ENDPOINT_URL=http://{{.Address}}

The stack's outputs:
{{range .Names}}
  {{.}} = {{index $.Outputs .}}{{end}}
`))

func explain(t *twin.Twin) error {
	key := t.Identity.Operator()
	return explanation.Execute(os.Stdout, map[string]any{
		"Stack": t.Stack.Name, "Region": t.Stack.Region, "Address": t.Network.Address(), "Authority": t.Network.AuthorityFile(),
		"Key": key.AccessKey, "Secret": key.SecretKey,
		"Outputs": t.Stack.Outputs, "Names": slices.Sorted(maps.Keys(t.Stack.Outputs)),
	})
}
