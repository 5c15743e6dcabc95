# The Ruby half of the kernel: reads {"code", "name"} in lines of JSON, runs the
# code at the top level, and answers with frames, the last of them "done".
require "json"
require "stringio"

FRAMES = IO.for_fd(Integer(ARGV.shift), "w")
FRAMES.sync = true
SEND_FRAME = ->(type, **content) { FRAMES.puts(JSON.generate({ type: type, **content })) }

# What the code prints becomes a stream frame at once, so that standard output
# and standard error keep their order.
class FrameStream < StringIO
  def initialize(name)
    super()
    @name = name
  end

  def write(*parts)
    text = parts.join
    SEND_FRAME.call("stream", name: @name, text: text) unless text.empty?
    text.bytesize
  end
end


requests = $stdin.dup
$stdin.reopen(File::NULL)
$stdout = FrameStream.new("stdout")
$stderr = FrameStream.new("stderr")
top = TOPLEVEL_BINDING

requests.each_line do |line|
  request = JSON.parse(line)
  begin
    value = top.eval(request["code"], request["name"], 1)
    unless value.nil?
      data = { "text/plain" => value.inspect }
      data["text/html"] = value.to_html if value.respond_to?(:to_html)
      data["text/markdown"] = value.to_markdown if value.respond_to?(:to_markdown)
      SEND_FRAME.call("execute_result", data: data)
    end
  rescue SystemExit
    warn "exit does nothing in a notebook"
  rescue Exception => e # a notebook shows every error, and goes on living
    own = (e.backtrace || []).grep(/\AIn\[/)
    SEND_FRAME.call("error", ename: e.class.name, evalue: e.message, traceback: [
      "\e[31m#{e.class}\e[0m: #{e.message}", *own.map { |place| "  from \e[32m#{place}\e[0m" }
    ])
  end
  SEND_FRAME.call("done")
end
