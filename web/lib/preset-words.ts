import type { Messages } from './messages.ts'
import { presetNames, type PresetName } from './presets.ts'

/** Each preset as people read it: what it is for, and all that it sets, in a sentence. */
export function presetWords(m: Messages): { name: PresetName; label: string; sets: string }[] {
  return presetNames.map((name) => ({ name, label: m[`preset_${name}`](), sets: m[`preset_${name}_sets`]() }))
}
