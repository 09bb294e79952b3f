import type { Settings, SettingsPatch } from '#src/question/wire.ts'

/** What newcomers ask questions for. */
export const presetNames = ['team', 'class', 'consultation', 'contest', 'event'] as const
export type PresetName = (typeof presetNames)[number]

/** As a question is when nobody sets anything, for what each of them may set otherwise. */
const usual = {
  names: 'optional',
  results: 'always',
  order: 'votes',
  newIdeas: true,
  newArguments: true,
  comments: true,
  votesPerParticipant: null,
  votesPerIdea: 1,
  ideasPerParticipant: null,
  moderation: 'none',
} satisfies SettingsPatch

/**
 * What each of them sets. The pages know them, the API does not: it is told the settings themselves. What a preset does
 * not name stays as it is.
 */
export const presets: Record<PresetName, SettingsPatch> = {
  team: { ...usual, names: 'required', results: 'afterVote', order: 'shuffled' },
  class: { ...usual, results: 'afterClose', order: 'shuffled', votesPerParticipant: 3, moderation: 'hold' },
  consultation: { ...usual, results: 'afterVote', order: 'shuffled', retention: 180 },
  contest: {
    ...usual,
    results: 'afterClose',
    order: 'shuffled',
    votesPerParticipant: 3,
    ideasPerParticipant: 3,
    newArguments: false,
  },
  event: { ...usual, newArguments: false, comments: false },
}

/** Whether this names one of them. */
export function isPreset(name: string | undefined): name is PresetName {
  return presetNames.some((one) => one === name)
}

/** The one that a question is set as now; null for none. */
export function presetOf(settings: Settings): PresetName | null {
  const isSet = (patch: SettingsPatch) =>
    Object.entries(patch).every(([name, value]) => settings[name as keyof Settings] === value)
  return presetNames.find((name) => isSet(presets[name])) ?? null
}
