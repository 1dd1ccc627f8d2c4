package sources

// All keys carry one hash tag, so that a script stays in one slot of a
// cluster.
const (
	sourceKey = "src:{sources}:s:"  // hash by source id: j the source, s its state, m its moves to other domains
	allKey    = "src:{sources}:all" // set of source ids
	dueKey    = "src:{sources}:due" // zset: source id by unix ms of its next reading
	atKey     = "src:{sources}:at"  // hash: canonical address of an endpoint to source id
)

// robotsKey is a string: what a site's robots.txt says to us, as JSON. It is no
// core data: a site can be asked again. Each is read and written alone, so that
// it needs no hash tag; it ends when even a server that fails would be taken for
// one without robots.txt.
func robotsKey(site string) string { return "robots:" + site }
