import type { SimilarIdea } from '../../src/snapshot/wire.ts'
import { sayNumber } from '../lib/words.ts'
import { questionOf, wordsOf } from './question.ts'

/** Who types is left alone until they pause for so long, in milliseconds. */
const pause = 350
/** Before so much is typed, everything is like it. */
const enough = 3

let timer: ReturnType<typeof setTimeout> | undefined

/** Shows ideas that are there already and are like the one that is being typed, below its field. */
export function offerSimilar(): void {
  document.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.id !== 'idea-title') return
    clearTimeout(timer)
    timer = setTimeout(() => void look(target), pause)
  })
  // What was sent is no longer being typed.
  document.addEventListener('submit', ({ target }) => {
    const form = target as HTMLFormElement
    if (form.id === 'similar-vote' || form.contains(document.getElementById('similar'))) show([])
  })
}

async function look(field: HTMLInputElement): Promise<void> {
  const text = field.value.trim()
  const id = questionOf(document)?.dataset.question ?? ''
  const address = `/api/v1/questions/${id}/ideas/similar?text=${encodeURIComponent(text.slice(0, 200))}`
  const answer = text.length < enough ? null : await fetch(address).catch(() => null)
  // Whoever went on meanwhile is about to press something, and nothing may move under their hand.
  if (document.activeElement !== field || field.value.trim() !== text) return
  const found = answer?.ok === true ? ((await answer.json()) as { ideas: SimilarIdea[] }).ideas : []
  show(found)
}

function show(ideas: SimilarIdea[]): void {
  const box = document.getElementById('similar')
  const list = box?.querySelector('ul')
  const row = document.getElementById('similar-row')
  const heard = document.getElementById('similar-heard')
  if (!box || !list || !heard || !(row instanceof HTMLTemplateElement)) return
  const before = [...list.querySelectorAll('a')].map((link) => link.textContent).join('\n')
  list.replaceChildren(...ideas.map((idea) => rowOf(row, idea)))
  box.hidden = ideas.length === 0
  // The server knows nothing of it, so a page that is brought anew leaves it alone.
  if (ideas.length > 0) box.dataset.opened = ''
  else delete box.dataset.opened
  const words = wordsOf(questionOf(document) ?? box)
  if (!words || before === ideas.map(({ title }) => title).join('\n')) return
  heard.textContent = ideas.length === 0 ? '' : sayNumber(words.similar, ideas.length, document.documentElement.lang)
}

function rowOf(template: HTMLTemplateElement, { id, title, closed }: SimilarIdea): Node {
  const row = template.content.cloneNode(true) as DocumentFragment
  const link = row.querySelector('a')
  const button = row.querySelector('button')
  for (const place of row.querySelectorAll('bdi')) place.textContent = title
  const isHere = document.getElementById(`idea-${id}`) !== null
  link?.setAttribute('href', isHere ? `#idea-${id}` : (link.getAttribute('href') ?? '').replaceAll('_idea_', id))
  button?.setAttribute('formaction', (button.getAttribute('formaction') ?? '').replaceAll('_idea_', id))
  button?.setAttribute('value', id)
  if (closed) button?.remove()
  return row
}
