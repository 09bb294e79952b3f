import { describe, expect, it } from 'vitest'
import { ask } from '../support/api.ts'
import { expectNothingStored, expectRefusal, useServer } from './expectations.ts'

const site = useServer()

async function closed() {
  const alice = await ask(site.url)
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  const { body: park } = await alice.addIdea({ title: 'In the park' })
  const bob = await alice.invite('Bob')
  await alice.close()
  return { alice, bob, lake: lake.id, park: park.id }
}

describe('a decision', () => {
  it('is recorded once the question is closed, replaced and taken back', async () => {
    const { alice, lake, park } = await closed()
    const { status, body } = await alice.decide({ ideas: [park, lake], statement: ' We take turns.\r\n ' })
    expect(status).toBe(200)
    expect(body).toEqual({
      ideas: [park, lake],
      statement: 'We take turns.',
      decidedAt: expect.stringMatching(/Z$/) as string,
    })
    expect((await alice.stranger().snapshot()).body.decision).toEqual(body)
    expect((await alice.decide({ ideas: [], statement: 'None of them.' })).body.ideas).toEqual([])
    expect((await alice.undecide()).status).toBe(204)
    expect((await alice.snapshot()).body.decision).toBeNull()
    await expectNothingStored(alice, async () => {
      expect((await alice.undecide()).status).toBe(204)
    })
  })

  it('stays unsaid while the question is open again', async () => {
    const { alice, lake } = await closed()
    await alice.decide({ ideas: [lake], statement: '' })
    expect((await alice.reopen()).body.decision).toBeNull()
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.decide({ ideas: [lake], statement: '' }), 'question_not_closed')
    })
    await alice.deleteIdea(lake)
    const { body } = await alice.close()
    expect(body.decision, 'nothing of it is left to be seen').toBeNull()
    expect(JSON.stringify(body)).not.toContain(lake)
  })

  it('is the owner’s alone', async () => {
    const { alice, bob, lake } = await closed()
    await expectNothingStored(alice, async () => {
      for (const who of [bob, alice.stranger()]) {
        expectRefusal(await who.put('/decision', { ideas: [lake], statement: 'Mine' }), 'owner_only')
        expectRefusal(await who.delete('/decision'), 'owner_only')
      }
    })
  })

  it('is refused without anything decided, or with ideas that are not there', async () => {
    const { alice, lake, park } = await closed()
    const other = await ask(site.url)
    const { body: elsewhere } = await other.addIdea({ title: 'In another question' })
    await alice.hide('ideas', park)
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.decide({ ideas: [], statement: ' \n ' }), 'decision_without_idea')
      expectRefusal(await alice.decide({ ideas: [], statement: '\u200b' }), 'decision_without_idea')
      for (const id of ['AAAAAAAAAAA', elsewhere.id, park])
        expectRefusal(await alice.decide({ ideas: [lake, id], statement: '' }), 'idea_not_found')
    })
  })

  it.each<[string, object, string[]]>([
    ['no ideas', { statement: 'x' }, ['ideas']],
    ['no statement', { ideas: [] }, ['statement']],
    ['too long a statement', { ideas: [], statement: 'x'.repeat(5_001) }, ['statement']],
    ['an idea twice', { ideas: ['AAAAAAAAAAA', 'AAAAAAAAAAA'], statement: '' }, ['ideas']],
    ['what is no id', { ideas: ["' or 1=1"], statement: '' }, ['ideas/0']],
    ['ideas as text', { ideas: 'AAAAAAAAAAA', statement: '' }, ['ideas']],
    [
      'too many ideas',
      { ideas: Array.from({ length: 101 }, (_, n) => `A${String(n).padStart(10, '0')}`), statement: '' },
      ['ideas'],
    ],
    ['an unknown field', { ideas: [], statement: 'x', decidedAt: '2020-01-01T00:00:00Z' }, ['decidedAt']],
  ])('is refused with %s', async (_what, decision, paths) => {
    const { alice } = await closed()
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.put('/decision', decision), 'invalid_input', paths)
    })
  })
})
