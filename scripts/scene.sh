# shellcheck shell=bash
# What the pictures show: an engine with a few images and containers, one of
# which died. Everything is made on the spot. Sourced after engine.sh.

scene_images() {
	local rootfs=$BUILD/scene/debian.tar dir
	mkdir -p "$BUILD/scene"
	if [ ! -s "$rootfs" ]; then
		say "making a Debian root file system (debootstrap)"
		dir=$(mktemp -d)
		debootstrap --variant=minbase bookworm "$dir/root" >"$BUILD/debootstrap.log"
		rm -rf "$dir"/root/var/cache/apt/* "$dir"/root/var/lib/apt/lists/* "$dir"/root/usr/share/doc/*
		tar -C "$dir/root" -cf "$rootfs.tmp" .
		mv "$rootfs.tmp" "$rootfs"
		rm -rf "$dir"
	fi
	docker import -c 'CMD ["bash"]' "$rootfs" debian:12 >/dev/null

	dir=$(mktemp -d)
	mkdir -p "$dir/bin" "$dir/etc" "$dir/tmp" "$dir/app"
	cp "$(command -v busybox)" "$dir/bin/busybox"
	for applet in sh ls cat echo ps env id sleep tail head grep sed vi top httpd hostname stty uname wc; do
		ln -s busybox "$dir/bin/$applet"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/app:/bin/sh\n' >"$dir/etc/passwd"
	printf 'root:x:0:\napp:x:1000:\n' >"$dir/etc/group"
	# Saved on Windows: the kernel looks for an interpreter called "/bin/sh\r".
	printf '#!/bin/sh\r\necho "api: listening on :8080"\r\nexec httpd -f -p 8080\r\n' >"$dir/app/start.sh"
	printf 'listen: 8080\nworkers: 4\nlog: info\n' >"$dir/app/config.yml"
	chmod 755 "$dir/app/start.sh"
	chown -R 1000:1000 "$dir/app"
	tar -C "$dir" -c . | docker import -c 'ENTRYPOINT ["/app/start.sh"]' -c 'CMD ["--port","8080"]' -c 'USER app' \
		-c 'WORKDIR /app' -c 'ENV LOG_LEVEL=info' -c 'ENV DB_PASSWORD=change-me' -c 'EXPOSE 8080' - shop/api:2.4 >/dev/null
	printf '#!/bin/sh\necho "web: listening on :8080"\nexec httpd -f -p 8080\n' >"$dir/app/start.sh"
	tar -C "$dir" -c . | docker import -c 'ENTRYPOINT ["/app/start.sh"]' -c 'USER app' -c 'WORKDIR /app' - shop/web:2.4 >/dev/null
	tar -C "$dir" -c ./bin ./tmp ./etc | docker import -c 'CMD ["sh"]' - busybox:1.35 >/dev/null
	rm -rf "$dir"
}

scene_containers() {
	docker run -d --name web shop/web:2.4 >/dev/null
	docker run -d --name db debian:12 sleep infinity >/dev/null
	# It dies at once, which is the point.
	docker run -d --name api -e LOG_LEVEL=debug shop/api:2.4 >/dev/null 2>&1 || true
}
