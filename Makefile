# make test   everything a fresh machine needs and checks; CI runs this
# make check  the same for developers who have the tools already
# make bench-digests  how fast digests are made
# make bench-search  how fast searches are beside SQLite's FTS5; VISNYK_BENCH_DOCS articles
# make bench-sources  how punctually thousands of sources are read
# make eval   how well pages are read, digests made, searches answered and abstracts checked; SEEDS, SETS and HARNESS name folders with more data
# make fuzz   what strangers write: FUZZTIME each, FUZZ for other targets as package:Target; FUZZALL has all of them
# make chaos  nothing is lost or repeated when processes, Redis and Telegram fail: 20 minutes
# make live-check  whether Telegram still says what delivery rests on; needs a bot of your own
# make e2e    the demo's chat page driven by headless Chromium

SHELL = /bin/bash
GO ?= go
TOOL = cd internal/tools && $(GO) tool

.PHONY: test check deps fmt format vet staticcheck spelling unit build e2e eval bench-sources bench-digests bench-search fuzz chaos live-check

test: deps check

check: format vet staticcheck spelling unit

deps:
	@command -v redis-server >/dev/null && command -v ip >/dev/null && command -v unshare >/dev/null && hunspell -D 2>&1 </dev/null | grep -q uk_UA || { \
		echo 'redis-server, ip, unshare, hunspell or its Ukrainian dictionary is missing: installing with apt-get'; \
		apt-get update -qq && apt-get install -y -qq redis-server iproute2 util-linux hunspell hunspell-uk; }

format:
	@out=$$(git ls-files -co --exclude-standard '*.go' | sed "s|^|$(CURDIR)/|" | (cd internal/tools && xargs $(GO) tool gofumpt -l)); \
		test -z "$$out" || { echo "gofumpt would change:"; echo "$$out"; exit 1; }

fmt:
	@git ls-files -co --exclude-standard '*.go' | sed "s|^|$(CURDIR)/|" | (cd internal/tools && xargs $(GO) tool gofumpt -w)

vet:
	$(GO) vet ./...

staticcheck:
	@cd internal/tools && $(GO) build -o $(CURDIR)/.bin/staticcheck honnef.co/go/tools/cmd/staticcheck
	.bin/staticcheck ./...

# what users read, by the dictionary of Debian; bot/testdata/spelling.txt lists what it does not know
spelling:
	@export LC_ALL=C.UTF-8; out=$$(ls bot/*.go | grep -v _test.go | xargs cat | grep -oP '[А-Яа-яІіЇїЄєҐґ’]+' | sed "s/’/'/g; s/^'//; s/'$$//" | sort -u | \
		hunspell -d uk_UA -i utf-8 -l | sort -u | grep -vxFf bot/testdata/spelling.txt); \
		test -z "$$out" || { echo "misspelt, or missing in bot/testdata/spelling.txt:"; echo "$$out"; exit 1; }

unit:
	$(GO) test -race -parallel 4 -timeout 20m ./...

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o visnyk .

# 5,000 sources, three in ten of them bad, on a clock that goes twenty times faster
bench-sources:
	$(GO) test ./sources -run '^$$' -bench FiveThousandSources -benchtime 1x -timeout 15m

# the digests of ten thousand chats over a day of two thousand articles
bench-digests:
	$(GO) test ./bot -run '^$$' -bench DigestsOfADay -benchtime 3x

# processes that are killed, a Redis that goes away, floods of refusals: 20 minutes, a line each; CHAOS picks some
CHAOS ?=
chaos:
	@set -o pipefail; $(GO) test -tags 'chaos failpoint' -run 'TestChaos.*$(CHAOS)' -parallel 4 -timeout 40m -v . | \
		grep -E '^ +chaos_|^ *--- |^(ok|FAIL|PASS)' | grep -v 'seed'
	$(GO) test -tags chaos -run 'Replicas|Restarting' ./bot

# what Telegram itself says, with a bot made for it: LIVE_TOKEN, LIVE_CHATS and LIVE_FOREIGN as in bot/live_test.go
live-check:
	$(GO) test -tags live -run Live -count 1 -v ./bot

# every kind of query over a generated corpus, in ours and in SQLite's FTS5
bench-search:
	cd internal/benchsearch && $(GO) test -run '^$$' -bench . -benchtime 500x -timeout 60m

FUZZTIME ?= 60s
FUZZ ?= sources:FuzzFeed sources:FuzzOutline sources/extract:FuzzHTML sources:FuzzChannel sources/list:FuzzList
FUZZALL = $(FUZZ) sources:FuzzSitemap sources:FuzzRobots sources:FuzzHeaders sources/extract:FuzzParseTree sources/extract:FuzzText \
	sources/articles:FuzzShape sources/search:FuzzQuery sources/search:FuzzSearch internal/ukrainian:FuzzLatin internal/ukrainian:FuzzKey internal/ukrainian:FuzzText internal/ukrainian:FuzzFacts \
	internal/ukrainian:FuzzLetters internal/telegramtest:FuzzHTML bot:FuzzDecode bot:FuzzRender bot/docx:FuzzDocument bot/opml:FuzzRead

# make fuzz FUZZ='$(FUZZALL)' runs all of them
fuzz:
	@for t in $(FUZZ); do echo "$$t"; \
		$(GO) test ./$${t%:*} -run '^$$' -fuzz "^$${t#*:}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x || exit 1; done

e2e: build
	cd e2e && ./run

eval: build
	@python3 eval/extract.py ./visnyk
	@python3 eval/digest.py ./visnyk
	@$(GO) test ./sources/search -run SearchesFindWhatAnswersThem -count 1 -v | grep nDCG
	@$(GO) test ./digest -run TopicsOfLabelledTexts -count 1 -v | grep 'texts: macro'
	@$(GO) test ./digest/abstract -run AnnouncementsAreRetoldTruly -count 1 -v | grep -o 'abstracts: .*'
