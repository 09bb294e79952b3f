import { describe, expect, it } from 'vitest'
import { ask } from '../support/api.ts'
import { expectNoGaps, expectNothingStored, expectRefusal, useServer } from './expectations.ts'

const site = useServer()

async function prepared() {
  const alice = await ask(site.url)
  const bob = await alice.invite('Bob')
  const { body: idea } = await bob.addIdea({ title: 'At the lake' })
  const { body: reason } = await bob.argue(idea.id, { side: 'pro', text: 'Water' })
  return { alice, bob, idea: idea.id, reason: reason.id }
}

describe('arguing', () => {
  it('puts an argument on its side, by agreement', async () => {
    const { alice, bob, idea, reason } = await prepared()
    const carol = await alice.invite('Carol')
    const { status, body } = await carol.argue(idea, { side: 'con', text: '  Gnats.\r\n\r\n\r\nMany. ' })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9A-Za-z]{11}$/) as string,
      side: 'con',
      text: 'Gnats.\n\nMany.',
      author: { name: 'Carol' },
      createdAt: expect.stringMatching(/Z$/) as string,
      editedAt: null,
      ownerEdited: false,
      agreements: 0,
    })
    const { body: second } = await carol.argue(idea, { side: 'pro', text: 'Sun' })
    await bob.agree(second.id)
    const seen = (await alice.snapshot()).body
    expect(seen.ideas[0]?.pros.map((one) => one.id)).toEqual([second.id, reason])
    expect(seen.ideas[0]?.cons.map((one) => one.id)).toEqual([body.id])
    expect(seen.counts.arguments).toBe(3)
  })

  it.each([
    ['no side', { text: 'x' }, ['side']],
    ['another side', { side: 'both', text: 'x' }, ['side']],
    ['a side of another type', { side: 1, text: 'x' }, ['side']],
    ['no text', { side: 'pro' }, ['text']],
    ['an empty text', { side: 'pro', text: '' }, ['text']],
    ['white space', { side: 'pro', text: ' \n\u00a0' }, ['text']],
    ['invisible characters', { side: 'pro', text: '\u200b\ufeff' }, ['text']],
    ['too long a text', { side: 'pro', text: 'x'.repeat(2_001) }, ['text']],
    ['a text of another type', { side: 'pro', text: ['x'] }, ['text']],
    ['an unknown field', { side: 'pro', text: 'x', agreements: 99 }, ['agreements']],
  ])('is refused with %s', async (_what, argument, paths) => {
    const { alice, bob, idea } = await prepared()
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.post(`/ideas/${idea}/arguments`, argument), 'invalid_input', paths)
    })
  })
})

describe('an argument', () => {
  it('is changed and removed by its author and the owner, at both its addresses', async () => {
    const { alice, bob, idea, reason } = await prepared()
    const edited = await bob.editArgument(reason, 'Clear water')
    expect(edited.body).toMatchObject({ text: 'Clear water', author: { name: 'Bob' } })
    expect(edited.body.editedAt).toMatch(/Z$/)
    const long = `/ideas/${idea}/arguments/${reason}`
    expect((await alice.patch<{ text: string }>(long, { text: 'Cold water' })).body.text).toBe('Cold water')
    expect((await bob.put(`${long}/agreement`)).body).toMatchObject({ argument: reason, agreements: 1 })
    expect((await bob.delete(`${long}/agreement`)).body).toMatchObject({ argument: reason, agreements: 0 })
    expect((await bob.delete(long)).status).toBe(204)
    expect((await alice.snapshot()).body.counts.arguments).toBe(0)
    expectRefusal(await bob.deleteArgument(reason), 'argument_not_found')
    await expectNoGaps(alice)
  })

  it('is refused to everyone else, and where it does not belong', async () => {
    const { alice, bob, idea, reason } = await prepared()
    const mallory = await alice.invite('Mallory')
    const { body: another } = await bob.addIdea({ title: 'In the park' })
    const other = await ask(site.url)
    await expectNothingStored(alice, async () => {
      expectRefusal(await mallory.editArgument(reason, 'Mine'), 'author_only')
      expectRefusal(await mallory.deleteArgument(reason), 'author_only')
      expectRefusal(await mallory.put(`/arguments/${reason}/hidden`), 'owner_only')
      expectRefusal(await alice.stranger().editArgument(reason, 'Mine'), 'participant_needed')
      expectRefusal(await bob.editArgument(reason, ''), 'invalid_input', ['text'])
      expectRefusal(await bob.patch(`/arguments/${reason}`, { text: 'x', side: 'con' }), 'invalid_input', ['side'])
      for (const id of ['AAAAAAAAAAA', idea, '%00', 'x']) {
        expectRefusal(await bob.editArgument(id, 'x'), 'argument_not_found')
        expectRefusal(await alice.deleteArgument(id), 'argument_not_found')
        expectRefusal(await bob.agree(id), 'argument_not_found')
        expectRefusal(await bob.disagree(id), 'argument_not_found')
      }
      expectRefusal(await other.agree(reason), 'argument_not_found')
      expectRefusal(await other.editArgument(reason, 'x'), 'argument_not_found')
      // An argument is found below its own idea and below no other.
      for (const wrong of [another.id, 'AAAAAAAAAAA']) {
        const path = `/ideas/${wrong}/arguments/${reason}`
        expectRefusal(await bob.patch(path, { text: 'x' }), 'argument_not_found')
        expectRefusal(await bob.delete(path), 'argument_not_found')
        expectRefusal(await bob.put(`${path}/agreement`), 'argument_not_found')
        expectRefusal(await bob.delete(`${path}/agreement`), 'argument_not_found')
        expectRefusal(await alice.put(`${path}/hidden`), 'argument_not_found')
        expectRefusal(await alice.delete(`${path}/hidden`), 'argument_not_found')
      }
    })
  })
})

describe('agreeing', () => {
  it('counts once, however often it is sent', async () => {
    const { alice, bob, reason } = await prepared()
    expect((await bob.agree(reason)).body).toMatchObject({ argument: reason, agreements: 1 })
    await expectNothingStored(alice, async () => {
      expect((await bob.agree(reason)).body.agreements).toBe(1)
    })
    expect((await bob.disagree(reason)).body.agreements).toBe(0)
    await expectNothingStored(alice, async () => {
      expect((await bob.disagree(reason)).body.agreements).toBe(0)
    })
  })

  it('counts right when thirty people and thirty repetitions arrive at once', async () => {
    const { alice, bob, reason } = await prepared()
    const people = await Promise.all(Array.from({ length: 30 }, () => alice.invite()))
    await Promise.all([...people.map((one) => one.agree(reason)), ...people.map(() => bob.agree(reason))])
    expect((await alice.snapshot()).body.ideas[0]?.pros[0]?.agreements).toBe(31)
    await expectNoGaps(alice)
  })
})
