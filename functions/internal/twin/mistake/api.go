package mistake

// permission is the id of the permission of a method, and method of the method itself.
func permission(verb string) string { return verb + "ApiPermission" }
func method(verb string) string     { return "proxy" + verb }

// integration is what a method leads to.
func (d *document) integration(verb string) node {
	return d.of("ApiGateway::Method", method(verb)).in("Integration")
}

const problems = "what the API refuses is a problem, too"

var api = []Mistake{
	{"the API may not invoke the function by GET", made, func(d *document) { d.drop("Lambda::Permission", permission("GET")) }},
	{"the API may not invoke the function by HEAD", "HEAD says what GET would", func(d *document) { d.drop("Lambda::Permission", permission("HEAD")) }},
	{"the API may not invoke the function by POST", "an operation is answered to whom IAM knows", func(d *document) {
		d.drop("Lambda::Permission", "POSTApiPermission")
	}},
	{"the API may invoke the function, and not its alias", made, func(d *document) {
		d.of("Lambda::Permission", permission("GET")).set("FunctionName", d.ref("Lambda::Function", "ProcessorImage"))
	}},
	{"another API may invoke the function", made, func(d *document) {
		d.of("Lambda::Permission", permission("GET")).set("SourceArn", "arn:aws:execute-api:eu-central-1:111111111111:aaaaaaaaaa/live/GET/*")
	}},
	{"images can be had without the key", "the API answers nobody but the edge", func(d *document) {
		d.of("ApiGateway::Method", method("GET")).set("ApiKeyRequired", false)
	}},
	{"operations can be had without a signature", "an operation is refused to everybody else", func(d *document) {
		d.of("ApiGateway::Method", "RestPOST").set("AuthorizationType", "NONE")
	}},
	{"the key is in no plan", made, func(d *document) { d.drop("ApiGateway::UsagePlanKey", "") }},
	{"the key is switched off", made, func(d *document) { d.of("ApiGateway::ApiKey", "").set("Enabled", false) }},
	{"the key is not the one that the edge sends", made, func(d *document) {
		d.of("ApiGateway::ApiKey", "").set("Value", "0123456789abcdefghijklmnopqrstuvwxyzABCD")
	}},
	{"the plan is of no stage", made, func(d *document) { d.of("ApiGateway::UsagePlan", "").set("ApiStages", []any{}) }},
	{"the API refuses in words of its own", problems, func(d *document) { d.drop("ApiGateway::GatewayResponse", "INVALIDAPIKEY") }},
	{"caches may keep the API's refusals as long as they like", problems, func(d *document) {
		d.of("ApiGateway::GatewayResponse", "MISSINGAUTHENTICATIONTOKEN").in("ResponseParameters").remove("gatewayresponse.header.Cache-Control")
	}},
	{"what is too large for the API is taken for a bad request", problems, func(d *document) {
		d.drop("ApiGateway::GatewayResponse", "REQUESTTOOLARGE")
	}},
	{"there is no HEAD", "HEAD says what GET would", func(d *document) {
		d.drop("ApiGateway::Method", method("HEAD"))
		d.drop("Lambda::Permission", permission("HEAD"))
	}},
	{"the API was deployed before it had GET", made, func(d *document) { d.independent("ApiGateway::Deployment", "", method("GET")) }},
	{"answers are not streamed", made, func(d *document) {
		d.integration("GET").remove("ResponseTransferMode")
		d.integration("GET").remove("TimeoutInMillis")
		d.integration("GET").set("Uri", d.of("ApiGateway::Method", "RestPOST").in("Integration.Uri").value)
	}},
	{"the API leads to an alias that there is not", made, func(d *document) {
		d.integration("GET").in("Uri.Fn::Join").value.([]any)[1].([]any)[1] = map[string]any{
			"Fn::Join": []any{":", []any{d.arn("Lambda::Function", "ProcessorImage"), "lives"}},
		}
	}},
	{"the API has no patience", heavy, func(d *document) { d.integration("GET").set("TimeoutInMillis", 50) }},
	{"the API lets nobody in", made, func(d *document) {
		settings := d.of("ApiGateway::Stage", "").in("MethodSettings.0")
		settings.set("ThrottlingRateLimit", 0)
		settings.set("ThrottlingBurstLimit", 0)
	}},
}
