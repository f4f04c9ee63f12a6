# Whether a body that you kept in body.json has the signature that came with it.
expected=$(openssl dgst -sha256 -hmac "$SIGNING_KEY" -r < body.json | cut -d' ' -f1)
[ "$expected" = "$SIGNATURE" ] && echo 'from Signalbox' || echo 'not from Signalbox'
