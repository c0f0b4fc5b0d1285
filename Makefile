# Primrose: build, run, test and review. `make help` lists the commands.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test check twin assembly sbom vulncheck synth diff bench jail-arm64 corpus fuzz soak codecs tools node clean primrose

export CGO_ENABLED := 0

HOST := $(shell go env GOOS)-$(shell go env GOARCH)
NODE := PATH="$(CURDIR)/node_modules/.bin:$$PATH"
# What CDK and Lambda call this machine's processor.
ARCHITECTURE := $(patsubst %-amd64,x86_64,$(patsubst %-arm64,arm64,$(HOST)))
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
say   = @printf '\033[1m▸ %s\033[0m\n' "$(1)"

VERSITYGW   := v1.8.0
TOXIPROXY   := v2.12.0
STATICCHECK := v0.8.2
GOVULNCHECK := v1.9.0

FUZZTIME := 10s

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nExamples:\n  make run ARGS="--originals ~/Pictures"\n  make diff BASE=main\n  make corpus CORPUS=../hostile-images\n'

# ── Run ──────────────────────────────────────────────────────────────────

run: ## open a page to play on, with sample images (ARGS="--originals DIR")
	$(call say,Fetching the codecs (8 MB) and fonts (50 MB), and building primrose: about a minute the first time)
	@$(MAKE) -j2 codecs primrose
	@exec build/primrose serve --open $(ARGS)

primrose:
	@cd functions && go build -trimpath -ldflags='-s -w' -o ../build/primrose ./cmd/primrose

codecs: build/codecs/$(HOST)/.installed build/fonts/.made

# The same for all targets.
build/fonts/.made: functions/fonts/*
	@cd functions && go run ./fonts $(CURDIR)/build/fonts && touch $(CURDIR)/$@

# One folder of codecs a target: linux-amd64, linux-arm64 or darwin-arm64.
build/codecs/%/.installed: functions/package.json functions/package-lock.json
	@mkdir -p $(@D) && cp $^ $(@D)/
	@cd $(@D) && npm ci --os=$(firstword $(subst -, ,$*)) --cpu=$(patsubst amd64,x64,$(lastword $(subst -, ,$*))) \
		--libc=glibc --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# ── Test ─────────────────────────────────────────────────────────────────

test: tools node codecs ## check and test both modules with real parts
	@$(MAKE) check
	@$(MAKE) assembly
	$(call say,Testing the functions: about three minutes; more the first time)
	@cd functions && go test ./...
	@cd functions && go test -v -run '^TestLambdasLimits$$' ./image
	$(call say,Testing the infrastructure: about a minute; three the first time)
	@$(NODE) go test ./infra/...

check: build/bin/.staticcheck-$(STATICCHECK) ## formatting, vet, staticcheck and the lock files
	$(call say,Checking with vet and staticcheck: minutes the first time; they compile the CDK)
	@unformatted=$$(gofmt -l functions infra); test -z "$$unformatted" || { echo "run gofmt -w on: $$unformatted"; exit 1; }
	@! grep -n '"resolved"' package-lock.json functions/package-lock.json functions/fonts/package-lock.json || { echo 'the lock files must not name a registry'; exit 1; }
	@go vet ./infra/... && build/bin/staticcheck ./infra/...
	@cd functions && go vet ./... && ../build/bin/staticcheck ./...
	@cd functions && GOOS=darwin GOARCH=arm64 go vet ./... && GOOS=linux GOARCH=arm64 go vet ./...

twin: tools node codecs ## run the synthesised service without AWS, and break it in every way (ARGS="-serve -stage dev")
	@$(MAKE) assembly
	@cd functions && exec go run ./twin -assembly ../build/twin $(ARGS)

# What would be deployed, but for the processor: the twin runs it, and so do tests.
assembly: node codecs
	$(call say,Synthesising the service for $(ARCHITECTURE): a quarter of a minute; minutes the first time)
	@rm -rf build/twin && npx cdk synth --quiet --context architecture=$(ARCHITECTURE) --output build/twin

jail-arm64: build/bin/.qemu-system build/bin/.qemu build/bin/arm64-kernel build/codecs/linux-arm64/.installed build/fonts/.made ## check the jail on arm64, in an emulated machine
	$(call say,Booting an arm64 kernel and checking the jail there: minutes)
	@cd functions && go test -count=1 -v -timeout 30m -run TestARM64 ./internal/jailcheck -kernel $(CURDIR)/build/bin/arm64-kernel

# Debian's kernel for arm64, whatever this machine's processor is. The lists of arm64's packages are kept apart.
build/bin/arm64-kernel:
	$(call say,Fetching a kernel for arm64 from Debian (28 MB))
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && mkdir -p "$$dir/lists/partial" && cd "$$dir" && \
		apt="-qq -o Dir::State::Lists=$$dir/lists -o Dir::Cache=$$dir -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root" && \
		apt-get $$apt update && \
		apt-get $$apt download $$(apt-cache $$apt depends linux-image-cloud-arm64 | sed -n 's/.*Depends: //p') && \
		dpkg-deb --extract linux-image-*.deb . && cp boot/vmlinuz-* $(CURDIR)/$@

corpus: codecs ## try every file of a folder (CORPUS=DIR) with many options
	@test -n "$(CORPUS)" || { echo 'say which folder: make corpus CORPUS=DIR'; exit 1; }
	@cd functions && go test -count=1 -v -timeout 20m ./internal/corpus -corpus "$(abspath $(CORPUS))"

sbom: codecs primrose ## write what ships, and of what it is made, to build/primrose.cdx.json (CycloneDX)
	$(call say,Bundling the functions for both architectures and reading what is in them)
	@go run ./infra/sbom

vulncheck: build/bin/.govulncheck-$(GOVULNCHECK) ## ask the databases of vulnerabilities about all modules and packages
	@build/bin/govulncheck ./infra/...
	@cd functions && ../build/bin/govulncheck ./...
	@npm audit && npm audit --prefix functions

fuzz: tools codecs ## fuzz every parser and throw mutated images at jailed workers (FUZZTIME=10s each, CORPUS=DIR)
	$(call say,Fuzzing for $(FUZZTIME) each: targets of Go first and then images)
	@cd functions && $(NODE) go run ./fuzz -time $(FUZZTIME) -findings "$(CURDIR)/build/findings" $(if $(CORPUS),-corpus "$(abspath $(CORPUS))") $(ARGS) . ../infra

soak: tools codecs ## load the service for minutes and judge every answer (ARGS="-duration 60s -requests 20000")
	$(call say,Killing a thousand workers at their work)
	@cd functions && go test -count=1 -v -timeout 30m -run TestNothingIsLeftOfKills ./internal/worker -kills 1000
	$(call say,Loading the service: about ten minutes)
	@cd functions && go test -count=1 -v -timeout 60m -run 'TestServe|TestLambda' ./internal/soak -duration 60s -requests 20000 $(ARGS)
	@cd functions && go test -count=1 -v -timeout 15m -run '^TestLargest$$' ./image -largest
	$(call say,Throwing bombs at workers: about a quarter of an hour)
	@cd functions && go test -count=1 -v -timeout 60m ./internal/bomb -long

# ── Deploy and review ────────────────────────────────────────────────────

synth: node ## synthesise the CloudFormation templates into cdk.out
	@npx cdk synth --quiet

diff: node ## show what the working tree changes against a git ref (BASE=main)
	@infra/diff "$(or $(BASE),HEAD)"

# ── Measure ──────────────────────────────────────────────────────────────

bench: node codecs primrose build/bin/.imagemagick ## CPU, memory and cold start beside sharp and ImageMagick
	@cd functions && $(NODE) go run ./bench -primrose ../build/primrose $(ARGS)
	@$(NODE) node functions/bench/shrink.mjs

# ── Tools ────────────────────────────────────────────────────────────────

node: node_modules/.installed

node_modules/.installed: package.json package-lock.json
	$(call say,Installing the CDK CLI with its Node and the sharp oracle (230 MB))
	@npm ci --no-audit --no-fund --loglevel=error && touch $@

tools: build/bin/.versitygw-$(VERSITYGW) build/bin/.toxiproxy-$(TOXIPROXY) build/bin/.staticcheck-$(STATICCHECK) build/bin/.njs build/bin/.valgrind build/bin/.qemu build/bin/.chromium build/bin/.awscli ## install what the tests need

# The stamps hold the versions, so that another version is built anew.
build/bin/.versitygw-%:
	$(call say,Building versitygw (the S3 server of the tests): about 80 s)
	@GOBIN=$(CURDIR)/build/bin go install github.com/versity/versitygw/cmd/versitygw@$* && touch $@

build/bin/.toxiproxy-%:
	$(call say,Building toxiproxy (what comes between the tests and their S3 server): about 10 s)
	@GOBIN=$(CURDIR)/build/bin go install github.com/Shopify/toxiproxy/v2/cmd/server@$* && mv build/bin/server build/bin/toxiproxy && touch $@

build/bin/.staticcheck-%:
	$(call say,Building staticcheck: about 40 s)
	@GOBIN=$(CURDIR)/build/bin go install honnef.co/go/tools/cmd/staticcheck@$* && touch $@

build/bin/.govulncheck-%:
	$(call say,Building govulncheck: about 40 s)
	@GOBIN=$(CURDIR)/build/bin go install golang.org/x/vuln/cmd/govulncheck@$* && touch $@

ARM64_LIBRARY := /usr/aarch64-linux-gnu/lib/libstdc++.so.6

build/bin/.njs: ; $(call debian,command -v njs,njs)
build/bin/.chromium: ; $(call debian,command -v chromium,chromium)
# Debian's, whatever else is called aws on this machine.
build/bin/.awscli: ; $(call debian,test -x /usr/bin/aws,awscli)
build/bin/.valgrind: ; $(call debian,command -v valgrind,valgrind)
build/bin/.qemu: ; $(call debian,command -v qemu-aarch64 && test -e $(ARM64_LIBRARY),qemu-user libc6-arm64-cross libstdc++6-arm64-cross)
build/bin/.qemu-system: ; $(call debian,command -v qemu-system-aarch64,qemu-system-arm)
build/bin/.imagemagick: ; $(call debian,command -v convert-im6.q16,imagemagick)

# debian has $(1) succeed, which it does with Debian's packages $(2).
define debian
	@mkdir -p $(@D)
	@{ $(1); } >/dev/null || { \
		command -v apt-get >/dev/null || { echo 'missing: install $(2)'; exit 1; }; \
		echo 'Installing $(2)'; $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends $(2) >/dev/null; }
	@touch $@
endef

clean: ## remove what was built and installed here
	@rm -rf build cdk.out node_modules
