package config

import (
	"errors"
	"time"
)

// Day is the unit of everything that ages.
const Day = 24 * time.Hour

// A Service is everything that an operator may turn on one Primrose, wherever it is deployed.
type Service struct {
	Originals Originals
	Variants  Variants
	Image     Image
	Limits    Limits
	API       API
	Edge      Edge
	Purge     Purge
	Alarms    Alarms

	// TestEvents says whether the console offers ping, getSample and getDimensions as shared test
	// events of the image function. Default off: they live in a schema registry of a fixed name,
	// of which a region has but one.
	TestEvents TestEvents

	// Removal says what becomes of what cannot be made again, originals and signing keys, when the
	// stack is deleted. Default retain.
	Removal Removal
}

// TestEvents is how far the stack goes for test events.
type TestEvents string

const (
	NoTestEvents       TestEvents = "off"
	Schemas            TestEvents = "schemas"              // where the registry exists, as soon as anybody shared a test event
	SchemasAndRegistry TestEvents = "schemas-and-registry" // where it does not
)

// A Removal is what becomes of a resource without its stack.
type Removal string

const (
	Retain  Removal = "retain"
	Destroy Removal = "destroy" // which a bucket that is not empty refuses
)

// Default is the service as it comes.
func Default() Service {
	return Service{
		Originals: Originals{Undo: 90 * Day},
		Variants:  Variants{Expiry: 90 * Day},
		Image: Image{
			Architecture: ARM64,
			Memory:       1769,
			Deadline:     25 * time.Second,
			Rollout:      Canary,
			Jail:         JailDegraded,
			Jobs:         1,
			LogRetention: 30 * Day,
		},
		Limits: Limits{
			Bytes:         50_000_000,
			Pixels:        100_000_000,
			Frames:        100,
			TotalPixels:   100_000_000,
			Side:          65_535,
			VariantSide:   65_535,
			VariantPixels: 100_000_000,
			VariantBytes:  100_000_000,
		},
		API:   API{Rate: 1000, Burst: 500, KeyVersion: 1, Logs: NoAPILogs},
		Edge:  Edge{PriceClass: PriceClassAll, Signing: Signing{Mode: SigningOff}, Metrics: true},
		Purge: Purge{Edge: true},

		TestEvents: NoTestEvents,
		Removal:    Retain,
	}
}

// Validate reports everything that is wrong with the service, joined into one error.
func (s Service) Validate() error {
	return errors.Join(
		s.Originals.validate(),
		s.Variants.validate(),
		s.Image.validate(),
		s.Limits.validate(s.Image.Memory, s.WorkerMemory()),
		s.API.validate(),
		s.Edge.validate(),
		s.Alarms.validate(),
		oneOf("TestEvents", s.TestEvents, NoTestEvents, Schemas, SchemasAndRegistry),
		oneOf("Removal", s.Removal, Retain, Destroy),
	)
}
