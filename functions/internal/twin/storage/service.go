package storage

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/identity"
)

// Sign signs a request to a bucket as one of AWS's services, such as
// cloudfront.amazonaws.com, that asks on behalf of a resource, such as a
// distribution. The path may be spelt in any way; what is signed is S3's.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
func (s *Storage) Sign(r *http.Request, service, source string) error {
	key, err := s.key(service, source)
	if err != nil {
		return err
	}
	const unsigned = "UNSIGNED-PAYLOAD"
	r.Header.Set("X-Amz-Content-Sha256", unsigned)
	signed := r.WithContext(r.Context()) // with the same header
	path := strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(r.URL.Path))
	signed.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: r.URL.Path, RawPath: path, RawQuery: r.URL.RawQuery}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	owner := aws.Credentials{AccessKeyID: key.AccessKey, SecretAccessKey: key.SecretKey}
	return signer.SignHTTP(r.Context(), owner, signed, unsigned, "s3", s.server.Region, time.Now())
}

// key is of the user that stands for a service and the resource it asks for.
// The server knows no services; so what the buckets' policies say of the
// service becomes this user's own policy, as far as it holds for the resource.
func (s *Storage) key(service, source string) (s3server.Key, error) {
	known := identity.Context{"aws:SourceArn": source, "aws:SourceAccount": s.account}
	var rights []identity.Document
	for _, b := range s.buckets {
		own := b.policy.Given(known).ToService(service)
		if len(own.Statement) > 0 {
			rights = append(rights, own)
		}
	}
	return s.directory.Enter(service+" for "+source, service, rights)
}
