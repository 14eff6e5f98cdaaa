# trae: build, check, install. Everything made goes below build/.
.POSIX:
.SUFFIXES:

PREFIX = /usr/local
DESTDIR =
CC = gcc
PKG_CONFIG = pkg-config
VERSION = 0.1.0
DATE = 2026-11-20
# SAN=address,undefined builds and checks with sanitizers, in build/ of its own.
SAN =
B = build$(if $(SAN),/san)

CFLAGS = -O2 -g
WARN = -Wall -Wextra -Wformat=2 -Werror=format-security -Werror=implicit -Wshadow -Wvla -Wundef \
	-Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
	-Wconversion -Wno-sign-conversion -Wnull-dereference -Wno-missing-field-initializers
HARDEN = $(if $(SAN),,-D_FORTIFY_SOURCE=3) -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection=full -ftrivial-auto-var-init=zero -fno-delete-null-pointer-checks \
	-fno-strict-overflow
SANFLAGS = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS = -std=gnu2x -D_GNU_SOURCE -DTRAE_DATE='"$(DATE)"' -DTRAE_VERSION='"$(VERSION)"' -I. $(WARN) $(HARDEN) \
	$(SANFLAGS) -fPIC -MMD -MP $(CFLAGS)
ALL_LDFLAGS = -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--as-needed $(SANFLAGS) $(LDFLAGS)

# Rooms that make up the program itself, and those of its media helper.
CORE = base text json os field config store secret model policy content net page web jwt op agent work mcp front
MEDIA = frame media voice effect
MEDIA_CORE = base text json os field

CORE_SRC = $(foreach r,$(CORE),$(wildcard lib/$(r)/*.c)) $(wildcard cmd/*.c)
MEDIA_SRC = $(foreach r,$(MEDIA),$(wildcard lib/$(r)/*.c)) \
	$(foreach r,$(MEDIA_CORE),$(wildcard lib/$(r)/*.c))
CORE_OBJ = $(CORE_SRC:%.c=$(B)/obj/%.o)
MEDIA_OBJ = $(MEDIA_SRC:%.c=$(B)/obj/%.o)
SQL = $(wildcard share/sql/*.sql)

CORE_PKG = sqlite3 jansson libsodium
# One function of a library: not worth a library to load at every start.
MD5 = -l:libmd.a
MEDIA_PKG = jansson libavfilter libavformat libavcodec libswscale libswresample libavutil \
	cairo fontconfig pango pangocairo glib-2.0 espeak-ng libseccomp
NET_PKG = libcurl
PAGE_PKG = libxml-2.0 md4c
WEB_PKG = libmicrohttpd gnutls
KEYRING_PKG = libsecret-1
JWT_PKG = cjose jansson
MODULES = net page web keyring jwt
FLITE = -lflite -lflite_usenglish -lflite_cmulex -lflite_cmu_us_rms -lflite_cmu_us_slt \
	-lflite_cmu_us_awb -lflite_cmu_us_kal16

# Commands are shown short; V=1 shows them whole.
Q = $(if $(V),,$(if $(findstring s,$(firstword -$(MAKEFLAGS))),@,@echo "  $(notdir $@)";))
COMPILE = $(Q)$(CC) $(ALL_CFLAGS)
LINK = $(Q)$(CC) $(ALL_LDFLAGS)

pkgs = $(shell $(PKG_CONFIG) $(1) $(2))

all: $(B)/trae $(B)/libexec/trae-media $(MODULES:%=$(B)/libexec/%.so)

$(B)/libexec/trae-media: $(MEDIA_OBJ)
	@mkdir -p $(@D)
	$(LINK) -pie -o $@ $(MEDIA_OBJ) $(MEDIA_LIBS)
MEDIA_LIBS = $(call pkgs,--libs,$(MEDIA_PKG)) $(FLITE) -lm -lpthread

# A module is the folder module/ of its room, and links the library that the room stands for.
module_obj = $(patsubst %.c,$(B)/obj/%.o,$(wildcard lib/$(1)/module/*.c))
MODULE_OBJ = $(call module_obj,net) $(call module_obj,page) $(call module_obj,web) \
	$(call module_obj,secret) $(call module_obj,jwt)

# The program exports what its modules call and no more. libc stands in front of the libraries
# that few symbols come from: the dynamic linker looks in this order, some 2,000 times a start.
$(B)/trae: $(CORE_OBJ) $(B)/exports
	$(LINK) -pie -Wl,--dynamic-list=$(B)/exports -o $@ $(CORE_OBJ) \
		$(call pkgs,--libs,sqlite3) -lc $(call pkgs,--libs,$(CORE_PKG)) $(MD5) -lm
$(B)/exports: $(MODULE_OBJ)
	$(Q){ echo '{'; nm -u $^ | awk '$$1 == "U" { print $$2 ";" }' | sort -u; echo '};'; } >$@

$(B)/libexec/net.so: $(call module_obj,net)
$(B)/libexec/page.so: $(call module_obj,page)
$(B)/libexec/web.so: $(call module_obj,web)
$(B)/libexec/keyring.so: $(call module_obj,secret)
$(B)/libexec/jwt.so: $(call module_obj,jwt)
$(B)/libexec/%.so:
	@mkdir -p $(@D)
	$(LINK) -shared -o $@ $^ $(call pkgs,--libs,$(MODULE_PKG))
$(B)/libexec/net.so $(B)/obj/lib/net/module/%.o: MODULE_PKG = $(NET_PKG)
$(B)/libexec/page.so $(B)/obj/lib/page/module/%.o: MODULE_PKG = $(PAGE_PKG)
$(B)/libexec/web.so $(B)/obj/lib/web/module/%.o: MODULE_PKG = $(WEB_PKG)
$(B)/libexec/keyring.so $(B)/obj/lib/secret/module/%.o: MODULE_PKG = $(KEYRING_PKG)
$(B)/libexec/jwt.so $(B)/obj/lib/jwt/module/%.o: MODULE_PKG = $(JWT_PKG)
$(B)/obj/lib/media/%.o $(B)/obj/lib/voice/%.o $(B)/obj/lib/effect/%.o: MODULE_PKG = $(MEDIA_PKG)
# Sound is the same wherever it is computed only without contracted operations.
$(B)/obj/lib/media/%.o $(B)/obj/lib/voice/%.o: ROOM_CFLAGS = -ffp-contract=off
$(B)/obj/lib/store/migrate.o: $(SQL)
$(B)/obj/lib/op/answers.o: share/web/schemas.json
$(B)/obj/cmd/docs.o: $(wildcard share/web/docs.*)
$(B)/obj/lib/front/page.o $(B)/obj/lib/work/authorization_page.o: $(wildcard share/web/*.html)

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) $(if $(MODULE_PKG),$(call pkgs,--cflags,$(MODULE_PKG))) $(ROOM_CFLAGS) -c -o $@ $<

# Tests: unit programs link one of two archives, by what they look into.
$(B)/libtrae.a: $(filter-out $(B)/obj/cmd/main.o,$(CORE_OBJ))
	$(Q)rm -f $@ && ar rcs $@ $^
$(B)/libmedia.a: $(filter-out $(B)/obj/lib/media/main.o,$(MEDIA_OBJ))
	$(Q)rm -f $@ && ar rcs $@ $^
MEDIA_TESTS = $(wildcard tests/unit/media*.c tests/unit/voice.c tests/unit/sound.c)
CORE_TESTS = $(filter-out $(MEDIA_TESTS) tests/bench/slow_sync.c,$(wildcard tests/unit/*.c tests/drive/*.c tests/torture/*.c tests/bench/*.c))
TESTS = $(CORE_TESTS:tests/%.c=$(B)/tests/%) $(MEDIA_TESTS:tests/%.c=$(B)/tests/%)
$(CORE_TESTS:tests/%.c=$(B)/tests/%): $(B)/tests/%: $(B)/obj/tests/%.o $(B)/libtrae.a
	@mkdir -p $(@D) && ln -sfn ../../libexec $(@D)/libexec
	$(LINK) -pie -rdynamic -o $@ $< -Wl,--whole-archive $(B)/libtrae.a -Wl,--no-whole-archive $(call pkgs,--libs,$(CORE_PKG)) $(MD5) -lm
$(MEDIA_TESTS:tests/%.c=$(B)/tests/%): $(B)/tests/%: $(B)/obj/tests/%.o $(B)/libmedia.a
	@mkdir -p $(@D) && ln -sfn ../../libexec $(@D)/libexec
	$(LINK) -pie -o $@ $< $(B)/libmedia.a $(MEDIA_LIBS)

# The program with the tools, resources and prompts that MCP's conformance suite looks for.
MCP_DRIVE = $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/drive/mcp/*.c))
$(B)/tests/drive/mcp/trae: $(MCP_DRIVE) $(filter-out $(B)/obj/cmd/ops.o $(B)/obj/lib/mcp/table.o,$(CORE_OBJ))
	@mkdir -p $(@D) && ln -sfn ../../../libexec $(@D)/libexec
	$(LINK) -pie -rdynamic -o $@ $^ $(call pkgs,--libs,$(CORE_PKG)) $(MD5) -lm
TESTS += $(B)/tests/drive/mcp/trae

# Fuzz targets: in `make check` they are given their corpora again, in `make fuzz` new inputs.
FUZZ = $(wildcard tests/fuzz/*.c)
REPLAY = $(FUZZ:tests/fuzz/%.c=$(B)/tests/fuzz/%)
FUZZ_RUNS = 1000000
FUZZ_PKG = $(CORE_PKG) $(NET_PKG) $(PAGE_PKG)
$(REPLAY): $(B)/tests/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/obj/tests/replay/replay.o \
		$(call module_obj,page) $(B)/libtrae.a
	@mkdir -p $(@D)
	$(LINK) -pie -o $@ $^ $(call pkgs,--libs,$(FUZZ_PKG)) $(MD5) -lm

check: all $(TESTS) $(REPLAY)
	@share/debian/install-deps check
	@tests/check.sh $(CURDIR)/$(B) 2 $(filter $(B)/tests/unit/% $(B)/tests/torture/%,$(TESTS)) \
		tests/torture/render.sh $(REPLAY) $(wildcard tests/*.bats)

# npm programs that tests hold this one against, pinned; no script of theirs runs at installation.
peers: build/peers/node_modules/.package-lock.json
build/peers/node_modules/.package-lock.json: tests/peers/package.json tests/peers/package-lock.json
	@mkdir -p build/peers
	cp tests/peers/package.json tests/peers/package-lock.json build/peers/
	cd build/peers && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

fuzz:
	@tests/fuzz.sh $(FUZZ_RUNS) $(FUZZ)

# The fault campaigns at full length; check runs them short.
torture: all $(TESTS)
	tests/torture/render.sh 200
	$(B)/tests/torture/walreset
	$(B)/tests/torture/faults
	$(B)/tests/torture/kill 1000
	$(B)/tests/torture/queue 1000 500
	$(B)/tests/torture/once 100
	$(B)/tests/torture/clock 50
	$(B)/tests/torture/timing 1000000
	$(B)/tests/torture/powercut 1000
	$(B)/tests/torture/full 50
	$(B)/tests/torture/flip 10000
	TRAE_BUILD=$(CURDIR)/$(B) TRAE_CAMPAIGN=whole bats tests/campaign.bats
	TRAE_BUILD=$(CURDIR)/$(B) TRAE_CALLBACK_KILLS=1000 bats -f 'killed anywhere' tests/callback.bats

$(B)/tests/bench/slow_sync.so: $(B)/obj/tests/bench/slow_sync.o
	@mkdir -p $(@D)
	$(LINK) -shared -o $@ $<

bench: all $(B)/tests/bench/writers $(B)/tests/bench/beanstalk $(B)/tests/bench/slow_sync.so
	@share/debian/install-deps bench
	@missed=0; for table in bench serve; do \
		/usr/bin/python3 tests/bench/$$table.py $(B) || missed=1; done; exit $$missed

chroot-check:
	@tests/chroot.sh

golden: $(B)/trae
	$(B)/trae lint --surface >tests/golden/surface.txt

demo:
	@share/debian/install-deps build
	@$(MAKE) --no-print-directory -s -j2 all
	@$(B)/trae video render share/examples/talk.md -o talk.mp4 --size 720p --background-music
	@echo "made talk.mp4"

libexecdir = $(DESTDIR)$(PREFIX)/libexec/trae
sharedir = $(DESTDIR)$(PREFIX)/share/trae
mandir = $(DESTDIR)$(PREFIX)/share/man
bashdir = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir = $(DESTDIR)$(PREFIX)/share/zsh/site-functions
unitdir = $(DESTDIR)$(PREFIX)/lib/systemd
UNITS = system/trae.service system/trae.socket user/trae.service
fishdir = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

# One manual page an operation, printed by the program itself.
$(B)/man: $(B)/trae
	@mkdir -p $@
	@$(B)/trae operations --format '{{name}}' | while read -r name; do \
		$(B)/trae man "$$name" >"$@/trae-$$(echo "$$name" | tr ' ' -).1" || exit 1; done
	@touch $@

install: all $(B)/man
	install -d $(DESTDIR)$(PREFIX)/bin $(libexecdir) $(sharedir)/examples $(mandir)/man1 \
		$(mandir)/man5 $(mandir)/man7 $(mandir)/man8 $(bashdir) $(zshdir) $(fishdir)
	install -m 755 $(B)/trae $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(B)/libexec/trae-media $(libexecdir)/
	install -m 644 $(MODULES:%=$(B)/libexec/%.so) $(libexecdir)/
	install -m 644 share/examples/* $(sharedir)/examples/
	install -m 644 $(B)/man/*.1 man/*.1 $(mandir)/man1/
	install -m 644 $(wildcard man/*.5) $(mandir)/man5/
	install -m 644 $(wildcard man/*.7) $(mandir)/man7/
	$(if $(wildcard man/*.8),install -m 644 $(wildcard man/*.8) $(mandir)/man8/)
	install -d $(unitdir)/system $(unitdir)/user
	install -m 644 share/systemd/trae.* $(unitdir)/system/
	install -m 644 share/systemd/user/trae.* $(unitdir)/user/
	sed -i 's,/usr/local/bin/,$(PREFIX)/bin/,' $(UNITS:%=$(unitdir)/%)
	install -m 644 completions/trae.bash $(bashdir)/trae
	install -m 644 completions/trae.zsh $(zshdir)/_trae
	install -m 644 completions/trae.fish $(fishdir)/trae.fish

uninstall:
	rm -rf $(libexecdir) $(sharedir)
	rm -f $(UNITS:%=$(unitdir)/%)
	rm -f $(DESTDIR)$(PREFIX)/bin/trae $(mandir)/man1/trae.1 $(mandir)/man1/trae-*.1 \
		$(patsubst man/%.5,$(mandir)/man5/%.5,$(wildcard man/*.5)) \
		$(patsubst man/%.7,$(mandir)/man7/%.7,$(wildcard man/*.7)) \
		$(patsubst man/%.8,$(mandir)/man8/%.8,$(wildcard man/*.8)) \
		$(bashdir)/trae $(zshdir)/_trae $(fishdir)/trae.fish

clean:
	rm -rf build

.PHONY: all check torture peers fuzz bench chroot-check golden demo install uninstall clean
.SECONDARY:

-include $(CORE_OBJ:.o=.d) $(MEDIA_OBJ:.o=.d) $(MODULE_OBJ:.o=.d) \
	$(patsubst %.c,$(B)/obj/%.d,$(wildcard tests/*/*.c tests/drive/mcp/*.c))
