import { requestBytes } from '../support/connection.ts'
import { fill } from '../support/fill.ts'
import { once } from '../support/load.ts'
import { newFolder, startFolkmoot } from '../support/processes.ts'
import { expectCount, median, type Row, type Scale } from '../support/row.ts'
import { usualQuestion } from './views.ts'

/** How long a server takes until it answers, and what it holds when nobody asks. */
export async function measureStart({ launches, settle }: Scale): Promise<Row[]> {
  const folder = await newFolder()
  const [question] = await fill(folder, [usualQuestion])
  if (!question) return []
  const [answers, pages, idle, used]: number[][] = [[], [], [], []]
  for (let round = 0; round < launches; round++) {
    const begun = performance.now()
    const server = await startFolkmoot(folder)
    expectCount('status', (await once(server.port, requestBytes('GET', '/healthz'))).status, 200)
    answers?.push(performance.now() - begun)
    idle?.push((await server.settledRss(settle)) / 2 ** 20)
    const asked = performance.now()
    const page = requestBytes('GET', `/q/${question.id}`, { accept: 'text/html', 'accept-encoding': 'br' })
    expectCount('status of the page', (await once(server.port, page)).status, 200)
    pages?.push(performance.now() - asked)
    used?.push((await server.settledRss(settle)) / 2 ** 20)
    await server.stop()
  }
  return [
    {
      ...{ what: 'start of the process to its first answer', unit: 'ms', ours: answers ?? [] },
      notes: [`its first page then takes ${median(pages ?? []).toFixed(0)} ms`],
    },
    {
      ...{ what: 'idle memory', unit: 'MB', ours: idle ?? [] },
      notes: [`${median(used ?? []).toFixed(0)} MB after its first page`],
    },
  ]
}
