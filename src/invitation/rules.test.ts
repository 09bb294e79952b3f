import fc from 'fast-check'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { readList, refuseInvitation, tableOf } from './rules.ts'

const peopleOf = (text: string) => readList(text).people.map(({ label, address }) => [label, address])

describe('a pasted list of people', () => {
  it.each<[string, string, [string, string | null][]]>([
    ['addresses on lines', 'a@x.org\r\nb@x.org\n', [['', 'a@x.org'], ['', 'b@x.org']]], // prettier-ignore
    ['addresses in one line', 'a@x.org, b@x.org; c@x.org', [['', 'a@x.org'], ['', 'b@x.org'], ['', 'c@x.org']]], // prettier-ignore
    ['names for people without e-mail', 'Anna Beck\n\n  Cem  Demir', [['Anna Beck', null], ['Cem Demir', null]]], // prettier-ignore
    ['a table with its heads', 'Name;E-Mail\nAnna Beck;anna@x.org\n"Demir, Cem";cem@x.org', [['Anna Beck', 'anna@x.org'], ['Demir, Cem', 'cem@x.org']]], // prettier-ignore
    ['what mail programs copy', 'Anna Beck <anna@x.org>, "Cem" <cem@x.org>', [['Anna Beck', 'anna@x.org'], ['Cem', 'cem@x.org']]], // prettier-ignore
    ['columns of a spreadsheet', 'Anna\tBeck\tanna@x.org', [['Anna Beck', 'anna@x.org']]],
    ['nothing', ' \n\n', []],
  ])('reads %s', (_what, text, people) => {
    expect(readList(text).wrong).toEqual([])
    expect(peopleOf(text)).toEqual(people)
  })

  it('says on which line something is wrong, and what stands there twice, whatever its capitals', () => {
    const { people, wrong } = readList(['anna@x.org', 'cem@x', 'Anna, ANNA@x.org', '@', 'n'.repeat(121)].join('\n'))
    expect(people.map(({ address }) => address)).toEqual(['anna@x.org'])
    expect(wrong).toMatchObject([
      { line: 2, wrong: 'address', said: 'cem@x' },
      { line: 3, wrong: 'twice', said: 'ANNA@x.org', first: 1 },
      { line: 4, wrong: 'address' },
      { line: 5, wrong: 'long' },
    ])
  })

  it('is never taken for an address with a line end, a comma or brackets in it, whatever is pasted', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '@', '.', ',', '<', '>', '"', '\n', '\r', ';', ' ') }),
        (text) => {
          for (const { address } of readList(text).people)
            if (address) expect(address).toMatch(/^[^\s@<>,;"]+@[^\s@<>,;"]+$/)
        },
      ),
    )
  })
})

describe('a table', () => {
  it('gives back what went in, but that nothing in it is taken for a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 2 }), { minLength: 1 }), (rows) => {
        const back: string[][] = parse(tableOf(rows), { record_delimiter: '\r\n' })
        for (const cell of back.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
        expect(back.map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, '')))).toEqual(
          rows.map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, ''))),
        )
      }),
    )
  })
})

describe('an invitation', () => {
  it.each([
    [{ revoked_at: null, most: 1, uses: 0 }, undefined],
    [{ revoked_at: null, most: 1, uses: 1 }, 'invitation_used'],
    [{ revoked_at: null, most: 30, uses: 29 }, undefined],
    [{ revoked_at: null, most: null, uses: 1_000 }, undefined],
    [{ revoked_at: 1, most: null, uses: 0 }, 'invitation_revoked'],
    [{ revoked_at: 1, most: 1, uses: 1 }, 'invitation_revoked'],
  ])('that is %j lets somebody in or not: %s', (invitation, code) => {
    expect(refuseInvitation(invitation)?.code).toBe(code)
  })
})
