/**
 * A progress bar on standard error; where that is no terminal, nothing until `end`.
 * @returns `show` takes how much of how much is done
 */
export function progressBar(what: string): { show: (done: number, of: number) => void; end: () => void } {
  const width = 30
  const { stderr } = process
  const show = (done: number, of: number) => {
    if (!stderr.isTTY) return
    const share = of === 0 ? 1 : done / of
    const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░')
    stderr.write(
      `\r${what} ${bar} ${Math.floor(share * 100)} %  ${done.toLocaleString('en')} of ${of.toLocaleString('en')}`,
    )
  }
  return {
    show,
    end: () => {
      if (stderr.isTTY) stderr.write('\n')
    },
  }
}

/** A bar for each step of what takes several. */
export function stepBars(): { report: (step: string, done: number, of: number) => void; end: () => void } {
  let bar: ReturnType<typeof progressBar> | null = null
  let shown = ''
  return {
    report: (step, done, of) => {
      if (step !== shown) {
        bar?.end()
        bar = progressBar(step)
        shown = step
      }
      bar?.show(done, of)
    },
    end: () => bar?.end(),
  }
}

/** A number as people read it. */
export function count(number: number): string {
  return number.toLocaleString('en')
}
