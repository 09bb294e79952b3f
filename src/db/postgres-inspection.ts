import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { sql } from 'kysely'
import type { Inspection, Trouble } from './inspection.ts'
import { connectionsOfANode, openPostgresPatiently } from './postgres.ts'
import type { Db } from './store.ts'

/** The oldest major version that this was tested with. */
const oldest = 15

/** @throws StorageError when the database cannot be reached */
export async function inspectPostgres(url: string): Promise<Inspection> {
  const db = await openPostgresPatiently(url)
  const { hostname, port, pathname } = new URL(url)
  return {
    db,
    place: `The database ${pathname.slice(1)} at ${hostname}:${port || '5432'}`,
    findDamage: () => findDamage(db),
    findWeaknesses: () => findWeaknesses(db),
    async compareClock(now) {
      const begun = performance.now()
      const { rows } = await sql<{
        at: number
      }>`select floor(extract(epoch from clock_timestamp()) * 1000) as at`.execute(db)
      const within = performance.now() - begun
      return { ahead: (rows[0]?.at ?? now) - now, within }
    },
    newestWrite: () => 0,
    findFolder: () => findFolder(db, hostname),
    close: () => db.destroy(),
  }
}

/** What its own catalogue says of indexes and rules that do not hold. Pages are read when what is counted is. */
async function findDamage(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string; what: string }>`
    select indexrelid::regclass::text as name, 'index' as what from pg_index
    where not (indisvalid and indisready) and indrelid in (select oid from pg_class where relnamespace = current_schema()::regnamespace)
    union all
    select conname, 'constraint' from pg_constraint
    where not convalidated and connamespace = current_schema()::regnamespace
    order by name`.execute(db)
  return rows.map(({ name, what }) => `The ${what} ${name} is there and does not hold.`)
}

interface Facts {
  version: number
  said: string
  fsync: string
  synchronous_commit: string
  full_page_writes: string
  read_only: string
  standby: boolean
  connections: number
  may_create: boolean
  forbidden: string | null
}

async function findWeaknesses(db: Db): Promise<Trouble[]> {
  const limit = (column: string, from: string) =>
    sql.raw(`coalesce((select nullif(${column}, -1) from ${from}), 1000000)`)
  const { rows } = await sql<Facts>`
    select current_setting('server_version_num')::integer / 10000 as version, current_setting('server_version') as said,
      current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
      current_setting('full_page_writes') as full_page_writes,
      current_setting('default_transaction_read_only') as read_only, pg_is_in_recovery() as standby,
      least(current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer,
        ${limit('datconnlimit', 'pg_database where datname = current_database()')},
        ${limit('rolconnlimit', 'pg_roles where rolname = current_user')}) as connections,
      has_schema_privilege(current_schema(), 'create') as may_create,
      (select string_agg(relname, ', ' order by relname) from pg_class
        where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
          and not (has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
            and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete'))) as forbidden`.execute(db)
  return rows.flatMap(weaknessesOf)
}

/** What an operator should know of a database with these settings and rights. */
export function weaknessesOf(facts: Facts): Trouble[] {
  const found: Trouble[] = []
  const tell = (is: boolean, finding: string, advice: string) => {
    if (is) found.push({ finding, advice })
  }
  const { version, said, connections, forbidden } = facts
  tell(
    version < oldest,
    `This is PostgreSQL ${said}, and Folkmoot needs ${oldest} or newer.`,
    'Upgrade it (pg_upgrade), or name another one in DATABASE_URL.',
  )
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'] as const)
    tell(
      facts[setting] === 'off',
      `PostgreSQL’s ${setting} is off, so votes that were acknowledged can be lost when the power fails.`,
      `Set ${setting} = on in postgresql.conf and reload it; look for “alter database” and “alter role” settings too.`,
    )
  tell(
    facts.standby || facts.read_only === 'on',
    facts.standby
      ? 'This is a standby, which takes no writes.'
      : 'Transactions here take no writes (default_transaction_read_only is on).',
    facts.standby ? 'Name the primary in DATABASE_URL.' : 'Set default_transaction_read_only = off.',
  )
  tell(
    connections < connectionsOfANode,
    `Only ${connections} connections are allowed, and each node keeps up to ${connectionsOfANode}.`,
    'Raise max_connections, or the limit that was set for this database or this role.',
  )
  tell(
    !facts.may_create,
    'This role may make no tables, so a newer release could not bring the schema up to date.',
    'Let the role own the database: alter database … owner to …',
  )
  tell(
    forbidden !== null,
    `This role may not read and write everything: ${forbidden}.`,
    'Name in DATABASE_URL the role that made the tables, or hand them over: reassign owned by … to …',
  )
  return found
}

/** Only those who may read all settings are told; nobody is told of another machine's disk. */
async function findFolder(db: Db, hostname: string): Promise<string | null> {
  if (!['localhost', '127.0.0.1', '[::1]', ''].includes(hostname)) return null
  const { rows } = await sql<{
    setting: string
  }>`select setting from pg_settings where name = 'data_directory'`.execute(db)
  const folder = rows[0]?.setting
  if (folder === undefined) return null
  // The folder itself may be closed to us, and lies on the same disk as the one that it is in.
  return [folder, dirname(folder)].find(existsSync) ?? null
}
