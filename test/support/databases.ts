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

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
