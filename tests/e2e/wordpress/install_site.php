<?php
/*
 * Makes the tables of an empty WordPress, as its own installation page does: php install_site.php WWW
 *
 * WWW is the folder with wp-load.php; the administrator's password is random and told to no one.
 */

declare(strict_types=1);

define('WP_INSTALLING', true);

/* Pluggable: the original sends an e-mail. */
function wp_new_blog_notification(string $title, string $url, int $user, string $password): void
{
}

require $argv[1] . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install('The Ostervik Courier', 'editor', 'editor@example.org', true, '', wp_generate_password(32));
