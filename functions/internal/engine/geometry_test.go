package engine

import (
	"fmt"
	"math"
	"testing"

	"primrose/functions/internal/options"
)

const plenty = 100_000_000

// valuesOf reads a query.
func valuesOf(t testing.TB, query string) options.Values {
	t.Helper()
	o, err := options.FromQuery(query, "")
	if err != nil {
		t.Fatal(err)
	}
	return o.Values()
}

// A photo of 600×400 px unless the case says otherwise.
func TestPlanGeometry(t *testing.T) {
	all := rect{0, 0, 600, 400}
	for _, c := range []struct {
		name   string
		stored size
		query  string
		area   rect
		scaled size
		canvas size
		out    size
	}{
		{name: "nothing asked", out: size{600, 400}},
		{name: "width", query: "w=300", scaled: size{300, 200}, out: size{300, 200}},
		{name: "height", query: "h=100", scaled: size{150, 100}, out: size{150, 100}},
		{name: "clip", query: "w=300&h=300", scaled: size{300, 200}, out: size{300, 200}},
		{name: "clip enlarges", query: "w=900&h=900", scaled: size{900, 600}, out: size{900, 600}},
		{name: "width enlarges", query: "w=1200", scaled: size{1200, 800}, out: size{1200, 800}},
		{name: "dpr", query: "w=100&h=100&dpr=1.5", scaled: size{150, 100}, out: size{150, 100}},
		{name: "dpr alone", query: "dpr=2", out: size{600, 400}},
		{name: "max", query: "w=300&h=300&fit=max", scaled: size{300, 200}, out: size{300, 200}},
		{name: "max does not enlarge", query: "w=900&h=900&fit=max", scaled: size{600, 400}, out: size{600, 400}},
		{name: "max of one side does not enlarge", query: "w=900&fit=max", scaled: size{600, 400}, out: size{600, 400}},
		{name: "scale", query: "w=50&h=200&fit=scale", scaled: size{50, 200}, out: size{50, 200}},
		{name: "scale of one side", query: "h=200&fit=scale", scaled: size{300, 200}, out: size{300, 200}},
		{name: "fill", query: "w=300&h=300&fit=fill", scaled: size{300, 200}, canvas: size{300, 300}, out: size{300, 300}},
		{name: "fill enlarges", query: "w=900&h=900&fit=fill", scaled: size{900, 600}, canvas: size{900, 900}, out: size{900, 900}},
		{name: "fillmax does not", query: "w=900&h=900&fit=fillmax", scaled: size{600, 400}, canvas: size{900, 900}, out: size{900, 900}},
		{name: "fillmax shrinks", query: "w=300&h=300&fit=fillmax", scaled: size{300, 200}, canvas: size{300, 300}, out: size{300, 300}},
		{name: "parts", query: "w=0.5&h=0.25&fit=scale", scaled: size{300, 100}, out: size{300, 100}},
		{name: "a part of what the rectangle leaves", query: "w=0.5&rect=0,0,100,100", area: rect{0, 0, 100, 100}, scaled: size{50, 50}, out: size{50, 50}},
		{name: "clamp", query: "w=900&h=900&fit=clamp", scaled: size{900, 600}, canvas: size{900, 900}, out: size{900, 900}},

		{name: "crop", query: "w=100&h=100&fit=crop", area: rect{100, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "crop top", query: "w=300&h=100&fit=crop&crop=top", area: rect{0, 0, 600, 200}, scaled: size{300, 100}, out: size{300, 100}},
		{name: "crop bottom", query: "w=300&h=100&fit=crop&crop=bottom", area: rect{0, 200, 600, 200}, scaled: size{300, 100}, out: size{300, 100}},
		{name: "crop left", query: "w=100&h=100&fit=crop&crop=left,top", area: rect{0, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "crop right", query: "w=100&h=100&fit=crop&crop=right", area: rect{200, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "crop both sides is the centre", query: "w=100&h=100&fit=crop&crop=right,left", area: rect{100, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "crop of one side", query: "w=300&fit=crop", scaled: size{300, 200}, out: size{300, 200}},
		{name: "crop enlarges", query: "w=800&h=800&fit=crop", area: rect{100, 0, 400, 400}, scaled: size{800, 800}, out: size{800, 800}},
		{name: "min", query: "w=100&h=100&fit=min", area: rect{100, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "min does not enlarge", query: "w=800&h=800&fit=min", area: rect{100, 0, 400, 400}, scaled: size{400, 400}, out: size{400, 400}},

		{name: "ratio and width", query: "ar=2:1&w=280&fit=crop", area: rect{0, 50, 600, 300}, scaled: size{280, 140}, out: size{280, 140}},
		{name: "ratio and height", query: "ar=1:2&h=100&fit=crop", area: rect{200, 0, 200, 400}, scaled: size{50, 100}, out: size{50, 100}},
		{name: "ratio alone", stored: size{900, 270}, query: "ar=9:1&fit=crop", area: rect{0, 85, 900, 100}, scaled: size{900, 100}, out: size{900, 100}},
		{name: "ratio, width and height", query: "ar=9:1&w=100&h=100&fit=crop", area: rect{100, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "ratio needs crop or fill", query: "ar=9:1&w=300", scaled: size{300, 200}, out: size{300, 200}},
		{name: "ratio and fill", query: "ar=1:1&w=300&fit=fill", scaled: size{300, 200}, canvas: size{300, 300}, out: size{300, 300}},
		{name: "ratio, width and dpr", query: "ar=2:1&w=100&dpr=2&fit=crop", area: rect{0, 50, 600, 300}, scaled: size{200, 100}, out: size{200, 100}},

		{name: "rectangle", query: "rect=10,20,30,40", area: rect{10, 20, 30, 40}, out: size{30, 40}},
		{name: "rectangle, then width", query: "rect=10,20,30,40&w=60", area: rect{10, 20, 30, 40}, scaled: size{60, 80}, out: size{60, 80}},
		{name: "rectangle, then crop", query: "rect=10,20,30,40&w=15&h=15&fit=crop", area: rect{10, 25, 30, 30}, scaled: size{15, 15}, out: size{15, 15}},
		{name: "rectangle over the edge", query: "rect=590,0,100,1000", area: rect{590, 0, 10, 400}, out: size{10, 400}},
		{name: "rectangle beside the image", query: "rect=600,0,10,10", out: size{600, 400}},

		{name: "rectangle of parts", query: "rect=0.25,0.5,0.5,0.1", area: rect{150, 200, 300, 40}, out: size{300, 40}},
		{name: "rectangle by words", query: "rect=right,middle,100,50", area: rect{500, 175, 100, 50}, out: size{100, 50}},
		{name: "rectangle in full", query: "rect=center,bottom,full,0.1", area: rect{0, 360, 600, 40}, out: size{600, 40}},

		{name: "focal point", query: "w=100&h=100&fit=crop&crop=focalpoint&fp-x=0.5", area: rect{100, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "focal point as far as the side goes", query: "w=100&h=100&fit=crop&crop=focalpoint&fp-x=0.1", area: rect{0, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "focal point, zoomed", query: "w=100&h=100&fit=crop&crop=focalpoint&fp-x=0.25&fp-y=0.75&fp-z=2", area: rect{50, 200, 200, 200}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "zoom without a box", query: "fit=crop&crop=focalpoint&fp-z=4", area: rect{225, 150, 150, 100}, scaled: size{600, 400}, out: size{600, 400}},
		{name: "zoom with a side", query: "w=300&fit=crop&crop=focalpoint&fp-z=4", area: rect{225, 150, 150, 100}, scaled: size{300, 200}, out: size{300, 200}},
		{name: "the focal point needs its crop", query: "w=100&h=100&fit=crop&fp-x=0&fp-z=4", area: rect{100, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},

		{name: "least height that is reached", query: "w=300&min-h=50&fit=crop", scaled: size{300, 200}, out: size{300, 200}},
		{name: "least height that is not", query: "w=300&min-h=300&fit=crop", area: rect{100, 0, 400, 400}, scaled: size{300, 300}, out: size{300, 300}},
		{name: "greatest width", query: "h=200&max-w=200&fit=crop", area: rect{100, 0, 400, 400}, scaled: size{200, 200}, out: size{200, 200}},
		{name: "bounds alone", query: "max-w=400&min-h=500&fit=crop", area: rect{140, 0, 320, 400}, scaled: size{400, 500}, out: size{400, 500}},
		{name: "bounds and dpr", query: "h=200&max-w=200&dpr=2&fit=crop", area: rect{100, 0, 400, 400}, scaled: size{400, 400}, out: size{400, 400}},
		{name: "bounds need a crop", query: "h=200&max-w=200", scaled: size{300, 200}, out: size{300, 200}},

		{name: "pivot", query: "rot=90&rot-type=pivot", out: size{400, 600}},
		{name: "pivot by half a quarter", query: "w=300&rot=45&rot-type=pivot", scaled: size{300, 200}, out: size{354, 354}},
		{name: "pivot in a box", query: "w=300&h=300&fit=fill&rot=45&rot-type=pivot", scaled: size{300, 200}, canvas: size{354, 354}, out: size{354, 354}},
		{name: "straighten", query: "w=300&rot=45", scaled: size{300, 200}, out: size{300, 200}},

		{name: "sliver", stored: size{3, 1000}, query: "w=1&h=1", area: rect{0, 0, 3, 1000}, scaled: size{1, 1}, out: size{1, 1}},
		{name: "one pixel", stored: size{1, 1}, query: "w=100&h=50&fit=crop", area: rect{0, 0, 1, 1}, scaled: size{100, 50}, out: size{100, 50}},
	} {
		stored := c.stored
		if stored.none() {
			stored = size{600, 400}
		}
		area := c.area
		if area == (rect{}) {
			area = rect{0, 0, stored.w, stored.h}
		}
		g := planGeometry(stored, 1, valuesOf(t, c.query), sight{}, plenty)
		if g.area != area || g.scaled != c.scaled || g.canvas != c.canvas || g.out() != c.out {
			t.Errorf("%s: area %v, scaled %v, canvas %v, out %v; want %v, %v, %v, %v",
				c.name, g.area, g.scaled, g.canvas, g.out(), area, c.scaled, c.canvas, c.out)
		}
	}
	if g := planGeometry(size{400, 600}, 6, valuesOf(t, "w=300"), sight{}, plenty); g.area != all || g.scaled != (size{300, 200}) {
		t.Errorf("turned: area %v, scaled %v", g.area, g.scaled)
	}
}

// A content-aware crop chooses from as few pixels as hold enough detail.
func TestPlanSmartCrop(t *testing.T) {
	smaller := planGeometry(size{600, 400}, 1, valuesOf(t, "w=100&h=100&fit=crop&crop=entropy"), sight{}, plenty)
	if !smaller.before.none() || smaller.scaled != (size{150, 100}) || smaller.after != (size{100, 100}) {
		t.Errorf("shrinking: %+v", smaller)
	}
	larger := planGeometry(size{600, 400}, 1, valuesOf(t, "w=800&h=800&fit=crop&crop=attention"), sight{}, plenty)
	if larger.before != (size{400, 400}) || larger.scaled != (size{800, 800}) || !larger.after.none() {
		t.Errorf("enlarging: %+v", larger)
	}
}

func TestPlanStaysWithinLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		stored size
		query  string
		pixels int64
		out    size
	}{
		{"at the limit", size{100, 100}, "w=8192", plenty, size{8192, 8192}},
		{"dpr goes no further", size{100, 100}, "w=8192&dpr=8", plenty, size{8192, 8192}},
		{"the free side", size{10, 1000}, "w=8192", plenty, size{82, 8192}},
		{"crop keeps its ratio", size{600, 400}, "w=4000&h=2000&dpr=4&fit=crop", plenty, size{8192, 4096}},
		{"an original beyond it", size{10000, 5000}, "", plenty, size{8192, 4096}},
		{"pixels", size{600, 400}, "w=600&h=400&dpr=2", 600 * 400, size{600, 400}},
		{"a sliver's free side", size{1, 10000}, "w=5", plenty, size{1, 8192}},
		{"pivot", size{600, 600}, "w=8192&rot=45&rot-type=pivot", plenty, size{8192, 8192}},
		{"pixels of fill", size{600, 400}, "w=1000&h=1000&fit=fill", 10_000, size{100, 100}},
		{"one pixel", size{600, 400}, "", 1, size{1, 1}},
	} {
		if out := planGeometry(c.stored, 1, valuesOf(t, c.query), sight{}, c.pixels).out(); out != c.out {
			t.Errorf("%s: %v comes out, want %v", c.name, out, c.out)
		}
	}
}

func TestShrink(t *testing.T) {
	for _, c := range []struct{ w, shrink int }{{2725, 1}, {1363, 1}, {1362, 1}, {681, 2}, {341, 2}, {340, 4}, {300, 4}, {171, 4}, {170, 8}, {10, 8}, {5000, 1}} {
		if got := planGeometry(size{2725, 2225}, 1, valuesOf(t, fmt.Sprintf("w=%d", c.w)), sight{}, plenty).shrink(); got != c.shrink {
			t.Errorf("to %d px: shrink %d, want %d", c.w, got, c.shrink)
		}
	}
	for _, c := range []struct {
		w     int
		scale float64
	}{{2725, 1}, {1363, 1}, {545, 0.4}, {5000, 1}} {
		if got := planGeometry(size{2725, 2225}, 1, valuesOf(t, fmt.Sprintf("w=%d", c.w)), sight{}, plenty).scale(); math.Abs(got-c.scale) > 0.001 {
			t.Errorf("to %d px: scale %v, want %v", c.w, got, c.scale)
		}
	}
}

// Where each corner of the stored image is seen, by EXIF's own words.
func TestToStored(t *testing.T) {
	const w, h = 30, 20
	for orientation, seenTopLeft := range []rect{
		1: {0, 0, 1, 1},         // stored top left is seen top left
		2: {w - 1, 0, 1, 1},     // stored top right is
		3: {w - 1, h - 1, 1, 1}, // stored bottom right
		4: {0, h - 1, 1, 1},     // stored bottom left
		5: {0, 0, 1, 1},         // transposed: top left stays
		6: {0, h - 1, 1, 1},     // stored bottom left comes to the top left
		7: {w - 1, h - 1, 1, 1}, // transposed the other way
		8: {w - 1, 0, 1, 1},     // stored top right comes to the top left
	} {
		if orientation == 0 {
			continue
		}
		g := geometry{orientation: orientation, stored: size{w, h}}
		if got := g.toStored(rect{0, 0, 1, 1}); got != seenTopLeft {
			t.Errorf("orientation %d: the top left lies at %v, want %v", orientation, got, seenTopLeft)
		}
		seen := g.toStoredSize(size{w, h}) // of the whole image as seen
		if got := g.toStored(rect{0, 0, seen.w, seen.h}); got != (rect{0, 0, w, h}) {
			t.Errorf("orientation %d: all of it lies at %v", orientation, got)
		}
	}
}

// Whatever is asked of whatever original, the plan stays inside of both.
func FuzzPlanGeometry(f *testing.F) {
	f.Add(600, 400, 6, 0, 0, "w=100&h=100&dpr=1.5&fit=crop&crop=entropy&ar=2:1&rect=10,10,50,50")
	f.Add(600, 400, 1, 0, 0, "w=8192&h=8192&dpr=8&fit=crop&crop=top&ar=1:1&rect=27,100,50,2") // cut twice: it is too large at first
	f.Add(1, 10000, 1, 0, 0, "w=8192&h=1&dpr=8&fit=fill&ar=10000:0.0001")
	f.Add(600, 400, 5, 100, 30, "fit=crop&crop=focalpoint&fp-x=1&fp-z=100&min-w=8192&max-h=1&dpr=8&rot=45&rot-type=pivot")
	f.Add(50_000, 3, 8, 10, 1, "w=0.9999&h=0.0001&fit=fillmax&rect=right,0.5,full,full&rot=89.9&rot-type=pivot&pad=100")
	f.Fuzz(func(t *testing.T, sw, sh, orientation, left, top int, query string) {
		in := func(n, from, to int) bool { return n >= from && n <= to }
		o, err := options.FromQuery(query, "")
		if err != nil || !in(sw, 1, 100_000) || !in(sh, 1, 100_000) || !in(orientation, 1, 8) || !in(left, 0, 100_000) || !in(top, 0, 100_000) {
			t.Skip()
		}
		v := o.Values()
		const limit = 10_000_000
		original := geometry{orientation: orientation, stored: size{sw, sh}}
		used := within(original.seen(), v.Rect)
		trimmed := rect{used.x + left, used.y + top, used.w - left, used.h - top}.intersect(used)
		g := planGeometry(size{sw, sh}, orientation, v, sight{trimmed: trimmed}, limit)
		if out := g.out(); !in(out.w, 1, maxSide) || !in(out.h, 1, maxSide) || out.w*out.h > limit {
			t.Errorf("%v comes out", out)
		}
		if a := g.toStored(g.area); a.x < 0 || a.y < 0 || a.w < 1 || a.h < 1 || a.x+a.w > sw || a.y+a.h > sh {
			t.Errorf("area %v of a %d×%d original", a, sw, sh)
		}
		if c, r := g.canvas, g.resized(); !c.none() && (c.w < r.w || c.h < r.h) {
			t.Errorf("%v is to be put into %v", r, c)
		}
		if b := g.before; b.w > g.area.w || b.h > g.area.h {
			t.Errorf("%v is to be cut out of %v", b, g.area)
		}
		if a := g.after; a.w > g.scaled.w || a.h > g.scaled.h {
			t.Errorf("%v is to be cut out of %v", a, g.scaled)
		}
	})
}
