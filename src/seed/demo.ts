import { newToken } from '../base/ids.ts'
import type { Core } from '../feed/command.ts'
import { command } from '../feed/command.ts'
import { addArgument, agree } from '../argument/actions.ts'
import { addComment } from '../comment/actions.ts'
import { addIdea } from '../idea/actions.ts'
import { takeParticipantSeat } from '../participant/actions.ts'
import { askQuestion } from '../question/actions.ts'
import type { Caller } from '../question/seat.ts'
import { castVote } from '../vote/actions.ts'
import de from './demo.de.json' with { type: 'json' }
import en from './demo.en.json' with { type: 'json' }

/** What the demo question says in one language. People are named by their place in `people`. */
export interface Demo {
  title: string
  description: string
  people: string[]
  ideas: {
    title: string
    description: string
    by: number
    voters: number[]
    /** How many more people vote for it without a name. */
    quiet: number
    pros: { text: string; by: number; agree: number[] }[]
    cons: { text: string; by: number; agree: number[] }[]
  }[]
  comments: { text: string; by: number }[]
}

export const demos: Record<string, Demo> = { en, de }

/** Three days, over which the demo's conversation is spread, in milliseconds. */
const span = 3 * 24 * 60 * 60 * 1000

/**
 * Makes a believable question with ideas, reasons, votes and a discussion, so that a newcomer sees a living page at
 * once. Every piece goes in through the verb that people use, only with the clock set back.
 * @param language one of `demos`. @returns the question's id and its admin token
 */
export async function seedDemo(core: Core, language: string): Promise<{ questionId: string; adminToken: string }> {
  const demo = demos[language] ?? en
  const now = core.clock()
  const steps = stepsOf(demo)
  let step = 0
  const past: Core = { ...core, clock: () => Math.round(now - span + (span * step) / (steps.length + 1)) }

  const people = demo.people.map((name): Caller => ({ bearer: null, device: newToken(), name }))
  const { questionId, adminToken } = await askQuestion(
    past,
    { bearer: null, device: newToken() },
    { title: demo.title, description: demo.description, closesAt: new Date(now + 2 * span).toISOString() },
  )
  const ids = new Map<string, string>()
  for (const perform of steps) {
    step += 1
    await perform({ core: past, questionId, ids, caller: (person) => callerOf(people, person) })
  }
  return { questionId, adminToken }
}

interface Stage {
  core: Core
  questionId: string
  /** Public ids of what the steps before have added, by what they call it. */
  ids: Map<string, string>
  /** A named person, or a quiet one for null. */
  caller: (person: number | null) => Caller
}
type Step = (stage: Stage) => Promise<void>

/** All that happens, in the order in which people might have done it. */
function stepsOf(demo: Demo): Step[] {
  const steps: Step[] = []
  demo.ideas.forEach((idea, index) => {
    const name = `idea ${index}`
    steps.push((stage) =>
      as(stage, idea.by, async (taken, seat) => {
        const { title, description } = idea
        stage.ids.set(name, await addIdea(taken, seat, { title, description }))
      }),
    )
    for (const voter of [...idea.voters, ...Array.from({ length: idea.quiet }, () => null)])
      steps.push((stage) =>
        as(stage, voter, async (taken, seat) => {
          await castVote(taken, seat, stage.ids.get(name) ?? '', 1)
        }),
      )
    for (const [side, reasons] of [
      ['pro', idea.pros],
      ['con', idea.cons],
    ] as const)
      reasons.forEach((reason, place) => {
        const called = `${name} ${side} ${place}`
        steps.push((stage) =>
          as(stage, reason.by, async (taken, seat) => {
            const ideaId = stage.ids.get(name) ?? ''
            stage.ids.set(called, await addArgument(taken, seat, ideaId, { side, text: reason.text }))
          }),
        )
        for (const person of reason.agree)
          steps.push((stage) =>
            as(stage, person, async (taken, seat) => {
              await agree(taken, seat, stage.ids.get(called) ?? '')
            }),
          )
      })
  })
  for (const { text, by } of demo.comments)
    steps.push((stage) =>
      as(stage, by, async (taken, seat) => {
        await addComment(taken, seat, { text })
      }),
    )
  return steps
}

async function as(
  { core, questionId, caller }: Stage,
  person: number | null,
  verb: (
    taken: Parameters<typeof takeParticipantSeat>[0],
    seat: Awaited<ReturnType<typeof takeParticipantSeat>>,
  ) => Promise<void>,
): Promise<void> {
  const who = caller(person)
  await command(core, questionId, async (taken) => {
    await verb(taken, await takeParticipantSeat(taken, who))
  })
}

function callerOf(people: Caller[], person: number | null): Caller {
  return (person === null ? undefined : people[person]) ?? { bearer: null, device: newToken() }
}
