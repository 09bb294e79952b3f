/** Where a list of entries of the room goes on; what is no cursor of ours begins at the beginning. */
export function entryCursor(search: URLSearchParams): { before?: string } {
  const before = search.get('before') ?? ''
  return /^\d{1,15}$/.test(before) ? { before } : {}
}
