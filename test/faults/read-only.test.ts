import { describe, expect, it } from 'vitest'
import { expectRefusal } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { folkmoot } from '../support/cli.ts'
import { startServer } from '../support/server.ts'
import { noSmallDisk, smallDisk } from './small-disk.ts'

describe.skipIf(noSmallDisk !== null)('a data folder that can only be read', () => {
  it('stops the start with a sentence, when it is empty and when it is a server’s', async () => {
    const disk = await smallDisk(4)
    try {
      const env = { DATA_DIR: disk.folder, PORT: '0' }
      disk.remount('ro')
      const empty = await folkmoot(['serve'], env)
      expect(empty.code).toBe(1)
      expect(empty.stderr).toMatch(/^DATA_DIR: the folder \S+ cannot be made or written to\.\n$/)

      disk.remount('rw')
      await (await startServer(env)).stop()
      disk.remount('ro')
      const used = await folkmoot(['serve'], env)
      expect(used.code).toBe(1)
      expect(used.stderr).toMatch(/^DATA_DIR: \S+folkmoot\.sqlite cannot be written to \(.+\)\. Look at .+\.\n$/)
      expect(used.stdout).toBe('')
    } finally {
      await disk.remove()
    }
  })
})

describe('a disk that lets nothing be written any more while the server runs', () => {
  it('is told of in plain words, reading goes on, and so does writing once it lets again', async () => {
    const server = await startServer()
    try {
      const alice = await ask(server.url)
      const { body: lake } = await alice.addIdea({ title: 'At the lake' })
      server.limitFiles(0)
      expectRefusal(await alice.vote(lake.id), 'cannot_store')
      expectRefusal(await alice.addIdea({ title: 'In the hall' }), 'cannot_store')
      expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
      expect((await alice.snapshot()).body.counts.votes).toBe(0)
      expect(server.output()).toContain('disk I/O error')
      server.limitFiles('unlimited')
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
      expect((await alice.vote(lake.id)).status).toBe(200)
    } finally {
      await server.stop()
    }
  })
})
