import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { connect } from '../../src/db/connect.ts'
import { openWriter } from '../../src/db/sqlite.ts'

// The floor under an import: every row that it made, in one transaction, with the same schema and the same durability.
// Usage: transaction.ts <imported database> <empty data folder>; prints JSON.

const [from = '', folder = ''] = process.argv.slice(2)
await (await connect({ kind: 'sqlite', dataDir: folder })).close()
const imported = new DatabaseSync(from, { readOnly: true })
// In the order in which they refer to each other.
const tables = ['questions', 'owners', 'participants', 'ideas', 'votes', 'comments', 'changes', 'imports']
const rowsOf = tables
  .map((table) => ({
    table,
    rows: imported
      .prepare(`select * from ${table}`)
      .all()
      .map((row) => Object.values(row)),
  }))
  .filter(({ rows }) => rows.length > 0)
const database = openWriter(join(folder, 'folkmoot.sqlite'))

const begun = performance.now()
database.exec('begin immediate')
for (const { table, rows } of rowsOf) {
  const insert = database.prepare(`insert into ${table} values (${(rows[0] ?? []).map(() => '?').join(', ')})`)
  for (const row of rows) insert.run(...row)
}
database.exec('commit')
const seconds = (performance.now() - begun) / 1000

const rows = rowsOf.reduce((sum, one) => sum + one.rows.length, 0)
const votes = rowsOf.find(({ table }) => table === 'votes')?.rows.length
console.log(JSON.stringify({ rows, votes, seconds }))
