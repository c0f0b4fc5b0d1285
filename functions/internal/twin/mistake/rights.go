package mistake

// forbidden is a role that may not do what it has to.
func forbidden(name, role, action, seen string) Mistake {
	return Mistake{name, seen, func(d *document) { d.forbid(role, action) }}
}

var rights = []Mistake{
	forbidden("the image function may not read originals", "ImageRole", "s3:GetObject", made),
	forbidden("the image function may not list originals", "ImageRole", "s3:ListBucket", "an original that may not be read is not taken for missing"),
	forbidden("the image function may not store variants", "ImageRole", "s3:PutObject", stored),
	forbidden("the image function may not open a log stream", "ImageRole", "logs:CreateLogStream", "every image leaves a line in the log"),
	forbidden("the image function may not log", "ImageRole", "logs:PutLogEvents", "every image leaves a line in the log"),

	{"the image function's role may read the bucket, and nothing in it", made, func(d *document) {
		for _, statement := range d.of("IAM::Policy", "ImageRole").in("PolicyDocument.Statement").value.([]any) {
			if s := (node{statement}); s.text("s3:GetObject") {
				s.set("Resource", d.arn("S3::Bucket", "Originals"))
			}
		}
	}},
	{"the image function's role trusts another service", made, func(d *document) {
		d.of("IAM::Role", "ImageRole").in("AssumeRolePolicyDocument.Statement.0.Principal").set("Service", "ec2.amazonaws.com")
	}},
	{"the image function's role trusts another account", made, func(d *document) {
		d.of("IAM::Role", "ImageRole").in("AssumeRolePolicyDocument.Statement.0.Condition.StringEquals").set("aws:SourceAccount", "222222222222")
	}},
	{"the image function has the purge function's role", made, func(d *document) {
		d.of("Lambda::Function", "ProcessorImage").set("Role", d.arn("IAM::Role", "PurgeRole"))
	}},
	{"the bucket of variants is another distribution's", stored, func(d *document) {
		guard := d.guard("S3::BucketPolicy", "Variants", "cloudfront.amazonaws.com")
		guard.in("Condition.StringEquals").set("AWS:SourceArn", "arn:aws:cloudfront::111111111111:distribution/EAAAAAAAAAAAAA")
	}},
	{"the bucket of variants lets the edge in by no policy", stored, func(d *document) {
		d.of("S3::BucketPolicy", "Variants").in("PolicyDocument").without("Statement", func(s node) bool { return s.text("cloudfront.amazonaws.com") })
	}},
	{"the bucket of originals is everybody's", "the buckets answer nobody else", func(d *document) {
		bucket := d.of("S3::Bucket", "Originals")
		for _, guard := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			bucket.in("PublicAccessBlockConfiguration").set(guard, false)
		}
		policy := d.of("S3::BucketPolicy", "OriginalsPolicy").in("PolicyDocument")
		everything := map[string]any{"Fn::Join": []any{"", []any{d.arn("S3::Bucket", "Originals"), "/*"}}}
		policy.set("Statement", append(policy.in("Statement").value.([]any), map[string]any{
			"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": everything,
		}))
	}},
}
