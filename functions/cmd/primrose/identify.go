package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/operation"
	"primrose/functions/internal/terminal"
	"primrose/functions/internal/worker"
)

// identify writes the facts of a file.
func identify(ctx context.Context, name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.Size() > engine.DefaultLimits.Bytes {
		return fmt.Errorf("%s has %d bytes: the service reads originals of up to %d", name, info.Size(), engine.DefaultLimits.Bytes)
	}
	file, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	pool, err := worker.NewPool(worker.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer pool.Close()
	event, err := json.Marshal(map[string]string{"operation": "identify", "base64Image": base64.StdEncoding.EncodeToString(file)})
	if err != nil {
		return err
	}
	facts, err := operation.Service{Worker: pool, Limits: engine.DefaultLimits}.Invoke(ctx, event)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	out := json.NewEncoder(terminal.Writer{Writer: os.Stdout})
	out.SetIndent("", "  ")
	return out.Encode(facts)
}
