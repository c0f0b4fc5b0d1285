package engine

import (
	"math"
	"slices"

	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// timeline says which of an original's frames a variant shows, and when.
type timeline struct {
	frames   []int // from 0, in the original's order
	delays   []int // ms that each frame is shown, in the variant's order
	reversed bool
	loop     *int // plays; nil is as the original says
}

// still is a timeline of one frame, from 0.
func still(frame int) timeline { return timeline{frames: []int{frame}} }

// slowest is how many milliseconds browsers show a frame that asks for ten or
// fewer, be it in a GIF or a WebP.
const slowest = 100

// planTimeline plans an animation, or the one frame that is asked for or that
// the format can hold. Where frames are left out, those before them are shown
// longer: the rest happens when it did.
func (o *original) planTimeline(v options.Animation, to format.Format) (timeline, error) {
	switch {
	case v.Frame > o.info.Frames:
		return timeline{}, problem.New(problem.BadOption, "there is no frame %d: the original has %d", v.Frame, o.info.Frames)
	case v.Frame > 0:
		return still(v.Frame - 1), nil
	case o.info.Frames == 1 || !to.Animates():
		return still(0), nil
	}
	t := timeline{delays: o.delays(), reversed: v.Reverse, loop: v.Loop}
	for i := range o.info.Frames {
		t.frames = append(t.frames, i)
	}
	t.keep(func(i int) bool { return v.Interval == 0 || i%v.Interval == 0 })
	t.keep(func(i int) bool { return v.Skip == 0 || i%v.Skip != 0 })
	if v.Reverse {
		slices.Reverse(t.delays)
	}
	if v.FPS > 0 {
		t.pace(v.FPS, to)
	}
	return t, nil
}

// delays are how many milliseconds the original shows each of its frames.
func (o *original) delays() []int {
	delays, _ := o.header.Ints("delay")
	for len(delays) < o.info.Frames {
		delays = append(delays, slowest)
	}
	return delays[:o.info.Frames]
}

// keep leaves out the frames whose place, from 0, is not wanted, or none if
// that would be all. The first's time goes to the first that stays.
func (t *timeline) keep(wanted func(int) bool) {
	var frames, delays []int
	early := 0
	for i, frame := range t.frames {
		switch {
		case wanted(i):
			frames, delays = append(frames, frame), append(delays, t.delays[i])
			if early > 0 {
				delays[0] = early + viewed(delays[0])
				early = 0
			}
		case frames == nil:
			early += viewed(t.delays[i])
		default:
			last := len(delays) - 1
			delays[last] = viewed(delays[last]) + viewed(t.delays[i])
		}
	}
	if frames != nil {
		t.frames, t.delays = frames, delays
	}
}

// viewed returns for how many milliseconds browsers show a frame with a delay.
func viewed(delay int) int {
	if delay <= 10 {
		return slowest
	}
	return delay
}

// pace shows so many frames a second. A GIF counts in hundredths: frames differ
// by one, so that the whole is as long as it should be; and none has less than
// two, which browsers would slow down.
func (t *timeline) pace(fps int, to format.Format) {
	unit := 1.0 // ms
	if to == format.GIF {
		unit, fps = 10, min(fps, 50)
	}
	at := func(i int) int { return int(unit * math.Round(float64(1000*i)/float64(fps)/unit)) }
	for i := range t.delays {
		t.delays[i] = at(i+1) - at(i)
	}
}

// span is how many of the original's frames there are from the first that is
// wanted to the last.
func (t timeline) span() int { return t.frames[len(t.frames)-1] - t.frames[0] + 1 }

// tag tells an animation's frames, which lie below each other, and their times.
func (t timeline) tag(img *vips.Image) error {
	if !img.Has("page-height") {
		return nil
	}
	if err := img.Set("page-height", img.Height()/len(t.frames)); err != nil || len(t.frames) == 1 {
		return err
	}
	if t.loop != nil {
		if err := img.Set("loop", *t.loop); err != nil {
			return err
		}
	}
	return img.Set("delay", t.delays)
}
