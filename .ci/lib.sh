# Shared by the shell scripts beside it: words for people, and fingerprints for stamps.
step() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# One word that changes with the content of the files named.
fingerprint() { cat -- "$@" | cksum | tr ' ' '-'; }

# A command runs as root: directly, or by sudo where that asks nothing.
is_root() { [ "$(id -u)" = 0 ]; }
may_apt() { command -v apt-get >/dev/null 2>&1 && { is_root || sudo -n true 2>/dev/null; }; }
as_root() { if is_root; then "$@"; else sudo -n "$@"; fi; }

# The line a person types; as root without sudo, which may not be there.
apt_command() {
    if is_root; then echo "apt-get update && apt-get install -y $*"; else echo "sudo apt-get update && sudo apt-get install -y $*"; fi
}
apt_install() {
    # RUNLEVEL=1: a package that brings a service does not start it.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null &&
        as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# uv into .venv. It reads neither pip's settings nor, unless told, the machine's certificates; a closed network has its own of both.
uv_install() (
    index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
    if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then export UV_DEFAULT_INDEX="$index"; fi
    if [ -n "${PIP_CERT:-}" ] && [ -z "${SSL_CERT_FILE:-}" ]; then export SSL_CERT_FILE="$PIP_CERT"; fi
    if [ -s /etc/ssl/certs/ca-certificates.crt ]; then export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"; fi
    export VIRTUAL_ENV="$(pwd)/.venv" UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}" UV_NO_PROGRESS=1
    .venv/bin/python -m uv -q pip install "$@"
)
