import { kept } from './format.ts'
import type { QuestionPage } from './question-page.ts'
import type { Messages } from './messages.ts'
import type { Level } from '#src/question/wire.ts'

/** What a message says for each kind of number that the language tells apart, and for 0; `#` stands for the number. */
export type Forms = Partial<Record<Intl.LDMLPluralRule | '0', string>>

/** What the script of a question's page may have to say, in the language of the page. */
export interface Words {
  votes: Forms
  inRoom: Forms
  /** How many votes were cast at a level; where no level is told, none of it. */
  levels?: Record<Level, Forms>
  votesLeft: Forms
  ideasLeft: Forms
  people: Forms
  /** From how many people votes are, where some gave several. */
  fromPeople: Forms
  /** How many more voted than are named. */
  others: Forms
  participants: Forms
  ideas: Forms
  showIdeas: Forms
  newIdeas: Forms
  newArguments: Forms
  newComments: Forms
  newVotes: Forms
  /** How many ideas are like what is being typed. */
  similar: Forms
  nobody: string
  /** How many votes an idea has of this visitor, `#`, and can have; empty where one is all there is. */
  stand: string
  /** That something else is possible now. */
  advanced: string
  /** Sentences by the code of the refusal. */
  refusals: Record<string, string>
}

/** The refusals that a tap on a page can meet. */
const tapped = [
  'question_closed',
  'question_not_found',
  'idea_not_found',
  'argument_not_found',
  'agreements_off',
  'votes_spent',
  'idea_closed',
  'votes_set_aside',
  'too_fast',
  'proof_needed',
  'overloaded',
  'internal',
] as const

/** Refusals that name a time, which whoever has no such time on their page is not told. */
const tooSoonOrLate = ['not_open_yet', 'votes_not_yet', 'votes_over'] as const

/** Gathers the words for a page, so that no messages travel to the browser but these. */
export function wordsFor(
  m: Messages,
  locale: string,
  {
    open,
    gated,
    levels,
    settings,
  }: Pick<QuestionPage, 'open' | 'gated' | 'levels'> & { settings: Pick<QuestionPage['settings'], 'votesPerIdea'> },
): Words | null {
  if (!open) return null
  const most = settings.votesPerIdea
  const at = (level: Level) => formsOf((n) => m.votes_at({ level, n }), locale)
  return {
    votes: formsOf((n) => m.count_votes({ n }), locale),
    inRoom: formsOf((n) => m.count_in_room({ n }), locale),
    ...((gated || levels.length > 0) && {
      levels: { invited: at('invited'), account: at('account'), email: at('email'), open: at('open') },
    }),
    votesLeft: formsOf((n) => m.votes_left({ n }), locale),
    ideasLeft: formsOf((n) => m.ideas_left({ n }), locale),
    people: formsOf((n) => m.voters_unnamed({ n }), locale),
    fromPeople: formsOf((n) => m.votes_from_people({ n }), locale),
    others: formsOf((n) => m.voters_more({ n }), locale),
    participants: formsOf((n) => m.count_participants({ n }), locale),
    ideas: formsOf((n) => m.count_ideas({ n }), locale),
    showIdeas: formsOf((n) => m.live_show({ n }), locale),
    newIdeas: formsOf((n) => m.live_new_ideas({ n }), locale),
    newArguments: formsOf((n) => m.live_new_arguments({ n }), locale),
    newComments: formsOf((n) => m.live_new_comments({ n }), locale),
    newVotes: formsOf((n) => m.live_new_votes({ n }), locale),
    similar: formsOf((n) => m.similar_heard({ n }), locale),
    nobody: m.voters_none(),
    stand: most > 1 ? m.votes_stand({ n: '#', most: format(most, locale) }) : '',
    advanced: m.live_advanced(),
    refusals: {
      votes_per_idea: m.refusal_votes_per_idea({ votes: most }),
      ...Object.fromEntries(tapped.map((code) => [code, m[`refusal_${code}`]()])),
      ...Object.fromEntries(tooSoonOrLate.map((code) => [code, m[`refusal_${code}`]({ at: 'none' })])),
    },
  }
}

/** A language tells few kinds of numbers apart, and all of them below this. */
const enough = 120

function formsOf(say: (n: number) => string, locale: string): Forms {
  const rules = rulesOf(locale)
  const forms: Forms = { '0': say(0).replace(format(0, locale), '#') }
  for (let n = 1; n <= enough; n++) forms[rules.select(n)] ??= say(n).replace(format(n, locale), '#')
  return forms
}

/** Says a number as the server would say it. */
export function sayNumber(forms: Forms, n: number, locale: string): string {
  const form = (n === 0 ? forms['0'] : forms[rulesOf(locale).select(n)]) ?? forms.other ?? ''
  return form.replace('#', format(n, locale))
}

function rulesOf(locale: string): Intl.PluralRules {
  return kept(`plural ${locale}`, () => new Intl.PluralRules(locale))
}

function format(n: number, locale: string): string {
  return kept(`number ${locale}`, () => new Intl.NumberFormat(locale)).format(n)
}
