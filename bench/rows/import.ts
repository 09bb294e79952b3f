import { join } from 'node:path'
import { newFolder, runMeasured } from '../support/processes.ts'
import { expectCount, inTurn, type Row, type Scale } from '../support/row.ts'

const source = 'test/fixtures/polis/vtaiwan.uberx'
/** Votes of it that stand in the end. */
const votesInIt = 31_029

/** A whole conversation replayed through the verbs, beside one transaction that inserts the rows that came of it. */
export async function measureImport({ launches }: Scale): Promise<Row[]> {
  let imported = ''
  let rows = 0
  const figures = await inTurn(
    launches,
    async () => {
      imported = await newFolder()
      const program = ['src/cli/folkmoot.ts', 'import', 'polis', source]
      return (await runMeasured(program, { DATA_DIR: imported })).seconds
    },
    async () => {
      const { printed } = await runMeasured([
        'bench/floors/transaction.ts',
        join(imported, 'folkmoot.sqlite'),
        await newFolder(),
      ])
      const told = JSON.parse(printed) as { rows: number; votes: number; seconds: number }
      expectCount('votes imported', told.votes, votesInIt)
      rows = told.rows
      return told.seconds
    },
  )
  return [
    {
      what: 'folkmoot import polis, vTaiwan: 49,997 votes cast, 31,029 of them standing',
      ...{ unit: 's', against: 'one bare SQLite transaction with the same rows', ...figures },
      notes: [
        `${rows.toLocaleString('en')} rows; ours is the whole command, with the start of Node, reading the files and the ` +
          'rules, the floor the transaction alone',
      ],
    },
  ]
}
