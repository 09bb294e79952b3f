import type { WrongLine } from '#src/invitation/rules.ts'
import type { Messages } from '#lib/messages.ts'

/** How many wrong lines are said; whoever has more mends these first. */
const said = 20

/** Says what is wrong with a list of people, line by line. */
export function sayWrong(m: Messages, wrong: WrongLine[]): string {
  const lines = wrong.slice(0, said).map((one) => {
    const { line, said: text, first = 0 } = one
    switch (one.wrong) {
      case 'address':
        return m.wrong_address({ line, text })
      case 'twice':
        return m.wrong_twice({ line, text, first })
      case 'invited':
        return m.wrong_invited({ line, text })
      case 'long':
        return m.wrong_long({ line, text })
      case 'unreadable':
        return m.wrong_unreadable()
    }
  })
  if (wrong.length > said) lines.push(m.wrong_more({ n: wrong.length - said }))
  return lines.join('\n')
}
