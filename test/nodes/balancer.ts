import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { TestServer } from '../support/server.ts'

/** How often is looked who is ready, in milliseconds. */
const lookEvery = 100

export interface Balancer {
  url: string
  close(): Promise<void>
}

/** Hands connections on to the nodes that say that they are ready, in turn, as any load balancer does. */
export async function startBalancer(nodes: TestServer[]): Promise<Balancer> {
  let ready: TestServer[] = []
  let next = 0
  const closing = new AbortController()
  const look = async () => {
    const answers = await Promise.all(
      nodes.map(async (node) => {
        const answer = await fetch(`${node.url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => null)
        return answer?.status === 200
      }),
    )
    ready = nodes.filter((_node, n) => answers[n])
  }
  const looking = (async () => {
    while (!closing.signal.aborted) {
      await look()
      await new Promise((resolve) => setTimeout(resolve, lookEvery))
    }
  })()
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const node = ready[next++ % ready.length]
    if (!node) {
      client.destroy()
      return
    }
    const upstream = connect(Number(new URL(node.url).port), '127.0.0.1')
    client.pipe(upstream).pipe(client)
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  await look()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      closing.abort()
      await looking
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
