package metric

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"primrose/functions/internal/metric/metrictest"
)

// written is the line of a logger that writes as the functions' do.
func written(attr slog.Attr) string {
	var line bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&line, &slog.HandlerOptions{ReplaceAttr: lambdacontext.ReplaceAttr}))
	log.Warn("worker ended", "jobs", 3, attr)
	return line.String()
}

func TestCount(t *testing.T) {
	line := written(Service("primrose-dev").Count(WorkerCrashes, 2))
	got, err := metrictest.Parse(line)
	want := []metrictest.Metric{{Namespace: Namespace, Dimension: Dimension, Service: "primrose-dev", Name: WorkerCrashes, Unit: "Count", Value: 2}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("CloudWatch takes %v, %v from %s; want %v", got, err, line, want)
	}
	if !strings.Contains(line, `"message":"worker ended","jobs":3`) {
		t.Errorf("the line says no more what happened: %s", line)
	}
}

// Nothing to count, or nobody who counts, leaves the line as it is.
func TestNothing(t *testing.T) {
	for _, attr := range []slog.Attr{Service("primrose-dev").Count(WorkerCrashes, 0), Service("").Count(WorkerCrashes, 2)} {
		if line := written(attr); !strings.HasSuffix(line, `"message":"worker ended","jobs":3}`+"\n") {
			t.Errorf("the line is %s", line)
		}
	}
}
