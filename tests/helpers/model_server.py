"""A stand-in for the model APIs that agents talk to: asks for scripted tool calls and remembers every request."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What the names of tools for each step begin with, by preference.
NAMES = {
    "shell": ("Bash", "exec_command", "shell", "run_shell_command", "bash", "local_shell", "shell_command"),
    "read": ("Read", "read_file", "view", "read"),
}


class ModelServer:
    """Serves Anthropic's, OpenAI's (chat and responses) and Gemini's streaming APIs on a loopback port.

    `steps` are (kind, argument) of the tool calls to ask for, one a turn; then the model says that it is done.
    """

    def __init__(self, steps):
        self.steps, self.requests, self.tools = steps, [], set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                size = int(self.headers.get("content-length") or 0)
                server.answer(self, self.rfile.read(size))

            def do_GET(self):
                server.send(self, b"{}", "application/json")

            def log_message(self, *_args):
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self):
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()

    @staticmethod
    def send(handler, body, kind):
        """One whole response."""
        handler.send_response(200)
        handler.send_header("content-type", kind)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def answer(self, handler, raw):
        """The next step, in the API that was asked."""
        self.requests.append(raw)
        try:
            asked = json.loads(raw or b"{}")
        except ValueError:
            asked = {}
        path = handler.path.partition("?")[0]
        if path.endswith("count_tokens"):
            return self.send(handler, b'{"input_tokens": 1}', "application/json")
        for ending, make in (("/messages", anthropic), ("/responses", responses), ("/chat/completions", chat)):
            if path.endswith(ending):
                return self.events(handler, make(*self.call(asked, raw)))
        if "enerateContent" in path:
            return self.gemini(handler, path, asked, raw)
        return self.send(handler, b"{}", "application/json")

    def events(self, handler, events):
        """Server-sent events."""
        lines = []
        for event in events:
            name = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
            lines.append(f"{name}data: {event if isinstance(event, str) else json.dumps(event)}\n\n")
        self.send(handler, "".join(lines).encode(), "text/event-stream")

    def call(self, asked, raw):
        """(tool name, arguments, number) of the step that is due; no name: say that all is done."""
        names = [tool_name(tool) for tool in asked.get("tools") or []]
        self.tools |= set(names)
        done = (
            raw.count(b'"tool_result"')
            + raw.count(b'function_call_output"')
            + raw.replace(b'"role": ', b'"role":').count(b'"role":"tool"')
        )
        if done >= len(self.steps) or not names:
            return None, None, done
        kind, argument = self.steps[done]
        name = next((one for wanted in NAMES[kind] for one in names if one == wanted), None)
        declared = next((tool for tool in asked["tools"] if tool_name(tool) == name), {})
        return name, fitted(arguments(kind, name, argument), declared), done

    def gemini(self, handler, path, asked, raw):
        """Gemini's API, which streams when asked to."""
        declared = [one for tool in asked.get("tools") or [] for one in tool.get("functionDeclarations", [])]
        names = [one["name"] for one in declared]
        done = raw.count(b'"functionResponse"')
        part = {"text": "All done."}
        if names and done < len(self.steps):
            kind, argument = self.steps[done]
            name = next(one for wanted in NAMES[kind] for one in names if one == wanted)
            part = {"functionCall": {"name": name, "args": arguments(kind, name, argument)}}
        answer = {
            "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}],
            "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2},
        }
        if "stream" in path:
            return self.send(handler, f"data: {json.dumps(answer)}\n\n".encode(), "text/event-stream")
        return self.send(handler, json.dumps(answer).encode(), "application/json")


def tool_name(tool):
    """The name of a declared tool in any of the APIs."""
    return tool.get("name") or tool.get("function", {}).get("name") or tool.get("type", "")


def fitted(args, tool):
    """Arguments as a tool of OpenAI's chat API declares them: Mistral Vibe takes no others."""
    known = tool.get("function", {}).get("parameters", {}).get("properties", {})
    if "path" in known and "file_path" in args and "file_path" not in known:
        args = {"path": args["file_path"]}
    return {name: value for name, value in args.items() if name in known} if known else args


def arguments(kind, name, argument):
    """The arguments of a tool, by its name."""
    if kind == "read":
        return {{"view": "path", "read": "filePath"}.get(name, "file_path"): argument}
    if name == "exec_command":
        return {"cmd": argument}
    if name == "shell":
        return {"command": ["bash", "-lc", argument]}
    return {"command": argument, "description": "step"}


def anthropic(name, args, number):
    """The events of a message of Anthropic's API."""
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": "m", "content": []}
    yield {"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}}
    if name:
        block = {"type": "tool_use", "id": f"toolu_{number:04}", "name": name, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(args)}
    else:
        block, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": "All done."}
    yield {"type": "content_block_start", "index": 0, "content_block": block}
    yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    reason = "tool_use" if name else "end_turn"
    yield {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage}
    yield {"type": "message_stop"}


def responses(name, args, number):
    """The events of a response of OpenAI's responses API."""
    response = {"id": f"resp_{number}", "object": "response", "status": "in_progress", "output": []}
    if name:
        item = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}", "name": name,
                "arguments": json.dumps(args), "status": "completed"}  # fmt: skip
    else:
        item = {"type": "message", "id": f"msg_{number}", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": "All done.", "annotations": []}]}  # fmt: skip
    yield {"type": "response.created", "response": response}
    yield {"type": "response.output_item.added", "output_index": 0, "item": item}
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    yield {
        "type": "response.completed",
        "response": {**response, "status": "completed", "output": [item], "usage": usage},
    }


def chat(name, args, number):
    """The chunks of OpenAI's chat API."""
    base = {"id": f"c{number}", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    if name:
        called = {"index": 0, "id": f"call_{number}", "type": "function",
                  "function": {"name": name, "arguments": json.dumps(args)}}  # fmt: skip
        delta, reason = {"role": "assistant", "content": None, "tool_calls": [called]}, "tool_calls"
    else:
        delta, reason = {"role": "assistant", "content": "All done."}, "stop"
    yield {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    yield {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}], "usage": usage}
    yield "[DONE]"
