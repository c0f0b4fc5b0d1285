package mistake

// rule is which changes are heard of.
func (d *document) rule() node { return d.of("Events::Rule", "Changes") }

var events = []Mistake{
	forbidden("the purge function may not tell new originals", "PurgeRole", "s3:ListBucketVersions", "a new original costs no invalidation"),
	forbidden("the purge function may not list variants", "PurgeRole", "s3:ListBucket", replaced),
	forbidden("the purge function may not delete variants", "PurgeRole", "s3:DeleteObject", replaced),
	forbidden("the purge function may not invalidate the edge", "PurgeRole", "cloudfront:CreateInvalidation", replaced),
	forbidden("the purge function may not come back later", "PurgeRole", "sqs:SendMessage", replaced),
	forbidden("the purge function may not log", "PurgeRole", "logs:PutLogEvents", "a purge leaves a line in the log"),

	told("the purge function looks for variants among the originals", "PurgeFunction", "PRIMROSE_VARIANTS", originals, replaced),
	told("the purge function invalidates another distribution", "PurgeFunction", "PRIMROSE_DISTRIBUTION", always("EAAAAAAAAAAAAA"), replaced),
	told("the purge function comes back by another queue", "PurgeFunction", "PRIMROSE_QUEUE",
		func(d *document) any { return d.ref("SQS::Queue", "DeadLetters") }, replaced),
	told("the purge function expects changes of another bucket", "PurgeFunction", "PRIMROSE_ORIGINALS",
		func(d *document) any { return d.ref("S3::Bucket", "Variants") }, replaced),

	{"the bucket of originals keeps no versions", "a new original costs no invalidation", func(d *document) {
		d.of("S3::Bucket", "Originals").remove("VersioningConfiguration")
	}},
	{"the bucket of originals tells of no change", replaced, func(d *document) { d.of("S3::Bucket", "Originals").remove("NotificationConfiguration") }},
	{"the rule listens to another bucket", replaced, func(d *document) {
		d.rule().in("EventPattern.detail.bucket").set("name", []any{d.ref("S3::Bucket", "Variants")})
	}},
	{"the rule's pattern is misspelt", replaced, func(d *document) {
		d.rule().in("EventPattern").set("detail-type", []any{"Object created", "Object deleted"})
	}},
	{"the rule does not hear of deletions", "what was made of a deleted original goes", func(d *document) {
		d.rule().in("EventPattern").set("detail-type", []any{"Object Created"})
	}},
	{"the rule hears of whatever happens to originals", "tags of an original change no picture", func(d *document) {
		d.rule().in("EventPattern").remove("detail-type")
	}},
	{"the rule is switched off", replaced, func(d *document) { d.rule().set("State", "DISABLED") }},
	{"the rule leads nowhere", replaced, func(d *document) { d.rule().set("Targets", []any{}) }},
	{"the rule leads to the dead letters", replaced, func(d *document) { d.rule().in("Targets.0").set("Arn", d.arn("SQS::Queue", "DeadLetters")) }},
	{"the queue lets no rule in", replaced, func(d *document) { d.drop("SQS::QueuePolicy", "PurgeQueuePolicy") }},
	{"the queue lets another rule in", replaced, func(d *document) {
		guard := d.guard("SQS::QueuePolicy", "PurgeQueuePolicy", "events.amazonaws.com")
		guard.in("Condition.ArnEquals").set("aws:SourceArn", "arn:aws:events:eu-central-1:111111111111:rule/another")
	}},
	{"nobody reads the queue", replaced, func(d *document) { d.drop("Lambda::EventSourceMapping", "") }},
	{"reading the queue is switched off", replaced, func(d *document) { d.of("Lambda::EventSourceMapping", "").set("Enabled", false) }},
	{"the image function reads the queue", replaced, func(d *document) {
		d.of("Lambda::EventSourceMapping", "").set("FunctionName", d.ref("Lambda::Function", "ProcessorImage"))
	}},
	{"what fails of a batch is taken for done", "what nobody understands ends as a dead letter", func(d *document) {
		d.of("Lambda::EventSourceMapping", "").remove("FunctionResponseTypes")
	}},
	{"there are no dead letters", "what nobody understands ends as a dead letter", func(d *document) {
		d.of("SQS::Queue", "PurgeQueue").remove("RedrivePolicy")
	}},
	{"dead letters are soon thrown away", "what nobody understands ends as a dead letter", func(d *document) {
		d.of("SQS::Queue", "DeadLetters").remove("MessageRetentionPeriod")
	}},
	{"the cache takes no tags", replaced, func(d *document) { d.distribution().remove("CacheTagConfig") }},
	{"the cache takes its tags from a header that there is not", replaced, func(d *document) {
		d.distribution().in("CacheTagConfig").set("HeaderName", "x-cache-tag")
	}},
}
