import hashlib
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

SIGNING_KEY = os.environ["SIGNING_KEY"].encode()


def is_from_signalbox(raw_body: bytes, signature: str) -> bool:
    expected = hmac.new(SIGNING_KEY, raw_body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        # The signature is over the bytes as they came: verify before you parse.
        raw_body = self.rfile.read(int(self.headers["content-length"]))
        if not is_from_signalbox(raw_body, self.headers.get("logto-signature-sha-256", "")):
            self.send_response(401)
            self.end_headers()
            return
        event = json.loads(raw_body)
        print(event["event"], self.headers.get("webhook-id"))
        self.send_response(204)
        self.end_headers()


HTTPServer(("", int(os.environ.get("PORT", "3000"))), Webhook).serve_forever()
