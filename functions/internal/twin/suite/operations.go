package suite

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

var operations = []Request{
	{Name: "an operation's result goes into the next, by invoke", ask: func(v *visit) {
		var sample string
		v.invoke(map[string]any{"operation": "getSample"}, &sample)
		var size string
		v.invoke(map[string]any{"operation": "getDimensions", "base64Image": sample}, &size)
		if want := "70x46\n"; size != want {
			v.fail("the sample has %q pixels, want %q", size, want)
		}
	}},
	{Name: "an operation is answered to whom IAM knows", ask: func(v *visit) {
		credentials, err := v.aws.Credentials.Retrieve(v.ctx)
		v.must(err)
		v.post(ping, credentials).is(http.StatusOK).says("Content-Type", "application/json")
	}},
	{Name: "an operation is refused to everybody else", ask: func(v *visit) {
		v.post(ping, aws.Credentials{}).is(http.StatusForbidden)
		v.post(ping, aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "guess"}).is(http.StatusForbidden)
	}},
}

// invoke calls the image function, as the stack's output names it.
func (v *visit) invoke(event, result any) {
	text, err := json.Marshal(event)
	v.must(err)
	function := v.twin.Stack.Outputs["Image"]
	out, err := v.call.Invoke(v.ctx, &lambda.InvokeInput{FunctionName: &function, Payload: text})
	v.must(err)
	if out.FunctionError != nil {
		v.fail("invoke %.80s: %s: %s", text, *out.FunctionError, out.Payload)
	}
	if err := json.Unmarshal(out.Payload, result); err != nil {
		v.fail("invoke %.80s: %v in %.300q", text, err, out.Payload)
	}
}

var ping = []byte(`{"operation":"ping"}`)

// post posts an event to the API, signed, unless the credentials are empty.
func (v *visit) post(body []byte, by aws.Credentials) *answer {
	r, err := http.NewRequestWithContext(v.ctx, http.MethodPost, v.api(), bytes.NewReader(body))
	v.must(err)
	r.Header.Set("Content-Type", "application/json")
	if by.HasKeys() {
		v.sign(r, by, "execute-api", body)
	}
	return v.send(r)
}

// sign signs a request with a body as a service wants it.
func (v *visit) sign(r *http.Request, by aws.Credentials, service string, body []byte) {
	hash := sha256.Sum256(body)
	v.must(v4.NewSigner().SignHTTP(v.ctx, by, r, hex.EncodeToString(hash[:]), service, v.twin.Stack.Region, time.Now()))
}
