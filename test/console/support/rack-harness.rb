# As much of a Rack server as the sample needs, by Ruby's own library: `ruby rack-harness.rb webhook.rb` serves what it runs.
require 'socket'
require 'stringio'

def run(app)
  server = TCPServer.new('127.0.0.1', Integer(ENV.fetch('PORT')))
  loop { answer(server.accept, app) }
end

def answer(client, app)
  client.gets
  env = {}
  until (line = client.gets.to_s.chomp).empty?
    name, value = line.split(': ', 2)
    env["HTTP_#{name.upcase.tr('-', '_')}"] = value
  end
  env['rack.input'] = StringIO.new(client.read(Integer(env.fetch('HTTP_CONTENT_LENGTH', '0'))))
  status, = app.call(env)
  client.write("HTTP/1.1 #{status} -\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
ensure
  client.close
end

load ARGV.fetch(0)
