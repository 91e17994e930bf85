<?php
/*
 * Fills a newly installed WordPress through its own functions: php seed.php WWW PLAN ANSWER
 *
 * PLAN is a JSON file by site.py: title, tagline, timezone, theme, writers, sections, pictures, posts. ANSWER becomes
 * a JSON object: `posts` (URL, GMT times and featured image of each, in the plan's order) and `pages` (URLs).
 */

declare(strict_types=1);

require $argv[1] . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/admin.php';

/** The value as it is; where WordPress refused, the end of this script in WordPress's own words. */
function ensured(mixed $value): mixed
{
    if ($value instanceof WP_Error) {
        throw new RuntimeException($value->get_error_message());
    }
    if ($value === false || $value === 0) {
        throw new RuntimeException('WordPress refused without saying why');
    }
    return $value;
}

function clear_defaults(): void
{
    foreach (get_posts(['post_type' => ['post', 'page'], 'post_status' => 'any', 'numberposts' => -1]) as $post) {
        ensured(wp_delete_post($post->ID, true));
    }
}

function set_options(array $plan): void
{
    $options = [
        'blogname' => $plan['title'],
        'blogdescription' => $plan['tagline'],
        'timezone_string' => $plan['timezone'],
        'permalink_structure' => '/%year%/%monthnum%/%postname%/',
        'posts_per_page' => 10,
        'posts_per_rss' => 10,
        'show_avatars' => 0,
        'default_ping_status' => 'closed',
        'default_pingback_flag' => 0,
    ];
    foreach ($options as $name => $value) {
        update_option($name, $value);
    }
    switch_theme($plan['theme']);
    $GLOBALS['wp_rewrite']->init();
    flush_rewrite_rules(false);
}

/** @return array<string, int> */
function add_writers(array $writers): array
{
    $ids = [];
    foreach ($writers as $writer) {
        $ids[$writer['login']] = ensured(wp_insert_user([
            'user_login' => $writer['login'],
            'user_pass' => wp_generate_password(32),
            'user_email' => $writer['login'] . '@example.org',
            'display_name' => wp_slash($writer['name']),
            'role' => 'author',
        ]));
    }
    return $ids;
}

/** @return array<string, int> */
function add_sections(array $sections): array
{
    $ids = [];
    foreach ($sections as $section) {
        $ids[$section['name']] = ensured(wp_insert_category([
            'cat_name' => wp_slash($section['name']),
            'category_nicename' => $section['slug'],
            'category_description' => wp_slash('All that the Courier reports under ' . $section['name'] . '.'),
        ], true));
    }
    return $ids;
}

/** A landscape of a few coloured bands, as JPEG bytes. */
function drawn(int $number): string
{
    $image = imagecreatetruecolor(1200, 800);
    for ($band = 0; $band < 8; $band++) {
        $colour = imagecolorallocate($image, 40 + 25 * $band, (90 + 47 * $number) % 256, 200 - 20 * $band);
        imagefilledrectangle($image, 0, 100 * $band, 1199, 100 * $band + 99, $colour);
    }
    imagefilledellipse($image, 200 + 150 * $number, 180, 120, 120, imagecolorallocate($image, 250, 220, 90));
    ob_start();
    imagejpeg($image, null, 80);
    return ob_get_clean();
}

/** @return array<string, array{id: int, url: string}> */
function add_pictures(array $names): array
{
    $pictures = [];
    foreach ($names as $number => $name) {
        $file = wp_upload_bits("$name.jpg", null, drawn($number), '2023/11');
        if ($file['error']) {
            throw new RuntimeException($file['error']);
        }
        $attachment = ['post_mime_type' => 'image/jpeg', 'post_title' => $name, 'post_status' => 'inherit'];
        $id = ensured(wp_insert_attachment($attachment, $file['file'], 0, true));
        wp_update_attachment_metadata($id, wp_generate_attachment_metadata($id, $file['file']));
        update_post_meta($id, '_wp_attachment_image_alt', "A drawing: $name");
        $pictures[$name] = ['id' => $id, 'url' => wp_get_attachment_image_url($id, 'large')];
    }
    return $pictures;
}

function with_pictures(string $content, array $pictures): string
{
    foreach ($pictures as $name => $picture) {
        $content = str_replace(["@@$name.id@@", "@@$name.url@@"], [(string) $picture['id'], $picture['url']], $content);
    }
    return $content;
}

function add_post(array $post, array $writers, array $sections, array $pictures): array
{
    // wp_insert_post() takes the time of change from the clock or from the time of publication, never from its caller.
    $set_modified = function (array $row) use ($post): array {
        $row['post_modified_gmt'] = $post['modified_gmt'];
        $row['post_modified'] = get_date_from_gmt($post['modified_gmt']);
        return $row;
    };
    add_filter('wp_insert_post_data', $set_modified);
    $id = ensured(wp_insert_post(wp_slash([
        'post_title' => $post['headline'],
        'post_name' => $post['slug'],
        'post_content' => with_pictures($post['content'], $pictures),
        'post_status' => 'publish',
        'post_author' => $writers[$post['login']],
        'post_category' => [$sections[$post['section']]],
        'tags_input' => $post['keywords'],
        'post_date_gmt' => $post['published_gmt'],
        'post_date' => get_date_from_gmt($post['published_gmt']),
        'comment_status' => 'open',
        'ping_status' => 'closed',
    ]), true));
    remove_filter('wp_insert_post_data', $set_modified);
    if ($post['picture'] !== null) {
        ensured(set_post_thumbnail($id, $pictures[$post['picture']]['id']));
    }
    foreach ($post['comments'] as $number => $comment) {
        add_comment($id, $comment, strtotime($post['published_gmt'] . ' UTC') + 3600 * ($number + 1));
    }
    return [
        'url' => get_permalink($id),
        'published_gmt' => get_post($id)->post_date_gmt,
        'modified_gmt' => get_post($id)->post_modified_gmt,
        'picture' => get_the_post_thumbnail_url($id, 'full') ?: null,
    ];
}

function add_comment(int $post, array $comment, int $at): void
{
    ensured(wp_insert_comment(wp_slash([
        'comment_post_ID' => $post,
        'comment_author' => $comment['name'],
        'comment_author_email' => 'reader@example.org',
        'comment_content' => $comment['text'],
        'comment_date_gmt' => gmdate('Y-m-d H:i:s', $at),
        'comment_date' => get_date_from_gmt(gmdate('Y-m-d H:i:s', $at)),
        'comment_approved' => 1,
    ])));
}

function add_about_page(): string
{
    $text = 'The Ostervik Courier is a newspaper for people who like to know why. It appears when there is news.';
    $id = ensured(wp_insert_post([
        'post_type' => 'page',
        'post_title' => 'About this paper',
        'post_name' => 'about',
        'post_content' => "<!-- wp:paragraph -->\n<p>$text</p>\n<!-- /wp:paragraph -->",
        'post_status' => 'publish',
        'post_author' => 1,
        'post_date_gmt' => '2023-11-01 08:00:00',
        'post_date' => '2023-11-01 09:00:00',
        'comment_status' => 'closed',
    ], true));
    return get_permalink($id);
}

function add_menu(array $sections): void
{
    $menu = ensured(wp_create_nav_menu('Sections'));
    foreach ($sections as $id) {
        ensured(wp_update_nav_menu_item($menu, 0, [
            'menu-item-type' => 'taxonomy',
            'menu-item-object' => 'category',
            'menu-item-object-id' => $id,
            'menu-item-status' => 'publish',
        ]));
    }
    set_theme_mod('nav_menu_locations', ['primary' => $menu]);
}

function add_widgets(): void
{
    $widgets = [
        'search' => ['title' => 'Search the Courier'],
        'recent-posts' => ['title' => 'Most Recent', 'number' => 5],
        'recent-comments' => ['title' => 'Readers Say', 'number' => 5],
        'categories' => ['title' => 'Sections', 'count' => 1],
        'archives' => ['title' => 'Archive', 'count' => 1],
        'tag_cloud' => ['title' => 'Topics', 'taxonomy' => 'post_tag'],
        'text' => ['title' => 'Subscribe', 'text' => 'Get the Courier in your letterbox every Friday. Write to us.'],
    ];
    $places = [];
    foreach ($widgets as $name => $settings) {
        update_option("widget_$name", [2 => $settings, '_multiwidget' => 1]);
        $places[] = "$name-2";
    }
    update_option('sidebars_widgets', ['wp_inactive_widgets' => [], 'sidebar-1' => $places, 'array_version' => 3]);
}

[, , $plan_file, $answer_file] = $argv;
$plan = json_decode(file_get_contents($plan_file), true, 32, JSON_THROW_ON_ERROR);
wp_set_current_user(1);
clear_defaults();
set_options($plan);
$writers = add_writers($plan['writers']);
$sections = add_sections($plan['sections']);
$pictures = add_pictures($plan['pictures']);
$posts = array_map(fn (array $post): array => add_post($post, $writers, $sections, $pictures), $plan['posts']);
$pages = [add_about_page()];
add_menu($sections);
add_widgets();
$answer = json_encode(['posts' => $posts, 'pages' => $pages], JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
file_put_contents($answer_file, $answer) !== false || throw new RuntimeException("cannot write $answer_file");
