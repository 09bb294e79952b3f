import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPolis } from './polis.ts'

const header = 'timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body'

describe('readPolis', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'folkmoot-polis-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })
  function read(comments: string[], votes: string[]) {
    writeFileSync(join(folder, 'summary.csv'), 'topic,Trees\nconversation-description,"Which, and\nwhere?"\n')
    writeFileSync(join(folder, 'comments.csv'), [header, ...comments].join('\n'))
    writeFileSync(join(folder, 'votes.csv'), ['timestamp,datetime,comment-id,voter-id,vote', ...votes].join('\r\n'))
    return readPolis(folder)
  }

  it('reads quoted texts over several lines, and lines that end either way', () => {
    const { title, description, statements, votes, bad } = read(
      ['1,x,0,7,0,0,1,"Oak, ""the"" oak\nand elm"', '2,x,1,7,0,0,1,Ash'],
      ['3,x,0,9,1', '4,x,1,9,-1'],
    )
    expect({ title, description, bad }).toEqual({ title: 'Trees', description: 'Which, and\nwhere?', bad: [] })
    expect(statements.map((statement) => statement.text)).toEqual(['Oak, "the" oak\nand elm', 'Ash'])
    expect(votes.map((vote) => [vote.statement, vote.value])).toEqual([
      ['0', 1],
      ['1', -1],
    ])
  })

  it('loses one line to a stray quote, not the rest of the file', () => {
    const { votes, bad } = read(
      ['1,x,0,7,0,0,1,Oak'],
      ['3,x,0,"a,1', '4,x,0,b,1', '5,x,0,c,1', '6,x,0,d"d,1', '7,x,0,e,1'],
    )
    expect(votes.map((vote) => vote.voter)).toEqual(['b', 'c', 'e'])
    expect(bad.map(({ file, line }) => `${file}:${line}`)).toEqual(['votes.csv:2', 'votes.csv:5'])
  })

  it('takes no statement that nobody could see', () => {
    const { statements, bad } = read(['1,x,0,7,0,0,1,\u200b\u200b', '1,x,1,7,0,0,1,   ', '1,x,2,7,0,0,1,Elm'], [])
    expect(statements.map((statement) => statement.id)).toEqual(['2'])
    expect(bad.map(({ line, why }) => [line, why])).toEqual([
      [2, 'the statement is empty'],
      [3, 'the statement is empty'],
    ])
  })
})
