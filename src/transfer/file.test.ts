import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines, type TestCore } from '../../test/support/core.ts'
import { exportFrom, importInto, linesOf, play } from '../../test/support/played.ts'

const [sqlite] = engines
let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'folkmoot-transfer-'))
  file = join(folder, 'all.folkmoot')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a file', () => {
  let source: TestCore
  let target: TestCore
  let whole: Buffer
  const broken = () => join(folder, 'broken.folkmoot')
  const isSame = (bytes: Buffer) => {
    try {
      return gunzipSync(bytes).equals(gunzipSync(whole))
    } catch {
      return false
    }
  }
  beforeAll(async () => {
    source = await sqlite!.open()
    target = await sqlite!.open()
    await play(source, [{ verb: 'vote', who: 0, idea: 1, into: 0 }])
    await exportFrom(source, file)
    whole = readFileSync(file)
  })
  afterAll(() => Promise.all([source.close(), target.close()]))

  it('that is cut short anywhere is refused, and nothing is written', async () => {
    for (let length = 0; length < whole.length; length += length < 40 || length > whole.length - 40 ? 1 : 13) {
      writeFileSync(broken(), whole.subarray(0, length))
      await expect(importInto(target, broken()), `${length} bytes`).rejects.toThrow('ends too early')
    }
    expect(await target.core.store.read.selectFrom('server').selectAll().execute()).toEqual([])
  })

  it('with any bit flipped is refused, and nothing is written', async () => {
    let refused = 0
    for (let at = 0; at < whole.length; at += at < 40 || at > whole.length - 40 ? 1 : 7) {
      const flipped = Buffer.from(whole)
      flipped[at]! ^= 1 << (at % 8)
      // Some bits mean nothing: what the head says of time and system, and what fills the last byte (RFC 1952).
      if (isSame(flipped)) continue
      writeFileSync(broken(), flipped)
      await expect(importInto(target, broken()), `byte ${at}`).rejects.toThrow(
        /is damaged|ends too early|is not an export/,
      )
      refused++
    }
    expect(refused).toBeGreaterThan(200)
    expect(await target.core.store.read.selectFrom('server').selectAll().execute()).toEqual([])
  })

  it.each([
    ['is not there', null, 'There is no file'],
    ['is something else', Buffer.from('SQLite format 3\0 and so on'), 'is not an export'],
    ['is compressed and something else', gzipSync('{"format":"a diary"}\n'), 'is not an export'],
    ['has lines that are no JSON', gzipSync('Dear diary\n'), 'is not an export'],
    ['is of another release', gzipSync('{"format":"folkmoot-export","version":99}\n'), 'another release'],
  ])('that %s is refused', async (_how, bytes, sentence) => {
    rmSync(broken(), { force: true })
    if (bytes) writeFileSync(broken(), bytes)
    await expect(importInto(target, broken())).rejects.toThrow(sentence)
  })

  it('that was written for another release, or has lines behind its end, is refused', async () => {
    const lines = linesOf(file)
    writeFileSync(broken(), gzipSync([lines[0]!.replace('"side"', '"sides"'), ...lines.slice(1)].join('\n') + '\n'))
    await expect(importInto(target, broken())).rejects.toThrow('another release')
    writeFileSync(broken(), gzipSync([...lines, lines[1]].join('\n') + '\n'))
    await expect(importInto(target, broken())).rejects.toThrow('something behind its last line')
  })

  it('whose feed was rewritten, sums and all, is refused, and nothing is written', async () => {
    const lines = linesOf(file)
    const at = lines.findIndex((line) => line.startsWith('{"table":"changes"'))
    for (const [from, to] of [
      ['"vote.cast"', '"vote.lost"'],
      [/(,\d{13}),"[^"]+"\]\]/, '$1,null]]'],
      [/,\[\d+,"idea.added"[^\]]+\]/, ''],
    ] as const) {
      const rewritten = [...lines]
      rewritten[at] = lines[at]!.replace(from, to)
      expect(rewritten[at]).not.toBe(lines[at])
      const trailer = JSON.parse(rewritten.pop()!) as { trailer: { sha256: string } }
      trailer.trailer.sha256 = createHash('sha256')
        .update(`${rewritten.join('\n')}\n`)
        .digest('hex')
      writeFileSync(broken(), gzipSync([...rewritten, JSON.stringify(trailer)].join('\n') + '\n'))
      await expect(importInto(target, broken())).rejects.toThrow(
        /was changed after it was made: the feed of the question/,
      )
    }
    expect(await target.core.store.read.selectFrom('server').selectAll().execute()).toEqual([])
  })
})
