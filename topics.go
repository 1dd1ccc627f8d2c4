package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/peterbourgon/ff/v3/ffcli"

	"visnyk/config"
	"visnyk/digest"
)

// learntFile is where "topics train" writes what it learnt.
func learntFile(s config.Settings) string { return filepath.Join(s.DataDir, "topics.model") }

// learn lets the taxonomy ask what was learnt; no file is no error.
func learn(taxonomy *digest.Taxonomy, file string) error {
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	b, err := digest.ReadBayes(f)
	if err != nil {
		return fmt.Errorf("%s: %w; delete the file or run visnyk topics train again", file, err)
	}
	taxonomy.Learn(b)
	return nil
}

func (p *program) topicsCommand() *ffcli.Command {
	c := p.command("topics", "visnyk topics train | test", "learn topics from texts that you labelled", nil, func(context.Context, []string) error {
		return usageError("say visnyk topics train or visnyk topics test")
	})
	flags := flag.NewFlagSet("train", flag.ContinueOnError)
	model := flags.String("model", "", "file to write (default: topics.model in VISNYK_DATA_DIR, which the bot reads when it starts)")
	train := p.command("train", "visnyk topics train [--model FILE] < JSON Lines", "learn from labelled texts", flags, func(_ context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		return p.trainTopics(*model)
	})
	train.LongHelp = `Reads {"title","text","topics":[id,…]}, a text a line. Where no term of the topics file decides, the bot asks what was
learnt for a second opinion.`
	testFlags := flag.NewFlagSet("test", flag.ContinueOnError)
	tested := testFlags.String("model", "", "file to test (default: topics.model in VISNYK_DATA_DIR)")
	test := p.command("test", "visnyk topics test [--model FILE] < JSON Lines", "print how well what was learnt tells other labelled texts", testFlags, func(_ context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		return p.testTopics(*tested)
	})
	c.Subcommands = []*ffcli.Command{train, test}
	return c
}

// labelled reads labelled texts.
func (p *program) labelled() ([]digest.Labelled, error) {
	var all []digest.Labelled
	err := eachRecord(p.stdin, func(_ int, record []byte) error {
		var l digest.Labelled
		if err := json.Unmarshal(record, &l); err != nil {
			return err
		}
		if len(l.Topics) > 0 {
			all = append(all, l)
		}
		return nil
	})
	return all, err
}

// modelFile is the file that a command names, or the bot's own.
func (p *program) modelFile(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	s, err := config.LoadWithoutToken(p.getenv)
	if err != nil {
		return "", err
	}
	return learntFile(s), os.MkdirAll(s.DataDir, 0o755)
}

func (p *program) trainTopics(model string) error {
	file, err := p.modelFile(model)
	if err != nil {
		return err
	}
	all, err := p.labelled()
	if err != nil {
		return err
	}
	b, err := digest.TrainBayes(all)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		return err
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "Learnt %d topics from %d texts: %s\n", len(b.Weights), len(all), file)
	return err
}

func (p *program) testTopics(model string) error {
	file, err := p.modelFile(model)
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	b, err := digest.ReadBayes(f)
	if err != nil {
		return err
	}
	all, err := p.labelled()
	if err != nil {
		return err
	}
	return p.printScores(b, all)
}

// tallied counts how a topic was told.
type tallied struct{ right, told, there int }

func (t tallied) f1() float64 { return 2 * float64(t.right) / float64(max(1, t.told+t.there)) }

// printScores prints how each topic was told, the share of texts that were told
// rightly and the mean F1 of the topics.
func (p *program) printScores(b *digest.Bayes, all []digest.Labelled) error {
	topics := map[string]*tallied{}
	of := func(id string) *tallied {
		if topics[id] == nil {
			topics[id] = &tallied{}
		}
		return topics[id]
	}
	right := 0
	for _, l := range all {
		of(l.Topics[0]).there++
		scores := b.Classify(l.Title, l.Text)
		if len(scores) == 0 {
			continue
		}
		of(scores[0].ID).told++
		if scores[0].ID == l.Topics[0] {
			of(scores[0].ID).right++
			right++
		}
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "TOPIC\tTEXTS\tTOLD\tRIGHT\tF1")
	sum, n := 0.0, 0
	for _, id := range slices.Sorted(maps.Keys(topics)) {
		t := topics[id]
		if t.there > 0 {
			sum += t.f1()
			n++
		}
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.3f\n", id, t.there, t.told, t.right, t.f1())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "accuracy %.3f, macro-F1 %.3f over %d texts\n", float64(right)/float64(max(1, len(all))), sum/float64(max(1, n)), len(all))
	return err
}
