package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/peterbourgon/ff/v3/ffcli"
	"github.com/redis/go-redis/v9"

	"visnyk/sources"
)

// errNoMove says that no endpoint moved to an address.
var errNoMove = errors.New("no source moved there: visnyk sources moves lists those that moved")

// moveCommands do on the command line what the buttons under the notice of a move
// do in the operators' chats.
func (p *program) moveCommands() []*ffcli.Command {
	list := p.command("moves", "visnyk sources moves", "list the sources that moved to another domain and are not read there", nil, func(ctx context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		return p.withRegistry(ctx, p.printMoves)
	})
	accept := p.decideCommand("accept", "read a source at the domain that it moved to, after a refusal too", sources.ReadThere)
	refuse := p.decideCommand("refuse", "do not read a source there, and do not ask about that address again", sources.Refused)
	for _, c := range []*ffcli.Command{accept, refuse} {
		c.LongHelp = "ADDRESS is the new one, as visnyk sources moves prints it. A running bot need not be ended."
	}
	return []*ffcli.Command{list, accept, refuse}
}

func (p *program) decideCommand(name, help string, v sources.Verdict) *ffcli.Command {
	return p.command(name, "visnyk sources "+name+" ADDRESS", help, nil, func(ctx context.Context, args []string) error {
		if len(args) != 1 {
			return usageError("say visnyk sources " + name + " ADDRESS")
		}
		return p.withRegistry(ctx, func(ctx context.Context, r *sources.Registry) error { return p.decideMoves(ctx, r, args[0], v) })
	})
}

// withRegistry opens the registry of sources, that of a running bot too.
func (p *program) withRegistry(ctx context.Context, do func(context.Context, *sources.Registry) error) error {
	return p.withCore(ctx, func(core redis.UniversalClient) error { return do(ctx, sources.NewRegistry(core, nil, nil)) })
}

// heldNow lists the endpoints that moved to another domain.
func heldNow(ctx context.Context, r *sources.Registry) ([]sources.Held, error) {
	all, err := r.All(ctx)
	if err != nil {
		return nil, err
	}
	var held []sources.Held
	for _, k := range all {
		held = append(held, k.Held()...)
	}
	return held, nil
}

func (p *program) printMoves(ctx context.Context, r *sources.Registry) error {
	held, err := heldNow(ctx, r)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ID\tSTATE\tSINCE\tOLD\tNEW")
	for _, h := range held {
		state := "waits"
		if h.Refused {
			state = "refused"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", h.Source.ID, state, h.Since.UTC().Format(time.DateOnly), h.At, h.To)
	}
	return w.Flush()
}

// decideMoves decides about each endpoint that moved to an address.
func (p *program) decideMoves(ctx context.Context, r *sources.Registry, address string, v sources.Verdict) error {
	held, err := heldNow(ctx, r)
	if err != nil {
		return err
	}
	found := false
	for _, h := range held {
		if h.To != address {
			continue
		}
		found = true
		d, err := r.DecideMove(ctx, h.Tag(), v, true, 0)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(p.stdout, "%s: %s\n", h.Source.ID, moveText(d)); err != nil {
			return err
		}
	}
	if !found {
		return errNoMove
	}
	return nil
}

// moveText says how a move stands.
func moveText(d sources.Decision) string {
	switch d.State {
	case sources.MoveRead:
		return "is read at " + d.To
	case sources.MoveRefused:
		return "is not read at " + d.To
	case sources.MoveBack:
		return "is read again, at " + d.At
	}
	return "moved once more: visnyk sources moves lists where"
}
