import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hangUp, sendToAll } from './sending.ts'

let server: Server
const clients: Socket[] = []
beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy()
  server.close()
})

/** Both ends of a connection over the network. */
async function connected(): Promise<{ client: Socket; socket: Socket }> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  clients.push(client)
  const [socket] = (await once(server, 'connection')) as [Socket]
  return { client, socket }
}

describe('sending to many', () => {
  it('drops who does not take what is sent, and nobody else', async () => {
    const quick = await connected()
    const slow = await connected()
    let taken = 0
    quick.client.on('data', (part) => (taken += part.length))
    slow.client.pause()
    const bytes = Buffer.alloc(32 * 1024, 'x')
    let sent = 0
    const sockets = [quick.socket, slow.socket]
    while (!slow.socket.destroyed) {
      await sendToAll(sockets, bytes)
      sent += bytes.length
      // What is lost by the slow one must not be lost by the quick one for being sent too quickly.
      while (taken < sent) await once(quick.client, 'data')
    }
    expect(taken).toBe(sent)
    expect(quick.socket.destroyed).toBe(false)
  })

  it('keeps who takes everything, however much comes at once', async () => {
    const { client, socket } = await connected()
    let taken = 0
    client.on('data', (part) => (taken += part.length))
    const bytes = Buffer.alloc(4 * 1024 * 1024, 'x')
    await sendToAll([socket], bytes)
    while (taken < bytes.length) await once(client, 'data')
    expect(socket.destroyed).toBe(false)
  })

  it('reaches each of many in the order in which it was sent', async () => {
    const pairs = []
    for (let n = 0; n < 700; n++) pairs.push(await connected())
    const heard = pairs.map(({ client }) => {
      let text = ''
      client.setEncoding('utf8').on('data', (part: string) => (text += part))
      return () => text
    })
    const sockets = pairs.map(({ socket }) => socket)
    for (const word of ['one ', 'two ', 'three']) await sendToAll(sockets, Buffer.from(word))
    hangUp(sockets)
    for (const { client } of pairs) if (!client.closed) await once(client, 'close')
    expect(new Set(heard.map((text) => text()))).toEqual(new Set(['one two three']))
  })
})
