import type { Doors } from '#src/http/doors.ts'

/** What one idea could be merged into. */
export interface Mergeable {
  id: string
  title: string
  /** Whether it is like that idea, and may be the same. */
  alike: boolean
}

/** So many are looked for that may be the same. */
const alikes = 10

/** The other ideas: those that may be the same first, most like it first; then the rest, most votes first. */
export async function mergeableWith(
  doors: Doors,
  question: { id: string; ideas: { id: string; title: string; votes: number | null }[] },
  idea: { id: string; title: string },
  offered: number,
): Promise<Mergeable[]> {
  const found = await doors.similarIdeas(question.id, idea.title, { limit: alikes, except: idea.id })
  const alike = new Set([idea.id, ...found.map(({ id }) => id)])
  const others = question.ideas.filter(({ id }) => !alike.has(id)).sort((a, b) => (b.votes ?? 0) - (a.votes ?? 0))
  return [
    ...found.map(({ id, title }) => ({ id, title, alike: true })),
    ...others.slice(0, offered - found.length).map(({ id, title }) => ({ id, title, alike: false })),
  ]
}
