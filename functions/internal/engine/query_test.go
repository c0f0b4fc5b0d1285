package engine

import (
	"testing"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

// Whatever a URL may ask of a sound original is made, or refused for what it
// would cost: no option stumbles over another.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{
		"w=9&h=40&dpr=2&fit=crop&crop=entropy&px=3&htn=5&blur=9&auto=enhance",
		"bri=5&con=10&exp=5&gam=-10&high=-20&shad=20&hue=40&sat=30&vib=20&invert=1&sepia=20&monochrome=40ff8000&fm=jpg",
		"sharp=30&usm=-40&usmrad=90&nr=30&nrs=-4&duotone=000080,ff8000&duotone-alpha=30&fm=gif",
		"pad=8192&pad-left=3&border=9,80ff0000&border-top=0&border-radius=8192,1,2,3&border-radius-inner=5&bg=40ffffff",
		"rot=33&rot-type=pivot&flip=hv&orient=5&trim=auto&fit=fill&fill=blur&w=30&h=11&pad=1&border=2,fff&fm=webp",
		"w=0.5&h=0.1&fit=facearea&ar=1:9&min-w=5&max-h=3&rect=left,top,0.5,9&transparency=grid&fm=avif",
		"frame=2&fm=png8&colorquant=3&cs=strip&max-bytes=100&chromasub=444&q=0&jpg-progressive=1",
		"fps=9&loop=3&reverse=1&skip=2&fm=gif&face-blur=50&fp-x=0&fp-z=9&crop=focalpoint&fit=crop&w=5&h=5",
		"mark=m&mark-w=0.5&mark-rot=20&mark-tile=grid&mark-pad=0&blend=b.png&blend-mode=hue&blend-fit=clamp&blend-w=9&blend-h=20&fm=png",
		"blend=k.png&blend-size=inherit&w=9&h=7&fit=crop&blend-align=top,left&blend-x=-3&mask=k&mask-bg=80ff0000&fm=webp",
		"mark=m&mark-base=folder&mark-scale=0&mark-x=-99&mark-alpha=7&mask=corners&corner-radius=1,2,3,8192&fm=jpg",
		"blend=c.png&blend-mode=hue&blend-y=-8192&mark=a&mark-x=8192",
		"palette=json&colors=3", "palette=css&prefix=x", "fm=blurhash", "fm=thumbhash", "fm=json&faces=1",
	} {
		f.Add(query)
	}
	originals := [][]byte{
		pngOf(f, holes(scene(40, 24))),
		jpegOf(f, scene(33, 50)),
		gifOf(f, quarters(20, 20), quarters(20, 20, blue, none, red, blue)),
		pngOf(f, paper(1, 1, red)),
	}
	limits := DefaultLimits
	limits.VariantPixels = 20_000 // of a larger one nothing more is learnt
	f.Fuzz(func(t *testing.T, query string) {
		o, err := options.FromQuery(query, "")
		if err != nil {
			t.Skip()
		}
		for i, original := range originals {
			from := [][]byte{original}
			for j := range o.Values().Layers() {
				from = append(from, originals[(i+j)%len(originals)])
			}
			v, err := runPipe(t, Job{Options: o.String(), Limits: limits}, from...)
			switch c := code(err); {
			case err == nil && len(v.Body) == 0:
				t.Errorf("%s of original %d: nothing", o, i)
			case c == problem.BrokenImage || c == problem.Internal:
				t.Errorf("%s of original %d: %v", o, i, err)
			}
		}
	})
}
