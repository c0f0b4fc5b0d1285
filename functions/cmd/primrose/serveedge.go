package main

import (
	"errors"
	"net/http"

	"primrose/functions/edge"
	"primrose/functions/internal/preset"
	"primrose/functions/internal/signature"
)

// startEdge starts the stage's very edge function, or one that does what the
// flags say.
func (o *serveOptions) startEdge() (*edge.Function, error) {
	if o.stageName == "" {
		return edge.New(o.edgeStage())
	}
	function, err := edge.Start(o.stage.Edge, o.store())
	if err != nil {
		return nil, err
	}
	// Whether URLs need signatures, the function alone knows.
	result, err := function.Handle(edge.Request{Method: http.MethodGet, URI: "/rose.jpg"})
	if err != nil {
		return nil, errors.Join(err, function.Close())
	}
	o.optional = result.Response == nil
	return function, nil
}

// edgeStage is what the edge function is told of, where no stage has one, with
// all keys and presets in its store.
func (o *serveOptions) edgeStage() edge.Stage {
	s := edge.Stage{Optional: o.optional, Widths: o.widths, Store: o.store()}
	for _, k := range o.keys {
		if k.ID == signature.Imgix {
			s.Imgix = true
		} else {
			s.Keys = append(s.Keys, k.ID)
		}
	}
	return s
}

// store is the KeyValueStore.
func (o *serveOptions) store() func(key string) (string, bool) {
	held := map[string]string{}
	for _, k := range o.keys {
		held[signature.StoreKey(k.ID)] = k.Secret
	}
	for _, p := range o.presets {
		held[preset.StorePrefix+p.Name] = p.Query
	}
	return func(key string) (string, bool) { value, ok := held[key]; return value, ok }
}
