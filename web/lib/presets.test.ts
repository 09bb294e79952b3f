import { describe, expect, it } from 'vitest'
import { check } from '#src/base/validate.ts'
import { alwaysGiven } from '#src/question/levels.ts'
import { defaultSettings, refuseSettings } from '#src/question/rules.ts'
import { SettingsPatch } from '#src/question/wire.ts'
import { isPreset, presetNames, presetOf, presets } from './presets.ts'

describe.each(presetNames)('the preset %s', (name) => {
  it('sets what every question can be set to', () => {
    expect(check(SettingsPatch, presets[name])).toEqual(presets[name])
    expect(refuseSettings(presets[name], alwaysGiven)).toBeNull()
  })

  it('is known again once it is set, whatever was set before', () => {
    const others = presetNames.map((other) => ({ ...defaultSettings, ...presets[other] }))
    for (const before of [defaultSettings, ...others]) expect(presetOf({ ...before, ...presets[name] })).toBe(name)
  })

  it('is no more when one of its settings is changed', () => {
    const settings = { ...defaultSettings, ...presets[name] }
    expect(presetOf({ ...settings, votesPerParticipant: 7 })).toBeNull()
  })
})

it('a question as it is asked is set as none of them, and nothing else is one', () => {
  expect(presetOf(defaultSettings)).toBeNull()
  for (const name of [undefined, '', 'teams', 'constructor']) expect(isPreset(name)).toBe(false)
})
