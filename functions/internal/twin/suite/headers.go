package suite

// policy is what images are served with: nobody's document, everybody's picture.
func (a *answer) policy() *answer {
	return a.says("Content-Security-Policy", "default-src 'none'; sandbox").
		says("X-Content-Type-Options", "nosniff").
		says("Cross-Origin-Resource-Policy", "cross-origin").
		says("Timing-Allow-Origin", "*").
		says("Vary", "Accept").
		omits("X-Amz-Meta-Cache-Tag", "X-Amz-Meta-Etag", "X-Amz-Meta-Source-Etag", "X-Amz-Server-Side-Encryption", "Server-Side-Encryption")
}

var headers = []Request{
	{Name: "an image is everybody's, and no document", ask: func(v *visit) {
		v.upload("policy/rose.jpg", red())
		v.get("/policy/rose.jpg?w=160").comes(fromOrigin).shows("jpeg", 160).policy()
		v.get("/policy/rose.jpg?w=160").comes(fromCache).shows("jpeg", 160).policy()
		v.forget()
		v.get("/policy/rose.jpg?w=160").comes(fromOrigin).shows("jpeg", 160).policy()
	}},
	{Name: "any site's script may read an image", ask: func(v *visit) {
		v.upload("scripts/rose.jpg", red())
		v.get("/scripts/rose.jpg?w=160").says("Access-Control-Allow-Origin", "*")
		v.get("/scripts/rose.jpg?w=160", "Origin", "https://shop.example").says("Access-Control-Allow-Origin", "*")
		v.forget()
		v.get("/scripts/rose.jpg?w=160").comes(fromOrigin).says("Access-Control-Allow-Origin", "*")
		v.get("/scripts/rose.jpg?w=160", "Origin", "https://shop.example").comes(fromCache).says("Access-Control-Allow-Origin", "*")
	}},
	{Name: "a problem is no document either", ask: func(v *visit) {
		v.get("/policy/none.jpg?w=160").tells(404, "not_found").
			says("Content-Security-Policy", "default-src 'none'; sandbox").says("X-Content-Type-Options", "nosniff")
	}},
}
