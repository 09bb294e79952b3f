import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import cookie from '@fastify/cookie'
import Fastify from 'fastify'
import Type from 'typebox'
import { PublicId } from '../../src/question/wire.ts'
import { NewVote, VoteReceipt } from '../../src/vote/wire.ts'
import type { Echo } from '../support/floor.ts'

// The floor under HTTP: the same Fastify, answering with the same headers and as many bytes, and doing nothing for it.
// Usage: fastify.ts <file of echoes>

const echoes = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Echo[]
const app = Fastify({ bodyLimit: 256 * 1024, routerOptions: { maxParamLength: 200 } })
await app.register(cookie)

for (const { method, path, headers, body, isVote } of echoes) {
  const bytes = Buffer.from(body, 'base64')
  const names = Object.entries(headers)
  if (isVote) {
    const receipt = JSON.parse(bytes.toString('utf8')) as VoteReceipt
    const schema = {
      params: Type.Object({ q: PublicId, idea: PublicId }),
      body: NewVote,
      response: { 200: VoteReceipt },
    }
    app.route({
      ...{ method, url: path, schema },
      handler: (_request, reply) => {
        for (const [name, value] of names) void reply.header(name, value)
        return reply.send(receipt)
      },
    })
  } else
    app.route({
      ...{ method, url: path },
      handler: (_request, reply) => {
        for (const [name, value] of names) void reply.header(name, value)
        return reply.send(bytes)
      },
    })
}

await app.listen({ host: '127.0.0.1', port: 0 })
console.log(`listening on http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
process.on('SIGTERM', () => process.exit(0))
