/** How much of everything is measured. */
export interface Scale {
  /** How often the processes are started anew. */
  launches: number
  /**
   * How often after each start a speed is measured, in turn with its floor. Many short rounds: what slows the machine down
   * for some seconds then falls on both.
   */
  rounds: number
  /** How long one measurement of a speed takes, and how long the code is warmed up before the first. */
  seconds: number
  warmUp: number
  connections: number
  /** Participants in the one question, and questions over which votes are spread. */
  people: number
  questions: number
  /** Votes that are there already. */
  votesThere: number
  listeners: number
  /** Listeners while latencies of votes are measured. */
  watchers: number
  /** For how long memory must stay as it is to count as settled, in milliseconds. */
  settle: number
  /** Changes sent to all listeners in a round. */
  changes: number
  /** Ideas of the large question, and pages rendered anew of each. */
  ideas: number
  misses: number
  bursts: number
  burst: number
  taps: number
}

/** One line of the table. */
export interface Row {
  what: string
  unit: string
  /** One figure a round. */
  ours: number[]
  /** What it is compared with, and its figures in the same rounds. */
  against?: string
  floor?: number[]
  target?: Target
  notes?: string[]
}

export interface Target {
  /** Whether the figure, or its ratio to the floor where there is one, should be at least or at most this. */
  is: 'at least' | 'at most'
  value: number
}

/** A group of rows that share their preparations, and the name by which `--only` picks it. */
export interface Group {
  name: string
  measure: (scale: Scale, options: Options) => Promise<Row[]>
}

export interface Options {
  /** For the server alone, such as --cpu-prof. */
  nodeFlags: string[]
  /** Whether what the model takes (bench/measured.json) is written down. */
  isKept: boolean
}

/** Each in turn, round by round, so that what slows the machine down for a while slows both. */
export async function inTurn(
  rounds: number,
  ours: (round: number) => Promise<number>,
  floor: (round: number) => Promise<number>,
): Promise<{ ours: number[]; floor: number[] }> {
  const figures = { ours: [] as number[], floor: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    figures.ours.push(await ours(round))
    figures.floor.push(await floor(round))
  }
  return figures
}

/**
 * Measures the same rows again and again with processes started anew, since two processes that run one program differ
 * by a tenth in speed for as long as they live.
 * @param measure the rows of one launch: the same rows in the same order each time
 * @returns each row with the figures of all launches
 */
export async function overLaunches(launches: number, measure: (launch: number) => Promise<Row[]>): Promise<Row[]> {
  let all: Row[] = []
  for (let launch = 0; launch < launches; launch++) {
    const rows = await measure(launch)
    if (launch === 0) all = rows
    else
      for (const [index, row] of all.entries()) {
        row.ours.push(...(rows[index]?.ours ?? []))
        row.floor?.push(...(rows[index]?.floor ?? []))
      }
  }
  return all
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[half] ?? NaN) : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2
}

/** Ours to the floor's of the same round. */
export function ratiosOf({ ours, floor }: Row): number[] {
  return floor ? ours.map((value, round) => value / (floor[round] ?? NaN)) : []
}

/** What the target says of a row; null when it has none. */
export function isMet(row: Row): boolean | null {
  if (!row.target) return null
  const figure = median(row.floor ? ratiosOf(row) : row.ours)
  return row.target.is === 'at least' ? figure >= row.target.value : figure <= row.target.value
}

/** Counts are exact, or the figures beside them mean nothing. @throws naming both numbers */
export function expectCount(what: string, actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`)
}
