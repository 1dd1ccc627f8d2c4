package chats

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"visnyk/internal/redistest"
)

// broken fails every command after so many.
type broken struct{ left int }

var errBroken = errors.New("the process was killed")

func (b *broken) DialHook(next redis.DialHook) redis.DialHook { return next }

func (b *broken) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if b.left--; b.left < 0 {
			cmd.SetErr(errBroken)
			return errBroken
		}
		return next(ctx, cmd)
	}
}

func (b *broken) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// oldData writes data of the first version.
func oldData(t *testing.T, db *redis.Client) {
	t.Helper()
	for chat := range int64(30) {
		row := rowKey(chat, fmt.Sprint("dg:", chat), 0)
		if err := errors.Join(
			db.HSet(t.Context(), row, "state", []string{"held", "sent"}[chat%2], "chat", chat).Err(),
			db.Set(t.Context(), chatKey("pace", chat), 1000+chat, time.Hour).Err(),
		); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAMigrationThatKeepsBeingKilledEndsAsOneThatIsNot(t *testing.T) {
	server := redistest.Start(t)
	db := server.Client(t)
	oldData(t, db)
	kills := 0
	for ; ; kills++ {
		again := server.Client(t)
		again.AddHook(&broken{left: 3 + 5*kills})
		if err := Migrate(t.Context(), again); err == nil {
			break
		} else if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
	}
	if kills < 5 {
		t.Errorf("only %d kills", kills)
	}
	for chat := range int64(30) {
		state := db.HGet(t.Context(), rowKey(chat, fmt.Sprint("dg:", chat), 0), "state").Val()
		at := db.HGet(t.Context(), laneKey(chat), "at").Val()
		if state != []string{"undecided", "sent"}[chat%2] || at != fmt.Sprint(1000+chat) || db.Exists(t.Context(), chatKey("pace", chat)).Val() != 0 {
			t.Errorf("chat %d: %s, at %s", chat, state, at)
		}
	}
	if v := db.Get(t.Context(), schemaKey).Val(); v != strconv.Itoa(Schema) {
		t.Errorf("version %s", v)
	}
}

func TestNewerDataIsRefused(t *testing.T) {
	db := redistest.Client(t)
	if err := db.Set(t.Context(), schemaKey, Schema+1, 0).Err(); err != nil {
		t.Fatal(err)
	}
	if err := Migrate(t.Context(), db); !errors.Is(err, ErrSchema) {
		t.Errorf("%v", err)
	}
}
