# SPDX-License-Identifier: GPL-2.0
#
# Targets of this tree. Each target installs and downloads what it needs. The kernel's build system
# reads Kbuild, not this file.

KERNELS := stock-6.1 stock-6.12 stock-6.12-arm64 stock-7

# KERNEL=NAME selects one. Otherwise t, demo and vm use Debian stable's, modules and check use all.
one := $(or $(KERNEL),stock-6.12)
all := $(or $(KERNEL),$(KERNELS))

# The targets of this file run one after the other, each of them on all processors.
MAKEFLAGS += --no-print-directory -j$(or $(JOBS),$(shell nproc))
.NOTPARALLEL:

# ccache: the same text is not compiled again with the same options.
export PATH := /usr/lib/ccache:$(PATH)
export CCACHE_DIR := $(or $(XDG_CACHE_HOME),$(or $(HOME),/root)/.cache)/persock/ccache
export CCACHE_MAXSIZE := 500M
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

say = @echo "== $(1)"

.PHONY: help
help:
	@echo 'make modules         persock.ko and the modules of its tests, for each stock kernel (W=1, C=1 as in the kernel)'
	@echo 'make tool            the persock command: build/tools/persock'
	@echo 'make selftests-bin   the selftest programs: build/selftests/'
	@echo 'make demo            persock at work on real programs, in a virtual machine'
	@echo 'make t TESTS="a_test b_test.sh"  these tests alone, on one kernel: within a minute'
	@echo 'make check           every selftest on the newest kernel, those that can differ on the others;'
	@echo '                     KUnit, faults and races on the debug kernel'
	@echo '                     (TESTS="a_test b_test.sh" selects, on 6.1 and 6.12)'
	@echo 'make lint            checkpatch, shellcheck, generated files and lists: nothing is run'
	@echo '                     (CHANGED=1 reads only files that differ from the last commit; see tools/pre-commit)'
	@echo 'make remember-times  have the next make check compare its times with those of the last one'
	@echo 'make check-the-checks  the tests find planted bugs'
	@echo 'make soak            everything on the debug kernel, with the long tests: faults, races, storms'
	@echo 'make coverage        which lines of the module the tests run'
	@echo 'make bench           the cost of sockets, beside cgroup-BPF, gVisor, veth and bridge: tables'
	@echo 'make bench-gate      compare the cost with its targets (part of make check)'
	@echo 'make deb             Debian packages: build/deb/'
	@echo 'make docs            the documentation as a site: build/docs/index.html'
	@echo 'make kunit           KUnit alone, in user-mode Linux'
	@echo 'make vm              a shell in a virtual machine with persock loaded'
	@echo 'make clean           remove build/ (downloaded kernels stay in the cache)'
	@echo
	@echo 'KERNEL=NAME selects one of: $(KERNELS), stock-6.12-deb13, or debug,'
	@echo 'debug-7 (built from source, some fifteen minutes once)'

# kbuild writes its output beside the sources. A mirror of them for each kernel keeps the tree
# clean and the kernels apart. A changed file gets the time of the copy, not of the edit: an edit
# during the compilation of an older copy is older than its object, and would be missed. --delete
# does not remove excluded files, which protects the output of the build.
mirror := rsync -rlpc --delete --prune-empty-dirs --exclude='*.mod.c' \
	--include='*/' --include='*.[chS]' --include=Kbuild --exclude='*'

# Variables for a kernel of the other architecture.
for_arm64 := ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-

# What the selftests load beside persock: the sample provider, a livepatch.
test_modules := $(patsubst %/Kbuild,%,$(wildcard selftests/*/Kbuild selftests/*/*/Kbuild))

.PHONY: modules
modules: $(addprefix modules-,$(all))

# kbuild takes seconds to find out that nothing has changed: skip it if no copy has changed.
modules-%:
	@tools/setup build $(if $(C),lint)
	$(call say,persock.ko for $*)
	@mkdir -p build/$*/selftests
	@exec 9>build/$*/.lock; flock 9; \
	changed=$$($(mirror) -i Kbuild module uapi build/$*/ && \
	$(if $(test_modules),$(mirror) -i $(test_modules) build/$*/selftests/ &&) \
	$(if $(filter debug%,$*),$(mirror) -i kunit module uapi build/$*/selftests/kunit/ &&) \
	true) && \
	answer=$$(tools/kernels/fetch $*) && kdir=$$(echo "$$answer" | sed -n 's/^headers=//p') && \
	test -n "$$kdir" && tools=$$(echo "$$answer" | sed -n 's/^tools=//p') && \
	if [ -n "$$tools" ]; then export PATH="$$tools:$$PATH" DEBIAN_KERNEL_USE_CCACHE=yes; fi && \
	if echo "$$answer" | grep -qx arch=arm64; then export $(for_arm64); fi && \
	if [ -z "$$changed$(C)" ] && \
		[ "$$(cat build/$*/.built 2>/dev/null)" = "$$kdir $(PERSOCK_COVERAGE)" ]; then exit; fi && \
	rm -f build/$*/.built && \
	$(MAKE) -C "$$kdir" M='$(CURDIR)/build/$*' modules && \
	for folder in $(addprefix selftests/,$(notdir $(test_modules))) $(if $(filter debug%,$*),selftests/kunit/kunit); do \
		$(MAKE) -C "$$kdir" M="$(CURDIR)/build/$*/$$folder" modules \
			KBUILD_EXTRA_SYMBOLS='$(CURDIR)/build/$*/Module.symvers' || exit; \
	done && \
	echo "$$kdir $(PERSOCK_COVERAGE)" >build/$*/.built

.PHONY: tool
tool:
	@tools/setup build
	$(call say,the persock command)
	@$(MAKE) -C tools/persock O='$(CURDIR)/build/tools'

# The same with sanitizers, for tests with broken files.
.PHONY: tool-sanitized
tool-sanitized:
	@tools/setup build
	$(call say,the persock command with sanitizers)
	@$(MAKE) -s -C tools/persock O='$(CURDIR)/build/tools-sanitized' \
		CFLAGS='-O1 -g -fsanitize=address,undefined' LDFLAGS='-fsanitize=address,undefined'

.PHONY: selftests-bin
selftests-bin:
	@tools/setup build
	$(call say,the selftest programs)
	@$(MAKE) -C selftests $(if $(TESTS),TESTS='$(TESTS)')

# Tool and selftest programs for a kernel of another architecture: build/arm64.
.PHONY: programs-arm64
programs-arm64:
	@tools/setup build
	$(call say,the persock command and the selftest programs for arm64)
	@cc=$$(tools/kernels/fetch stock-6.12-arm64 | sed -n 's/^tools=//p')/aarch64-linux-gnu-gcc && \
	root=$$(selftests/runner/vm/root arm64) && cc="ccache $$cc --sysroot=$$root" && \
	$(MAKE) -s -C tools/persock O='$(CURDIR)/build/arm64/tools' CC="$$cc" && \
	$(MAKE) -C selftests O='$(CURDIR)/build/arm64/selftests' CC="$$cc" HELPERS_32= $(if $(TESTS),TESTS='$(TESTS)')

# The programs for a kernel.
programs_for = $(if $(findstring arm64,$(1)),programs-arm64,tool)

.PHONY: demo
demo: modules-$(one) $(call programs_for,$(one))
	@tools/setup vm demo
	$(call say,booting $(one))
	@selftests/runner/vm/run --kernel $(one) -- selftests/demo/run

.PHONY: kunit
kunit:
	@tools/setup kunit
	$(call say,KUnit)
	@kunit/run
	@selftests/runner/summary build/check/kunit.ktap build/check/kunit-log.ktap

# Failing tests do not end this early: the summary at the end judges all logs together. KUnit runs
# on the debug kernel.
.PHONY: check
check:
	@selftests/runner/check $(addprefix --kernel ,$(KERNEL)) $(TESTS)
	@selftests/runner/summary build/check/*.ktap

# Later runs of make check are compared with the times of the last one.
.PHONY: remember-times
remember-times:
	@{ sed '/^[^#]/d' selftests/runner/lists/times; \
	sed -n -e 's/^test \([0-9]*\) \([^ ]*\) \(.*\)/\2 \1 \3/p' -e '/^stage /p' build/check/times | \
		LC_ALL=C sort -k 1,1 -k 3; } >build/check/remembered
	@mv build/check/remembered selftests/runner/lists/times

# Some tests, as fast as possible: only what they need is built and installed.
.PHONY: t
t:
	@selftests/runner/check --only-results --kernel $(one) $(TESTS)

# The job "tree" of make check alone. CHANGED=1: read only what differs from the last commit.
.PHONY: lint
lint:
	@tools/setup build lint
	@selftests/runner/tree_check $(if $(CHANGED),changed,tree)

# The kernel's own tests of sockets, from its source package, for kernel_net_test.sh.
.PHONY: kernel-net
kernel-net:
	@tools/setup build kernel_net
	@selftests/kernel_net/build

# All tests on the debug kernel, with storms and sweeps that take hours.
.PHONY: soak
soak:
	@selftests/runner/check --soak
	$(call say,storms)
	@tools/setup vm tests storm
	@selftests/runner/vm/run --kernel debug --timeout 0 -- selftests/storm/run --seconds 60 --rounds 4 | \
		tee build/check/storm.ktap
	@selftests/runner/summary build/check/*.ktap

# The lines of the module that the tests run, which the debug kernel counts. Other targets do not use
# this module, and its objects cannot be cached.
.PHONY: coverage
coverage: export PERSOCK_COVERAGE := y
coverage: modules-debug tool selftests-bin
	@tools/setup vm tests
	$(call say,every selftest on the debug kernel)
	@rm -rf build/coverage && mkdir -p build/coverage
	@selftests/runner/vm/run --kernel debug --timeout 0 --share build/coverage -- \
		selftests/runner/coverage/guest '$(CURDIR)/build/coverage' $(TESTS) | tee build/coverage.ktap
	@selftests/runner/coverage/report '$(CURDIR)' build/coverage

# The cost of sockets in each environment of selftests/bench/run: a table for each kernel.
.PHONY: bench
bench: $(addprefix modules-,$(filter-out %-arm64,$(all))) tool selftests-bin
	@tools/setup vm bench
	@$(MAKE) -s -C selftests/bench/bpf O='$(CURDIR)/build/selftests/bench/bpf'
	@mkdir -p build/bench
	@for kernel in $(filter-out %-arm64,$(all)); do \
		echo "== instructions on $$kernel"; \
		selftests/runner/vm/run --kernel $$kernel --icount --no-module --timeout 3600 -- \
			env BENCH_TIMES=3 BENCH_APPARMOR="$$(tools/debian/fetch --root amd64 bookworm base-files base-passwd \
			apparmor)" selftests/bench/run >build/bench/$$kernel.log && \
		selftests/bench/table --json build/bench/$$kernel.json --rst build/bench/$$kernel.rst \
			--svg build/bench/$$kernel.svg build/bench/$$kernel.log || exit; \
		echo "== instructions from a container on $$kernel"; \
		selftests/runner/vm/run --kernel $$kernel --icount --no-module --timeout 1800 -- \
			env BENCH_TIMES=3 selftests/bench/delegation \
			>build/bench/$$kernel-delegation.log && \
		selftests/bench/table --json build/bench/$$kernel-delegation.json \
			--rst build/bench/$$kernel-delegation.rst \
			build/bench/$$kernel-delegation.log || exit; \
	done

# Compare the rows to which governance adds least with their targets; part of make check.
.PHONY: bench-gate
bench-gate:
	@selftests/runner/check $(addprefix --kernel ,$(KERNEL)) gate
	@selftests/runner/summary build/check/*.ktap

# persock and persock-dkms, from the files that git knows: build/deb/*.deb.
.PHONY: deb
deb:
	@tools/setup build deb
	$(call say,packages)
	@mkdir -p build/deb && find build/deb -mindepth 1 -delete && mkdir build/deb/persock
	@git ls-files -z --cached --others --exclude-standard | \
		rsync -a --from0 --files-from=- . build/deb/persock/
	@cd build/deb/persock && dpkg-buildpackage -us -uc -b >../build.log 2>&1 || \
		{ tail -n 20 ../build.log; false; }
	@lintian --allow-root --fail-on error build/deb/*.changes
	@ls build/deb/*.deb

# All pages are read again each time, because Sphinx prints no warnings for unchanged pages.
.PHONY: docs
docs: tool
	@tools/setup docs
	$(call say,the documentation)
	@tools/docs/generate build/tools/persock build/pages
	@tools/docs/embed --check
	@sphinx-build -q -E -W --keep-going -b html -d build/pages/doctrees Documentation build/docs
	@echo build/docs/index.html

# Bugs that are planted on purpose must be caught; see selftests/runner/planted/run.
.PHONY: check-the-checks
check-the-checks: tool selftests-bin
	@tools/setup vm tests
	$(call say,planted bugs)
	@mkdir -p build/check
	@selftests/runner/planted/run $(if $(KERNEL),--kernel $(KERNEL)) | tee build/check/planted.ktap
	@selftests/runner/summary build/check/planted.ktap

.PHONY: vm
vm: modules-$(one) $(call programs_for,$(one))
	@tools/setup vm
	@tools/setup --missing build/missing tests
	@selftests/runner/vm/run --kernel $(one) --shell

.PHONY: clean
clean:
	rm -rf build
