"""The three servers of the test site: a database, PHP and a web server, each with all its files in one folder.

What goes in is the site's folder and its port; what comes out are running processes that end with the `with` block,
and also if the process that started them is killed. They run as the user who starts them, read no configuration of
the machine's own services and listen on 127.0.0.1 or on sockets in the folder only.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

_START_LIMIT_S: Final = 30.0
_STOP_LIMIT_S: Final = 15.0
_SOCKET_PATH_LIMIT: Final = 107
"""Bytes of a Unix socket's path, by the kernel's `sockaddr_un`."""
_REDO_LOG: Final = "--innodb-log-file-size=8M"
"""MariaDB's default is 96 MB of disk."""


class WordPressUnavailable(Exception):
    """The test site cannot run here; the message says what to do."""


def program(name: str) -> str:
    """Find the path of a program; `php-fpm` stands for the newest version of it.

    Raises:
        WordPressUnavailable: It is not installed.
    """
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    names = [name] if name != "php-fpm" else sorted((p.name for p in Path("/usr/sbin").glob("php-fpm*")), reverse=True)
    found = next(filter(None, (shutil.which(each, path=path) for each in names)), None)
    if found is None:
        raise WordPressUnavailable(f"{name} is not installed; run tests/e2e/wordpress/install.sh as root")
    return found


def create_database(folder: Path) -> None:
    """Make the database server's own files; its administrator is `root`, without password, behind a private folder."""
    (folder / "database").mkdir(mode=0o700)
    command = [program("mariadb-install-db"), "--no-defaults", f"--datadir={folder / 'database'}", *_as_root("--user")]
    command += ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve", _REDO_LOG]
    log = folder / "log" / "database.log"
    with log.open("ab") as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, timeout=60)
    if done.returncode:
        raise WordPressUnavailable(f"the database could not be made:\n{_last_words(log)}")


@contextmanager
def running_database(folder: Path) -> Iterator[None]:
    """Run MariaDB until the block ends; `run/database.sock` answers when it begins."""
    socket = _socket(folder, "database")
    command = [program("mariadbd"), "--no-defaults", f"--datadir={folder / 'database'}", f"--socket={socket}"]
    command += [*_as_root("--user"), f"--pid-file={folder / 'run' / 'database.pid'}", "--skip-networking"]
    command += ["--skip-name-resolve", "--character-set-server=utf8mb4", "--innodb-buffer-pool-size=64M", _REDO_LOG]
    command += ["--innodb-flush-log-at-trx-commit=0", "--innodb-use-native-aio=0", "--skip-log-bin"]
    with _running(command, folder / "log" / "database.log", is_ready=lambda: _answers(socket)):
        yield


@contextmanager
def running_web(folder: Path, port: int) -> Iterator[None]:
    """Run PHP and nginx on 127.0.0.1:*port* until the block ends."""
    socket = _socket(folder, "php")
    settings = folder / "run"
    (settings / "php-fpm.conf").write_text(_php_fpm_configuration(folder, socket))
    (settings / "nginx.conf").write_text(_nginx_configuration(folder, socket, port))
    php = [program("php-fpm"), "--nodaemonize", "--fpm-config", f"{settings / 'php-fpm.conf'}"]
    php += ["--allow-to-run-as-root"] if os.geteuid() == 0 else []
    nginx = [program("nginx"), "-p", f"{folder}", "-c", f"{settings / 'nginx.conf'}"]
    nginx += ["-e", f"{folder / 'log' / 'nginx.log'}"]
    with ExitStack() as servers:
        servers.enter_context(_running(php, folder / "log" / "php-fpm.log", is_ready=socket.exists))
        pid = settings / "nginx.pid"
        servers.enter_context(_running(nginx, folder / "log" / "nginx.log", is_ready=pid.exists))
        yield


@contextmanager
def _running(command: list[str], log: Path, *, is_ready: Callable[[], bool]) -> Iterator[None]:
    # The kernel ends the server with the thread that started it, however that ends. A session of its own keeps a
    # terminal's Ctrl-C from it: it is ended here, after those that need it.
    with log.open("ab") as output:
        process = subprocess.Popen(
            [program("setpriv"), "--pdeathsig", "TERM", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + _START_LIMIT_S
        while not is_ready():
            if process.poll() is not None:
                raise WordPressUnavailable(f"{Path(command[0]).name} ended at once:\n{_last_words(log)}")
            if time.monotonic() > deadline:
                raise WordPressUnavailable(f"{Path(command[0]).name} did not come up:\n{_last_words(log)}")
            time.sleep(0.05)
        yield
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        # The group is the server's own: it leads its session.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(_STOP_LIMIT_S)


def _answers(socket: Path) -> bool:
    command = [program("mariadb-admin"), "--no-defaults", f"--socket={socket}", "--user=root", "ping"]
    return socket.exists() and not subprocess.run(command, capture_output=True, check=False, timeout=10).returncode


def _socket(folder: Path, name: str) -> Path:
    socket = folder / "run" / f"{name}.sock"
    if len(os.fsencode(socket)) > _SOCKET_PATH_LIMIT:
        raise WordPressUnavailable(f"the path {socket} is too long for a socket; give a folder with a shorter name")
    # One that a killed server left behind would look like a server that is ready.
    socket.unlink(missing_ok=True)
    (folder / "run" / "nginx.pid").unlink(missing_ok=True)
    return socket


def _as_root(option: str) -> list[str]:
    return [f"{option}=root"] if os.geteuid() == 0 else []


def _last_words(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-12:])


def _php_fpm_configuration(folder: Path, socket: Path) -> str:
    user = "user = root\ngroup = root\n" if os.geteuid() == 0 else ""
    return f"""[global]
error_log = {folder}/log/php-fpm.log
[www]
{user}listen = {socket}
pm = static
pm.max_children = 4
catch_workers_output = yes
php_admin_value[error_log] = {folder}/log/php.log
php_admin_value[sendmail_path] = /bin/true
php_admin_value[session.save_path] = {folder}/run
php_admin_flag[display_errors] = off
php_admin_flag[expose_php] = on
"""


def _nginx_configuration(folder: Path, socket: Path, port: int) -> str:
    # Debian's fastcgi_params sets HTTP_HOST without the port, and WordPress then redirects every page to itself; here
    # nginx passes the request's own Host field.
    user = "user root;\n" if os.geteuid() == 0 else ""
    temporary = "".join(
        f'  {kind}_temp_path "{folder}/run/{kind}";\n' for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    parameters = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_SOFTWARE": "nginx",
        "SERVER_PROTOCOL": "$server_protocol",
        "SERVER_ADDR": "$server_addr",
        "SERVER_PORT": "$server_port",
        "SERVER_NAME": "$host",
        "REMOTE_ADDR": "$remote_addr",
        "REQUEST_METHOD": "$request_method",
        "REQUEST_URI": "$request_uri",
        "QUERY_STRING": "$query_string",
        "CONTENT_TYPE": "$content_type",
        "CONTENT_LENGTH": "$content_length",
        "DOCUMENT_ROOT": "$document_root",
        "DOCUMENT_URI": "$document_uri",
        "SCRIPT_NAME": "$fastcgi_script_name",
        "SCRIPT_FILENAME": "$document_root$fastcgi_script_name",
    }
    fastcgi = "".join(f"      fastcgi_param {name} {value};\n" for name, value in parameters.items())
    return f"""{user}daemon off;
worker_processes 1;
pid "{folder}/run/nginx.pid";
events {{ worker_connections 256; }}
http {{
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log "{folder}/log/access.log";
{temporary}  gzip on;
  gzip_types text/css text/xml application/xml application/rss+xml application/json application/javascript;
  server {{
    listen 127.0.0.1:{port};
    server_name localhost;
    root "{folder}/www";
    index index.php;
    location / {{ try_files $uri $uri/ /index.php?$args; }}
    location ~ \\.php$ {{
      try_files $uri =404;
{fastcgi}      fastcgi_pass "unix:{socket}";
    }}
  }}
}}
"""
