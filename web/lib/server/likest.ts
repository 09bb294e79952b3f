/** The other ideas, and of very many those whose titles have most words in common with this one, most votes first. */
export function likest(
  idea: { id: string; title: string },
  ideas: { id: string; title: string; votes: number | null }[],
  offered: number,
): { id: string; title: string }[] {
  const wordsOf = (title: string) => title.toLocaleLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []
  const words = new Set(wordsOf(idea.title))
  return ideas
    .filter(({ id }) => id !== idea.id)
    .map(({ id, title, votes }) => ({
      id,
      title,
      votes,
      like: wordsOf(title).filter((word) => words.has(word)).length,
    }))
    .sort((a, b) => b.like - a.like || (b.votes ?? 0) - (a.votes ?? 0))
    .slice(0, offered)
    .map(({ id, title }) => ({ id, title }))
}
