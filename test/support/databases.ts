import { Client } from 'pg'
import { inject } from 'vitest'
import { newPublicId } from '../../src/base/ids.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: string
  }
}

/** A fresh database of the tests' PostgreSQL. @returns its connection string, and how to remove it */
export async function newDatabase(): Promise<{ url: string; remove: () => Promise<void> }> {
  const name = `test_${newPublicId().toLowerCase()}_${process.pid}`
  const server = inject('postgres')
  await run(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, remove: () => run(server, `drop database if exists ${name} with (force)`) }
}

/** Databases that a test of this file is done with; making one takes longer than most tests do. */
const done: { url: string; remove: () => Promise<void> }[] = []

/** Like `newDatabase`, or one that an earlier test of this file used, empty again, with the schema that it had. */
export async function lendDatabase(): Promise<{
  url: string
  giveBack: () => Promise<void>
  remove: () => Promise<void>
}> {
  const { url, remove } = done.pop() ?? (await newDatabase())
  return {
    url,
    remove,
    async giveBack() {
      await run(
        url,
        `do $$ begin execute (select 'truncate ' || string_agg(quote_ident(tablename), ', ') || ' restart identity'
           from pg_tables where schemaname = 'public' and tablename not like 'kysely%'); end $$`,
      )
      done.push({ url, remove })
    },
  }
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
