package mistake

// told is a function that is told something wrong.
func told(name, function, variable string, value func(d *document) any, seen string) Mistake {
	return Mistake{name, seen, func(d *document) {
		variables := d.of("Lambda::Function", function).in("Environment.Variables")
		variables.in(variable) // it is there
		variables.set(variable, value(d))
	}}
}

// small is seen only where a function's memory can be limited.
const small = "the image function has the least memory"

func originals(d *document) any { return d.ref("S3::Bucket", "Originals") }

func always(value any) func(*document) any { return func(*document) any { return value } }

var functions = []Mistake{
	{"a variable's name is misspelt", made, func(d *document) {
		variables := d.of("Lambda::Function", "ProcessorImage").in("Environment.Variables")
		variables.remove("PRIMROSE_ORIGINALS")
		variables.set("PRIMROSE_ORIGINAL", originals(d))
	}},
	told("the image function looks for originals among the variants", "ProcessorImage", "PRIMROSE_ORIGINALS",
		func(d *document) any { return d.ref("S3::Bucket", "Variants") }, made),
	told("the image function stores variants among the originals", "ProcessorImage", "PRIMROSE_VARIANTS", originals, stored),
	told("the image function takes no image of more than a few pixels", "ProcessorImage", "PRIMROSE_MAX_PIXELS", always("100"), made),
	told("the image function's deadline is over at once", "ProcessorImage", "PRIMROSE_DEADLINE", always("0"), made),
	{"the service counts by another name than its alarms watch", "every alarm watches what there is", func(d *document) {
		for _, function := range []string{"ProcessorImage", "PurgeFunction"} {
			d.of("Lambda::Function", function).in("Environment.Variables").set("PRIMROSE_SERVICE", "another")
		}
	}},
	told("the image function counts by another name than its alarms watch", "ProcessorImage", "PRIMROSE_SERVICE", always("another"),
		"a variant that can't be stored is shown, and counted for its alarm"),
	{"the purge function counts for nobody", "a purge leaves a line in the log", func(d *document) {
		d.of("Lambda::Function", "PurgeFunction").in("Environment.Variables").remove("PRIMROSE_SERVICE")
	}},

	{"the image function has one second", heavy, func(d *document) { d.of("Lambda::Function", "ProcessorImage").set("Timeout", 1) }},
	{small, heavy, func(d *document) { d.of("Lambda::Function", "ProcessorImage").set("MemorySize", 128) }},
	{"the image function may run nowhere", made, func(d *document) {
		d.of("Lambda::Function", "ProcessorImage").set("ReservedConcurrentExecutions", 0)
	}},
	{"the image function runs the purge function's code", made, func(d *document) {
		d.of("Lambda::Function", "ProcessorImage").set("Code", d.of("Lambda::Function", "PurgeFunction").in("Code").value)
	}},
	{"the image function logs into the purge function's group", "every image leaves a line in the log", func(d *document) {
		d.of("Lambda::Function", "ProcessorImage").in("LoggingConfig").set("LogGroup", d.ref("Logs::LogGroup", "PurgeLogs"))
	}},
	{"Lambda does not say what it measures", "the log tells how much memory was used", func(d *document) {
		d.of("Lambda::Function", "ProcessorImage").in("LoggingConfig").set("SystemLogLevel", "WARN")
	}},
	{"the metric of used memory has another name than its alarm watches", "every alarm watches what there is", func(d *document) {
		d.of("Logs::MetricFilter", "Memory").in("MetricTransformations.0").set("MetricName", "Memory")
	}},
	{"an alarm watches a queue that there is not", "every alarm watches what there is", func(d *document) {
		d.of("CloudWatch::Alarm", "PurgeDead").in("Dimensions.0").set("Value", "another")
	}},
}
