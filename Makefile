# SPDX-License-Identifier: MIT
# make help tells what there is.

BUILD ?= release
ifeq ($(origin CC),default)
CC := gcc
endif
Q := $(if $(V),,@)
PREFIX ?= /usr/local
OUT := build/$(BUILD)
PACKAGES := libssh2 jansson libpcre2-8 libcurl libzstd zlib libmicrohttpd
TEST_PACKAGES := cmocka

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla \
	-Wundef -Wformat=2 -Wwrite-strings -Wcast-qual -Wimplicit-fallthrough \
	-Wnull-dereference -Wdouble-promotion
ifeq (,$(findstring clang,$(CC)))
# A text that does not fit is cut on purpose: see error.h.
WARNINGS += -Wno-format-truncation
endif
ifdef WERROR
WARNINGS += -Werror
endif

FLAGS_release := -O2 -g
FLAGS_debug := -O0 -g
FLAGS_asan := -O1 -g -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_tsan := -O1 -g -fsanitize=thread
FLAGS_cover := -O0 -g --coverage
FLAGS := $(FLAGS_$(BUILD))
ifeq ($(FLAGS),)
$(error BUILD=$(BUILD) is not one of release debug asan tsan cover)
endif

VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
CFLAGS ?=
LIB_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -I. $(FLAGS) $(WARNINGS) -pthread \
	$(LIB_CFLAGS) $(CFLAGS)
LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -pthread -lm -ldl
TEST_LIBS := $(shell pkg-config --libs $(TEST_PACKAGES) 2>/dev/null)

# Every .c file of the parts belongs to the program; a file or a folder more
# needs no line here.
PART_SOURCES := $(shell find harness targets workloads nemesis checkers \
	-name '*.c' ! -path 'nemesis/agent/*' ! -path '*/example_*' | LC_ALL=C sort)
LIB_SOURCES := $(filter-out harness/main.c,$(PART_SOURCES))
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(OUT)/%.o)
SUPPORT_OBJECTS := $(patsubst %.c,$(OUT)/%.o,$(wildcard tests/support/*.c) \
	nemesis/agent/impair.c nemesis/agent/disk_log.c nemesis/agent/shell.c \
	$(wildcard nemesis/agent/clock*.c))

# A test is one .c file with a main; a folder of tests, one directory.
UNIT_TESTS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/unit/test_*.c))
PROPERTY_TESTS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/property/test_*.c))
CORPUS_TESTS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/corpus/test_*.c))
BENCHES := $(patsubst %.c,$(OUT)/%,$(wildcard tests/bench/bench_*.c))
FUZZERS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all test tests demo bench deps check-deps install uninstall clean \
	help lint tidy unit property corpus system cluster fuzz ordeal
.DEFAULT_GOAL := all

all: ordeal ## build ./ordeal

# A link, and always looked at: what is there may be that of another build.
ordeal: check-deps $(OUT)/ordeal
	@ln -sf $(OUT)/ordeal ordeal

check-deps:
	@pkg-config --version >/dev/null 2>&1 || { \
	  echo 'ordeal: pkg-config is missing; run: sudo make deps' >&2; exit 1; }
	@for package in $(PACKAGES); do pkg-config --exists $$package || { \
	  echo "ordeal: the library $$package is missing; run: sudo make deps" \
	  >&2; exit 1; }; done

$(OUT)/ordeal: $(OUT)/harness/main.o $(OUT)/libordeal.a
	@echo "  LINK $@"
	$(Q)$(CC) $(FLAGS) -rdynamic -o $@ $< -Wl,--whole-archive \
	  $(OUT)/libordeal.a -Wl,--no-whole-archive $(LIBS)

$(OUT)/libordeal.a: $(LIB_OBJECTS)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The agent runs on nodes that have nothing: static, and part of the program,
# which uploads the one for the node's machine. It is the same in every BUILD.
# Machines are as `uname -m` has them; for those but our own it takes a cross
# compiler with a static libc (Debian: gcc-aarch64-linux-gnu and
# libc6-dev-arm64-cross).
AGENT_MACHINES := x86_64 aarch64
# On an x86-64 it is musl's (Debian: musl-tools), whatever CC is, where that is
# there: a quarter of the size. It is not told of the kernel's headers.
OWN_MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
KERNEL_HEADERS := $(OUT)/kernel-headers
HAS_MUSL := $(and $(filter x86_64,$(OWN_MACHINE)),\
	$(shell command -v musl-gcc 2>/dev/null))
AGENT_CC ?= $(if $(HAS_MUSL),musl-gcc -idirafter $(KERNEL_HEADERS),$(CC))
AGENT_CC_x86_64 ?= x86_64-linux-gnu-gcc
AGENT_CC_aarch64 ?= aarch64-linux-gnu-gcc
override AGENT_CC_$(OWN_MACHINE) := $(AGENT_CC)
has-libc = $(findstring /,$(shell $(1) -print-file-name=libc.a 2>/dev/null))
AGENTS := $(foreach m,$(AGENT_MACHINES),$(if \
	$(call has-libc,$(AGENT_CC_$(m))),$(OUT)/ordeal-agent-$(m)))
AGENT_SOURCES := $(sort $(wildcard nemesis/agent/*.c))
$(OUT)/ordeal-agent-%: $(AGENT_SOURCES) $(wildcard nemesis/agent/*.h) Makefile \
		| $(KERNEL_HEADERS)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(AGENT_CC_$*) -std=c17 -D_GNU_SOURCE -I. -Os $(AGENT_WARNINGS) \
	  -static -s -pthread -ffunction-sections -fdata-sections \
	  -Wl,--gc-sections -o $@ $(AGENT_SOURCES)
$(KERNEL_HEADERS):
	@mkdir -p $@
	@for folder in linux asm-generic asm; do \
	  for place in /usr/include /usr/include/$(OWN_MACHINE)-linux-gnu; do \
	    [ ! -d $$place/$$folder ] || ln -sfn $$place/$$folder $@/$$folder; \
	  done; done
# A cross compiler is gcc, whatever CC is.
AGENT_WARNINGS = $(WARNINGS) $(if $(findstring gcc,$(AGENT_CC_$*)), \
	-Wno-format-truncation)
$(OUT)/harness/control/agent_image.o: $(AGENTS)
$(OUT)/harness/control/agent_image.o: ALL_CFLAGS += \
	$(foreach m,$(AGENTS:$(OUT)/ordeal-agent-%=%),\
	-DORDEAL_AGENT_$(m)='"$(OUT)/ordeal-agent-$(m)"')
ifneq ($(words $(AGENTS)),$(words $(AGENT_MACHINES)))
$(OUT)/harness/control/agent_image.o: tell-agents
endif
.PHONY: tell-agents
tell-agents:
	@for machine in $(AGENT_MACHINES); do case '$(AGENTS)' in *-$$machine*) ;; \
	  *) echo "  no agent for nodes that are $$machine: no compiler" \
	  "$$machine-linux-gnu-gcc with a static libc" ;; esac; done

$(OUT)/harness/report/version.o: ALL_CFLAGS += -DORDEAL_VERSION='"$(VERSION)"'

TEST_BINARIES := $(UNIT_TESTS) $(PROPERTY_TESTS) $(CORPUS_TESTS) $(BENCHES) \
	$(FUZZERS) $(patsubst %.c,$(OUT)/%,$(wildcard tests/cluster/test_*.c))
$(TEST_BINARIES): $(OUT)/%: $(OUT)/%.o $(SUPPORT_OBJECTS) $(OUT)/libordeal.a
	@echo "  LINK $@"
	$(Q)$(CC) $(FLAGS) -rdynamic -o $@ $< $(SUPPORT_OBJECTS) \
	  $(OUT)/libordeal.a $(TEST_LIBS) $(LIBS)

TEST_SCRIPTS := $(sort $(wildcard tests/system/test_*.sh))
TIDY_SCRIPTS := tests/tidy/layers.sh tests/tidy/style.sh \
	tests/tidy/headers.sh tests/tidy/test_tidy.sh
CLUSTER_TESTS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/cluster/test_*.c)) \
	$(sort $(wildcard tests/cluster/test_*.sh))
RUN := tests/support/run.sh
JOBS := -j $(shell nproc)

# Test scripts find the program and the tests by these.
export ORDEAL := $(OUT)/ordeal
export ORDEAL_BUILD := $(OUT)

tests: all $(UNIT_TESTS) $(PROPERTY_TESTS) $(CORPUS_TESTS) $(FUZZERS) \
	$(filter $(OUT)/%,$(CLUSTER_TESTS)) ## build all tests

deps: ## install what is missing (Debian, Ubuntu; needs root)
	tests/support/install-deps.sh build run test

demo: ## a real test of etcd on five local nodes (needs root)
	tests/support/install-deps.sh build run
	$(MAKE) $(JOBS) all
	tests/support/demo.sh

test: ## install what is missing, build, run all tests (cluster: as root)
	tests/support/install-deps.sh build run test
	$(MAKE) $(JOBS) tests
	$(RUN) $(UNIT_TESTS) $(JOBS) $(PROPERTY_TESTS) $(CORPUS_TESTS) \
	  -j 1 tests/fuzz/smoke.sh $(TEST_SCRIPTS) $(TIDY_SCRIPTS) \
	  $(CLUSTER_TESTS)

unit: tests ## unit tests alone; likewise property corpus fuzz system tidy
	$(RUN) $(UNIT_TESTS)
property: tests
	$(RUN) $(JOBS) $(PROPERTY_TESTS)
corpus: tests
	$(RUN) $(JOBS) $(CORPUS_TESTS)
fuzz: tests
	$(RUN) tests/fuzz/smoke.sh
system: tests
	$(RUN) $(TEST_SCRIPTS)
tidy:
	$(RUN) $(TIDY_SCRIPTS)
cluster: tests ## tests on the local cluster (needs root)
	$(RUN) $(CLUSTER_TESTS)

bench: all $(BENCHES) ## measure, beside the peers where they are
	@for bench in $(BENCHES) $(sort $(wildcard tests/bench/bench_*.sh)); do \
	  echo "== $$bench"; OUT=$(OUT) $$bench || exit 1; done

lint: ## static analysis: clang-tidy and cppcheck
	tests/tidy/lint.sh

install: all ## into PREFIX (/usr/local): program, manual, completion
	install -D -m 755 $(OUT)/ordeal $(DESTDIR)$(PREFIX)/bin/ordeal
	install -D -m 644 doc/ordeal.1 \
	  $(DESTDIR)$(PREFIX)/share/man/man1/ordeal.1
	install -D -m 644 doc/ordeal.bash \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ordeal

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/ordeal \
	  $(DESTDIR)$(PREFIX)/share/man/man1/ordeal.1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ordeal

help: ## list the targets
	@echo 'make [BUILD=release|debug|asan|tsan|cover] [WERROR=1] [V=1] TARGET'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

clean: ## remove what was built
	rm -rf build ordeal

-include $(shell find build -name '*.d' 2>/dev/null)
