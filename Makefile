# Every target sets up what it needs (scripts/setup.sh) and can be the first thing that you type.

# Serves the built screens from inside the program; switching it on and off would rebuild Tauri.
FEATURES := custom-protocol
ifneq ($(shell uname -s),Linux)
# Windows and macOS have no libcrypto for SQLCipher to link with.
FEATURES := $(FEATURES),vendored-openssl
endif

PEERS ?= ../shared/peers

UI_SOURCES := $(shell find ui/src ui/index.html ui/package.json ui/package-lock.json ui/tsconfig.json ui/vite.config.ts)

.PHONY: run test check bench bench-peers sim seeded-bugs torture fuzz setup ui
.DELETE_ON_ERROR:

run: ui
	cargo build --features $(FEATURES)
	@scripts/run.sh target/debug/neem

# The window tests drive both programs, so they are built first, together with the tests: apart, the
# two would settle on other features and build half of the dependencies twice. Pictures: target/screens/
test: ui
	cd ui && npm test
	cargo build --workspace --bins --tests --features $(FEATURES)
	scripts/with-desktop.sh cargo test --workspace --features $(FEATURES)

check: ui
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --features $(FEATURES) -- -D warnings
	cd ui && npm run lint
	cd ui && npm run format:check

# One JSON object per line, on the screen and in target/bench.jsonl
# (the bench builds the program that it starts; a build of its own before it would settle on other features)
bench: ui
	@mkdir -p target
	@bash -o pipefail -c 'scripts/with-desktop.sh cargo bench --features $(FEATURES) --bench neem | tee target/bench.jsonl'

# The same work done by other sync engines in the same run, and the ratios
bench-peers:
	@test -d "$(PEERS)" || { echo "bench-peers: there is no folder $(PEERS) with the engines to compare with; set PEERS=FOLDER"; exit 1; }
	@$(MAKE) --no-print-directory bench
	@node scripts/bench-peers.mjs target/bench.jsonl "$(PEERS)"

# Simulated clinics, one seed one run: make sim SEED=1 RUNS=1000 sums them up in one line of JSON. A run that
# breaks a promise is written out with its seed.
SEED ?= 1
RUNS ?= 1000
sim:
	@cargo build --release --quiet --package neem-sim $(if $(findstring vendored,$(FEATURES)),--features vendored-openssl)
	@target/release/neem-sim --seed $(SEED) --runs $(RUNS)

# Whether the simulator finds faults that were put in on purpose; writes the table of docs/simulation.md.
seeded-bugs:
	@FEATURES=$(findstring vendored-openssl,$(FEATURES)) scripts/seeded-bugs.sh

# Kills PCs and hubs until so many have died; the files are on the disk of the temporary folder.
torture: ui
	RUNS=$(RUNS) cargo test --features $(FEATURES) --test killed -- --ignored --exact a_thousand_kills_lose_nothing --nocapture

# Bytes that nobody meant, for everything that reads the bytes of others (docs/fuzzing.md): make fuzz
# TARGET=commit SECONDS=60, or every target in turn for ten minutes.
fuzz:
	@TARGET=$(TARGET) SECONDS_EACH=$(or $(SECONDS),600) scripts/fuzz.sh

setup:
	@scripts/setup.sh

ui: ui/dist/index.html

ui/dist/index.html: $(UI_SOURCES) | setup
	cd ui && npm run build
	@touch $@
