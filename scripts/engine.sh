# shellcheck shell=bash
# A Docker engine for tests, pictures and benches: the one that DOCKER_HOST or
# the default socket reaches; else, as root, a private dockerd on its own socket
# and data folder, ended with the script that sourced this (call engine_stop
# from its EXIT trap). Sourced after lib.sh.

ENGINE_DIR=
ENGINE_PID=
ENGINE_BRIDGE=

engine_answers() { [ -S "$1" ] && docker -H "unix://$1" version >/dev/null 2>&1; }

engine_start() {
	if [ -n "${DOCKER_HOST:-}" ]; then
		say "engine: $DOCKER_HOST (DOCKER_HOST)"
		return
	fi
	if engine_answers /var/run/docker.sock; then
		say "engine: /var/run/docker.sock"
		return
	fi
	[ "$(uname -s)" = Linux ] || die "no Docker engine answers: start Docker Desktop, colima or OrbStack, or set DOCKER_HOST"
	[ "$(id -u)" = 0 ] || die "no Docker engine answers at /var/run/docker.sock: start it (sudo systemctl start docker), or set DOCKER_HOST, or run this as root for a private one"
	engine_private
}

# A private engine, whatever else answers.
engine_private() {
	have dockerd || die "no dockerd to start: scripts/deps.sh test installs one"

	engine_sweep
	ENGINE_DIR=$(mktemp -d /tmp/tacklebox-engine.XXXXXX)
	echo $$ >"$ENGINE_DIR/owner"
	# A bridge with addresses of its own, and hands off the firewall: another
	# engine on this machine must not notice this one.
	ENGINE_BRIDGE=tbox$$
	echo "$ENGINE_BRIDGE" >"$ENGINE_DIR/bridge"
	ip link add "$ENGINE_BRIDGE" type bridge
	ip addr add "10.199.$(($$ % 250)).1/24" dev "$ENGINE_BRIDGE"
	ip link set "$ENGINE_BRIDGE" up
	echo '{}' >"$ENGINE_DIR/daemon.json"
	dockerd -H "unix://$ENGINE_DIR/docker.sock" --config-file "$ENGINE_DIR/daemon.json" \
		--data-root "$ENGINE_DIR/data" --exec-root "$ENGINE_DIR/exec" --pidfile "$ENGINE_DIR/pid" \
		--bridge "$ENGINE_BRIDGE" --iptables=false --ip-forward=false --ip-masq=false \
		--containerd-namespace "$ENGINE_BRIDGE" --containerd-plugins-namespace "$ENGINE_BRIDGE-plugins" \
		>"$BUILD/dockerd.log" 2>&1 &
	ENGINE_PID=$!
	for _ in $(seq 300); do
		if engine_answers "$ENGINE_DIR/docker.sock"; then
			export DOCKER_HOST=unix://$ENGINE_DIR/docker.sock
			say "engine: a private dockerd for this run"
			return
		fi
		if ! kill -0 $ENGINE_PID 2>/dev/null; then
			tail -n 15 "$BUILD/dockerd.log" >&2
			engine_stop
			die "the private dockerd did not start (all of it: build/dockerd.log)"
		fi
		sleep 0.2
	done
	engine_stop
	die "the private dockerd did not answer within 60 s (build/dockerd.log)"
}

# end_engine DIR: its containers go with it, then its folder.
end_engine() {
	local dir=$1 pid bridge
	pid=$(cat "$dir/pid" 2>/dev/null || true)
	if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
		# What a broken test left running would outlive the daemon otherwise.
		docker -H "unix://$dir/docker.sock" ps -q 2>/dev/null |
			xargs -r docker -H "unix://$dir/docker.sock" kill >/dev/null 2>&1 || true
		kill "$pid" 2>/dev/null || true
		for _ in $(seq 100); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		kill -9 "$pid" 2>/dev/null || true
	fi
	bridge=$(cat "$dir/bridge" 2>/dev/null || true)
	[ -z "$bridge" ] || ip link del "$bridge" 2>/dev/null || true
	awk -v d="$dir/" 'index($2, d) == 1 {print $2}' /proc/mounts | sort -r | while read -r m; do
		umount -l "$m" 2>/dev/null || true
	done
	rm -rf "$dir" 2>/dev/null || true
}

engine_stop() {
	[ -n "$ENGINE_DIR" ] || return 0
	end_engine "$ENGINE_DIR"
	ENGINE_DIR=
}

# What a run that was killed left behind: folders whose owner is gone.
engine_sweep() {
	local d owner
	for d in /tmp/tacklebox-engine.*; do
		[ -d "$d" ] || continue
		owner=$(cat "$d/owner" 2>/dev/null || true)
		if [ -n "$owner" ] && kill -0 "$owner" 2>/dev/null; then
			continue
		fi
		say "removing the engine that an earlier run left: $d"
		end_engine "$d"
	done
}
