#!/bin/sh
# Installs what site.py runs: WordPress, MariaDB, PHP and nginx, from Debian's packages.
#
# Safe to run again: when everything is there it says so and ends. No service is started, neither now nor at boot: the
# tests run servers of their own, in a folder of their own.
set -eu

# In this order: apt takes Apache for the web server unless another is there when WordPress is asked for.
servers="nginx php-fpm mariadb-server-core"
site="php php-cli php-mysql php-gd php-xml php-mbstring
    wordpress wordpress-theme-twentytwentyone wordpress-theme-twentytwentythree"
policy=/usr/sbin/policy-rc.d
made_policy=

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_of() {
    for package in "$@"; do
        is_installed "$package" || printf '%s ' "$package"
    done
}

units_of_servers() {
    # The PHP unit carries its version in its name.
    for unit in /lib/systemd/system/nginx.service /lib/systemd/system/php*-fpm.service; do
        if [ -e "$unit" ]; then
            basename "$unit"
        fi
    done
}

disable_at_boot() {
    # Without systemctl nothing starts units at boot either.
    if command -v systemctl >/dev/null; then
        systemctl disable "$1" >"$log" 2>&1 || fail "the service $1 could not be disabled at boot: $(cat "$log")"
    fi
}

restore_policy() {
    if [ -n "$made_policy" ]; then
        rm -f "$policy"
    fi
}

install_packages() {
    if [ $# -gt 0 ]; then
        echo "Installing: $*"
        apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1 || {
            tail -n 20 "$log" >&2
            fail "apt-get could not install these packages (its last words are above): $*"
        }
    fi
}

# shellcheck disable=SC2086  # here and below: a list of names, one argument each
missing=$(missing_of $servers $site)
if [ -z "$missing" ]; then
    echo "Everything that the WordPress test site needs is installed."
    exit 0
fi
command -v apt-get >/dev/null || fail "there is no apt-get here; the WordPress test site needs Debian."
[ "$(id -u)" -eq 0 ] || fail "only root can install what is missing: $missing"

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"; restore_policy' EXIT
trap 'exit 130' INT TERM
units_before=$(units_of_servers)
if [ ! -e "$policy" ]; then
    # Without this file Debian's packages start their services as they are installed.
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

apt-get update -qq >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    fail "the lists of packages could not be fetched (apt-get's last words are above)."
}
# shellcheck disable=SC2046,SC2086
install_packages $(missing_of $servers)
# shellcheck disable=SC2046,SC2086
install_packages $(missing_of $site)

for unit in $(units_of_servers); do
    # A unit that was there before is somebody's: it stays as it was.
    if ! printf '%s\n' "$units_before" | grep -qx "$unit"; then
        disable_at_boot "$unit"
    fi
done
echo "Installed, and no service was started."
