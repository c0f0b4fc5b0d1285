package config

import (
	"strings"
	"testing"
	"time"
)

// What is left for an image of a function's memory. That of 1,769 MiB is what the image function takes for
// granted where it isn't told; that of 128 wants smaller variants, see the cases of services.
func TestWorkerMemory(t *testing.T) {
	for memory, want := range map[int]int{128: -32, 512: 352, 1769: 1609, 10_240: 10_080} {
		s := Default()
		s.Image.Memory = memory
		if got := s.WorkerMemory(); got != want || s.PlannedMemory() != want+64 {
			t.Errorf("of %d MiB, a worker has %d and the function %d, want %d and %d", memory, got, s.PlannedMemory(), want, want+64)
		}
	}
}

func TestStagesAreValid(t *testing.T) {
	if err := Validate(Stages()); err != nil {
		t.Error(err)
	}
}

// Whoever deploys prod without a thought has nobody compute at their expense; dev is for trying.
func TestProdWantsSignatures(t *testing.T) {
	if s := Prod().Service.Edge.Signing; s.Mode != SigningRequired || len(s.Keys) != 1 {
		t.Errorf("prod's signing is %+v, want it required, by one key", s)
	}
	if s := Dev().Service.Edge.Signing; s.Mode != SigningOff || len(s.Keys) != 0 {
		t.Errorf("dev's signing is %+v, want none", s)
	}
}

// Each field at its limits and one step past them. An error names the field, and says what to do.
func TestServiceValidate(t *testing.T) {
	imported := func(s *Service) { s.Originals = Originals{Bucket: "photos.example.com"} }
	signed := func(keys ...string) func(*Service) {
		return func(s *Service) { s.Edge.Signing = Signing{Mode: SigningRequired, Keys: keys} }
	}
	topics := func(home, edge string) func(*Service) {
		return func(s *Service) { s.Alarms = Alarms{Topic: home, EdgeTopic: edge} }
	}
	const topic = "arn:aws:sns:eu-central-1:123456789012:pager"
	tests := []struct {
		name string
		set  func(*Service)
		want string // part of the error, or empty
	}{
		{"as it comes", func(s *Service) {}, ""},
		{"undo one day", func(s *Service) { s.Originals.Undo = Day }, ""},
		{"undo half a day", func(s *Service) { s.Originals.Undo = Day / 2 }, "Originals.Undo"},
		{"an existing bucket", imported, ""},
		{"an existing bucket by its URL", func(s *Service) { s.Originals = Originals{Bucket: "s3://photos"} }, "Originals.Bucket"},
		{"a bucket's shortest name", func(s *Service) { s.Originals = Originals{Bucket: "abc"} }, ""},
		{"too short a bucket", func(s *Service) { s.Originals = Originals{Bucket: "ab"} }, "Originals.Bucket"},
		{"a bucket's longest name", func(s *Service) { s.Originals = Originals{Bucket: strings.Repeat("a", 63)} }, ""},
		{"too long a bucket", func(s *Service) { s.Originals = Originals{Bucket: strings.Repeat("a", 64)} }, "Originals.Bucket"},
		{"two dots in a bucket", func(s *Service) { s.Originals = Originals{Bucket: "a..b"} }, "Originals.Bucket"},
		{"undo for an existing bucket", func(s *Service) { imported(s); s.Originals.Undo = Day }, "set Undo to 0"},
		{"a fallback", func(s *Service) { s.Originals.Fallback = "none/장미 (1).png" }, ""},
		{"the longest fallback", func(s *Service) { s.Originals.Fallback = strings.Repeat("a", 900) }, ""},
		{"too long a fallback", func(s *Service) { s.Originals.Fallback = strings.Repeat("a", 901) }, "Originals.Fallback"},
		{"a fallback by its path", func(s *Service) { s.Originals.Fallback = "/none.png" }, "Originals.Fallback"},
		{"a fallback above", func(s *Service) { s.Originals.Fallback = "a/../none.png" }, "Originals.Fallback"},
		{"a folder for a fallback", func(s *Service) { s.Originals.Fallback = "none/" }, "Originals.Fallback"},
		{"a fallback of two lines", func(s *Service) { s.Originals.Fallback = "none\n.png" }, "Originals.Fallback"},
		{"expiry zero", func(s *Service) { s.Variants.Expiry = 0 }, "Variants.Expiry"},
		{"expiry a day and an hour", func(s *Service) { s.Variants.Expiry = Day + time.Hour }, "Variants.Expiry"},
		{"x86_64", func(s *Service) { s.Image.Architecture = X86_64 }, ""},
		{"amd64", func(s *Service) { s.Image.Architecture = "amd64" }, "Image.Architecture"},
		{"least memory", func(s *Service) { s.Image.Memory, s.Limits.Pixels, s.Limits.VariantBytes = 128, 12<<20, 16<<20 }, ""},
		{"more pixels than memory", func(s *Service) { s.Image.Memory, s.Limits.Pixels, s.Limits.VariantBytes = 128, 12<<20+1, 16<<20 }, "lower it to 12582912"},
		{"more variant than memory", func(s *Service) { s.Image.Memory, s.Limits.Pixels, s.Limits.VariantBytes = 128, 1, 16<<20+1 }, "lower it to 16777216"},
		{"some memory", func(s *Service) { s.Image.Memory, s.Limits.Pixels = 512, 92_274_688 }, ""},
		{"more pixels than some memory", func(s *Service) { s.Image.Memory, s.Limits.Pixels = 512, 92_274_689 }, "lower it to 92274688"},
		{"too little memory", func(s *Service) { s.Image.Memory = 127 }, "Image.Memory"},
		{"most memory", func(s *Service) { s.Image.Memory = 10240 }, ""},
		{"too much memory", func(s *Service) { s.Image.Memory = 10241 }, "Image.Memory"},
		{"longest deadline", func(s *Service) { s.Image.Deadline = 27 * time.Second }, ""},
		{"deadline past the API's", func(s *Service) { s.Image.Deadline = 28 * time.Second }, "Image.Deadline"},
		{"no deadline", func(s *Service) { s.Image.Deadline = 0 }, "Image.Deadline"},
		{"half a second", func(s *Service) { s.Image.Deadline = 1500 * time.Millisecond }, "Image.Deadline"},
		{"negative concurrency", func(s *Service) { s.Image.Reserved = -1 }, "Image.Reserved"},
		{"all that is reserved kept warm", func(s *Service) { s.Image.Reserved, s.Image.Provisioned = 5, 5 }, ""},
		{"kept warm without a ceiling", func(s *Service) { s.Image.Provisioned = 5 }, ""},
		{"more kept warm than reserved", func(s *Service) { s.Image.Reserved, s.Image.Provisioned = 5, 6 }, "raise Reserved"},
		{"fewer than none kept warm", func(s *Service) { s.Image.Provisioned = -1 }, "Image.Provisioned"},
		{"all at once", func(s *Service) { s.Image.Rollout = AllAtOnce }, ""},
		{"a jail or nothing", func(s *Service) { s.Image.Jail = JailRequired }, ""},
		{"no jobs", func(s *Service) { s.Image.Jobs = 0 }, "Image.Jobs"},
		{"the most jobs", func(s *Service) { s.Image.Jobs = 1_000_000 }, ""},
		{"too many jobs", func(s *Service) { s.Image.Jobs = 1_000_001 }, "Image.Jobs"},
		{"a jail perhaps", func(s *Service) { s.Image.Jail = "perhaps" }, "Image.Jail"},
		{"blue and green", func(s *Service) { s.Image.Rollout = "blue-green" }, "Image.Rollout"},
		{"logs for a day", func(s *Service) { s.Image.LogRetention = Day }, ""},
		{"logs for ten years", func(s *Service) { s.Image.LogRetention = 3653 * Day }, ""},
		{"logs for two days", func(s *Service) { s.Image.LogRetention = 2 * Day }, "Image.LogRetention"},
		{"no bytes", func(s *Service) { s.Limits.Bytes = 0 }, "Limits.Bytes"},
		{"most bytes", func(s *Service) { s.Limits.Bytes = 100_000_000 }, ""},
		{"too many bytes", func(s *Service) { s.Limits.Bytes = 100_000_001 }, "Limits.Bytes"},
		{"no pixels", func(s *Service) { s.Limits.Pixels = 0 }, "Limits.Pixels"},
		{"one frame", func(s *Service) { s.Limits.Frames = 1 }, ""},
		{"no frames", func(s *Service) { s.Limits.Frames = 0 }, "Limits.Frames"},
		{"as many pixels together as in a frame", func(s *Service) { s.Limits.TotalPixels = s.Limits.Pixels }, ""},
		{"fewer pixels together than in a frame", func(s *Service) { s.Limits.TotalPixels = s.Limits.Pixels - 1 }, "Limits.TotalPixels"},
		{"sides of one", func(s *Service) { s.Limits.Side, s.Limits.VariantSide = 1, 1 }, ""},
		{"no side", func(s *Service) { s.Limits.Side = 0 }, "Limits.Side"},
		{"no variant's side", func(s *Service) { s.Limits.VariantSide = 0 }, "Limits.VariantSide"},
		{"one variant's pixel", func(s *Service) { s.Limits.VariantPixels = 1 }, ""},
		{"no variant's pixels", func(s *Service) { s.Limits.VariantPixels = 0 }, "Limits.VariantPixels"},
		{"one variant's byte", func(s *Service) { s.Limits.VariantBytes = 1 }, ""},
		{"no variant's bytes", func(s *Service) { s.Limits.VariantBytes = 0 }, "Limits.VariantBytes"},
		{"too many of a variant's bytes", func(s *Service) { s.Limits.VariantBytes = 100_000_001 }, "Limits.VariantBytes"},
		{"all decoders", func(s *Service) { s.Limits.Decoders = []Decoder{TIFF, SVG} }, ""},
		{"unknown decoder", func(s *Service) { s.Limits.Decoders = []Decoder{"psd"} }, "Limits.Decoders[0]"},
		{"decoder twice", func(s *Service) { s.Limits.Decoders = []Decoder{SVG, SVG} }, "twice"},
		{"no rate", func(s *Service) { s.API.Rate = 0 }, "API.Rate"},
		{"no burst", func(s *Service) { s.API.Burst = 0 }, "API.Burst"},
		{"key version 0", func(s *Service) { s.API.KeyVersion = 0 }, "API.KeyVersion"},
		{"logs by Firehose", func(s *Service) { s.API.Logs = Firehose }, ""},
		{"logs by syslog", func(s *Service) { s.API.Logs = "syslog" }, "API.Logs"},
		{"price class", func(s *Service) { s.Edge.PriceClass = "PriceClass_100" }, "Edge.PriceClass"},
		{"one country", func(s *Service) { s.Edge.Countries.Allow = []string{"GB"} }, ""},
		{"a country that has another code", func(s *Service) { s.Edge.Countries.Deny = []string{"UK"} }, "Edge.Countries.Deny[0]"},
		{"a country in lower case", func(s *Service) { s.Edge.Countries.Allow = []string{"de"} }, "Edge.Countries.Allow[0]"},
		{"a country twice", func(s *Service) { s.Edge.Countries.Allow = []string{"DE", "DE"} }, "twice"},
		{"both lists of countries", func(s *Service) { s.Edge.Countries = Countries{[]string{"DE"}, []string{"FR"}} }, "leave Deny empty"},
		{"a shield", func(s *Service) { s.Edge.Shield = "eu-central-1" }, ""},
		{"a shield where there is none", func(s *Service) { s.Edge.Shield = "eu-west-3" }, "Edge.Shield"},
		{"widths at both bounds", func(s *Service) { s.Edge.Widths = []int{1, 8192} }, ""},
		{"width zero", func(s *Service) { s.Edge.Widths = []int{0, 8192} }, "Edge.Widths[0]"},
		{"too wide", func(s *Service) { s.Edge.Widths = []int{1, 8193} }, "Edge.Widths[1]"},
		{"a width twice", func(s *Service) { s.Edge.Widths = []int{320, 320} }, "ascending"},
		{"widths that descend", func(s *Service) { s.Edge.Widths = []int{640, 320} }, "ascending"},
		{"40 widths", func(s *Service) { s.Edge.Widths = ladder(40) }, ""},
		{"41 widths", func(s *Service) { s.Edge.Widths = ladder(41) }, "at most 40"},
		{"one key", signed("2026a"), ""},
		{"two keys", signed("2026a", "2026-b"), ""},
		{"three keys", signed("a", "b", "c"), "keep the 2"},
		{"no key to sign with", signed(), "such as \"2026a\""},
		{"a key twice", signed("a", "a"), "twice"},
		{"the longest id", signed("a234567890123456"), ""},
		{"too long an id", signed("a2345678901234567"), "Edge.Signing.Keys[0]"},
		{"an empty id", signed(""), "Edge.Signing.Keys[0]"},
		{"an id in capitals", signed("A"), "Edge.Signing.Keys[0]"},
		{"a key before it is required", func(s *Service) { s.Edge.Signing.Keys = []string{"a"} }, ""},
		{"optional signing", func(s *Service) { s.Edge.Signing = Signing{Mode: SigningOptional, Keys: []string{"a"}} }, ""},
		{"optional signing without a key", func(s *Service) { s.Edge.Signing.Mode = SigningOptional }, "Edge.Signing.Mode"},
		{"another signing", func(s *Service) { s.Edge.Signing = Signing{Mode: "on", Keys: []string{"a"}} }, "Edge.Signing.Mode"},
		{"imgix's signing alone", func(s *Service) { s.Edge.Signing = Signing{Mode: SigningRequired, Imgix: true} }, ""},
		{"imgix's beside two keys", func(s *Service) {
			s.Edge.Signing = Signing{Mode: SigningRequired, Keys: []string{"a", "b"}, Imgix: true}
		}, ""},
		{"imgix's as one of ours", signed("imgix"), "set Imgix instead"},
		{"an address", func(s *Service) { s.Alarms.Email = "team@example.com" }, ""},
		{"a person with an address", func(s *Service) { s.Alarms.Email = "Team <team@example.com>" }, "Alarms.Email"},
		{"no address", func(s *Service) { s.Alarms.Email = "team" }, "Alarms.Email"},
		{"two topics", topics(topic, topic), ""}, // their regions are the stage's to check
		{"one topic", topics(topic, ""), "or neither"},
		{"the other topic", topics("", topic), "or neither"},
		{"a FIFO topic", topics(topic+".fifo", topic), "Alarms.Topic"},
		{"a topic by its name", topics(topic, "pager"), "Alarms.EdgeTopic"},
		{"an address and topics", func(s *Service) { s.Alarms = Alarms{"team@example.com", topic, topic} }, "leave Email empty"},
		{"test events", func(s *Service) { s.TestEvents = Schemas }, ""},
		{"any test events", func(s *Service) { s.TestEvents = "on" }, "TestEvents"},
		{"remove all", func(s *Service) { s.Removal = Destroy }, ""},
		{"remove some", func(s *Service) { s.Removal = "snapshot" }, "Removal"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := Default()
			test.set(&s)
			wantError(t, s.Validate(), test.want)
		})
	}
}

func ladder(n int) []int {
	var widths []int
	for i := range n {
		widths = append(widths, 100*(i+1))
	}
	return widths
}

// wantError wants an error with part in it, or none where part is empty.
func wantError(t *testing.T, err error, part string) {
	t.Helper()
	if part == "" {
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Fatalf("got %v, want an error that says %q", err, part)
	}
}

func TestStageValidate(t *testing.T) {
	const account, elsewhere = "123456789012", "210987654321"
	certificate := func(region, account string) string {
		return "arn:aws:acm:" + region + ":" + account + ":certificate/01234567-89ab-cdef-0123-456789abcdef"
	}
	zone := Zone{ID: "Z0123456789ABCDEFGHIJ", Name: "example.com"}
	inZone := func(names ...string) func(*Stage) {
		return func(s *Stage) { s.Domain = Domain{Names: names, Zone: zone} }
	}
	certified := func(arn string, names ...string) func(*Stage) {
		return func(s *Stage) { s.Domain = Domain{Names: names, Certificate: arn} }
	}
	topics := func(home, edge string) func(*Stage) {
		return func(s *Stage) {
			arn := func(region string) string { return "arn:aws:sns:" + region + ":123456789012:pager" }
			s.Service.Alarms = Alarms{Topic: arn(home), EdgeTopic: arn(edge)}
		}
	}
	tests := []struct {
		name string
		set  func(*Stage)
		want string
	}{
		{"as it is", func(s *Stage) {}, ""},
		{"the shortest name", func(s *Stage) { s.Name = "ab" }, ""},
		{"a letter", func(s *Stage) { s.Name = "a" }, "Name"},
		{"the longest name", func(s *Stage) { s.Name = "a23456789012" }, ""},
		{"too long a name", func(s *Stage) { s.Name = "a234567890123" }, "Name"},
		{"no account", func(s *Stage) { s.Account = "" }, ""},
		{"eleven digits", func(s *Stage) { s.Account = "12345678901" }, "Account"},
		{"the edge's region", func(s *Stage) { s.Region = "us-east-1" }, ""},
		{"no region", func(s *Stage) { s.Region = "" }, "Region"},
		{"an availability zone", func(s *Stage) { s.Region = "eu-central-1a" }, "Region"},
		{"China", func(s *Stage) { s.Region = "cn-north-1" }, "Region"},
		{"GovCloud", func(s *Stage) { s.Region = "us-gov-west-1" }, "Region"},

		{"a certificate", certified(certificate("us-east-1", account), "images.example.com"), ""},
		{"a certificate of nothing", certified(certificate("us-east-1", account)), "Domain"},
		{"a certificate from home", certified(certificate("eu-central-1", account), "images.example.com"), "only those in us-east-1"},
		{"another account's certificate", certified(certificate("us-east-1", elsewhere), "images.example.com"), "of the stage's account"},
		{"IAM's certificate", certified("arn:aws:iam::123456789012:server-certificate/images", "images.example.com"), "Domain.Certificate"},
		{"a zone", inZone("images.example.com"), ""},
		{"the zone's own name", inZone("example.com"), ""},
		{"a zone for nothing", inZone(), "Domain"},
		{"a name that ends like the zone", inZone("badexample.com"), "which is not in the zone"},
		{"names without either", func(s *Stage) { s.Domain.Names = []string{"images.example.com"} }, "exactly one of"},
		{"names with both", func(s *Stage) {
			s.Domain = Domain{Names: []string{"images.example.com"}, Certificate: certificate("us-east-1", account), Zone: zone}
		}, "exactly one of"},
		{"a URL", inZone("https://images.example.com"), "Domain.Names[0]"},
		{"a wildcard", inZone("*.example.com"), "Domain.Names[0]"},
		{"a name in capitals", inZone("Images.example.com"), "Domain.Names[0]"},
		{"an address", inZone("192.0.2.1"), "Domain.Names[0]"},
		{"the longest label", inZone("a.example.com", strings.Repeat("a", 63)+".example.com"), ""},
		{"too long a label", inZone("a.example.com", strings.Repeat("a", 64)+".example.com"), "Domain.Names[1]"},
		{"the longest first name", inZone(strings.Repeat("a", 52) + ".example.com"), ""},
		{"too long a first name", inZone(strings.Repeat("a", 53) + ".example.com"), "put a shorter one first"},
		{"a name twice", inZone("a.example.com", "a.example.com"), "twice"},
		{"ten names", inZone(hosts(10)...), ""},
		{"eleven names", inZone(hosts(11)...), "Certificate of your own"},
		{"a hundred names", certified(certificate("us-east-1", account), hosts(100)...), ""},
		{"one more", certified(certificate("us-east-1", account), hosts(101)...), "CloudFront takes 100"},
		{"half a zone", func(s *Stage) { s.Domain = Domain{Names: []string{"a.example.com"}, Zone: Zone{Name: "example.com"}} }, "Domain.Zone.ID"},
		{"a zone by its path", func(s *Stage) {
			s.Domain = Domain{Names: []string{"a.example.com"}, Zone: Zone{ID: "/hostedzone/Z1", Name: "example.com"}}
		}, "Domain.Zone.ID"},

		{"a firewall", func(s *Stage) { s.Firewall.On = true }, ""},
		{"a rate without a firewall", func(s *Stage) { s.Firewall.Rate = 100 }, "set On"},
		{"the lowest rate", func(s *Stage) { s.Firewall = Firewall{On: true, Rate: 10} }, ""},
		{"too low a rate", func(s *Stage) { s.Firewall = Firewall{On: true, Rate: 9} }, "Firewall.Rate"},
		{"the highest rate", func(s *Stage) { s.Firewall = Firewall{On: true, Rate: 2_000_000_000} }, ""},
		{"too high a rate", func(s *Stage) { s.Firewall = Firewall{On: true, Rate: 2_000_000_001} }, "Firewall.Rate"},

		{"topics", topics("eu-central-1", "us-east-1"), ""},
		{"a topic from elsewhere", topics("eu-west-1", "us-east-1"), "use one in eu-central-1"},
		{"the edge's topic at home", topics("eu-central-1", "eu-central-1"), "use one in us-east-1"},
		{"a budget", func(s *Stage) { s.Watch.Budget = 50; s.Service.Alarms.Email = "team@example.com" }, ""},
		{"a budget nobody hears of", func(s *Stage) { s.Watch.Budget = 50 }, "set Alarms.Email"},
		{"a negative budget", func(s *Stage) { s.Watch.Budget = -1 }, "Watch.Budget"},
		{"logs for two days", func(s *Stage) { s.Watch.Logs = 2 * Day }, ""},
		{"logs for an hour", func(s *Stage) { s.Watch.Logs = time.Hour }, "Watch.Logs"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := Stage{Name: "prod", Account: account, Region: "eu-central-1", Service: Default()}
			test.set(&s)
			wantError(t, s.Validate(), test.want)
		})
	}
}

func hosts(n int) []string {
	var names []string
	for i := range n {
		names = append(names, string(rune('a'+i/26))+string(rune('a'+i%26))+".example.com")
	}
	return names
}

func TestAllErrorsAtOnce(t *testing.T) {
	s := Stage{Name: "Production!", Account: "42", Region: "Frankfurt"} // and a service without any setting
	err := s.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"Name", "Account", "Region", "Originals.Undo", "Image.Memory", "Edge.PriceClass", "Removal"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: all of them are wanted at once:\n%v", want, err)
		}
	}
}

func TestWhatTwoStagesCannotShare(t *testing.T) {
	away := Prod()
	away.Region = "ap-northeast-2"
	named := func(s Stage) Stage {
		s.Domain = Domain{Names: []string{"images.example.com"}, Zone: Zone{ID: "Z1", Name: "example.com"}}
		return s
	}
	wantError(t, Validate([]Stage{Prod(), away}), "")
	wantError(t, Validate([]Stage{Prod(), Prod()}), `two stages are named "prod" in eu-central-1`)
	wantError(t, Validate([]Stage{Dev(), named(Prod())}), "")
	wantError(t, Validate([]Stage{named(Dev()), named(Prod())}), `both have the domain name "images.example.com"`)
	wantError(t, Validate([]Stage{named(Prod()), named(away)}), "both have the domain name")
}

func TestOnlySomeStagesHaveAFront(t *testing.T) {
	plain, guarded, zoned, certified := Prod(), Prod(), Prod(), Prod()
	guarded.Firewall.On = true
	zoned.Domain.Zone = Zone{ID: "Z1", Name: "example.com"}
	certified.Domain.Certificate = "arn"
	for _, test := range []struct {
		stage Stage
		want  bool
	}{{plain, false}, {guarded, true}, {zoned, true}, {certified, false}} {
		if got := test.stage.HasFront(); got != test.want {
			t.Errorf("%+v has a front: %v, want %v", test.stage.Domain, got, test.want)
		}
	}
}

// Whatever the deadline, each party waits longer than the one it waits for, within the quotas.
func TestTimesFollowTheDeadline(t *testing.T) {
	for s := 1; s <= 27; s++ {
		i := Image{Deadline: time.Duration(s) * time.Second}
		if !(i.Deadline < i.FirstByte() && i.FirstByte() <= 60*time.Second) {
			t.Errorf("deadline %s: the edge waits %s, want longer and at most CloudFront's 60 s", i.Deadline, i.FirstByte())
		}
		if !(i.FirstByte() < i.Timeout() && i.Timeout() <= 900*time.Second) {
			t.Errorf("deadline %s: the function has %s, want longer than the edge's %s and at most Lambda's 900 s", i.Deadline, i.Timeout(), i.FirstByte())
		}
	}
}
