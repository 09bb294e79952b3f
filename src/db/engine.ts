/** Which engine keeps the data, and where: a data folder, or a connection string. */
export type Engine = { kind: 'sqlite'; dataDir: string } | { kind: 'postgres'; url: string }

/** Whether a commit keeps the thread waiting in which it is made, so that verbs need one of their own. */
export function blocks({ kind }: Engine): boolean {
  return kind === 'sqlite'
}

/** The folder in which this process keeps what is worth keeping; null where everything is elsewhere, for all nodes. */
export function folderOf(engine: Engine): string | null {
  return engine.kind === 'sqlite' ? engine.dataDir : null
}
