package chats

import (
	"hash/crc32"
	"strconv"
)

// shards is how many hash tags the chats are spread over. All keys of one chat
// carry its tag, so that every script stays in one slot of a cluster. The
// number is part of the stored data and cannot change without a migration.
const shards = 16

func shardOf(chat int64) int {
	return int(crc32.ChecksumIEEE([]byte(strconv.FormatInt(chat, 10))) % shards)
}

// tagged starts the keys of one kind in one shard: "sub:{d07}:".
func tagged(kind string, shard int) string {
	return kind + ":{d" + strconv.Itoa(shard/10) + strconv.Itoa(shard%10) + "}:"
}

func chatKey(kind string, chat int64) string {
	return tagged(kind, shardOf(chat)) + strconv.FormatInt(chat, 10)
}

func subKey(chat int64) string   { return chatKey("sub", chat) }   // hash: j the chat as JSON, v its version
func shownKey(chat int64) string { return chatKey("shown", chat) } // zset: story id by unix s when it was shown
func ownKey(chat int64) string   { return chatKey("own", chat) }   // zset: ids of the bot's own messages by unix s when they were sent
func lostKey(chat int64) string  { return chatKey("lost", chat) }  // hash: tag of an undecided part to its row

// laneKey is the state of a chat's sending, a hash: fly the row in flight or unknown, at
// the unix ms before which nothing goes, last the last known message id.
func laneKey(chat int64) string { return chatKey("lane", chat) }

// Numbered tells whether the messages of a chat have numbers of their own, as
// those of supergroups and channels do. All private chats and basic groups of a
// bot share one count.
func Numbered(chat int64) bool { return chat <= -1_000_000_000_000 }

// sharedKey is the state of that count, a hash: last the last known message id.
const sharedKey = "lane:{shared}"

func dueKey(shard int) string { return tagged("due", shard) + "slots" } // zset: chat by unix ms of its next slot

// lanes are the two ways out: answers and alerts, which nobody waits for long,
// and everything else.
var lanes = [...]lane{prompt, broad}

// lane names the keys of one way out.
type lane struct{ list, ready string }

var (
	prompt = lane{"vip", "first"}
	broad  = lane{"out", "ready"}
)

func (l lane) listKey(chat int64) string { return chatKey(l.list, chat) }            // list: parts that wait to be sent, in order
func (l lane) readyKey(shard int) string { return tagged(l.ready, shard) + "chats" } // zset: chat with waiting parts by unix ms

// rowKey is one part of one delivery: a row of the ledger.
func rowKey(chat int64, delivery string, part int) string {
	return rowPrefix(shardOf(chat)) + delivery + ":" + strconv.Itoa(part)
}

func rowPrefix(shard int) string { return tagged("dlv", shard) }

// followersKey is the set of chats that follow a source; wideKey the set of
// chats that follow topics or words. Both are derived and kept beside the
// chats, each a single-key write.
func followersKey(source string) string { return "followers:" + source }

const (
	wideKey    = "wide"
	knownKey   = "chats"       // set: every chat that the program knows
	inboxKey   = "updates:{u}" // stream: updates that wait to be handled
	inboxSeen  = "upd:{u}:"    // string by update id: taken in already, for 48 hours
	inboxGroup = "handlers"    // the consumer group of the stream
)
