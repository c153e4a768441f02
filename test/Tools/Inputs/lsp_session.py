"""Opens one wrong document in a language server and prints what the server says about it."""
import json
import subprocess
import sys

DOCUMENT = """func.func @f(%a: tensor<3xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {

  %c = array.add %a, %b : tensor<3xf32>, tensor<4xf32>
  return %c : tensor<4xf32>
}
"""
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def send(method, params, identifier=None):
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    if identifier is not None:
        message["id"] = identifier
    body = json.dumps(message).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    server.stdin.flush()


def receive():
    length = 0
    while (line := server.stdout.readline().strip()):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return json.loads(server.stdout.read(length))


send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 0)
print("server:", json.dumps(receive()["result"]["capabilities"], sort_keys=True))
send("initialized", {})
send("textDocument/didOpen", {"textDocument": {"uri": "test:///wrong.mlir", "languageId": "mlir",
                                               "version": 1, "text": DOCUMENT}})
while True:
    message = receive()
    if message.get("method") == "textDocument/publishDiagnostics":
        for diagnostic in message["params"]["diagnostics"]:
            print(f"diagnostic: line {diagnostic['range']['start']['line']}: {diagnostic['message']}")
        break
send("shutdown", None, 1)
receive()
send("exit", None)
server.wait(10)
