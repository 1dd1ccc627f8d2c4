package sources

// All keys carry one hash tag, so that a script stays in one slot of a
// cluster.
const (
	sourceKey = "src:{sources}:s:"  // hash by source id: j the source, s its state, m its moves to other domains
	allKey    = "src:{sources}:all" // set of source ids
	dueKey    = "src:{sources}:due" // zset: source id by unix ms of its next reading
	atKey     = "src:{sources}:at"  // hash: canonical address of an endpoint to source id
)
