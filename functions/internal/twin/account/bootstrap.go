package account

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"

	"primrose/functions/internal/tooltest"
)

// toolkit is the stack of CDK's bootstrap.
const toolkit = "CDKToolkit"

// bootstrap is what the CLI finds in a region that is bootstrapped: a bucket for what it uploads, and
// the version of its template, both called as CDK's default qualifier has it. The template's roles and
// its registry of containers are not made: nothing here would ask for them.
//
// https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
type bootstrap struct {
	version string
	bucket  string
	folder  string       // of the bucket: its objects are files
	server  http.Handler // S3
	life    io.Closer
}

const parameter = "/cdk-bootstrap/hnb659fds/version"

// version is where the template says which it is.
var version = regexp.MustCompile(`CdkBootstrapVersion:\s+Type: AWS::SSM::Parameter\s[^"]*Value: "(\d+)"`)

// bootstrap makes of CDK's template what is used of it.
func (a *Account) bootstrap(s *stack) error {
	found := version.FindSubmatch(s.template)
	if found == nil {
		return invalid("%s is not the template of CDK's bootstrap: it has no CdkBootstrapVersion", toolkit)
	}
	b := &bootstrap{version: string(found[1]), bucket: "cdk-hnb659fds-assets-" + a.ID + "-" + s.region}
	data := filepath.Join(a.Dir, "uploads", s.region)
	b.folder = filepath.Join(data, b.bucket)
	if err := os.MkdirAll(b.folder, 0o700); err != nil {
		return err
	}
	program, err := tooltest.Find("versitygw")
	if err != nil {
		return err
	}
	var address string
	address, b.life, err = tooltest.Serve(data, func(address string) []string {
		return []string{program, "--port", address, "--access", a.AccessKey, "--secret", a.SecretKey, "--region", s.region, "--quiet", "posix", data}
	}, answers)
	if err != nil {
		return err
	}
	b.server = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: address})
		r.Out.Host = r.In.Host // which is signed
	}}
	a.bootstraps[s.region] = b
	s.outputs = map[string]string{"BucketName": b.bucket, "BucketDomainName": b.bucket + ".s3." + s.region + ".amazonaws.com", "BootstrapVersion": b.version}
	return nil
}

func answers(address string) bool {
	response, err := http.Get("http://" + address)
	if err == nil {
		response.Body.Close()
	}
	return err == nil
}

// serveParameters is Systems Manager's Parameter Store, which holds the bootstrap's version.
//
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
func (a *Account) serveParameters(w http.ResponseWriter, body []byte, region string) {
	var asked struct{ Name string }
	err := json.Unmarshal(body, &asked)
	a.mu.Lock()
	b := a.bootstraps[region]
	a.mu.Unlock()
	if err != nil || b == nil || asked.Name != parameter {
		writeJSON(w, http.StatusBadRequest, map[string]string{"__type": "ParameterNotFound", "message": "there is no parameter " + asked.Name})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"Parameter": map[string]any{"Name": parameter, "Type": "String", "Value": b.version, "Version": 1}})
}
