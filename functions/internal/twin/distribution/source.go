package distribution

import "context"

type sourceKey struct{}

func withSource(ctx context.Context, source string) context.Context {
	return context.WithValue(ctx, sourceKey{}, source)
}

// Source says of a request to an origin whether it has to be signed as cloudfront.amazonaws.com, and on
// behalf of which distribution: its ARN is the request's aws:SourceArn.
func Source(ctx context.Context) (arn string, signed bool) {
	arn, signed = ctx.Value(sourceKey{}).(string)
	return arn, signed
}
