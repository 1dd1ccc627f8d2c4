package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"github.com/peterbourgon/ff/v3/ffcli"

	"visnyk/config"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = ""

// Exit statuses.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2 // wrong settings or arguments
)

// program is what every command works with.
type program struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	help           strings.Builder // what the command line says of itself
}

// usageError says that the command line is wrong.
type usageError string

func (e usageError) Error() string { return string(e) }

// run is the whole program. It returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr}
	root := p.commands()
	err := root.Parse(args)
	if err == nil {
		err = root.Run(ctx)
	} else if !errors.Is(err, flag.ErrHelp) {
		err = usageError(strings.TrimPrefix(err.Error(), "error parsing commandline arguments: "))
	}
	var faults config.Faults
	var usage usageError
	switch {
	case errors.Is(err, flag.ErrHelp):
		if p.help.Len() == 0 {
			p.help.WriteString(root.UsageFunc(root))
		}
		_, _ = io.WriteString(stdout, strings.TrimSpace(p.help.String())+"\n")
		return exitOK
	case err == nil:
		return exitOK
	case errors.As(err, &faults):
		for _, f := range faults {
			_, _ = fmt.Fprintln(stderr, "visnyk: "+f)
		}
		return exitUsage
	case errors.As(err, &usage):
		_, _ = fmt.Fprintln(stderr, "visnyk: "+usage.Error()+" (visnyk --help)")
		return exitUsage
	}
	_, _ = fmt.Fprintln(stderr, "visnyk: "+err.Error())
	return exitError
}

// commands is the command line.
func (p *program) commands() *ffcli.Command {
	root := p.command("visnyk", "visnyk COMMAND", "", nil, func(_ context.Context, args []string) error {
		if len(args) > 0 {
			return usageError("there is no command " + args[0])
		}
		return flag.ErrHelp
	})
	root.LongHelp = "Follows what Ukrainian public authorities publish and sends daily digests to Telegram."
	root.Subcommands = []*ffcli.Command{
		p.runCommand(), p.demoCommand(), p.previewCommand(), p.analyzeCommand(), p.sourcesCommand(), p.topicsCommand(), p.exportCommand(), p.importCommand(), p.reindexCommand(), p.healthCommand(),
		p.command("version", "visnyk version", "print the version", nil, func(context.Context, []string) error {
			_, err := fmt.Fprintln(p.stdout, "visnyk "+versionText())
			return err
		}),
	}
	return root
}

// command makes one command. A nil flags means that it has none.
func (p *program) command(name, usage, help string, flags *flag.FlagSet, exec func(context.Context, []string) error) *ffcli.Command {
	if flags == nil {
		flags = flag.NewFlagSet(name, flag.ContinueOnError)
	}
	c := &ffcli.Command{Name: name, ShortUsage: usage, ShortHelp: help, FlagSet: flags, Exec: exec}
	flags.SetOutput(&p.help)
	c.UsageFunc = ffcli.DefaultUsageFunc
	return c
}

func (p *program) runCommand() *ffcli.Command {
	c := p.command("run", "visnyk run", "the bot", nil, func(ctx context.Context, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		s, err := config.Load(p.getenv)
		if err != nil {
			return err
		}
		log := slog.New(slog.NewTextHandler(redact{p.stderr}, nil))
		return serve(ctx, s, parts{log: log})
	})
	c.LongHelp = "Settings are read from the environment; NAME_FILE reads a secret from a file.\n\n" + settingsTable()
	return c
}

// settingsTable lists all settings for --help.
func settingsTable() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range config.Table() {
		value := row.Default
		if value == "" {
			value = "–"
		}
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", row.Name, value, row.Help)
	}
	_ = w.Flush() // a strings.Builder takes everything
	return strings.TrimRight(b.String(), "\n")
}

func noArguments(args []string) error {
	if len(args) > 0 {
		return usageError("this command takes no arguments: " + strings.Join(args, " "))
	}
	return nil
}

func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "0.1.0-" + s.Value[:12]
			}
		}
	}
	return "0.1.0"
}
