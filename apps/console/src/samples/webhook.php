<?php
// php -S 0.0.0.0:3000 webhook.php
$signingKey = getenv('SIGNING_KEY');

// The signature is over the bytes as they came: verify before you parse.
$rawBody = file_get_contents('php://input');
$expected = hash_hmac('sha256', $rawBody, $signingKey);

if (!hash_equals($expected, $_SERVER['HTTP_LOGTO_SIGNATURE_SHA_256'] ?? '')) {
    http_response_code(401);
    exit;
}

$event = json_decode($rawBody, true);
error_log($event['event'] . ' ' . ($_SERVER['HTTP_WEBHOOK_ID'] ?? ''));
http_response_code(204);
