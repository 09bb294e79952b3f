import { describe, expect, it } from 'vitest'
import { Gate } from './gate.ts'

/** Work that ends when the test says so. */
function held() {
  let release: () => void = () => undefined
  const done = new Promise<void>((resolve) => (release = resolve))
  return { work: () => done, release }
}

describe('a gate', () => {
  it('lets through as many as fit, the next in their order, and nobody beyond its line', async () => {
    const gate = new Gate({ inside: 1, waiting: 2 })
    const order: string[] = []
    const first = held()
    const through = (name: string, work = () => Promise.resolve()) =>
      gate.through(async () => {
        order.push(name)
        await work()
      })
    const all = [through('first', first.work), through('second'), through('third')]
    await expect(through('fourth')).rejects.toMatchObject({ code: 'overloaded', status: 503 })
    await expect.poll(() => order).toEqual(['first'])
    first.release()
    await Promise.all(all)
    expect(order).toEqual(['first', 'second', 'third'])
    await through('fifth')
    expect(order.at(-1)).toBe('fifth')
  })

  it('opens again after work that failed, and for nobody twice', async () => {
    const gate = new Gate({ inside: 1, waiting: 0 })
    await expect(gate.through(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    const leave = await gate.enter()
    leave()
    leave()
    await gate.enter()
    await expect(gate.enter()).rejects.toMatchObject({ code: 'overloaded' })
  })
})
