/**
 * Keeps rows where the reader last saw them, so that a vote does not move what they are about to tap. Rows that are new
 * come in where they belong; rows that are gone leave.
 */
export function keepOrder<Row extends { id: string }>(seen: string[], rows: Row[]): Row[] {
  const place = new Map(seen.map((id, index) => [id, index]))
  const known = rows.filter(({ id }) => place.has(id)).sort((a, b) => place.get(a.id)! - place.get(b.id)!)
  return rows.map((row) => (place.has(row.id) ? known.shift()! : row))
}
