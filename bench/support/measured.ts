import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Spent } from './houses.ts'
import { median } from './row.ts'

const file = join(import.meta.dirname, '..', 'measured.json')

/** Figures by name: one a round, and the processor time of each part an answer, in microseconds. */
export type Figures = Map<string, { ours: number[]; costs: Spent[] }>

/** Microseconds of processor time of a node and of PostgreSQL, and bytes of PostgreSQL's log. */
interface Cost {
  node: number
  store: number
  log?: number
}

/** What the model takes from the bench: costs on PostgreSQL. */
export interface Measured {
  /** The day, as in 2026-11-23. */
  on: string
  /** A page that is ready. */
  view: Cost
  overlay: Cost
  /** A vote in one question on which everyone votes, and one of votes that are spread over 1,000. */
  vote: { one: Cost; many: Cost }
  /** Telling one listener of one change, and hearing of a vote that another node committed. */
  telling: Cost
  hearing: Cost
}

/** @param one of one node, where nobody else is heard of @param three of three, with what they cost each other */
export function keep(one: Figures, three: Figures): void {
  const costOf = (figures: Figures, name: string): Cost => {
    const costs = figures.get(name)?.costs ?? []
    const log = figures.get(`${name}, log`)?.ours
    const of = (part: keyof Spent) => round(median(costs.map((cost) => cost[part])))
    return { node: of('nodes'), store: of('store'), ...(log && { log: round(median(log)) }) }
  }
  const measured: Measured = {
    on: new Date().toISOString().slice(0, 10),
    view: costOf(one, 'page'),
    overlay: costOf(one, 'overlay'),
    vote: { one: costOf(one, 'votes'), many: costOf(one, 'spread') },
    telling: costOf(three, 'change, p50'),
    hearing: { node: round(median(three.get('heard')?.ours ?? [])), store: 0 },
  }
  writeFileSync(file, JSON.stringify(measured, null, 2) + '\n')
}

export function kept(): Measured {
  return JSON.parse(readFileSync(file, 'utf8')) as Measured
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
