package account

import (
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/template"
)

// The names that CDK's bootstrap has by default: its stack's, and what is part of all others.
const (
	toolkit   = "CDKToolkit"
	qualifier = "hnb659fds"
)

// bootstrap is what the CLI finds in a region that is bootstrapped: a bucket for what it uploads, and
// the version of its template, both called as CDK's default qualifier has it. The template's roles and
// its registry of containers are not made: nothing here would ask for them.
//
// https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
type bootstrap struct {
	version string
	bucket  string
	folder  string // of the bucket: its objects are files
	server  *s3server.Server
	proxy   http.Handler // of the server
}

const parameter = "/cdk-bootstrap/" + qualifier + "/version"

// version is where the template says which it is.
var version = regexp.MustCompile(`CdkBootstrapVersion:\s+Type: AWS::SSM::Parameter\s[^"]*Value: "(\d+)"`)

// bootstrap makes of CDK's template what is used of it.
func (a *Account) bootstrap(s *stack) error {
	found := version.FindSubmatch(s.template)
	if found == nil {
		return invalid("%s is not the template of CDK's bootstrap: it has no CdkBootstrapVersion", toolkit)
	}
	b := &bootstrap{version: string(found[1]), bucket: "cdk-" + qualifier + "-assets-" + a.ID + "-" + s.region}
	var err error
	if b.server, err = s3server.Start(s3server.Options{Region: s.region}); err != nil {
		return err
	}
	if b.folder, err = b.server.Bucket(b.bucket); err != nil {
		return errors.Join(err, b.server.Close())
	}
	b.proxy = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: b.server.Address})
		r.Out.Host = r.In.Host // which is signed
	}}
	a.bootstraps[s.region] = b
	s.outputs = map[string]string{"BucketName": b.bucket, "BucketDomainName": b.bucket + ".s3." + s.region + ".amazonaws.com", "BootstrapVersion": b.version}
	return nil
}

// store is Systems Manager's Parameter Store, which holds the bootstrap's version.
//
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
func (a *Account) store(region string) map[string]awsapi.Action {
	return map[string]awsapi.Action{"GetParameter": func(in awsapi.Call) (any, error) {
		asked, err := awsapi.Parameters[struct {
			Name           string
			WithDecryption template.NoBearing // none is encrypted
		}](in)
		if err != nil {
			return nil, err
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		b := a.bootstraps[region]
		if b == nil || asked.Name != parameter {
			return nil, refused("ParameterNotFound", "there is no parameter "+asked.Name)
		}
		return map[string]any{"Parameter": map[string]any{"Name": parameter, "Type": "String", "Value": b.version, "Version": 1}}, nil
	}}
}
