package worker

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
)

func TestFrameLimit(t *testing.T) {
	for _, size := range []int{98, 99} { // and two quotes
		_, err := encodeFrame(strings.Repeat("x", size), 100)
		if (err != nil) != (size > 98) {
			t.Errorf("a frame of %d bytes under a limit of 100: %v", size+2, err)
		}
	}
	for length, ok := range map[uint32]bool{2: true, 3: false} {
		var prefix [prefixLength]byte
		binary.BigEndian.PutUint32(prefix[:], length)
		var v any
		if err := decodeFrame(prefix, bytes.NewReader([]byte("1  ")), &v, 2); (err == nil) != ok {
			t.Errorf("a frame of %d bytes under a limit of 2: %v", length, err)
		}
	}
}

// FuzzReadReply is a worker taken over: whatever it sends, the parent either
// refuses it or holds an answer that keeps the rules.
func FuzzReadReply(f *testing.F) {
	body := picture(0)
	for _, r := range []struct {
		reply
		body []byte
	}{
		{reply: reply{Number: 1, Variant: &engine.Variant{Format: format.PNG}, Body: int64(len(body))}, body: body},
		{reply: reply{Number: 1, Variant: &engine.Variant{Format: format.JSON}, Body: 2}, body: []byte("{}")},
		{reply: reply{Number: 1, Complaint: &complaint{Code: problem.BrokenImage, Detail: "broken"}}},
		{},
	} {
		var b bytes.Buffer
		if err := send(&b, r.reply, r.body); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readReady(bytes.NewReader(data)); err == nil {
			if _, err := readReply(bytes.NewReader(data), 1, MaxBody); err == nil {
				t.Error("an announcement passed as an answer")
			}
		}
		v, err := readReply(bytes.NewReader(data), 1, MaxBody)
		if err != nil {
			return
		}
		switch got := format.Sniff(v.Body); v.Format {
		case format.JSON:
		case format.CSS, format.BlurHash, format.ThumbHash:
			if bytes.ContainsRune(v.Body, '<') {
				t.Errorf("%q passed as %q", v.Body, v.Format)
			}
		default:
			if got != v.Format {
				t.Errorf("a body of format %q passed as %q", got, v.Format)
			}
		}
		if len(v.Body) > len(data) {
			t.Errorf("%d bytes made a body of %d", len(data), len(v.Body))
		}
	})
}

// Texts that stand for a picture are taken only in the form that they have.
func TestBodiesOfTexts(t *testing.T) {
	const page, rule = "<script>alert(1)</script>", ".a-fg-1 { color:#72c5f4 !important; }\n"
	blurhash := "e" + strings.Repeat("0", 53)
	for _, c := range []struct {
		format format.Format
		body   string
		taken  bool
	}{
		{format.CSS, rule, true},
		{format.CSS, rule + "body { background: url(//evil) }\n", false},
		{format.CSS, page, false},
		{format.BlurHash, blurhash, true},
		{format.BlurHash, blurhash + "0", false},
		{format.BlurHash, blurhash[:53] + "<", false},
		{format.ThumbHash, "1QcSHQRnh493V4dIh4eXh1h4kJUI", true},
		{format.ThumbHash, "1QcSHQ", false},
		{format.ThumbHash, strings.Repeat("AAAA", 11), false},
		{format.ThumbHash, page, false},
		{"html", page, false},
	} {
		if err := checkBody(engine.Variant{Format: c.format, Body: []byte(c.body)}); (err == nil) != c.taken {
			t.Errorf("%q as %s: %v", c.body, c.format, err)
		}
	}
}

// FuzzDecodeRequest is the other direction.
func FuzzDecodeRequest(f *testing.F) {
	frame, err := encodeFrame(request{Number: 1, Job: engine.Job{Options: "w=300", Limits: engine.DefaultLimits}}, maxRequest)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(frame)
	f.Add([]byte("\xff\xff\xff\xff"))
	f.Add(append([]byte{0, 0, 0, 72}, `{"number":1,"job":{"program":{"args":["-resize","50%"],"format":"png"}}}`...))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < prefixLength {
			return
		}
		var r, again request
		if decodeFrame([prefixLength]byte(data), bytes.NewReader(data[prefixLength:]), &r, maxRequest) != nil {
			return
		}
		frame, err := encodeFrame(r, 10*maxRequest)
		if err != nil {
			t.Fatal(err)
		}
		if err := decodeFrame([prefixLength]byte(frame), bytes.NewReader(frame[prefixLength:]), &again, 10*maxRequest); err != nil {
			t.Fatal(err)
		}
	})
}
