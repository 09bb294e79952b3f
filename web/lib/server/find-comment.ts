import type { Doors } from '#src/http/doors.ts'
import type { CommentView } from '#src/snapshot/wire.ts'

/** Looks a comment up in the discussion, from the newest backwards. */
export async function findComment(doors: Doors, questionId: string, id: string): Promise<CommentView | null> {
  let before: string | null = null
  do {
    const page: Awaited<ReturnType<Doors['comments']>> = await doors.comments(questionId, {
      limit: 100,
      ...(before && { before }),
    })
    const found = page.comments.find((comment) => comment.id === id)
    if (found) return found
    before = page.earlier
  } while (before)
  return null
}
