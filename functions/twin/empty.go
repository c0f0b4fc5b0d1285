package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin"
	"primrose/functions/internal/twin/network"
)

// open keeps an account running to which one deploys oneself, until somebody ends it.
func (s settings) open(ctx context.Context) error {
	n, err := network.Listen(s.address)
	if err != nil {
		return err
	}
	defer n.Close()
	dir, err := os.MkdirTemp("", "twin-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	assembly, err := filepath.Abs(s.assembly)
	if err != nil {
		return err
	}
	account := twin.NewAccount(n, &network.Clock{}, dir)
	defer account.Close()
	err = invitation.Execute(os.Stdout, map[string]string{
		"Address": n.Address(), "Authority": n.AuthorityFile(), "Assembly": assembly, "Key": s3server.AccessKey, "Secret": s3server.SecretKey, "ID": account.ID,
	})
	if err != nil {
		return err
	}
	<-ctx.Done()
	fmt.Println("\nThe account ends, and all that was deployed to it.")
	return nil
}

var invitation = template.Must(template.New("").Parse(`
An account in which nothing is deployed, until you press Ctrl-C. In another terminal, in the
repository's folder:

  export AWS_ENDPOINT_URL=http://{{.Address}} NO_PROXY=127.0.0.1
  export HTTPS_PROXY=http://{{.Address}} HTTP_PROXY=http://{{.Address}} CURL_CA_BUNDLE={{.Authority}}
  export AWS_ACCESS_KEY_ID={{.Key}} AWS_SECRET_ACCESS_KEY={{.Secret}} AWS_REGION=eu-central-1
  export CDK_APP={{.Assembly}}

  npx cdk bootstrap aws://{{.ID}}/eu-central-1 aws://{{.ID}}/us-east-1
  npx cdk deploy 'primrose-dev-*'

The AWS CLI heeds AWS_ENDPOINT_URL from version 2.13 on. docs/tutorial.md goes on from here.
`))
