import { expect, it } from 'vitest'
import { placesOf } from './ranking.ts'

it('gives ideas with as many votes the same place and leaves the next one free', () => {
  const places = placesOf([
    { id: 'a', votes: 5 },
    { id: 'b', votes: 3 },
    { id: 'c', votes: 5 },
    { id: 'd', votes: 0 },
  ])
  expect([...places]).toEqual([
    ['a', { place: 1, tied: true }],
    ['b', { place: 3, tied: false }],
    ['c', { place: 1, tied: true }],
    ['d', { place: 4, tied: false }],
  ])
})
