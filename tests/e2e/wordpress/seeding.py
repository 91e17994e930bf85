"""Makes the test site once: a WordPress folder, its configuration, its tables and its articles; then the truth of it.

What goes in are an empty site folder with a running database and the site's URL; what comes out are `www/` in that
folder and the `Truth`. WordPress comes from Debian's package and is filled by its own functions (`seed.php`).
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.e2e.wordpress.newsroom import PICTURES, TIMEZONE, Post, all_posts
from tests.e2e.wordpress.servers import WordPressUnavailable, program
from tests.e2e.wordpress.stories import SECTIONS, WRITERS
from tests.e2e.wordpress.truth import TrueBlock, TruePost, Truth

WORDPRESS: Final = Path("/usr/share/wordpress")
"""Where Debian's package puts it."""

_HERE: Final = Path(__file__).resolve().parent
_GMT: Final = "%Y-%m-%d %H:%M:%S"
"""How WordPress writes times."""
_KEYS: Final = ("AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY")
_SALTS: Final = ("AUTH_SALT", "SECURE_AUTH_SALT", "LOGGED_IN_SALT", "NONCE_SALT")


def make_site(folder: Path, url: str, theme: str) -> Truth:
    """Install WordPress in `folder/www` under *url* and fill it.

    Raises:
        WordPressUnavailable: The package is not installed, or WordPress could not be set up.
    """
    _copy_wordpress(folder / "www", theme)
    (folder / "www" / "wp-config.php").write_text(_configuration(folder, url))
    _run_php(folder, "install_site.php")
    posts = all_posts()
    plan, answer = folder / "run" / "plan.json", folder / "run" / "answer.json"
    plan.write_text(json.dumps(_plan(posts, theme)), encoding="utf-8")
    _run_php(folder, "seed.php", plan, answer)
    answered = json.loads(answer.read_text(encoding="utf-8"))
    published = zip(posts, answered["posts"], strict=True)
    return Truth(
        url=f"{url}/",
        posts=tuple(_true_post(post, row) for post, row in published),
        pages=tuple(answered["pages"]),
    )


def _copy_wordpress(www: Path, theme: str) -> None:
    # A copy, not links: PHP resolves links, and WordPress then looks for its configuration in the package's folder.
    if not (WORDPRESS / "wp-content" / "themes" / theme).is_dir():
        raise WordPressUnavailable(f"WordPress or its theme {theme} is missing; run tests/e2e/wordpress/install.sh")
    shutil.copytree(WORDPRESS, www, ignore=shutil.ignore_patterns("wp-config.php", ".htaccess", "akismet"))


def _configuration(folder: Path, url: str) -> str:
    constants: dict[str, str | bool] = {
        "DB_NAME": "wordpress",
        "DB_USER": "root",
        "DB_PASSWORD": "",
        "DB_HOST": f"localhost:{folder / 'run' / 'database.sock'}",
        "DB_CHARSET": "utf8mb4",
        "DB_COLLATE": "",
        "WP_HOME": url,
        "WP_SITEURL": url,
        # A test site talks to no one and changes nothing by itself.
        "WP_HTTP_BLOCK_EXTERNAL": True,
        "DISABLE_WP_CRON": True,
        "AUTOMATIC_UPDATER_DISABLED": True,
        "WP_AUTO_UPDATE_CORE": False,
        "DISALLOW_FILE_MODS": True,
        "WP_DEBUG": False,
    }
    constants.update((name, secrets.token_urlsafe(48)) for name in _KEYS + _SALTS)
    lines = [f"define({_php(name)}, {_php(value)});" for name, value in constants.items()]
    lines += ["$table_prefix = 'wp_';", "defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');"]
    return "\n".join(["<?php", *lines, "require_once ABSPATH . 'wp-settings.php';", ""])


def _php(value: str | bool) -> str:  # noqa: FBT001 (a PHP literal of either)
    if isinstance(value, bool):
        return str(value).lower()
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _run_php(folder: Path, script: str, *arguments: Path) -> None:
    settings = ["-d", "sendmail_path=/bin/true", "-d", "error_reporting=E_ALL & ~E_DEPRECATED", "-d", "log_errors=off"]
    settings += ["-d", "display_errors=stderr", "-d", "opcache.enable_cli=0"]
    command = [program("php"), *settings, str(_HERE / script), str(folder / "www"), *map(str, arguments)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120)
    said = (done.stderr + done.stdout).decode(errors="replace").strip()
    # WordPress ends with 0 after its own error pages; a script that went well says nothing.
    if done.returncode or said:
        raise WordPressUnavailable(f"{script} failed:\n{said[-2000:]}")


def _plan(posts: tuple[Post, ...], theme: str) -> dict[str, object]:
    return {
        "title": "The Ostervik Courier",
        "tagline": "News from the coast, with reasons",
        "timezone": TIMEZONE,
        "theme": theme,
        "writers": [{"login": login, "name": name} for login, name in WRITERS],
        "sections": [{"name": name, "slug": slug} for name, slug, _ in SECTIONS],
        "pictures": PICTURES,
        "posts": [_planned(post) for post in posts],
    }


def _planned(post: Post) -> dict[str, object]:
    return {
        "slug": post.slug,
        "headline": post.headline,
        "login": post.login,
        "section": post.section,
        "keywords": post.keywords,
        "published_gmt": post.published_at.strftime(_GMT),
        "modified_gmt": post.modified_at.strftime(_GMT),
        "content": post.content,
        "picture": post.picture,
        "comments": [{"name": name, "text": text} for name, text in post.comments],
    }


def _true_post(post: Post, row: dict[str, str | None]) -> TruePost:
    if (row["published_gmt"], row["modified_gmt"]) != (f"{post.published_at:{_GMT}}", f"{post.modified_at:{_GMT}}"):
        raise WordPressUnavailable(f"WordPress dated the post {post.slug} otherwise than it was told to")
    if row["url"] is None:
        raise WordPressUnavailable(f"WordPress gave the post {post.slug} no URL")
    return TruePost(
        url=row["url"],
        headline=post.headline,
        authors=(post.author,),
        published_at=f"{post.published_at:%Y-%m-%dT%H:%M:%SZ}",
        modified_at=f"{post.modified_at:%Y-%m-%dT%H:%M:%SZ}",
        section=post.section,
        keywords=post.keywords,
        blocks=tuple(TrueBlock(block.kind, block.text) for block in post.blocks),
        text=post.text,
        image=row["picture"],
        comments=tuple(text for _, text in post.comments),
    )
