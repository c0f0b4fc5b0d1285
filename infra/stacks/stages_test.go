package stacks_test

import "primrose/infra/config"

// stages are all that is synthesised here: those that are deployed, and three that between them have
// what those leave off.
func stages() []config.Stage { return append(config.Stages(), full(), certified(), eastern()) }

// recorded are the stages that have goldens.
func recorded() []config.Stage { return append(config.Stages(), full()) }

// full has everything turned on, so that the goldens show it, and whatever looks at those sees it.
func full() config.Stage {
	s := config.Default()
	s.Originals.Fallback = "none.png"
	s.Image.Architecture = config.X86_64
	s.Image.Reserved, s.Image.Provisioned = 20, 2
	s.Image.Rollout = config.Linear
	s.Limits.Decoders = []config.Decoder{config.TIFF, config.SVG}
	s.API.Logs = config.Firehose
	s.Edge.Countries.Allow = []string{"AT", "CH", "DE"}
	s.Edge.Shield = "eu-central-1"
	s.Edge.Widths = []int{320, 640, 1280}
	s.Edge.Playground = true
	s.Edge.Signing = config.Signing{Mode: config.SigningRequired, Keys: []string{"2026a", "2026b"}, Imgix: true}
	s.Alarms.Email = "images@example.com"
	s.TestEvents = config.SchemasAndRegistry
	return config.Stage{
		Name: "full", Account: "111111111111", Region: "eu-central-1", Protected: true,
		Domain: config.Domain{
			Names: []string{"images.example.com", "pictures.example.com"},
			Zone:  config.Zone{ID: "Z0123456789ABCDEFGHIJ", Name: "example.com"},
		},
		Firewall: config.Firewall{On: true, Rate: 5000},
		Watch:    config.Watch{Budget: 100, Logs: 30 * config.Day},
		Service:  s,
	}
}

// certified has a certificate and topics already, a stricter firewall, a key that is not demanded yet,
// and the playground for everybody.
func certified() config.Stage {
	s := config.Default()
	s.Edge.Countries.Deny = []string{"AQ"}
	s.Edge.Signing.Keys = []string{"next"}
	s.Edge.Playground = true
	s.Removal = config.Destroy
	s.Alarms = config.Alarms{
		Topic:     "arn:aws:sns:ap-northeast-2:123456789012:operators",
		EdgeTopic: "arn:aws:sns:us-east-1:123456789012:operators",
	}
	return config.Stage{
		Name: "certified", Account: "123456789012", Region: "ap-northeast-2", Service: s,
		Watch:    config.Watch{Budget: 50},
		Firewall: config.Firewall{On: true, Rate: 100},
		Domain: config.Domain{
			Names:       []string{"img.example.net"},
			Certificate: "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
		},
	}
}

// eastern is at home where its front is, relies on what the account has already, and pays for little.
func eastern() config.Stage {
	s := config.Default()
	s.Originals = config.Originals{Bucket: "photos.example.org"}
	s.Image.Rollout = config.AllAtOnce
	s.API.Logs = config.AccountRole
	s.Purge.Edge = false
	s.TestEvents = config.Schemas
	return config.Stage{
		Name: "eastern", Region: config.EdgeRegion, Service: s,
		Watch: config.Watch{Logs: 7 * config.Day},
		Domain: config.Domain{
			Names: []string{"images.example.org"},
			Zone:  config.Zone{ID: "Z0123456789ABCDEFGHIJ", Name: "example.org"},
		},
	}
}
