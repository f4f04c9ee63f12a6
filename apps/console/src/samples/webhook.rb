# gem install rack rackup puma; rackup webhook.ru
require 'json'
require 'openssl'

SIGNING_KEY = ENV.fetch('SIGNING_KEY')

def from_signalbox?(raw_body, signature)
  expected = OpenSSL::HMAC.hexdigest('SHA256', SIGNING_KEY, raw_body)
  signature.bytesize == expected.bytesize && OpenSSL.fixed_length_secure_compare(expected, signature)
end

run lambda { |env|
  # The signature is over the bytes as they came: verify before you parse.
  raw_body = env['rack.input'].read
  next [401, {}, []] unless from_signalbox?(raw_body, env['HTTP_LOGTO_SIGNATURE_SHA_256'].to_s)

  event = JSON.parse(raw_body)
  puts "#{event['event']} #{env['HTTP_WEBHOOK_ID']}"
  [204, {}, []]
}
