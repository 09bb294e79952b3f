import { describe, expect, it } from 'vitest'
import { ask } from '../support/api.ts'
import { expectNoGaps, expectNothingStored, expectRefusal, useServer } from './expectations.ts'

const site = useServer()

describe('commenting', () => {
  it('adds to the discussion, newest last', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { status, body } = await bob.comment(' Hello.\r\n\r\n\r\nAll. ')
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9A-Za-z]{11}$/) as string,
      text: 'Hello.\n\nAll.',
      author: { name: 'Bob' },
      createdAt: expect.stringMatching(/Z$/) as string,
      editedAt: null,
      ownerEdited: false,
    })
    await alice.comment('Welcome.')
    const seen = (await alice.snapshot()).body
    expect(seen.comments.map((comment) => comment.text)).toEqual(['Hello.\n\nAll.', 'Welcome.'])
    expect(seen.counts.comments).toBe(2)
  })

  it.each([
    ['no text', {}, ['text']],
    ['an empty text', { text: '' }, ['text']],
    ['white space', { text: '\t \r\n' }, ['text']],
    ['invisible characters', { text: '\u2060\u200d' }, ['text']],
    ['too long a text', { text: 'x'.repeat(5_001) }, ['text']],
    ['a text of another type', { text: 5 }, ['text']],
    ['null', { text: null }, ['text']],
    ['an unknown field', { text: 'x', author: 'Alice' }, ['author']],
  ])('is refused with %s', async (_what, comment, paths) => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: his } = await bob.comment('Hello')
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.post('/comments', comment), 'invalid_input', paths)
      expectRefusal(await bob.patch(`/comments/${his.id}`, comment), 'invalid_input', paths)
    })
  })
})

describe('a comment', () => {
  it('is changed and removed by its author and the owner, and by nobody else', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const mallory = await alice.invite('Mallory')
    const { body: comment } = await bob.comment('Hello')
    const other = await ask(site.url)
    await expectNothingStored(alice, async () => {
      expectRefusal(await mallory.editComment(comment.id, 'Mine'), 'author_only')
      expectRefusal(await mallory.deleteComment(comment.id), 'author_only')
      expectRefusal(await mallory.put(`/comments/${comment.id}/hidden`), 'owner_only')
      expectRefusal(await alice.stranger().deleteComment(comment.id), 'participant_needed')
      expectRefusal(await other.deleteComment(comment.id), 'comment_not_found')
      for (const id of ['AAAAAAAAAAA', 'x', '%00']) expectRefusal(await bob.deleteComment(id), 'comment_not_found')
      expect((await bob.editComment(comment.id, ' Hello ')).status).toBe(200)
    })
    expect((await bob.editComment(comment.id, 'Hi')).body).toMatchObject({ text: 'Hi', author: { name: 'Bob' } })
    expect((await alice.editComment(comment.id, 'Hi!')).body.editedAt).toMatch(/Z$/)
    expect((await bob.deleteComment(comment.id)).status).toBe(204)
    expectRefusal(await bob.deleteComment(comment.id), 'comment_not_found')
    expect((await alice.snapshot()).body.counts.comments).toBe(0)
    await expectNoGaps(alice)
  })
})

describe('a long discussion', () => {
  it('is read page by page from the newest back, each comment once', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    for (let n = 1; n <= 57; n++) await bob.comment(`Comment ${n}`)
    const { body: seen } = await alice.snapshot()
    expect(seen.comments.map((comment) => comment.text)).toEqual(
      Array.from({ length: 50 }, (_, n) => `Comment ${n + 8}`),
    )
    const texts: string[] = []
    let query = '?limit=20'
    for (;;) {
      const { body } = await alice.comments(query)
      expect(body.total).toBe(57)
      texts.unshift(...body.comments.map((comment) => comment.text))
      if (body.earlier === null) break
      query = `?limit=20&before=${body.earlier}`
    }
    expect(texts).toEqual(Array.from({ length: 57 }, (_, n) => `Comment ${n + 1}`))
  })

  it.each([
    ['limit=0', ['limit']],
    ['limit=-5', ['limit']],
    ['limit=201', ['limit']],
    ['limit=NaN', ['limit']],
    ['before=1', ['before']],
    ['before=', ['before']],
    ['page=2', ['page']],
  ])('is not read with ?%s', async (query, paths) => {
    const alice = await ask(site.url)
    expectRefusal(await alice.comments(`?${query}`), 'invalid_input', paths)
  })

  it('is not read from a comment that is not there', async () => {
    const alice = await ask(site.url)
    const other = await ask(site.url)
    const { body: elsewhere } = await other.comment('In another question')
    expectRefusal(await alice.comments('?before=AAAAAAAAAAA'), 'comment_not_found')
    expectRefusal(await alice.comments(`?before=${elsewhere.id}`), 'comment_not_found')
  })
})
