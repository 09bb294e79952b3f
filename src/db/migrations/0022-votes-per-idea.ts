import { sql, type Kysely } from 'kysely'

/**
 * Lets somebody give one idea several votes. A column that allows no other value than 1 is replaced by one that does: the
 * embedded engine cannot change what it checks. A release before this one casts votes of 1, for which every count here
 * stays right; one of more it would take back as one, so no question is to allow more while both run.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `alter table votes drop column value`,
  `alter table votes add column value integer not null default 1 check (value between 1 and 20)`,
  `alter table ideas add column further_votes integer not null default 0 check (further_votes >= 0)`,
  `alter table moved add column value integer`,
  `alter table moved add column kept_value integer`,
]
