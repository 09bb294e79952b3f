import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ideaRow, pageOf, votedButton, voteButton } from '../pages/stage.ts'
import { ask, type Owner } from '../support/api.ts'
import { useBrowser } from '../support/browser.ts'
import { startBalancer, type Balancer } from './balancer.ts'
import { startCluster, type Cluster } from './cluster.ts'

const browser = useBrowser()
let cluster: Cluster
let balancer: Balancer
beforeAll(async () => {
  // A load balancer has to notice that a node is about to end.
  cluster = await startCluster({ SHUTDOWN_GRACE: '1' })
  balancer = await startBalancer(cluster.nodes)
}, 120_000)
afterAll(async () => {
  await balancer.close()
  await cluster.stop()
})

/** The page has its connection. */
async function live(page: Page): Promise<Page> {
  await page.getByRole('button', { name: 'Pause updates' }).waitFor()
  return page
}

const urls = () => cluster.nodes.map((node) => node.url)

async function questionOn(url: string): Promise<{ alice: Owner; lake: string }> {
  const alice = await ask(url, { title: 'Where shall we meet?' })
  const { body } = await alice.addIdea({ title: 'At the lake' })
  return { alice, lake: body.id }
}

/** How long until it is the case, in milliseconds. */
async function timeUntil(isSo: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await isSo()
  return performance.now() - began
}

it('shows people on different nodes each other’s votes and ideas, mostly within a second', async () => {
  const { alice, lake } = await questionOn(urls()[0]!)
  const pages: Page[] = []
  for (const server of urls())
    pages.push(await live(await browser.visit(pageOf({ server, questionId: alice.questionId }))))
  const times: number[] = []
  for (let n = 1; n <= 9; n++) {
    const bob = await alice.invite(`Bob ${n}`)
    bob.server = urls()[n % 3]!
    await bob.vote(lake)
    const seen = pages.map((page) =>
      timeUntil(() =>
        ideaRow(page, 'At the lake')
          .getByText(n === 1 ? '1 vote' : `${n} votes`)
          .waitFor(),
      ),
    )
    times.push(...(await Promise.all(seen)))
  }
  const inTime = times.filter((time) => time <= 1_000)
  expect(inTime.length, `of ${times.length} times within a second`).toBeGreaterThan(times.length / 2)
  await pages[1]!.getByRole('textbox', { name: 'Your idea' }).or(pages[1]!.getByLabel('Your idea')).first().waitFor()
  await alice.addIdea({ title: 'In the park' })
  for (const page of pages) await page.getByRole('button', { name: '1 new idea · show' }).waitFor()
})

it('shows at once on every node what somebody did on another', async () => {
  const { alice, lake } = await questionOn(urls()[0]!)
  const bob = await alice.invite('Bob')
  for (const [n, url] of urls().entries()) {
    bob.server = urls()[(n + 1) % 3]!
    const { body } = n % 2 === 0 ? await bob.vote(lake) : await bob.unvote(lake)
    bob.server = url
    const own = await bob.me()
    expect(own.body.votes).toEqual(n % 2 === 0 ? [lake] : [])
    await expect.poll(async () => (await bob.snapshot()).body.revision).toBeGreaterThanOrEqual(body.revision)
  }
})

it('answers a request that is sent again to another node as the first one did', async () => {
  const key = { 'idempotency-key': 'the-same-key-on-every-node' }
  const answers = []
  for (const url of urls()) {
    const answer = await fetch(`${url}/api/v1/questions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...key },
      body: JSON.stringify({ title: 'Asked once?' }),
    })
    expect(answer.status).toBe(201)
    const { question, adminToken } = (await answer.json()) as { question: { id: string }; adminToken: string }
    answers.push(`${question.id} ${adminToken}`)
  }
  expect(new Set(answers).size).toBe(1)
})

it('lets open pages carry on while one node after the other is replaced', { timeout: 240_000 }, async () => {
  const { alice } = await questionOn(balancer.url)
  const page = await live(await browser.visit(pageOf(alice), { screen: 'phone' }))
  await page.getByRole('textbox', { name: 'Your comment' }).fill('I am still wri')
  let votes = 0
  for (const node of cluster.nodes) {
    await node.restart()
    const bob = await alice.invite(`Bob ${++votes}`)
    await bob.vote((await alice.snapshot()).body.ideas[0]!.id)
    await ideaRow(page, 'At the lake')
      .getByText(votes === 1 ? '1 vote' : `${votes} votes`)
      .waitFor()
  }
  await voteButton(page, 'At the lake').click()
  // The form asks a newcomer's name once.
  await ideaRow(page, 'At the lake').getByRole('button', { name: 'Vote', exact: true }).click()
  await votedButton(page, 'At the lake').waitFor()
  await expect.poll(async () => (await alice.snapshot()).body.ideas[0]?.votes).toBe(votes + 1)
  expect(await page.getByRole('textbox', { name: 'Your comment' }).inputValue()).toBe('I am still wri')
})
