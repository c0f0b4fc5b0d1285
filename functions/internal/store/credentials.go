package store

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// OnLostCredentials has a client call lost when S3 does not know its
// credentials, or not any more: whoever can't get others has to end.
func OnLostCredentials(lost func(cause error)) func(*s3.Options) {
	tell := middleware.InitializeMiddlewareFunc("OnLostCredentials",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleInitialize(ctx, in)
			if lostCredentials(err) {
				lost(err)
			}
			return out, metadata, err
		})
	return s3.WithAPIOptions(func(stack *middleware.Stack) error { return stack.Initialize.Add(tell, middleware.Before) })
}

// lostCredentials goes by S3's codes. A wrong signature is none of them: it
// may be the request that was damaged.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func lostCredentials(err error) bool {
	fault, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	switch fault.ErrorCode() {
	case "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "TokenRefreshRequired":
		return true
	}
	return false
}
