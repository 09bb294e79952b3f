import { sql, type Kysely } from 'kysely'

/** Lets one of several nodes do what is to be done once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table leases (
    work text primary key,
    holder text not null,
    until integer not null
  )`.execute(db)
}
