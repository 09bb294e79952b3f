import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

// The floor under the live page: raw node:http that keeps every listener's socket, and writes what it is sent to each
// of them in one loop. It knows no question, no revision and no listener that is too slow.

const listeners = new Set<Socket>()
const hello = 'event: hello\ndata: {"revision":1}\n\n'
const head =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-store\r\nconnection: keep-alive\r\n\r\n'

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const { socket } = request
    socket.setTimeout(0).setNoDelay()
    socket.write(head + hello)
    listeners.add(socket)
    socket.on('close', () => listeners.delete(socket))
    return
  }
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const bytes = Buffer.concat(parts)
    for (const socket of listeners) socket.write(bytes)
    response.writeHead(201, { 'content-length': 0 }).end()
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.on('SIGTERM', () => process.exit(0))
