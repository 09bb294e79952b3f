import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Engine } from '../../src/db/engine.ts'
import { pathIn } from '../../src/db/connect.ts'

/** What tests do to a store behind the back of the server that uses it. */

/** Lets nothing be written. @returns how to let go */
export async function holdStore(engine: Engine): Promise<() => Promise<void>> {
  if (engine.kind === 'sqlite') {
    const database = new DatabaseSync(pathIn(engine.dataDir))
    database.exec('begin immediate')
    return () => {
      database.exec('rollback')
      database.close()
      return Promise.resolve()
    }
  }
  const client = new Client({ connectionString: engine.url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
  )
  await client.query('begin')
  await client.query(`lock table ${rows.map(({ name }) => name).join(', ')} in exclusive mode`)
  return async () => {
    await client.query('rollback')
    await client.end()
  }
}

/** Takes a table away, so that whoever needs it fails as nobody expected. */
export async function breakTable(engine: Engine, name: string): Promise<void> {
  const renaming = `alter table ${name} rename to ${name}_broken`
  if (engine.kind === 'sqlite') {
    const database = new DatabaseSync(pathIn(engine.dataDir))
    database.exec(`pragma foreign_keys = off; ${renaming}`)
    database.close()
    return
  }
  await withClient(engine.url, (client) => client.query(renaming))
}

/** All that is stored, as bytes: the files with what is still in their log, or every value of every table. */
export async function storedBytes(engine: Engine): Promise<Buffer> {
  if (engine.kind === 'sqlite') {
    const { dataDir } = engine
    const files = readdirSync(dataDir)
    for (const name of ['folkmoot.sqlite', 'folkmoot.sqlite-wal'])
      if (!files.includes(name)) throw new Error(`There is no ${name} among ${files.join(', ')}.`)
    return Buffer.concat(files.map((file) => readFileSync(join(dataDir, file))))
  }
  return await withClient(engine.url, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
    )
    const values: unknown[] = []
    for (const { name } of tables)
      values.push(...(await client.query<unknown[]>({ text: `select * from ${name}`, rowMode: 'array' })).rows.flat())
    return Buffer.concat(
      values.flatMap((value) => [value instanceof Buffer ? value : Buffer.from(String(value)), Buffer.from('\n')]),
    )
  })
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
